package live

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pipewright/rules/hostile"
)

// messages are such as no page sends: malformed, nested deep, very long.
var messages = []string{
	"", "null", "[]", "{", `{"app":null}`, `{"app":{"forms":[{}]},"form":""}`, `{"app":{"forms":null},"form":"f"}`, `{"id":1e99}`, `{"id":1,"new":[],"old":0}`,
	`{"id":1,"new":{"a":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `}}`, `{"id":1,"new":{"n":"` + strings.Repeat("9", 60000) + `"}}`, `{"id":1,"new":{"t":"` + strings.Repeat("中", 20000) + `"}}`,
	`{"id":1,"new":{"rows":[` + strings.Repeat(`{"n":1},`, 7000) + `{"n":1}]}}`, `{"id":1,"new":{"n":"1e999999999"}}`, `{"id":1,"now":"0000-00-00"}`, "\xff\xfe",
	`{"app":{"timezone":"../../etc/passwd","forms":[{"key":"f"}]},"form":"f"}`,
}

// formOf has one computed field with the expression given, and conditions of it.
func formOf(expression string) string {
	at := func(key, typ string) object { return object{"key": key, "name": key, "type": typ} }
	calc := object{"key": "c", "name": "c", "type": "number", "calc": expression}
	cond := object{"key": "d", "name": "d", "type": "text", "visibleIf": expression, "requiredIf": expression, "readIf": expression}
	rows := object{"key": "rows", "name": "rows", "type": "table", "fields": []object{at("n", "number"), {"key": "m", "name": "m", "type": "number", "calc": expression}}}
	form := object{"key": "f", "name": "f", "fields": []object{at("n", "number"), at("t", "text"), rows, calc, cond}, "checks": []object{{"key": "k", "if": expression, "message": "{{ " + expression + " }}"}}}
	return string(must(object{"app": object{"key": "a", "forms": []object{form}}, "form": "f"}))
}

// ask makes a call as the worker does. Panics are caught by Call itself, where they read "live: " and what Go says; that is as wrong here.
func ask(t *testing.T, d *Desk, method, input string) string {
	var out string
	var err error
	hostile.Within(t, len(input), func() { out, err = d.Call(method, input) })
	if err != nil && (strings.Contains(err.Error(), "runtime error") || strings.Contains(err.Error(), "reflect:")) {
		t.Fatalf("%s panics: %v\n%.2000s", method, err, input)
	}
	if err == nil && !json.Valid([]byte(out)) {
		t.Fatalf("%s answers what is not JSON: %.2000s", method, out)
	}
	return out
}

// trial gives a desk one message as every call, and, where it is an expression, opens and evaluates a form of it.
func trial(t *testing.T, input string) {
	d := &Desk{}
	plain := `{"app":{"key":"a","forms":[{"key":"f","name":"f","fields":[{"key":"n","name":"n","type":"number"},{"key":"t","name":"t","type":"text"},{"key":"rows","name":"rows","type":"table","fields":[{"key":"n","name":"n","type":"number"}]}]}]},"form":"f"}`
	if ask(t, d, "open", plain) == "" {
		t.Fatal("the form that hostile values are put into does not open")
	}
	ask(t, d, "evaluate", input)
	ask(t, d, "open", input)
	ask(t, d, input, input)
	if ask(t, d, "open", formOf(input)) == "" {
		return
	}
	many := strings.Repeat(`{"n":"7"},`, 200) + `{"n":null}`
	ask(t, d, "evaluate", fmt.Sprintf(`{"id":%d,"new":{"n":"3","t":"x","rows":[%s]},"now":"2026-11-22T16:00:00Z"}`, d.last, many))
}

func TestHostileMessages(t *testing.T) {
	t.Parallel()
	for _, in := range append(hostile.Texts(), messages...) {
		trial(t, in)
	}
}

// What nests deep is refused before anything walks it, brackets in texts aside.
func TestNested(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"": 0, "{}": 1, `[[1],{"a":[2]}]`: 3, `{"a":"[[[\"[["}`: 1, `]]][[`: 0, strings.Repeat(`{"a":`, 5000): 5000, `"\`: 0} {
		if got := nested(text); got != want {
			t.Errorf("%.40s: %d, want %d", text, got, want)
		}
	}
	if _, err := (&Desk{}).Call("open", strings.Repeat("[", 101)); err == nil || !strings.Contains(err.Error(), "nests deeper than 100") {
		t.Error(err)
	}
}

// TestDamagedMessages takes the corpus' own messages and damages them: a run of the fuzzer with a fixed seed.
func TestDamagedMessages(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 20261127))
	corpus := readCorpus(t)
	for range 300 {
		f := corpus[r.IntN(len(corpus))]
		d := &Desk{}
		open := damaged(r, string(f.Open))
		ask(t, d, "open", open)
		id, _ := opened(t, d, f.Open)
		ask(t, d, "evaluate", damaged(r, withID(id, f.Cases[r.IntN(len(f.Cases))].In)))
	}
}

// signs are bytes that JSON and expressions are made of.
const signs = "0123456789[]{}:,\"ntf-.eE()+*"

// damaged changes a text in a few places: bytes other than they were, pieces left out, pieces twice.
func damaged(r *rand.Rand, s string) string {
	b := []byte(s)
	for range 1 + r.IntN(4) {
		i := r.IntN(len(b))
		j := min(len(b), i+1+r.IntN(20))
		switch r.IntN(4) {
		case 0:
			b[i] = byte(r.IntN(256))
		case 1:
			b = append(b[:i:i], b[j:]...)
		case 2:
			b = append(b[:j:j], b[i:]...)
		default:
			b[i] = signs[r.IntN(len(signs))]
		}
	}
	return string(b)
}

func FuzzDesk(f *testing.F) {
	for _, in := range append(hostile.Texts(), messages...) {
		f.Add(in)
	}
	f.Fuzz(trial)
}
