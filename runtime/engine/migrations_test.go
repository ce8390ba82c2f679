package engine

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
	"pipewright/runtime/store/storetest"
)

// movesReleases are two releases of an app: the second renames a stage and makes a number of a text.
func movesReleases(t testing.TB) []*process.App {
	t.Helper()
	raw, err := os.ReadFile("testdata/moves.json")
	if err != nil {
		t.Fatal(err)
	}
	next := strings.NewReplacer(`{"key": "open", "name": "Open", "due": "P3D"}`, `{"key": "begun", "was": ["open"], "name": "Begun", "due": "P5D"}`, `"from": ["open"]`, `"from": ["begun"]`,
		`"start": "open"`, `"start": "begun"`, `{"key": "code", "type": "text"`, `{"key": "code", "type": "number"`).Replace(string(raw))
	var out []*process.App
	var prev *process.Storage
	var prevDef *process.Definition
	for i, text := range []string{string(raw), next} {
		def, problems := process.Parse([]byte(text))
		if rules.HasErrors(problems) {
			t.Fatal(problems)
		}
		prev, prevDef = process.AssignStorage(prev, prevDef, def), def
		app, problems := process.Compile(def, prev, i+1, process.Options{})
		if rules.HasErrors(problems) {
			t.Fatal(problems)
		}
		out = append(out, app)
	}
	return out
}

// publishMoves makes the second release the live one.
func (w *world) publishMoves() error {
	next := movesReleases(w.t)[1]
	if len(w.defs["moves"]) == 1 {
		if err := w.e.Prepare(w.t.Context(), w.defs["moves"][0], next); err != nil {
			return err
		}
		w.defs["moves"] = []*process.App{w.defs["moves"][0], next}
	}
	return nil
}

func withMoves(t testing.TB, wrap func(store.Store) store.Store) *world {
	t.Helper()
	w := newWorld(t, wrap)
	w.defs["moves"] = movesReleases(t)[:1]
	for _, p := range []struct{ user, role string }{{"rep.li", "rep"}, {"mgr.wang", "judge"}, {"dir.sun", "judge"}} {
		dir, err := w.e.Directory(t.Context())
		w.must(err)
		u, _ := dir.User(p.user)
		u.Roles = append(u.Roles, "moves/"+p.role)
		w.must(w.e.SaveUsers(t.Context(), u))
	}
	w.clock.add(2e9)
	w.e = w.node("moves")
	return w
}

func (w *world) thing(op, fields string) *process.State {
	w.t.Helper()
	return w.do("rep.li", process.Command{Kind: process.Create, App: "moves", Form: "thing", Op: op, Data: data(fields)}).State
}

// told is a migration in one line.
func (w *world) moved(id string) string {
	w.t.Helper()
	m, err := w.e.MigrationOf(w.t.Context(), "moves", id)
	w.must(err)
	list, _, err := w.e.MigratedRecords(w.t.Context(), "rep.li", "moves", id, "", "", 100)
	w.must(err)
	var out []string
	for _, r := range list {
		line := r.Title + " " + r.State
		if r.Code != "" {
			line += " " + r.Code
		}
		for _, p := range r.Problems {
			line += " " + p.Path + " " + p.Code
		}
		out = append(out, line)
	}
	slices.Sort(out)
	return fmt.Sprintf("%s of %d %v: %s", m.State, m.Total, m.Counts, strings.Join(out, "; "))
}

func TestMigrationOfRecords(t *testing.T) {
	t.Parallel()
	for name, wrap := range bothStores() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := withMoves(t, wrap(t))
			migrationOfRecords(t, w)
		})
	}
}

func migrationOfRecords(t *testing.T, w *world) {
	ctx := t.Context()
	plain := w.thing("1", `{"name": "plain", "code": "12.5"}`)
	voted := w.thing("2", `{"name": "voted", "code": "7"}`)
	voted = w.do("rep.li", process.Command{Kind: process.Move, ID: voted.ID, Transition: "all"}).State
	voted = w.do("mgr.wang", decision(voted, "all", slices.IndexFunc(voted.Round.Steps[0].Slots, func(s process.Slot) bool { return s.Person == "mgr.wang" }), "approve")).State
	words := w.thing("3", `{"name": "words", "code": "seven"}`)
	left := w.thing("4", `{"name": "left"}`)
	ended := w.thing("5", `{"name": "ended"}`)
	w.do("rep.li", process.Command{Kind: process.Move, ID: ended.ID, Transition: "end"})
	w.must(w.publishMoves())
	fresh := w.thing("6", `{"name": "fresh", "code": "1"}`)

	behind, err := w.e.RecordsBehind(ctx, "moves")
	w.must(err)
	if len(behind) != 1 || behind[0].Release != 1 || behind[0].Live != 2 || behind[0].Records != 5 || behind[0].Open != 4 {
		t.Fatalf("behind: %+v", behind)
	}
	req := MigrationRequest{App: "moves", Form: "thing", From: 1, Skip: []string{left.ID}}
	plan, counts, err := w.e.MigrationPlan(ctx, req)
	w.must(err)
	if counts["open"] != 4 || len(plan.Things) == 0 {
		t.Errorf("plan %v %v", plan.Things, counts)
	}
	seen := map[string]*MigrationPreview{}
	for after := ""; ; {
		page, next, err := w.e.PreviewMigration(ctx, "rep.li", "en", req, after, 2)
		w.must(err)
		for _, p := range page {
			seen[p.Title] = p
		}
		if after = next; after == "" {
			break
		}
	}
	if p := seen["words"]; len(seen) != 4 || p == nil || p.Code != "migration.choose" || p.Problems[0].Path != "/values/code" {
		t.Errorf("preview %v of words: %+v", seen, p)
	}
	kinds := ""
	for _, x := range seen["voted"].Changes {
		kinds += x.Kind + " " + x.From.In("en") + ">" + x.To.In("en") + " "
	}
	if kinds != "stage Open>Begun approval > due > " {
		t.Errorf("voted would change %s", kinds)
	}
	// Who may not read a record learns what kind of thing would change, and no value.
	page, _, err := w.e.PreviewMigration(ctx, "ops.wu", "en", req, "", 50)
	w.must(err)
	for _, p := range page {
		if p.Title != "" || !p.Unread {
			t.Errorf("a stranger sees %+v", p)
		}
	}

	m, err := w.e.StartMigration(ctx, "rep.li", "k", req)
	w.must(err)
	again, err := w.e.StartMigration(ctx, "rep.li", "k", req)
	w.must(err)
	if again.ID != m.ID {
		t.Error("the same key started twice")
	}
	if _, err := w.e.StartMigration(ctx, "rep.li", "other", req); codeOfErr(err) != "migration.running" {
		t.Errorf("a second one started beside the first: %v", err)
	}
	if _, err := w.e.UndoMigration(ctx, "rep.li", "moves", m.ID); codeOfErr(err) != "migration.running" {
		t.Errorf("taken back while it runs: %v", err)
	}
	w.settleDown()
	if got, want := w.moved(m.ID), "done of 4 map[failed:1 migrated:2 skipped:1]: left skipped; plain migrated; voted migrated; words failed migration.choose /values/code cell.number"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	state := func(id string) *process.State {
		v, err := w.e.Record(ctx, "rep.li", id)
		w.must(err)
		return v.State
	}
	if s := state(plain.ID); s.Release != 2 || s.Stage != "begun" || s.Data["code_2"] != int64(125000) || !s.Since.Equal(plain.Since) {
		t.Errorf("plain: %+v", s)
	}
	for id, release := range map[string]int{words.ID: 1, left.ID: 1, ended.ID: 1, fresh.ID: 2} {
		if s := state(id); s.Release != release {
			t.Errorf("%s runs on release %d, want %d", id, s.Release, release)
		}
	}
	evs, _, err := w.e.allEvents(ctx, plain.ID)
	w.must(err)
	at := slices.IndexFunc(evs, func(ev process.Event) bool { return ev.Payload.Type() == "migrated" })
	if why, err := w.e.Reason(ctx, "rep.li", plain.ID, evs[at].Seq); err != nil || why.Release != 2 || !strings.Contains(why.Text.In("en"), "release 1") {
		t.Errorf("why it was migrated: %+v %v", why, err)
	}
	then, err := w.e.Moment(ctx, "rep.li", plain.ID, time.Time{}, evs[at-1].Seq)
	w.must(err)
	if then.State.Release != 1 || then.State.Stage != "open" || string(then.Data()["code"]) != `"12.5"` {
		t.Errorf("before, it stood: %+v", then.State)
	}
	// Lists and boards go by the newest release's columns.
	views, _, err := w.e.List(ctx, "rep.li", ListQuery{App: "moves", Form: "thing", Where: `stage == "begun"`})
	w.must(err)
	if len(views) != 3 {
		t.Errorf("%d records in the new stage", len(views))
	}
	// A choice lets the rest go on; the one left out is told again.
	second, err := w.e.StartMigration(ctx, "rep.li", "k2", MigrationRequest{App: "moves", Form: "thing", From: 1, Closed: true, Mapping: process.Mapping{"values/code": process.ClearValue}})
	w.must(err)
	w.settleDown()
	if got, want := w.moved(second.ID), "done of 3 map[migrated:3]: ended migrated; left migrated; words migrated"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	// The last vote passes the carried round, and the record cannot be taken back any more.
	s := state(voted.ID)
	w.do("dir.sun", decision(s, "all", slices.IndexFunc(s.Round.Steps[0].Slots, func(s process.Slot) bool { return s.State == process.Open }), "approve"))
	if s := state(voted.ID); s.Stage != "done" {
		t.Errorf("after the last vote it is in %s", s.Stage)
	}
	w.do("rep.li", process.Command{Kind: process.Edit, ID: plain.ID, Data: data(`{"name": "plainer"}`)})
	_, err = w.e.UndoMigration(ctx, "rep.li", "moves", m.ID)
	w.must(err)
	_, err = w.e.UndoMigration(ctx, "rep.li", "moves", second.ID)
	w.must(err)
	w.settleDown()
	if got, want := w.moved(m.ID), "undone of 4 map[failed:1 kept:1 skipped:1 undone:1]: left skipped; plainer undone; voted kept migration.kept; words failed migration.choose /values/code cell.number"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if s := state(plain.ID); s.Release != 1 || s.Stage != "open" || s.Data["code"] != "12.5" || s.Data["name"] != "plainer" || s.Data["code_2"] != nil {
		t.Errorf("plain, taken back: %+v", s)
	}
	if s := state(words.ID); s.Release != 1 || s.Data["code"] != "seven" {
		t.Errorf("words, taken back: %+v", s)
	}
	for _, id := range []string{plain.ID, voted.ID, words.ID, left.ID, ended.ID} {
		if _, err := w.e.Verify(ctx, id); err != nil {
			t.Error(err)
		}
	}
}

func codeOfErr(err error) string {
	if r, ok := asRejection(err); ok {
		return r.Code
	}
	return ""
}

// An approver decides at the very moment his record goes on to another release: his vote counts once, on whichever side.
func TestRaceMigrateVote(t *testing.T) {
	t.Parallel()
	w := withMoves(t, func(store.Store) store.Store { return storetest.Memory() })
	nodes := []*Engine{w.e, w.node("two")}
	rounds := *raceRounds
	if testing.Short() {
		rounds = min(rounds, 20)
	}
	next := movesReleases(t)[1]
	ids := make([]string, rounds)
	for i := range ids {
		s := w.thing(fmt.Sprint("thing ", i), `{"name": "x", "code": "5"}`)
		ids[i] = w.do("rep.li", process.Command{Kind: process.Move, ID: s.ID, Transition: "all"}).State.ID
	}
	w.must(w.e.Prepare(t.Context(), w.defs["moves"][0], next))
	w.defs["moves"] = append(w.defs["moves"], next)
	plan, r := process.PlanMigration("m", w.defs["moves"][0], next, "thing", nil)
	if r != nil {
		t.Fatal(r)
	}
	for _, id := range ids {
		v, err := w.e.Record(t.Context(), "rep.li", id)
		w.must(err)
		slot := slices.IndexFunc(v.State.Round.Steps[0].Slots, func(s process.Slot) bool { return s.Person == "mgr.wang" })
		w.race(nodes, []attempt{{user: "mgr.wang", c: decision(v.State, "all", slot, "approve")}, {user: "admin", service: true, c: process.Command{Kind: process.Migrate, ID: id, Plan: plan}}})
		v, err = nodes[1].Record(t.Context(), "rep.li", id)
		w.must(err)
		s := v.State
		if s.Release != 2 || s.Stage != "begun" || s.Round == nil || s.Round.Steps[0].Slots[slot].State != process.Approved {
			t.Fatalf("%s on release %d in %s: %+v", id, s.Release, s.Stage, s.Round)
		}
		if _, err := w.e.Verify(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
}
