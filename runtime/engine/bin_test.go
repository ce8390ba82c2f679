package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
	"pipewright/runtime/store/storetest"
)

const personal = "Falconhead"

// admin lets somebody be an admin.
func (w *world) admin(user string) {
	w.t.Helper()
	dir, err := w.e.Directory(w.t.Context())
	w.must(err)
	for _, u := range dir.Users() {
		if u.ID == user {
			u.Admin = true
			w.must(w.e.SaveUsers(w.t.Context(), u))
		}
	}
}

// told lists the collections in which a word stands.
func (w *world) told(word string) []string {
	w.t.Helper()
	var out []string
	var colls []string
	for _, c := range ownCollections() {
		colls = append(colls, c.Name)
	}
	for _, c := range Collections(w.defs["b2b"][0]) {
		colls = append(colls, c.Name)
	}
	for _, coll := range colls {
		q := query.Query{Limit: 500}
		for {
			page, err := w.store.Query(w.t.Context(), coll, q)
			w.must(err)
			for _, d := range page.Docs {
				text, err := json.Marshal(d)
				w.must(err)
				if strings.Contains(strings.ToLower(string(text)), strings.ToLower(word)) {
					out = append(out, coll+" "+d.ID)
				}
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
	}
	return out
}

// told of a person: a deal that was decided on, noted and renamed.
func (w *world) personalDeal() *process.State {
	s := w.proposal(personal, smallLines)
	w.do("rep.li", process.Command{Kind: process.Move, ID: s.ID, Transition: "win", Comment: personal})
	w.do("rep.li", process.Command{Kind: process.Note, ID: s.ID, Comment: "@mgr.wang ask " + personal})
	w.do("mgr.wang", process.Command{Kind: process.DecideSlot, ID: s.ID, Decision: "reject", Round: 1, Step: "manager", Hash: hashOf(w, s.ID), Comment: personal})
	return s
}

// An erased record is known by nothing any more but that there was one; its chain still verifies.
func TestErase(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	ctx := t.Context()
	s := w.personalDeal()
	w.runDue()
	if len(w.told(personal)) < 5 {
		t.Fatalf("told in %v", w.told(personal))
	}
	n, err := w.e.Verify(ctx, s.ID)
	w.must(err)
	if err := w.e.Erase(ctx, "rep.li", s.ID, "e"); err == nil {
		t.Error("one who is no admin erased a record")
	}
	w.admin("rep.li")
	if err := w.e.PurgeRecord(ctx, "rep.li", s.ID); rejectionCode(err) != "record.notDeleted" {
		t.Errorf("purging what is not in the bin: %v", err)
	}
	w.must(w.e.Erase(ctx, "rep.li", s.ID, "e"))
	w.runDue()
	w.must(w.e.Sweep(ctx, 0))
	if got := w.told(personal); len(got) > 0 {
		t.Errorf("still told in %v", got)
	}
	after, err := w.e.Verify(ctx, s.ID)
	if err != nil || after != n+2 { // deleted, purged
		t.Errorf("%d events of %d, %v", after, n, err)
	}
	report, err := w.e.Audit(ctx, nil, nil)
	w.must(err)
	if report.Wrong > 0 {
		t.Error(report.Findings)
	}
	if _, err := w.e.Record(ctx, "rep.li", s.ID); rejectionCode(err) != "not.found" {
		t.Errorf("reading it: %v", err)
	}
	if err := w.e.Erase(ctx, "rep.li", s.ID, "e"); rejectionCode(err) != "not.found" {
		t.Errorf("erasing it again: %v", err)
	}
	bin, _, err := w.e.List(ctx, "rep.li", ListQuery{App: "b2b", Form: "deal", Deleted: true})
	if err != nil || len(bin) != 0 {
		t.Errorf("in the bin: %d, %v", len(bin), err)
	}
	// Its create, repeated, makes no second one, and changing an event still shows.
	if code := w.refused("rep.li", process.Command{Kind: process.Create, App: "b2b", Form: "deal", Op: personal, Data: data(`{"name": "x"}`)}); code != "not.found" {
		t.Error(code)
	}
	d, err := w.store.Get(ctx, collEvents, s.ID+"|000000000002")
	w.must(err)
	forged := d
	forged.Body = json.RawMessage(strings.Replace(string(d.Body), `"by":"rep.li"`, `"by":"rep.chen"`, 1))
	w.must(w.store.Delete(ctx, collEvents, d.ID, d.Ver))
	w.must(w.store.Insert(ctx, collEvents, forged))
	if _, err := w.e.Verify(ctx, s.ID); err == nil {
		t.Error("a forged header of an erased event verifies")
	}
}

func rejectionCode(err error) string {
	if r, ok := asRejection(err); ok {
		return r.Code
	}
	return fmt.Sprint(err)
}

// Purging keeps what happened, gives unique values free, and clears the references that say so; the bin empties itself in time.
func TestPurge(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	ctx := t.Context()
	app := searchable(t, 1, func(form map[string]any) {
		for _, f := range form["fields"].([]any) {
			if field := f.(map[string]any); field["type"] == "reference" && field["form"] == "account" {
				field["onDelete"] = "clear"
			}
		}
	})
	w.defs["b2b"] = []*process.App{app}
	acc := w.do("rep.li", process.Command{Kind: process.Create, App: "b2b", Form: "account", Op: "a", Data: data(`{"name": "Acme"}`)}).State
	deal := w.do("rep.li", process.Command{Kind: process.Create, App: "b2b", Form: "deal", Op: "d", Data: data(`{"name": "Deal", "account": "` + acc.ID + `"}`)}).State
	account := func() any {
		v, err := w.e.Record(ctx, "rep.li", deal.ID)
		w.must(err)
		return v.State.Data[app.Forms["deal"].Schema.StorageKey("account")]
	}
	w.do("rep.li", process.Command{Kind: process.Delete, ID: acc.ID})
	w.runDue()
	if account() == nil {
		t.Error("a reference was cleared while the record can come back")
	}
	w.do("rep.li", process.Command{Kind: process.Restore, ID: acc.ID})
	w.do("rep.li", process.Command{Kind: process.Delete, ID: acc.ID, Op: "again"})
	w.clock.add(29 * 24 * time.Hour)
	w.must(w.e.EmptyBins(ctx))
	if bin, _, err := w.e.List(ctx, "rep.li", ListQuery{App: "b2b", Form: "account", Deleted: true}); err != nil || len(bin) != 1 {
		t.Errorf("%d in the bin, %v", len(bin), err)
	}
	w.clock.add(2 * 24 * time.Hour)
	w.must(w.e.EmptyBins(ctx))
	w.must(w.e.EmptyBins(ctx))
	w.runDue()
	if bin, _, err := w.e.List(ctx, "rep.li", ListQuery{App: "b2b", Form: "account", Deleted: true}); err != nil || len(bin) != 0 {
		t.Errorf("%d in the bin, %v", len(bin), err)
	}
	if account() != nil {
		t.Error("the reference was not cleared")
	}
	events, err := w.e.count(ctx, collEvents, query.Cmp{Col: "record", Op: query.Eq, Value: acc.ID})
	w.must(err)
	if n, err := w.e.Verify(ctx, acc.ID); err != nil || n != events || n < 5 {
		t.Errorf("%d events, verified %d, %v", events, n, err)
	}
	w.do("rep.li", process.Command{Kind: process.Create, App: "b2b", Form: "account", Op: "b", Data: data(`{"name": "Acme"}`)})
}

// However the process dies while a record is erased, repeating it or only waiting ends with nothing told.
func TestEraseFaults(t *testing.T) {
	t.Parallel()
	wrap := func(s store.Store) store.Store { return storetest.Faulty(s, nil) }
	step := 1
	if testing.Short() {
		step = 5
	}
	for k := 1; ; k += step {
		w := newWorld(t, wrap)
		w.admin("rep.li")
		s := w.personalDeal()
		w.runDue()
		faulty := w.store.(*storetest.FaultyStore)
		kind := []storetest.Fault{storetest.Before, storetest.After, storetest.Partly, storetest.Lost}[k/step%4]
		if k/step%5 == 4 {
			faulty.Set(storetest.Crash(k, storetest.After))
		} else {
			faulty.Set(storetest.Nth(k, kind))
		}
		err := w.e.Erase(t.Context(), "rep.li", s.ID, "e")
		if err == nil {
			_, err = w.e.RunDue(t.Context())
		}
		past := len(faulty.Calls()) < k
		faulty.Set(nil)
		w.e = w.node("after")
		if err := w.e.Erase(t.Context(), "rep.li", s.ID, "e"); err != nil && rejectionCode(err) != "not.found" {
			t.Fatalf("call %d: %v", k, err)
		}
		w.settleDown()
		if got := w.told(personal); len(got) > 0 {
			t.Fatalf("call %d (%v): still told in %v", k, err, got)
		}
		if _, err := w.e.Verify(t.Context(), s.ID); err != nil {
			t.Fatalf("call %d: %v", k, err)
		}
		dead, err := w.e.count(t.Context(), collJobs, query.Cmp{Col: "state", Op: query.Eq, Value: jobDead})
		if err != nil || dead > 0 {
			t.Fatalf("call %d: %d dead jobs, %v", k, dead, errors.Join(err))
		}
		if past {
			return
		}
	}
}

// The bin tells who moved a record there, the last time, and until when it stays; only who may, finds a way out.
func TestBinTells(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	ctx := t.Context()
	first, second := w.deal("One", smallLines), w.deal("Two", smallLines)
	w.do("rep.li", process.Command{Kind: process.Delete, ID: second.ID})
	w.do("rep.li", process.Command{Kind: process.Restore, ID: second.ID})
	w.clock.add(time.Hour)
	w.do("rep.li", process.Command{Kind: process.Delete, ID: second.ID})
	w.clock.add(time.Hour)
	w.do("rep.li", process.Command{Kind: process.Delete, ID: first.ID})
	bin := func(user string) []Binned {
		list, next, err := w.e.Bin(ctx, user, ListQuery{App: "b2b", Form: "deal"})
		w.must(err)
		if next != "" {
			t.Errorf("more than %d", len(list))
		}
		return list
	}
	list := bin("rep.li")
	if len(list) != 2 || list[0].State.ID != first.ID || list[1].State.ID != second.ID {
		t.Fatalf("%d in the bin, or not the newest first", len(list))
	}
	for _, b := range list {
		if b.By != "rep.li" || !b.Until.Equal(b.State.Deleted.Add(defaultBin)) || !b.MayRestore || b.MayPurge {
			t.Errorf("%+v", b)
		}
	}
	if n := len(bin("ops.wu")); n != 0 {
		t.Errorf("a stranger sees %d", n)
	}
	for _, b := range bin("mgr.wang") { // who may read, but not delete
		if b.MayRestore || b.MayPurge {
			t.Error("a reader may restore")
		}
	}
	w.admin("rep.li")
	if !bin("rep.li")[0].MayPurge {
		t.Error("an admin who may delete cannot purge")
	}
	w.must(w.e.PurgeRecord(ctx, "rep.li", first.ID))
	w.runDue()
	if list := bin("rep.li"); len(list) != 1 || list[0].State.ID != second.ID {
		t.Errorf("%d left", len(list))
	}
}
