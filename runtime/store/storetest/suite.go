package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// Run holds a store to every promise of the interface. Open gives each test an empty store of its own and closes it at the
// test's end.
func Run(t *testing.T, open func(t testing.TB) store.Store) {
	for _, part := range []struct {
		name string
		run  func(*testing.T, store.Store)
	}{
		{"Documents", documents},
		{"Versions", versions},
		{"InsertMany", insertMany},
		{"GetMany", getMany},
		{"Refusals", refusals},
		{"Bodies", bodies},
		{"LargeBodies", largeBodies},
		{"Columns", columns},
		{"Ensure", ensure},
		{"EnsureAtOnce", ensureAtOnce},
		{"Cancelled", cancelled},
		{"RacingReplace", racingReplace},
		{"RacingInsert", racingInsert},
		{"RacingInsertMany", racingInsertMany},
		{"ReadYourWrites", readYourWrites},
		{"Filters", filters},
		{"FilterTable", filterTable},
		{"Pages", pages},
		{"PagesWhileWriting", pagesWhileWriting},
		{"Cursors", cursors},
		{"Projection", projection},
		{"Scans", scans},
		{"ScanEnds", scanEnds},
		{"Aggregates", aggregates},
		{"AggregateTable", aggregateTable},
		{"HugeSums", hugeSums},
		{"TooMany", tooMany},
		{"Info", info},
		{"Closed", closed},
	} {
		t.Run(part.name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			if err := s.Ensure(t.Context(), things); err != nil {
				t.Fatalf("Ensure: %v", err)
			}
			part.run(t, s)
		})
	}
}

// things is the collection most tests use: every type, and some indexes.
var things = store.Collection{
	Name: "rec_test_Thing",
	Columns: []store.Column{
		{Name: "s", Type: query.Text}, {Name: "S", Type: query.Text}, {Name: "n", Type: query.Int}, {Name: "b", Type: query.Bool},
		{Name: "at", Type: query.Time}, {Name: "tags", Type: query.Texts},
	},
	Indexes: []store.Index{
		{Name: "s", Cols: []string{"s", "-at"}}, {Name: "n", Cols: []string{"-n"}}, {Name: "sum", Cols: []string{"b"}, Cover: []string{"n"}},
		{Name: "tags", Cols: []string{"tags", "-at"}}, {Name: "at", Cols: []string{"-at"}}, {Name: "part", Cols: []string{"tags", "s"}}, {Name: "figures", Cols: []string{"s", "b", "S"}, Cover: []string{"n", "at"}},
	},
}

const coll = "rec_test_Thing"

func thing(id string, ver int64, cols map[string]any) store.Doc {
	return store.Doc{ID: id, Ver: ver, Cols: cols, Body: json.RawMessage(fmt.Sprintf(`{"id":%q,"ver":%d}`, id, ver))}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantErr(t testing.TB, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: error = %v, want %v", what, err, want)
	}
}

// sameDoc compares documents; bodies member for member, numbers to the last digit.
func sameDoc(t testing.TB, got, want store.Doc) {
	t.Helper()
	if got.ID != want.ID || got.Ver != want.Ver {
		t.Errorf("got %s at %d, want %s at %d", got.ID, got.Ver, want.ID, want.Ver)
	}
	if want.Cols == nil {
		want.Cols = map[string]any{}
	}
	if got.Cols == nil {
		got.Cols = map[string]any{}
	}
	if !reflect.DeepEqual(got.Cols, want.Cols) {
		t.Errorf("%s: columns %v, want %v", want.ID, got.Cols, want.Cols)
	}
	if !reflect.DeepEqual(decode(t, got.Body), decode(t, want.Body)) {
		t.Errorf("%s: body\n%.500s, want\n%.500s", want.ID, got.Body, want.Body)
	}
}

func decode(t testing.TB, body json.RawMessage) any {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(string(body)))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("body %.200q: %v", body, err)
	}
	return v
}

func documents(t *testing.T, s store.Store) {
	ctx := t.Context()
	_, err := s.Get(ctx, coll, "a")
	wantErr(t, "get of nothing", err, store.ErrNotFound)
	a := thing("a", 1, map[string]any{"s": "商机", "S": "other", "n": int64(-3), "b": false, "at": int64(1_700_000_000_000), "tags": []string{"x", "y"}})
	must(t, s.Insert(ctx, coll, a))
	got, err := s.Get(ctx, coll, "a")
	must(t, err)
	sameDoc(t, got, a)
	wantErr(t, "insert again", s.Insert(ctx, coll, thing("a", 9, nil)), store.ErrExists)
	got, err = s.Get(ctx, coll, "a")
	must(t, err)
	sameDoc(t, got, a)

	a2 := thing("a", 2, map[string]any{"n": int64(4), "tags": []string{"y", "z"}})
	must(t, s.Replace(ctx, coll, a2, 1))
	got, err = s.Get(ctx, coll, "a")
	must(t, err)
	sameDoc(t, got, a2) // columns that are left out are gone

	must(t, s.Delete(ctx, coll, "a", 2))
	_, err = s.Get(ctx, coll, "a")
	wantErr(t, "get after delete", err, store.ErrNotFound)
	for _, tag := range []string{"x", "y", "z"} {
		p, err := s.Query(ctx, coll, query.Query{Filter: query.HasAny{Col: "tags", Values: []string{tag}}, Limit: 10})
		must(t, err)
		if len(p.Docs) != 0 {
			t.Errorf("tag %s still finds a deleted document", tag)
		}
	}
	must(t, s.Insert(ctx, coll, thing("a", 1, nil)))

	// Ids are bytes: case, accents and odd characters stay apart.
	for _, id := range []string{"A", "ä", "a\u0308", "a|b|0", "x'\"; --", "$id", "a.b", " ", strings.Repeat("长", 300)} {
		must(t, s.Insert(ctx, coll, thing(id, 1, nil)))
		got, err := s.Get(ctx, coll, id)
		must(t, err)
		sameDoc(t, got, thing(id, 1, nil))
	}
}

func versions(t *testing.T, s store.Store) {
	ctx := t.Context()
	must(t, s.Insert(ctx, coll, thing("a", 5, nil)))
	wantErr(t, "replace of another version", s.Replace(ctx, coll, thing("a", 8, nil), 6), store.ErrConflict)
	wantErr(t, "replace of an older version", s.Replace(ctx, coll, thing("a", 8, nil), 4), store.ErrConflict)
	wantErr(t, "replace of nothing", s.Replace(ctx, coll, thing("b", 8, nil), 5), store.ErrNotFound)
	wantErr(t, "delete of another version", s.Delete(ctx, coll, "a", 4), store.ErrConflict)
	wantErr(t, "delete of nothing", s.Delete(ctx, coll, "b", 1), store.ErrNotFound)
	got, err := s.Get(ctx, coll, "a")
	must(t, err)
	sameDoc(t, got, thing("a", 5, nil))
	must(t, s.Replace(ctx, coll, thing("a", 50, nil), 5)) // versions may leap
	wantErr(t, "replace twice", s.Replace(ctx, coll, thing("a", 51, nil), 5), store.ErrConflict)
	must(t, s.Replace(ctx, coll, thing("a", math.MaxInt64, nil), 50))
	must(t, s.Delete(ctx, coll, "a", math.MaxInt64))
}

func insertMany(t *testing.T, s store.Store) {
	ctx := t.Context()
	must(t, s.Insert(ctx, coll, thing("b", 7, map[string]any{"tags": []string{"old"}})))
	added, err := s.InsertMany(ctx, coll, []store.Doc{thing("a", 1, nil), thing("b", 1, map[string]any{"tags": []string{"new"}}),
		thing("c", 1, map[string]any{"n": int64(1)}), thing("a", 2, nil)})
	must(t, err)
	if want := []bool{true, false, true, false}; !reflect.DeepEqual(added, want) {
		t.Errorf("added = %v, want %v", added, want)
	}
	for _, want := range []store.Doc{thing("a", 1, nil), thing("b", 7, map[string]any{"tags": []string{"old"}}), thing("c", 1, map[string]any{"n": int64(1)})} {
		got, err := s.Get(ctx, coll, want.ID)
		must(t, err)
		sameDoc(t, got, want)
	}
	if added, err := s.InsertMany(ctx, coll, nil); err != nil || len(added) != 0 {
		t.Errorf("nothing: %v, %v", added, err)
	}
	var many []store.Doc
	for i := range 2500 {
		many = append(many, thing(fmt.Sprintf("m%d", i), 1, map[string]any{"n": int64(i)}))
	}
	added, err = s.InsertMany(ctx, coll, many)
	must(t, err)
	for i, ok := range added {
		if !ok {
			t.Fatalf("document %d was not added", i)
		}
	}
}

func getMany(t *testing.T, s store.Store) {
	ctx := t.Context()
	var docs []store.Doc
	var ids []string
	for i := range 600 {
		d := thing(fmt.Sprintf("m%d", i), 1, map[string]any{"n": int64(i)})
		docs = append(docs, d)
		ids = append(ids, d.ID, "gone-"+d.ID)
	}
	_, err := s.InsertMany(ctx, coll, docs)
	must(t, err)
	for _, n := range []int{0, 1, 2, 3, 200, 1000} {
		got, err := s.GetMany(ctx, coll, ids[:n])
		must(t, err)
		if len(got) != (n+1)/2 {
			t.Errorf("%d ids: %d documents", n, len(got))
		}
		for _, d := range got {
			var i int
			if _, err := fmt.Sscanf(d.ID, "m%d", &i); err != nil {
				t.Fatal(err)
			}
			sameDoc(t, d, docs[i])
		}
	}
	got, err := s.GetMany(ctx, coll, []string{"m1", "m1"})
	must(t, err)
	if len(got) != 1 {
		t.Errorf("an id given twice: %d documents", len(got))
	}
	_, err = s.GetMany(ctx, coll, ids[:1001])
	wantErr(t, "too many ids", err, store.ErrInvalid)
}

func info(t *testing.T, s store.Store) {
	i, err := s.Info(t.Context())
	must(t, err)
	if i.Kind == "" || i.Version == "" || i.Detail == "" {
		t.Errorf("Info = %+v", i)
	}
}

func closed(t *testing.T, s store.Store) {
	ctx := t.Context()
	must(t, s.Insert(ctx, coll, thing("a", 1, nil)))
	must(t, s.Close())
	must(t, s.Close())
	wantErr(t, "insert", s.Insert(ctx, coll, thing("b", 1, nil)), store.ErrUnavailable)
	_, err := s.Get(ctx, coll, "a")
	wantErr(t, "get", err, store.ErrUnavailable)
	_, err = s.Query(ctx, coll, query.Query{Limit: 1})
	wantErr(t, "query", err, store.ErrUnavailable)
	_, err = s.Info(ctx)
	wantErr(t, "info", err, store.ErrUnavailable)
}

func cancelled(t *testing.T, s store.Store) {
	must(t, s.Insert(t.Context(), coll, thing("a", 1, nil)))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	calls := map[string]func() error{
		"insert":     func() error { return s.Insert(ctx, coll, thing("b", 1, nil)) },
		"insertMany": func() error { _, err := s.InsertMany(ctx, coll, []store.Doc{thing("b", 1, nil)}); return err },
		"replace":    func() error { return s.Replace(ctx, coll, thing("a", 2, nil), 1) },
		"delete":     func() error { return s.Delete(ctx, coll, "a", 1) },
		"get":        func() error { _, err := s.Get(ctx, coll, "a"); return err },
		"getMany":    func() error { _, err := s.GetMany(ctx, coll, []string{"a"}); return err },
		"query":      func() error { _, err := s.Query(ctx, coll, query.Query{Limit: 1}); return err },
		"aggregate":  func() error { _, err := s.Aggregate(ctx, coll, query.Aggregate{Limit: 1}); return err },
	}
	for name, call := range calls {
		wantErr(t, name, call(), context.Canceled)
	}
	// What had ended before it began changed nothing.
	got, err := s.Get(t.Context(), coll, "a")
	must(t, err)
	sameDoc(t, got, thing("a", 1, nil))
	_, err = s.Get(t.Context(), coll, "b")
	wantErr(t, "get b", err, store.ErrNotFound)
}
