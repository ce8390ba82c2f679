//go:build !js

package forms

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"pipewright/rules"
)

// longestKey bounds a unique key kept as it is; a longer one is replaced by its SHA-256.
const longestKey = 200

// UniqueValue is one value that no two records may share under a unique rule, and its place under /data: "name", or
// "receipts/2/bankRef" for the row of a table.
type UniqueValue struct {
	Key   string
	Place string
}

// UniqueValues are the values a record claims under a unique rule, normalised: one for the fields of the rule, or, where it names
// columns of a table, one for each row together with the fields. Where a part is empty there is none, for nothing is never
// unique. The same key may come twice, from two rows.
func (s *Schema) UniqueValues(u *Unique, v Values) []UniqueValue {
	table, at := "", ""
	for _, id := range u.On {
		if t, col, ok := strings.Cut(id, "."); ok {
			table, at = t, col
			break
		}
	}
	if table == "" {
		if key, ok := s.uniqueKey(u, v, nil); ok {
			return []UniqueValue{{Key: key, Place: u.On[0]}}
		}
		return nil
	}
	rows, _ := v[table].([]map[string]any)
	var out []UniqueValue
	for i, row := range rows {
		if key, ok := s.uniqueKey(u, v, row); ok {
			out = append(out, UniqueValue{Key: key, Place: table + "/" + strconv.Itoa(i) + "/" + at})
		}
	}
	return out
}

// uniqueKey is the key of a record, or of one row of its table.
func (s *Schema) uniqueKey(u *Unique, v Values, row map[string]any) (key string, ok bool) {
	parts := make([]string, 0, len(u.On))
	for _, id := range u.On {
		x := v[id]
		if _, col, ok := strings.Cut(id, "."); ok {
			x = row[col]
		}
		t, ok := uniqueText(x)
		if !ok {
			return "", false
		}
		if f := s.find(id); f != nil && worded[f.def.Type] {
			t = Normalize(t, u.Normalize...)
		}
		if strings.TrimSpace(t) == "" {
			return "", false
		}
		parts = append(parts, string(quote(t)))
	}
	if len(parts) == 0 {
		return "", false
	}
	key = strings.Join(parts, ",")
	if len(key) > longestKey {
		sum := sha256.Sum256([]byte(key))
		key = "sha256:" + hex.EncodeToString(sum[:])
	}
	return key, true
}

func uniqueText(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case Ref:
		return v.ID, true
	case decimal.Decimal:
		return v.String(), true
	case rules.Date:
		return v.String(), true
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano), true
	case bool:
		if v {
			return "true", true
		}
		return "false", true
	}
	return "", false
}
