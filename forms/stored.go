package forms

import "pipewright/rules"

// Stored is the data of a stored record by storage key: JSON whose numbers are all integers. Numbers and percents are
// scaled by the field's scale (int64), money is {"m": minor units, "c": currency}, an instant is milliseconds since the
// Unix epoch, a day "2006-01-02", a reference its id, a table a list of objects by the columns' storage keys.
type Stored map[string]any

// Encode writes values for the store; empty ones are left out.
func (s *Schema) Encode(v Values) Stored { return s.EncodeBut(v, nil) }

// EncodeBut is Encode without the fields whose storage keys are given.
func (s *Schema) EncodeBut(v Values, but map[string]bool) Stored {
	out := make(Stored, len(v))
	for _, f := range s.fields {
		if x := v[f.key]; x != nil && !but[f.storage] {
			if e := f.kind.encode(f, x); e != nil {
				out[f.storage] = e
			}
		}
	}
	if s.currency != nil {
		s.stamp(out, v, but)
	}
	if s.rated {
		if r := encodeRates(v[rules.RatesName]); r != nil {
			out[ratesKey] = r
		}
	}
	return out
}

// Decode reads stored data back, also data of another release: a value that is absent or of another type is left out and
// so reads as empty, never an error (semantics 1). Numbers may be int64, int or json.Number, or a float64 that is a whole
// number within 2^53; reading JSON into a Stored loses nothing.
func (s *Schema) Decode(d Stored) Values { return s.decode(d, s.fields...) }

// decode decodes some fields, of which any may be nil.
func (s *Schema) decode(d Stored, fields ...*field) Values {
	out := make(Values, len(d))
	for _, f := range fields {
		if f == nil {
			continue
		}
		x, ok := d[f.storage]
		if !ok || x == nil {
			continue
		}
		if v := f.kind.decode(f, x); v != nil {
			out[f.key] = v
		}
	}
	if s.rated {
		if r := decodeRates(d[ratesKey]); r != nil {
			out[rules.RatesName] = r
		}
	}
	return out
}
