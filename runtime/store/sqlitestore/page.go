package sqlitestore

import (
	"context"
	"database/sql/driver"
	"slices"

	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// Query reads one page. What comes after a cursor is read in segments: first the documents equal to it in every level but the
// id, then those equal in one level less and beyond it in the next, and so on. Each segment is one range of a fitting index,
// whatever mix of directions and absent values the order has, where one condition for all would scan.
func (s *Store) Query(ctx context.Context, coll string, q query.Query) (store.Page, error) {
	t, err := s.table(coll)
	if err != nil {
		return store.Page{}, err
	}
	order, at, err := t.CheckQuery(q)
	if err != nil {
		return store.Page{}, err
	}
	list, cols := t.columnsOf(q.Cols)
	withBody := len(q.Cols) == 0
	// Rows are chosen and sorted by number alone, from an index where one has all it takes, and only those of the page are read
	// whole: a sort would otherwise carry every body along. CROSS JOIN makes the chosen rows the outer loop, in their order.
	head := "SELECT id, ver"
	if withBody {
		head += ", body"
	}
	head += list
	keys := make([]int, len(order)) // where in a row each level of the order is
	first := 2
	if withBody {
		first = 3
	}
	width := first + len(cols)
	for i, by := range order {
		if j := slices.Index(cols, by.Col); j >= 0 {
			keys[i] = first + j
			continue
		}
		head += ", " + t.quoted[by.Col]
		keys[i] = width
		width++
	}
	head += " FROM ("
	tail := ") CROSS JOIN " + t.name + " ON n = k"

	var page store.Page
	last := &store.Position{Values: make([]any, len(order))}
	more := false
	each := func(row []driver.Value) error {
		if len(page.Docs) == q.Limit {
			more = true
			return nil
		}
		d, err := t.doc(row, withBody, cols)
		if err != nil {
			return err
		}
		page.Docs = append(page.Docs, d)
		if len(page.Docs) == q.Limit {
			last.ID = d.ID
			for i, k := range keys {
				if last.Values[i], err = value(t.Type(order[i].Col), row[k]); err != nil {
					return err
				}
			}
		}
		return nil
	}
	err = s.read(ctx, func(c *conn) error {
		parts := segments(order, at)
		if at != nil || q.Filter != nil { // one snapshot for several statements, so that no document is seen twice as it moves
			if _, err := c.exec("BEGIN"); err != nil {
				return err
			}
			defer func() {
				if _, err := c.exec("COMMIT"); err != nil {
					c.broken = true // it may still hold the snapshot, and would never see a later write
				}
			}()
		}
		for _, part := range parts {
			if more {
				break
			}
			if err := s.segment(ctx, c, t, q.Filter, order, part, q.Limit+1-len(page.Docs), head, tail, each); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return store.Page{}, err
	}
	if more {
		page.Next = t.Cursor(order, *last)
	}
	return page, nil
}

// choose writes the choice of rows of one segment, by number and in order.
func (t *table) choose(f query.Filter, part segment, limit int) *sqlBuilder {
	b := &sqlBuilder{t: t}
	b.choose(f, part, limit)
	return b
}

func (b *sqlBuilder) choose(f query.Filter, part segment, limit int) {
	b.WriteString("SELECT n AS k FROM " + b.t.name + " WHERE ")
	b.where(f, false)
	b.within(part, "")
	b.order(part, "", limit)
}

// within writes the conditions of a segment, on the table with this alias.
func (b *sqlBuilder) within(part segment, alias string) {
	for _, cond := range part.conds {
		b.WriteString(" AND ")
		if cond.op == present {
			b.WriteString(b.t.present(alias, cond.col))
			continue
		}
		b.WriteString(alias + b.t.column(cond.col) + cond.op)
		if cond.value != nil {
			b.bind(cond.value)
		}
	}
}

// order writes the order of a segment, on the table with this alias, and the limit.
func (b *sqlBuilder) order(part segment, alias string, limit int) {
	b.by(part.order, alias, part.idDesc)
	b.WriteString(" LIMIT ")
	b.bind(int64(limit))
}

// by writes an order, on the table with this alias.
func (b *sqlBuilder) by(order []query.Sort, alias string, idDesc bool) {
	b.WriteString(" ORDER BY ")
	for _, by := range order {
		b.WriteString(alias + b.t.quoted[by.Col])
		if by.Desc {
			b.WriteString(" DESC")
		}
		b.WriteString(", ")
	}
	b.WriteString(alias + "id")
	if idDesc {
		b.WriteString(" DESC")
	}
}

// column is the quoted name of a column; "" is the id.
func (t *table) column(name string) string {
	if name == "" {
		return "id"
	}
	return t.quoted[name]
}

// segment is a stretch of an order: conditions joined by AND, and the levels that still vary within it.
type segment struct {
	conds  []condition
	order  []query.Sort
	idDesc bool
}

type condition struct {
	col   string // "" is the id
	op    string // with blanks; an operator without operand leaves value nil
	value any
}

// present stands for the condition that a column is not absent.
const present = "present"

// segments lists, in order, the stretches after a position; the whole order when at is nil.
func segments(order []query.Sort, at *store.Position) []segment {
	if at == nil {
		return []segment{{order: order, idDesc: query.IDDesc(order)}}
	}
	equal := make([]condition, len(order))
	for i, by := range order {
		equal[i] = condition{by.Col, " = ", at.Values[i]}
		if at.Values[i] == nil {
			equal[i] = condition{by.Col, " IS NULL", nil}
		}
	}
	desc, beyond := query.IDDesc(order), " > "
	if desc {
		beyond = " < "
	}
	out := []segment{{conds: append(slices.Clone(equal), condition{"", beyond, at.ID}), idDesc: desc}}
	for k := len(order) - 1; k >= 0; k-- {
		add := func(c condition, rest []query.Sort) {
			out = append(out, segment{conds: append(slices.Clone(equal[:k]), c), order: rest, idDesc: desc})
		}
		by, v := order[k], at.Values[k]
		switch {
		case !by.Desc && v == nil:
			add(condition{by.Col, present, nil}, order[k:])
		case !by.Desc:
			add(condition{by.Col, " > ", v}, order[k:])
		case v != nil: // descending: smaller values, then the absent ones; nothing follows an absent one
			add(condition{by.Col, " < ", v}, order[k:])
			add(condition{by.Col, " IS NULL", nil}, order[k+1:])
		}
	}
	return out
}
