package engine

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"pipewright/runtime/forecast"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// byRow computes reports a record at a time, as they are told: who may read it, who sees which of its figures, what it adds.
type byRow struct {
	l       *lister
	p       *process.Process
	now     time.Time
	records []store.Doc
	stood   []store.Doc // positions
	stays   []store.Doc
	grants  []any
}

// sees says whether the person sees a figure of the process in a record: by a grant of his that holds the record and does not hide the field behind it.
func (b *byRow) sees(name string, d store.Doc) bool {
	field := map[string]string{"value": "amount", "weighted": "amount", "closing": "closeDate"}[name]
	user, dir := b.l.viewer.User, b.l.dir
	people, _ := d.Cols["people"].([]string)
	team, _ := d.Cols["team"].(string)
	own := d.Cols["owner"] == user
	takesPart := own || slices.Contains(people, user)
	holds := map[string]bool{"own": own, "participant": takesPart, "team": takesPart || slices.Contains(dir.TeamsOf(user), team), "teamTree": takesPart || slices.Contains(dir.TreesOf(user), team), "all": true,
		"open": d.Cols["open"] == true, "won": d.Cols["end"] == "won", "not open": d.Cols["open"] != true}
	for _, g := range b.grants {
		g := g.(map[string]any)
		records, _ := g["records"].(string)
		if where, ok := g["records"].(map[string]any); ok {
			records = where["where"].(string)
		}
		hidden, _ := g["hide"].([]string)
		if dir.HasRole(user, "b2b/"+g["role"].(string)) && slices.Contains(g["do"].([]string), "read") && holds[records] && !slices.Contains(hidden, field) {
			return true
		}
	}
	return false
}

// mine calls each for every record that the person may read and the report is of.
func (b *byRow) mine(each func(d store.Doc)) {
	for _, d := range b.records {
		if query.MatchDoc(b.l.filter, d.ID, d.Cols) {
			each(d)
		}
	}
}

func whole(d store.Doc, name string) int64 {
	n, _ := d.Cols[name].(int64)
	return n
}

func (b *byRow) velocity() map[string]string {
	since := b.now.In(b.l.app.Zone).AddDate(0, 0, -7*quarterWeeks).UnixMilli()
	by := map[string]forecast.Pace{}
	b.mine(func(d store.Doc) {
		open, closed := d.Cols["open"] == true, whole(d, "closedAt")
		if !open && closed < since {
			return
		}
		owner, _ := d.Cols["owner"].(string)
		pace := by[owner]
		switch {
		case open:
			pace.Open++
		case d.Cols["end"] == "won":
			pace.Won++
			pace.Took += time.Duration(max(closed-whole(d, "createdAt"), 0)) * time.Millisecond
			if b.sees("value", d) {
				pace.Value = pace.Value.Add(decimal.New(whole(d, "value"), -2))
			}
		case d.Cols["end"] == "lost":
			pace.Lost++
		}
		by[owner] = pace
	})
	out := map[string]string{}
	for owner, pace := range by {
		_, rate, days, _ := pace.Velocity(2)
		show := func(d *decimal.Decimal) string {
			if d == nil {
				return ""
			}
			return d.String()
		}
		out[owner] = fmt.Sprint(pace.Open, " ", pace.Won, " ", show(rate), " ", show(days))
		if mean, _, _, a := pace.Velocity(2); b.shown("value") {
			fixed := func(d *decimal.Decimal) string {
				if d == nil {
					return ""
				}
				return d.StringFixed(2)
			}
			out[owner] += " " + fixed(mean) + " " + fixed(a)
		}
	}
	return out
}

// shown says whether the person sees a figure in any record.
func (b *byRow) shown(name string) bool {
	_, err := b.l.column(name, "")
	return err == nil
}

func (b *byRow) pace() map[string]string {
	zone := b.l.app.Zone
	at := b.now.In(zone)
	first := time.Date(at.Year(), (at.Month()-1)/3*3+1, 1, 0, 0, 0, 0, zone)
	days := []int64{time.Date(first.Year(), first.Month(), 1, 0, 0, 0, 0, time.UTC).UnixMilli(), time.Date(first.Year(), first.Month()+3, 1, 0, 0, 0, 0, time.UTC).UnixMilli()}
	due := func(d store.Doc) int64 {
		if n, ok := d.Cols["closing"].(int64); !ok || n < days[0] || n >= days[1] {
			return 0
		}
		return whole(d, "weighted")
	}
	out := map[string]string{}
	sum := func(key string, before time.Time, open func(d store.Doc) int64) {
		var won, weighted int64
		b.mine(func(d store.Doc) {
			if !b.sees("weighted", d) {
				return
			}
			if closed := whole(d, "closedAt"); d.Cols["end"] == "won" && closed >= first.UnixMilli() && closed < before.UnixMilli() && closed < first.AddDate(0, 3, 0).UnixMilli() {
				won += whole(d, "value")
			}
			if b.sees("closing", d) {
				weighted += open(d)
			}
		})
		out[key] = decimal.New(won, -2).StringFixed(2) + " " + decimal.New(weighted, -2).StringFixed(2)
	}
	for week := weekOf(first, zone); !week.After(b.now); week = week.AddDate(0, 0, 7) {
		if week.Before(first) {
			continue
		}
		sum(week.Format(time.DateOnly), week, func(d store.Doc) (n int64) {
			for _, s := range b.stood {
				if s.Cols["record"] == d.ID && whole(s, "week") == week.UnixMilli() {
					n += due(s)
				}
			}
			return n
		})
	}
	sum("now", first.AddDate(1, 0, 0), func(d store.Doc) int64 {
		if d.Cols["open"] == true {
			return due(d)
		}
		return 0
	})
	return out
}

func (b *byRow) compare() map[string]string {
	week := weekOf(b.now, b.l.app.Zone).AddDate(0, 0, -7).UnixMilli()
	place := map[string]int{}
	for i, st := range b.p.Stages {
		place[st.Def.Key] = i
	}
	type sums struct{ n, now, then int64 }
	by := map[string]sums{}
	for _, m := range movements {
		by[m.key] = sums{}
	}
	b.mine(func(d store.Doc) {
		i := slices.IndexFunc(b.stood, func(s store.Doc) bool { return s.Cols["record"] == d.ID && whole(s, "week") == week })
		open := d.Cols["open"] == true
		var now, then int64
		var was store.Doc
		if i >= 0 {
			was = b.stood[i]
		}
		if b.sees("value", d) {
			now, then = whole(d, "value"), whole(was, "value")
		}
		add := func(key string, now, then int64) {
			by[key] = sums{by[key].n + 1, by[key].now + now, by[key].then + then}
		}
		if open {
			add("now", now, then)
		}
		switch {
		case i < 0 && open:
			add("in", now, 0)
			return
		case i < 0:
			return
		}
		add("then", then, then)
		stage, old := d.Cols["stage"], was.Cols["stage"]
		switch from, still := place[fmt.Sprint(old)]; {
		case !open && d.Cols["end"] == "won":
			add("won", now, then)
		case !open:
			add("out", now, then)
		case stage == old:
			add("stuck", now, then)
		case !still || place[fmt.Sprint(stage)] > from:
			add("forward", now, then)
		default:
			add("back", now, then)
		}
		if open && b.sees("closing", d) && whole(was, "closing") != 0 && whole(d, "closing") > whole(was, "closing") {
			add("slipped", now, then)
		}
	})
	out := map[string]string{}
	for key, s := range by {
		if key == "slipped" && !b.shown("closing") {
			continue
		}
		out[key] = fmt.Sprint(s.n)
		if b.shown("value") {
			out[key] += " " + decimal.New(s.now, -2).StringFixed(2) + " " + decimal.New(s.now-s.then, -2).StringFixed(2)
		}
	}
	return out
}

func (b *byRow) stay() map[string]string {
	since := b.now.In(b.l.app.Zone).AddDate(0, 0, -7*quarterWeeks).UnixMilli()
	by, moved, onward := map[string][]time.Duration{}, map[string]int64{}, map[string]int64{}
	place := map[any]int{"qualify": 1, "proposal": 2, "won": 3}
	b.mine(func(d store.Doc) {
		for _, v := range b.stays {
			if left, ok := v.Cols["left"].(int64); ok && left >= since && v.Cols["record"] == d.ID {
				stage := v.Cols["stage"].(string)
				by[stage] = append(by[stage], time.Duration(whole(v, "stay"))*time.Millisecond)
				if to := v.Cols["to"]; to != nil {
					moved[stage]++
					if place[to] > place[stage] {
						onward[stage]++
					}
				}
			}
		}
	})
	out := map[string]string{}
	for _, st := range b.l.workStages() {
		list := by[st.Def.Key]
		slices.Sort(list)
		out[st.Def.Key] = fmt.Sprint(len(list)) + " "
		if n := moved[st.Def.Key]; n > 0 {
			out[st.Def.Key] += decimal.NewFromInt(onward[st.Def.Key]).DivRound(decimal.NewFromInt(n), ratioScale).String()
		}
		for _, percent := range []int{50, 90} {
			text := ""
			if d, ok := forecast.Rank(list, percent); ok {
				text = decimal.NewFromInt(d.Milliseconds()).DivRound(decimal.NewFromInt((24 * time.Hour).Milliseconds()), 1).String()
			}
			out[st.Def.Key] += " " + text
		}
	}
	return out
}

// figuresStory: whatever grants and masks there are, and whatever a report is narrowed by, what it sums up in the store is what its records come to one by one.
func figuresStory(t *testing.T, rounds int, wrap func(store.Store) store.Store) {
	w := newWorld(t, wrap)
	w.must(w.e.prepare(t.Context(), w.defs["b2b"][0]))
	r := rand.New(rand.NewPCG(7, 3))
	users := []string{"rep.li", "rep.chen", "mgr.wang", "fin.zhao"}
	ctx := t.Context()
	b := &byRow{now: monday}
	day := 24 * time.Hour
	at := func(days int) int64 { return monday.Add(-time.Duration(r.IntN(days*24)) * time.Hour).UnixMilli() }
	stages := []string{"qualify", "proposal", "won", "lost", "gone"}
	week := func(back int) int64 { return weekOf(monday, w.defs["b2b"][0].Zone).AddDate(0, 0, -7*back).UnixMilli() }
	body := json.RawMessage(`{}`)
	for i := range 160 {
		id := fmt.Sprintf("DEAL-%026d", i)
		cols := map[string]any{"stage": stages[r.IntN(5)], "createdAt": at(200), "updatedAt": at(100), "since": at(100)}
		switch cols["stage"] {
		case "won", "lost":
			cols["open"], cols["end"], cols["closedAt"] = false, cols["stage"], at(150)
		case "gone":
			cols["open"], cols["end"], cols["closedAt"] = false, "cancelled", at(150)
		default:
			cols["open"] = true
		}
		for name, v := range map[string]any{"owner": users[r.IntN(3)], "team": []string{"east", "south"}[r.IntN(2)], "value": r.Int64N(1e9), "closing": monday.Add(time.Duration(r.IntN(120)-60) * day).Truncate(day).UnixMilli()} {
			if r.IntN(8) > 0 {
				cols[name] = v
			}
		}
		if v, ok := cols["value"].(int64); ok {
			cols["weighted"], cols["f_amount"] = v/2, v
		}
		if r.IntN(10) == 0 {
			cols["deleted"] = at(10)
		}
		if people := slices.DeleteFunc(slices.Clone(users), func(string) bool { return r.IntN(4) > 0 }); len(people) > 0 {
			cols["people"] = people
		}
		b.records = append(b.records, store.Doc{ID: id, Ver: 1, Cols: cols, Body: body})
		for back := range 9 {
			if r.IntN(2) == 0 {
				continue
			}
			stood := map[string]any{"process": "b2b/deal", "week": week(back), "record": id, "stage": stages[r.IntN(5)], "value": r.Int64N(1e9), "weighted": r.Int64N(1e8)}
			if r.IntN(5) > 0 {
				stood["closing"] = monday.Add(time.Duration(r.IntN(120)-60) * day).Truncate(day).UnixMilli()
			}
			b.stood = append(b.stood, store.Doc{ID: fmt.Sprint(back, "|", id), Ver: 1, Cols: stood, Body: body})
		}
		for n := range r.IntN(4) {
			visit := map[string]any{"app": "b2b", "process": "deal", "stage": stages[r.IntN(5)], "record": id, "entered": at(200)}
			if r.IntN(4) > 0 {
				visit["left"], visit["stay"] = at(150), r.Int64N(int64(40*day/time.Millisecond))
				if r.IntN(4) > 0 { // what was imported as closed went nowhere
					visit["to"] = stages[r.IntN(5)]
				}
			}
			b.stays = append(b.stays, store.Doc{ID: fmt.Sprint(id, "|", n), Ver: 1, Cols: visit, Body: body})
		}
	}
	coll := RecordCollection(w.defs["b2b"][0].Forms["deal"])
	rename := map[string]string{"f_amount": ""}
	for _, c := range w.defs["b2b"][0].Forms["deal"].Schema.Columns() {
		if c.Field == "amount" {
			rename["f_amount"] = process.FieldColumn(c.Name)
		}
	}
	for _, d := range b.records {
		for from, to := range rename {
			if v, ok := d.Cols[from]; ok && to != from {
				delete(d.Cols, from)
				d.Cols[to] = v
			}
		}
	}
	for name, docs := range map[string][]store.Doc{coll: b.records, collSnapshots: b.stood, collVisits: b.stays} {
		_, err := w.store.InsertMany(ctx, name, docs)
		w.must(err)
	}
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	grant := func(role, records string) map[string]any {
		g := map[string]any{"role": role, "records": records, "do": []string{"read"}}
		if records == "where" {
			g["records"] = map[string]any{"where": pick("open", "won", "not open")}
		}
		if hide := pick("", "", "amount", "closeDate"); hide != "" {
			g["hide"] = []string{hide}
		}
		return g
	}
	compared := 0
	for round := range rounds {
		where := pick("", "", "open", "owner == me", "not open")
		grants := []any{grant("rep", "own"), grant("manager", pick("teamTree", "team", "all")), grant("finance", pick("participant", "where")),
			map[string]any{"role": "ops", "records": "own", "do": []string{"create", "read", "edit", "delete", "assign", "override"}}}
		for range r.IntN(3) {
			grants = append(grants, grant("rep", pick("participant", "where", "own", "team")))
		}
		app := changed(t, 1, func(def map[string]any) {
			for _, f := range def["forms"].([]any) {
				if f := f.(map[string]any); f["key"] == "deal" {
					f["grants"] = grants
				}
			}
		})
		for key, kind := range map[string]string{"velocity": "velocity", "pace": "quota", "compare": "snapshot", "stay": "stay"} {
			app.Def.Reports = append(app.Def.Reports, process.Report{Key: key, Process: "deal", Kind: kind, Where: where})
		}
		app.Def.Reports = append(app.Def.Reports, process.Report{Key: "owners", Process: "deal", Where: where, Group: []process.GroupBy{{By: "owner"}},
			Measures: []process.MeasureD{{Key: "n", Count: true}, {Key: "amount", Sum: "amount"}, {Key: "weighted", Sum: "weighted"}, {Key: "won", Count: true, Where: "won"}}})
		w.defs["b2b"][0] = app
		for _, user := range users {
			l, err := w.e.look(ctx, user, "b2b", "deal")
			w.must(err)
			w.must(l.narrow(t.Context(), &ListQuery{}))
			w.must(l.where(where))
			b.l, b.p, b.grants = l, app.Processes["deal"], grants
			for key, want := range map[string]map[string]string{"velocity": b.velocity(), "pace": b.pace(), "compare": b.compare(), "stay": b.stay(), "owners": b.owners()} {
				res, err := w.e.Report(ctx, user, "b2b", key, "")
				if err != nil {
					if _, refused := asRejection(err); refused { // a measure of what he never sees
						continue
					}
					t.Fatal(err)
				}
				got := map[string]string{}
				for _, row := range res.Rows {
					for i, v := range row.Values {
						if key == "pace" && i > 1 {
							break
						}
						text := v.String()
						if key == "pace" { // weeks without an entry in the ledger show nothing; the sums are looked at all the same
							text = v.Value.StringFixed(2)
						}
						if i > 0 {
							text = " " + text
						}
						got[row.Keys[0]] += text
					}
				}
				if !maps.Equal(got, want) {
					grants, _ := json.Marshal(grants)
					t.Fatalf("round %d, %s of %s where %q, grants %s\ngot  %v\nwant %v", round, key, user, where, grants, got, want)
				}
				compared++
			}
		}
	}
	if compared < rounds*len(users)*4 {
		t.Errorf("only %d reports were compared", compared)
	}
}

func (b *byRow) owners() map[string]string {
	type sums struct {
		n, won           int64
		amount, weighted big.Int
	}
	by := map[string]*sums{}
	b.mine(func(d store.Doc) {
		owner, _ := d.Cols["owner"].(string)
		if by[owner] == nil {
			by[owner] = &sums{}
		}
		by[owner].n++
		if b.sees("value", d) {
			by[owner].amount.Add(&by[owner].amount, big.NewInt(whole(d, "value")))
			by[owner].weighted.Add(&by[owner].weighted, big.NewInt(whole(d, "weighted")))
		}
		if d.Cols["end"] == "won" {
			by[owner].won++
		}
	})
	out := map[string]string{}
	for owner, s := range by {
		out[owner] = fmt.Sprint(s.n, " ", decimal.NewFromBigInt(&s.amount, -2).StringFixed(2), " ", decimal.NewFromBigInt(&s.weighted, -2).StringFixed(2), " ", s.won)
	}
	return out
}

func TestFiguresByRow(t *testing.T) {
	t.Parallel()
	figuresStory(t, 20, nil)
}

func TestFiguresByRowOnMongo(t *testing.T) {
	t.Parallel()
	figuresStory(t, 4, onMongo(t))
}
