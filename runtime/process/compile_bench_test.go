package process_test

import (
	"slices"
	"testing"

	templates "pipewright/builtin-templates"
	"pipewright/runtime/process"
)

// largest is the largest template that ships.
func largest() []byte {
	return slices.MaxFunc(templates.All(), func(x, y templates.Template) int { return len(x.Definition) - len(y.Definition) }).Definition
}

// BenchmarkCheck is what a keystroke in the editor costs at most: parse and compile the whole of a large app.
func BenchmarkCheck(b *testing.B) {
	data := largest()
	for b.Loop() {
		def, _ := process.Parse(data)
		process.Compile(def, nil, 0)
	}
}

// BenchmarkParse is the strict reading alone.
func BenchmarkParse(b *testing.B) {
	data := largest()
	for b.Loop() {
		process.Parse(data)
	}
}
