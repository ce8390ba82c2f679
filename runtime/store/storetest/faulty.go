package storetest

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// Op names an operation of a store.
type Op string

const (
	Ensure     Op = "ensure"
	Insert     Op = "insert"
	InsertMany Op = "insertMany"
	Get        Op = "get"
	GetMany    Op = "getMany"
	Replace    Op = "replace"
	Delete     Op = "delete"
	Query      Op = "query"
	Aggregate  Op = "aggregate"
	Scan       Op = "scan"
	Info       Op = "info"
)

// Call is one operation as a hook sees it, before it is carried out.
type Call struct {
	// N counts calls from 1.
	N int
	// W counts the calls that write documents (insert, insertMany, replace, delete) from 1; 0 for the others.
	W    int
	Op   Op
	Coll string
	// IDs of the documents written or read by id.
	IDs []string
}

// Fault is what happens to a call.
type Fault int

const (
	// None: the call is carried out and answered.
	None Fault = iota
	// Before: not carried out, answered with ErrUnavailable.
	Before
	// After: carried out; the answer is lost. A write answers ErrUnknown, anything else ErrUnavailable.
	After
	// Lost: not carried out, but nobody can tell: a write answers ErrUnknown, anything else ErrUnavailable.
	Lost
	// Partly: the first half of an InsertMany is carried out and ErrUnknown answered. For other calls the same as After.
	Partly
)

// Faults decides the fate of every call. It is called under a lock, one call at a time.
type Faults func(Call) Fault

// Nth faults the n-th call, counted from 1, and no other.
func Nth(n int, f Fault) Faults {
	return func(c Call) Fault {
		if c.N == n {
			return f
		}
		return None
	}
}

// NthWrite faults the n-th write of documents, counted from 1, and no other.
func NthWrite(n int, f Fault) Faults {
	return func(c Call) Fault {
		if c.W == n {
			return f
		}
		return None
	}
}

// Crash faults the n-th call, counted from 1, and lets none after it through: what a process sees that dies there.
func Crash(n int, f Fault) Faults {
	return func(c Call) Fault {
		switch {
		case c.N == n:
			return f
		case c.N > n:
			return Before
		}
		return None
	}
}

// FaultyStore passes calls on to another store, except where its faults say otherwise.
type FaultyStore struct {
	store.Store
	mu     sync.Mutex
	faults Faults
	calls  []Call
	writes int
}

// Faulty wraps a store. A nil faults lets everything through and only counts.
func Faulty(s store.Store, faults Faults) *FaultyStore { return &FaultyStore{Store: s, faults: faults} }

// Set puts other faults in place and counts calls and writes from 1 again.
func (f *FaultyStore) Set(faults Faults) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults, f.calls, f.writes = faults, nil, 0
}

// Calls lists the calls since the start or the last Set.
func (f *FaultyStore) Calls() []Call {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.calls)
}

func (f *FaultyStore) next(op Op, coll string, ids ...string) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := Call{N: len(f.calls) + 1, Op: op, Coll: coll, IDs: ids}
	switch op {
	case Insert, InsertMany, Replace, Delete:
		f.writes++
		c.W = f.writes
	}
	f.calls = append(f.calls, c)
	if f.faults == nil {
		return None
	}
	return f.faults(c)
}

// fail answers a call that has a fault. do is nil when the call must not be carried out.
func (f *FaultyStore) fail(fault Fault, op Op, coll string, do func() error) error {
	if fault == Before {
		return fmt.Errorf("%w: fault before %s %s", store.ErrUnavailable, op, coll)
	}
	if fault == After || fault == Partly {
		if err := do(); err != nil {
			return err // refused for a reason of its own: that answer arrived
		}
	}
	switch op {
	case Insert, InsertMany, Replace, Delete:
		return fmt.Errorf("%w: fault at %s %s", store.ErrUnknown, op, coll)
	}
	return fmt.Errorf("%w: fault at %s %s", store.ErrUnavailable, op, coll)
}

func (f *FaultyStore) Ensure(ctx context.Context, cs ...store.Collection) error {
	do := func() error { return f.Store.Ensure(ctx, cs...) }
	if fault := f.next(Ensure, ""); fault != None {
		return f.fail(fault, Ensure, "", do)
	}
	return do()
}

func (f *FaultyStore) Insert(ctx context.Context, coll string, d store.Doc) error {
	do := func() error { return f.Store.Insert(ctx, coll, d) }
	if fault := f.next(Insert, coll, d.ID); fault != None {
		return f.fail(fault, Insert, coll, do)
	}
	return do()
}

func (f *FaultyStore) InsertMany(ctx context.Context, coll string, ds []store.Doc) (added []bool, err error) {
	ids := make([]string, len(ds))
	for i, d := range ds {
		ids[i] = d.ID
	}
	if fault := f.next(InsertMany, coll, ids...); fault != None {
		if fault == Partly {
			ds = ds[:len(ds)/2]
		}
		return nil, f.fail(fault, InsertMany, coll, func() error {
			_, err := f.Store.InsertMany(ctx, coll, ds)
			return err
		})
	}
	return f.Store.InsertMany(ctx, coll, ds)
}

func (f *FaultyStore) Get(ctx context.Context, coll, id string) (store.Doc, error) {
	if fault := f.next(Get, coll, id); fault != None {
		return store.Doc{}, f.fail(fault, Get, coll, nothing)
	}
	return f.Store.Get(ctx, coll, id)
}

func (f *FaultyStore) GetMany(ctx context.Context, coll string, ids []string) ([]store.Doc, error) {
	if fault := f.next(GetMany, coll, ids...); fault != None {
		return nil, f.fail(fault, GetMany, coll, nothing)
	}
	return f.Store.GetMany(ctx, coll, ids)
}

func (f *FaultyStore) Replace(ctx context.Context, coll string, d store.Doc, ver int64) error {
	do := func() error { return f.Store.Replace(ctx, coll, d, ver) }
	if fault := f.next(Replace, coll, d.ID); fault != None {
		return f.fail(fault, Replace, coll, do)
	}
	return do()
}

func (f *FaultyStore) Delete(ctx context.Context, coll, id string, ver int64) error {
	do := func() error { return f.Store.Delete(ctx, coll, id, ver) }
	if fault := f.next(Delete, coll, id); fault != None {
		return f.fail(fault, Delete, coll, do)
	}
	return do()
}

func (f *FaultyStore) Query(ctx context.Context, coll string, q query.Query) (store.Page, error) {
	if fault := f.next(Query, coll); fault != None {
		return store.Page{}, f.fail(fault, Query, coll, nothing)
	}
	return f.Store.Query(ctx, coll, q)
}

func (f *FaultyStore) Aggregate(ctx context.Context, coll string, a query.Aggregate) ([]store.Row, error) {
	if fault := f.next(Aggregate, coll); fault != None {
		return nil, f.fail(fault, Aggregate, coll, nothing)
	}
	return f.Store.Aggregate(ctx, coll, a)
}

func (f *FaultyStore) Scan(ctx context.Context, coll string, q query.Scan, each func(id string, row []any) error) error {
	if fault := f.next(Scan, coll); fault != None {
		return f.fail(fault, Scan, coll, nothing)
	}
	return f.Store.Scan(ctx, coll, q, each)
}

func (f *FaultyStore) Info(ctx context.Context) (store.Info, error) {
	if fault := f.next(Info, ""); fault != None {
		return store.Info{}, f.fail(fault, Info, "", nothing)
	}
	return f.Store.Info(ctx)
}

func nothing() error { return nil }
