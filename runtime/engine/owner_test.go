package engine

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// crm is a world whose company sells with the app of testdata/crm.json: four reps and a manager.
func crm(t testing.TB) *world { return crmOn(t, nil) }

func crmOn(t testing.TB, wrap func(store.Store) store.Store) *world {
	w := newWorld(t, wrap)
	w.defs["crm"] = []*process.App{compileFile(t, "testdata/crm.json", 1)}
	for _, id := range []string{"rep.a", "rep.b"} {
		w.must(w.e.SaveUsers(t.Context(), org.User{ID: id, Name: id, Team: "east", Active: true}))
	}
	dir, err := w.e.Directory(t.Context())
	w.must(err)
	for _, id := range []string{"rep.li", "rep.chen", "rep.a", "rep.b", "mgr.wang"} {
		u, _ := dir.User(id)
		role := "crm/rep"
		if id == "mgr.wang" {
			role = "crm/manager"
		}
		u.Roles = append(u.Roles, role)
		w.must(w.e.SaveUsers(t.Context(), u))
	}
	return w
}

func (w *world) lead(user, name string) *process.State {
	w.t.Helper()
	return w.do(user, process.Command{Kind: process.Create, App: "crm", Form: "lead", Op: "create " + name, Data: data(`{"company": "` + name + `"}`)}).State
}

func TestRoundRobinIsFair(t *testing.T) {
	t.Parallel()
	w := crm(t)
	var got []string
	for i := range 8 {
		got = append(got, w.lead("mgr.wang", fmt.Sprint("n", i)).Owner)
	}
	want := []string{"rep.a", "rep.b", "rep.chen", "rep.li"}
	for i, owner := range got {
		if owner != want[i%4] {
			t.Fatalf("turns %v", got)
		}
	}
	// Whoever is away is passed over, and a rep who creates a record keeps it without anybody's turn being used.
	w.must(w.e.SaveAbsence(t.Context(), org.Absence{ID: "x", User: "rep.a", From: w.clock.now(), To: w.clock.now().Add(time.Hour)}))
	if owner := w.lead("rep.li", "mine").Owner; owner != "rep.li" {
		t.Errorf("a suitable owner did not stay: %s", owner)
	}
	if owner := w.lead("mgr.wang", "away").Owner; owner != "rep.b" {
		t.Errorf("the turn went to %s", owner)
	}
	// What is refused uses no turn up.
	if code := w.refused("mgr.wang", process.Command{Kind: process.Create, App: "crm", Form: "lead", Op: "bad", Data: data(`{}`)}); code != "stage.incomplete" {
		t.Errorf("refused with %s", code)
	}
	if owner := w.lead("mgr.wang", "after").Owner; owner != "rep.chen" {
		t.Errorf("the turn after a refusal went to %s", owner)
	}
}

// Many nodes at once: every record gets an owner, and turns are shared out evenly.
func TestRoundRobinRace(t *testing.T) {
	t.Parallel()
	w := crm(t)
	nodes := []*Engine{w.e, w.node("two"), w.node("three")}
	const n = 60
	owners := make([]string, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			res, err := nodes[i%3].Do(t.Context(), Request{User: "mgr.wang", Command: process.Command{Kind: process.Create, App: "crm", Form: "lead",
				Op: fmt.Sprint("race", i), Data: data(fmt.Sprintf(`{"company": "r%d"}`, i))}})
			if err != nil {
				t.Error(err)
				return
			}
			owners[i] = res.State.Owner
		})
	}
	all.Wait()
	counts := map[string]int{}
	for _, o := range owners {
		counts[o]++
	}
	for _, rep := range []string{"rep.a", "rep.b", "rep.chen", "rep.li"} {
		if counts[rep] != n/4 {
			t.Errorf("shared out unevenly: %v", counts)
			break
		}
	}
}

func TestPickedOwner(t *testing.T) {
	t.Parallel()
	w := crm(t)
	s := w.lead("mgr.wang", "one")
	start := process.Command{Kind: process.Move, ID: s.ID, Transition: "start"}
	// rep.a owns it and may stay.
	if got := w.do("mgr.wang", start).State; got.Owner != "rep.a" || got.Stage != "work" {
		t.Errorf("moved to %s of %s", got.Stage, got.Owner)
	}
	w.do("mgr.wang", process.Command{Kind: process.Assign, ID: s.ID, Owner: "mgr.wang"})
	w.do("mgr.wang", process.Command{Kind: process.Move, ID: s.ID, Transition: "again"})
	w.do("mgr.wang", process.Command{Kind: process.Assign, ID: s.ID, Owner: "mgr.wang"})
	_, err := w.e.Do(t.Context(), Request{User: "mgr.wang", Command: start})
	r, _ := asRejection(err)
	if r == nil || r.Code != "owner.needed" || len(r.Details) != 1 || r.Details[0].Path != "/owner" {
		t.Fatalf("not asked for an owner: %v", err)
	}
	start.Owner = "fin.zhao"
	if code := w.refused("mgr.wang", start); code != "owner.unsuitable" {
		t.Errorf("finance owns a lead: %s", code)
	}
	start.Owner = "rep.chen"
	got := w.do("mgr.wang", start).State
	if got.Owner != "rep.chen" || got.Team != "east" {
		t.Errorf("owner %s team %s", got.Owner, got.Team)
	}
	former := false
	for _, p := range got.People {
		former = former || p == process.Person{User: "mgr.wang", Why: "formerOwner"}
	}
	if !former {
		t.Errorf("the former owner takes no part: %v", got.People)
	}
	v, err := w.e.Record(t.Context(), "mgr.wang", s.ID)
	w.must(err)
	for _, tr := range v.Inspection.Transitions {
		if tr.T.Def.Key == "finish" && len(tr.Pick) != 0 {
			t.Error("asked to pick where the stage does not leave it open")
		}
	}
}

// Whoever has three times the capacity gets three times the work.
func TestWeightedOwner(t *testing.T) {
	t.Parallel()
	w := crm(t)
	counts := map[string]int{}
	for i := range 12 {
		s := w.lead("rep.li", fmt.Sprint("w", i))
		w.do("rep.li", process.Command{Kind: process.Move, ID: s.ID, Transition: "start"})
		w.do("mgr.wang", process.Command{Kind: process.Assign, ID: s.ID, Owner: "mgr.wang"})
		counts[w.do("mgr.wang", process.Command{Kind: process.Move, ID: s.ID, Transition: "finish"}).State.Owner]++
	}
	if counts["rep.chen"] != 6 || counts["rep.a"] != 2 || counts["rep.b"] != 2 || counts["rep.li"] != 2 {
		t.Errorf("by weight: %v", counts)
	}
}

func TestAutomationAssignsInTurn(t *testing.T) {
	t.Parallel()
	w := crm(t)
	var got []string
	for i := range 4 {
		s := w.lead("rep.li", fmt.Sprint("a", i))
		w.do("rep.li", process.Command{Kind: process.Edit, ID: s.ID, Data: data(`{"score": "7"}`)})
		w.runDue()
		v, err := w.e.Record(t.Context(), "mgr.wang", s.ID)
		w.must(err)
		got = append(got, v.State.Owner)
	}
	if fmt.Sprint(got) != "[rep.a rep.b rep.chen rep.li]" {
		t.Errorf("in turn: %v", got)
	}
}

// Nobody who could own it works here today: the admin has it, and is told.
func TestNobodyToOwn(t *testing.T) {
	t.Parallel()
	w := crm(t)
	for _, id := range []string{"rep.li", "rep.chen", "rep.a", "rep.b"} {
		w.must(w.e.SaveAbsence(t.Context(), org.Absence{ID: id, User: id, From: w.clock.now(), To: w.clock.now().Add(time.Hour)}))
	}
	s := w.lead("mgr.wang", "alone")
	if s.Owner != "admin" {
		t.Fatalf("owner %s", s.Owner)
	}
	w.must(w.e.Sweep(t.Context(), 0))
	told, _, err := w.e.Notices(t.Context(), "admin", true, 10, "")
	w.must(err)
	if len(told) != 1 {
		t.Errorf("the admin was told %d times", len(told))
	}
}
