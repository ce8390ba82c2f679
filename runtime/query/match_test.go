package query

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestMatch(t *testing.T) {
	t.Parallel()
	doc := map[string]any{"s": "商机-b", "n": int64(7), "b": true, "at": int64(-5), "p": []string{"u1", "u2"}, "nil": nil}
	cases := []struct {
		name string
		f    Filter
		want bool
	}{
		{"nil accepts everything", nil, true},
		{"empty and", And{}, true},
		{"empty or", Or{}, false},
		{"and", And{Cmp{"n", Eq, int64(7)}, Cmp{"b", Eq, true}}, true},
		{"and with one refused", And{Cmp{"n", Eq, int64(7)}, Cmp{"b", Eq, false}}, false},
		{"or", Or{Cmp{"n", Eq, int64(8)}, Cmp{"b", Eq, true}}, true},
		{"not", Not{Cmp{"n", Eq, int64(8)}}, true},
		{"not of absent is true", Not{Cmp{"gone", Eq, int64(8)}}, true},
		{"absent equals nothing", Cmp{"gone", Eq, ""}, false},
		{"absent differs from nothing", Cmp{"gone", Ne, int64(1)}, false},
		{"nil is absent", Cmp{"nil", Ne, int64(1)}, false},
		{"other type is absent", Cmp{"n", Ne, "7"}, false},
		{"ne", Cmp{"n", Ne, int64(8)}, true},
		{"lt", Cmp{"at", Lt, int64(-4)}, true},
		{"le", Cmp{"at", Le, int64(-5)}, true},
		{"gt", Cmp{"s", Gt, "商机-a"}, true},
		{"ge", Cmp{"s", Ge, "商机-c"}, false},
		{"false before true", Cmp{"b", Gt, false}, true},
		{"unknown operator", Cmp{"n", "=", int64(7)}, false},
		{"in", In{"n", []any{int64(1), int64(7)}}, true},
		{"in with none", In{"n", nil}, false},
		{"in absent", In{"gone", []any{nil}}, false},
		{"isnull absent", IsNull{"gone"}, true},
		{"isnull nil", IsNull{"nil"}, true},
		{"isnull present", IsNull{"n"}, false},
		{"startsWith", StartsWith{"s", "商机"}, true},
		{"startsWith empty", StartsWith{"s", ""}, true},
		{"startsWith absent", StartsWith{"gone", ""}, false},
		{"contains", Contains{"s", "机-"}, true},
		{"contains absent", Contains{"gone", ""}, false},
		{"hasAny", HasAny{"p", []string{"x", "u2"}}, true},
		{"hasPrefix", HasPrefix{"p", "u"}, true},
		{"hasPrefix of none", HasPrefix{"p", "x"}, false},
		{"hasPrefix absent", HasPrefix{"gone", ""}, false},
		{"hasAny none", HasAny{"p", nil}, false},
		{"hasAny absent", HasAny{"gone", []string{"u2"}}, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := Match(c.f, doc); got != c.want {
				t.Errorf("Match = %v, want %v", got, c.want)
			}
		})
	}
}

func TestMatchDoc(t *testing.T) {
	t.Parallel()
	f := And{Not{Among{[]string{"b"}}}, Or{Among{[]string{"a", "b"}}, IsNull{"n"}}}
	for id, want := range map[string]bool{"a": true, "b": false, "c": false} {
		if got := MatchDoc(f, id, map[string]any{"n": int64(1)}); got != want {
			t.Errorf("%s: %v", id, got)
		}
	}
}

func TestColumns(t *testing.T) {
	t.Parallel()
	f := And{Or{Cmp{"b", Eq, true}, Not{In{"a", nil}}}, IsNull{"c"}, StartsWith{"a", "x"}, Contains{"d", "y"}, HasAny{"e", nil}, Among{nil}}
	if got, want := Columns(f), []string{"a", "b", "c", "d", "e"}; !slices.Equal(got, want) {
		t.Errorf("Columns = %v, want %v", got, want)
	}
	if got := Columns(nil); len(got) != 0 {
		t.Errorf("Columns(nil) = %v", got)
	}
}

// A prefix and its upper bound select exactly the texts that begin with it.
func TestPrefix(t *testing.T) {
	t.Parallel()
	texts := rapid.StringOf(rapid.SampledFrom([]rune{'a', 'b', 0x7f, 0x80, 0xd7ff, 0xe000, 0x10ffff, '商'}))
	rapid.Check(t, func(t *rapid.T) {
		prefix, s := texts.Draw(t, "prefix"), texts.Draw(t, "text")
		if rapid.Bool().Draw(t, "extend") {
			s = prefix + s
		}
		upper, bounded := Prefix(prefix)
		if got := s >= prefix && (!bounded || s < upper); got != strings.HasPrefix(s, prefix) {
			t.Fatalf("%q in [%q, %q) bounded %v = %v", s, prefix, upper, bounded, got)
		}
	})
}

func TestLess(t *testing.T) {
	t.Parallel()
	one, two := map[string]any{"n": int64(1)}, map[string]any{"n": int64(2)}
	up, down := []Sort{{Col: "n"}}, []Sort{{Col: "n", Desc: true}}
	cases := []struct {
		name   string
		sort   []Sort
		a, b   map[string]any
		ai, bi string
		want   bool
	}{
		{"ascending", up, one, two, "b", "a", true},
		{"descending", down, one, two, "a", "b", false},
		{"absent first ascending", up, nil, one, "b", "a", true},
		{"absent last descending", down, one, nil, "b", "a", true},
		{"tie by id", up, one, one, "a", "b", true},
		{"tie by id, descending too", down, nil, nil, "b", "a", true},
		{"equal", up, one, one, "a", "a", false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := Less(c.sort, c.a, c.ai, c.b, c.bi); got != c.want {
				t.Errorf("Less = %v, want %v", got, c.want)
			}
		})
	}
}

// A filter accepts exactly what all its conjuncts, or any of its alternatives, accept.
func TestParts(t *testing.T) {
	t.Parallel()
	a, b, c := Cmp{"n", Eq, int64(1)}, Cmp{"n", Gt, int64(0)}, IsNull{"s"}
	for _, f := range []Filter{nil, a, And{}, Or{}, And{a, And{b, Or{a, c}}, And{}}, Or{a, Or{b, And{a, c}}, Or{}}, Not{And{a, b}}} {
		for _, doc := range []map[string]any{{}, {"n": int64(1)}, {"n": int64(2)}, {"n": int64(1), "s": "x"}} {
			want := Match(f, doc)
			if got := Match(And(Conjuncts(f)), doc); got != want {
				t.Errorf("conjuncts of %#v on %v: %v, want %v", f, doc, got, want)
			}
			if got := Match(Or(Alternatives(f)), doc); got != want {
				t.Errorf("alternatives of %#v on %v: %v, want %v", f, doc, got, want)
			}
		}
	}
	if got := len(Conjuncts(And{a, And{b, Or{a, c}}})); got != 3 {
		t.Errorf("%d conjuncts, want 3", got)
	}
	if got := len(Alternatives(Or{a, Or{b, And{a, c}}})); got != 3 {
		t.Errorf("%d alternatives, want 3", got)
	}
}

// What is plain to see is so: a filter that implies another accepts nothing that the other refuses, and what is spared says nothing.
func TestImplied(t *testing.T) {
	t.Parallel()
	leaf := func(t *rapid.T) Filter {
		return rapid.SampledFrom([]Filter{Cmp{"s", Eq, "a"}, Cmp{"s", Eq, "b"}, HasAny{"p", []string{"u"}}, In{"n", []any{int64(1), int64(2)}}, IsNull{"n"}}).Draw(t, "leaf")
	}
	var node func(t *rapid.T, depth int) Filter
	node = func(t *rapid.T, depth int) Filter {
		kind := rapid.IntRange(0, 5).Draw(t, "kind")
		if depth == 0 || kind < 2 {
			return leaf(t)
		}
		var parts []Filter
		for range rapid.IntRange(0, 3).Draw(t, "parts") {
			parts = append(parts, node(t, depth-1))
		}
		switch {
		case kind == 2:
			return Not{node(t, depth-1)}
		case kind == 3:
			return And(parts)
		}
		return Or(parts)
	}
	implied, spared := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		a, b := node(t, 2), node(t, 2)
		both := And{a, b, Or{a, leaf(t)}}
		less := Spare(both)
		if Implies(a, b) {
			implied++
		}
		if len(less.(And)) < len(Conjuncts(both)) {
			spared++
		}
		for range 8 {
			doc := map[string]any{}
			if s := rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "s"); s != "" {
				doc["s"] = s
			}
			if n := rapid.Int64Range(0, 3).Draw(t, "n"); n > 0 {
				doc["n"] = n
			}
			if rapid.Bool().Draw(t, "takes part") {
				doc["p"] = []string{"u"}
			}
			if Implies(a, b) && Match(a, doc) && !Match(b, doc) {
				t.Fatalf("%#v does not imply %#v: %v", a, b, doc)
			}
			if Match(less, doc) != Match(both, doc) {
				t.Fatalf("%#v is not %#v: %v", less, both, doc)
			}
		}
	})
	if implied == 0 || spared == 0 {
		t.Errorf("%d implied, %d spared", implied, spared)
	}
	own, part := Cmp{"owner", Eq, "u"}, HasAny{"people", []string{"u"}}
	for _, c := range []struct {
		a, b Filter
		want bool
	}{
		{Or{part, own}, Or{own, Or{own, part}}, true}, {And{IsNull{"deleted"}, Or{own}}, Or{part, own}, true}, {Or{part, own}, Or{own}, false},
		{Or{own, And{own, IsNull{"n"}}}, own, true}, {nil, own, false}, {own, nil, true},
	} {
		if got := Implies(c.a, c.b); got != c.want {
			t.Errorf("Implies(%#v, %#v) = %v", c.a, c.b, got)
		}
	}
}
