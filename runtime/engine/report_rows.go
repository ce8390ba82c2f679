package engine

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// A report of rows counts and sums those of a table. No store looks into a table, so the records are gone through, a page of them in memory at once;
// what a group or a condition says of a row is held to its cells beside the columns of its record, by the meaning that filters have everywhere.

// maxRowRecords is of how many records a report reads the rows.
const maxRowRecords = 50_000

// maxRowReports are how many such reports wait for one of the slots of Engine.rowReports.
const maxRowReports = 8

// errRowRecords ends reading which records there are.
var errRowRecords = errors.New("engine: too many records to read their rows")

// rowTurn waits for a report of rows to be its turn: few are worked on at once, so that all else is answered meanwhile. Errors: that of ctx,
// *process.Rejection busy.
func (e *Engine) rowTurn(ctx context.Context) (done func(), err error) {
	done = func() { <-e.rowReports }
	select {
	case e.rowReports <- struct{}{}:
		return done, nil
	default:
	}
	if e.rowWaiting.Add(1) > maxRowReports {
		e.rowWaiting.Add(-1)
		return nil, reject("busy", rules.Say("正在计算的明细报表太多，请稍后再试", "正在計算的明細報表太多，請稍後再試", "Too many reports of rows are being computed; please try again in a moment"))
	}
	defer e.rowWaiting.Add(-1)
	select {
	case e.rowReports <- struct{}{}:
		return done, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// ownAmount follows the name of a row's amount where it is meant in the record's own currency.
const ownAmount = "_o"

// ofRow says whether a level of grouping is by a column of the rows: no condition on records finds what it is of.
func (l *lister) ofRow(g *grouping) bool {
	_, inRow := process.RowColumn(g.column.Key)
	return inRow && l.rows != ""
}

// countRows measures by groups the rows of the records of the look. A row counts for each choice it has; the total counts it once.
func (l *lister) countRows(ctx context.Context, groups []*grouping, ms []measured) ([]store.Row, []*big.Int, error) {
	table, ok := l.form.Schema.Field(l.rows)
	if !ok {
		return nil, nil, notFound()
	}
	names := map[string]string{}
	for i := range table.Columns {
		col := &table.Columns[i]
		names[col.Def.Key] = "row." + col.Def.Key
		if col.Varies {
			names[col.Def.Key+ownAmount] = "row." + col.Def.Key + ownAmount
		}
	}
	done, err := l.e.rowTurn(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer done()
	t := &rowTally{groups: groups, ms: ms, by: map[string]*store.Row{}, total: make([]*big.Int, len(ms))}
	var ids []string
	err = l.e.store.Scan(ctx, l.coll, query.Scan{Filter: l.filter}, func(id string, _ []any) error {
		if len(ids) == l.e.rowRecords {
			return errRowRecords
		}
		ids = append(ids, id)
		return nil
	})
	if errors.Is(err, errRowRecords) {
		return nil, nil, reject("query.tooMany", rules.Say("明细报表一次最多读 {n} 条记录，这里更多：请加筛选条件，例如只看一段时间", "明細報表一次最多讀 {n} 筆記錄，這裡更多：請加篩選條件，例如只看一段時間",
			"A report of rows reads at most {n} records, and there are more here: add a filter, such as one for a span of time", "n", l.e.rowRecords))
	}
	if err != nil {
		return nil, nil, readError(err)
	}
	bulk := l.form.Schema.Bulk()
	delete(bulk, table.Storage)
	reader := &rowReader{brief: true, bulk: bulk}
	for part := range slices.Chunk(ids, exportPage) {
		docs, err := l.e.store.GetMany(ctx, l.coll, part)
		if err != nil {
			return nil, nil, readError(err)
		}
		for _, d := range docs {
			if !query.Match(l.filter, d.Cols) {
				continue // it has changed since
			}
			s, err := reader.state(d)
			if err != nil {
				return nil, nil, err
			}
			if s == nil {
				continue
			}
			if d.Cols == nil {
				d.Cols = map[string]any{}
			}
			for _, row := range l.form.Schema.RowCols(l.rows, l.form.Schema.Decode(s.Data)) {
				for key, name := range names {
					d.Cols[name] = row[key]
				}
				t.add(d.Cols)
			}
			if len(t.by) > maxGroups {
				return nil, nil, readError(store.ErrTooMany)
			}
		}
	}
	return t.rows(), t.total, nil
}

// rowTally is what has been measured so far.
type rowTally struct {
	groups []*grouping
	ms     []measured
	by     map[string]*store.Row
	total  []*big.Int
}

// add measures a row, given its cells and the columns of its record.
func (t *rowTally) add(cols map[string]any) {
	into := [][]any{nil}
	for _, g := range t.groups {
		var next [][]any
		for _, keys := range into {
			for _, key := range g.keysOf(cols) {
				next = append(next, append(slices.Clone(keys), key))
			}
		}
		into = next
	}
	lines := [][]*big.Int{t.total}
	for _, keys := range into {
		name := fmt.Sprintf("%#v", keys)
		line := t.by[name]
		if line == nil {
			line = &store.Row{Keys: keys, Values: make([]*big.Int, len(t.ms))}
			t.by[name] = line
		}
		lines = append(lines, line.Values)
	}
	for i, m := range t.ms {
		if !query.Match(m.seen, cols) {
			continue
		}
		n, there := int64(1), true
		if m.Kind != "count" {
			n, there = cols[m.Col].(int64)
		}
		if !there {
			continue
		}
		for _, line := range lines {
			measureInto(line, i, m.Kind, n)
		}
	}
}

// measureInto adds one figure to a measure.
func measureInto(line []*big.Int, i int, kind string, n int64) {
	was, now := line[i], big.NewInt(n)
	switch {
	case was == nil:
		line[i] = now
	case kind == "min" && now.Cmp(was) < 0, kind == "max" && now.Cmp(was) > 0:
		line[i] = now
	case kind == "count", kind == "sum":
		was.Add(was, now)
	}
}

// keysOf are the keys under which columns fall: several for a field of choices. That of a time is when its bucket begins.
func (g *grouping) keysOf(cols map[string]any) []any {
	if g.choices != nil {
		have, _ := cols[g.column.Name].([]string)
		var out []any
		for _, c := range g.choices {
			if slices.Contains(have, c.key) {
				out = append(out, c.key)
			}
		}
		if out == nil {
			return []any{nil}
		}
		return out
	}
	switch v := cols[g.column.Name].(type) {
	case int64:
		if g.unit != "" {
			return []any{g.start(time.UnixMilli(v)).UnixMilli()}
		}
		return []any{v}
	case string, bool:
		return []any{v}
	}
	return []any{nil}
}

// rows are the groups in the order of their keys, what has none first, and those of times by the place of their bucket, as a store tells them.
func (t *rowTally) rows() []store.Row {
	out := make([]store.Row, 0, len(t.by))
	for _, line := range t.by {
		out = append(out, *line)
	}
	slices.SortFunc(out, store.ByKeys)
	for i, g := range t.groups {
		if g.unit == "" {
			continue
		}
		var at []int64
		for _, r := range out {
			if ms, ok := r.Keys[i].(int64); ok {
				at = append(at, ms)
			}
		}
		slices.Sort(at)
		at = slices.Compact(at)
		for _, ms := range at {
			g.starts = append(g.starts, time.UnixMilli(ms).In(g.zone))
		}
		for _, r := range out {
			if ms, ok := r.Keys[i].(int64); ok {
				place, _ := slices.BinarySearch(at, ms)
				r.Keys[i] = int64(place + 1)
			}
		}
	}
	return out
}
