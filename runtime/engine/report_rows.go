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

// maxRowRecords is of how many records a report, or a condition, reads the rows.
const maxRowRecords = 50_000

// maxRowReports are how many such reports wait for one of the slots of Engine.rowReports.
const maxRowReports = 8

// errRowRecords ends reading which records there are.
var errRowRecords = errors.New("engine: too many records to read their rows")

// rowTurn waits for reading rows, for a report of them or a condition on them, to be its turn: few are worked on at once, so that all else is answered meanwhile. Errors: that of ctx,
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
		return nil, reject("busy", rules.Say("同时统计或筛选明细行的人太多，请稍后再试", "同時統計或篩選明細列的人太多，請稍後再試", "Too many reports and filters of rows are being worked on; please try again in a moment"))
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
	t := &rowTally{groups: groups, ms: ms, by: map[string]*store.Row{}, total: make([]*big.Int, len(ms))}
	var reads []string
	for _, g := range groups {
		reads = append(reads, g.column.Name)
	}
	for _, m := range ms {
		reads = append(append(reads, m.Col), query.Columns(m.seen)...)
	}
	err := l.eachRow(ctx, l.rows, reads, l.filter, func(_ string, cols map[string]any) (bool, error) {
		t.add(cols)
		if len(t.by) > maxGroups {
			return false, readError(store.ErrTooMany)
		}
		return true, nil
	})
	if err != nil {
		return nil, nil, err
	}
	return t.rows(), t.total, nil
}

// eachRow goes through the rows of a table in the records that a filter accepts: visit gets the record, its columns and, as row.column, the cells of the
// row that are among reads, and says whether it wants the further rows of this record.
func (l *lister) eachRow(ctx context.Context, key string, reads []string, filter query.Filter, visit func(id string, cols map[string]any) (more bool, err error)) error {
	table, ok := l.form.Schema.Field(key)
	if !ok {
		return notFound()
	}
	names := map[string]string{}
	for i := range table.Columns {
		col := &table.Columns[i]
		plain, own := process.InRow(col.Def.Key), process.InRow(col.Def.Key)+ownAmount
		if !slices.Contains(reads, plain) && !slices.Contains(reads, own) {
			continue
		}
		names[col.Def.Key] = plain
		if col.Varies {
			names[col.Def.Key+ownAmount] = own
		}
	}
	wanted := func(column string) bool { return names[column] != "" }
	done, err := l.e.rowTurn(ctx)
	if err != nil {
		return err
	}
	defer done()
	var ids []string
	err = l.e.store.Scan(ctx, l.coll, query.Scan{Filter: filter}, func(id string, _ []any) error {
		if len(ids) == l.e.rowRecords {
			return errRowRecords
		}
		ids = append(ids, id)
		return nil
	})
	if errors.Is(err, errRowRecords) {
		return reject("query.tooMany", rules.Say("一次最多读 {n} 条记录的明细行，这里更多：请加筛选条件，例如只看一段时间", "一次最多讀 {n} 筆記錄的明細列，這裡更多：請加篩選條件，例如只看一段時間",
			"The rows of at most {n} records are read at once, and there are more here: add a filter, such as one for a span of time", "n", l.e.rowRecords))
	}
	if err != nil {
		return readError(err)
	}
	skip := l.form.Schema.BesideRows(key)
	for part := range slices.Chunk(ids, exportPage) {
		docs, err := l.e.store.GetMany(ctx, l.coll, part)
		if err != nil {
			return readError(err)
		}
		for _, d := range docs {
			if !query.MatchDoc(filter, d.ID, d.Cols) {
				continue // it has changed since
			}
			data, err := storedData(d, skip)
			if err != nil {
				return err
			}
			if d.Cols == nil {
				d.Cols = map[string]any{}
			}
			for _, row := range l.form.Schema.RowCols(key, data, wanted) {
				for key, name := range names {
					d.Cols[name] = row[key]
				}
				more, err := visit(d.ID, d.Cols)
				if err != nil {
					return err
				}
				if !more {
					break
				}
			}
		}
	}
	return nil
}

// settle finds the records that conditions on rows ask for, among those that the rest of the look accepts, and puts them in the place of these conditions.
func (l *lister) settle(ctx context.Context) error {
	all := query.Conjuncts(l.filter)
	var plain, open query.And
	for _, f := range all {
		if asksRows(f) {
			open = append(open, f)
		} else {
			plain = append(plain, f)
		}
	}
	if len(open) == 0 {
		return nil
	}
	for _, f := range open {
		found, err := l.settled(ctx, f, plain)
		if err != nil {
			return err
		}
		plain = append(plain, found)
	}
	l.filter = plain
	return nil
}

func asksRows(f query.Filter) bool {
	asks := false
	query.Walk(f, func(leaf query.Filter) {
		_, some := leaf.(query.Some)
		asks = asks || some
	})
	return asks
}

// settled is a condition without such that ask for rows. It means the same to the records that within accepts.
func (l *lister) settled(ctx context.Context, f query.Filter, within query.And) (query.Filter, error) {
	parts := func(list []query.Filter) ([]query.Filter, error) {
		out := make([]query.Filter, len(list))
		for i, p := range list {
			var err error
			if out[i], err = l.settled(ctx, p, within); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	switch f := f.(type) {
	case query.And:
		out, err := parts(f)
		return query.And(out), err
	case query.Or:
		out, err := parts(f)
		return query.Or(out), err
	case query.Not:
		of, err := l.settled(ctx, f.Of, within)
		return query.Not{Of: of}, err
	case query.Some:
		found := query.Among{}
		err := l.eachRow(ctx, f.Table, query.Columns(f.Of), append(slices.Clone(within), f.Wide), func(id string, cols map[string]any) (bool, error) {
			if !query.Match(f.Of, cols) {
				return true, nil
			}
			if len(found.IDs) == store.MaxAmong {
				return false, reject("query.tooMany", rules.Say("有这样明细行的记录太多，请再加一个筛选条件", "有這樣明細列的記錄太多，請再加一個篩選條件",
					"Too many records have such a row; add another condition"))
			}
			found.IDs = append(found.IDs, id)
			return false, nil
		})
		slices.Sort(found.IDs)
		return found, err
	}
	return f, nil
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
		if g.bounds != nil {
			return []any{g.place(v)}
		}
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
