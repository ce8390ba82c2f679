package engine

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"pipewright/runtime/org"
	"pipewright/runtime/process"
)

// pooled is a lead in the pool that was nobody's before.
func (w *world) pooled(name string) string {
	w.t.Helper()
	s := w.lead("mgr.wang", name)
	w.do("mgr.wang", process.Command{Kind: process.Assign, ID: s.ID, Owner: "mgr.wang"})
	got := w.do("mgr.wang", process.Command{Kind: process.Release, ID: s.ID, Pool: "public", Comment: "for all"}).State
	if got.Owner != "" || got.Pool == nil || got.Pool.Key != "public" || got.Pool.Former != "mgr.wang" {
		w.t.Fatalf("released to %+v of %q", got.Pool, got.Owner)
	}
	return s.ID
}

func (w *world) claim(user, id string) error {
	_, err := w.e.Do(w.t.Context(), Request{User: user, Command: process.Command{Kind: process.Claim, ID: id}})
	return err
}

func codeOfRefusal(err error) string {
	if r, ok := asRejection(err); ok {
		return r.Code
	}
	return fmt.Sprint(err)
}

func (w *world) state(id string) *process.State {
	w.t.Helper()
	v, err := w.e.Record(w.t.Context(), "mgr.wang", id)
	w.must(err)
	return v.State
}

func TestClaimAndRelease(t *testing.T) {
	t.Parallel()
	w := crm(t)
	id := w.pooled("one")
	// Members see what is in the pool, masked as their grant says; others see nothing of it.
	views, _, err := w.e.List(t.Context(), "rep.a", ListQuery{App: "crm", Form: "lead", Where: "pool == 'public'"})
	w.must(err)
	if len(views) != 1 || !views[0].Rights.Hide["phone"] || views[0].Rights.Edit {
		t.Fatalf("a member sees %d records", len(views))
	}
	if views, _, err = w.e.List(t.Context(), "fin.zhao", ListQuery{App: "crm", Form: "lead"}); err != nil || len(views) != 0 {
		t.Errorf("a stranger sees %d records, %v", len(views), err)
	}
	if code := codeOfRefusal(w.claim("mgr.wang", id)); code != "forbidden" {
		t.Errorf("who is no member claims: %s", code)
	}
	w.must(w.claim("rep.a", id))
	w.must(w.claim("rep.a", id)) // asking again changes nothing
	if s := w.state(id); s.Owner != "rep.a" || s.Team != "east" || s.Pool != nil || s.Taken.Pool != "public" || s.Hold.Slots["public"] == 0 {
		t.Fatalf("claimed as %+v", s)
	}
	if code := codeOfRefusal(w.claim("rep.b", id)); code != "pool.taken" {
		t.Errorf("the second hears %s", code)
	}
	if code := w.refused("rep.a", process.Command{Kind: process.Release, ID: id}); code != "pool.reason" {
		t.Errorf("without a reason: %s", code)
	}
	w.do("rep.a", process.Command{Kind: process.Release, ID: id, Comment: "no budget"})
	if code := codeOfRefusal(w.claim("rep.a", id)); code != "pool.cooldown" {
		t.Errorf("the former owner hears %s", code)
	}
	w.clock.add(5 * 24 * time.Hour)
	w.must(w.claim("rep.a", id))
	// A manager gives a record out of the pool, and an ended one cannot go in.
	w.do("rep.a", process.Command{Kind: process.Release, ID: id, Comment: "again"})
	if got := w.do("mgr.wang", process.Command{Kind: process.Assign, ID: id, Owner: "rep.b"}).State; got.Pool != nil || got.Owner != "rep.b" {
		t.Errorf("given out to %s", got.Owner)
	}
	w.do("rep.b", process.Command{Kind: process.Move, ID: id, Transition: "lose"})
	if code := w.refused("rep.b", process.Command{Kind: process.Release, ID: id, Comment: "x"}); code != "pool.closed" {
		t.Errorf("an ended record: %s", code)
	}
	if s := w.state(id); s.Hold != nil {
		t.Errorf("an ended record takes a slot: %+v", s.Hold)
	}
}

// 64 at once for one record: one gets it, everybody else hears why not, and nothing of what they took on the way is left.
func TestClaimRace(t *testing.T) {
	t.Parallel()
	w := crm(t)
	nodes := []*Engine{w.e, w.node("two")}
	reps := make([]org.User, 64)
	for i := range reps {
		id := fmt.Sprint("racer", i)
		reps[i] = org.User{ID: id, Name: id, Team: "east", Active: true, Roles: []string{"crm/rep"}}
	}
	w.must(w.e.SaveUsers(t.Context(), reps...))
	for round := range 5 {
		id := w.pooled(fmt.Sprint("race", round))
		var mu sync.Mutex
		won, codes := map[string]int{}, map[string]int{}
		var all sync.WaitGroup
		for i := range reps {
			all.Go(func() {
				user := reps[i].ID
				res, err := nodes[i%2].Do(t.Context(), Request{User: user, Command: process.Command{Kind: process.Claim, ID: id, Op: fmt.Sprint("op", round, "-", i)}})
				mu.Lock()
				defer mu.Unlock()
				if err == nil && len(res.Events) > 0 {
					won[user]++
				} else if err != nil {
					codes[codeOfRefusal(err)]++
				}
			})
		}
		all.Wait()
		if len(won) != 1 {
			t.Fatalf("%d won: %v, refused %v", len(won), won, codes)
		}
		for code := range codes {
			if code != "pool.taken" && code != "conflict" {
				t.Errorf("a loser heard %s", code)
			}
		}
		owner := w.state(id).Owner
		if won[owner] != 1 {
			t.Errorf("it is of %s, and %v won", owner, won)
		}
		w.do("mgr.wang", process.Command{Kind: process.Delete, ID: id})
		w.clock.add(24 * time.Hour) // the same person may win every time, and has four claims a day
	}
}

// One person claims many records at once on two nodes: never more than the cap, and as many as that.
func TestCapHoldsUnderRaces(t *testing.T) {
	t.Parallel()
	w := crm(t)
	nodes := []*Engine{w.e, w.node("two")}
	own := w.lead("rep.a", "own") // counts as well
	var ids []string
	for i := range 8 {
		ids = append(ids, w.pooled(fmt.Sprint("cap", i)))
	}
	var all sync.WaitGroup
	for i, id := range ids {
		all.Go(func() {
			_, err := nodes[i%2].Do(t.Context(), Request{User: "rep.a", Command: process.Command{Kind: process.Claim, ID: id}})
			if code := codeOfRefusal(err); err != nil && code != "pool.full" && code != "conflict" {
				t.Error(err)
			}
		})
	}
	all.Wait()
	held := 0
	for _, id := range ids {
		if w.state(id).Owner == "rep.a" {
			held++
		}
	}
	if held > 2 {
		t.Fatalf("holds %d claimed records and one of his own, the cap is 3", held)
	}
	for _, id := range ids {
		if w.state(id).Pool != nil && held < 2 {
			w.must(w.claim("rep.a", id))
			held++
		}
	}
	var free string
	for _, id := range ids {
		if w.state(id).Pool != nil {
			free = id
		}
	}
	if code := codeOfRefusal(w.claim("rep.a", free)); code != "pool.full" {
		t.Fatalf("beyond the cap: %s", code)
	}
	// Whatever ends or goes makes room again.
	w.do("mgr.wang", process.Command{Kind: process.Move, ID: own.ID, Transition: "lose"})
	w.must(w.e.Sweep(t.Context(), 0))
	w.must(w.claim("rep.a", free))
	// A manager may go beyond it.
	w.do("mgr.wang", process.Command{Kind: process.Assign, ID: own.ID, Owner: "rep.b"})
}

func TestClaimsPerDay(t *testing.T) {
	t.Parallel()
	w := crm(t)
	for i := range 4 {
		id := w.pooled(fmt.Sprint("day", i))
		w.must(w.claim("rep.a", id))
		w.do("rep.a", process.Command{Kind: process.Release, ID: id, Comment: "not for me"})
	}
	id := w.pooled("fifth")
	if code := codeOfRefusal(w.claim("rep.a", id)); code != "pool.perDay" {
		t.Errorf("the fifth of a day: %s", code)
	}
	w.must(w.claim("rep.b", id))
	w.clock.add(24 * time.Hour)
	next := w.pooled("next day")
	w.must(w.claim("rep.a", next))
}

// night runs what is due at 2:00 on every node.
func (w *world) night(nodes ...*Engine) {
	w.t.Helper()
	now := w.clock.now().In(time.FixedZone("CST", 8*3600))
	next := time.Date(now.Year(), now.Month(), now.Day()+1, 2, 0, 0, 0, now.Location())
	w.clock.add(next.Sub(now))
	for _, e := range nodes {
		w.must(e.Schedule(w.t.Context()))
	}
	for _, e := range nodes {
		_, err := e.RunDue(w.t.Context())
		w.must(err)
	}
}

func TestNightlyReclaim(t *testing.T) {
	t.Parallel()
	w := crm(t)
	two := w.node("two")
	w.must(w.e.Schedule(t.Context())) // from here on
	idle := w.lead("rep.a", "idle")
	lively := w.lead("rep.a", "lively")
	at := w.pooled("at once")
	w.must(w.claim("rep.b", at))
	w.do("rep.b", process.Command{Kind: process.Edit, ID: at, Data: data(`{"score": "1"}`)})
	w.night(w.e, two)
	if w.state(at).Pool != nil {
		t.Error("a record just claimed was taken back")
	}
	w.night(w.e, two)
	w.night(w.e, two)
	if s := w.state(at); s.Pool == nil || s.Pool.Former != "rep.b" || s.Hold != nil {
		t.Errorf("not taken back after its protection: %+v", s)
	}
	for range 7 {
		w.night(w.e, two)
	}
	if s := w.state(idle.ID); s.Reclaim == nil || s.Pool != nil {
		t.Fatalf("no notice after ten idle days: %+v", s.Reclaim)
	}
	w.do("rep.a", process.Command{Kind: process.Note, ID: lively.ID, Comment: "called them"})
	for range 3 {
		w.night(w.e, two)
	}
	if s := w.state(idle.ID); s.Pool == nil || s.Owner != "" {
		t.Errorf("not taken back after the notice: %+v", s)
	}
	if s := w.state(lively.ID); s.Pool != nil || s.Reclaim != nil {
		t.Errorf("taken back although somebody worked on it: %+v", s)
	}
	events, _, err := w.e.events(t.Context(), idle.ID, 50, "")
	w.must(err)
	notices, pooled := 0, 0
	for _, e := range events {
		switch p := e.Payload.(type) {
		case process.ReclaimNoticed:
			notices++
		case process.PooledIn:
			if p.How == "reclaim" {
				pooled++
			}
		}
	}
	if notices != 1 || pooled != 1 {
		t.Errorf("%d notices and %d returns", notices, pooled)
	}
	told, _, err := w.e.Notices(t.Context(), "rep.a", false, 50, "")
	w.must(err)
	if len(told) < 2 {
		t.Errorf("rep.a was told %d times", len(told))
	}
}
