package forms

import (
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
