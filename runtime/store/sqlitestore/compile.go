package sqlitestore

import (
	"encoding/json"
	"slices"
	"strings"

	"pipewright/runtime/query"
)

// sqlBuilder collects a statement and its bound values.
type sqlBuilder struct {
	strings.Builder
	t    *table
	main string // the alias of the collection's table with a dot, where a side table is read as well
	// tested are beginnings that too many documents have: each document is looked at for them.
	tested []query.HasPrefix
	args   []any
}

// col is a quoted column of the collection's table.
func (b *sqlBuilder) col(name string) string { return b.main + b.t.quoted[name] }

func (b *sqlBuilder) bind(v any) {
	b.WriteByte('?')
	b.args = append(b.args, v)
}

// where writes a checked filter as a condition. Under SQL's three values a comparison with NULL is neither true nor false;
// our filters have two, so negation is pushed down to the leaves, where an absent value can be let in by name. Above them only
// AND and OR remain, for which NULL and false are the same in a WHERE.
func (b *sqlBuilder) where(f query.Filter, negate bool) {
	switch f := f.(type) {
	case nil:
		b.truth(!negate)
	case query.And:
		b.join(f, negate, !negate)
	case query.Or:
		b.join(f, negate, negate)
	case query.Not:
		b.where(f.Of, !negate)
	case query.Among:
		if len(f.IDs) == 0 {
			b.truth(negate)
			return
		}
		b.WriteString(b.main + "id ")
		if negate {
			b.WriteString("NOT ")
		}
		b.WriteString("IN (")
		b.values(anys(f.IDs))
		b.WriteByte(')')
	case query.Cmp:
		b.compare(b.col(f.Col), f.Op, f.Value, negate)
	case query.In:
		b.in(f, negate)
	case query.IsNull:
		if negate {
			b.WriteString(b.t.present(b.main, f.Col))
		} else {
			b.WriteString(b.col(f.Col) + " IS NULL")
		}
	case query.StartsWith:
		b.startsWith(b.col(f.Col), f.Prefix, negate)
	case query.Contains:
		col := b.col(f.Col)
		b.WriteString("(")
		if negate {
			b.WriteString(col + " IS NULL OR instr(" + col + ", ")
			b.bind(f.Part)
			b.WriteString(") = 0)")
		} else {
			b.WriteString("instr(" + col + ", ")
			b.bind(f.Part)
			b.WriteString(") > 0)")
		}
	case query.HasPrefix:
		if slices.Contains(b.tested, f) {
			if negate {
				b.WriteString("NOT ")
			}
			b.WriteString("EXISTS (SELECT 1 FROM json_each(" + b.col(f.Col) + ") WHERE ")
			b.startsWith("value", f.Prefix, false)
			b.WriteByte(')')
			return
		}
		b.WriteString(b.main + "id ")
		if negate {
			b.WriteString("NOT ")
		}
		b.WriteString("IN (SELECT id FROM " + b.t.sides[f.Col].name + " WHERE ")
		b.startsWith("v", f.Prefix, false)
		b.WriteByte(')')
	case query.HasAny:
		if len(f.Values) == 0 {
			b.truth(negate)
			return
		}
		b.WriteString(b.main + "n ")
		if negate {
			b.WriteString("NOT ")
		}
		b.WriteString("IN (")
		b.members(f)
		b.WriteByte(')')
	}
}

// members selects the documents that have one of these texts, by number: they are then read in the order in which they lie.
func (b *sqlBuilder) members(f query.HasAny) {
	b.WriteString("SELECT n FROM " + b.t.sides[f.Col].name + " WHERE v IN (")
	b.values(anys(f.Values))
	b.WriteByte(')')
}

func anys(texts []string) []any {
	out := make([]any, len(texts))
	for i, v := range texts {
		out[i] = v
	}
	return out
}

// present is the condition that a column is not absent, as a range that an index serves; IS NOT NULL would scan the absent ones.
func (t *table) present(alias, col string) string {
	if t.Type(col) == query.Text {
		return alias + t.quoted[col] + " >= ''"
	}
	return alias + t.quoted[col] + " >= -9223372036854775808"
}

func (b *sqlBuilder) truth(v bool) {
	if v {
		b.WriteString("1")
	} else {
		b.WriteString("0")
	}
}

// join writes parts joined by AND or OR; a negated AND is an OR of negated parts and the other way round.
func (b *sqlBuilder) join(parts []query.Filter, negate, and bool) {
	if len(parts) == 0 {
		b.truth(and)
		return
	}
	if len(parts) == 1 {
		b.where(parts[0], negate)
		return
	}
	b.WriteByte('(')
	for i, p := range parts {
		switch {
		case i == 0:
		case and:
			b.WriteString(" AND ")
		default:
			b.WriteString(" OR ")
		}
		b.where(p, negate)
	}
	b.WriteByte(')')
}

var (
	operators = map[query.Op]string{query.Eq: "=", query.Ne: "<>", query.Lt: "<", query.Le: "<=", query.Gt: ">", query.Ge: ">="}
	opposites = map[query.Op]string{query.Eq: "<>", query.Ne: "=", query.Lt: ">=", query.Le: ">", query.Gt: "<=", query.Ge: "<"}
)

func (b *sqlBuilder) compare(col string, op query.Op, v any, negate bool) {
	if !negate {
		b.WriteString(col + " " + operators[op] + " ")
		b.bind(v)
		return
	}
	b.WriteString("(" + col + " IS NULL OR " + col + " " + opposites[op] + " ")
	b.bind(v)
	b.WriteByte(')')
}

func (b *sqlBuilder) in(f query.In, negate bool) {
	col := b.col(f.Col)
	if len(f.Values) == 0 {
		b.truth(negate)
		return
	}
	if len(f.Values) == 1 {
		b.compare(col, query.Eq, f.Values[0], negate)
		return
	}
	if negate {
		b.WriteString("(" + col + " IS NULL OR " + col + " NOT IN (")
	} else {
		b.WriteString("(" + col + " IN (")
	}
	b.values(f.Values)
	b.WriteString("))")
}

// values writes a list of one or more values. Its length is rounded up to a power of two by repeating the last value, so that lists of
// any length share a few prepared statements; a long one goes in as one JSON array.
func (b *sqlBuilder) values(vs []any) {
	if len(vs) > 256 {
		plain := make([]any, len(vs))
		for i, v := range vs {
			plain[i] = v
			if t, ok := v.(bool); ok {
				plain[i] = 0
				if t {
					plain[i] = 1
				}
			}
		}
		list, err := json.Marshal(plain)
		if err != nil {
			panic("sqlitestore: a checked value has no JSON form: " + err.Error())
		}
		b.WriteString("SELECT value FROM json_each(")
		b.bind(string(list))
		b.WriteByte(')')
		return
	}
	n := 1
	for n < len(vs) {
		n *= 2
	}
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.bind(vs[min(i, len(vs)-1)])
	}
}

func (b *sqlBuilder) startsWith(col, prefix string, negate bool) {
	upper, bounded := query.Prefix(prefix)
	if negate {
		b.WriteString("(" + col + " IS NULL OR " + col + " < ")
		b.bind(prefix)
		if bounded {
			b.WriteString(" OR " + col + " >= ")
			b.bind(upper)
		}
	} else {
		b.WriteString("(" + col + " >= ")
		b.bind(prefix)
		if bounded {
			b.WriteString(" AND " + col + " < ")
			b.bind(upper)
		}
	}
	b.WriteByte(')')
}
