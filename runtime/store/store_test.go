package store

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"pipewright/rules/hostile"
	"pipewright/runtime/query"
)

func TestCheckBody(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"a":`, MaxDepth-1) + "{}" + strings.Repeat("}", MaxDepth-1)
	cases := []struct{ name, body, want string }{
		{"empty object", `{}`, ""},
		{"all kinds", ` {"a":[1,-2,true,false,null,"x",{"b":[]}] , "b" : 0 } `, ""},
		{"int64 extremes", `{"a":9223372036854775807,"b":-9223372036854775808}`, ""},
		{"dots and dollars", `{"a.b":1,"$c":2,"":3}`, ""},
		{"escapes", `{"\u5546":"\ud83d\ude00\n\"\\\/"}`, ""},
		{"NUL in a value", `{"a":"\u0000"}`, ""},
		{"many members", `{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1}`, ""},
		{"deep", deep, ""},
		{"too deep", `{"a":` + deep + `}`, "nested too deep"},
		{"a million brackets", `{"a":` + strings.Repeat("[", 1e6), "nested too deep"},
		{"nothing", ``, "not a JSON object"},
		{"array", `[]`, "not a JSON object"},
		{"two objects", `{}{}`, "something follows"},
		{"unfinished", `{"a":1`, "neither comma nor end"},
		{"float", `{"a":1.0}`, "not an integer"},
		{"exponent", `{"a":1e3}`, "not an integer"},
		{"beyond int64", `{"a":9223372036854775808}`, "beyond int64"},
		{"below int64", `{"a":-9223372036854775809}`, "beyond int64"},
		{"minus zero", `{"a":-0}`, "malformed number"},
		{"leading zero", `{"a":012}`, "malformed number"},
		{"lone minus", `{"a":-}`, "malformed number"},
		{"bad word", `{"a":nul}`, "no JSON value"},
		{"repeated member", `{"a":1,"\u0061":2}`, `member "a" twice`},
		{"repeated among many", `{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1,"b":2}`, `member "b" twice`},
		{"NUL in a name", `{"\u0000":1}`, "NUL"},
		{"half a character", `{"a":"\ud83d"}`, "unpaired surrogate"},
		{"two first halves", `{"a":"\ud83d\ud83d"}`, "unpaired surrogate"},
		{"bad escape", `{"a":"\x"}`, "unknown escape"},
		{"short escape", `{"a":"\u12`, "unknown escape"},
		{"control character", "{\"a\":\"\n\"}", "control character"},
		{"not UTF-8", "{\"a\":\"\xff\"}", "not UTF-8"},
		{"open string", `{"a":"`, "does not end"},
		{"trailing comma", `{"a":1,}`, "no member name"},
		{"no colon", `{"a" 1}`, "no colon"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := CheckBody(json.RawMessage(c.body))
			switch {
			case c.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.want != "" && (!errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), c.want)):
				t.Errorf("error = %v, want %q", err, c.want)
			}
		})
	}
	if err := CheckBody(json.RawMessage(`{"a":"` + strings.Repeat("x", MaxBody) + `"}`)); !errors.Is(err, ErrInvalid) {
		t.Errorf("a body above the limit: %v", err)
	}
}

func FuzzCheckBody(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":[1,-2,{"b":"\u5546"}]}`, `{"a":1.5}`, `{"\ud83d\ude00":null}`} {
		f.Add([]byte(s))
	}
	for _, s := range hostile.Texts() {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var err error
		hostile.Within(t, len(b), func() { err = CheckBody(b) })
		if err == nil && !json.Valid(b) {
			t.Errorf("accepted %q, which is no JSON", b)
		}
	})
}

func TestSchema(t *testing.T) {
	t.Parallel()
	cols := []Column{{"s", query.Text}, {"n", query.Int}, {"p", query.Texts}}
	cases := []struct {
		name, want string
		c          Collection
	}{
		{"fine", "", Collection{Name: "rec_b2b_deal", Columns: cols, Indexes: []Index{{Name: "a", Cols: []string{"p", "-s"}, Cover: []string{"n"}}}}},
		{"collection name", "collection name", Collection{Name: "a-b"}},
		{"column name", "column name", Collection{Name: "a", Columns: []Column{{"$x", query.Int}}}},
		{"column type", `type "float"`, Collection{Name: "a", Columns: []Column{{"x", "float"}}}},
		{"two types", "needs a new column", Collection{Name: "a", Columns: []Column{{"x", query.Int}, {"x", query.Text}}}},
		{"index without columns", "no columns", Collection{Name: "a", Indexes: []Index{{Name: "i"}}}},
		{"index of an unknown column", "not declared", Collection{Name: "a", Indexes: []Index{{Name: "i", Cols: []string{"x"}}}}},
		{"index repeats", "twice", Collection{Name: "a", Columns: cols, Indexes: []Index{{Name: "i", Cols: []string{"s", "-s"}}}}},
		{"texts not first", "come first", Collection{Name: "a", Columns: cols, Indexes: []Index{{Name: "i", Cols: []string{"s", "p"}}}}},
		{"cover of a text", "not a declared int", Collection{Name: "a", Columns: cols, Indexes: []Index{{Name: "i", Cols: []string{"n"}, Cover: []string{"s"}}}}},
		{"index name", "bad name", Collection{Name: "a", Columns: cols, Indexes: []Index{{Name: "i;", Cols: []string{"n"}}}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := NewSchema(c.c)
			switch {
			case c.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.want != "" && (!errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), c.want)):
				t.Errorf("error = %v, want %q", err, c.want)
			}
		})
	}
}

// A cursor reads back as it was written; any change of it, or another order, is refused.
func TestCursor(t *testing.T) {
	t.Parallel()
	s, err := NewSchema(Collection{Name: "deal", Columns: []Column{{"s", query.Text}, {"n", query.Int}, {"b", query.Bool}}})
	if err != nil {
		t.Fatal(err)
	}
	order := []query.Sort{{Col: "s"}, {Col: "n", Desc: true}, {Col: "b"}}
	at := Position{Values: []any{"商机", int64(-9223372036854775808), nil}, ID: "d1"}
	cursor := s.Cursor(order, at)
	_, got, err := s.CheckQuery(query.Query{Limit: 1, Sort: order, After: cursor})
	if err != nil || got.ID != "d1" || got.Values[0] != "商机" || got.Values[1] != at.Values[1] || got.Values[2] != nil {
		t.Fatalf("read back %+v, %v", got, err)
	}
	for i := range cursor {
		broken := []byte(cursor)
		broken[i] = 'A' + (broken[i]-'A'+1)%26
		if string(broken) == cursor {
			continue
		}
		if _, _, err := s.CheckQuery(query.Query{Limit: 1, Sort: order, After: string(broken)}); !errors.Is(err, ErrCursor) {
			t.Errorf("byte %d changed: %v", i, err)
		}
	}
	for _, q := range []query.Query{
		{Limit: 1, Sort: order[:2], After: cursor},
		{Limit: 1, Sort: []query.Sort{{Col: "s"}, {Col: "n"}, {Col: "b"}}, After: cursor},
		{Limit: 1, Sort: order, After: "x"},
		{Limit: 1, Sort: order, After: cursor[:len(cursor)-4]},
	} {
		if _, _, err := s.CheckQuery(q); !errors.Is(err, ErrCursor) {
			t.Errorf("%+v: %v", q, err)
		}
	}
}

// TestSimple holds the eight bytes at a time to one at a time: what is passed over is harmless, and what is harmless is passed over.
func TestSimple(t *testing.T) {
	t.Parallel()
	harmless := func(b byte) bool { return b >= 0x20 && b < 0x80 && b != '"' && b != '\\' }
	for place := range 24 {
		for b := range 256 {
			text := []byte("abcdefghijklmnopqrstuvwxyz")
			text[place] = byte(b)
			want := 24
			if !harmless(byte(b)) {
				want = place / 8 * 8
			}
			if got := simple(text); got != want {
				t.Fatalf("byte %#x at %d: %d are passed over, want %d", b, place, got, want)
			}
		}
	}
}
