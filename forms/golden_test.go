package forms

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"pipewright/rules"
	"pipewright/rules/strict"
)

var update = flag.Bool("update", false, "write what the tests find into testdata")

// golden is one data file: an app's forms, and what is expected of them.
type golden struct {
	Note    string       `json:"note,omitempty"`
	Options []OptionList `json:"options,omitempty"`
	Forms   []Form       `json:"forms"`
	// Problems of compiling the first form: "path code: message in English", then "line:col" when there is a place.
	Problems []string     `json:"problems,omitempty"`
	Cases    []goldenCase `json:"cases,omitempty"`
}

type goldenCase struct {
	Name    string                                `json:"name"`
	Old     map[string]json.RawMessage            `json:"old,omitzero"`
	New     map[string]json.RawMessage            `json:"new"`
	Changed []string                              `json:"changed,omitempty"`
	Hide    []string                              `json:"hide,omitempty"`
	Lock    []string                              `json:"lock,omitempty"`
	Require []string                              `json:"require,omitempty"`
	Records map[string]map[string]json.RawMessage `json:"records,omitzero"`
	Missing []string                              `json:"missing,omitempty"`
	Want    goldenWant                            `json:"want"`
}

type goldenWant struct {
	Data map[string]json.RawMessage `json:"data"`
	// Fields lists states that are not simply "visible": words of visible, required, readOnly, masked; "hidden" for none.
	Fields   map[string]string `json:"fields,omitempty"`
	Sections map[string]bool   `json:"sections,omitempty"`
	Problems []string          `json:"problems,omitempty"`
	Needs    []string          `json:"needs,omitempty"`
}

var testNow = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

// testSystem are the system names the tests know.
var testSystem = map[string]rules.Type{
	"me": rules.Str, "owner": rules.Str, "stage": rules.Str, "number": rules.Str, "title": rules.Str, "createdAt": rules.Instant,
}

func testWorld(forms []Form, options []OptionList) *World {
	shanghai := time.FixedZone("CST", 8*3600)
	w := &World{App: "test", Currency: "CNY", Zone: shanghai, Forms: map[string]*Form{}, Options: map[string]*OptionList{}, System: testSystem}
	for i := range forms {
		w.Forms[forms[i].Key] = &forms[i]
	}
	for i := range options {
		w.Options[options[i].Key] = &options[i]
	}
	return w
}

func testScope() *rules.Scope {
	return &rules.Scope{Names: map[string]any{"me": "rep.li", "owner": "rep.li", "stage": "qualify"}, Now: testNow, Zone: time.FixedZone("CST", 8*3600)}
}

func showProblems(ps []rules.Problem) []string {
	var out []string
	for _, p := range ps {
		s := p.Path + " " + p.Code + ": " + p.Message.In("en")
		if p.Line > 0 {
			s += " @" + itoa(p.Line) + ":" + itoa(p.Col)
		}
		if p.Severity == rules.Warning {
			s = "warning " + s
		}
		if p.Fix != nil {
			s += " [fix: " + p.Fix.Title.In("en") + "]"
		}
		out = append(out, s)
	}
	return out
}

func itoa(n int) string { b, _ := json.Marshal(n); return string(b) }

func set(keys []string) map[string]bool {
	out := map[string]bool{}
	for _, k := range keys {
		out[k] = true
	}
	return out
}

func showState(st FieldState) string {
	if !st.Visible && !st.Masked && !st.ReadOnly {
		return "hidden"
	}
	var words []string
	for _, w := range []struct {
		yes  bool
		word string
	}{{!st.Visible, "hidden"}, {st.Required, "required"}, {st.ReadOnly, "readOnly"}, {st.Masked, "masked"}} {
		if w.yes {
			words = append(words, w.word)
		}
	}
	return strings.Join(words, " ")
}

func TestGolden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no data files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var want golden
			if ps := strict.Decode(raw, &want); len(ps) > 0 {
				t.Fatalf("%s: %v", file, showProblems(ps))
			}
			var got golden
			strict.Decode(raw, &got)
			runGolden(t, &got)
			wantText, gotText := canonicalText(t, want), canonicalText(t, got)
			if bytes.Equal(wantText, gotText) {
				return
			}
			if *update {
				if err := os.WriteFile(file, gotText, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			t.Errorf("%s differs (run with -update to renew):\n%s", file, firstDifference(wantText, gotText))
		})
	}
}

func canonicalText(t *testing.T, g golden) []byte {
	t.Helper()
	out, err := strict.Canonical(g)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func firstDifference(want, got []byte) string {
	w, g := strings.Split(string(want), "\n"), strings.Split(string(got), "\n")
	for i := range w {
		if i >= len(g) || w[i] != g[i] {
			return "want " + strings.Join(w[i:min(len(w), i+6)], "\n") + "\ngot  " + strings.Join(g[min(i, len(g)):min(len(g), i+6)], "\n")
		}
	}
	return "got more: " + strings.Join(g[len(w):], "\n")
}

// runGolden replaces what is expected by what is found.
func runGolden(t *testing.T, g *golden) {
	w := testWorld(g.Forms, g.Options)
	f := &g.Forms[0]
	s, problems := Compile(f, w, nil, "/forms/"+f.Key)
	g.Problems = showProblems(problems)
	if rules.HasErrors(problems) {
		g.Cases = nil
		return
	}
	schemas := map[string]*Schema{f.Key: s}
	for i := range g.Forms[1:] {
		other := &g.Forms[i+1]
		o, problems := Compile(other, w, nil, "/forms/"+other.Key)
		if rules.HasErrors(problems) {
			t.Fatalf("%s: %v", other.Key, showProblems(problems))
		}
		schemas[other.Key] = o
	}
	for i := range g.Cases {
		c := &g.Cases[i]
		c.Want = runCase(t, schemas, s, c)
	}
}

func runCase(t *testing.T, schemas map[string]*Schema, s *Schema, c *goldenCase) goldenWant {
	parse := func(s *Schema, data map[string]json.RawMessage) Values {
		v, problems := s.Parse(data, "/data")
		if len(problems) > 0 {
			t.Fatalf("%s: %v", c.Name, showProblems(problems))
		}
		return v
	}
	in := &Input{New: parse(s, c.New), Scope: testScope(), Changed: c.Changed,
		Mask: Mask{Hide: set(c.Hide), ReadOnly: set(c.Lock), Require: set(c.Require)}}
	if c.Old != nil {
		in.Old = parse(s, c.Old)
	}
	if c.Records != nil {
		missing := set(c.Missing)
		in.Records = func(form, id string) (Values, bool) {
			raw, ok := c.Records[form+"/"+id]
			if !ok {
				return nil, missing[form+"/"+id]
			}
			return parse(schemas[form], raw), true
		}
	}
	res := s.Evaluate(in)
	out := goldenWant{Data: s.Wire(res.Values, nil), Problems: showProblems(res.Problems)}
	for k, st := range res.Fields {
		if word := showState(st); word != "" {
			if out.Fields == nil {
				out.Fields = map[string]string{}
			}
			out.Fields[k] = word
		}
	}
	if len(res.Sections) > 0 {
		out.Sections = res.Sections
	}
	for _, n := range res.Needs {
		out.Needs = append(out.Needs, n.Form+"/"+n.ID)
	}
	sort.Strings(out.Needs)
	return out
}
