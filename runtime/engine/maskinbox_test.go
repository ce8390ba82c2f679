package engine

import (
	"testing"

	"pipewright/runtime/process"
)

// What a task and a notice show of a record, and what finds it, is masked for whoever reads them: the value and the title are hidden where
// the fields behind them are.
func TestInboxIsMasked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		change        func(def map[string]any)
		title, number bool
		value         bool
	}{
		{"all is seen", func(map[string]any) {}, true, true, true},
		{"a grant hides the value", func(def map[string]any) { hideFromManagers(def, "amount") }, true, true, false},
		{"a grant hides what the value is computed from", func(def map[string]any) { hideFromManagers(def, "lines") }, true, true, false},
		{"a grant hides the title", func(def map[string]any) { hideFromManagers(def, "name") }, false, true, true},
		{"the stage hides both", func(def map[string]any) {
			stages := def["processes"].([]any)[0].(map[string]any)["stages"].([]any)
			stages[1].(map[string]any)["fields"] = map[string]any{"hide": []any{"amount", "name"}}
		}, false, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			w.defs["b2b"] = []*process.App{changed(t, 1, func(def map[string]any) {
				// What is decided on is shown to whoever decides, so the manager decides on nothing here.
				def["approvals"].([]any)[0].(map[string]any)["guards"] = []any{"closeDate"}
				c.change(def)
			})}
			w.e = w.node("two")
			ctx := t.Context()
			s := w.proposal("Acme", smallLines)
			w.do("rep.li", process.Command{Kind: process.Move, ID: s.ID, Transition: "win"})
			w.do("rep.li", process.Command{Kind: process.Note, ID: s.ID, Comment: "please look @mgr.wang"})
			list := w.open("mgr.wang")
			if len(list) != 1 {
				t.Fatalf("%d tasks", len(list))
			}
			one, err := w.e.Task(ctx, "mgr.wang", list[0].ID)
			w.must(err)
			home, err := w.e.Home(ctx, "mgr.wang")
			w.must(err)
			for _, task := range []Task{list[0], *one, home.Tasks[0]} {
				if (task.Title == "Acme") != c.title || (task.Value != nil) != c.value || task.Number == "" || !c.title && task.Title != task.Number {
					t.Errorf("%q %v %q", task.Title, task.Value, task.Number)
				}
			}
			told, _, err := w.e.Notices(ctx, "mgr.wang", false, 10, "")
			w.must(err)
			if len(told) == 0 {
				t.Fatal("no notice")
			}
			for _, n := range told {
				if (n.Title == "Acme") != c.title {
					t.Errorf("the notice is about %q", n.Title)
				}
			}
			found, err := w.e.Search(ctx, "mgr.wang", "Acme", 10)
			w.must(err)
			if (len(found) == 1) != c.title {
				t.Errorf("found %+v", found)
			}
			v, err := w.e.Record(ctx, "mgr.wang", s.ID)
			w.must(err)
			if (v.Title() == "Acme") != c.title {
				t.Errorf("the record is called %q", v.Title())
			}
		})
	}
}

// hideFromManagers hides a field of deals from managers.
func hideFromManagers(def map[string]any, field string) {
	for _, g := range def["forms"].([]any)[1].(map[string]any)["grants"].([]any) {
		if g := g.(map[string]any); g["role"] == "manager" {
			g["hide"] = []any{field}
		}
	}
}
