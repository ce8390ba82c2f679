package forms

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// isNull says whether a JSON text is the literal null.
func isNull(raw json.RawMessage) bool { return bytes.Equal(bytes.TrimSpace(raw), []byte("null")) }

// readString reads a JSON string exactly: bytes that are not UTF-8 and half surrogate pairs are refused, where
// encoding/json would put U+FFFD in their place.
func readString(raw json.RawMessage) (string, bool) {
	if first(raw) != '"' || !utf8.Valid(raw) {
		return "", false
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return "", false
	}
	if strings.ContainsRune(s, utf8.RuneError) && !bytes.ContainsRune(raw, utf8.RuneError) &&
		!bytes.Contains(bytes.ToLower(raw), []byte(`\ufffd`)) {
		return "", false
	}
	return s, true
}

// member is one member of a JSON object in the order it was written.
type member struct {
	key   string
	value json.RawMessage
	// twice marks a key that stood earlier in the same object.
	twice bool
}

var errShape = errors.New("not of the expected shape")

// members reads a JSON object keeping order and duplicates.
func members(raw json.RawMessage) ([]member, error) {
	if first(raw) != '{' || !json.Valid(raw) {
		return nil, errShape
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	var out []member
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		key, _ := t.(string)
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			return nil, err
		}
		out = append(out, member{key: key, value: v, twice: seen[key]})
		seen[key] = true
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errShape
	}
	return out, nil
}

// elements reads a JSON array.
func elements(raw json.RawMessage) ([]json.RawMessage, error) {
	if first(raw) != '[' {
		return nil, errShape
	}
	var out []json.RawMessage
	if err := json.Unmarshal(raw, &out); err != nil {
		return nil, err
	}
	return out, nil
}

// quote writes a JSON string.
func quote(s string) json.RawMessage { return marshal(s) }

// marshal writes JSON without the escaping of <, > and &. v holds nothing that cannot be written.
func marshal(v any) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("forms: a value that JSON cannot hold: " + err.Error())
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}
