package engine

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

func complianceStory(t *testing.T, wrap func(store.Store) store.Store) {
	w := newWorld(t, wrap)
	ctx := t.Context()
	from := w.clock.now()
	over := w.deal("over", smallLines)
	w.clock.add(time.Hour)
	w.do("mgr.wang", process.Command{Kind: process.Move, ID: over.ID, Transition: "propose", Override: true, Comment: "the fair is today"})
	w.clock.add(time.Hour)
	if _, err := w.e.Do(ctx, Request{service: true, Command: process.Command{Kind: process.Import, App: "b2b", Form: "deal", Op: "old", Stage: "proposal", Owner: "rep.chen", Data: data(`{"name": "old"}`)}}); err != nil {
		t.Fatal(err)
	}
	w.deal("left lying", smallLines)
	asked := w.proposal("asked", smallLines)
	w.do("rep.li", process.Command{Kind: process.Move, ID: asked.ID, Transition: "win"})
	w.clock.add(20 * 24 * time.Hour)
	w.runDue()
	tell := func(user string, from, to time.Time) string {
		t.Helper()
		c, err := w.e.Compliance(ctx, user, "b2b", "deal", from, to)
		w.must(err)
		var out []string
		for _, b := range c.Items {
			out = append(out, fmt.Sprintf("%s %s %s %s%s %s", b.Kind, b.Person, b.Record.Title(), b.Stage, b.Step, b.Reason))
		}
		slices.Sort(out)
		return strings.Join(out, "; ")
	}
	end := w.clock.now()
	wantAll := "imported app:b2b old proposal ; lateStage rep.li left lying qualify ; lateTask mgr.wang asked proposalmanager ; override mgr.wang over proposal the fair is today"
	if got := tell("mgr.wang", from, end); got != wantAll {
		t.Errorf("got  %s\nwant %s", got, wantAll)
	}
	if got, want := tell("rep.chen", from, end), "imported app:b2b old proposal "; got != want {
		t.Errorf("a rep sees %s", got)
	}
	if got := tell("fin.zhao", from, end); got != "lateTask mgr.wang asked proposalmanager " && got != "" {
		t.Errorf("finance sees %s", got)
	}
	if got, want := tell("mgr.wang", end.Add(-time.Hour), end), "lateStage rep.li left lying qualify ; lateTask mgr.wang asked proposalmanager "; got != want {
		t.Errorf("a period without any: %s", got)
	}
	if _, err := w.e.Compliance(ctx, "mgr.wang", "b2b", "deal", end, from); err == nil {
		t.Error("a period that ends before it begins")
	}

	// Records from before there was a collection of them are laid out; one that is there stays as it is.
	page, err := w.store.Query(ctx, collDeviations, query.Query{Limit: 100})
	w.must(err)
	if len(page.Docs) != 2 {
		t.Fatalf("%d deviations", len(page.Docs))
	}
	w.must(w.store.Delete(ctx, collDeviations, page.Docs[0].ID, page.Docs[0].Ver))
	marks, err := w.store.Query(ctx, collLeases, query.Query{Filter: query.Cmp{Col: "kind", Op: query.Eq, Value: "show"}, Limit: 100})
	w.must(err)
	for _, d := range marks.Docs {
		w.must(w.store.Delete(ctx, collLeases, d.ID, d.Ver))
	}
	w.e = w.node("newer")
	w.reshown()
	if got := tell("mgr.wang", from, end); got != wantAll {
		t.Errorf("laid out anew: %s", got)
	}
}

func TestCompliance(t *testing.T) {
	t.Parallel()
	complianceStory(t, nil)
}

func TestComplianceOnMongo(t *testing.T) {
	t.Parallel()
	complianceStory(t, onMongo(t))
}
