package mongostore

import (
	"slices"
	"strings"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// nothing is a filter that no document passes.
var nothing = bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: bson.A{}}}}}

var operators = map[query.Op]string{query.Eq: "$eq", query.Lt: "$lt", query.Le: "$lte", query.Gt: "$gt", query.Ge: "$gte"}

// filter writes a checked filter. MongoDB's filters have two values, as ours: a comparison with a missing member is false, and $nor turns
// that round. Only "not equal" needs a word more, for $ne accepts a missing member.
func filter(f query.Filter) bson.D {
	on := func(col, op string, v any) bson.D {
		return bson.D{{Key: "c." + col, Value: bson.D{{Key: op, Value: v}}}}
	}
	switch f := f.(type) {
	case query.And:
		if len(f) > 0 {
			return bson.D{{Key: "$and", Value: filters(f)}}
		}
	case query.Or:
		if len(f) == 0 {
			return nothing
		}
		return bson.D{{Key: "$or", Value: filters(f)}}
	case query.Not:
		return bson.D{{Key: "$nor", Value: bson.A{filter(f.Of)}}}
	case query.Among:
		return bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: append(bson.A{}, anys(f.IDs)...)}}}}
	case query.Cmp:
		if f.Op == query.Ne {
			return bson.D{{Key: "$and", Value: bson.A{on(f.Col, "$ne", f.Value), on(f.Col, "$ne", nil)}}}
		}
		return on(f.Col, operators[f.Op], f.Value)
	case query.In:
		return on(f.Col, "$in", append(bson.A{}, f.Values...))
	case query.IsNull:
		return on(f.Col, "$eq", nil)
	case query.StartsWith:
		return bson.D{{Key: "c." + f.Col, Value: between(f.Prefix)}}
	case query.Contains:
		return on(f.Col, "$regex", quoteRegex(f.Part))
	case query.HasPrefix:
		// Both bounds must hold for one member of the set.
		return on(f.Col, "$elemMatch", between(f.Prefix))
	case query.HasAny:
		return on(f.Col, "$in", append(bson.A{}, anys(f.Values)...))
	}
	return bson.D{}
}

func anys(texts []string) []any {
	out := make([]any, len(texts))
	for i, v := range texts {
		out[i] = v
	}
	return out
}

// between bounds the texts that begin with a prefix.
func between(prefix string) bson.D {
	d := bson.D{{Key: "$gte", Value: prefix}}
	if upper, bounded := query.Prefix(prefix); bounded {
		d = append(d, bson.E{Key: "$lt", Value: upper})
	}
	return d
}

func filters(fs []query.Filter) bson.A {
	out := make(bson.A, len(fs))
	for i, f := range fs {
		out[i] = filter(f)
	}
	return out
}

// quoteRegex writes a pattern that matches a text as it stands: a backslash before an ASCII character that is neither letter
// nor digit always takes its meaning away.
func quoteRegex(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < utf8.RuneSelf && !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9') {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// maxBranches bounds the alternatives of a page's filter, and maxRepeated the ids that may stand in each of them.
const (
	maxBranches = 32
	maxRepeated = 100
)

// pageFilter writes the filter of a page. With an order, alternatives of the filter (owned by someone, or taken part in) and of the
// cursor are multiplied out to the top: there MongoDB reads each from an index in that order and merges them, while for an $or
// further down it would sort all that matches.
func pageFilter(f query.Filter, order []query.Sort, at *store.Position) bson.D {
	var beyond []bson.D
	if at != nil {
		beyond = after(order, at)
	}
	all := query.Conjuncts(f)
	long := slices.ContainsFunc(all, func(p query.Filter) bool {
		ids, is := p.(query.Among)
		return is && len(ids.IDs) > maxRepeated
	})
	branches := []query.Filter{nil}
	var rest bson.A
	for _, p := range all {
		or, is := p.(query.Or)
		if n := len(query.Alternatives(or)); is && !long && len(order) > 0 && len(branches) == 1 && n > 1 && n*max(1, len(beyond)) <= maxBranches {
			branches = query.Alternatives(or)
			continue
		}
		rest = append(rest, filter(p))
	}
	var out bson.A
	for _, branch := range branches {
		parts := slices.Clone(rest)
		if branch != nil {
			parts = append(parts, filter(branch))
		}
		if beyond == nil {
			out = append(out, conjunction(parts))
		}
		for _, b := range beyond {
			out = append(out, conjunction(append(slices.Clone(parts), b)))
		}
	}
	if len(out) == 1 {
		return out[0].(bson.D)
	}
	return bson.D{{Key: "$or", Value: out}}
}

func conjunction(parts bson.A) bson.D {
	switch len(parts) {
	case 0:
		return bson.D{}
	case 1:
		return parts[0].(bson.D)
	}
	return bson.D{{Key: "$and", Value: parts}}
}

// after lists what follows a position in an order: equal in some first levels and beyond in the next, one alternative a level. Every
// alternative is a range of the index that serves the order.
func after(order []query.Sort, at *store.Position) []bson.D {
	equal := make(bson.D, len(order))
	for i, by := range order {
		equal[i] = bson.E{Key: "c." + by.Col, Value: bson.D{{Key: "$eq", Value: at.Values[i]}}}
	}
	var out []bson.D
	for k := range order {
		col, v := "c."+order[k].Col, at.Values[k]
		beyond := func(op string, v any) {
			out = append(out, append(slices.Clone(equal[:k]), bson.E{Key: col, Value: bson.D{{Key: op, Value: v}}}))
		}
		switch {
		case !order[k].Desc && v == nil:
			beyond("$ne", nil)
		case !order[k].Desc:
			beyond("$gt", v)
		case v != nil: // descending: smaller values, then the absent ones; nothing follows an absent one
			beyond("$lt", v)
			beyond("$eq", nil)
		}
	}
	id := "$gt"
	if query.IDDesc(order) {
		id = "$lt"
	}
	return append(out, append(slices.Clone(equal), bson.E{Key: "_id", Value: bson.D{{Key: id, Value: at.ID}}}))
}

func sortBy(order []query.Sort) bson.D {
	var d bson.D
	dir := 1
	for _, by := range order {
		dir = 1
		if by.Desc {
			dir = -1
		}
		d = append(d, bson.E{Key: "c." + by.Col, Value: dir})
	}
	return append(d, bson.E{Key: "_id", Value: dir}) // in the direction of the level before it
}

// groupKey is the expression of one group. A missing member stays missing in the key, where it counts as absent.
func groupKey(g query.Group) any {
	if len(g.Bounds) == 0 {
		return "$c." + g.Col
	}
	col := bson.D{{Key: "$ifNull", Value: bson.A{"$c." + g.Col, nil}}}
	isNull := bson.D{{Key: "$eq", Value: bson.A{col, nil}}}
	return bson.D{{Key: "$cond", Value: bson.A{isNull, nil, boundary("$c."+g.Col, g.Bounds, 0)}}}
}

// boundary is the index of the range a value falls into, as a balanced tree of comparisons.
func boundary(col string, bounds []int64, low int) any {
	if len(bounds) == 0 {
		return int64(low)
	}
	mid := len(bounds) / 2
	below := bson.D{{Key: "$lt", Value: bson.A{col, bounds[mid]}}}
	return bson.D{{Key: "$cond", Value: bson.A{below, boundary(col, bounds[:mid], low), boundary(col, bounds[mid+1:], low+mid+1)}}}
}

// A sum is taken in two parts, v = high·2³² + low, since a plain $sum beyond int64 turns into a floating point number. High is v divided
// by a little more than 2³², which is inexact but whole, and so small that its product stays within int64; low is what is missing, taken
// in whole numbers. So every document splits exactly, |high| < 2³¹ and |low| < 2³⁴, and either part sums up exactly over
// hundreds of millions of documents. An absent value makes both parts null, which $sum leaves out.
func highPart(col string) bson.D {
	return bson.D{{Key: "$toLong", Value: bson.D{{Key: "$divide", Value: bson.A{"$c." + col, int64(1)<<32 + 2}}}}}
}

func lowPart(col string) bson.D {
	rest := bson.D{{Key: "$multiply", Value: bson.A{highPart(col), int64(1) << 32}}}
	return bson.D{{Key: "$subtract", Value: bson.A{"$c." + col, rest}}}
}
