package strict_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pipewright/rules"
	"pipewright/rules/hostile"
	"pipewright/rules/strict"
)

type inner struct {
	Key    string           `json:"key"`
	Name   rules.Text       `json:"name,omitzero"`
	Min    rules.NumberSlot `json:"min,omitzero"`
	Scale  *int             `json:"scale,omitempty"`
	Within []inner          `json:"within,omitempty"`
}

type either struct{ list []string }

func (e *either) UnmarshalStrict(raw json.RawMessage, path string) []rules.Problem {
	if raw[0] == '"' {
		e.list = []string{""}
		return strict.DecodeAt(raw, &e.list[0], path)
	}
	return strict.DecodeAt(raw, &e.list, path)
}

type outer struct {
	Spec   string            `json:"spec"`
	Count  int               `json:"count,omitempty"`
	On     bool              `json:"on,omitempty"`
	Items  []inner           `json:"items,omitempty"`
	Who    either            `json:"who,omitzero"`
	By     map[string]int    `json:"by,omitempty"`
	Due    rules.Duration    `json:"due,omitzero"`
	Day    rules.Date        `json:"day,omitzero"`
	Any    map[string]any    `json:"any,omitempty"`
	Number json.Number       `json:"number,omitempty"`
	Set    map[string]string `json:"set,omitempty"`
}

func TestDecode(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want string }{
		"good":          {`{"spec":"x","items":[{"key":"a","name":{"en":"A"},"min":0.10},{"key":"b","name":"B","min":"1+1"}],"who":["q"],"due":"P3BD","day":"2026-09-30"}`, ""},
		"one for list":  {`{"who":"q"}`, ""},
		"unknown":       {`{"items":[{"key":"a","nmae":"x"}]}`, "/items/a/nmae shape.unknownMember There is no member “nmae” here. Did you mean “name”? [fix]"},
		"other case":    {`{"Spec":"x"}`, "/Spec shape.unknownMember There is no member “Spec” here. Did you mean “spec”? [fix]"},
		"index":         {`{"items":[{"key":"a"},{"zzz":1}]}`, "/items/1/zzz shape.unknownMember There is no member “zzz” here"},
		"types":         {`{"spec":1,"count":"1","on":"yes","items":{},"by":[1]}`, "/spec shape.type Expected here is a text, not a number\n/count shape.type Expected here is a whole number, not a text\n/on shape.type Expected here is true or false, not a text\n/items shape.type Expected here is a list [ ], not an object { }\n/by shape.type Expected here is an object { }, not a list [ ]"},
		"fraction":      {`{"count":1.5}`, "/count shape.type Expected here is a whole number, not a number"},
		"null":          {`{"spec":null,"items":[{"key":"a","scale":null}]}`, "/spec shape.type Expected here is a text, not null"},
		"twice":         {`{"spec":"a","spec":"b","items":[{"key":"k","key":"k"}],"any":{"a":{"b":1,"b":2}}}`, "/spec key.duplicate “spec” is given twice\n/items/k/key key.duplicate “key” is given twice\n/any/a/b key.duplicate “b” is given twice"},
		"language":      {`{"items":[{"key":"a","name":{"fr":"x","en":1}}]}`, "/items/a/name/en shape.type A text is expected here\n/items/a/name/fr shape.unknownMember “fr” is not a language we know. Use zh-CN, zh-TW or en"},
		"slot":          {`{"items":[{"key":"a","min":true}]}`, "/items/a/min shape.type A number, or an expression written as a text, is expected here"},
		"huge":          {`{"items":[{"key":"a","min":1e999999999}]}`, "/items/a/min shape.type The number is too large or has too many digits"},
		"custom":        {`{"who":["q",3]}`, "/who/1 shape.type Expected here is a text, not a number"},
		"duration":      {`{"due":"3 days"}`, "/due shape.type A duration is expected here, such as P3D (3 days), PT4H (4 hours), P3BD (3 working days), PT4BH (4 working hours)"},
		"date":          {`{"day":"2026-02-30"}`, "/day shape.type Expected here is a well-written value, not a text"},
		"unfinished":    {`{"spec":"x"`, " shape.syntax The JSON is not finished: a closing bracket or quote is missing 1:12"},
		"trailing":      {"{}\n x", " shape.syntax The JSON is not written well: “x” is not expected here 2:2"},
		"empty":         {``, " shape.syntax The JSON is not finished: a closing bracket or quote is missing 1:1"},
		"not an object": {`[]`, " shape.type Expected here is an object { }, not a list [ ]"},
		"bytes":         {"{\"spec\":\"\xff\"}", " shape.syntax The text has broken characters (not valid UTF-8)"},
		"surrogate":     {`{"spec":"\ud800"}`, " shape.syntax A text has half of a \\u pair 1:9"},
		"replacement":   {`{"spec":"\uFFFD"}`, ""},
		"deep":          {strings.Repeat("[", 1000000), " shape.depth Nested too deep (at most 32) 1:33"},
		"slashes":       {`{"set":{"a/b~c":1}}`, "/set/a~1b~0c shape.type Expected here is a text, not a number"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var o outer
			var lines []string
			for _, p := range strict.Decode([]byte(c.in), &o) {
				line := fmt.Sprintf("%s %s %s", p.Path, p.Code, p.Message.In("en"))
				if p.Fix != nil {
					line += " [fix]"
				}
				if p.Line > 0 {
					line += fmt.Sprintf(" %d:%d", p.Line, p.Col)
				}
				for _, lang := range rules.Languages {
					if p.Message[lang] == "" {
						t.Errorf("no %s text", lang)
					}
				}
				lines = append(lines, line)
			}
			if got := strings.Join(lines, "\n"); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestDecodeKeepsWhatItCan(t *testing.T) {
	t.Parallel()
	var o outer
	strict.Decode([]byte(`{"spec":"x","count":"no","any":{"n":12345678901234567890.10,"z":null},"number":1.50}`), &o)
	if o.Spec != "x" || o.Any["n"] != json.Number("12345678901234567890.10") || o.Any["z"] != nil || o.Number != "1.50" {
		t.Errorf("got %+v", o)
	}
}

func TestCanonical(t *testing.T) {
	t.Parallel()
	var o struct {
		B string          `json:"b"`
		A rules.Text      `json:"a"`
		M map[string]int  `json:"m"`
		R json.RawMessage `json:"r"`
	}
	in := `{"m":{"z":1,"a":2},"r":{"x":"a\u003cb \\u003c"},"b":"<&>","a":{"en":"<E>","zh-CN":"中"}}`
	if ps := strict.Decode([]byte(in), &o); len(ps) > 0 {
		t.Fatal(ps)
	}
	got, err := strict.Canonical(o)
	if err != nil {
		t.Fatal(err)
	}
	want := `{
  "b": "<&>",
  "a": {
    "zh-CN": "中",
    "en": "<E>"
  },
  "m": {
    "a": 2,
    "z": 1
  },
  "r": {
    "x": "a<b \\u003c"
  }
}
`
	if string(got) != want {
		t.Errorf("got %s", got)
	}
}

func TestLocate(t *testing.T) {
	t.Parallel()
	text := []byte("{\n  \"items\": [\n    {\"key\": \"a\", \"min\": 1},\n    {\"min\": 2}\n  ]\n}")
	for path, want := range map[string]string{"/items/a/min": "3:25", "/items/1/min": "4:13", "/items/a/nothing": "3:5", "": "1:1", "/x": "1:1"} {
		line, col := strict.Locate(text, path)
		if got := fmt.Sprintf("%d:%d", line, col); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}

func FuzzStrict(f *testing.F) {
	for _, s := range []string{`{}`, `{"spec":"x","items":[{"key":"a","within":[{"key":"b"}]}]}`, `{"who":["a"],"by":{"x":1},"any":{"a":[1,null,{}]}}`,
		`{"spec":"\ud83d\ude00","min":1e5}`, `[[[[`, `{"due":"P1D"}`, `"`, `{"a":`, "\xff", `{"items":[{"name":{"en":""}}]}`} {
		f.Add([]byte(s))
	}
	for _, s := range hostile.Texts() {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var o outer
		var problems []rules.Problem
		hostile.Within(t, len(data), func() { problems = strict.Decode(data, &o) })
		if len(problems) > 0 || o.Who.list != nil {
			return
		}
		// What was read without a problem is written so that it reads back the same.
		first, err := strict.Canonical(o)
		if err != nil {
			t.Fatal(err)
		}
		var again outer
		if ps := strict.Decode(first, &again); len(ps) > 0 {
			t.Fatalf("%s\n%v", first, ps)
		}
		second, err := strict.Canonical(again)
		if err != nil || string(first) != string(second) {
			t.Fatalf("%s\n%s\n%v", first, second, err)
		}
	})
}
