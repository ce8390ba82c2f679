package storetest

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// Few values, so that random comparisons hit and order has ties; the odd ones test bytes against characters.
var (
	texts = []string{"", "a", "A", "ab", "abc", "b", "ä", "a\u0308", "商", "商机", "机", "\ud7a3", "a%", "a_", "%", ".*", "^a", "\\", "'", `"`, "a$", "a.b", "[", "true", "1"}
	ints  = []int64{math.MinInt64, -1 << 53, -2, -1, 0, 1, 2, 3, 1<<53 + 1, math.MaxInt64}
)

func drawValue(t *rapid.T, kind query.Type) any {
	switch kind {
	case query.Text:
		return rapid.SampledFrom(texts).Draw(t, "text")
	case query.Bool:
		return rapid.Bool().Draw(t, "bool")
	case query.Texts:
		return slices.Compact(slices.Sorted(slices.Values(rapid.SliceOfN(rapid.SampledFrom(texts), 1, 4).Draw(t, "set"))))
	}
	return rapid.SampledFrom(ints).Draw(t, "int")
}

func drawDoc(t *rapid.T, id string) store.Doc {
	cols := map[string]any{}
	for _, c := range things.Columns {
		if rapid.IntRange(0, 4).Draw(t, "present") > 0 {
			cols[c.Name] = drawValue(t, c.Type)
		}
	}
	return thing(id, 1, cols)
}

// scalars of things, all but the set.
var scalars = things.Columns[:5]

func drawFilter(t *rapid.T, depth int) query.Filter {
	kinds := 11
	if depth == 0 {
		kinds = 8
	}
	switch rapid.IntRange(0, kinds-1).Draw(t, "node") {
	case 0:
		c := rapid.SampledFrom(scalars).Draw(t, "col")
		op := rapid.SampledFrom([]query.Op{query.Eq, query.Ne, query.Lt, query.Le, query.Gt, query.Ge}).Draw(t, "op")
		return query.Cmp{Col: c.Name, Op: op, Value: drawValue(t, c.Type)}
	case 1:
		c := rapid.SampledFrom(scalars).Draw(t, "col")
		var vs []any
		for range rapid.IntRange(0, 5).Draw(t, "values") {
			vs = append(vs, drawValue(t, c.Type))
		}
		return query.In{Col: c.Name, Values: vs}
	case 2:
		return query.IsNull{Col: rapid.SampledFrom(scalars).Draw(t, "col").Name}
	case 3:
		return query.StartsWith{Col: "s", Prefix: rapid.SampledFrom(texts).Draw(t, "prefix")}
	case 4:
		return query.Contains{Col: "S", Part: rapid.SampledFrom(texts).Draw(t, "part")}
	case 5:
		return query.HasAny{Col: "tags", Values: rapid.SliceOfN(rapid.SampledFrom(texts), 0, 3).Draw(t, "any")}
	case 6:
		return query.HasPrefix{Col: "tags", Prefix: rapid.SampledFrom(texts).Draw(t, "prefix")}
	case 7:
		ids := query.Among{}
		for range rapid.IntRange(0, 3).Draw(t, "ids") {
			ids.IDs = append(ids.IDs, fmt.Sprintf("d%03d", rapid.IntRange(0, 130).Draw(t, "id")))
		}
		slices.Sort(ids.IDs)
		ids.IDs = slices.Compact(ids.IDs)
		return ids
	case 8:
		return query.Not{Of: drawFilter(t, depth-1)}
	}
	parts := make([]query.Filter, rapid.IntRange(0, 3).Draw(t, "parts"))
	for i := range parts {
		parts[i] = drawFilter(t, depth-1)
	}
	if rapid.Bool().Draw(t, "and") {
		return query.And(parts)
	}
	return query.Or(parts)
}

// all reads every page of a query.
func all(t fataler, s store.Store, q query.Query) []store.Doc {
	t.Helper()
	var out []store.Doc
	for range 10_000 {
		p, err := s.Query(ctxOf(t), coll, q)
		if err != nil {
			t.Fatalf("Query %#v: %v", q, err)
		}
		if len(p.Docs) > q.Limit || p.Next != "" && len(p.Docs) != q.Limit {
			t.Fatalf("a page of %d documents, limit %d, next %q", len(p.Docs), q.Limit, p.Next)
		}
		out = append(out, p.Docs...)
		if p.Next == "" {
			return out
		}
		q.After = p.Next
	}
	t.Fatalf("pages without end: %#v", q)
	return nil
}

func idsOf(ds []store.Doc) []string {
	ids := make([]string, len(ds))
	for i, d := range ds {
		ids[i] = d.ID
	}
	return ids
}

// wanted is what a query must return, by the reference alone.
func wanted(ds []store.Doc, f query.Filter, order []query.Sort) []string {
	var out []store.Doc
	for _, d := range ds {
		if query.MatchDoc(f, d.ID, d.Cols) {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b store.Doc) int {
		if query.Less(order, a.Cols, a.ID, b.Cols, b.ID) {
			return -1
		}
		return 1
	})
	return idsOf(out)
}

// population is a fixed set of random documents, the same in every run.
func population(t testing.TB, s store.Store, n int) []store.Doc {
	t.Helper()
	ds := rapid.Custom(func(t *rapid.T) []store.Doc {
		ds := make([]store.Doc, n)
		for i := range ds {
			ds[i] = drawDoc(t, fmt.Sprintf("d%03d", i))
		}
		return ds
	}).Example(7)
	_, err := s.InsertMany(t.Context(), coll, ds)
	must(t, err)
	return ds
}

// Random filters on random documents select exactly what Match accepts.
func filters(t *testing.T, s store.Store) {
	ds := population(t, s, 120)
	rapid.Check(t, func(t *rapid.T) {
		f := drawFilter(t, 3)
		got, want := idsOf(all(t, s, query.Query{Filter: f, Limit: 1000})), wanted(ds, f, nil)
		if !slices.Equal(got, want) {
			t.Fatalf("%#v\ngot  %v\nwant %v", f, got, want)
		}
	})
}

// Each node alone and negated, on every kind of value.
func filterTable(t *testing.T, s store.Store) {
	ds := population(t, s, 120)
	var leaves []query.Filter
	for _, c := range scalars {
		leaves = append(leaves, query.IsNull{Col: c.Name}, query.In{Col: c.Name})
		var vs []any
		switch c.Type {
		case query.Text:
			for _, v := range texts {
				vs = append(vs, v)
				leaves = append(leaves, query.StartsWith{Col: c.Name, Prefix: v}, query.Contains{Col: c.Name, Part: v})
			}
		case query.Bool:
			vs = []any{false, true}
		default:
			for _, v := range ints {
				vs = append(vs, v)
			}
		}
		for i, v := range vs {
			for _, op := range []query.Op{query.Eq, query.Ne, query.Lt, query.Le, query.Gt, query.Ge} {
				leaves = append(leaves, query.Cmp{Col: c.Name, Op: op, Value: v})
			}
			leaves = append(leaves, query.In{Col: c.Name, Values: vs[:i+1]})
		}
		long := make([]any, 400)
		for i := range long {
			long[i] = vs[i%max(1, len(vs)-1)]
		}
		leaves = append(leaves, query.In{Col: c.Name, Values: long})
	}
	leaves = append(leaves, query.HasAny{Col: "tags"}, query.HasAny{Col: "tags", Values: texts}, query.And{}, query.Or{}, nil)
	several := query.Among{}
	for i := range 300 {
		several.IDs = append(several.IDs, fmt.Sprintf("d%03d", 3*i))
	}
	leaves = append(leaves, query.Among{}, query.Among{IDs: []string{"d007"}}, several)
	leaves = append(leaves, query.Contains{Col: "s", Part: strings.Repeat("$%长", store.MaxPart/5)})
	for _, v := range texts {
		leaves = append(leaves, query.HasPrefix{Col: "tags", Prefix: v}, query.HasAny{Col: "tags", Values: []string{v}}, query.HasAny{Col: "tags", Values: []string{"none", v, v}})
	}
	checkLeaves(t, s, ds, leaves)
}

// OddTexts holds a store to byte order above the surrogates, where UTF-16 sorts otherwise, and to groups by texts that look like a
// path. It is apart from Run for the sake of the test server that falls short of both; every real store must pass it.
func OddTexts(t *testing.T, s store.Store) {
	must(t, s.Ensure(t.Context(), things))
	odd := []string{"\uffff", "\uffffa", "\U00010000", "\U0010ffff", "\U0010ffffx", "😀", "\ue000", "힣", "a", "$a", "$c.s", "$$ROOT"}
	var ds []store.Doc
	var leaves []query.Filter
	for i, v := range odd {
		ds = append(ds, thing(fmt.Sprintf("d%d", i), 1, map[string]any{"s": v}))
		leaves = append(leaves, query.StartsWith{Col: "s", Prefix: v}, query.Contains{Col: "s", Part: v}, query.Cmp{Col: "s", Op: query.Lt, Value: v})
	}
	_, err := s.InsertMany(t.Context(), coll, ds)
	must(t, err)
	checkLeaves(t, s, ds, leaves)
	order := []query.Sort{{Col: "s", Desc: true}}
	if got, want := idsOf(all(t, s, query.Query{Sort: order, Limit: 2})), wanted(ds, nil, order); !slices.Equal(got, want) {
		t.Errorf("sorted\ngot  %v\nwant %v", got, want)
	}
	a := query.Aggregate{Groups: []query.Group{{Col: "s"}}, Measures: []query.Measure{{Kind: "count"}}, Limit: 100}
	rows, err := s.Aggregate(t.Context(), coll, a)
	must(t, err)
	if got, want := show(rows), show(reference(ds, a)); got != want {
		t.Errorf("grouped\ngot\n%swant\n%s", got, want)
	}
}

func checkLeaves(t *testing.T, s store.Store, ds []store.Doc, leaves []query.Filter) {
	t.Helper()
	for _, leaf := range leaves {
		fs := []query.Filter{leaf}
		if leaf != nil {
			fs = append(fs, query.Not{Of: leaf}, query.Not{Of: query.Not{Of: leaf}})
		}
		for _, f := range fs {
			got, want := idsOf(all(t, s, query.Query{Filter: f, Limit: 1000})), wanted(ds, f, nil)
			if !slices.Equal(got, want) {
				t.Errorf("%#v\ngot  %v\nwant %v", f, got, want)
			}
		}
	}
}
