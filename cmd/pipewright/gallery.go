package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	templates "pipewright/builtin-templates"
	"pipewright/designer"
	"pipewright/rules"
	"pipewright/runtime/process"
)

// gallery is the built-in templates and those of a folder of the company's own, if one is given.
func gallery(folder string) ([]designer.Template, error) {
	var out []designer.Template
	for _, t := range templates.All() {
		out = append(out, designer.Template{Key: t.Key, Definition: t.Definition, Sample: t.Sample})
	}
	if folder == "" {
		return out, nil
	}
	files, err := definitionFiles(folder)
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		raw, err := readFile(name, nil)
		if err != nil {
			return nil, err
		}
		def, problems := process.Parse(raw)
		if def == nil || rules.HasErrors(problems) {
			return nil, fmt.Errorf("the template %s is not written as it should be: check it with pipewright check", name)
		}
		own := designer.Template{Key: def.Key, Definition: raw}
		if sample, err := os.ReadFile(filepath.Join(name, "sample.json")); err == nil {
			own.Sample = sample
		}
		if i := slices.IndexFunc(out, func(t designer.Template) bool { return t.Key == own.Key }); i >= 0 {
			out[i] = own
		} else {
			out = append(out, own)
		}
	}
	return out, nil
}
