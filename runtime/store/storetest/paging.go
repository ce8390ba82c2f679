package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// fataler is what a test and a property share.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

func ctxOf(t fataler) context.Context {
	if t, ok := t.(interface{ Context() context.Context }); ok {
		return t.Context()
	}
	return context.Background()
}

func drawOrder(t *rapid.T) []query.Sort {
	var order []query.Sort
	for _, c := range rapid.Permutation(scalars).Draw(t, "order")[:rapid.IntRange(0, 4).Draw(t, "levels")] {
		order = append(order, query.Sort{Col: c.Name, Desc: rapid.Bool().Draw(t, "desc")})
	}
	return order
}

// Pages of any size in any order are, end to end, exactly the sorted selection: no gaps, nothing twice, with ties and absent values.
func pages(t *testing.T, s store.Store) {
	ds := population(t, s, 90)
	rapid.Check(t, func(t *rapid.T) {
		order := drawOrder(t)
		var f query.Filter
		if rapid.Bool().Draw(t, "filtered") {
			f = drawFilter(t, 1)
		}
		q := query.Query{Filter: f, Sort: order, Limit: rapid.SampledFrom([]int{7, 20, 45, 89, 90, 1000}).Draw(t, "limit")}
		if got, want := idsOf(all(t, s, q)), wanted(ds, f, order); !slices.Equal(got, want) {
			t.Fatalf("%#v\ngot  %v\nwant %v", q, got, want)
		}
	})
	// Filters by what someone owns or takes part in, in the orders of the declared indexes: stores have ways of their own for these.
	rapid.Check(t, func(t *rapid.T) {
		order := rapid.SampledFrom([][]query.Sort{{{Col: "at", Desc: true}}, {{Col: "at"}}, {{Col: "n"}}, {{Col: "n", Desc: true}}, {{Col: "s"}, {Col: "at", Desc: true}}}).Draw(t, "order")
		f := drawScope(t)
		q := query.Query{Filter: f, Sort: order, Limit: rapid.SampledFrom([]int{3, 7, 20, 1000}).Draw(t, "limit")}
		if got, want := idsOf(all(t, s, q)), wanted(ds, f, order); !slices.Equal(got, want) {
			t.Fatalf("%#v\ngot  %v\nwant %v", q, got, want)
		}
	})
	// Beginnings that few have, and that so many have that stores look for them in each document.
	rapid.Check(t, func(t *rapid.T) {
		f := query.And{}
		for range rapid.IntRange(1, 3).Draw(t, "beginnings") {
			f = append(f, query.HasPrefix{Col: "tags", Prefix: rapid.SampledFrom([]string{"", "a", "商", "a.", "zz"}).Draw(t, "beginning")})
		}
		if rapid.Bool().Draw(t, "narrowed") {
			f = append(f, drawFilter(t, 1))
		}
		order := rapid.SampledFrom([][]query.Sort{{{Col: "at", Desc: true}}, {{Col: "at"}}, {{Col: "s"}}}).Draw(t, "order")
		q := query.Query{Filter: f, Sort: order, Limit: rapid.SampledFrom([]int{1, 2, 7, 1000}).Draw(t, "limit")}
		if got, want := idsOf(all(t, s, q)), wanted(ds, f, order); !slices.Equal(got, want) {
			t.Fatalf("%#v\ngot  %v\nwant %v", q, got, want)
		}
	})
	// Every position once, in an order with many ties.
	q := query.Query{Sort: []query.Sort{{Col: "b", Desc: true}, {Col: "s"}, {Col: "b"}}, Limit: 1}
	if got, want := idsOf(all(t, s, q)), wanted(ds, nil, q.Sort); !slices.Equal(got, want) {
		t.Errorf("one by one\ngot  %v\nwant %v", got, want)
	}
}

// drawScope is a filter by what someone owns or takes part in.
func drawScope(t *rapid.T) query.And {
	text := func() string { return rapid.SampledFrom(texts).Draw(t, "text") }
	alternatives := []query.Filter{query.Cmp{Col: "s", Op: query.Eq, Value: text()}, query.HasAny{Col: "tags", Values: []string{text()}},
		query.HasAny{Col: "tags", Values: []string{text(), text()}}, query.In{Col: "s", Values: []any{text(), text()}},
		query.Or{query.HasAny{Col: "tags", Values: []string{text()}}, query.Cmp{Col: "s", Op: query.Eq, Value: text()}}}
	or := query.Or(rapid.SliceOfN(rapid.SampledFrom(alternatives), 1, 4).Draw(t, "or"))
	f := query.And{rapid.SampledFrom([]query.Filter{or, or[0], query.And{or, or[0]}, query.And{or[:1], or}}).Draw(t, "scope")}
	if rapid.Bool().Draw(t, "narrowed") {
		f = append(f, drawFilter(t, 1))
	}
	return f
}

// A scan brings each document of a filter once, in the order asked, with the columns asked.
func scans(t *testing.T, s store.Store) {
	ds := population(t, s, 90)
	byID := map[string]store.Doc{}
	for _, d := range ds {
		byID[d.ID] = d
	}
	rapid.Check(t, func(t *rapid.T) {
		q := query.Scan{Sort: drawOrder(t)}
		switch rapid.IntRange(0, 2).Draw(t, "filtered") {
		case 0:
			q.Filter = drawFilter(t, 1)
		case 1:
			q.Filter = drawScope(t)
		}
		for range rapid.IntRange(0, 4).Draw(t, "columns") {
			q.Cols = append(q.Cols, rapid.SampledFrom(things.Columns).Draw(t, "column").Name)
		}
		var got []string
		err := s.Scan(ctxOf(t), coll, q, func(id string, row []any) error {
			got = append(got, id)
			if len(row) != len(q.Cols) {
				t.Fatalf("%#v: a row of %d values", q, len(row))
			}
			for i, name := range q.Cols {
				if have, want := fmt.Sprintf("%#v", row[i]), fmt.Sprintf("%#v", byID[id].Cols[name]); have != want {
					t.Fatalf("%#v: %s of %s is %s, want %s", q, name, id, have, want)
				}
			}
			return nil
		})
		want := wanted(ds, q.Filter, q.Sort)
		if len(q.Sort) == 0 {
			slices.Sort(got)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("%#v: %v\ngot  %v\nwant %v", q, err, got, want)
		}
	})
}

// A scan ends with what its reader answers, and refuses what a query refuses.
func scanEnds(t *testing.T, s store.Store) {
	ctx := t.Context()
	population(t, s, 30)
	enough := errors.New("enough")
	n := 0
	if err := s.Scan(ctx, coll, query.Scan{Cols: []string{"s"}}, func(string, []any) error {
		if n++; n == 7 {
			return enough
		}
		return nil
	}); !errors.Is(err, enough) || n != 7 {
		t.Errorf("%d documents: %v", n, err)
	}
	for _, q := range []query.Scan{{Cols: []string{"nope"}}, {Sort: []query.Sort{{Col: "tags"}}}, {Filter: query.Cmp{Col: "n", Op: query.Eq, Value: "x"}}} {
		wantErr(t, fmt.Sprintf("%#v", q), s.Scan(ctx, coll, q, func(string, []any) error { return nil }), store.ErrColumn)
	}
	over, stop := context.WithCancel(ctx)
	stop()
	if err := s.Scan(over, coll, query.Scan{}, func(string, []any) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// Documents that stand still are seen exactly once while others come, go and change around them.
func pagesWhileWriting(t *testing.T, s store.Store) {
	ctx := t.Context()
	var ds []store.Doc
	for i := range 200 {
		ds = append(ds, thing(fmt.Sprintf("still%03d", i), 1, map[string]any{"n": int64(i / 10), "s": "still"}))
	}
	_, err := s.InsertMany(ctx, coll, ds)
	must(t, err)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			d := thing(fmt.Sprintf("moving%d", i%20), 1, map[string]any{"n": int64(i % 20), "s": "moving"})
			if err := s.Insert(ctx, coll, d); err != nil {
				t.Errorf("Insert: %v", err)
				return
			}
			d.Ver, d.Cols["n"] = 2, int64((i*7)%20)
			if err := s.Replace(ctx, coll, d, 1); err != nil {
				t.Errorf("Replace: %v", err)
				return
			}
			if err := s.Delete(ctx, coll, d.ID, 2); err != nil {
				t.Errorf("Delete: %v", err)
				return
			}
		}
	})
	for range 10 {
		var got []string
		for _, d := range all(t, s, query.Query{Sort: []query.Sort{{Col: "n", Desc: true}}, Limit: 13}) {
			if strings.HasPrefix(d.ID, "still") {
				got = append(got, d.ID)
			}
		}
		if want := wanted(ds, nil, []query.Sort{{Col: "n", Desc: true}}); !slices.Equal(got, want) {
			t.Errorf("got %d of them, want each once in order:\n%v", len(got), got)
			break
		}
	}
	close(stop)
	wg.Wait()
}

func cursors(t *testing.T, s store.Store) {
	ctx := t.Context()
	population(t, s, 30)
	q := query.Query{Sort: []query.Sort{{Col: "n"}, {Col: "s", Desc: true}}, Limit: 10}
	first, err := s.Query(ctx, coll, q)
	must(t, err)
	if first.Next == "" {
		t.Fatal("no cursor after 10 of 30")
	}
	q.After = first.Next
	for i := range q.After {
		broken := []byte(q.After)
		broken[i] ^= 1
		bad := q
		bad.After = string(broken)
		if _, err := s.Query(ctx, coll, bad); err == nil {
			t.Errorf("byte %d of the cursor changed and was taken", i)
		}
	}
	for name, change := range map[string]func(*query.Query){
		"other order":     func(q *query.Query) { q.Sort = []query.Sort{{Col: "s"}, {Col: "n"}} },
		"other direction": func(q *query.Query) { q.Sort = []query.Sort{{Col: "n", Desc: true}, {Col: "s", Desc: true}} },
		"no order":        func(q *query.Query) { q.Sort = nil },
		"cut":             func(q *query.Query) { q.After = q.After[:len(q.After)/2] },
		"longer":          func(q *query.Query) { q.After += "AAAA" },
		"not base64":      func(q *query.Query) { q.After = "ключ" },
	} {
		bad := q
		change(&bad)
		_, err := s.Query(ctx, coll, bad)
		wantErr(t, name, err, store.ErrCursor)
	}
	// The last page hands out none, also when it is full to the brim; and the size may change from page to page.
	q.Limit = 20
	last, err := s.Query(ctx, coll, q)
	must(t, err)
	if len(last.Docs) != 20 || last.Next != "" {
		t.Errorf("last page: %d documents, next %q", len(last.Docs), last.Next)
	}
}

func projection(t *testing.T, s store.Store) {
	ctx := t.Context()
	must(t, s.Insert(ctx, coll, thing("a", 3, map[string]any{"s": "x", "n": int64(1), "tags": []string{"t"}})))
	must(t, s.Insert(ctx, coll, thing("b", 4, map[string]any{"s": "y", "n": int64(0)})))
	p, err := s.Query(ctx, coll, query.Query{Sort: []query.Sort{{Col: "n"}}, Cols: []string{"s", "tags", "b", "s"}, Limit: 1})
	must(t, err)
	if len(p.Docs) != 1 || p.Docs[0].ID != "b" || p.Docs[0].Ver != 4 || p.Docs[0].Body != nil || fmt.Sprint(p.Docs[0].Cols) != "map[s:y]" {
		t.Errorf("first page %+v", p.Docs)
	}
	p, err = s.Query(ctx, coll, query.Query{Sort: []query.Sort{{Col: "n"}}, Cols: []string{"s", "tags", "b", "s"}, Limit: 1, After: p.Next})
	must(t, err)
	if len(p.Docs) != 1 || p.Docs[0].ID != "a" || fmt.Sprint(p.Docs[0].Cols) != "map[s:x tags:[t]]" {
		t.Errorf("second page %+v", p.Docs)
	}
}
