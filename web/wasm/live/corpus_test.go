package live

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the corpus anew")

const (
	corpusFile  = "testdata/corpus.jsonl"
	corpusForms = 60
	corpusCases = 40
)

// corpusForm is one line of the corpus: a form and what is to be found for values of it. web/e2e runs the same lines in a browser.
type corpusForm struct {
	Open  json.RawMessage `json:"open"`
	Cases []corpusCase    `json:"cases"`
}

type corpusCase struct {
	In json.RawMessage `json:"in"`
	// Codes is what stands against the values, for people; Sum is the start of the SHA-256 of the whole answer.
	Codes []string `json:"codes,omitempty"`
	Sum   string   `json:"sum"`
}

func readCorpus(t testing.TB) []corpusForm {
	t.Helper()
	raw, err := os.ReadFile(corpusFile)
	if err != nil {
		t.Fatal(err)
	}
	var out []corpusForm
	lines := bufio.NewScanner(bytes.NewReader(raw))
	lines.Buffer(nil, 10<<20)
	for lines.Scan() {
		var f corpusForm
		if err := json.Unmarshal(lines.Bytes(), &f); err != nil {
			t.Fatal(err)
		}
		out = append(out, f)
	}
	return out
}

// answer opens a form and evaluates one case of it, as the worker does.
func answer(t testing.TB, d *Desk, id int, in json.RawMessage) string {
	t.Helper()
	out, err := d.Call("evaluate", withID(id, in))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func withID(id int, in json.RawMessage) string {
	return fmt.Sprintf(`{"id":%d,%s`, id, bytes.TrimPrefix(in, []byte("{")))
}

func opened(t testing.TB, d *Desk, open json.RawMessage) (int, Reach) {
	t.Helper()
	out, err := d.Call("open", string(open))
	if err != nil {
		t.Fatalf("%v: %s", err, open)
	}
	var r struct {
		ID    int
		Reach Reach
	}
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err)
	}
	return r.ID, r.Reach
}

func sum(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:8])
}

func TestCorpus(t *testing.T) {
	t.Parallel()
	if *update {
		writeCorpus(t)
	}
	n := 0
	for i, f := range readCorpus(t) {
		d := &Desk{}
		id, _ := opened(t, d, f.Open)
		for j, c := range f.Cases {
			n++
			if got := answer(t, d, id, c.In); sum(got) != c.Sum {
				t.Errorf("form %d case %d: got %s\nwhich is not what was written down; there stood against it %v", i, j, got, c.Codes)
			}
		}
	}
	if n < 2000 {
		t.Errorf("only %d cases", n)
	}
}

func TestExamples(t *testing.T) {
	t.Parallel()
	for _, e := range examples() {
		if e.Got != e.Want {
			t.Errorf("%s: %s is %q, documented %q", e.Name, e.Example, e.Got, e.Want)
		}
	}
}

func writeCorpus(t *testing.T) {
	var b bytes.Buffer
	for i := range corpusForms {
		g := &generator{r: rand.New(rand.NewPCG(20261122, uint64(i)))}
		f := corpusForm{Open: g.form()}
		d := &Desk{}
		id, reach := opened(t, d, f.Open)
		if len(reach.Values) < 3 {
			t.Fatalf("form %d computes only %v", i, reach.Values)
		}
		for _, key := range append([]string{"rich", "seen", "times", "decided", "far"}, leftFields...) {
			if !slices.Contains(reach.Server, key) {
				t.Fatalf("form %d decides %s here", i, key)
			}
		}
		if g.hidesNothing {
			for _, key := range []string{"r1", "r2", "r3", "r5", "r6", "r8", "r9", "worth1", "lines.share"} {
				if !slices.Contains(reach.Values, key) {
					t.Fatalf("form %d does not compute %s here: %v", i, key, reach.Server)
				}
			}
		}
		for range corpusCases {
			c := corpusCase{In: g.values()}
			out := answer(t, d, id, c.In)
			var a Answer
			if err := json.Unmarshal([]byte(out), &a); err != nil {
				t.Fatal(err)
			}
			c.Sum = sum(out)
			for _, p := range a.Problems {
				c.Codes = append(c.Codes, strings.TrimPrefix(p.Path, "/data/")+" "+p.Code)
			}
			f.Cases = append(f.Cases, c)
		}
		line, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(append(line, '\n'))
	}
	if err := os.MkdirAll("testdata", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(corpusFile, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
