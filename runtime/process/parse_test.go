package process

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"pipewright/rules"
	"pipewright/rules/hostile"
)

// TestFormatIsStable: the canonical form of a definition reads back as the same definition and formats to the same bytes.
func TestFormatIsStable(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/check/sound.json")
	if err != nil {
		t.Fatal(err)
	}
	def, problems := Parse(data)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	first, err := Format(def)
	if err != nil {
		t.Fatal(err)
	}
	again, problems := Parse(first)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	second, err := Format(again)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, second) {
		t.Errorf("formatting twice differs:\n%s\n---\n%s", first, second)
	}
	if !reflect.DeepEqual(def, again) {
		t.Error("the canonical form reads back as another definition")
	}
	if Digest(first) != Digest(second) || len(Digest(first)) != 64 {
		t.Error("digest", Digest(first))
	}
	if bytes.Contains(first, []byte("\\u003c")) {
		t.Error("canonical JSON escapes <")
	}
}

func TestUnions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in, out string
		into          any
	}{
		{"one who", `{"role": "a"}`, `[{"role":"a"}]`, new(Whos)},
		{"list of who", `[{"role": "a"}, {"user": "u"}]`, `[{"role":"a"},{"user":"u"}]`, new(Whos)},
		{"owner in short", `{"role": "a"}`, `{"who":[{"role":"a"}]}`, new(Owner)},
		{"owner in full", `{"who": {"role": "a"}, "assign": "pick"}`, `{"who":[{"role":"a"}],"assign":"pick"}`, new(Owner)},
		{"owner as list", `[{"role": "a"}]`, `{"who":[{"role":"a"}]}`, new(Owner)},
		{"due as duration", `"P3D"`, `"P3D"`, new(Due)},
		{"due at", `{"at": "09:00"}`, `{"at":"09:00"}`, new(Due)},
		{"due date", `{"date": "closeDate"}`, `{"date":"closeDate"}`, new(Due)},
		{"mode word", `"any"`, `"any"`, new(Mode)},
		{"mode share", `{"share": 0.60}`, `{"share":0.60}`, new(Mode)},
		{"mode count", `{"count": 2}`, `{"count":2}`, new(Mode)},
		{"onEmpty word", `"climb"`, `"climb"`, new(OnEmpty)},
		{"onEmpty who", `{"user": "cfo"}`, `[{"user":"cfo"}]`, new(OnEmpty)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if err := json.Unmarshal([]byte(c.in), c.into); err != nil {
				t.Fatal(err)
			}
			out, err := json.Marshal(c.into)
			if err != nil || string(out) != c.out {
				t.Errorf("got %s (%v), want %s", out, err, c.out)
			}
		})
	}
}

// FuzzCheck: no text makes the parser or the compiler panic, and whatever can be read can be written and read again.
func FuzzCheck(f *testing.F) {
	files, _ := filepath.Glob("testdata/check/*.json")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, s := range hostile.Texts() {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var def *Definition
		var problems []rules.Problem
		hostile.Within(t, len(data), func() {
			if def, problems = Parse(data); def != nil {
				Compile(def, nil, 0, Options{Cron: standInCron})
			}
		})
		if def == nil {
			return
		}
		JSON, err := Format(def)
		if err != nil {
			t.Fatal(err)
		}
		if _, more := Parse(JSON); !rules.HasErrors(problems) && rules.HasErrors(more) {
			t.Fatalf("%s\n%v", JSON, more)
		}
	})
}

// Two programs may write the same scenario differently; the digest must not tell them apart.
func TestDigestOfRawValues(t *testing.T) {
	t.Parallel()
	digest := func(data string) string {
		def, problems := Parse([]byte(`{"spec":"pipewright/1","key":"a","name":"A","tests":[{"name":"t","given":{"form":"f","data":` + data + `},"steps":[{"set":` + data + `}]}]}`))
		if def == nil || rules.HasErrors(problems) {
			t.Fatal(problems)
		}
		out, err := Format(def)
		if err != nil {
			t.Fatal(err)
		}
		return Digest(out)
	}
	a := digest(`{"x": {"amount": "1.50", "currency": "CNY"}, "n": 1.50, "s": "a>b"}`)
	b := digest(`{"s":"\u0061\u003eb","n":1.50,"x":{"currency":"CNY","amount":"1.50"}}`)
	if a != b {
		t.Error("the same values have two digests")
	}
	if c := digest(`{"x": {"amount": "1.50", "currency": "CNY"}, "n": 1.5, "s": "a>b"}`); c == a {
		t.Error("a number was changed")
	}
}
