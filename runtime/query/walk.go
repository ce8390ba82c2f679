package query

import (
	"reflect"
	"slices"
)

// Walk calls visit for every leaf of a filter, from left to right.
func Walk(f Filter, visit func(leaf Filter)) {
	switch f := f.(type) {
	case nil:
	case And:
		for _, p := range f {
			Walk(p, visit)
		}
	case Or:
		for _, p := range f {
			Walk(p, visit)
		}
	case Not:
		Walk(f.Of, visit)
	default:
		visit(f)
	}
}

// Columns names the columns that a filter reads, sorted, each once.
func Columns(f Filter) []string {
	var names []string
	Walk(f, func(leaf Filter) {
		if name := Col(leaf); name != "" {
			names = append(names, name)
		}
	})
	slices.Sort(names)
	return slices.Compact(names)
}

// Col names the column of a leaf; "" for one of ids, and for a node that is no leaf.
func Col(leaf Filter) string {
	switch f := leaf.(type) {
	case Cmp:
		return f.Col
	case In:
		return f.Col
	case IsNull:
		return f.Col
	case StartsWith:
		return f.Col
	case Contains:
		return f.Col
	case HasPrefix:
		return f.Col
	case HasAny:
		return f.Col
	}
	return ""
}

// Prefix bounds a StartsWith: texts with the prefix are those at or above it and, if bounded, below upper. Prefix must be
// valid UTF-8, whose byte order is the order of its code points.
func Prefix(prefix string) (upper string, bounded bool) {
	rs := []rune(prefix)
	for len(rs) > 0 {
		last := len(rs) - 1
		switch r := rs[last]; {
		case r == 0x10FFFF:
			rs = rs[:last]
			continue
		case r == 0xD7FF: // the surrogates that follow are no code points of a text
			rs[last] = 0xE000
		default:
			rs[last]++
		}
		return string(rs), true
	}
	return "", false
}

// Conjuncts takes nested Ands apart: a filter accepts what each of its conjuncts accepts. A nil filter has none.
func Conjuncts(f Filter) []Filter { return conjuncts(f, nil) }

func conjuncts(f Filter, out []Filter) []Filter {
	switch f := f.(type) {
	case nil:
		return out
	case And:
		for _, p := range f {
			out = conjuncts(p, out)
		}
		return out
	}
	return append(out, f)
}

// Alternatives takes nested Ors apart: a filter accepts what any of its alternatives accepts.
func Alternatives(f Filter) []Filter { return alternatives(f, nil) }

func alternatives(f Filter, out []Filter) []Filter {
	if or, ok := f.(Or); ok {
		for _, p := range or {
			out = alternatives(p, out)
		}
		return out
	}
	return append(out, f)
}

// Implies says whether it is plain to see that b accepts all that a accepts: each alternative of some conjunct of a is one of b, or is narrower than
// b by a conjunct of its own. False is no proof of the contrary.
func Implies(a, b Filter) bool {
	if b == nil {
		return true
	}
	wide := Alternatives(b)
	within := func(p Filter) bool {
		return slices.ContainsFunc(Conjuncts(p), func(p Filter) bool {
			return slices.ContainsFunc(wide, func(w Filter) bool { return reflect.DeepEqual(p, w) })
		})
	}
	return slices.ContainsFunc(Conjuncts(a), func(p Filter) bool {
		return !slices.ContainsFunc(Alternatives(p), func(p Filter) bool { return !within(p) })
	})
}

// Spare leaves out of a filter the conjuncts that say no more than another does: of what somebody may read and what he owns, what he may read.
func Spare(f Filter) Filter {
	all := Conjuncts(f)
	out := make(And, 0, len(all))
	for i, p := range all {
		_, or := p.(Or)
		said := or && (slices.ContainsFunc(all[i+1:], func(o Filter) bool { return Implies(o, p) }) || slices.ContainsFunc(out, func(o Filter) bool { return Implies(o, p) }))
		if !said {
			out = append(out, p)
		}
	}
	if f == nil || len(out) == len(all) {
		return f
	}
	return out
}
