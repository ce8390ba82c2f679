package process

import (
	"strconv"
	"strings"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/qr"

	"pipewright/rules"
)

// code writes what a value says as a square (QR) or as bars (Code 128); what cannot be one stands as text.
func (w *paperWriter) code(n *paperNode, sc *rules.Scope) {
	p := &n.pieces[0]
	v, ok := w.value(p, sc)
	if !ok {
		w.out.WriteString(kept)
		return
	}
	if v == nil {
		return
	}
	said := strings.TrimSpace(w.text(p, v))
	if said == "" {
		return
	}
	var made barcode.Barcode
	var err error
	if n.code == "bars" {
		made, err = code128.Encode(said)
	} else {
		made, err = qr.Encode(said, qr.M, qr.Auto)
	}
	if err != nil {
		w.piece(p, sc)
		return
	}
	w.out.WriteString(drawn(made, n.code == "bars"))
	if n.code == "bars" {
		w.piece(p, sc)
	}
}

// drawn is a code as a picture of dark modules with the quiet zone around them.
func drawn(c barcode.Barcode, bars bool) string {
	size, quiet := c.Bounds().Size(), 4
	height := size.Y
	if bars {
		size.Y, height, quiet = 1, size.X/4, 10
	}
	var path strings.Builder
	for y := range size.Y {
		for x := 0; x < size.X; x++ {
			from := x
			for x < size.X && dark(c, x, y) {
				x++
			}
			if x > from {
				tall := 1
				if bars {
					tall = height
				}
				path.WriteString("M" + strconv.Itoa(from+quiet) + " " + strconv.Itoa(y+quiet) + "h" + strconv.Itoa(x-from) + "v" + strconv.Itoa(tall) + "h-" + strconv.Itoa(x-from) + "z")
			}
		}
	}
	box := strconv.Itoa(size.X+2*quiet) + " " + strconv.Itoa(height+2*quiet)
	return `<svg class="` + map[bool]string{true: "bars", false: "square"}[bars] + `" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ` + box + `" shape-rendering="crispEdges"><path d="` + path.String() + `"/></svg>`
}

func dark(c barcode.Barcode, x, y int) bool {
	r, _, _, _ := c.At(x, y).RGBA()
	return r < 0x8000
}
