package engine

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// Means and ratios are of exact figures, over what their condition leaves, and open their records.
func measureStory(t *testing.T, wrap func(store.Store) store.Store) {
	w := newWorld(t, wrap)
	app := searchable(t, 1, func(map[string]any) {})
	measures := []process.MeasureD{{Key: "n", Count: true}, {Key: "proposed", Count: true, Where: "stage == 'proposal'"}, {Key: "mean", Avg: "amount"}, {Key: "sum", Sum: "amount"},
		{Key: "big", Sum: "amount", Where: "amount > 10000"}, {Key: "rate", Ratio: &process.RatioD{Part: "proposed", Whole: "n"}}, {Key: "share", Ratio: &process.RatioD{Part: "big", Whole: "sum"}}}
	app.Def.Reports = append(app.Def.Reports, process.Report{Key: "all", Form: "deal", Measures: measures},
		process.Report{Key: "owners", Form: "deal", Group: []process.GroupBy{{By: "owner"}}, Measures: measures})
	ranges := []process.GroupBy{{By: "amount", Bounds: []json.Number{"0.01", "5000", "600000"}}, {By: "stage"}}
	for _, by := range []string{"amount", "value", "weighted"} {
		ranges[0].By = by
		app.Def.Reports = append(app.Def.Reports, process.Report{Key: by, Form: "deal", Group: slices.Clone(ranges), Measures: measures[:1], Chart: "heat"})
	}
	w.defs["b2b"] = []*process.App{app}
	w.deal("big", bigLines)
	w.proposal("small", smallLines)
	w.deal("other", `[{"qty": 1, "price": {"amount": "0.01", "currency": "CNY"}}]`)
	w.clock.add(time.Minute)
	w.do("rep.chen", process.Command{Kind: process.Create, App: "b2b", Form: "deal", Op: "theirs", Data: data(`{"name": "theirs"}`)})
	for call, want := range map[string]string{
		"mgr.wang all":    `4 1 151250.00 605000.01 600000.00 0.25 0.9917 []`,
		"rep.li owners":   `rep.li 3 1 201666.67 605000.01 600000.00 0.3333 0.9917 [owner == "rep.li"]; = 3 1 201666.67 605000.01 600000.00 0.3333 0.9917`,
		"mgr.wang owners": `rep.chen 1 0 0.00 0.00 0.00 0  [owner == "rep.chen"]; rep.li 3 1 201666.67 605000.01 600000.00 0.3333 0.9917 [owner == "rep.li"]; = 4 1 151250.00 605000.01 600000.00 0.25 0.9917`,
		"fin.zhao all":    `0 0  0.00 0.00   []`,
	} {
		user, key, _ := strings.Cut(call, " ")
		r, err := w.e.Report(t.Context(), user, "b2b", key, "")
		w.must(err)
		if r.Columns[len(r.Columns)-2].Type != "percent" || r.Columns[len(r.Columns)-6].Where != "stage == 'proposal'" || r.Columns[len(r.Columns)-5].Currency != "CNY" {
			t.Errorf("%+v", r.Columns)
		}
		var out []string
		for _, row := range r.Rows {
			line := ""
			for _, k := range row.Keys {
				line += k + " "
			}
			for _, v := range row.Values {
				line += v.String() + " "
			}
			out = append(out, line+"["+row.Where+"]")
		}
		if key == "owners" {
			line := "="
			for _, v := range r.Totals {
				line += " " + v.String()
			}
			out = append(out, line)
		}
		if got := strings.Join(out, "; "); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", call, got, want)
		}
	}
	rangesTold(t, w)
}

// Figures are grouped by ranges, of which a bound is the first of its own, and each opens its records; across they stand as the definition has them.
func rangesTold(t *testing.T, w *world) {
	for key, want := range map[string]string{
		"amount":   "..0.01 under 0.01 qualify [theirs] | 0.01..5000 0.01 – 5,000 qualify [other] | 5000..600000 5,000 – 600,000 proposal [small] | 600000.. 600,000 and more qualify [big] / qualify proposal",
		"value":    "..0.01 under 0.01 qualify [theirs] | 0.01..5000 0.01 – 5,000 qualify [other] | 5000..600000 5,000 – 600,000 proposal [small] | 600000.. 600,000 and more qualify [big] / qualify proposal",
		"weighted": "..0.01 under 0.01 qualify [other theirs] | 0.01..5000 0.01 – 5,000 proposal [small] | 5000..600000 5,000 – 600,000 qualify [big] / qualify proposal",
	} {
		r, err := w.e.Report(t.Context(), "mgr.wang", "b2b", key, "")
		w.must(err)
		var lines, across []string
		for _, row := range r.Rows {
			lines = append(lines, fmt.Sprint(row.Keys[0], " ", row.Labels[0].In("en"), " ", row.Keys[1], " ", w.titles("mgr.wang", row.Where)))
		}
		for _, a := range r.Across {
			across = append(across, a.Key)
		}
		if got := strings.Join(lines, " | ") + " / " + strings.Join(across, " "); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", key, got, want)
		}
	}
}

func TestMeasures(t *testing.T) {
	t.Parallel()
	measureStory(t, nil)
}

func TestMeasuresOnMongo(t *testing.T) {
	t.Parallel()
	measureStory(t, onMongo(t))
}
