package process

import (
	"os"
	"testing"
)

// BenchmarkCheck is what a keystroke in the editor costs at most: parse and compile the whole of a large app.
func BenchmarkCheck(b *testing.B) {
	data, err := os.ReadFile("../../builtin-templates/b2b/app.json")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		def, _ := Parse(data)
		Compile(def, nil, 0)
	}
}

// BenchmarkParse is the strict reading alone.
func BenchmarkParse(b *testing.B) {
	data, err := os.ReadFile("../../builtin-templates/b2b/app.json")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		Parse(data)
	}
}
