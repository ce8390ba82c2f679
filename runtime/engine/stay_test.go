package engine

import (
	"strings"
	"testing"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// stayStory is of deals that stay in a stage for a known time; what left it before the time looked at, or is another's, says nothing.
func stayStory(t *testing.T, wrap func(store.Store) store.Store) {
	w := newWorld(t, wrap)
	app := searchable(t, 1, func(map[string]any) {})
	app.Def.Reports = append(app.Def.Reports, process.Report{Key: "stay", Process: "deal", Kind: "stay", Weeks: 2}, process.Report{Key: "ageing", Process: "deal", Kind: "ageing"},
		process.Report{Key: "funnel", Process: "deal", Kind: "funnel"})
	w.defs["b2b"] = []*process.App{app}
	day := 24 * time.Hour
	w.proposal("long ago", smallLines) // left qualify at once, and has been in proposal since
	w.clock.add(100 * day)
	var ids []string
	for _, name := range []string{"one", "two", "three"} {
		ids = append(ids, w.deal(name, smallLines).ID)
	}
	fourth := w.deal("four", smallLines).ID // lost from qualify
	theirs := w.do("rep.chen", process.Command{Kind: process.Create, App: "b2b", Form: "deal", Op: "theirs", Data: data(`{"name": "theirs"}`)}).State
	for i, days := range []int{1, 2, 4} {
		w.clock.add(time.Duration(days) * day)
		w.do("rep.li", process.Command{Kind: process.Tick, ID: ids[i], Item: "budget", Done: true})
		w.do("rep.li", process.Command{Kind: process.Move, ID: ids[i], Transition: "propose"})
	}
	w.do("rep.li", process.Command{Kind: process.Move, ID: fourth, Transition: "lose", Data: data(`{"lossReason": "price"}`)})
	w.runDue()
	show := func(user, key string) string {
		t.Helper()
		r, err := w.e.Report(t.Context(), user, "b2b", key, "")
		w.must(err)
		var out []string
		for _, row := range append(r.Rows, ReportRow{Keys: []string{"="}, Values: r.Totals}) {
			line := row.Keys[0]
			for _, v := range row.Values {
				line += " " + v.String()
			}
			out = append(out, line)
		}
		for _, row := range r.Rows { // every figure finds its records
			for i, v := range row.Values {
				col := r.Columns[i+1]
				where := row.Where
				if len(row.Wheres) > 0 {
					where = row.Wheres[i]
				}
				if where == "" || col.Type != "count" {
					continue
				}
				if col.Where != "" {
					where = "(" + where + ") && (" + col.Where + ")"
				}
				found, _, err := w.e.List(t.Context(), user, ListQuery{App: "b2b", Form: "deal", Where: where})
				if err != nil || int64(len(found)) != v.Value.IntPart() {
					t.Errorf("%s %s finds %d, want %s: %v", user, where, len(found), v, err)
				}
			}
		}
		return strings.Join(out, " | ")
	}
	for _, c := range []struct{ user, key, want string }{
		{"rep.li", "stay", "qualify 4 0.75 3 7 | proposal 0    | = 4 0.75 3 7"},
		{"rep.chen", "stay", "qualify 0    | proposal 0    | = 0   "},
		{"rep.li", "funnel", "qualify 0 4 0.00 | proposal 4 4 20000.00 | won 0 0 0.00 | = 4 4 20000.00"},
		{"mgr.wang", "funnel", "qualify 1 5 0.00 | proposal 4 4 20000.00 | won 0 0 0.00 | = 5 5 20000.00"},
		{"rep.li", "ageing", "qualify 0 0 0 0 0 0.00 | proposal 4 3 0 0 1 20000.00 | = 4 3 0 0 1 20000.00"},
		{"mgr.wang", "ageing", "qualify 1 1 0 0 0 0.00 | proposal 4 3 0 0 1 20000.00 | = 5 4 0 0 1 20000.00"},
	} {
		if got := show(c.user, c.key); got != c.want {
			t.Errorf("%s %s\ngot  %s\nwant %s", c.user, c.key, got, c.want)
		}
	}
	w.clock.add(time.Second) // theirs is past its seventh day
	if got := show("rep.chen", "ageing"); got != "qualify 1 0 1 0 0 0.00 | proposal 0 0 0 0 0 0.00 | = 1 0 1 0 0 0.00" {
		t.Errorf("%s: %s", theirs.ID, got)
	}
}

func TestStay(t *testing.T) {
	t.Parallel()
	stayStory(t, nil)
}

func TestStayOnMongo(t *testing.T) {
	t.Parallel()
	stayStory(t, onMongo(t))
}
