package live

import (
	"bytes"
	"encoding/json"
	"errors"

	"pipewright/forms"
	"pipewright/rules"
)

// errNothingKept refuses changes to values that nobody gave.
var errNothingKept = errors.New("live: there are no values yet for these to be changes of")

// kept is what a form remembers between two calls, so that a keystroke sends, reads and answers only what it changes. Of what is read
// most is the table a person is not typing into, and the record as it was saved.
type kept struct {
	old    forms.Values
	fields map[string]read
	last   Answer
}

// read is a field's value as it was sent, read.
type read struct {
	value    any
	ok       bool
	problems []rules.Problem
	// rows are those of a table by what was sent of each, when nothing was wrong with any.
	rows map[string]map[string]any
}

// take reads what was sent: everything, or what is other than at the call before.
func (f *Form) take(r *EvaluateRequest) error {
	if r.Changes && f.kept == nil {
		return errNothingKept
	}
	if !r.Changes {
		f.kept = &kept{fields: map[string]read{}}
		if r.Old != nil {
			f.kept.old, _ = f.schema.Parse(f.known(r.Old), "/data")
		}
	}
	for _, field := range f.schema.Fields() {
		raw, sent := r.New[field.ID]
		if !sent || len(field.Columns) == 0 || field.Computed {
			continue
		}
		if one, ok := f.rows(field, raw, f.kept.fields[field.ID].rows); ok {
			f.kept.fields[field.ID] = one
			delete(r.New, field.ID)
		}
	}
	for key, raw := range f.known(r.New) {
		values, problems := f.schema.Parse(map[string]json.RawMessage{key: raw}, "/data")
		one := read{problems: problems}
		one.value, one.ok = values[key]
		f.kept.fields[key] = one
	}
	return nil
}

// rows reads a table of which most rows are as they were: those are taken over, the others are read. ok is false when it is no table, or
// something is wrong with it, and all of it has to be looked at.
func (f *Form) rows(field forms.FieldInfo, raw json.RawMessage, before map[string]map[string]any) (one read, ok bool) {
	var raws []json.RawMessage
	if json.Unmarshal(raw, &raws) != nil || raws == nil || len(raws) > forms.MaxRows {
		return read{}, false
	}
	var fresh []json.RawMessage
	for _, row := range raws {
		if before[string(row)] == nil {
			fresh = append(fresh, row)
		}
	}
	var values []map[string]any
	if len(fresh) > 0 {
		text, err := json.Marshal(fresh)
		if err != nil {
			return read{}, false
		}
		parsed, problems := f.schema.Parse(map[string]json.RawMessage{field.ID: knownCells(field.Columns, text)}, "/data")
		if values, _ = parsed[field.ID].([]map[string]any); len(problems) > 0 || len(values) != len(fresh) {
			return read{}, false
		}
	}
	all := make([]map[string]any, len(raws))
	one = read{value: all, ok: true, rows: make(map[string]map[string]any, len(raws))}
	for i, row := range raws {
		if all[i] = before[string(row)]; all[i] == nil {
			all[i], values = values[0], values[1:]
		}
		one.rows[string(row)] = all[i]
	}
	return one, true
}

// values are what is on screen, and what of it could not be read.
func (k *kept) values(schema *forms.Schema) (forms.Values, []rules.Problem) {
	out := forms.Values{}
	var problems []rules.Problem
	for _, field := range schema.Fields() {
		// Emptied, not left out: defaults were given when the form was opened.
		out[field.ID] = nil
		if one := k.fields[field.ID]; one.ok {
			out[field.ID] = one.value
		}
		problems = append(problems, k.fields[field.ID].problems...)
	}
	return out, problems
}

// since leaves of an answer what is other than in the one before, and names what is gone.
func since(before, now Answer) Answer {
	out := Answer{Data: map[string]json.RawMessage{}, Fields: map[string]forms.FieldState{}, Sections: map[string]Shown{}, Problems: now.Problems, Gone: &Gone{}}
	for k, v := range now.Data {
		if was, ok := before.Data[k]; !ok || !bytes.Equal(was, v) {
			out.Data[k] = v
		}
	}
	for k, v := range now.Fields {
		if was, ok := before.Fields[k]; !ok || was != v {
			out.Fields[k] = v
		}
	}
	for k, v := range now.Sections {
		if was, ok := before.Sections[k]; !ok || was != v {
			out.Sections[k] = v
		}
	}
	for k := range before.Data {
		if _, ok := now.Data[k]; !ok {
			out.Gone.Data = append(out.Gone.Data, k)
		}
	}
	for k := range before.Fields {
		if _, ok := now.Fields[k]; !ok {
			out.Gone.Fields = append(out.Gone.Fields, k)
		}
	}
	return out
}
