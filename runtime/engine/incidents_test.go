package engine

import (
	"testing"
	"time"

	"pipewright/runtime/process"
)

// TestIncidents: a rule that fails for one record of many parks that one, which an admin can run again once the record is mended; the
// others are done.
func TestIncidents(t *testing.T) {
	t.Parallel()
	w := debtor(t, `{"key": "daily", "name": "Daily", "on": {"cron": "0 9 * * *"}, "each": {"form": "debt"}, "do": [{"set": {"told": "100 / told"}}]}`)
	good := w.debt("good", `{"name": "good", "told": 4}`)
	bad := w.debt("bad", `{"name": "bad", "told": 0}`)
	w.runDue()
	w.clock.add(24 * time.Hour)
	w.runDue()
	if got := w.valueOf(good, "told"); got != `"25"` {
		t.Error(got)
	}
	list, err := w.e.Incidents(t.Context(), bad)
	w.must(err)
	if len(list) != 1 || list[0].Automation != "daily" || list[0].Error == "" {
		t.Fatalf("incidents %+v", list)
	}
	runs, _, err := w.e.Runs(t.Context(), "debts", "daily", 10, "")
	w.must(err)
	retryable := 0
	for _, r := range runs {
		if r.Job != "" {
			retryable++
			if r.Job != list[0].ID || r.Record != bad {
				t.Errorf("run %+v", r)
			}
		}
	}
	if retryable != 1 {
		t.Errorf("%d runs can be retried", retryable)
	}
	w.do("rep.li", process.Command{Kind: process.Edit, ID: bad, Data: data(`{"told": 5}`)})
	dir, err := w.e.Directory(t.Context())
	w.must(err)
	admin, _ := dir.User("admin")
	w.must(w.e.RetryJob(t.Context(), &admin, list[0].ID))
	w.runDue()
	if got := w.valueOf(bad, "told"); got != `"20"` {
		t.Error(got)
	}
	if list, err = w.e.Incidents(t.Context(), bad); err != nil || len(list) != 0 {
		t.Error(list, err)
	}
	if runs, _, err = w.e.Runs(t.Context(), "debts", "daily", 10, ""); err != nil || runs[0].State != "done" || runs[1].Job+runs[2].Job != "" {
		t.Errorf("runs %+v", runs)
	}
}
