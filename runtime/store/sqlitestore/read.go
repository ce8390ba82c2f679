package sqlitestore

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// Get reads one document.
func (s *Store) Get(ctx context.Context, coll, id string) (store.Doc, error) {
	t, err := s.table(coll)
	if err != nil {
		return store.Doc{}, err
	}
	if err := store.CheckID(id); err != nil {
		return store.Doc{}, err
	}
	var d store.Doc
	err = s.read(ctx, func(c *conn) error {
		// One row by its key takes microseconds: watching the context meanwhile would cost more than the read.
		return c.rows(context.Background(), t.get, []any{id}, func(row []driver.Value) error {
			d, err = t.doc(row, true, t.cols)
			return err
		})
	})
	if err == nil && d.ID == "" {
		err = fmt.Errorf("%w: %s/%s", store.ErrNotFound, coll, id)
	}
	return d, err
}

// GetMany reads documents by id.
func (s *Store) GetMany(ctx context.Context, coll string, ids []string) ([]store.Doc, error) {
	t, err := s.table(coll)
	if err != nil {
		return nil, err
	}
	if len(ids) > store.MaxPage {
		return nil, fmt.Errorf("%w: %d ids, want at most %d", store.ErrInvalid, len(ids), store.MaxPage)
	}
	values := make([]any, len(ids))
	for i, id := range ids {
		if err := store.CheckID(id); err != nil {
			return nil, err
		}
		values[i] = id
	}
	if len(ids) == 0 {
		return nil, ctx.Err()
	}
	b := &sqlBuilder{t: t}
	b.WriteString("SELECT id, ver, body" + t.list + " FROM " + t.name + " WHERE id IN (")
	b.values(values)
	b.WriteByte(')')
	var docs []store.Doc
	err = s.read(ctx, func(c *conn) error {
		return c.rows(ctx, b.String(), b.args, func(row []driver.Value) error {
			d, err := t.doc(row, true, t.cols)
			docs = append(docs, d)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return docs, nil
}

// doc reads a row: id, version, body if withBody, columns.
func (t *table) doc(row []driver.Value, withBody bool, cols []string) (store.Doc, error) {
	d := store.Doc{Cols: make(map[string]any, len(cols))}
	d.ID, _ = row[0].(string)
	d.Ver, _ = row[1].(int64)
	row = row[2:]
	if withBody {
		body, _ := row[0].(string)
		d.Body = json.RawMessage(body)
		row = row[1:]
	}
	for i, name := range cols {
		v, err := value(t.Type(name), row[i])
		if err != nil {
			return d, fmt.Errorf("sqlitestore: %s/%s: column %s: %w", t.Name, d.ID, name, err)
		}
		if v != nil {
			d.Cols[name] = v
		}
	}
	return d, nil
}

// value reads a stored value as the type its column declares.
func value(t query.Type, v driver.Value) (any, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case int64:
		if t == query.Bool {
			return v != 0, nil
		}
		if t == query.Int || t == query.Time {
			return v, nil
		}
	case string:
		if t == query.Text {
			return v, nil
		}
		if t == query.Texts {
			var set []string
			err := json.Unmarshal([]byte(v), &set)
			return set, err
		}
	}
	return nil, fmt.Errorf("holds a %T, declared %s", v, t)
}

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
		if len(parts) > 1 { // one snapshot, so that no document is seen twice as it moves
			if _, err := c.exec("BEGIN"); err != nil {
				return err
			}
			defer c.exec("COMMIT") // nothing was written: there is nothing it could fail to keep
		}
		for _, part := range parts {
			if more {
				break
			}
			b := t.choose(q.Filter, part, q.Limit+1-len(page.Docs))
			text := head + b.String() + tail
			if err := c.rows(ctx, text, b.args, each); err != nil {
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
	b.WriteString("SELECT n AS k FROM " + t.name + " WHERE ")
	b.where(f, false)
	for _, cond := range part.conds {
		b.WriteString(" AND ")
		if cond.op == present {
			b.WriteString(t.present(cond.col))
			continue
		}
		b.WriteString(t.column(cond.col) + cond.op)
		if cond.value != nil {
			b.bind(cond.value)
		}
	}
	b.WriteString(" ORDER BY ")
	for _, by := range part.order {
		b.WriteString(t.quoted[by.Col])
		if by.Desc {
			b.WriteString(" DESC")
		}
		b.WriteString(", ")
	}
	b.WriteString("id")
	if part.idDesc {
		b.WriteString(" DESC")
	}
	b.WriteString(" LIMIT ")
	b.bind(int64(limit))
	return b
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

// boundary writes the index of the range a value falls into, as a balanced tree of comparisons.
func (b *sqlBuilder) boundary(col string, bounds []int64, low int) {
	if len(bounds) == 0 {
		fmt.Fprintf(b, "%d", low)
		return
	}
	mid := len(bounds) / 2
	b.WriteString("CASE WHEN " + col + " < ")
	b.bind(bounds[mid])
	b.WriteString(" THEN ")
	b.boundary(col, bounds[:mid], low)
	b.WriteString(" ELSE ")
	b.boundary(col, bounds[mid+1:], low+mid+1)
	b.WriteString(" END")
}

// groupKeys writes the keys of the groups, comma separated.
func (b *sqlBuilder) groupKeys(groups []query.Group) {
	for i, g := range groups {
		if i > 0 {
			b.WriteString(", ")
		}
		col := b.t.quoted[g.Col]
		if len(g.Bounds) == 0 {
			b.WriteString(col)
			continue
		}
		b.WriteString("CASE WHEN " + col + " IS NULL THEN NULL ELSE ")
		b.boundary(col, g.Bounds, 0)
		b.WriteString(" END")
	}
}

// ordinals lists 1, 2, … n: SELECT's own columns, as GROUP BY and ORDER BY take them.
func ordinals(n int) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = fmt.Sprint(i + 1)
	}
	return strings.Join(parts, ", ")
}
