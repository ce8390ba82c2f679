// Package hostile helps tests hold readers to what one input may cost (engine.md §5): 64 KiB of anything is read or refused with at most
// 64 MB allocated and 100 ms of work. Only tests import it.
package hostile

import (
	_ "embed"
	"encoding/json"
	"flag"
	"runtime/metrics"
	"strings"
	"testing"
	"time"
)

const (
	// MaxInput is how long an input may be to be bound, in bytes.
	MaxInput = 64 << 10
	// maxBytes may be allocated for one input, all in all, collected or not.
	maxBytes = 64 << 20
	// maxWork is the processor time that one input may take.
	maxWork = 100 * time.Millisecond
)

var bounds = flag.Bool("fuzzbounds", false, "measure the processor time of every input too; make fuzz does")

// Within reads an input and fails when that costs too much. Bytes are counted always, for their number is the same at every run; time only
// with -fuzzbounds, and then it is the time of this thread on a processor, whatever else the machine does. Longer inputs are read, at whatever cost.
func Within(t *testing.T, input int, read func()) {
	t.Helper()
	if input > MaxInput {
		read()
		return
	}
	before := allocated()
	took := worked(read)
	if got := allocated() - before; got > maxBytes {
		t.Errorf("reading %d bytes allocated %d MB", input, got>>20)
	}
	if !*bounds {
		return
	}
	// A collection may fall into any one run, but not into all.
	for range 4 {
		if took > maxWork {
			took = min(took, worked(read))
		}
	}
	if took > maxWork {
		t.Errorf("reading %d bytes took %v", input, took)
	}
}

func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

//go:embed texts.json
var texts []byte

// Texts are nonsense and malice up to 64 KiB: runs of brackets, signs and words, nested loops, huge texts and numbers. web/e2e feeds the
// same to the browser.
func Texts() []string {
	var all [][][]any
	if err := json.Unmarshal(texts, &all); err != nil {
		panic(err)
	}
	out := make([]string, len(all))
	for i, parts := range all {
		var b strings.Builder
		for _, p := range parts {
			b.WriteString(strings.Repeat(p[0].(string), int(p[1].(float64))))
		}
		out[i] = b.String()
	}
	return out
}
