package server

import (
	"encoding/json"
	"strings"
	"testing"
)

const ruledApp = `{"spec": "pipewright/1", "key": "ruled", "name": "Ruled", "timezone": "Asia/Shanghai",
  "roles": [{"key": "member", "name": "Member"}, {"key": "lead", "name": "Lead"}],
  "forms": [{"key": "item", "name": "Item", "fields": [
    {"key": "qty", "type": "number", "name": "Quantity"}, {"key": "cost", "type": "number", "name": "Cost"},
    {"key": "fee", "type": "number", "name": "Fee", "calc": "decide('fees').fee"}, {"key": "margin", "type": "number", "name": "Margin", "calc": "spread * 2"},
    {"key": "late", "type": "bool", "name": "Late", "calc": "old10"}],
    "grants": [{"role": "member", "records": "all", "do": ["create", "read", "edit"], "hide": ["cost"]}, {"role": "lead", "records": "all", "do": ["create", "read", "edit"]}]}],
  "rules": [
    {"key": "fees", "form": "item", "kind": "table", "hit": "first", "in": [{"key": "qty"}], "out": [{"key": "fee", "type": "number"}], "rows": [{"if": ["> 10"], "then": ["step"]}, {"if": [""], "then": ["0"]}]},
    {"key": "step", "form": "item", "kind": "expression", "type": "number", "value": "qty * 0.5"},
    {"key": "spread", "form": "item", "kind": "expression", "type": "number", "value": "qty - cost"},
    {"key": "old10", "form": "item", "kind": "expression", "type": "bool", "value": "idleDays > 10"},
    {"key": "unused", "form": "item", "kind": "expression", "type": "number", "value": "qty"}]}`

// A person's browser gets the rules that the forms run and that read nothing which the person may not see; the designer's gets all.
func TestRulesOfTheModel(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin := w.as("admin")
	admin.must("POST", "/api/apps/import", ruledApp)
	admin.must("POST", "/api/apps/ruled/publish", object{"acceptWarnings": true})
	admin.must("PATCH", "/api/users/rep.li", object{"roles": []string{"ruled/member"}})
	admin.must("PATCH", "/api/users/rep.chen", object{"roles": []string{"ruled/lead"}})
	for user, want := range map[string]string{"rep.li": "fees step", "rep.chen": "fees step spread", "admin": "fees step spread old10 unused"} {
		var m struct {
			Definition struct {
				Rules []struct{ Key string }
			}
		}
		if err := json.Unmarshal(w.as(user).must("GET", "/api/apps/ruled/model", nil).raw, &m); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range m.Definition.Rules {
			got = append(got, r.Key)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", user, got, want)
		}
	}
}

// A designer sees what of other apps can be used, and who uses this one.
func TestNeighbours(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin := w.as("admin")
	admin.must("POST", "/api/apps/import", ruledApp)
	admin.must("POST", "/api/apps/ruled/publish", object{"acceptWarnings": true})
	desk := `{"spec": "pipewright/1", "key": "desk", "name": "Desk", "timezone": "Asia/Shanghai", "uses": [{"app": "ruled", "forms": {"item": ["qty", "cost"]}}],
	  "forms": [{"key": "ask", "name": "Ask", "fields": [{"key": "item", "type": "reference", "form": "ruled.item", "name": "Item"}, {"key": "lines", "type": "table", "name": "Lines", "fields": [{"key": "n", "type": "number"}]}]}]}`
	admin.must("POST", "/api/apps/import", desk)
	admin.must("POST", "/api/apps/desk/publish", object{"acceptWarnings": true})
	near := func(app string) string {
		a := admin.must("GET", "/api/apps/"+app+"/neighbours", nil)
		return string(a.raw)
	}
	if got := near("desk"); !strings.Contains(got, `{"key":"ruled","name":"Ruled","forms":[{"key":"item","name":"Item","fields":[{"key":"qty","name":"Quantity","type":"number"},`) || strings.Contains(got, `"key":"desk"`) || !strings.Contains(got, `"usedBy":[]`) {
		t.Errorf("beside desk: %s", got)
	}
	if got := near("ruled"); !strings.Contains(got, `"usedBy":[{"key":"desk","name":"Desk","forms":[{"key":"item","name":"Item","fields":[{"key":"qty","name":"Quantity","type":"number"},{"key":"cost","name":"Cost","type":"number"}]}]}]`) || strings.Contains(got, `"lines"`) {
		t.Errorf("beside ruled: %s", got)
	}
	w.as("rep.li").refused(403, "forbidden", "GET", "/api/apps/ruled/neighbours", nil)
}
