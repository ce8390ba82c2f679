package server

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	_ "image/gif"  // pictures of these
	_ "image/jpeg" // kinds get a
	"image/png"    // small one
	"io"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gabriel-vasile/mimetype"

	"pipewright/rules"
	"pipewright/runtime/engine"
	"pipewright/runtime/store"
)

// fileTypes are the kinds of content that may be uploaded, told by the content itself, and the ends of names that go with each
// where that matters. Nothing among them runs in a browser or on a computer by being opened.
var fileTypes = map[string][]string{
	"image/png": {".png"}, "image/jpeg": {".jpg", ".jpeg"}, "image/gif": {".gif"}, "image/webp": {".webp"}, "image/heic": {".heic"}, "image/bmp": {".bmp"}, "image/tiff": {".tif", ".tiff"},
	"application/pdf": {".pdf"}, "application/zip": {".zip"}, "application/x-7z-compressed": {".7z"},
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   {".docx"},
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         {".xlsx"},
	"application/vnd.openxmlformats-officedocument.presentationml.presentation": {".pptx"},
	"application/msword": {".doc", ".wps"}, "application/vnd.ms-excel": {".xls", ".et"}, "application/vnd.ms-powerpoint": {".ppt", ".dps"}, "application/x-ole-storage": {".doc", ".xls", ".ppt", ".wps", ".et", ".dps", ".msg"},
	"text/plain": {".txt", ".csv", ".md", ".log"}, "text/csv": {".csv", ".txt"}, "text/tab-separated-values": {".tsv", ".txt"}, "text/rtf": {".rtf"},
	"audio/mpeg": {".mp3"}, "audio/wav": {".wav"}, "audio/mp4": {".m4a"}, "video/mp4": {".mp4", ".m4v"}, "video/quicktime": {".mov"},
}

const (
	maxFileName = 200
	// thumbSide is the longer side of a small picture; maxPixels bounds the picture it is made of, whatever its file's size.
	thumbSide = 256
	maxPixels = 24_000_000
)

type fileOut struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Type   string `json:"type"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
	// Thumb says that there is a small picture.
	Thumb bool `json:"thumb"`
}

// postFile takes the content as the body and the name as a parameter.
func (s *Server) postFile(c *call) (any, error) {
	name := fileName(c.Query("name"))
	if name == "" {
		return nil, badRequest(rules.Say("文件要有名称（name）", "檔案要有名稱（name）", "A file needs its name (name)"))
	}
	content, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, engine.MaxFile))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, refuse(http.StatusRequestEntityTooLarge, "body.tooLarge", rules.Say("文件太大：最多 {mb} MB", "檔案太大：最多 {mb} MB",
			"The file is too large: at most {mb} MB", "mb", engine.MaxFile>>20))
	case err != nil:
		return nil, badRequest(rules.Say("文件没有传完", "檔案沒有傳完", "The file broke off"))
	case len(content) == 0:
		return nil, badRequest(rules.Say("文件是空的", "檔案是空的", "The file is empty"))
	}
	kind, ok := fileType(content, name)
	if !ok {
		return nil, refuse(http.StatusUnprocessableEntity, "file.type", rules.Say("不能上传这种文件，或内容与文件名的后缀不符", "不能上傳這種檔案，或內容與檔名的副檔名不符",
			"A file of this kind cannot be uploaded, or its content is not what its name says"))
	}
	f, err := s.Engine.SaveFile(c.ctx(), c.user.ID, name, kind, content, thumbnail(content))
	if err != nil {
		return nil, err
	}
	return reply{status: http.StatusCreated, body: fileOut{f.ID, f.Name, f.Type, f.Size, f.SHA256, f.Thumb > 0}}, nil
}

// fileName is the last part of a name without what does not show.
func fileName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, name)
	name = strings.TrimSpace(path.Base(strings.ReplaceAll(name, `\`, "/")))
	if name == "." || name == "/" || name == ".." {
		return ""
	}
	if r := []rune(name); len(r) > maxFileName {
		end := path.Ext(name)
		if len([]rune(end)) > 10 {
			end = ""
		}
		name = string(r[:maxFileName-len([]rune(end))]) + end
	}
	return name
}

// fileType tells the kind of content, whatever it is called, and whether it may come in under that name.
func fileType(content []byte, name string) (string, bool) {
	m := mimetype.Detect(content)
	end := strings.ToLower(path.Ext(name))
	kind, _, _ := mime.ParseMediaType(m.String())
	for _, e := range fileTypes[kind] {
		if e == end {
			return kind, true
		}
	}
	return "", false
}

// getFile answers a file to whoever may open it, as a download and never as a page.
func (s *Server) getFile(c *call) (any, error) {
	f, err := s.Engine.FileOf(c.ctx(), c.Param("id"))
	if errors.Is(err, store.ErrNotFound) {
		return nil, errNotFound
	}
	if err != nil {
		return nil, err
	}
	may, err := s.Engine.MayOpen(c.ctx(), c.user.ID, f, c.Query("record"))
	if err != nil {
		return nil, err
	}
	thumb := c.Query("thumb") == "1"
	if !may || thumb && f.Thumb == 0 {
		return nil, errNotFound
	}
	kind, size := f.Type, f.Size
	if thumb {
		kind, size = "image/png", f.Thumb
	}
	h := c.Writer.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Length", strconv.FormatInt(size, 10))
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, max-age=3600")
	c.Writer.WriteHeader(http.StatusOK)
	if err := s.Engine.FileContent(c.ctx(), f, thumb, func(b []byte) error { _, err := c.Writer.Write(b); return err }); err != nil {
		// The head is gone; only breaking off tells the browser that the file is not whole.
		s.Log.Warn("a file could not be sent whole", "file", f.ID, "error", err)
		panic(http.ErrAbortHandler)
	}
	return nil, nil
}

// thumbnail is a small PNG of a picture, nil when the content is none or its picture is too large to open.
func thumbnail(content []byte) []byte {
	conf, _, err := image.DecodeConfig(bytes.NewReader(content))
	if err != nil || conf.Width < 1 || conf.Height < 1 || conf.Width > maxPixels/conf.Height {
		return nil
	}
	img, _, err := image.Decode(bytes.NewReader(content))
	if err != nil {
		return nil
	}
	var out bytes.Buffer
	if png.Encode(&out, shrink(img, thumbSide)) != nil {
		return nil
	}
	return out.Bytes()
}

// shrink makes each small point the mean of at most 64 of the points it stands for.
func shrink(img image.Image, side int) image.Image {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	longer := max(w, h)
	if longer <= side {
		return img
	}
	tw, th := max(1, w*side/longer), max(1, h*side/longer)
	out := image.NewNRGBA64(image.Rect(0, 0, tw, th))
	for y := range th {
		for x := range tw {
			x0, x1, y0, y1 := x*w/tw, (x+1)*w/tw, y*h/th, (y+1)*h/th
			dx, dy := max(1, (x1-x0)/8), max(1, (y1-y0)/8)
			var r, g, bl, a, n uint64
			for yy := y0; yy < y1; yy += dy {
				for xx := x0; xx < x1; xx += dx {
					cr, cg, cb, ca := img.At(b.Min.X+xx, b.Min.Y+yy).RGBA()
					r, g, bl, a, n = r+uint64(cr), g+uint64(cg), bl+uint64(cb), a+uint64(ca), n+1
				}
			}
			out.Set(x, y, color.RGBA64{uint16(r / n), uint16(g / n), uint16(bl / n), uint16(a / n)})
		}
	}
	return out
}
