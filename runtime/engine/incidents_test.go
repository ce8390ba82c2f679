package engine

import (
	"fmt"
	"testing"
	"time"

	"pipewright/rules"
	"pipewright/runtime/outbound"
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
			if len(r.Actions) != 1 || !r.Actions[0].Failed || r.Actions[0].Kind != "set" || r.Actions[0].Path != "/automations/daily/do/0" {
				t.Errorf("the run does not say which action failed: %+v", r.Actions)
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

// TestRunsTellDetails: a run that the rules refuse says what they are about, and one that called tells what was answered.
func TestRunsTellDetails(t *testing.T) {
	t.Parallel()
	refused := &process.Rejection{Code: "field.invalid", Message: rules.Plain("no")}
	for i := range maxDetails + 2 {
		refused.Details = append(refused.Details, rules.Errorf(fmt.Sprintf("/data/f%d", i), "text.long", rules.Plain("too long")))
	}
	var b runBody
	b.finish(permanent{refused})
	if b.State != "failed" || b.Error.Code != "field.invalid" || b.Error.Path != "/data/f0" || len(b.Error.Details) != maxDetails || b.Error.Details[1].Path != "/data/f1" {
		t.Errorf("a refusal: %+v", b.Error)
	}

	erp, other := erp(t, nil)
	for want, answer := range map[string]func(outbound.Message, int) (bool, *outbound.Reply, error){
		`200 {"data": {"price": 3}} false`: says(`{"data": {"price": 3}}`),
		`409 no such price true`: func(outbound.Message, int) (bool, *outbound.Reply, error) {
			return true, nil, &outbound.StatusError{Status: 409, Body: []byte("no such price")}
		},
	} {
		other.answer = answer
		o := erp.has("order", `{"orderNo": "N1"}`)
		erp.do("rep.li", process.Command{Kind: process.Edit, ID: o, Data: data(`{"orderNo": "N2"}`)})
		erp.runDue()
		runs, _, err := erp.e.Runs(t.Context(), "erp", "price", 1, "")
		erp.must(err)
		if a := runs[0].Actions[0]; fmt.Sprint(a.Status, " ", a.Answer, " ", a.Failed) != want {
			t.Errorf("got %+v, want %s", a, want)
		}
		erp.clock.add(time.Hour)
	}
}
