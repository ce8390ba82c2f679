package engine

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pipewright/rules"
	"pipewright/runtime/process"
)

// TestAgenda: what falls on a person's days, in time: tasks, the ends of stages, and the days that own open records hold; of nobody else's records,
// and of no field that is hidden from the person.
func TestAgenda(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.defs["b2b"] = []*process.App{changed(t, 1, func(def map[string]any) {
		deal := def["forms"].([]any)[1].(map[string]any)
		deal["fields"] = append(deal["fields"].([]any), map[string]any{"key": "nextDate", "type": "date", "name": "Next step on"})
		for _, g := range deal["grants"].([]any) {
			if g := g.(map[string]any); g["role"] == "manager" {
				g["hide"] = []any{"nextDate"}
			}
		}
	})}
	w.e = w.node("one")
	agenda := func(user, from, to string) string {
		t.Helper()
		a, err := rules.ParseDate(from)
		w.must(err)
		b, err := rules.ParseDate(to)
		w.must(err)
		items, cut, err := w.e.Agenda(t.Context(), user, a, b)
		w.must(err)
		if cut {
			t.Error("cut")
		}
		var out []string
		for _, it := range items {
			at, what := it.Day.String(), ""
			if !it.At.IsZero() {
				at = it.At.Format("2006-01-02T15:04")
			}
			if it.Task != nil {
				what = it.Task.Title
			} else {
				what = it.Record.Title() + " " + it.Field.String()
			}
			out = append(out, strings.TrimSpace(fmt.Sprint(at, " ", it.Kind, " ", what)))
		}
		return strings.Join(out, "; ")
	}
	// Monday 2026-11-23; qualifying takes ten days.
	s := w.do("rep.li", process.Command{Kind: process.Create, App: "b2b", Form: "deal", Op: "a", Data: data(strings.Replace(dealText, "{", `{"nextDate": "2026-11-25", `, 1))}).State
	due := s.DueAt.UTC()
	next := due.AddDate(0, 0, 1).Format(time.DateOnly)
	title := func() string {
		v, err := w.e.Record(t.Context(), "rep.li", s.ID)
		w.must(err)
		return v.Title()
	}()
	want := fmt.Sprintf("2026-11-25 next %[1]s Next step on; %[2]s due %[1]s", title, due.Format("2006-01-02T15:04"))
	if got := agenda("rep.li", "2026-11-23", next); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := agenda("rep.li", "2026-11-26", "2026-11-27"); got != "" {
		t.Errorf("a day with nothing on it: %s", got)
	}
	for _, other := range []string{"rep.chen", "mgr.wang"} {
		if got := agenda(other, "2026-11-23", next); got != "" {
			t.Errorf("%s is told %s", other, got)
		}
	}
	w.do("rep.li", process.Command{Kind: process.Edit, ID: s.ID, Data: data(`{"closeDate": "2026-11-25", "nextDate": null}`)})
	if got := agenda("rep.li", "2026-11-25", "2026-11-26"); !strings.HasPrefix(got, "2026-11-25 closing "+title) {
		t.Errorf("the day it closes on: %s", got)
	}
	// Handed over to who does not see the field, it stands on no day of his by it; closed, on nobody's.
	w.do("rep.li", process.Command{Kind: process.Edit, ID: s.ID, Data: data(`{"nextDate": "2026-11-24"}`)})
	w.do("mgr.wang", process.Command{Kind: process.Assign, ID: s.ID, Owner: "mgr.wang"})
	if got := agenda("mgr.wang", "2026-11-24", "2026-11-26"); !strings.HasPrefix(got, "2026-11-25 closing") {
		t.Errorf("a field he does not see: %s", got)
	}
	w.do("mgr.wang", process.Command{Kind: process.Move, ID: s.ID, Transition: "lose", Data: data(`{"lossReason": "price"}`)})
	if got := agenda("mgr.wang", "2026-11-23", next); got != "" {
		t.Errorf("closed: %s", got)
	}

	// An approval that is due.
	p := w.proposal("Acme", smallLines)
	w.do("rep.li", process.Command{Kind: process.Move, ID: p.ID, Transition: "win"})
	tasks, _, err := w.e.Tasks(t.Context(), "mgr.wang", TaskQuery{})
	w.must(err)
	day := tasks[0].DueAt.UTC()
	if got, want := agenda("mgr.wang", day.Format(time.DateOnly), day.AddDate(0, 0, 1).Format(time.DateOnly)), day.Format("2006-01-02T15:04")+" task "+tasks[0].Title; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	from := rules.Date{Year: 2026, Month: 11, Day: 1}
	for _, to := range []rules.Date{from, from.AddDays(63)} {
		if _, _, err := w.e.Agenda(t.Context(), "rep.li", from, to); codeOfErr(err) != "bad.request" {
			t.Errorf("%s to %s: %v", from, to, err)
		}
	}
}
