package sqlitestore

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// Aggregate groups and measures. Without groups there is always one row, of no documents if need be. Sums are taken as they are
// and, only when SQLite reports an overflow, once more in two parts.
func (s *Store) Aggregate(ctx context.Context, coll string, a query.Aggregate) ([]store.Row, error) {
	t, err := s.table(coll)
	if err != nil {
		return nil, err
	}
	if err := t.CheckAggregate(a); err != nil {
		return nil, err
	}
	rows, err := s.aggregate(ctx, t, a, false)
	if err != nil && strings.Contains(err.Error(), "integer overflow") {
		rows, err = s.aggregate(ctx, t, a, true)
	}
	return rows, err
}

// Scan reads columns of all documents of a filter, as they stand at one moment.
func (s *Store) Scan(ctx context.Context, coll string, q query.Scan, each func(id string, row []any) error) error {
	t, err := s.table(coll)
	if err != nil {
		return err
	}
	order, err := t.CheckScan(q)
	if err != nil {
		return err
	}
	b := t.scan(q, order)
	out := make([]any, len(q.Cols))
	return s.read(ctx, func(c *conn) error {
		return c.rows(ctx, b.String(), b.args, func(row []driver.Value) error {
			id, _ := row[0].(string)
			for i, name := range q.Cols {
				if out[i], err = value(t.Type(name), row[1+i]); err != nil {
					return fmt.Errorf("sqlitestore: %s/%s: column %s: %w", t.Name, id, name, err)
				}
			}
			return each(id, out)
		})
	})
}

// scan writes the statement of a scan.
func (t *table) scan(q query.Scan, order []query.Sort) *sqlBuilder {
	b := &sqlBuilder{t: t}
	b.WriteString("SELECT id")
	var reads []string
	for _, name := range q.Cols {
		b.WriteString(", " + t.quoted[name])
		reads = append(reads, name)
	}
	for _, by := range order {
		reads = append(reads, by.Col)
	}
	b.from(query.Spare(q.Filter), reads)
	if len(order) > 0 {
		b.by(order, "", query.IDDesc(order))
	}
	return b
}

var errTooMany = errors.New("one group past the limit")

// measure writes the statement of an aggregate.
func (t *table) measure(a query.Aggregate, split bool) *sqlBuilder {
	a.Filter = query.Spare(a.Filter)
	b := &sqlBuilder{t: t}
	b.WriteString("SELECT ")
	b.groupKeys(a.Groups)
	for i, m := range a.Measures {
		if i > 0 || len(a.Groups) > 0 {
			b.WriteString(", ")
		}
		col := t.quoted[m.Col]
		switch {
		case m.Kind == "count":
			b.WriteString("count(*)")
		case m.Kind == "sum" && split:
			// v = (v >> 32)·2³² + (v & 2³²−1): either part sums without overflow over more rows than there can be.
			b.WriteString("sum(" + col + " >> 32)")
			b.only(m.Where)
			b.WriteString(", sum(" + col + " & 4294967295)")
		default:
			b.WriteString(m.Kind + "(" + col + ")")
		}
		b.only(m.Where)
	}
	if len(a.Groups)+len(a.Measures) == 0 {
		b.WriteString("1")
	}
	var reads []string
	for _, g := range a.Groups {
		reads = append(reads, g.Col)
	}
	for _, m := range a.Measures {
		if m.Col != "" {
			reads = append(reads, m.Col)
		}
		for _, name := range query.Columns(m.Where) {
			if t.sides[name] == nil { // a set of texts is asked for in its side table, by the number or the id
				reads = append(reads, name)
			}
		}
	}
	b.from(a.Filter, reads)
	if n := len(a.Groups); n > 0 {
		b.WriteString(" GROUP BY " + ordinals(n) + " ORDER BY " + ordinals(n) + " LIMIT ")
		b.bind(int64(a.Limit + 1))
	} else if len(a.Measures) == 0 {
		b.WriteString(" LIMIT 0")
	}
	return b
}

// only narrows a measure.
func (b *sqlBuilder) only(f query.Filter) {
	if f == nil {
		return
	}
	b.WriteString(" FILTER (WHERE ")
	b.where(f, false)
	b.WriteByte(')')
}

// from writes what columns are read of: the documents of a filter. Where it has alternatives and an index leads to one of them that carries all that is read,
// this one is read from the index alone and the others without what it has; else the rows of all are gathered.
func (b *sqlBuilder) from(f query.Filter, reads []string) {
	all := query.Conjuncts(f)
	asks := query.Columns(f)
	at := slices.IndexFunc(all, func(p query.Filter) bool {
		parts := query.Alternatives(p)
		return len(parts) > 1 && !slices.ContainsFunc(parts, func(p query.Filter) bool { return !b.t.finds(p) }) &&
			slices.ContainsFunc(parts, func(p query.Filter) bool { return b.t.carried(p, asks, reads) != "" })
	})
	if at < 0 {
		b.WriteString(" FROM " + b.t.name)
		if !b.t.leads(all) && len(reads)+len(asks) > 0 {
			if ix := b.t.instead(asks, reads); ix != "" {
				b.WriteString(" INDEXED BY " + ix)
			} else {
				b.WriteString(" NOT INDEXED")
			}
		}
		b.WriteString(" WHERE ")
		b.gather(f)
		return
	}
	parts := distinct(query.Alternatives(all[at]))
	slices.SortStableFunc(parts, func(x, y query.Filter) int { // an index that carries all goes first, so that the rows of the others are few
		a, b := b.t.carried(x, asks, reads) != "", b.t.carried(y, asks, reads) != ""
		switch {
		case a == b:
			return 0
		case a:
			return -1
		}
		return 1
	})
	cols := []string{"n", "id"}
	for _, name := range reads {
		if col := b.t.quoted[name]; !slices.Contains(cols, col) {
			cols = append(cols, col)
		}
	}
	b.WriteString(" FROM (")
	for i, p := range parts {
		if i > 0 {
			b.WriteString(" UNION ALL ")
		}
		b.WriteString("SELECT " + strings.Join(cols, ", ") + " FROM " + b.t.name)
		if ix := b.t.carried(p, asks, reads); ix != "" {
			b.WriteString(" INDEXED BY " + ix)
		}
		b.WriteString(" WHERE ")
		b.without(p, parts[:i])
		for j, o := range all {
			if j != at {
				b.WriteString(" AND ")
				b.where(o, false)
			}
		}
	}
	b.WriteString(") WHERE 1")
}

// without writes a condition without what others accept; where the side table of a set tells of them, what they accept is left out before a row is read.
func (b *sqlBuilder) without(f query.Filter, others []query.Filter) {
	set, isSet := f.(query.HasAny)
	tells := func(o query.Filter) bool { return isSet && slices.Contains(b.t.sides[set.Col].cols, query.Col(o)) }
	if isSet {
		b.WriteString("n IN (")
		b.members(set)
		for _, o := range others {
			if tells(o) {
				b.WriteString(" AND ")
				b.where(o, true)
			}
		}
		b.WriteByte(')')
	} else {
		b.where(f, false)
	}
	for _, o := range others {
		if !tells(o) {
			b.WriteString(" AND ")
			b.where(o, true)
		}
	}
}

// carried names the index that leads to what a condition accepts and carries what a filter asks for and what is read; "" when there is none. Sets of texts
// are asked for in their side tables, and read from the rows alone.
func (t *table) carried(f query.Filter, asks, reads []string) string {
	if _, set := f.(query.HasAny); set || !t.finds(f) {
		return ""
	}
	for _, ix := range t.Indexes {
		if strings.TrimPrefix(ix.Cols[0], "-") != query.Col(f) {
			continue
		}
		if name, on := t.index(ix); on != "" && t.holds(ix, asks, reads) {
			return name
		}
	}
	return ""
}

// holds says whether an index has all that a filter asks for and all that is read.
func (t *table) holds(ix store.Index, asks, reads []string) bool {
	lacks := func(name string) bool {
		return !slices.Contains(ix.Cover, name) && !slices.ContainsFunc(ix.Cols, func(c string) bool { return strings.TrimPrefix(c, "-") == name })
	}
	return !slices.ContainsFunc(reads, lacks) && !slices.ContainsFunc(asks, func(name string) bool { return t.sides[name] == nil && lacks(name) })
}

// leads says whether an index may lead to a part of what conditions accept together.
func (t *table) leads(all []query.Filter) bool {
	first := func(p query.Filter) bool {
		if _, ids := p.(query.Among); ids {
			return true
		}
		return slices.ContainsFunc(t.Indexes, func(ix store.Index) bool { return strings.TrimPrefix(ix.Cols[0], "-") == query.Col(p) })
	}
	return slices.ContainsFunc(all, func(p query.Filter) bool {
		parts := query.Alternatives(p)
		_, absent := p.(query.IsNull)
		return !absent && len(parts) > 0 && !slices.ContainsFunc(parts, func(p query.Filter) bool { return !first(p) })
	})
}

// instead names an index to be read in place of the table, where the whole of it has to be read: one that has all, and if need be not in the order of
// the groups; "" when there is none, and the table is read as it lies. SQLite may take an index in the order of the groups, and go to the table for each of its entries.
func (t *table) instead(asks, reads []string) string {
	found := ""
	for _, ix := range t.Indexes {
		name, on := t.index(ix)
		if on == "" || t.sides[ix.Cols[0]] != nil || !t.holds(ix, asks, reads) {
			continue
		}
		if len(reads) > 0 && strings.TrimPrefix(ix.Cols[0], "-") == reads[0] {
			return name
		}
		if found == "" {
			found = name
		}
	}
	return found
}

// gather writes a filter for reading all that it accepts. An OR of values that indexes find is gathered first, by number: what it comes to is then read
// once and in the order in which it lies, where SQLite would go through it index by index, back and forth over the table.
func (b *sqlBuilder) gather(f query.Filter) {
	all := query.Conjuncts(f)
	at := slices.IndexFunc(all, func(p query.Filter) bool {
		_, or := p.(query.Or)
		parts := query.Alternatives(p)
		return or && len(parts) > 0 && !slices.ContainsFunc(parts, func(p query.Filter) bool { return !b.t.finds(p) })
	})
	if at < 0 {
		b.where(f, false)
		return
	}
	b.WriteString("n IN (")
	for i, p := range query.Alternatives(all[at]) {
		if i > 0 {
			b.WriteString(" UNION ALL ")
		}
		if set, ok := p.(query.HasAny); ok {
			b.members(set)
			continue
		}
		b.WriteString("SELECT n FROM " + b.t.name + " WHERE ")
		b.where(p, false)
	}
	b.WriteByte(')')
	for i, p := range all {
		if i != at {
			b.WriteString(" AND ")
			b.where(p, false)
		}
	}
}

// finds says whether an index leads to what a condition accepts.
func (t *table) finds(f query.Filter) bool {
	col := ""
	switch f := f.(type) {
	case query.HasAny:
		return len(f.Values) > 0
	case query.Among:
		return len(f.IDs) > 0
	case query.Cmp:
		if f.Op == query.Eq {
			col = f.Col
		}
	case query.In:
		if len(f.Values) > 0 {
			col = f.Col
		}
	}
	return col != "" && slices.ContainsFunc(t.Indexes, func(ix store.Index) bool { return strings.TrimPrefix(ix.Cols[0], "-") == col })
}

func (s *Store) aggregate(ctx context.Context, t *table, a query.Aggregate, split bool) ([]store.Row, error) {
	b := t.measure(a, split)
	var out []store.Row
	err := s.read(ctx, func(c *conn) error {
		return c.rows(ctx, b.String(), b.args, func(row []driver.Value) error {
			if len(out) == a.Limit {
				return errTooMany
			}
			r, err := t.group(a, row, split)
			out = append(out, r)
			return err
		})
	})
	if errors.Is(err, errTooMany) {
		return nil, fmt.Errorf("%w: more than %d", store.ErrTooMany, a.Limit)
	}
	if err != nil {
		return nil, err
	}
	if len(a.Groups)+len(a.Measures) == 0 {
		out = []store.Row{{Keys: []any{}, Values: []*big.Int{}}}
	}
	return out, nil
}

func (t *table) group(a query.Aggregate, row []driver.Value, split bool) (store.Row, error) {
	r := store.Row{Keys: make([]any, len(a.Groups)), Values: make([]*big.Int, len(a.Measures))}
	for i, g := range a.Groups {
		kind := t.Type(g.Col)
		if len(g.Bounds) > 0 {
			kind = query.Int
		}
		k, err := value(kind, row[i])
		if err != nil {
			return r, fmt.Errorf("sqlitestore: %s: group by %s: %w", t.Name, g.Col, err)
		}
		r.Keys[i] = k
	}
	next := len(a.Groups)
	for i, m := range a.Measures {
		v, present := row[next].(int64)
		next++
		if m.Kind == "sum" && split {
			low, _ := row[next].(int64)
			next++
			r.Values[i] = new(big.Int).Add(new(big.Int).Lsh(big.NewInt(v), 32), big.NewInt(low))
			continue
		}
		if present || m.Kind == "count" || m.Kind == "sum" {
			r.Values[i] = big.NewInt(v)
		}
	}
	return r, nil
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
