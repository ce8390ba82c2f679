package live

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"pipewright/forms"
	"pipewright/rules"
)

// MaxInput bounds what one call takes, in bytes: a definition of many forms fits, and nothing can tie the worker up.
const MaxInput = 10 << 20

// MaxData bounds the values of one evaluation, in bytes.
const MaxData = 1 << 20

// App is what of an app's definition its forms need.
type App struct {
	Key       string             `json:"key"`
	Timezone  string             `json:"timezone"`
	Currency  string             `json:"currency"`
	Languages []string           `json:"languages"`
	Roles     []Role             `json:"roles"`
	Options   []forms.OptionList `json:"options"`
	Forms     []forms.Form       `json:"forms"`
	Rules     []rules.Rule       `json:"rules"`
}

// Role is a role of the app, by key.
type Role struct {
	Key string `json:"key"`
}

// OpenRequest asks for a form to be made ready. Hidden are the fields the person may not see.
type OpenRequest struct {
	App    App      `json:"app"`
	Form   string   `json:"form"`
	Hidden []string `json:"hidden"`
}

// EvaluateRequest is one evaluation. Old is null while a record is being created. New holds every value on screen; what is not
// there is empty.
type EvaluateRequest struct {
	Old map[string]json.RawMessage `json:"old"`
	New map[string]json.RawMessage `json:"new"`
	// Changes says that Old is as it was at the call before, and New holds only the fields that are not. The answer then holds only what
	// is other than in the one before.
	Changes bool `json:"changes"`
	// Now is the instant of the evaluation.
	Now time.Time `json:"now"`
}

// Answer is what an evaluation found, in the shape of POST …/evaluate.
type Answer struct {
	Data     map[string]json.RawMessage  `json:"data"`
	Fields   map[string]forms.FieldState `json:"fields"`
	Sections map[string]Shown            `json:"sections"`
	Problems []Note                      `json:"problems"`
	// Gone names what was in the answer before and is no more; it is there when the answer holds changes only.
	Gone *Gone `json:"gone,omitempty"`
}

// Gone are keys of an Answer's Data and Fields.
type Gone struct {
	Data   []string `json:"data,omitempty"`
	Fields []string `json:"fields,omitempty"`
}

// Shown says whether a section shows.
type Shown struct {
	Visible bool `json:"visible"`
}

// Note is a problem as a form shows it.
type Note struct {
	Path     string         `json:"path"`
	Code     string         `json:"code"`
	Message  rules.Text     `json:"message"`
	Severity rules.Severity `json:"severity"`
}

// Form is a form made ready.
type Form struct {
	schema *forms.Schema
	zone   *time.Location
	money  *rules.Money
	kept   *kept
	Reach  Reach
}

// Open compiles the part of a form that can be decided without the server. The error says why there is none.
func Open(r OpenRequest) (*Form, error) {
	zone := time.UTC
	if r.App.Timezone != "" {
		z, err := time.LoadLocation(r.App.Timezone)
		if err != nil {
			return nil, fmt.Errorf("live: time zone: %w", err)
		}
		zone = z
	}
	form := slices.IndexFunc(r.App.Forms, func(f forms.Form) bool { return f.Key == r.Form })
	if form < 0 {
		return nil, fmt.Errorf("live: there is no form %q", r.Form)
	}
	w := forms.LocalWorld(r.App.Key, r.App.Currency, zone, r.App.Forms, r.App.Options)
	w.Languages = r.App.Languages
	for _, role := range r.App.Roles {
		w.Roles = append(w.Roles, role.Key)
	}
	schema, reach, ok := cut(&r.App.Forms[form], w, r.App.Rules, r.Hidden)
	if !ok {
		return nil, fmt.Errorf("live: nothing of the form %q can be decided here", r.Form)
	}
	return &Form{schema: schema, zone: zone, money: &rules.Money{Base: forms.BaseCurrency(r.App.Currency), Scale: forms.CurrencyScale, Rate: noRate}, Reach: reach}, nil
}

// noRate has no rates: what needs one is not computed here.
func noRate(string, string, rules.Date) (r rules.Rate, ok, pending bool) { return r, false, true }

// Evaluate computes the form as the server would, as far as Reach goes.
func (f *Form) Evaluate(r EvaluateRequest) (Answer, error) {
	if err := f.take(&r); err != nil {
		return Answer{}, err
	}
	now, problems := f.kept.values(f.schema)
	in := &forms.Input{Old: f.kept.old, New: now, Scope: &rules.Scope{Now: r.Now, Zone: f.zone, Money: f.money}, Base: "/data"}
	res := f.schema.Evaluate(in)
	out := Answer{Data: f.schema.Wire(res.Values, nil), Fields: res.Fields, Sections: map[string]Shown{}, Problems: []Note{}}
	for k, shown := range res.Sections {
		out.Sections[k] = Shown{shown}
	}
	for _, p := range append(problems, res.Problems...) {
		out.Problems = append(out.Problems, Note{p.Path, p.Code, p.Message, p.Severity})
	}
	before := f.kept.last
	f.kept.last = out
	if r.Changes {
		return since(before, out), nil
	}
	return out, nil
}

// known leaves out what is not part of the form here, and what the product computes.
func (f *Form) known(data map[string]json.RawMessage) map[string]json.RawMessage {
	out := make(map[string]json.RawMessage, len(data))
	for _, field := range f.schema.Fields() {
		raw, ok := data[field.ID]
		if !ok || field.Computed {
			continue
		}
		if len(field.Columns) > 0 {
			raw = knownCells(field.Columns, raw)
		}
		out[field.ID] = raw
	}
	return out
}

func knownCells(columns []forms.FieldInfo, raw json.RawMessage) json.RawMessage {
	var rows []map[string]json.RawMessage
	if json.Unmarshal(raw, &rows) != nil {
		return raw
	}
	known := make(map[string]bool, len(columns))
	for _, c := range columns {
		known[c.Def.Key] = !c.Computed
	}
	for _, row := range rows {
		for k := range row {
			if !known[k] {
				delete(row, k)
			}
		}
	}
	out, err := json.Marshal(rows)
	if err != nil {
		return raw
	}
	return out
}
