package live

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/process"
)

// What is computed here is what the server computes of the whole app: the corpus' forms, compiled as a definition is, find the same values for
// everything within Reach, and the same of what shows and must be filled in.
func TestAsTheServer(t *testing.T) {
	t.Parallel()
	compared := 0
	for i, f := range readCorpus(t) {
		d := &Desk{}
		id, reach := opened(t, d, f.Open)
		var open struct {
			App json.RawMessage `json:"app"`
		}
		if err := json.Unmarshal(f.Open, &open); err != nil {
			t.Fatal(err)
		}
		def, problems := process.Parse(append([]byte(`{"spec":"pipewright/1","name":"corpus",`), bytes.TrimPrefix(open.App, []byte("{"))...))
		if def == nil {
			t.Fatal(problems)
		}
		app, _ := process.Compile(def, nil, 1, process.Options{})
		schema := app.Forms["thing"].Schema
		for j, c := range f.Cases {
			if j%4 != i%4 {
				continue
			}
			var here Answer
			if err := json.Unmarshal([]byte(answer(t, d, id, c.In)), &here); err != nil {
				t.Fatal(err)
			}
			there := evaluateThere(t, app, schema, c.In)
			wire := schema.Wire(there.Values, nil)
			for _, key := range reach.Values {
				table, column, inTable := strings.Cut(key, ".")
				got, want := here.Data[table], wire[table]
				if inTable {
					got, want = columnOf(got, column), columnOf(want, column)
				}
				if compared++; !bytes.Equal(got, want) {
					t.Errorf("form %d case %d: %s is %s here, %s on the server", i, j, key, got, want)
				}
			}
			for place, state := range there.Fields {
				field := strings.Split(place, "[")[0]
				if _, after, row := strings.Cut(place, "]"); row {
					field += after
				}
				// What is left to the server of a field may be why it is required.
				must := slices.Contains(reach.Required, field) && !slices.Contains(reach.Server, field)
				if slices.Contains(reach.Visible, field) && here.Fields[place].Visible != state.Visible || must && here.Fields[place].Required != state.Required {
					t.Errorf("form %d case %d: %s is %+v here, %+v on the server", i, j, place, here.Fields[place], state)
				}
			}
		}
	}
	if compared < 15_000 {
		t.Errorf("only %d values compared", compared)
	}
}

func columnOf(rows json.RawMessage, column string) json.RawMessage {
	var list []map[string]json.RawMessage
	if json.Unmarshal(rows, &list) != nil {
		return rows
	}
	var out []byte
	for _, row := range list {
		out = append(append(out, row[column]...), ' ')
	}
	return out
}

// evaluateThere evaluates values of a form with everything the server has but records and rates.
func evaluateThere(t *testing.T, app *process.App, schema *forms.Schema, in json.RawMessage) *forms.Result {
	t.Helper()
	var r struct {
		Old, New map[string]json.RawMessage
		Now      time.Time
	}
	if err := json.Unmarshal(in, &r); err != nil {
		t.Fatal(err)
	}
	read := func(raw map[string]json.RawMessage) forms.Values {
		out := forms.Values{}
		for _, f := range schema.Fields() {
			out[f.ID] = nil
			if one, ok := raw[f.ID]; ok && !f.Computed {
				values, _ := schema.Parse(map[string]json.RawMessage{f.ID: one}, "/data")
				out[f.ID] = values[f.ID]
			}
		}
		return out
	}
	var old forms.Values
	if r.Old != nil {
		old = read(r.Old)
	}
	money := &rules.Money{Base: schema.BaseCurrency(), Scale: forms.CurrencyScale, Rate: noRate}
	return schema.Evaluate(&forms.Input{Old: old, New: read(r.New), Scope: &rules.Scope{Now: r.Now, Zone: app.Zone, Money: money}})
}
