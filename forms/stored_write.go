package forms

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// MarshalJSON writes stored data with its members sorted. A record is written at every command, and most of it is this; the general
// encoder copies every member of every row on the way.
func (d Stored) MarshalJSON() ([]byte, error) {
	if d == nil {
		return []byte("null"), nil
	}
	return appendStored(make([]byte, 0, 512), map[string]any(d))
}

func appendStored(b []byte, v any) ([]byte, error) {
	var err error
	switch v := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case int64:
		return strconv.AppendInt(b, v, 10), nil
	case string:
		return appendText(b, v)
	case []any:
		if v == nil {
			return append(b, "null"...), nil
		}
		b = append(b, '[')
		for i, x := range v {
			if i > 0 {
				b = append(b, ',')
			}
			if b, err = appendStored(b, x); err != nil {
				return nil, err
			}
		}
		return append(b, ']'), nil
	case map[string]any:
		if v == nil {
			return append(b, "null"...), nil
		}
		var few [16]string
		keys := few[:0]
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		b = append(b, '{')
		for i, k := range keys {
			if i > 0 {
				b = append(b, ',')
			}
			if b, err = appendText(b, k); err != nil {
				return nil, err
			}
			if b, err = appendStored(append(b, ':'), v[k]); err != nil {
				return nil, err
			}
		}
		return append(b, '}'), nil
	}
	raw, err := json.Marshal(v)
	return append(b, raw...), err
}

// appendText writes a text; one that needs escapes goes through the general encoder.
func appendText(b []byte, s string) ([]byte, error) {
	if unescaped(s) {
		b = append(b, '"')
		b = append(b, s...)
		return append(b, '"'), nil
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(s)
	return append(b, bytes.TrimRight(out.Bytes(), "\n")...), err
}

// unescaped says that a text is written in JSON as it stands, as the general encoder does.
func unescaped(s string) bool {
	ascii := true
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c < 0x20 || c == '"' || c == '\\':
			return false
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return ascii || utf8.ValidString(s) && !strings.ContainsAny(s, "\u2028\u2029")
}

// SameStored says whether two stored values are the same, type for type.
func SameStored(a, b any) bool {
	switch x := a.(type) {
	case nil, bool, int64, string:
		return a == b
	case []any:
		y, ok := b.([]any)
		return ok && (x == nil) == (y == nil) && slices.EqualFunc(x, y, SameStored)
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok || len(x) != len(y) || (x == nil) != (y == nil) {
			return false
		}
		for k, v := range x {
			w, there := y[k]
			if !there || !SameStored(v, w) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(a, b)
}
