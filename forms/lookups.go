package forms

import (
	"errors"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"pipewright/rules"
)

// FromExpression makes what an expression yields a value of the field: a record becomes a reference to it, a number is rounded
// to the field's scale. A value that does not fit is an error that says so.
func (s *Schema) FromExpression(key string, v any) (any, error) {
	f := s.byKey[key]
	if f == nil {
		return nil, fmt.Errorf("forms: no field %q", key)
	}
	if v == nil {
		return nil, nil
	}
	var found []rules.Problem
	out := f.kind.accept(f, v, &place{base: "/data", f: f, found: &found})
	if len(found) > 0 {
		return nil, errors.New(found[0].Message.In("en"))
	}
	return out, nil
}

// UnmarshalJSON reads stored data without losing a digit: every number is an int64.
func (d *Stored) UnmarshalJSON(raw []byte) error {
	m, err := readStored(raw)
	*d = m
	return err
}

// StorageKey is the storage key of a field or of the column "lines.net"; the key itself when the form has no such field.
func (s *Schema) StorageKey(key string) string {
	if f := s.find(key); f != nil {
		return f.storage
	}
	return key
}

// StorageKeys are the storage keys of all fields, in the order of the form.
func (s *Schema) StorageKeys() []string {
	out := make([]string, len(s.fields))
	for i, f := range s.fields {
		out[i] = f.storage
	}
	if s.rated {
		out = append(out, ratesKey)
	}
	return out
}

// Computed says that nobody edits the field or column.
func (s *Schema) Computed(key string) bool {
	f := s.find(key)
	return f != nil && f.def.Computed()
}

// Minor is the stored value of a money field in minor units (of the app's currency where it varies by record), or of a number field scaled, as the column holds it; ok is
// false when it is empty, of another type or in another currency.
func (s *Schema) Minor(key string, d Stored) (n int64, ok bool) {
	f := s.byKey[key]
	if f == nil || f.kind.column() != ColInt {
		return 0, false
	}
	v, ok := f.kind.decode(f, d[f.storage]).(decimal.Decimal)
	if !ok {
		return 0, false
	}
	if f.varies {
		n, ok = s.worth(f, s.DecodeScalars(d), v).(int64)
		return n, ok
	}
	return scaled(v, f.scale)
}

// DecodeScalars is Decode without tables: what lists and boards show of a record.
func (s *Schema) DecodeScalars(d Stored) Values {
	out := make(Values, len(d))
	for _, f := range s.fields {
		if len(f.cols) > 0 {
			continue
		}
		if x := d[f.storage]; x != nil {
			if v := f.kind.decode(f, x); v != nil {
				out[f.key] = v
			}
		}
	}
	if s.rated {
		if r := decodeRates(d[ratesKey]); r != nil {
			out[rules.RatesName] = r
		}
	}
	return out
}

// Bulk are the storage keys of the tables that neither DecodeScalars nor Cols looks into.
func (s *Schema) Bulk() map[string]bool {
	out := map[string]bool{}
	for _, f := range s.fields {
		if len(f.cols) > 0 && !slices.ContainsFunc(f.cols, func(c *field) bool { return c.def.Index }) {
			out[f.storage] = true
		}
	}
	return out
}
