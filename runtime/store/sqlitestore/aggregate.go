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

var errTooMany = errors.New("one group past the limit")

// measure writes the statement of an aggregate.
func (t *table) measure(a query.Aggregate, split bool) *sqlBuilder {
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
			b.WriteString("sum(" + col + " >> 32), sum(" + col + " & 4294967295)")
		default:
			b.WriteString(m.Kind + "(" + col + ")")
		}
	}
	if len(a.Groups)+len(a.Measures) == 0 {
		b.WriteString("1")
	}
	b.WriteString(" FROM " + t.name + " WHERE ")
	b.gather(a.Filter)
	if n := len(a.Groups); n > 0 {
		b.WriteString(" GROUP BY " + ordinals(n) + " ORDER BY " + ordinals(n) + " LIMIT ")
		b.bind(int64(a.Limit + 1))
	} else if len(a.Measures) == 0 {
		b.WriteString(" LIMIT 0")
	}
	return b
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
