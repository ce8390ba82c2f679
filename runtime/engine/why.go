package engine

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"pipewright/runtime/process"
)

// Why tells how a value came about.
type Why struct {
	Field   string
	Formula string
	Inputs  []WhyInput
	// The event that last changed it; zero when none is known.
	At      time.Time
	By      string
	Release int
}

// WhyInput is a field that the formula names.
type WhyInput struct {
	Name  string
	Value json.RawMessage
}

// Why explains the value of a field: its formula with the values it was computed from, and the event that set it.
func (e *Engine) Why(ctx context.Context, user, id, field string) (*Why, error) {
	v, err := e.Record(ctx, user, id)
	if err != nil {
		return nil, err
	}
	info, ok := v.Form.Schema.Field(field)
	if !ok || !v.Sees(field) {
		return nil, notFound()
	}
	out := &Why{Field: field, Formula: info.Def.Calc}
	data := v.Data()
	for i := range v.Form.Def.Fields {
		key := v.Form.Def.Fields[i].Key
		if key != field && mentions(info.Def.Calc, key) && v.Sees(key) {
			out.Inputs = append(out.Inputs, WhyInput{key, orNull(data[key])})
		}
	}
	table, _, _ := strings.Cut(info.Storage, ".")
	for after := ""; ; {
		entries, next, err := e.events(ctx, id, 200, after)
		if err != nil {
			return nil, err
		}
		for i := range entries {
			if sets(entries[i].Payload, table) {
				out.At, out.By, out.Release = entries[i].At, entries[i].By, entries[i].Release
				return out, nil
			}
		}
		if after = next; after == "" {
			return out, nil
		}
	}
}

// mentions says whether an expression names a field, as a whole word.
func mentions(expr, key string) bool {
	for from := 0; ; {
		i := strings.Index(expr[from:], key)
		if i < 0 {
			return false
		}
		start, end := from+i, from+i+len(key)
		if (start == 0 || !wordByte(expr[start-1]) && expr[start-1] != '.') && (end == len(expr) || !wordByte(expr[end])) {
			return true
		}
		from = end
	}
}

func wordByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

// sets says whether an event gave the stored field a value.
func sets(p process.Payload, storage string) bool {
	switch p := p.(type) {
	case process.Created:
		_, ok := p.Data[storage]
		return ok
	case process.Imported:
		_, ok := p.Data[storage]
		return ok
	case process.Changed:
		_, ok := p.Set[storage]
		return ok || slices.Contains(p.Clear, storage)
	}
	return false
}
