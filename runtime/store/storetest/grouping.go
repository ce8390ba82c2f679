package storetest

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// reference aggregates in memory, with numbers of any size.
func reference(ds []store.Doc, a query.Aggregate) []store.Row {
	type group struct {
		keys []any
		docs []store.Doc
	}
	groups := map[string]*group{}
	if len(a.Groups) == 0 {
		groups[fmt.Sprintf("%#v", []any{})] = &group{keys: []any{}}
	}
	for _, d := range ds {
		if !query.MatchDoc(a.Filter, d.ID, d.Cols) {
			continue
		}
		keys := make([]any, len(a.Groups))
		for i, g := range a.Groups {
			keys[i] = d.Cols[g.Col]
			if v, ok := keys[i].(int64); ok && len(g.Bounds) > 0 {
				at, found := slices.BinarySearch(g.Bounds, v)
				if found {
					at++
				}
				keys[i] = int64(at)
			}
		}
		name := fmt.Sprintf("%#v", keys)
		if groups[name] == nil {
			groups[name] = &group{keys: keys}
		}
		groups[name].docs = append(groups[name].docs, d)
	}
	var rows []store.Row
	for _, g := range groups {
		r := store.Row{Keys: g.keys}
		for _, m := range a.Measures {
			r.Values = append(r.Values, measure(m, g.docs))
		}
		rows = append(rows, r)
	}
	slices.SortFunc(rows, store.ByKeys)
	return rows
}

func measure(m query.Measure, ds []store.Doc) *big.Int {
	ds = slices.DeleteFunc(slices.Clone(ds), func(d store.Doc) bool { return !query.MatchDoc(m.Where, d.ID, d.Cols) })
	if m.Kind == "count" {
		return big.NewInt(int64(len(ds)))
	}
	var out *big.Int
	if m.Kind == "sum" {
		out = new(big.Int)
	}
	for _, d := range ds {
		n, ok := d.Cols[m.Col].(int64)
		if !ok {
			continue
		}
		v := big.NewInt(n)
		switch {
		case m.Kind == "sum":
			out.Add(out, v)
		case out == nil, m.Kind == "min" && v.Cmp(out) < 0, m.Kind == "max" && v.Cmp(out) > 0:
			out = v
		}
	}
	return out
}

func show(rows []store.Row) string {
	out := ""
	for _, r := range rows {
		out += fmt.Sprintf("%#v %v\n", r.Keys, r.Values)
	}
	return out
}

// Random groups, bounds, measures and filters give what the reference gives.
func aggregates(t *testing.T, s store.Store) {
	ds := population(t, s, 120)
	rapid.Check(t, func(t *rapid.T) {
		a := query.Aggregate{Limit: 1000}
		switch rapid.IntRange(0, 2).Draw(t, "filtered") {
		case 0:
			a.Filter = drawFilter(t, 2)
		case 1:
			a.Filter = drawScope(t)
		}
		for range rapid.IntRange(0, 2).Draw(t, "groups") {
			c := rapid.SampledFrom(scalars).Draw(t, "group")
			g := query.Group{Col: c.Name}
			if (c.Type == query.Int || c.Type == query.Time) && rapid.Bool().Draw(t, "bounded") {
				g.Bounds = slices.Compact(slices.Sorted(slices.Values(rapid.SliceOfN(rapid.SampledFrom(ints), 1, 6).Draw(t, "bounds"))))
			}
			a.Groups = append(a.Groups, g)
		}
		for range rapid.IntRange(0, 4).Draw(t, "measures") {
			m := query.Measure{Kind: rapid.SampledFrom([]string{"count", "sum", "min", "max"}).Draw(t, "kind"), Col: rapid.SampledFrom([]string{"n", "at"}).Draw(t, "of")}
			if rapid.Bool().Draw(t, "narrowed") {
				m.Where = drawFilter(t, 1)
			}
			a.Measures = append(a.Measures, m)
		}
		rows, err := s.Aggregate(ctxOf(t), coll, a)
		if err != nil {
			t.Fatalf("%#v: %v", a, err)
		}
		if got, want := show(rows), show(reference(ds, a)); got != want {
			t.Fatalf("%#v\ngot\n%swant\n%s", a, got, want)
		}
	})
}

func aggregateTable(t *testing.T, s store.Store) {
	ctx := t.Context()
	count := []query.Measure{{Kind: "count"}, {Kind: "sum", Col: "n"}, {Kind: "min", Col: "n"}, {Kind: "max", Col: "n"}}
	want := func(name string, a query.Aggregate, text string) {
		t.Helper()
		a.Limit = max(a.Limit, 10)
		rows, err := s.Aggregate(ctx, coll, a)
		must(t, err)
		if got := show(rows); got != text {
			t.Errorf("%s:\ngot\n%swant\n%s", name, got, text)
		}
	}
	want("no documents, no groups: one row", query.Aggregate{Measures: count}, "[]interface {}{} [0 0 <nil> <nil>]\n")
	want("no documents, grouped: no row", query.Aggregate{Groups: []query.Group{{Col: "s"}}, Measures: count}, "")
	must(t, s.Insert(ctx, coll, thing("a", 1, map[string]any{"s": "x", "n": int64(5), "at": int64(10), "b": true})))
	must(t, s.Insert(ctx, coll, thing("b", 1, map[string]any{"s": "x", "n": int64(-7), "at": int64(20)})))
	must(t, s.Insert(ctx, coll, thing("c", 1, map[string]any{"s": "", "at": int64(19), "b": false})))
	must(t, s.Insert(ctx, coll, thing("d", 1, map[string]any{"n": int64(1)})))
	want("by text: absent first, apart from empty", query.Aggregate{Groups: []query.Group{{Col: "s"}}, Measures: count},
		"[]interface {}{interface {}(nil)} [1 1 1 1]\n[]interface {}{\"\"} [1 0 <nil> <nil>]\n[]interface {}{\"x\"} [2 -2 -7 5]\n")
	want("by bool", query.Aggregate{Groups: []query.Group{{Col: "b"}}, Measures: count[:1]},
		"[]interface {}{interface {}(nil)} [2]\n[]interface {}{false} [1]\n[]interface {}{true} [1]\n")
	want("by ranges, half open", query.Aggregate{Groups: []query.Group{{Col: "at", Bounds: []int64{10, 20, 30}}}, Measures: count[:1]},
		"[]interface {}{interface {}(nil)} [1]\n[]interface {}{1} [2]\n[]interface {}{2} [1]\n")
	want("without measures", query.Aggregate{Groups: []query.Group{{Col: "b"}}}, "[]interface {}{interface {}(nil)} []\n[]interface {}{false} []\n[]interface {}{true} []\n")
	want("with nothing at all", query.Aggregate{}, "[]interface {}{} []\n")
	want("filtered to nothing", query.Aggregate{Filter: query.Or{}, Groups: []query.Group{{Col: "s"}}, Measures: count}, "")
}

// Sums are exact far beyond int64, in both directions and when they come back into range.
func hugeSums(t *testing.T, s store.Store) {
	ctx := t.Context()
	var ds []store.Doc
	add := func(group string, n int64) {
		ds = append(ds, thing(fmt.Sprintf("d%d", len(ds)), 1, map[string]any{"s": group, "n": n}))
	}
	for range 50 {
		add("high", math.MaxInt64)
		add("low", math.MinInt64)
		add("back", math.MaxInt64)
		add("small", 1)
		add("negative", -1<<33-1)
	}
	for range 50 {
		add("back", math.MinInt64)
	}
	_, err := s.InsertMany(ctx, coll, ds)
	must(t, err)
	a := query.Aggregate{Groups: []query.Group{{Col: "s"}}, Measures: []query.Measure{{Kind: "sum", Col: "n"}, {Kind: "min", Col: "n"}, {Kind: "max", Col: "n"}}, Limit: 10}
	rows, err := s.Aggregate(ctx, coll, a)
	must(t, err)
	if got, want := show(rows), show(reference(ds, a)); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	a.Groups = nil
	rows, err = s.Aggregate(ctx, coll, a)
	must(t, err)
	if got, want := show(rows), show(reference(ds, a)); got != want {
		t.Errorf("all: got\n%swant\n%s", got, want)
	}
}

func tooMany(t *testing.T, s store.Store) {
	ctx := t.Context()
	var ds []store.Doc
	for i := range 21 {
		ds = append(ds, thing(fmt.Sprintf("d%d", i), 1, map[string]any{"n": int64(i)}))
	}
	_, err := s.InsertMany(ctx, coll, ds)
	must(t, err)
	a := query.Aggregate{Groups: []query.Group{{Col: "n"}}, Measures: []query.Measure{{Kind: "count"}}, Limit: 20}
	_, err = s.Aggregate(ctx, coll, a)
	wantErr(t, "21 groups, limit 20", err, store.ErrTooMany)
	a.Limit = 21
	rows, err := s.Aggregate(ctx, coll, a)
	must(t, err)
	if len(rows) != 21 {
		t.Errorf("%d groups, want 21", len(rows))
	}
}
