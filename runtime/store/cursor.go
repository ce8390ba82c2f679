package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"pipewright/runtime/query"
)

// Position is the last document of a page: its value for each level of the order (nil when absent) and its id. The next page
// holds what comes after it.
type Position struct {
	Values []any
	ID     string
}

// Cursor writes a position as an opaque text, good for the same collection and order on any node. It carries a checksum, so
// that a damaged or foreign cursor is refused and never a silent wrong page. It is no secret and grants nothing: a page is
// always filtered by its own query.
func (s *Schema) Cursor(order []query.Sort, at Position) string {
	raw, err := json.Marshal(append(append([]any{}, at.Values...), at.ID))
	if err != nil {
		panic("store: a column value has no JSON form: " + err.Error()) // string, int64, bool and nil always have
	}
	return base64.RawURLEncoding.EncodeToString(append(s.checksum(order, raw), raw...))
}

const checksumLen = 9

func (s *Schema) checksum(order []query.Sort, raw []byte) []byte {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n", s.Name)
	for _, by := range order {
		fmt.Fprintf(h, "%s %v\n", by.Col, by.Desc)
	}
	h.Write(raw)
	return h.Sum(nil)[:checksumLen]
}

// position reads a cursor. Errors: ErrCursor.
func (s *Schema) position(cursor string, order []query.Sort) (*Position, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(raw) < checksumLen || !bytes.Equal(s.checksum(order, raw[checksumLen:]), raw[:checksumLen]) {
		return nil, ErrCursor
	}
	dec := json.NewDecoder(bytes.NewReader(raw[checksumLen:]))
	dec.UseNumber()
	var vs []any
	if err := dec.Decode(&vs); err != nil || len(vs) != len(order)+1 {
		return nil, ErrCursor
	}
	for i := range order {
		if n, ok := vs[i].(json.Number); ok {
			v, err := n.Int64()
			if err != nil {
				return nil, ErrCursor
			}
			vs[i] = v
		}
		if vs[i] != nil && s.value(order[i].Col, vs[i]) != nil {
			return nil, ErrCursor
		}
	}
	id, ok := vs[len(order)].(string)
	if !ok || CheckID(id) != nil {
		return nil, ErrCursor
	}
	return &Position{Values: vs[:len(order)], ID: id}, nil
}
