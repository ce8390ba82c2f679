package engine

import (
	"context"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/forecast"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// workStages are the stages in which there is something to do: all that do not end a record.
func (l *lister) workStages() []*process.CompiledStage {
	var out []*process.CompiledStage
	for _, st := range l.form.Process.Stages {
		if st.Def.End == "" {
			out = append(out, st)
		}
	}
	return out
}

// stay tells how long records stay in each stage: of the stays that ended in the last weeks, how many, what share of them went on to a later stage
// or a good end, the median and what nine of ten stay within.
// A record that comes back to a stage stays there twice. Of records that the person may read now, and that the report is of.
func (l *lister) stay(ctx context.Context, res *ReportResult) error {
	p := l.form.Process
	if p == nil {
		return notFound()
	}
	weeks := res.Def.Weeks
	if weeks == 0 {
		weeks = quarterWeeks
	}
	since := l.e.instant().In(l.app.Zone).AddDate(0, 0, -7*weeks)
	mine, err := l.e.idsOf(ctx, l.coll, l.filter)
	if err != nil {
		return err
	}
	stays := map[string]*ended{}
	place := map[string]int{}
	for i, st := range p.Stages {
		place[st.Def.Key] = i
		if end := st.Def.End; end == "lost" || end == "cancelled" {
			place[st.Def.Key] = -1
		}
	}
	left := query.And{query.Cmp{Col: "app", Op: query.Eq, Value: l.app.Def.Key}, query.Cmp{Col: "process", Op: query.Eq, Value: p.Def.Key}, query.Cmp{Col: "left", Op: query.Ge, Value: since.UnixMilli()}}
	if err := l.e.visitsOf(ctx, mine, left, []string{"stage", "stay", "to"}, func(row []any) {
		stage, _ := row[0].(string)
		ms, ok := row[1].(int64)
		if !ok {
			return
		}
		if stays[stage] == nil {
			stays[stage] = &ended{}
		}
		at := stays[stage]
		at.took = append(at.took, time.Duration(ms)*time.Millisecond)
		if to, _ := row[2].(string); to != "" {
			at.moved++
			if there, known := place[to]; known && there > place[stage] {
				at.onward++
			}
		}
	}); err != nil {
		return err
	}
	res.Since = since
	res.Columns = []ReportColumn{{Key: "stage", Name: l.nameOf(access.Column{Key: "stage"}), Kind: "group", Type: "stage"},
		{Key: "stays", Name: rules.Say("离开次数", "離開次數", "Stays ended"), Kind: "measure", Type: "count"},
		{Key: "onward", Name: rules.Say("转化率", "轉化率", "Went on"), Kind: "measure", Type: "percent"},
		{Key: "median", Name: rules.Say("中位停留（天）", "中位停留（天）", "Median days"), Kind: "measure", Type: "number"},
		{Key: "most", Name: rules.Say("九成不超过（天）", "九成不超過（天）", "Nine of ten within, days"), Kind: "measure", Type: "number"}}
	figures := func(e *ended) []Figure {
		list := e.took
		slices.Sort(list)
		out := []Figure{figure(big.NewInt(int64(len(list))), access.Column{}), {Null: e.moved == 0, Scale: ratioScale}}
		if e.moved > 0 {
			out[1].Value = decimal.NewFromInt(e.onward).DivRound(decimal.NewFromInt(e.moved), ratioScale)
		}
		for _, percent := range []int{50, 90} {
			d, ok := forecast.Rank(list, percent)
			f := Figure{Null: !ok, Scale: 1}
			if ok {
				f.Value = decimal.NewFromInt(d.Milliseconds()).DivRound(decimal.NewFromInt((24 * time.Hour).Milliseconds()), 1)
			}
			out = append(out, f)
		}
		return out
	}
	all := &ended{}
	for _, st := range l.workStages() {
		at := stays[st.Def.Key]
		if at == nil {
			at = &ended{}
		}
		all.took, all.moved, all.onward = append(all.took, at.took...), all.moved+at.moved, all.onward+at.onward
		res.Rows = append(res.Rows, ReportRow{Keys: []string{st.Def.Key}, Labels: []rules.Text{st.Def.Name}, Values: figures(at)})
	}
	res.Totals = figures(all)
	return nil
}

// ended are the stays in a stage that ended: how long they took, how many ended in another stage, and of these how many in a later one or a good end.
type ended struct {
	took          []time.Duration
	moved, onward int64
}

// fewRecords is how many times fewer than the visits looked for records are when their visits are read by record.
const fewRecords = 4

// visitsOf reads columns of the visits that a filter accepts, of some records: by record where these are few, else all and leaves out those of others.
func (e *Engine) visitsOf(ctx context.Context, records map[string]bool, filter query.Filter, cols []string, each func(row []any)) error {
	if len(records) == 0 {
		return nil
	}
	n, err := e.count(ctx, collVisits, filter)
	if err != nil {
		return err
	}
	own := len(cols)
	if len(records)*fewRecords >= n {
		return e.store.Scan(ctx, collVisits, query.Scan{Filter: filter, Cols: append(slices.Clone(cols), "record")}, func(_ string, row []any) error {
			if id, _ := row[own].(string); records[id] {
				each(row[:own])
			}
			return nil
		})
	}
	// What the filter asks for is looked at here, so that nothing but the records leads to them.
	asked := query.Columns(filter)
	of := make(map[string]any, len(asked))
	for part := range slices.Chunk(slices.Collect(maps.Keys(records)), store.MaxPage) {
		in := query.In{Col: "record"}
		for _, id := range part {
			in.Values = append(in.Values, id)
		}
		if err := e.store.Scan(ctx, collVisits, query.Scan{Filter: in, Cols: append(slices.Clone(cols), asked...)}, func(_ string, row []any) error {
			for i, name := range asked {
				of[name] = row[own+i]
			}
			if query.Match(filter, of) {
				each(row[:own])
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// ages are the bounds, in days, between which open records are counted by how long they have been in their stage.
var ages = []int{7, 30, 90}

// ageing counts the open records of each stage by how long they have been there: full days of 24 hours, a bound belonging to the lower range.
func (l *lister) ageing(ctx context.Context, res *ReportResult) error {
	p := l.form.Process
	if p == nil {
		return notFound()
	}
	now := l.e.instant().Truncate(time.Second) // so that the conditions that open the records say the same as the ranges
	before := func(days int) time.Time { return now.Add(-time.Duration(days) * 24 * time.Hour) }
	instant := func(at time.Time) string { return fmt.Sprintf("datetime('%s')", at.UTC().Format(time.RFC3339)) }
	res.Columns = []ReportColumn{{Key: "stage", Name: l.nameOf(access.Column{Key: "stage"}), Kind: "group", Type: "stage"},
		{Key: "open", Name: rules.Say("进行中", "進行中", "Open"), Kind: "measure", Type: "count", Where: "open"}}
	low := 0
	for i, days := range append(slices.Clone(ages), 0) {
		col := ReportColumn{Key: fmt.Sprintf("days%d", days), Kind: "measure", Type: "count"}
		switch {
		case i == 0:
			col.Name, col.Where = rules.Say("{n} 天以内", "{n} 天以內", "Up to {n} days", "n", days), "open && since >= "+instant(before(days))
		case days == 0:
			col.Key = "older"
			col.Name, col.Where = rules.Say("超过 {n} 天", "超過 {n} 天", "More than {n} days", "n", low), "open && since < "+instant(before(low))
		default:
			col.Name = rules.Say("{low}–{n} 天", "{low}–{n} 天", "{low} to {n} days", "low", low+1, "n", days)
			col.Where = "open && since < " + instant(before(low)) + " && since >= " + instant(before(days))
		}
		low = days
		res.Columns = append(res.Columns, col)
	}
	var bounds []int64
	for _, days := range slices.Backward(ages) {
		bounds = append(bounds, before(days).UnixMilli())
	}
	var cols []access.Column
	if p.Def.Value != "" {
		if c, err := l.column("value", "/value"); err == nil {
			cols = append(cols, c)
			res.Columns = append(res.Columns, ReportColumn{Key: "value", Name: l.nameOf(c), Kind: "measure", Type: "money", Currency: c.Currency, Where: "open"})
		}
	}
	l.filter = append(l.filter, query.Cmp{Col: "open", Op: query.Eq, Value: true})
	rows, err := l.measure(ctx, []query.Group{{Col: "stage"}, {Col: "since", Bounds: bounds}}, countAnd(cols), maxGroups)
	if err != nil {
		return err
	}
	type counts struct {
		by    [4]int64
		value big.Int
	}
	byStage := map[string]*counts{}
	var total counts
	for _, r := range rows {
		stage, _ := r.Keys[0].(string)
		c := byStage[stage]
		if c == nil {
			c = &counts{}
			byStage[stage] = c
		}
		n, _ := r.Keys[1].(int64) // one that has no beginning counts as the oldest
		for _, c := range []*counts{c, &total} {
			c.by[len(ages)-int(n)] += r.Values[0].Int64()
			if len(cols) > 0 && r.Values[1] != nil {
				c.value.Add(&c.value, r.Values[1])
			}
		}
	}
	figures := func(c *counts) []Figure {
		if c == nil {
			c = &counts{}
		}
		var sum int64
		var out []Figure
		for _, n := range c.by {
			sum += n
			out = append(out, figure(big.NewInt(n), access.Column{}))
		}
		out = append([]Figure{figure(big.NewInt(sum), access.Column{})}, out...)
		if len(cols) > 0 {
			out = append(out, figure(&c.value, cols[0]))
		}
		return out
	}
	shown := map[string]bool{}
	for _, st := range l.workStages() {
		shown[st.Def.Key] = true
		res.Rows = append(res.Rows, ReportRow{Keys: []string{st.Def.Key}, Labels: []rules.Text{st.Def.Name}, Where: "stage == " + quote(st.Def.Key), Values: figures(byStage[st.Def.Key])})
	}
	for _, key := range slices.Sorted(maps.Keys(byStage)) { // a stage that only older releases know
		if !shown[key] {
			res.Rows = append(res.Rows, ReportRow{Keys: []string{key}, Labels: []rules.Text{rules.Plain(key)}, Where: "stage == " + quote(key), Values: figures(byStage[key])})
		}
	}
	res.Totals = figures(&total)
	return nil
}
