package query

import (
	"slices"
	"strings"
)

// Match tells whether a filter accepts a document with these columns, of which the id does not matter. It is the meaning of every filter node: both stores
// must select exactly the documents it accepts. Values are string, int64, bool or []string; a missing or nil value is absent,
// a value of another type than the node compares with is treated as absent.
func Match(f Filter, cols map[string]any) bool { return MatchDoc(f, "", cols) }

// MatchDoc is Match for the document with this id.
func MatchDoc(f Filter, id string, cols map[string]any) bool {
	switch f := f.(type) {
	case nil:
		return true
	case And:
		for _, p := range f {
			if !MatchDoc(p, id, cols) {
				return false
			}
		}
		return true
	case Or:
		for _, p := range f {
			if MatchDoc(p, id, cols) {
				return true
			}
		}
		return false
	case Not:
		return !MatchDoc(f.Of, id, cols)
	case Among:
		_, found := slices.BinarySearch(f.IDs, id)
		return found
	case Cmp:
		c, ok := Compare(cols[f.Col], f.Value)
		return ok && holds(f.Op, c)
	case In:
		for _, v := range f.Values {
			if c, ok := Compare(cols[f.Col], v); ok && c == 0 {
				return true
			}
		}
		return false
	case IsNull:
		return cols[f.Col] == nil
	case StartsWith:
		s, ok := cols[f.Col].(string)
		return ok && strings.HasPrefix(s, f.Prefix)
	case Contains:
		s, ok := cols[f.Col].(string)
		return ok && strings.Contains(s, f.Part)
	case HasPrefix:
		have, _ := cols[f.Col].([]string)
		return slices.ContainsFunc(have, func(v string) bool { return strings.HasPrefix(v, f.Prefix) })
	case HasAny:
		have, _ := cols[f.Col].([]string)
		for _, v := range f.Values {
			if slices.Contains(have, v) {
				return true
			}
		}
		return false
	}
	return false
}

func holds(op Op, c int) bool {
	switch op {
	case Eq:
		return c == 0
	case Ne:
		return c != 0
	case Lt:
		return c < 0
	case Le:
		return c <= 0
	case Gt:
		return c > 0
	case Ge:
		return c >= 0
	}
	return false
}

// Compare orders two scalar values of the same type: texts by their bytes, false before true. It reports false when
// either is absent or their types differ.
func Compare(a, b any) (int, bool) {
	switch a := a.(type) {
	case string:
		if b, ok := b.(string); ok {
			return strings.Compare(a, b), true
		}
	case int64:
		if b, ok := b.(int64); ok {
			switch {
			case a < b:
				return -1, true
			case a > b:
				return 1, true
			}
			return 0, true
		}
	case bool:
		if b, ok := b.(bool); ok {
			switch {
			case a == b:
				return 0, true
			case b:
				return -1, true
			}
			return 1, true
		}
	}
	return 0, false
}

// IDDesc tells whether the id, which ends every order, descends in this one.
func IDDesc(sort []Sort) bool { return len(sort) > 0 && sort[len(sort)-1].Desc }

// Less orders two documents by a sort and, at the end, by id, exactly as both stores page through them.
func Less(sort []Sort, aCols map[string]any, aID string, bCols map[string]any, bID string) bool {
	for _, s := range sort {
		a, b := aCols[s.Col], bCols[s.Col]
		c := 0
		switch {
		case a == nil && b == nil:
		case a == nil:
			c = -1
		case b == nil:
			c = 1
		default:
			c, _ = Compare(a, b)
		}
		if s.Desc {
			c = -c
		}
		if c != 0 {
			return c < 0
		}
	}
	if IDDesc(sort) {
		aID, bID = bID, aID
	}
	return aID < bID
}
