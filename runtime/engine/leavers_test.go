package engine

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
)

// leave orders a hand-over as often as it takes to know that it runs.
func (w *world) leave(user string, plan HandoverPlan) {
	w.t.Helper()
	for range 8 {
		_, err := w.e.StartHandover(w.t.Context(), "admin", user, plan)
		if r, no := asRejection(err); err == nil || no && r.Code == "handover.running" {
			return
		} else if no {
			w.t.Fatal(err)
		}
		w.recover(err)
	}
	w.t.Fatal("the hand-over does not begin")
}

// TestNothingIsLeftWithTheLeaver: whatever a person has when he leaves, nothing of it is his afterwards, every record went once, and nobody who
// has left has anything to do.
func TestNothingIsLeftWithTheLeaver(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			leaving(t, rand.New(rand.NewPCG(seed, 1)))
		})
	}
}

func leaving(t *testing.T, dice *rand.Rand) {
	w, _, _ := drills(t)
	ctx := t.Context()
	give := func(user string, roles ...string) {
		dir, err := w.e.Directory(ctx)
		w.must(err)
		u, _ := dir.User(user)
		u.Roles = append(slices.Clone(u.Roles), roles...)
		w.must(w.e.SaveUsers(ctx, u))
	}
	leaver := []string{"rep.li", "mgr.wang", "dir.sun"}[dice.IntN(3)]
	give(leaver, "team/rep", "race/rep")
	give("rep.chen", "race/rep")
	w.clock.add(2 * time.Second)
	mine := 0
	for i := range 3 + dice.IntN(6) {
		s := w.do(leaver, process.Command{Kind: process.Create, App: "team", Form: "drill", Op: fmt.Sprint("mine ", i), Data: data(`{"name": "x"}`)}).State
		mine++
		if dice.IntN(3) > 0 {
			continue
		}
		w.do("mgr.wang", quizBy(s.ID, "one"))
		w.do("dir.sun", quizBy(s.ID, "two"))
		w.do(leaver, process.Command{Kind: process.Tick, ID: s.ID, Op: "tick", Item: "plan", Done: true})
		if dice.IntN(2) == 0 {
			w.do(leaver, process.Command{Kind: process.Move, ID: s.ID, Op: "end", Transition: "end"})
			mine--
		}
	}
	for i := range dice.IntN(5) { // decisions of the judges, mgr.wang and dir.sun, asked for by somebody else
		s := w.do("rep.chen", process.Command{Kind: process.Create, App: "race", Form: "thing", Op: fmt.Sprint("theirs ", i), Data: data(`{"name": "x"}`)}).State
		w.do("rep.chen", process.Command{Kind: process.Move, ID: s.ID, Op: "go", Transition: []string{"any", "all"}[dice.IntN(2)]})
	}
	w.runDue()
	w.must(w.e.SaveAbsence(ctx, org.Absence{ID: "own", User: leaver, From: w.clock.now().Add(time.Hour), To: w.clock.now().Add(1000 * time.Hour)}))
	w.must(w.e.SaveAbsence(ctx, org.Absence{ID: "other", User: "fin.zhao", From: w.clock.now().Add(time.Hour), To: w.clock.now().Add(1000 * time.Hour), Substitute: leaver}))
	before, err := w.e.Belongings(ctx, leaver)
	w.must(err)
	if before.Records != mine || before.Absences != 1 || before.StandIns != 1 {
		t.Fatalf("he has %d records, counted %+v", mine, before)
	}
	w.leave(leaver, HandoverPlan{Successor: "cfo.he", Apps: map[string]string{"team": "ops.wu"}, Approvals: []string{"", "successor"}[dice.IntN(2)]})
	w.runDue()
	w.clock.add(time.Minute)
	w.runDue()
	after, err := w.e.Belongings(ctx, leaver)
	w.must(err)
	if after.Sum() != 0 {
		t.Fatalf("left with him: %+v", after)
	}
	all, err := w.e.Handovers(ctx, 10)
	w.must(err)
	if len(all) != 1 || all[0].State != handoverDone || all[0].Found.Sum() != before.Sum() {
		t.Fatalf("hand-overs %+v", all)
	}
	dir, err := w.e.Directory(ctx)
	w.must(err)
	if dir.Active(leaver) {
		t.Error("his account is open")
	}
	page, err := w.store.Query(ctx, collTasks, query.Query{Limit: 500, Filter: query.Cmp{Col: "state", Op: query.Eq, Value: process.Open}})
	w.must(err)
	for _, d := range page.Docs {
		if user := d.Cols["user"].(string); !dir.Active(user) {
			t.Errorf("%s has left and has %s", user, d.ID)
		}
	}
	w.wentOnce(mine)
}

// wentOnce counts the records that went to ops.wu, each by one event.
func (w *world) wentOnce(want int) {
	w.t.Helper()
	recs, err := w.store.Query(w.t.Context(), "rec_team_drill", query.Query{Limit: 500, Cols: []string{"owner"}})
	w.must(err)
	went := 0
	for _, d := range recs.Docs {
		evs, _, err := w.e.events(w.t.Context(), d.ID, 200, "")
		w.must(err)
		times := 0
		for i := range evs {
			if p, ok := evs[i].Payload.(process.Assigned); ok && p.How == "handOver" {
				times++
			}
		}
		if went += times; times > 1 || (times == 1) != (d.Cols["owner"] == "ops.wu") {
			w.t.Errorf("%s was handed over %d times, to %v", d.ID, times, d.Cols["owner"])
		}
	}
	if went != want {
		w.t.Errorf("%d of %d records went over", went, want)
	}
}
