package forms

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
	"unicode/utf8"

	"pipewright/rules/hostile"
)

// slow is the general decoder, for comparison.
func slow(raw []byte) (map[string]any, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var m map[string]any
	if err := dec.Decode(&m); err != nil {
		return nil, err
	}
	for k, v := range m {
		n, err := integers(v)
		if err != nil {
			return nil, err
		}
		m[k] = n
	}
	return m, nil
}

// FuzzStored: what is valid reads as the general decoder reads it; what is not valid is an error or cannot come from a store.
func FuzzStored(f *testing.F) {
	for _, s := range []string{
		`{}`, `null`, `{"a":1,"b":-5,"c":9223372036854775807}`, `{"t":[{"q":1,"p":{"m":125,"c":"CNY"}},{}]}`, ` { "s" : "a\"b\\\u4e2d中" , "n" : null } `,
		`{"f":1.5}`, `{"f":1e5}`, `{"a":[true,false,null,"x"]}`, `{"a"`, `{"a":}`, `[1]`, `{"x":9223372036854775808}`, `{"a":"\ud83d\ude00"}`, `{"h":"<b>&","s":"\u2028 \u007f","中":[[],{}]}`,
	} {
		f.Add([]byte(s))
	}
	for _, s := range hostile.Texts() {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var got map[string]any
		var err error
		hostile.Within(t, len(raw), func() { got, err = readStored(raw) })
		if !json.Valid(raw) || !utf8.Valid(raw) {
			return
		}
		want, slowErr := slow(raw)
		if slowErr == nil && err == nil && !reflect.DeepEqual(got, want) {
			t.Fatalf("%s: got %#v, want %#v", raw, got, want)
		}
		if err == nil && got != nil {
			written, err := json.Marshal(Stored(got))
			if general, _ := json.Marshal(got); err != nil || !bytes.Equal(written, general) {
				t.Fatalf("%s: written as %s, want %s (%v)", raw, written, general, err)
			}
			if !SameStored(got, want) || len(got) > 0 && SameStored(got, map[string]any{}) {
				t.Fatalf("%s: is not the same as itself, or the same as nothing", raw)
			}
		}
		if slowErr != nil && err == nil {
			t.Fatalf("%s: read as %#v, want an error like %v", raw, got, slowErr)
		}
		if slowErr == nil && err != nil && err != errNested {
			t.Fatalf("%s: %v", raw, err)
		}
	})
}

// integers turns JSON numbers into int64, all the way down.
func integers(v any) (any, error) {
	switch v := v.(type) {
	case json.Number:
		return v.Int64()
	case []any:
		for i := range v {
			n, err := integers(v[i])
			if err != nil {
				return nil, err
			}
			v[i] = n
		}
	case map[string]any:
		for k := range v {
			n, err := integers(v[k])
			if err != nil {
				return nil, err
			}
			v[k] = n
		}
	}
	return v, nil
}
