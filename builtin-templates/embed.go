package templates

import (
	"embed"
	"io/fs"
	"path"
	"slices"
	"sync"

	"pipewright/runtime/process"
)

//go:embed */app.json */processes/*.json */sample.json */README.md
var files embed.FS

// order is the order of the gallery: the smallest first, to learn on.
var order = []string{"blank", "cycle9", "b2c", "retail", "playbooks", "b2b"}

// Template is one app as it ships.
type Template struct {
	// Key is the app's key and its folder.
	Key string
	// Definition is the canonical definition.
	Definition []byte
	// Sample is {"records": [{"ref", "form", "data", "stage", "since", "owner", "created", "closed"}]}. A reference in data is
	// the ref of another record, which comes before. since, created and closed are instants, or durations that count from the
	// moment of installing, such as "-P10D"; so may be the dates in data. "plans" are targets and calls; docs/definition.md has it all.
	Sample []byte
	// README is Markdown.
	README []byte
}

// All returns every template in the order of the gallery.
func All() []Template { return slices.Clone(all()) }

var all = sync.OnceValue(func() []Template {
	out := make([]Template, 0, len(order))
	for _, key := range order {
		out = append(out, Template{Key: key, Definition: definition(key), Sample: read(key, "sample.json"), README: read(key, "README.md")})
	}
	return out
})

// definition is app.json, with the parts in processes/ joined to it by name.
func definition(key string) []byte {
	head := read(key, process.HeadFile)
	parts, _ := fs.Glob(files, path.Join(key, process.PartsDir, "*.json"))
	if len(parts) == 0 {
		return head
	}
	all := []process.File{{Name: process.HeadFile, Text: head}}
	for _, name := range parts {
		inside := path.Join(process.PartsDir, path.Base(name))
		all = append(all, process.File{Name: inside, Text: read(key, inside)})
	}
	def, _ := process.ParseFolder(all)
	whole, err := process.Format(def)
	if err != nil {
		panic("templates: " + err.Error())
	}
	return whole
}

// read answers an embedded file; that they are all there is held by a test.
func read(key, name string) []byte {
	b, err := fs.ReadFile(files, path.Join(key, name))
	if err != nil {
		panic("templates: " + err.Error())
	}
	return b
}
