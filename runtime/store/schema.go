package store

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"pipewright/runtime/query"
)

// ErrInvalid: an argument no store takes: an undeclared collection, an empty id, a body that is not a JSON object of
// integers, a limit out of range. A mistake of the caller; nothing was read or written.
var ErrInvalid = errors.New("store: invalid argument")

// Limits that both stores keep, so that what one takes the other takes too.
const (
	// MaxID is the longest id, in bytes.
	MaxID = 1024
	// MaxBody is the largest body, in bytes of JSON. Callers keep records far below it (see semantics 4).
	MaxBody = 12 << 20
	// MaxDepth is the deepest nesting of objects and arrays in a body.
	MaxDepth = 96
	// MaxPage is the largest Query.Limit and the most ids of GetMany.
	MaxPage = 1000
	// MaxGroups is the largest Aggregate.Limit.
	MaxGroups = 10000
	// MaxBounds is the most Group.Bounds.
	MaxBounds = 1000
	// MaxPart is the longest Contains.Part, in bytes.
	MaxPart = 4096
	// MaxAmong is the most ids of an Among.
	MaxAmong = 50_000
	// MaxNodes is the most nodes and values of one filter.
	MaxNodes = 10000
)

var (
	collectionName = regexp.MustCompile(`^[a-z][a-zA-Z0-9_]{0,99}$`)
	columnName     = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_]{0,63}$`)
)

// Schema is what a store knows of one collection: the union of all its declarations. It checks every argument before a
// store sees it, so that both stores refuse the same. Immutable.
type Schema struct {
	Name    string
	Columns []Column
	Indexes []Index
	types   map[string]query.Type
}

// NewSchema checks a declaration. Errors: ErrInvalid, with the place.
func NewSchema(c Collection) (*Schema, error) {
	return (&Schema{Name: c.Name}).With(c)
}

// With adds a declaration of the same collection: its new columns and indexes follow the known ones. Errors: ErrInvalid, also
// when a known column is declared with another type.
func (s *Schema) With(c Collection) (*Schema, error) {
	if !collectionName.MatchString(c.Name) || c.Name != s.Name {
		return nil, fmt.Errorf("%w: collection name %q", ErrInvalid, c.Name)
	}
	n := &Schema{Name: s.Name, Columns: slices.Clone(s.Columns), Indexes: slices.Clone(s.Indexes), types: map[string]query.Type{}}
	for _, col := range s.Columns {
		n.types[col.Name] = col.Type
	}
	for _, col := range c.Columns {
		if !columnName.MatchString(col.Name) {
			return nil, fmt.Errorf("%w: %s: column name %q", ErrInvalid, c.Name, col.Name)
		}
		switch col.Type {
		case query.Text, query.Int, query.Bool, query.Time, query.Texts:
		default:
			return nil, fmt.Errorf("%w: %s.%s: type %q", ErrInvalid, c.Name, col.Name, col.Type)
		}
		switch have, known := n.types[col.Name]; {
		case !known:
			n.Columns = append(n.Columns, col)
			n.types[col.Name] = col.Type
		case have != col.Type:
			return nil, fmt.Errorf("%w: %s.%s is declared %s and was %s before; a new type needs a new column",
				ErrInvalid, c.Name, col.Name, col.Type, have)
		}
	}
	for _, ix := range c.Indexes {
		if err := n.checkIndex(ix); err != nil {
			return nil, err
		}
		same := func(o Index) bool {
			return o.Name == ix.Name && slices.Equal(o.Cols, ix.Cols) && slices.Equal(o.Cover, ix.Cover)
		}
		if !slices.ContainsFunc(n.Indexes, same) {
			n.Indexes = append(n.Indexes, ix)
		}
	}
	return n, nil
}

func (s *Schema) checkIndex(ix Index) error {
	bad := func(why string) error { return fmt.Errorf("%w: %s: index %q: %s", ErrInvalid, s.Name, ix.Name, why) }
	if !columnName.MatchString(ix.Name) {
		return bad("bad name")
	}
	if len(ix.Cols) == 0 {
		return bad("no columns")
	}
	seen := map[string]bool{}
	for i, col := range ix.Cols {
		name := strings.TrimPrefix(col, "-")
		switch t := s.types[name]; {
		case t == "":
			return bad("column " + name + " is not declared")
		case t == query.Texts && i > 0:
			return bad("texts column " + name + " may only come first")
		case seen[name]:
			return bad("column " + name + " twice")
		}
		seen[name] = true
	}
	for _, name := range ix.Cover {
		if t := s.types[name]; t != query.Int && t != query.Time {
			return bad("covered column " + name + " is not a declared int")
		}
		if seen[name] {
			return bad("column " + name + " twice")
		}
		seen[name] = true
	}
	return nil
}

// Type of a declared column; "" when it is not declared.
func (s *Schema) Type(col string) query.Type { return s.types[col] }

// CheckID refuses an id that is empty, too long, or not a text without NUL. Errors: ErrInvalid.
func CheckID(id string) error {
	if id == "" || len(id) > MaxID || !plain(id) {
		return fmt.Errorf("%w: id %q", ErrInvalid, clip(id))
	}
	return nil
}

// CheckDoc checks a document to be written and returns its columns as they are stored: absent ones left out, sets of texts
// sorted and each text once, an empty set absent. Errors: ErrInvalid, ErrColumn.
func (s *Schema) CheckDoc(d Doc) (map[string]any, error) {
	if err := CheckID(d.ID); err != nil {
		return nil, err
	}
	if err := CheckBody(d.Body); err != nil {
		return nil, fmt.Errorf("%s/%s: %w", s.Name, d.ID, err)
	}
	cols := make(map[string]any, len(d.Cols))
	for name, v := range d.Cols {
		if v == nil {
			continue
		}
		if set, ok := v.([]string); ok && s.types[name] == query.Texts {
			if len(set) == 0 {
				continue
			}
			set = slices.Clone(set)
			slices.Sort(set)
			v = slices.Compact(set)
			for _, text := range set {
				if !plain(text) {
					return nil, fmt.Errorf("%w: %s.%s of %s: text is not valid", ErrInvalid, s.Name, name, d.ID)
				}
			}
		} else if err := s.value(name, v); err != nil {
			return nil, err
		}
		cols[name] = v
	}
	return cols, nil
}

// value checks a scalar against the type of its column.
func (s *Schema) value(col string, v any) error {
	ok := false
	t := s.types[col]
	switch t {
	case query.Text:
		text, is := v.(string)
		if is && !plain(text) {
			return fmt.Errorf("%w: %s.%s: text is not valid UTF-8 without NUL", ErrInvalid, s.Name, col)
		}
		ok = is
	case query.Int, query.Time:
		_, ok = v.(int64)
	case query.Bool:
		_, ok = v.(bool)
	case "":
		return fmt.Errorf("%w: %s has no column %q", ErrColumn, s.Name, clip(col))
	}
	if !ok {
		return fmt.Errorf("%w: %s.%s is of type %s, not %T", ErrColumn, s.Name, col, t, v)
	}
	return nil
}

// CheckFilter checks columns, types and operators. Errors: ErrColumn, ErrInvalid.
func (s *Schema) CheckFilter(f query.Filter) error {
	left := MaxNodes
	return s.filter(f, &left, 0)
}

func (s *Schema) filter(f query.Filter, left *int, depth int) error {
	*left--
	if *left < 0 || depth > MaxDepth {
		return fmt.Errorf("%w: the filter is too large", ErrInvalid)
	}
	parts := func(ps []query.Filter) error {
		for _, p := range ps {
			if p == nil {
				return fmt.Errorf("%w: a filter lacks a part", ErrInvalid)
			}
			if err := s.filter(p, left, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	switch f := f.(type) {
	case nil:
		return nil
	case query.And:
		return parts(f)
	case query.Or:
		return parts(f)
	case query.Not:
		return parts([]query.Filter{f.Of})
	case query.Cmp:
		switch f.Op {
		case query.Eq, query.Ne, query.Lt, query.Le, query.Gt, query.Ge:
			return s.value(f.Col, f.Value)
		}
		return fmt.Errorf("%w: operator %q", ErrInvalid, clip(string(f.Op)))
	case query.Among:
		if len(f.IDs) > MaxAmong {
			return fmt.Errorf("%w: %d ids, at most %d are taken", ErrInvalid, len(f.IDs), MaxAmong)
		}
		for i, id := range f.IDs {
			if err := CheckID(id); err != nil {
				return err
			}
			if i > 0 && id <= f.IDs[i-1] {
				return fmt.Errorf("%w: the ids of a filter do not ascend", ErrInvalid)
			}
		}
		return nil
	case query.In:
		*left -= len(f.Values)
		if s.types[f.Col] == "" || s.types[f.Col] == query.Texts {
			return s.value(f.Col, nil)
		}
		for _, v := range f.Values {
			if err := s.value(f.Col, v); err != nil {
				return err
			}
		}
		return nil
	case query.IsNull:
		if t := s.types[f.Col]; t == "" || t == query.Texts {
			return s.value(f.Col, nil)
		}
		return nil
	case query.StartsWith:
		return s.text(f.Col, f.Prefix)
	case query.Contains:
		if len(f.Part) > MaxPart {
			return fmt.Errorf("%w: a text of %d bytes to look for, at most %d are taken", ErrInvalid, len(f.Part), MaxPart)
		}
		return s.text(f.Col, f.Part)
	case query.HasPrefix:
		if t := s.types[f.Col]; t != query.Texts {
			return fmt.Errorf("%w: %s.%s is not a set of texts", ErrColumn, s.Name, clip(f.Col))
		}
		if len(f.Prefix) > MaxPart || !plain(f.Prefix) {
			return fmt.Errorf("%w: %s.%s: a beginning that is too long or not valid UTF-8 without NUL", ErrInvalid, s.Name, f.Col)
		}
		return nil
	case query.HasAny:
		*left -= len(f.Values)
		if t := s.types[f.Col]; t != query.Texts {
			return fmt.Errorf("%w: %s.%s is not a set of texts", ErrColumn, s.Name, clip(f.Col))
		}
		for _, v := range f.Values {
			if !plain(v) {
				return fmt.Errorf("%w: %s.%s: text is not valid UTF-8 without NUL", ErrInvalid, s.Name, f.Col)
			}
		}
		return nil
	}
	return fmt.Errorf("%w: filter node %T", ErrInvalid, f)
}

func (s *Schema) text(col, v string) error {
	if t := s.types[col]; t != query.Text {
		return fmt.Errorf("%w: %s.%s is not a text", ErrColumn, s.Name, clip(col))
	}
	return s.value(col, v)
}

// CheckQuery checks a query and reads its cursor; at is nil for the first page. Sort levels that repeat a column are dropped
// from the order it returns, since they decide nothing. Errors: ErrColumn, ErrInvalid, ErrCursor.
func (s *Schema) CheckQuery(q query.Query) (order []query.Sort, at *Position, err error) {
	if q.Limit < 1 || q.Limit > MaxPage {
		return nil, nil, fmt.Errorf("%w: limit %d, want 1 to %d", ErrInvalid, q.Limit, MaxPage)
	}
	if err := s.CheckFilter(q.Filter); err != nil {
		return nil, nil, err
	}
	for _, by := range q.Sort {
		if t := s.types[by.Col]; t == "" || t == query.Texts {
			return nil, nil, fmt.Errorf("%w: %s cannot be sorted by %q", ErrColumn, s.Name, clip(by.Col))
		}
		if !slices.ContainsFunc(order, func(o query.Sort) bool { return o.Col == by.Col }) {
			order = append(order, by)
		}
	}
	for _, name := range q.Cols {
		if s.types[name] == "" {
			return nil, nil, fmt.Errorf("%w: %s has no column %q", ErrColumn, s.Name, clip(name))
		}
	}
	if q.After != "" {
		if at, err = s.position(q.After, order); err != nil {
			return nil, nil, err
		}
	}
	return order, at, nil
}

// CheckScan checks filter, order and columns; the order comes back as from CheckQuery. Errors: ErrColumn, ErrInvalid.
func (s *Schema) CheckScan(q query.Scan) ([]query.Sort, error) {
	order, _, err := s.CheckQuery(query.Query{Filter: q.Filter, Sort: q.Sort, Cols: q.Cols, Limit: 1})
	return order, err
}

// CheckAggregate checks filter, groups, measures and limit. Errors: ErrColumn, ErrInvalid.
func (s *Schema) CheckAggregate(a query.Aggregate) error {
	if a.Limit < 1 || a.Limit > MaxGroups {
		return fmt.Errorf("%w: limit %d, want 1 to %d", ErrInvalid, a.Limit, MaxGroups)
	}
	if len(a.Groups) > 8 || len(a.Measures) > 64 {
		return fmt.Errorf("%w: at most 8 groups and 64 measures", ErrInvalid)
	}
	if err := s.CheckFilter(a.Filter); err != nil {
		return err
	}
	for _, g := range a.Groups {
		t := s.types[g.Col]
		if t == "" || t == query.Texts {
			return fmt.Errorf("%w: %s cannot be grouped by %q", ErrColumn, s.Name, clip(g.Col))
		}
		if len(g.Bounds) == 0 {
			continue
		}
		if t != query.Int && t != query.Time {
			return fmt.Errorf("%w: %s.%s is no int or time and takes no bounds", ErrColumn, s.Name, g.Col)
		}
		if len(g.Bounds) > MaxBounds {
			return fmt.Errorf("%w: %d bounds, want at most %d", ErrInvalid, len(g.Bounds), MaxBounds)
		}
		for i := 1; i < len(g.Bounds); i++ {
			if g.Bounds[i] <= g.Bounds[i-1] {
				return fmt.Errorf("%w: bounds of %s.%s do not ascend", ErrInvalid, s.Name, g.Col)
			}
		}
	}
	for _, m := range a.Measures {
		if err := s.CheckFilter(m.Where); err != nil {
			return err
		}
		switch m.Kind {
		case "count":
		case "sum", "min", "max":
			if t := s.types[m.Col]; t != query.Int && t != query.Time {
				return fmt.Errorf("%w: %s cannot take the %s of %q", ErrColumn, s.Name, m.Kind, clip(m.Col))
			}
		default:
			return fmt.Errorf("%w: measure %q", ErrInvalid, clip(m.Kind))
		}
	}
	return nil
}

// CheckReplace refuses a new version that is not greater than the one it replaces. Errors: ErrInvalid.
func CheckReplace(d Doc, ver int64) error {
	if d.Ver <= ver {
		return fmt.Errorf("%w: version %d in place of %d", ErrInvalid, d.Ver, ver)
	}
	return nil
}

// plain tells whether a text is valid UTF-8 without NUL; every store can keep, index and match such a text.
func plain(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

func clip(s string) string {
	if len(s) > 80 {
		return s[:80] + "…"
	}
	return s
}
