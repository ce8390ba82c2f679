package forms

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
)

// storedReader reads stored data in one pass. Records are read on every command and in every row of a list, and most of what they
// hold is this; the general decoder takes three times as long. The input is one JSON value, valid or not.
type storedReader struct {
	b []byte
	i int
}

var (
	errStored = errors.New("forms: stored data is malformed")
	errNumber = errors.New("forms: a stored number is not an integer")
	errNested = errors.New("forms: stored data is nested too deep")
)

// maxStoredDepth is far beyond a table's rows.
const maxStoredDepth = 32

func readStored(b []byte) (map[string]any, error) {
	r := &storedReader{b: b}
	r.space()
	if r.at() == 'n' {
		_, err := r.word("null", nil)
		return nil, err
	}
	if r.at() != '{' {
		return nil, errStored
	}
	v, err := r.object(0)
	if err != nil {
		return nil, err
	}
	if r.space(); r.i != len(r.b) {
		return nil, errStored
	}
	return v, nil
}

// ReadStored reads stored data as UnmarshalJSON does, but for the members that skip names.
func ReadStored(raw []byte, skip map[string]bool) (Stored, error) {
	out := Stored{}
	return out, StoredMembers(raw, func(key string, value []byte) error {
		if skip[key] {
			return nil
		}
		r := &storedReader{b: value}
		v, err := r.value(1)
		if err == nil && r.i != len(value) {
			err = errStored
		}
		out[key] = v
		return err
	})
}

// StoredMembers calls each with every member of a JSON object and its value, in their order and without reading the values. null
// has no members.
func StoredMembers(raw []byte, each func(key string, value []byte) error) error {
	r := &storedReader{b: raw}
	r.space()
	if r.at() == 'n' {
		_, err := r.word("null", nil)
		return err
	}
	if r.at() != '{' {
		return errStored
	}
	r.i++
	if r.space(); r.at() == '}' {
		return nil
	}
	for {
		if r.space(); r.at() != '"' {
			return errStored
		}
		key, err := r.text()
		if err != nil {
			return err
		}
		if r.space(); r.at() != ':' {
			return errStored
		}
		r.i++
		r.space()
		start := r.i
		if err := r.pass(); err != nil {
			return err
		}
		if err := each(key, bytes.TrimRight(r.b[start:r.i], " \n\t\r")); err != nil {
			return err
		}
		switch r.at() {
		case ',':
			r.i++
		case '}':
			return nil
		default:
			return errStored
		}
	}
}

// pass steps over a value to the comma or brace that ends it, looking only at texts and brackets.
func (r *storedReader) pass() error {
	for depth := 0; r.i < len(r.b); r.i++ {
		switch r.b[r.i] {
		case '"':
			for r.i++; r.i < len(r.b) && r.b[r.i] != '"'; r.i++ {
				if r.b[r.i] == '\\' {
					r.i++
				}
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return nil
			}
			depth--
		case ',':
			if depth == 0 {
				return nil
			}
		}
	}
	return errStored
}

func (r *storedReader) at() byte {
	if r.i < len(r.b) {
		return r.b[r.i]
	}
	return 0
}

func (r *storedReader) space() {
	for r.i < len(r.b) && (r.b[r.i] == ' ' || r.b[r.i] == '\n' || r.b[r.i] == '\t' || r.b[r.i] == '\r') {
		r.i++
	}
}

func (r *storedReader) value(depth int) (any, error) {
	if depth > maxStoredDepth {
		return nil, errNested
	}
	switch c := r.at(); {
	case c == '"':
		return r.text()
	case c == '{':
		return r.object(depth)
	case c == '[':
		return r.array(depth)
	case c == '-' || c >= '0' && c <= '9':
		return r.number()
	case c == 't':
		return r.word("true", true)
	case c == 'f':
		return r.word("false", false)
	case c == 'n':
		return r.word("null", nil)
	}
	return nil, errStored
}

func (r *storedReader) word(w string, v any) (any, error) {
	if len(r.b)-r.i < len(w) || string(r.b[r.i:r.i+len(w)]) != w {
		return nil, errStored
	}
	r.i += len(w)
	return v, nil
}

func (r *storedReader) number() (any, error) {
	start := r.i
	for r.i < len(r.b) {
		switch c := r.b[r.i]; {
		case c == '-' || c >= '0' && c <= '9':
			r.i++
			continue
		case c == '.' || c == 'e' || c == 'E' || c == '+':
			return nil, errNumber
		}
		break
	}
	n, err := strconv.ParseInt(string(r.b[start:r.i]), 10, 64)
	if err != nil {
		return nil, errNumber
	}
	return n, nil
}

func (r *storedReader) text() (string, error) {
	start := r.i
	for r.i++; r.i < len(r.b); r.i++ {
		switch c := r.b[r.i]; {
		case c == '"':
			r.i++
			return string(r.b[start+1 : r.i-1]), nil
		case c == '\\':
			return r.escaped(start)
		case c < 0x20:
			return "", errStored
		}
	}
	return "", errStored
}

// escaped reads a text that holds escapes, which the general decoder knows.
func (r *storedReader) escaped(start int) (string, error) {
	for ; r.i < len(r.b); r.i++ {
		switch r.b[r.i] {
		case '\\':
			r.i++
		case '"':
			r.i++
			var s string
			err := json.Unmarshal(r.b[start:r.i], &s)
			return s, err
		}
	}
	return "", errStored
}

func (r *storedReader) object(depth int) (map[string]any, error) {
	out := map[string]any{}
	r.i++
	if r.space(); r.at() == '}' {
		r.i++
		return out, nil
	}
	for {
		if r.at() != '"' {
			return nil, errStored
		}
		key, err := r.text()
		if err != nil {
			return nil, err
		}
		if r.space(); r.at() != ':' {
			return nil, errStored
		}
		r.i++
		r.space()
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		out[key] = v
		r.space()
		switch r.at() {
		case ',':
			r.i++
			r.space()
		case '}':
			r.i++
			return out, nil
		default:
			return nil, errStored
		}
	}
}

func (r *storedReader) array(depth int) ([]any, error) {
	out := []any{}
	r.i++
	if r.space(); r.at() == ']' {
		r.i++
		return out, nil
	}
	for {
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
		r.space()
		switch r.at() {
		case ',':
			r.i++
			r.space()
		case ']':
			r.i++
			return out, nil
		default:
			return nil, errStored
		}
	}
}
