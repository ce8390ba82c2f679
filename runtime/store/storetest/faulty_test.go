package storetest_test

import (
	"errors"
	"testing"

	"pipewright/runtime/query"
	"pipewright/runtime/store"
	"pipewright/runtime/store/sqlitestore"
	"pipewright/runtime/store/storetest"
)

func TestFaulty(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	under, err := sqlitestore.Open(ctx, sqlitestore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { under.Close() })
	f := storetest.Faulty(under, nil)
	if err := f.Ensure(ctx, store.Collection{Name: "x"}); err != nil {
		t.Fatal(err)
	}
	doc := func(id string, ver int64) store.Doc { return store.Doc{ID: id, Ver: ver, Body: []byte(`{}`)} }
	there := func(id string) int64 {
		d, err := under.Get(ctx, "x", id)
		if errors.Is(err, store.ErrNotFound) {
			return 0
		}
		if err != nil {
			t.Fatal(err)
		}
		return d.Ver
	}
	check := func(name string, err, want error) {
		t.Helper()
		if !errors.Is(err, want) || want == nil && err != nil {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}

	f.Set(storetest.Nth(2, storetest.Before))
	check("first", f.Insert(ctx, "x", doc("a", 1)), nil)
	check("before", f.Insert(ctx, "x", doc("b", 1)), store.ErrUnavailable)
	check("third", f.Insert(ctx, "x", doc("c", 1)), nil)
	if there("b") != 0 || there("c") != 1 || len(f.Calls()) != 3 || f.Calls()[1].IDs[0] != "b" {
		t.Errorf("before: b at %d, c at %d, calls %v", there("b"), there("c"), f.Calls())
	}

	f.Set(storetest.NthWrite(1, storetest.After))
	_, err = f.Get(ctx, "x", "a") // not a write
	check("get", err, nil)
	check("after", f.Replace(ctx, "x", doc("a", 2), 1), store.ErrUnknown)
	check("after, a refusal arrives", f.Replace(ctx, "x", doc("a", 3), 1), store.ErrConflict)
	if there("a") != 2 {
		t.Errorf("after: a at %d", there("a"))
	}

	f.Set(storetest.Nth(1, storetest.Lost))
	check("lost", f.Delete(ctx, "x", "a", 2), store.ErrUnknown)
	if there("a") != 2 {
		t.Error("lost: carried out")
	}

	f.Set(storetest.Nth(1, storetest.Partly))
	_, err = f.InsertMany(ctx, "x", []store.Doc{doc("p1", 1), doc("p2", 1), doc("p3", 1), doc("p4", 1)})
	check("partly", err, store.ErrUnknown)
	if there("p2") != 1 || there("p3") != 0 {
		t.Errorf("partly: p2 at %d, p3 at %d", there("p2"), there("p3"))
	}

	f.Set(storetest.Crash(2, storetest.After))
	check("alive", f.Insert(ctx, "x", doc("d", 1)), nil)
	check("dying", f.Insert(ctx, "x", doc("e", 1)), store.ErrUnknown)
	_, err = f.Query(ctx, "x", query.Query{Limit: 1})
	check("dead", err, store.ErrUnavailable)
	check("dead", f.Insert(ctx, "x", doc("f", 1)), store.ErrUnavailable)
	if there("e") != 1 || there("f") != 0 {
		t.Errorf("crash: e at %d, f at %d", there("e"), there("f"))
	}
}
