package engine

import (
	"os"
	"testing"

	"pipewright/rules"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
)

// A form of another app: its shared fields are read by expressions, lookups follow them, and who may not see a record there can
// neither choose it nor read its title.
func TestAcrossApps(t *testing.T) {
	t.Parallel()
	for name, wrap := range bothStores() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wrap(t))
			raw, err := os.ReadFile("testdata/support.json")
			w.must(err)
			def, problems := process.Parse(raw)
			if rules.HasErrors(problems) {
				t.Fatal(problems)
			}
			app, problems := process.Compile(def, nil, 1, process.Options{Other: func(key string) *process.App { return w.defs[key][0] }})
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			// The release remembers what it knows of the other app.
			if app, problems = process.Compile(def, nil, 1, process.Options{Shared: app.Shared}); len(problems) > 0 {
				t.Fatal(problems)
			}
			w.defs["support"] = []*process.App{app}
			users, _ := org.Sample()
			for i := range users {
				switch users[i].ID {
				case "rep.li":
					users[i].Roles = append(users[i].Roles, "support/agent", "b2b/rep")
				case "ops.wu":
					users[i].Roles = append(users[i].Roles, "support/agent", "b2b/ops")
				}
			}
			w.must(w.e.SaveUsers(t.Context(), users...))
			w.e = w.node("support")

			acc := w.do("rep.li", process.Command{Kind: process.Create, App: "b2b", Form: "account", Op: "a", Data: data(`{"name": "Acme"}`)}).State
			other := w.do("rep.li", process.Command{Kind: process.Create, App: "b2b", Form: "account", Op: "o", Data: data(`{"name": "Other"}`)}).State
			ticket := process.Command{Kind: process.Create, App: "support", Form: "ticket", Op: "t", Data: data(`{"subject": "Broken", "account": "` + acc.ID + `"}`)}
			shows := func(user, id, want string) {
				t.Helper()
				v, err := w.e.Record(t.Context(), user, id)
				w.must(err)
				d := v.Data()
				if got := string(d["account"]) + string(d["accountName"]) + string(d["greeting"]); got != want {
					t.Errorf("%s sees %s, want %s", user, got, want)
				}
			}
			if got, want := w.places("ops.wu", ticket), "stage.incomplete reference.missing/data/account"; got != want {
				t.Errorf("chose an account he may not see: got %s, want %s", got, want)
			}
			tk := w.do("rep.li", ticket).State
			shows("rep.li", tk.ID, `{"id":"`+acc.ID+`","title":"Acme"}"Acme""Dear ACME"`)
			shows("ops.wu", tk.ID, `{"id":"`+acc.ID+`"}"Acme""Dear ACME"`)
			if code := w.refused("ops.wu", process.Command{Kind: process.Edit, ID: tk.ID, Data: data(`{"account": "` + other.ID + `"}`)}); code != "field.invalid" {
				t.Error(code)
			}
			w.do("ops.wu", process.Command{Kind: process.Edit, ID: tk.ID, Data: data(`{"subject": "Still broken"}`)})
			w.do("rep.li", process.Command{Kind: process.Edit, ID: acc.ID, Data: data(`{"name": "Zeta"}`)})
			w.settleDown()
			for w.runDue() > 0 {
			}
			shows("rep.li", tk.ID, `{"id":"`+acc.ID+`","title":"Zeta"}"Zeta""Dear ZETA"`)
			vs, _, err := w.e.List(t.Context(), "rep.li", ListQuery{App: "support", Form: "ticket", Where: "accountName == 'Zeta'"})
			if err != nil || len(vs) != 1 {
				t.Errorf("by the lookup: %d %v", len(vs), err)
			}
		})
	}
}
