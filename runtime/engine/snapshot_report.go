package engine

import (
	"context"
	"math/big"
	"slices"

	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
)

// movement is what became of a record between two positions.
type movement struct {
	key  string
	name rules.Text
}

// movements in the order they are shown. Then and now are the positions themselves; slipped records are counted in another as well.
var movements = []movement{
	{"then", rules.Say("当时进行中", "當時進行中", "Open then")},
	{"in", rules.Say("新进入", "新進入", "Came in")},
	{"won", rules.Say("赢单", "贏單", "Won")},
	{"out", rules.Say("丢单或取消", "丟單或取消", "Lost or cancelled")},
	{"forward", rules.Say("前进", "前進", "Moved forward")},
	{"back", rules.Say("后退", "後退", "Moved back")},
	{"stuck", rules.Say("没动", "沒動", "Did not move")},
	{"slipped", rules.Say("预计成交推迟", "預計成交延後", "Expected close put off")},
	{"now", rules.Say("现在进行中", "現在進行中", "Open now")},
}

// tally sums up one movement.
type tally struct {
	count       int64
	value, diff big.Int
}

// compare tells how the records of a process stand now against their positions some weeks ago: those the person may read now, by what
// they are now. A week whose positions were not taken has none, and everything has come in since.
func (l *lister) compare(ctx context.Context, res *ReportResult) error {
	p := l.form.Process
	if p == nil {
		return notFound()
	}
	week := weekOf(l.e.instant(), l.app.Zone).AddDate(0, 0, -7*max(res.Def.Weeks, 1))
	before, err := l.e.positions(ctx, p, week)
	if err != nil {
		return err
	}
	value, sees, err := l.shows(ctx, "value", p.Def.Value)
	if err != nil {
		return err
	}
	_, seesClosing, err := l.shows(ctx, "closing", p.Def.Closing)
	if err != nil {
		return err
	}
	place := map[string]int{}
	for i, st := range p.Stages {
		place[st.Def.Key] = i
	}
	sums := map[string]*tally{}
	add := func(key string, now, then int64) {
		t := sums[key]
		if t == nil {
			t = &tally{}
			sums[key] = t
		}
		t.count++
		t.value.Add(&t.value, big.NewInt(now))
		t.diff.Add(&t.diff, new(big.Int).Sub(big.NewInt(now), big.NewInt(then)))
	}
	err = l.e.store.Scan(ctx, l.coll, query.Scan{Filter: l.filter, Cols: []string{"open", "stage", "end", "value", "closing"}}, func(id string, row []any) error {
		was, known := before[id]
		open := row[0] == true
		if !known && !open {
			return nil
		}
		var now, then int64
		if sees != nil && sees(id) {
			now, _ = row[3].(int64)
			then = was.value
		}
		if open {
			add("now", now, then)
		}
		if !known {
			add("in", now, 0)
			return nil
		}
		add("then", then, then)
		stage, _ := row[1].(string)
		closing, _ := row[4].(int64)
		switch from, still := place[was.stage]; {
		case !open && row[2] == "won":
			add("won", now, then)
		case !open:
			add("out", now, then)
		case stage == was.stage:
			add("stuck", now, then)
		case !still || place[stage] > from:
			add("forward", now, then)
		default:
			add("back", now, then)
		}
		if open && seesClosing != nil && seesClosing(id) && was.closing != 0 && closing > was.closing {
			add("slipped", now, then)
		}
		return nil
	})
	if err != nil {
		return err
	}
	res.Since = week
	res.Columns = []ReportColumn{{Key: "movement", Name: rules.Say("变化", "變化", "Movement"), Kind: "group", Type: "text"},
		{Key: "count", Name: rules.Say("数量", "數量", "Count"), Kind: "measure", Type: "count"}}
	if sees != nil {
		name := l.nameOf(value)
		res.Columns = append(res.Columns, ReportColumn{Key: "value", Name: name, Kind: "measure", Type: "money", Currency: value.Currency},
			ReportColumn{Key: "change", Name: rules.Say("金额变化", "金額變化", "Change in value"), Kind: "measure", Type: "money", Currency: value.Currency})
	}
	for _, m := range movements {
		if m.key == "slipped" && seesClosing == nil || m.key == "won" && !slices.ContainsFunc(p.Def.Stages, func(s process.Stage) bool { return s.End == "won" }) {
			continue
		}
		t := sums[m.key]
		if t == nil {
			t = &tally{}
		}
		row := ReportRow{Keys: []string{m.key}, Labels: []rules.Text{m.name}, Values: []Figure{figure(big.NewInt(t.count), access.Column{})}}
		if sees != nil {
			row.Values = append(row.Values, figure(&t.value, value), figure(&t.diff, value))
		}
		res.Rows = append(res.Rows, row)
	}
	res.Totals = make([]Figure, len(res.Columns)-1)
	for i := range res.Totals {
		res.Totals[i].Null = true // rows overlap
	}
	return nil
}

// shown finds a figure of the process, and says whether the person sees it in some records.
func (l *lister) shown(name, field string) (c access.Column, some bool, err error) {
	if field == "" {
		return c, false, nil
	}
	c, err = l.column(name, "/"+name)
	if _, refused := asRejection(err); refused {
		return c, false, nil
	}
	return c, err == nil, err
}

// shows finds a figure of the process, and says of which records the person sees it; sees is nil when of none.
func (l *lister) shows(ctx context.Context, name, field string) (c access.Column, sees func(id string) bool, err error) {
	c, some, err := l.shown(name, field)
	if err != nil || !some {
		return c, nil, err
	}
	if c.Seen == nil {
		return c, func(string) bool { return true }, nil
	}
	in, err := l.e.idsOf(ctx, l.coll, both(l.filter, c.Seen))
	return c, func(id string) bool { return in[id] }, err
}

// idsOf are the ids of the documents that a filter accepts.
func (e *Engine) idsOf(ctx context.Context, coll string, filter query.Filter) (map[string]bool, error) {
	in := map[string]bool{}
	return in, e.store.Scan(ctx, coll, query.Scan{Filter: filter}, func(id string, _ []any) error {
		in[id] = true
		return nil
	})
}
