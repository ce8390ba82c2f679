package server

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
)

type object = map[string]any

func money(amount string) object { return object{"amount": amount, "currency": "CNY"} }

// deal brings a deal with one line into the closing stage by hand, as its rep would, and answers its id.
func deal(t *testing.T, rep *client, off string) string {
	t.Helper()
	account := rep.must("POST", "/api/apps/b2b/forms/account/records", object{"data": object{"name": "华东制造有限公司"}}).str("id")
	contact := rep.must("POST", "/api/apps/b2b/forms/contact/records", object{"data": object{"name": "周工", "account": account}}).str("id")
	a := rep.must("POST", "/api/apps/b2b/forms/deal/records", object{"data": object{"name": "MES 二期", "account": account,
		"lines": []object{{"qty": "2", "price": money("300000.00"), "off": off}}, "discountReason": "首单"}})
	if a.status != 201 || a.str("stage") != "prospect" || a.str("owner") != "rep.li" || a.header.Get("ETag") == "" {
		t.Fatalf("create: %d %s", a.status, a.raw)
	}
	id := a.str("id")
	record := "/api/records/" + id
	rep.must("PATCH", record, object{"data": object{"contact": contact, "direction": "out", "origin": "visit", "closeDate": "2026-12-29", "bantBudget": true, "bantAuthority": true, "bantNeed": true,
		"spinSituation": "a", "spinProblem": "b", "spinImplication": "c", "spinPayoff": "d", "nextDate": "2026-12-06", "nextStep": "x",
		"stakeholders":  []object{{"person": "周工", "role": "user", "stance": "1"}, {"person": "吴总", "role": "decider", "stance": "1"}},
		"meddicMetrics": "2", "meddicBuyer": "2", "meddicCriteria": "2", "meddicProcess": "2", "meddicPain": "2", "meddicChampion": "2"}}, "If-Match", `"`+a.str("rev")+`"`)
	a = rep.refused(422, "stage.incomplete", "POST", record+"/transitions/identify", object{})
	if a.str("error.details.0.code") != "checklist.undone" {
		t.Errorf("details %s", a.raw)
	}
	rep.must("POST", record+"/checklist/fit", object{"done": true})
	rep.must("POST", record+"/checklist/touch", object{})
	for _, key := range []string{"identify", "qualify", "follow", "propose"} {
		a = rep.must("POST", record+"/transitions/"+key, object{})
	}
	if a.str("stage") == "followUp" { // above half a million the manager agrees first
		approve(t, rep.w.as("mgr.wang"), id)
	}
	for user, activity := range map[string]string{"fin.zhao": "costing", "ops.wu": "review"} {
		rep.w.as(user).must("POST", record+"/activities/"+activity, object{"done": true})
	}
	quote := rep.must("POST", "/api/apps/b2b/forms/quote/records", object{"data": object{"name": "MES 二期报价", "deal": id, "account": account, "lines": []object{{"qty": "1", "price": money("510000.00")}}}}).str("id")
	if a = rep.must("POST", "/api/records/"+quote+"/transitions/submit", object{}); a.str("stage") != "approved" {
		t.Fatalf("the quote: %s", a.raw)
	}
	if a = rep.must("POST", record+"/transitions/close", object{}); a.str("stage") != "closing" {
		t.Fatalf("close: %s", a.raw)
	}
	for _, item := range []string{"legal", "terms", "signed"} {
		rep.must("POST", record+"/checklist/"+item, object{"done": true})
	}
	return id
}

// task finds a person's open approval on a record.
func task(t *testing.T, c *client, record string) string {
	t.Helper()
	a := c.must("GET", "/api/tasks?kind=approval", nil)
	for i := range a.len("items") {
		if a.str(fmt.Sprintf("items.%d.record.id", i)) == record {
			return "/api/tasks/" + url.PathEscape(a.str(fmt.Sprintf("items.%d.id", i)))
		}
	}
	t.Fatalf("no task on %s: %s", record, a.raw)
	return ""
}

func approve(t *testing.T, c *client, record string) answer {
	t.Helper()
	path := task(t, c, record)
	hash := c.must("GET", path, nil).str("round.hash")
	return c.must("POST", path+"/approve", object{"hash": hash, "comment": "ok"})
}

func TestDealIsApprovedAndHandedOver(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("b2b")
	rep := w.as("rep.li")
	id := deal(t, rep, "0.15")
	record := "/api/records/" + id

	a := rep.must("GET", record, nil)
	if a.str("data.amount.amount") != "510000.00" || a.str("data.discount") != "0.15" || a.str("path.5.state") != "current" || a.str("can.edit") != "true" {
		t.Errorf("record %s", a.raw)
	}
	a = rep.must("GET", record+"/transitions/win/preview", nil)
	if a.str("steps.0.people.0.id") != "mgr.wang" || a.str("steps.1.people.0.id") != "fin.zhao" || a.str("steps.2.state") != "skipped" {
		t.Errorf("preview %s", a.raw)
	}
	win := rep.must("POST", record+"/transitions/win", object{}, "Idempotency-Key", "win-1")
	if win.str("stage") != "closing" || win.str("round.state") != "running" || win.str("approval.waitingFor.0") != "mgr.wang" || win.str("can.withdraw") != "true" {
		t.Fatalf("submit %s", win.raw)
	}
	if again := rep.must("POST", record+"/transitions/win", object{}, "Idempotency-Key", "win-1"); again.str("rev") != win.str("rev") {
		t.Errorf("a repeated submit did something: %s", again.raw)
	}
	rep.refused(422, "op.reused", "POST", record+"/transitions/lose", object{"data": object{"lossReason": "price"}}, "Idempotency-Key", "win-1")
	rep.refused(409, "approval.running", "POST", record+"/transitions/win", object{})
	rep.must("POST", record+"/urge", object{})

	manager := w.as("mgr.wang")
	path := task(t, manager, id)
	a = manager.must("GET", path, nil)
	if a.str("can.0") != "approve" || a.str("recordFull.id") != id || a.str("record.value.amount") != "510000.00" || a.str("by.id") != "rep.li" {
		t.Errorf("task %s", a.raw)
	}
	hash := a.str("round.hash")
	w.as("fin.zhao").refused(404, "not.found", "POST", path+"/approve", object{"hash": hash})
	manager.refused(409, "approval.stale", "POST", path+"/approve", object{"hash": strings.Repeat("0", 64)})
	manager.must("POST", path+"/return", object{"hash": hash, "comment": "写清楚"})
	manager.refused(409, "task.closed", "POST", path+"/approve", object{"hash": hash})

	a = rep.must("GET", record, nil)
	rep.must("PATCH", record, object{"data": object{"discountReason": "首单，三年框架"}}, "If-Match", `"`+a.str("rev")+`"`)
	rep.must("POST", record+"/transitions/win", object{})
	path = task(t, manager, id)
	a = manager.must("GET", path, nil)
	if a.str("round.guards.0.field") != "discountReason" || a.str("round.guards.0.after") != "首单，三年框架" || a.len("round.guards") != 1 {
		t.Errorf("what changed since: %s", a.raw)
	}
	approve(t, manager, id)
	finance := w.as("fin.zhao")
	path = task(t, finance, id)
	a = finance.must("GET", path, nil)
	if a.str("fields.0") != "creditNote" {
		t.Errorf("fields %s", a.raw)
	}
	a = finance.must("POST", path+"/approve", object{"hash": a.str("round.hash"), "data": object{"creditNote": "账期 30 天"}})
	if a.str("record.stage") != "won" || a.str("task.state") != "done" || a.str("record.data.creditNote") != "账期 30 天" {
		t.Errorf("the last approval: %s", a.raw)
	}
	for {
		n, err := w.server.Engine.RunDue(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
	}
	a = rep.must("GET", record, nil)
	if a.str("end") != "won" || a.str("links.0.form") != "order" || a.str("links.0.why") != "started" {
		t.Fatalf("no order: %s", a.raw)
	}
	order := rep.must("GET", "/api/records/"+a.str("links.0.id"), nil)
	if order.str("links.0.id") != id || order.str("links.0.why") != "startedFrom" {
		t.Errorf("the order is not linked back: %s", order.raw)
	}
	a = rep.must("GET", record+"/events?limit=100", nil)
	var told []string
	for i := range a.len("items") {
		told = append(told, a.str(fmt.Sprintf("items.%d.text.en", i)))
	}
	for _, want := range []string{"returned “Sales manager”", "approved “Sales manager”", "approved “Finance”", "the approval passed"} {
		if !slices.Contains(told, want) {
			t.Errorf("the timeline does not tell %q: %q", want, told)
		}
	}
	if rep.must("GET", "/api/me", nil).str("unread") == "0" {
		t.Error("the rep was told nothing")
	}
	notices := rep.must("GET", "/api/notices?unread=1", nil)
	rep.must("POST", "/api/notices/read", object{"ids": []string{notices.str("items.0.id")}})
	if left := rep.must("GET", "/api/notices?unread=1", nil); left.len("items") != notices.len("items")-1 {
		t.Errorf("notices %s", left.raw)
	}
	rep.must("POST", "/api/notices/read", object{"all": true})
	if left := rep.must("GET", "/api/notices?unread=1", nil); left.len("items") != 0 {
		t.Errorf("notices %s", left.raw)
	}
	if why := rep.must("GET", record+"/why?path=/data/amount", nil); why.str("formula") == "" || why.len("inputs") == 0 {
		t.Errorf("why %s", why.raw)
	}
	past(t, rep, record)
	if found := rep.must("GET", "/api/search?q=MES", nil); found.len("items") == 0 {
		t.Error("not found")
	}
	if home := rep.must("GET", "/api/home", nil); home.len("recent") == 0 {
		t.Errorf("home %s", home.raw)
	}
}

// past looks at the record as it stood, and asks why it went on.
func past(t *testing.T, rep *client, record string) {
	t.Helper()
	a := rep.must("GET", record+"/events?limit=100", nil)
	at := func(what string) (seq, time string) {
		t.Helper()
		for i := range a.len("items") {
			item := fmt.Sprintf("items.%d.", i)
			if strings.Contains(a.str(item+"text.en"), what) {
				return a.str(item + "seq"), a.str(item + "at")
			}
		}
		t.Fatalf("the timeline does not tell %q: %s", what, a.raw)
		return "", ""
	}
	qualified, _ := at("moved from “Identify” to “Qualify”")
	then := rep.must("GET", record+"/at?seq="+qualified, nil)
	if then.str("stage") != "qualify" || !strings.Contains(string(then.raw), `"prospect.fit":true`) || then.str("data.amount.amount") != "510000.00" || then.str("next") == "" {
		t.Errorf("then %s", then.raw)
	}
	if now := rep.must("GET", record+"/at?time=2099-01-01T00:00:00Z", nil); now.str("stage") != "won" || now.get("next") != nil {
		t.Errorf("now %s", now.raw)
	}
	rep.refused(404, "history.none", "GET", record+"/at?time=2000-01-01T00:00:00Z", nil)
	rep.refused(400, "bad.request", "GET", record+"/at?time=yesterday", nil)

	seq, _ := at("“Finance” waits for")
	why := rep.must("GET", record+"/why?seq="+seq, nil)
	if why.str("event.rules.0.kind") != "run" || why.str("event.rules.0.value") != "true" || why.len("event.rules.0.inputs") == 0 ||
		why.str("event.people.0.id") != "fin.zhao" || why.str("event.who.0.en") == "" || why.str("release") != "1" {
		t.Errorf("why finance: %s", why.raw)
	}
	seq, _ = at("to “Closing”")
	if why = rep.must("GET", record+"/why?seq="+seq, nil); why.len("event.rules") == 0 || why.str("event.rules.0.formula") == "" {
		t.Errorf("why closing: %s", why.raw)
	}
	rep.refused(404, "not.found", "GET", record+"/why?seq=99999", nil)
	rep.refused(400, "bad.request", "GET", record+"/why?seq=x", nil)
}

// RPT-02, exact to the cent.
func TestGoldenDashboard(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("cycle9")
	a := w.as("mgr.wang").must("GET", "/api/apps/cycle9/dashboards/home", nil)
	got := map[string]string{}
	for i := range a.len("cards") {
		card := fmt.Sprintf("cards.%d.", i)
		got[a.str(card+"key")] = strings.TrimSuffix(strings.Trim(fmt.Sprint(a.get(card+"totals")), "[]"), "")
	}
	for key, want := range map[string]string{"lost": "55000.00 1", "won": "125000.00 1", "open": "2358000.00 4", "expected": "1295200.00"} {
		if !strings.HasPrefix(got[key], want) {
			t.Errorf("%s: %q, want %q (%v)", key, got[key], want, got)
		}
	}
	if !strings.Contains(string(a.raw), "500000.00") {
		t.Errorf("价值主张 is not expected at 500000.00: %s", a.raw)
	}
	board := w.as("mgr.wang").must("GET", "/api/apps/cycle9/boards/board", nil)
	if board.len("columns") == 0 || board.str("totals.count") != "6" {
		t.Errorf("board %s", board.raw)
	}
}
