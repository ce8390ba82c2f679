package sqlitestore

import (
	"context"
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"

	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// SQLite plans a filtered page in one of two ways: it walks the index of the order and tests each document, or takes what an index
// of the filter offers and sorts it. Neither is good when the filter is an OR over indexed values (what someone owns or takes part
// in), and it has to guess which is better. Two ways are added here. Alternatives that each have an index for the
// order are read one by one in that order and merged. And where nothing else is sure, the order's index is walked for a little: if a page comes
// together within it, nothing can be faster; if not, SQLite has its way, and the walk is not tried again for a while.

const (
	// maxBranches bounds the alternatives that are merged.
	maxBranches = 8
	// walkFactor is how many documents are walked for each one wanted.
	walkFactor = 20
	// walkPause is how many pages of the same kind go without a walk after one that led to nothing.
	walkPause = 100
	// maxPauses bounds the kinds that are remembered.
	maxPauses = 1000
)

// segment reads the rows of one segment.
func (s *Store) segment(ctx context.Context, c *conn, t *table, f query.Filter, order []query.Sort, part segment, limit int,
	head, tail string, each func(row []driver.Value) error) error {
	run := func(b *sqlBuilder, each func(row []driver.Value) error) error {
		return c.rows(ctx, head+b.String()+tail, b.args, each)
	}
	all := query.Conjuncts(f)
	if b := t.merge(all, order, part, limit); b != nil {
		return run(b, each)
	}
	if slices.ContainsFunc(all, func(p query.Filter) bool { _, is := p.(query.HasPrefix); return is }) {
		tested, err := t.common(ctx, c, all, order, limit)
		if err != nil {
			return err
		}
		b := &sqlBuilder{t: t, tested: tested}
		b.choose(f, part, limit)
		return run(b, each)
	}
	plain := t.choose(f, part, limit)
	if f == nil || !t.serves("", order) || slices.ContainsFunc(all, func(p query.Filter) bool { return t.pinned(p, order) }) || !s.pauses.due(plain.String()) {
		return run(plain, each)
	}
	var rows [][]driver.Value
	err := run(t.walk(f, part, limit), func(row []driver.Value) error {
		rows = append(rows, slices.Clone(row))
		return nil
	})
	if err != nil {
		return err
	}
	if len(rows) < limit { // the page did not come together within the walk
		s.pauses.start(plain.String())
		return run(plain, each)
	}
	for _, row := range rows {
		if err := each(row); err != nil {
			return err
		}
	}
	return nil
}

// common lists the beginnings that are better looked for in each document than in their index, which would find far more than a page: all but the one that
// the fewest have, and that one too when it is as common and the documents can be read in their order, since a page of them then soon comes together.
func (t *table) common(ctx context.Context, c *conn, all []query.Filter, order []query.Sort, limit int) ([]query.HasPrefix, error) {
	most := int64(walkFactor * limit)
	var out []query.HasPrefix
	rarest, least := query.HasPrefix{}, most+1
	for _, p := range all {
		f, is := p.(query.HasPrefix)
		if !is {
			continue
		}
		b := &sqlBuilder{t: t}
		b.WriteString("SELECT count(*) FROM (SELECT 1 FROM " + t.sides[f.Col].name + " WHERE ")
		b.startsWith("v", f.Prefix, false)
		b.WriteString(" LIMIT ")
		b.bind(most)
		b.WriteByte(')')
		var n int64
		if err := c.rows(ctx, b.String(), b.args, func(row []driver.Value) error {
			n, _ = row[0].(int64)
			return nil
		}); err != nil {
			return nil, err
		}
		if n < least {
			rarest, least = f, n
		}
		out = append(out, f)
	}
	if least < most || !t.serves("", order) {
		out = slices.DeleteFunc(out, func(f query.HasPrefix) bool { return f == rarest })
	}
	return out, nil
}

// serves tells whether an index has the documents with one value of col (of all, when col is "") in this order.
func (t *table) serves(col string, order []query.Sort) bool {
	return slices.ContainsFunc(t.Indexes, func(ix store.Index) bool {
		cols := ix.Cols
		if col != "" {
			if strings.TrimPrefix(cols[0], "-") != col {
				return false
			}
			cols = cols[1:]
		}
		if len(cols) != len(order) || len(cols) == 0 {
			return false
		}
		same, reverse := true, true
		for i, by := range order {
			name := strings.TrimPrefix(cols[i], "-")
			if name != by.Col {
				return false
			}
			desc := name != cols[i]
			same, reverse = same && desc == by.Desc, reverse && desc != by.Desc
		}
		return same || reverse
	})
}

// pinned tells whether a condition fixes a column whose index has the documents in this order.
func (t *table) pinned(f query.Filter, order []query.Sort) bool {
	switch f := f.(type) {
	case query.Cmp:
		return f.Op == query.Eq && t.serves(f.Col, order)
	case query.HasAny:
		return len(f.Values) == 1 && t.serves(f.Col, order)
	}
	return false
}

// merge writes the choice of rows as a merge of alternatives; nil when the filter has none that indexes serve.
func (t *table) merge(all []query.Filter, order []query.Sort, part segment, limit int) *sqlBuilder {
	if slices.ContainsFunc(all, func(p query.Filter) bool { _, set := p.(query.HasAny); return !set && t.pinned(p, order) }) {
		return nil // a value that all share has an index in this order: nothing is better
	}
	for i, p := range all {
		branches := t.branches(p, order, nil)
		if len(branches) == 0 || len(branches) > maxBranches {
			continue
		}
		rest := slices.Delete(slices.Clone(all), i, i+1)
		b := &sqlBuilder{t: t}
		b.WriteString("SELECT k FROM (")
		for j, branch := range branches {
			if j > 0 {
				b.WriteString(" UNION ")
			}
			b.WriteString("SELECT * FROM (")
			b.branch(branch, rest, part, limit)
			b.WriteByte(')')
		}
		b.WriteByte(')')
		b.order(part, "", limit)
		return b
	}
	return nil
}

// branches lists the alternatives of a condition, each fixed to one value; nil when one of them is not.
func (t *table) branches(f query.Filter, order []query.Sort, out []query.Filter) []query.Filter {
	if or, ok := f.(query.Or); ok {
		for _, p := range or {
			if out = t.branches(p, order, out); out == nil || len(out) > 4*maxBranches {
				return nil
			}
		}
		return distinct(out)
	}
	if set, ok := f.(query.HasAny); ok && t.serves(set.Col, order) && len(set.Values) > 0 {
		for _, v := range set.Values {
			out = append(out, query.HasAny{Col: set.Col, Values: []string{v}})
		}
		return out
	}
	if in, ok := f.(query.In); ok && t.serves(in.Col, order) && len(in.Values) > 0 {
		for _, v := range in.Values {
			out = append(out, query.Cmp{Col: in.Col, Op: query.Eq, Value: v})
		}
		return out
	}
	if t.pinned(f, order) {
		return append(out, f)
	}
	return nil
}

// distinct keeps the first of equal branches.
func distinct(fs []query.Filter) []query.Filter {
	seen := map[string]bool{}
	return slices.DeleteFunc(fs, func(f query.Filter) bool {
		key := fmt.Sprintf("%#v", f)
		if seen[key] {
			return true
		}
		seen[key] = true
		return false
	})
}

// branch writes the choice of rows of one alternative, with what the merge sorts by.
func (b *sqlBuilder) branch(branch query.Filter, rest []query.Filter, part segment, limit int) {
	const main, beside = "d.", "s."
	b.main = main
	defer func() { b.main = "" }()
	alias := main
	set, isSet := branch.(query.HasAny)
	if isSet {
		alias = beside
	}
	b.WriteString("SELECT d.n AS k")
	for _, by := range part.order {
		b.WriteString(", " + alias + b.t.quoted[by.Col] + " AS " + b.t.quoted[by.Col])
	}
	b.WriteString(", " + alias + "id AS id FROM ")
	if isSet {
		b.WriteString(b.t.sides[set.Col].name + " AS s CROSS JOIN " + b.t.name + " AS d ON d.n = s.n WHERE s.v = ")
		b.bind(set.Values[0])
	} else {
		b.WriteString(b.t.name + " AS d WHERE ")
		b.where(branch, false)
	}
	for _, p := range rest {
		b.WriteString(" AND ")
		b.where(p, false)
	}
	b.within(part, alias)
	b.order(part, alias, limit)
}

// walk writes the choice of rows out of the first few in the order.
func (t *table) walk(f query.Filter, part segment, limit int) *sqlBuilder {
	b := &sqlBuilder{t: t}
	names := query.Columns(f)
	for _, by := range part.order {
		if !slices.Contains(names, by.Col) {
			names = append(names, by.Col)
		}
	}
	b.WriteString("SELECT k FROM (SELECT n AS k, n, id")
	for _, name := range names {
		b.WriteString(", " + t.quoted[name])
	}
	b.WriteString(" FROM " + t.name + " WHERE 1")
	b.within(part, "")
	b.order(part, "", walkFactor*limit)
	b.WriteString(") WHERE ")
	b.where(f, false)
	b.order(part, "", limit)
	return b
}
