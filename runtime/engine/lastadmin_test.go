package engine

import (
	"fmt"
	"sync"
	"testing"

	"pipewright/runtime/org"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
	"pipewright/runtime/store/storetest"
)

// twoAdmins makes a second admin beside the one there is.
func (w *world) twoAdmins() {
	w.t.Helper()
	for _, id := range []string{"admin", "cfo.he"} {
		_, err := w.e.ChangeUser(w.t.Context(), id, func(u *org.User) error { u.Give(org.Rights...); u.Active = true; return nil })
		w.must(err)
	}
}

func (w *world) demote(e *Engine, id string) error {
	_, err := e.ChangeUser(w.t.Context(), id, func(u *org.User) error { u.Give(org.Operate); return nil })
	return err
}

// adminsStored are the admins as they are stored.
func (w *world) adminsStored() (ids []string) {
	w.t.Helper()
	users, err := readDocs[org.User](w.t.Context(), w.store, collUsers)
	w.must(err)
	for i := range users {
		if isAdmin(&users[i]) {
			ids = append(ids, users[i].ID)
		}
	}
	return ids
}

// TestLastAdminAtEveryInstant takes it from the one admin while another process takes it from the other, at each instant there is; and while the
// first process dies there.
func TestLastAdminAtEveryInstant(t *testing.T) {
	t.Parallel()
	var bare store.Store
	var faulty *storetest.FaultyStore
	w := newWorld(t, func(s store.Store) store.Store {
		bare, faulty = s, storetest.Faulty(s, nil)
		return faulty
	})
	w.store = bare
	two := w.node("two")
	for _, fault := range []storetest.Fault{storetest.None, storetest.Before, storetest.After, storetest.Lost} {
		for at := 1; ; at++ {
			w.twoAdmins()
			came := false
			var other error
			faulty.Set(func(c storetest.Call) storetest.Fault {
				if c.N != at {
					return storetest.None
				}
				came = true
				other = w.demote(two, "cfo.he")
				return fault
			})
			one := w.demote(w.e, "admin")
			faulty.Set(nil)
			if !came {
				break
			}
			left := w.adminsStored()
			if len(left) == 0 {
				t.Fatalf("fault %v at call %d: no admin is left (%v, %v)", fault, at, one, other)
			}
			if fault == storetest.None && (len(left) != 1 || (one == nil) == (other == nil)) {
				t.Errorf("at call %d: %v are left (%v, %v)", at, left, one, other)
			}
			// Whatever was left half done stands in nobody's way.
			for _, id := range left[1:] {
				w.must(w.demote(w.e, id))
			}
			if err := w.demote(w.e, left[0]); codeOfErr(err) != "bad.request" {
				t.Errorf("the last one: %v", err)
			}
		}
	}
}

// racingAdmins take it from each other on two nodes at once.
func racingAdmins(t *testing.T, wrap func(store.Store) store.Store) {
	w := newWorld(t, wrap)
	two := w.node("two")
	for round := range 10 {
		w.twoAdmins()
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i, e := range []*Engine{w.e, two} {
			wg.Go(func() { errs[i] = w.demote(e, []string{"admin", "cfo.he"}[i]) })
		}
		wg.Wait()
		if left := w.adminsStored(); len(left) == 0 {
			t.Fatal("no admin is left in round", round, fmt.Sprint(errs))
		}
	}
}

func TestRacingAdmins(t *testing.T) {
	t.Parallel()
	racingAdmins(t, nil)
}

func TestRacingAdminsOnMongo(t *testing.T) {
	t.Parallel()
	racingAdmins(t, onMongo(t))
}

// TestLastAdminMayNotLeave: nothing of his is passed on, either.
func TestLastAdminMayNotLeave(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	if _, err := w.e.ChangeUser(t.Context(), "admin", func(u *org.User) error { u.Active = false; return nil }); codeOfErr(err) != "bad.request" {
		t.Error("the last admin left:", err)
	}
	jobs, err := w.e.store.Query(t.Context(), collJobs, query.Query{Filter: query.Cmp{Col: "kind", Op: query.Eq, Value: jobPassOn}, Limit: 1})
	w.must(err)
	if len(jobs.Docs) > 0 {
		t.Errorf("%d jobs of his leaving", len(jobs.Docs))
	}
}
