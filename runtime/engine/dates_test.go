package engine

import (
	"testing"
	"time"

	"pipewright/rules"
	"pipewright/runtime/process"
)

// debts is an app of plain records with a date each; the automations are the test's.
func debts(t testing.TB, release int, automations string) *process.App {
	t.Helper()
	def, problems := process.Parse([]byte(`{"spec": "pipewright/1", "key": "debts", "name": "Debts", "timezone": "Asia/Shanghai",
		"roles": [{"key": "rep", "name": "Rep"}],
		"forms": [{"key": "debt", "code": "DEBT", "name": "Debt", "fields": [{"key": "name", "name": "Name", "type": "text"}, {"key": "due", "name": "Due", "type": "date"},
			{"key": "told", "name": "Told", "type": "number", "scale": 0}, {"key": "note", "name": "Note", "type": "text"}],
			"grants": [{"role": "rep", "records": "all", "do": ["create", "read", "edit", "delete"]}]}],
		"automations": [` + automations + `]}`))
	if rules.HasErrors(problems) {
		t.Fatal(problems)
	}
	app, problems := process.Compile(def, nil, release, process.Options{Cron: func(spec, zone string) ([]time.Time, error) { return Next(spec, zone, monday, 3) }})
	for _, p := range problems {
		if p.Severity == rules.Error {
			t.Fatalf("%s %s %s", p.Path, p.Code, p.Message)
		}
	}
	return app
}

// debtor is a world where rep.li keeps debts.
func debtor(t testing.TB, automations ...string) *world {
	t.Helper()
	w := newWorld(t, nil)
	w.installDebts(automations...)
	return w
}

func (w *world) installDebts(automations ...string) {
	for i, text := range automations {
		w.defs["debts"] = append(w.defs["debts"], debts(w.t, i+1, text))
	}
	dir, err := w.e.Directory(w.t.Context())
	w.must(err)
	li, _ := dir.User("rep.li")
	li.Roles = append(li.Roles, "debts/rep")
	w.must(w.e.SaveUsers(w.t.Context(), li))
}

func (w *world) debt(op, values string) string {
	w.t.Helper()
	return w.do("rep.li", process.Command{Kind: process.Create, App: "debts", Form: "debt", Op: op, Data: data(values)}).State.ID
}

// valueOf is a field of a debt as it stands.
func (w *world) valueOf(id, field string) string {
	w.t.Helper()
	v, err := w.e.Record(w.t.Context(), "rep.li", id)
	w.must(err)
	return string(v.Data()[field])
}

const weekBefore = `{"key": "week", "name": "A week before", "on": {"date": "debt.due", "offset": "-P7D"}, "do": [{"set": {"told": "(told ?? 0) + 1"}}]}`

// TestDatesOfANewRelease: records that are there when a release brings a date trigger get its timer, once and by whichever node; one
// that is past by then does not fire. A release that moves the trigger moves the timers.
func TestDatesOfANewRelease(t *testing.T) {
	t.Parallel()
	w := debtor(t, ``)
	other := w.node("two")
	kept := w.debt("kept", `{"name": "kept", "due": "2026-12-10"}`)
	past := w.debt("past", `{"name": "past", "due": "2026-11-25"}`)
	cleared := w.debt("cleared", `{"name": "cleared", "due": "2026-12-10"}`)
	gone := w.debt("gone", `{"name": "gone", "due": "2026-12-10"}`)
	w.runDue()
	w.defs["debts"] = append(w.defs["debts"], debts(t, 2, weekBefore))
	w.runDue()
	_, err := other.RunDue(t.Context())
	w.must(err)
	w.do("rep.li", process.Command{Kind: process.Edit, ID: cleared, Data: data(`{"due": null}`)})
	w.do("rep.li", process.Command{Kind: process.Delete, ID: gone})
	w.clock.at = time.Date(2026, 12, 3, 0, 59, 0, 0, time.UTC)
	w.runDue()
	if got := w.valueOf(kept, "told"); got != "" && got != "null" {
		t.Fatalf("told %s before its time", got)
	}
	w.clock.add(time.Minute)
	w.runDue()
	_, err = other.RunDue(t.Context())
	w.must(err)
	w.clock.add(30 * 24 * time.Hour)
	w.runDue()
	for id, want := range map[string]string{kept: `"1"`, past: "", cleared: ""} {
		if got := w.valueOf(id, "told"); got != want && (want != "" || got != "null") {
			t.Errorf("%s is told %s, want %s", w.valueOf(id, "name"), got, want)
		}
	}
	// Another offset is another plan.
	moved := w.debt("moved", `{"name": "moved", "due": "2027-03-10"}`)
	w.defs["debts"] = append(w.defs["debts"], debts(t, 3, `{"key": "week", "name": "Two days before", "on": {"date": "debt.due", "offset": "-P2D", "at": "18:00"}, "do": [{"set": {"told": "(told ?? 0) + 1"}}]}`))
	w.runDue()
	w.clock.at = time.Date(2027, 3, 8, 9, 59, 0, 0, time.UTC)
	w.runDue()
	if got := w.valueOf(moved, "told"); got != "" && got != "null" {
		t.Errorf("told %s by the old plan", got)
	}
	w.clock.add(time.Minute)
	w.runDue()
	if got := w.valueOf(moved, "told"); got != `"1"` {
		t.Errorf("told %s", got)
	}
}

// A record that a node writes while it has not heard of the release that brings a date trigger gets its timer too.
func TestDateWrittenByANodeThatLagsBehind(t *testing.T) {
	t.Parallel()
	w := debtor(t, ``)
	behind := w.defs
	w.defs = apps{"debts": {behind["debts"][0], debts(t, 2, weekBefore)}}
	ahead := w.node("two")
	_, err := ahead.RunDue(t.Context()) // hears of the release, and looks for records to plan
	w.must(err)
	id := w.debt("late", `{"name": "late", "due": "2026-12-10"}`) // under the first release
	w.e = ahead
	w.clock.add(settleLive)
	w.runDue()
	w.clock.at = time.Date(2026, 12, 3, 1, 0, 0, 0, time.UTC)
	w.runDue()
	if got := w.valueOf(id, "told"); got != `"1"` {
		t.Errorf("told %s", got)
	}
}
