package engine

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"pipewright/runtime/process"
)

func show(rows []ReportRow) string {
	out := ""
	for _, r := range rows {
		for _, k := range r.Keys {
			out += k + " "
		}
		for _, v := range r.Values {
			out += v.String() + " "
		}
		out += "[" + r.Where + "]; "
	}
	return out
}

func TestReads(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	ctx := t.Context()
	acme := w.do("rep.li", process.Command{Kind: process.Create, App: "b2b", Form: "account", Op: "a", Data: data(`{"name": "华东制造"}`)}).State
	one := w.do("rep.li", process.Command{Kind: process.Create, App: "b2b", Form: "deal", Op: "d1",
		Data: data(`{"name": "MES 二期", "account": "` + acme.ID + `", "closeDate": "2026-12-15", "lines": ` + bigLines + `}`)}).State
	w.clock.add(time.Minute)
	two := w.proposal("Small", smallLines)
	w.clock.add(time.Minute)
	other := w.do("rep.chen", process.Command{Kind: process.Create, App: "b2b", Form: "deal", Op: "d3", Data: data(`{"name": "Theirs"}`)}).State

	v, err := w.e.Record(ctx, "rep.li", one.ID)
	w.must(err)
	var account struct{ ID, Title string }
	w.must(json.Unmarshal(v.Data()["account"], &account))
	if account.Title != "华东制造" || v.Title() != "MES 二期" || v.Inspection.Of != 1 || v.Inspection.Met != 0 {
		t.Errorf("view %v %+v", account, v.Inspection)
	}
	if string(v.Data()["amount"]) != `{"amount":"600000.00","currency":"CNY"}` {
		t.Error(string(v.Data()["amount"]))
	}
	if _, err := w.e.Record(ctx, "rep.chen", one.ID); err == nil {
		t.Error("another rep reads it")
	}
	if _, err := w.e.Record(ctx, "mgr.wang", one.ID); err != nil {
		t.Error("the manager does not read it", err)
	}
	for _, id := range []string{"", "x", "DEAL-", "DEAL-00000000000000000000000000", "NONE-00000000000000000000000000", "../etc", "DEAL-\x00"} {
		if _, err := w.e.Record(ctx, "rep.li", id); err == nil {
			t.Errorf("%q is there", id)
		}
	}
	masked, err := w.e.Record(ctx, "rep.li", acme.ID)
	w.must(err)
	if masked.Sees("secret") || !masked.Sees("name") {
		t.Error("mask")
	}

	for _, c := range []struct {
		user string
		q    ListQuery
		want string
	}{
		{"rep.li", ListQuery{}, "Small MES 二期 "},
		{"rep.li", ListQuery{Where: "amount > 10000"}, "MES 二期 "},
		{"rep.li", ListQuery{Where: "stage == 'proposal' && owner == me"}, "Small "},
		{"rep.li", ListQuery{Sort: []string{"-amount"}}, "MES 二期 Small "},
		{"rep.li", ListQuery{Sort: []string{"name"}, Text: "er"}, "MES 二期 "}, // erqi
		{"rep.li", ListQuery{View: "mine"}, "MES 二期 Small "},
		{"mgr.wang", ListQuery{Sort: []string{"createdAt"}}, "MES 二期 Small Theirs "},
		{"mgr.wang", ListQuery{Owner: "rep.chen"}, "Theirs "},
		{"fin.zhao", ListQuery{}, ""},
		{"nobody", ListQuery{}, ""},
	} {
		c.q.App, c.q.Form = "b2b", "deal"
		vs, _, err := w.e.List(ctx, c.user, c.q)
		w.must(err)
		got := ""
		for _, v := range vs {
			got += v.Title() + " "
		}
		if got != c.want {
			t.Errorf("%s %+v: got %q, want %q", c.user, c.q, got, c.want)
		}
	}
	for where, code := range map[string]string{"secret == 'x'": "field.unknown", "sum(lines, .net) > 1": "query.unsupported", "amount >": "expr.syntax"} {
		form := "deal"
		if where == "secret == 'x'" {
			form = "account"
		}
		_, _, err := w.e.List(ctx, "rep.li", ListQuery{App: "b2b", Form: form, Where: where})
		if r, ok := asRejection(err); !ok || r.Code != code {
			t.Errorf("%s: %v", where, err)
		}
	}
	first, next, err := w.e.List(ctx, "mgr.wang", ListQuery{App: "b2b", Form: "deal", Limit: 2})
	w.must(err)
	rest, end, err := w.e.List(ctx, "mgr.wang", ListQuery{App: "b2b", Form: "deal", Limit: 2, After: next})
	w.must(err)
	if len(first) != 2 || len(rest) != 1 || end != "" || first[0].State.ID != other.ID {
		t.Error("pages", len(first), len(rest), end)
	}

	b, err := w.e.Board(ctx, "mgr.wang", "b2b", "board", "")
	w.must(err)
	if b.Total.Count != 3 || b.Columns[0].Count != 2 || b.Columns[0].Sums[0].String() != "600000.00" || b.Columns[1].Sums[1].String() != "3250.00" || b.Total.Sums[0].String() != "605000.00" {
		t.Errorf("board %+v", b)
	}

	for key, want := range map[string]string{
		"forecast": ` 0.00 1 [closeDate == nil]; 2026-12 123250.00 2 [closeDate >= date('2026-12-01') && closeDate < date('2027-01-01')]; `,
		"byStage":  `qualify 600000.00 2 [stage == "qualify"]; proposal 5000.00 1 [stage == "proposal"]; `,
		"open":     `605000.00 123250.00 []; `,
		"funnel":   `qualify 2 3 600000.00 [stage == "qualify"]; proposal 1 1 5000.00 [stage == "proposal"]; won 0 0 0.00 [stage == "won"]; `,
	} {
		res, err := w.e.Report(ctx, "mgr.wang", "b2b", key, "")
		w.must(err)
		if got := show(res.Rows); got != want {
			t.Errorf("%s: got %s, want %s", key, got, want)
		}
		for _, r := range res.Rows { // every row leads to its records
			if r.Where == "" {
				continue
			}
			if _, _, err := w.e.List(ctx, "mgr.wang", ListQuery{App: "b2b", Form: "deal", Where: r.Where}); err != nil {
				t.Errorf("%s: %v", r.Where, err)
			}
		}
	}

	w.do("rep.li", process.Command{Kind: process.Move, ID: two.ID, Transition: "win"})
	tasks, _, err := w.e.Tasks(ctx, "mgr.wang", TaskQuery{})
	w.must(err)
	if len(tasks) != 1 || tasks[0].Title != "Small" || tasks[0].Value == nil || *tasks[0].Value != 500000 || tasks[0].ID != two.ID+"|manager|1|0" {
		t.Fatalf("tasks %+v", tasks)
	}
	if _, err := w.e.Task(ctx, "rep.li", tasks[0].ID); err == nil {
		t.Error("another's task is shown")
	}
	rv, err := w.e.Record(ctx, "mgr.wang", two.ID)
	w.must(err)
	_, _, err = w.e.Decide(ctx, "mgr.wang", tasks[0].ID, Decision{Do: "return", Comment: "more lines", Hash: rv.State.Round.Hash, Op: "r"})
	w.must(err)
	w.do("rep.li", process.Command{Kind: process.Edit, ID: two.ID, Data: data(`{"lines": [{"qty": 2, "price": {"amount": "5000.00", "currency": "CNY"}}]}`)})
	w.do("rep.li", process.Command{Kind: process.Move, ID: two.ID, Transition: "win"})
	rv, err = w.e.Record(ctx, "mgr.wang", two.ID)
	w.must(err)
	if len(rv.Rounds) != 1 || rv.Rounds[0].State != process.Returned {
		t.Errorf("rounds %+v", rv.Rounds)
	}
	if g := rv.GuardChanges(); len(g) != 2 || g[1].Field != "amount" || string(g[1].Before) != `{"amount":"5000.00","currency":"CNY"}` || string(g[1].After) != `{"amount":"10000.00","currency":"CNY"}` {
		t.Errorf("guard changes %s", fmt.Sprint(g))
	}
	tasks, _, err = w.e.Tasks(ctx, "mgr.wang", TaskQuery{})
	w.must(err)
	_, res, err := w.e.Decide(ctx, "mgr.wang", tasks[0].ID, Decision{Do: "approve", Hash: rv.State.Round.Hash, Op: "ok"})
	w.must(err)
	if res.State.Stage != "won" {
		t.Error(res.State.Stage)
	}
	if n, err := w.e.OpenTasks(ctx, "mgr.wang"); n != 0 || err != nil {
		t.Error(n, err)
	}
	w.runDue()
	history, _, err := w.e.History(ctx, "rep.li", two.ID, 100, "")
	w.must(err)
	text := ""
	for _, h := range history {
		where := ""
		if h.Record != nil {
			where = "@" + h.Record.Form
		}
		text += h.Name + where + " " + h.Text.In("en") + "\n"
	}
	for _, part := range []string{"李雷 created the record", "李雷 moved from “Qualify” to “Proposal”", "王敏 returned “Manager”", "王敏 approved “Manager”", "moved from “Proposal” to “Won”", "b2b@order"} {
		if !strings.Contains(text, part) {
			t.Errorf("the timeline lacks %q:\n%s", part, text)
		}
	}
	notices, _, err := w.e.Notices(ctx, "ops.wu", true, 10, "")
	w.must(err)
	if len(notices) != 1 || notices[0].Text.In("en") != "New order from •••" {
		t.Errorf("notices %+v", notices)
	}
	w.must(w.e.ReadNotices(ctx, "ops.wu", nil))
	if n, _ := w.e.Unread(ctx, "ops.wu"); n != 0 {
		t.Error("unread", n)
	}
	todo, _, err := w.e.Tasks(ctx, "mgr.wang", TaskQuery{Kind: "todo"})
	w.must(err)
	if len(todo) != 1 || todo[0].Name.In("en") != "Thank Small" {
		t.Fatalf("todo %+v", todo)
	}
	if done, err := w.e.FinishTask(ctx, "mgr.wang", todo[0].ID, "f", nil); err != nil || done.State != "done" {
		t.Error(err)
	}
	if done, err := w.e.FinishTask(ctx, "mgr.wang", todo[0].ID, "f", nil); err != nil || done.State != "done" {
		t.Errorf("the same again: %v", err)
	}
	if _, err := w.e.FinishTask(ctx, "mgr.wang", todo[0].ID, "g", nil); err == nil {
		t.Error("a task was finished twice")
	}
	found, err := w.e.Search(ctx, "rep.li", "mes", 10)
	w.must(err)
	if len(found) != 1 || found[0].ID != one.ID {
		t.Errorf("found %+v", found)
	}
	home, err := w.e.Home(ctx, "rep.li")
	w.must(err)
	if len(home.Recent) == 0 || home.Owned != 2 {
		t.Errorf("home %+v", home)
	}
	why, err := w.e.Why(ctx, "rep.li", one.ID, "amount")
	w.must(err)
	if why.Formula == "" || len(why.Inputs) != 1 || why.By != "rep.li" {
		t.Errorf("why %+v", why)
	}
	eval, err := w.e.Evaluate(ctx, "rep.li", EvaluateRequest{App: "b2b", Form: "deal", Data: data(`{"lines": ` + smallLines + `}`)})
	w.must(err)
	if string(eval.Wire(eval.Result.Values)["amount"]) != `{"amount":"5000.00","currency":"CNY"}` {
		t.Errorf("evaluated %v", eval.Result.Values)
	}
	path, err := w.e.PreviewPath(ctx, "rep.li", one.ID, "win", nil)
	w.must(err)
	if len(path.Steps) != 2 || path.Steps[0].People[0] != "mgr.wang" || path.Steps[1].People[0] != "fin.zhao" {
		t.Errorf("path %+v", path)
	}
}
