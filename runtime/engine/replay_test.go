package engine

import (
	"slices"
	"testing"
	"time"

	"pipewright/runtime/process"
)

// TestReplay holds automations that are not live against what has happened: their triggers by event and date, their conditions on the
// records as they were then, and a schedule.
func TestReplay(t *testing.T) {
	t.Parallel()
	w := debtor(t, `{"key": "none", "name": "None", "on": {"created": "debt"}, "do": [{"notify": {"to": [{"field": "owner"}], "text": "x"}}]}`)
	old := w.debt("old", `{"name": "old", "due": "2026-12-20"}`)
	w.clock.add(40 * 24 * time.Hour) // past the 30 days
	one := w.debt("one", `{"name": "one", "note": "a"}`)
	w.debt("two", `{"name": "two"}`)
	w.do("rep.li", process.Command{Kind: process.Edit, ID: one, Data: data(`{"note": "b"}`)})
	w.clock.add(2 * 24 * time.Hour)
	w.do("rep.li", process.Command{Kind: process.Edit, ID: one, Data: data(`{"note": "c", "told": "1"}`)})
	w.do("rep.li", process.Command{Kind: process.Edit, ID: old, Data: data(`{"name": "older"}`)})
	gone := w.debt("gone", `{"name": "gone", "note": "a"}`)
	w.do("rep.li", process.Command{Kind: process.Delete, ID: gone})

	const do = `"do": [{"notify": {"to": [{"field": "owner"}], "text": "x"}}]}`
	for name, c := range map[string]struct {
		auto    string
		how     string
		count   int
		days    []int // today last
		records []string
	}{
		"created":      {`"on": {"created": "debt"}, `, "events", 2, []int{2, 0, 0}, []string{"one", "two"}},
		"as it was":    {`"on": {"created": "debt"}, "if": "note == 'a'", `, "events", 1, []int{1, 0, 0}, []string{"one"}},
		"a field":      {`"on": {"updated": "debt", "fields": ["note"]}, `, "events", 2, []int{1, 0, 1}, []string{"one"}},
		"switched off": {`"off": true, "on": {"updated": "debt", "fields": ["note"]}, "if": "note == 'c'", `, "events", 1, []int{0, 0, 1}, []string{"one"}},
		"a date":       {`"on": {"date": "debt.due", "offset": "P7D"}, `, "dates", 1, nil, []string{"older"}},
		"a schedule":   {`"on": {"cron": "0 9 * * *"}, "each": {"form": "debt", "where": "told == nil"}, `, "schedule", 0, nil, []string{"older", "two"}},
		"from outside": {`"on": {"webhook": "call", "form": "debt", "where": "name == payload.name", "payload": [{"key": "name", "type": "text"}]}, `, "", 0, []int{0, 0, 0}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			app := debts(t, 1, `{"key": "draft", "name": "Draft", `+c.auto+do)
			got, err := w.e.Replay(t.Context(), "rep.li", app, "draft")
			w.must(err)
			if got.How != c.how || got.Problem != nil || got.Partial || len(got.Days) != 30 {
				t.Fatalf("%+v, problem %v", got, got.Problem)
			}
			if c.how != "schedule" && got.Count != c.count {
				t.Errorf("%d times, want %d", got.Count, c.count)
			}
			if c.how == "schedule" && (got.Count < 29 || got.Count > 30) {
				t.Errorf("%d times in 30 days", got.Count)
			}
			if c.days != nil && !slices.Equal(got.Days[len(got.Days)-len(c.days):], c.days) {
				t.Errorf("days %v, want … %v", got.Days, c.days)
			}
			var titles []string
			for _, r := range got.Records {
				titles = append(titles, r.Title)
			}
			slices.Sort(titles)
			if !slices.Equal(titles, c.records) || got.Found != len(c.records) {
				t.Errorf("records %v of %d, want %v", titles, got.Found, c.records)
			}
			// Who may not read them does not learn how many meet a condition that he chooses, either.
			other, err := w.e.Replay(t.Context(), "ops.wu", app, "draft")
			if err != nil || len(other.Records) != 0 || other.Found != 0 || other.Looked > 0 && c.how == "schedule" || c.how != "schedule" && other.Count != 0 {
				t.Errorf("for somebody else: %+v %v", other, err)
			}
			if (c.how == "events" || c.how == "dates") != (other.Withheld > 0) {
				t.Errorf("%d are said to be withheld", other.Withheld)
			}
		})
	}
	if _, err := w.e.Replay(t.Context(), "rep.li", debts(t, 1, ``), "nothing"); err == nil {
		t.Error("an automation that is not there")
	}
}
