package server

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// tiersApp submits orders to a manager, from 1,000 on to finance too, scores them, and gives them three days.
const tiersApp = `{"spec": "pipewright/1", "key": "tiers", "name": "Tiers", "timezone": "UTC", "currency": "CNY", "roles": [{"key": "rep", "name": "Rep"}, {"key": "manager", "name": "Manager"}, {"key": "finance", "name": "Finance"}],
  "forms": [{"key": "order", "name": "Order", "title": "{{ name }}", "fields": [{"key": "name", "type": "text", "name": "Name", "required": true}, {"key": "amount", "type": "number", "name": "Amount", "required": true},
      {"key": "score", "type": "number", "name": "Score", "calc": "amount > 500 ? 2 : 1"}],
    "grants": [{"role": "rep", "records": "all", "do": ["create", "read", "edit"]}, {"role": "manager", "records": "all", "do": ["read"]}, {"role": "finance", "records": "all", "do": ["read"]}]}],
  "processes": [{"key": "order", "form": "order", "name": "Orders", "start": "draft", "stages": [
      {"key": "draft", "name": "Draft", "due": "P3D"}, {"key": "won", "name": "Won", "end": "won"}, {"key": "lost", "name": "Lost", "end": "lost"}],
    "transitions": [{"key": "win", "from": ["draft"], "to": "won", "name": "Win", "approval": "price"}, {"key": "lose", "from": ["draft"], "to": "lost", "name": "Lose"}]}],
  "approvals": [{"key": "price", "name": "Price", "guards": ["amount"], "steps": [
      {"key": "boss", "name": "Boss", "who": [{"role": "manager"}], "mode": "any", "onEmpty": "admin", "onSelf": "allow", "due": [{"after": "P1D", "do": "remind"}]},
      {"key": "money", "name": "Money", "runIf": "amount >= 1000", "who": [{"role": "finance"}], "mode": "any", "onEmpty": "admin", "onSelf": "allow", "due": [{"after": "P1D", "do": "remind"}]}]}]}`

// backtest runs all pages; change is a draft's way of being otherwise.
func backtest(t *testing.T, c *client, app, form string) (items []map[string]any, pages int) {
	t.Helper()
	in := object{"form": form}
	for {
		a := c.must("POST", "/api/apps/"+app+"/backtests", in)
		var out struct {
			Draft       int64
			Items       []map[string]any
			Next        string
			Done, Total int
		}
		if err := json.Unmarshal(a.raw, &out); err != nil {
			t.Fatal(err)
		}
		pages++
		items = append(items, out.Items...)
		if out.Next == "" {
			if out.Done != out.Total {
				t.Errorf("done %d of %d", out.Done, out.Total)
			}
			return items, pages
		}
		in["after"], in["draft"] = out.Next, out.Draft
	}
}

// kinds are the changes of a record by kind and name, with their words.
func kinds(item map[string]any) []string {
	var out []string
	for _, c := range item["changes"].([]any) {
		m := c.(map[string]any)
		out = append(out, strings.TrimSpace(fmt.Sprint(m["kind"], " ", english(m["name"]), ": ", english(m["from"]), " > ", english(m["to"]))))
	}
	slices.Sort(out)
	return out
}

func english(v any) string {
	m, ok := v.(map[string]any)
	if !ok {
		return strings.TrimSpace(strings.TrimPrefix(fmt.Sprint(v), "<nil>"))
	}
	if s, ok := m["en"].(string); ok {
		return s
	}
	return fmt.Sprint(m[""])
}

func TestBacktest(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin := w.as("admin")
	admin.must("POST", "/api/apps/import", tiersApp)
	admin.must("POST", "/api/apps/tiers/publish", object{"acceptWarnings": true})
	for user, role := range map[string]string{"rep.li": "rep", "mgr.wang": "manager", "fin.zhao": "finance", "admin": "rep"} {
		admin.must("PATCH", "/api/users/"+user, object{"roles": []string{"tiers/" + role}})
	}
	rep := w.as("rep.li")
	ids := map[string]string{}
	for name, amount := range map[string]int{"small": 100, "middle": 800, "large": 5000, "open": 700} {
		ids[name] = rep.must("POST", "/api/apps/tiers/forms/order/records", object{"data": object{"name": name, "amount": fmt.Sprint(amount)}}).str("id")
		if name != "open" {
			rep.must("POST", "/api/records/"+ids[name]+"/transitions/win", object{})
		}
	}
	// The same definition changes nothing.
	if items, _ := backtest(t, admin, "tiers", "order"); len(items) != 0 {
		t.Errorf("an unchanged draft: %v", items)
	}
	before := rep.must("GET", "/api/apps/tiers/forms/order/records", nil)
	save := func(pairs ...string) {
		t.Helper()
		draft := admin.must("GET", "/api/apps/tiers/draft", nil)
		admin.must("PUT", "/api/apps/tiers/draft", strings.NewReplacer(pairs...).Replace(tiersApp), "If-Match", draft.header.Get("ETag"))
	}
	byTitle := func() map[string][]string {
		t.Helper()
		items, _ := backtest(t, admin, "tiers", "order")
		out := map[string][]string{}
		for _, x := range items {
			out[fmt.Sprint(x["title"])] = kinds(x)
		}
		return out
	}

	// Finance from 500 on: the middle one would have gone there too.
	save(`amount >= 1000`, `amount >= 500`)
	got := byTitle()
	if want := []string{"route Win: Boss (王敏) > Boss (王敏) → Money (赵宁)"}; len(got) != 2 || !slices.Equal(got["middle"], want) || !slices.Equal(got["open"], want) {
		t.Errorf("another tier: %v", got)
	}
	// Another approver, another score, another deadline.
	save(`"who": [{"role": "manager"}]`, `"who": [{"user": "dir.sun"}]`, `amount > 500 ? 2 : 1`, `amount > 750 ? 3 : 1`, `"due": "P3D"`, `"due": "P4D"`)
	got = byTitle()
	if want := []string{"due Draft:  >", "people Win: Boss (王敏) > Boss (孙浩)"}; !slices.Equal(got["small"], want) {
		t.Errorf("the small one: %q", got["small"])
	}
	if want := []string{"due Draft:  >", "people Win: Boss (王敏) > Boss (孙浩)", "value Score: 2 > 1"}; !slices.Equal(got["open"], want) {
		t.Errorf("the open one: %q", got["open"])
	}
	if want := []string{"due Draft:  >", "people Win: Boss (王敏) → Money (赵宁) > Boss (孙浩) → Money (赵宁)", "value Score: 2 > 3"}; !slices.Equal(got["large"], want) {
		t.Errorf("the large one: %q", got["large"])
	}
	// A condition on the way, and a way that is gone.
	save(`"to": "won", "name": "Win"`, `"to": "won", "name": "Win", "if": "amount < 4000", "message": "Too much"`)
	if got = byTitle(); len(got) != 1 || !slices.Equal(got["large"], []string{"held Win:  > Too much"}) {
		t.Errorf("held up: %v", got)
	}
	// Who may not read the records learns nothing of them, whatever he puts into the draft; nor does he of a field that is hidden from him.
	withheld := func(who string) {
		t.Helper()
		a := admin.must("POST", "/api/apps/tiers/backtests", object{"form": "order"})
		if a.len("items") != 0 || a.str("withheld") != "4" || strings.Contains(string(a.raw), "large") || strings.Contains(string(a.raw), "Too much") {
			t.Errorf("%s: %s", who, a.raw)
		}
	}
	admin.must("PATCH", "/api/users/admin", object{"roles": []string{}})
	withheld("without rights")
	const hides, hidden = `{"role": "finance", "records": "all", "do": ["read"]}`, `{"role": "finance", "records": "all", "do": ["read"], "hide": ["amount"]}`
	save(hides, hidden)
	admin.must("POST", "/api/apps/tiers/publish", object{"acceptWarnings": true})
	admin.must("PATCH", "/api/users/admin", object{"roles": []string{"tiers/finance"}})
	save(hides, hidden, `"to": "won", "name": "Win"`, `"to": "won", "name": "Win", "if": "amount < 4000", "message": "Too much"`)
	withheld("without the amount")
	// It has written nothing.
	if after := rep.must("GET", "/api/apps/tiers/forms/order/records", nil); string(after.raw) != string(before.raw) {
		t.Error("records have changed")
	}
	rep.refused(403, "forbidden", "POST", "/api/apps/tiers/backtests", object{"form": "order"})
	admin.refused(404, "not.found", "POST", "/api/apps/tiers/backtests", object{"form": "nothing"})
	admin.refused(409, "backtest.draft", "POST", "/api/apps/tiers/backtests", object{"form": "order", "after": "1|x", "draft": 1})
	admin.refused(400, "bad.request", "POST", "/api/apps/tiers/backtests", object{"form": "order", "after": "x|x", "draft": 6})
	save(`"to": "won", "name": "Win"`, `"to": "nowhere", "name": "Win"`)
	admin.refused(422, "sandbox.check", "POST", "/api/apps/tiers/backtests", object{"form": "order"})
}
