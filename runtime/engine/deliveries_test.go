package engine

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pipewright/runtime/org"
	"pipewright/runtime/outbound"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
	"pipewright/runtime/store/storetest"
)

// deliveries lists what is known of all outside effects.
func (w *world) deliveries() []Delivery {
	w.t.Helper()
	list, _, err := w.e.Deliveries(w.t.Context(), "", "", 100, "")
	w.must(err)
	return list
}

func (w *world) user(id string) *org.User {
	w.t.Helper()
	dir, err := w.e.Directory(w.t.Context())
	w.must(err)
	u, ok := dir.User(id)
	if !ok {
		w.t.Fatal(id)
	}
	return &u
}

// renamed is an account whose automation calls another system.
func (w *world) renamed(name string) *process.State {
	w.t.Helper()
	s := w.do("rep.li", process.Command{Kind: process.Create, App: "b2b", Form: "account", Op: name, Data: data(`{"name": "` + name + `"}`)}).State
	return w.do("rep.li", process.Command{Kind: process.Edit, ID: s.ID, Data: data(`{"name": "` + name + ` Ltd"}`)}).State
}

func TestDeliveries(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.mail.fail = errors.New("no route")
	s := w.renamed("One")
	w.runDue()
	d := w.deliveries()
	if len(d) != 1 || d[0].State != "failed" || d[0].Attempts != 1 || d[0].Channel != "http" || d[0].Record != s.ID || d[0].Answer != "no route" || d[0].Next.IsZero() || d[0].To == "" {
		t.Fatalf("%+v", d)
	}
	// The record changes, the message does not.
	for range 11 {
		w.clock.add(7 * time.Hour)
		w.runDue()
	}
	if d = w.deliveries(); len(d) != 1 || d[0].State != "dead" || d[0].Attempts != 12 {
		t.Fatalf("%+v", d)
	}
	if err := w.e.RetryDelivery(t.Context(), w.user("rep.li"), d[0].ID); err == nil {
		t.Error("a rep retried a delivery")
	}
	w.mail.fail = nil
	w.must(w.e.RetryDelivery(t.Context(), w.user("admin"), d[0].ID))
	if got := w.deliveries(); got[0].State != "queued" {
		t.Errorf("%+v", got)
	}
	w.runDue()
	if d = w.deliveries(); len(d) != 1 || d[0].State != "sent" || d[0].Attempts != 13 || d[0].Status != 200 || d[0].Answer != "" {
		t.Fatalf("%+v", d)
	}
	for _, m := range w.mail.sent {
		if m.ID != w.mail.sent[0].ID {
			t.Errorf("the key changed: %+v", m)
		}
	}
	if w.e.RetryDelivery(t.Context(), w.user("admin"), d[0].ID) == nil || w.e.DiscardDelivery(t.Context(), w.user("admin"), d[0].ID) == nil {
		t.Error("what is out was taken in hand")
	}
	if w.e.RetryDelivery(t.Context(), w.user("admin"), "none") == nil {
		t.Error("found none")
	}
	v, err := w.e.delivery(t.Context(), d[0].ID)
	w.must(err)
	if v.HTTP != nil {
		t.Error("what went out is kept")
	}
	w.clock.add(keepDeliveries + time.Hour)
	w.must(w.e.Purge(t.Context()))
	if d = w.deliveries(); len(d) != 0 {
		t.Errorf("kept for ever: %+v", d)
	}
}

// A delivery that is discarded while it is tried holds up the run no longer.
func TestDiscardDelivery(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.mail.fail = errors.New("no route")
	w.renamed("One")
	w.runDue()
	w.must(w.e.DiscardDelivery(t.Context(), w.user("admin"), w.deliveries()[0].ID))
	w.clock.add(7 * time.Hour)
	w.runDue()
	if n := len(w.mail.sent); n != 1 {
		t.Errorf("%d attempts", n)
	}
	if d := w.deliveries(); d[0].State != "discarded" {
		t.Errorf("%+v", d)
	}
	if dead, _, err := w.e.Jobs(t.Context(), "dead", 10, ""); err != nil || len(dead) != 0 {
		t.Errorf("%+v %v", dead, err)
	}
	// One that is dead takes its job with it.
	w.mail.fail = outbound.ErrRefused
	w.renamed("Two")
	w.runDue()
	d := w.deliveries()
	if d[0].State != "dead" || d[0].Attempts != 1 {
		t.Fatalf("%+v", d)
	}
	w.must(w.e.DiscardDelivery(t.Context(), w.user("admin"), d[0].ID))
	if dead, _, err := w.e.Jobs(t.Context(), "dead", 10, ""); err != nil || len(dead) != 0 {
		t.Errorf("%+v %v", dead, err)
	}
}

// TestDeliveryFaults fails every operation of the store while something goes out: it goes out at least once, always under one key, and
// is known to be out.
func TestDeliveryFaults(t *testing.T) {
	t.Parallel()
	wrap := func(s store.Store) store.Store { return storetest.Faulty(s, nil) }
	clean := newWorld(t, wrap)
	clean.renamed("One")
	faulty := clean.store.(*storetest.FaultyStore)
	faulty.Set(nil)
	clean.runDue()
	n := len(faulty.Calls())
	for name, fault := range map[string]func(int) storetest.Faults{
		"before": func(k int) storetest.Faults { return storetest.Nth(k, storetest.Before) },
		"after":  func(k int) storetest.Faults { return storetest.Nth(k, storetest.After) },
		"lost":   func(k int) storetest.Faults { return storetest.Nth(k, storetest.Lost) },
		"crash":  func(k int) storetest.Faults { return storetest.Crash(k, storetest.After) },
	} {
		for k := 1; k <= n; k += stride(11) {
			t.Run(fmt.Sprintf("%s/%d", name, k), func(t *testing.T) {
				w := newWorld(t, wrap)
				w.renamed("One")
				faulty := w.store.(*storetest.FaultyStore)
				faulty.Set(fault(k))
				_, err := w.e.RunDue(t.Context())
				faulty.Set(nil)
				if err != nil {
					w.e = w.node("after the crash")
				}
				w.settleDown()
				keys := map[string]int{}
				for _, m := range w.mail.sent {
					keys[m.ID]++
				}
				if len(keys) != 1 || len(w.mail.sent) > 2 {
					t.Errorf("sent %v", keys)
				}
				if d := w.deliveries(); len(d) != 1 || d[0].State != "sent" || d[0].Attempts < 1 {
					t.Errorf("%+v", d)
				}
			})
		}
	}
}
