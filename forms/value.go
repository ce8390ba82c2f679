package forms

import (
	"time"

	"github.com/shopspring/decimal"

	"pipewright/rules"
)

// Values holds a record's values by field key. A key that is absent was not given; nil is empty. The Go types:
//
//	text, longtext, select, user, role, team, autonumber, phone, email, url, idcode, barcode, time ("09:30")  string
//	number, percent, money, rating, slider  decimal.Decimal (money: the amount in the field's currency; percent: 0.1 is 10 %)
//	duration                      decimal.Decimal, whole minutes
//	bool                          bool
//	date                          rules.Date
//	datetime                      time.Time (UTC, whole milliseconds)
//	multiselect, cascade          []any of string
//	location                      map[string]any of lat, lng (decimal.Decimal), label (string)
//	address                       map[string]any of country, province, city, district, detail (string)
//	attachment, image             []map[string]any of id, name, type, sha256 (string), size (decimal.Decimal); signature: one of them
//	richtext                      string, safe HTML
//	reference                     Ref
//	table                         []map[string]any, each by column key with these same types
type Values map[string]any

// Ref is a reference to another record.
type Ref struct{ ID string }

// String is the id, so that texts and messages show something sensible.
func (r Ref) String() string { return r.ID }

// RefTitles finds the title of a record that a reference points to; ok is false when the reader may not know it.
type RefTitles func(form, id string) (title string, ok bool)

// Clone copies values deeply enough that neither side can change the other.
func (v Values) Clone() Values {
	out := make(Values, len(v))
	for k, x := range v {
		out[k] = cloneValue(x)
	}
	return out
}

// Merge is v with the values of change put over it. A nil in change empties the field.
func (v Values) Merge(change Values) Values {
	out := v.Clone()
	for k, x := range change {
		out[k] = cloneValue(x)
	}
	return out
}

func cloneValue(v any) any {
	switch v := v.(type) {
	case []map[string]any:
		out := make([]map[string]any, len(v))
		for i, row := range v {
			m := make(map[string]any, len(row))
			for k, x := range row {
				m[k] = cloneValue(x)
			}
			out[i] = m
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = cloneValue(x)
		}
		return out
	case map[string]any:
		m := make(map[string]any, len(v))
		for k, x := range v {
			m[k] = cloneValue(x)
		}
		return m
	}
	return v
}

// Same says whether two values are equal; empty is equal to absent, an empty table or list to none.
func Same(a, b any) bool {
	if isEmpty(a) || isEmpty(b) {
		return isEmpty(a) && isEmpty(b)
	}
	switch x := a.(type) {
	case decimal.Decimal:
		y, ok := b.(decimal.Decimal)
		return ok && x.Equal(y)
	case time.Time:
		y, ok := b.(time.Time)
		return ok && x.Equal(y)
	case string, bool, rules.Date, Ref:
		return a == b
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !Same(x[i], y[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		y, ok := b.(map[string]any)
		return ok && sameRow(x, y)
	case []map[string]any:
		y, ok := b.([]map[string]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !sameRow(x[i], y[i]) {
				return false
			}
		}
		return true
	}
	return false
}

func sameRow(a, b map[string]any) bool {
	for k, v := range a {
		if !Same(v, b[k]) {
			return false
		}
	}
	for k, v := range b {
		if _, ok := a[k]; !ok && !isEmpty(v) {
			return false
		}
	}
	return true
}

// isEmpty says whether a value is none: nil, a list or table of nothing. An empty text is a value of its own.
func isEmpty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case []any:
		return len(v) == 0
	case []map[string]any:
		return len(v) == 0
	}
	return false
}
