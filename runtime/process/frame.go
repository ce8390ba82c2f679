package process

import (
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/shopspring/decimal"

	"pipewright/forms"
	"pipewright/rules"
)

// Frame is what the actions of a list see beyond the automation's own record (semantics 5): the record an each has come to, its row, its
// group, the payload that set the automation off and the answer of a call. Nil is an empty one.
type Frame struct {
	// Form and ID are the record the actions run on; empty: the automation's own.
	Form, ID string
	// Row is a row; with RowForm and RowTable it is one of that table, as the form decodes it, else its values are plain.
	Row               map[string]any
	RowForm, RowTable string
	// Rows are the ids of the records of a group, of the form Grouped, and Group the value they share: a stored field of one of them.
	Rows    []string
	Grouped string
	GroupBy string
	Group   forms.Stored
	// Payload came with a webhook; Result is the answer of the last call whose answer is described.
	Payload, Result map[string]any
}

// with is a frame that one can change without touching the one around.
func (fr *Frame) with(change func(*Frame)) *Frame {
	out := Frame{}
	if fr != nil {
		out = *fr
	}
	change(&out)
	return &out
}

// LoopDeed is what an each is to go through: rows that are there already, or records to be found.
type LoopDeed struct {
	// Table holds the rows of a table of the record, stored, and Form which form's they are; Rows are others. At are the places of those
	// that count.
	Form  string
	Table forms.Stored
	Rows  []map[string]any
	At    []int
	// Find says that the records the loop's filter finds are meant; Names are what it compares with.
	Find  bool
	Names map[string]any
}

// Item is one of what an each goes through, as a run keeps it: a row by its place, a record, or a group.
type Item struct {
	Row   int          `json:"row,omitempty"`
	ID    string       `json:"id,omitempty"`
	Group forms.Stored `json:"group,omitempty"`
	Rows  []string     `json:"rows,omitempty"`
}

// Into is the frame of an item of a loop. form and rows are what LoopDeed.Decoded says.
func (fr *Frame) Into(l *CompiledLoop, item *Item, form string, rows []map[string]any) *Frame {
	return fr.with(func(in *Frame) {
		switch {
		case l.Table == nil && l.Def.GroupBy != "":
			in.Rows, in.Grouped, in.GroupBy, in.Group = item.Rows, l.Form.Def.Key, l.Def.GroupBy, item.Group
		case l.Table == nil:
			in.Form, in.ID = l.Form.Def.Key, item.ID
		default:
			in.RowForm, in.RowTable, in.Row = form, l.Table.Field, nil
			if item.Row < len(rows) {
				in.Row = rows[item.Row]
			}
		}
	})
}

// Decoded are the rows of the loop; those of a record's table are decoded as form has it.
func (l *LoopDeed) Decoded(app *App, loop *CompiledLoop) []map[string]any {
	form := app.Forms[l.Form]
	if form == nil || loop.Table == nil {
		return l.Rows
	}
	rows, _ := form.Schema.Decode(l.Table)[loop.Table.Field].([]map[string]any)
	return rows
}

// WithResult is the frame of what follows a call that has been answered.
func (fr *Frame) WithResult(result map[string]any) *Frame {
	return fr.with(func(in *Frame) { in.Result = result })
}

// LoopRows are the rows of a loop that are not a record's own, again: a run that is taken up goes on with the same ones.
func LoopRows(app *App, l *CompiledLoop, s *State, fr *Frame, f *Facts, at time.Time) ([]map[string]any, []Need, *rules.Problem) {
	d, r := performer(app, s, f, at)
	if r != nil {
		p := rules.Errorf(l.Path, r.Code, r.Message)
		return nil, nil, &p
	}
	d.extra = d.framed(fr)
	rows, problem := tableIn(l.Table, d.base(), l.Path+"/rows")
	return rows, d.needs, problem
}

// framed are the values of what a frame adds. Records behind references are facts to be fetched.
func (d *decider) framed(fr *Frame) map[string]any {
	if fr == nil {
		return nil
	}
	out := map[string]any{}
	if fr.Payload != nil {
		out[payloadSeen] = fr.Payload
	}
	if fr.Result != nil {
		out[resultSeen] = fr.Result
	}
	switch form := d.app.Forms[fr.RowForm]; {
	case fr.Row != nil && form != nil:
		if rows := d.rowsOf(form, fr.RowTable, []map[string]any{fr.Row}); len(rows) == 1 {
			out[rowSeen] = rows[0]
		}
	case fr.Row != nil:
		out[rowSeen] = fr.Row
	}
	if form := d.app.Forms[fr.Grouped]; form != nil {
		rows := []map[string]any{}
		for _, id := range fr.Rows {
			if other := d.performerOn(form.Def.Key, id); other != nil {
				rows = append(rows, other.identified())
				d.needs = append(d.needs, other.needs...)
			}
		}
		out[rowsSeen] = rows
		out[groupSeen] = form.Schema.Scope(form.Schema.Decode(fr.Group), &rules.Scope{}, d.record).Names[fr.GroupBy]
	}
	return out
}

// rowsOf are rows of a form's table as expressions see them.
func (d *decider) rowsOf(form *Form, table string, rows []map[string]any) []map[string]any {
	out, _ := form.Schema.Scope(forms.Values{table: rows}, &rules.Scope{}, d.record).Names[table].([]map[string]any)
	return out
}

// whole is the scope of the record as it stands, or of no record.
func (d *decider) whole() *rules.Scope {
	if d.form == nil {
		return d.base()
	}
	return d.scope(d.view(nil))
}

// identified are the names of the whole record with its id.
func (d *decider) identified() map[string]any {
	names := maps.Clone(d.whole().Names)
	names["id"] = d.s.ID
	return names
}

// sees is what another record's expressions see beside that record: all that this one's do, and this one as source if it is the
// automation's own.
func (d *decider) sees() map[string]any {
	if _, inner := d.extra[sourceName]; inner || d.before == nil {
		return d.extra
	}
	out := map[string]any{sourceName: d.identified()}
	maps.Copy(out, d.extra)
	return out
}

// other is a performer on another record that sees the same; nil when the record is a fact still to be fetched, or gone.
func (d *decider) other(form, id string) *decider {
	on := d.performerOn(form, id)
	if on != nil {
		on.extra = d.sees()
	}
	return on
}

func (d *decider) performerOn(form, id string) *decider {
	fact, known := d.f.Records[form+"/"+id]
	if !known {
		d.record(form, id)
		return nil
	}
	if fact.Missing || fact.State == nil || fact.State.Form != form {
		return nil
	}
	d.use(id, fact.Ver)
	on := inspector(d.app, fact.State, Service(d.app.Def.Key), d.f, d.now)
	on.c.Cause, on.budget = d.c.Cause, d.budget
	if on.bind() != nil {
		return nil
	}
	return on
}

// behind is the record that an action's reference points to; nil when there is none.
func (d *decider) behind(a *CompiledAction, sc *rules.Scope) *decider {
	id := ""
	if a.Ref.Program == nil {
		ref, _ := d.view(nil)[a.Ref.Field].(forms.Ref)
		id = ref.ID
	} else if v, err := a.Ref.Program.Eval(sc); err == nil {
		id, _ = idOf(v)
	}
	if id == "" {
		return nil
	}
	return d.other(a.On.Def.Key, id)
}

// idOf is the id of a record as expressions see it.
func idOf(v any) (string, bool) {
	m, _ := v.(map[string]any)
	id, ok := m["id"].(string)
	return id, ok
}

// referred is the record whose table is meant; nil when it is a fact still to be fetched, or there is none.
func (d *decider) referred(t *CompiledTable) *decider {
	ref, _ := d.view(nil)[t.Via].(forms.Ref)
	if ref.ID == "" {
		return nil
	}
	on := d.performerOn(t.Form.Def.Key, ref.ID)
	if on != nil {
		d.needs = append(d.needs, on.needs...)
	}
	return on
}

// found says what a loop goes through.
func (d *decider) found(deed *Deed, l *CompiledLoop, sc *rules.Scope) *rules.Problem {
	if l.Table == nil {
		deed.Loop = &LoopDeed{Find: true, Names: d.sees()}
		return nil
	}
	out := &LoopDeed{}
	var rows []map[string]any
	if l.Table.Field != "" {
		of := d
		if l.Table.Via != "" {
			if of = d.referred(l.Table); of == nil {
				deed.Loop = out // still to be fetched, or there is no such record and so no row
				return nil
			}
		}
		own, _ := of.view(nil)[l.Table.Field].([]map[string]any)
		out.Form, out.Table = of.form.Def.Key, of.form.Schema.Encode(forms.Values{l.Table.Field: own})
		rows = d.rowsOf(of.form, l.Table.Field, own)
	} else {
		var problem *rules.Problem
		if rows, problem = tableIn(l.Table, sc, l.Path+"/rows"); problem != nil {
			return problem
		}
		out.Rows = rows
	}
	for i, row := range rows {
		if l.Where != nil {
			yes, problem := d.truth(l.Where, sc.Row(map[string]any{rowSeen: row}), l.Path+"/where")
			if problem != nil {
				return problem
			}
			if !yes {
				continue
			}
		}
		out.At = append(out.At, i)
	}
	deed.Loop = out
	return nil
}

// tableIn evaluates a table that is not one of the record.
func tableIn(t *CompiledTable, sc *rules.Scope, path string) ([]map[string]any, *rules.Problem) {
	v, err := t.Program.Eval(sc)
	if err != nil {
		p := failed(path, err)
		return nil, &p
	}
	rows, _ := v.([]map[string]any)
	return rows, nil
}

// startValues computes what a started record begins with.
func (d *decider) startValues(a *CompiledAction, sc *rules.Scope) (Wire, *rules.Problem) {
	path := a.Path + "/start/with"
	values, problem := d.valuesSet(a.Start, a.With, sc, path)
	if problem != nil {
		return nil, problem
	}
	var empty []string
	for i := range a.Rows {
		r := &a.Rows[i]
		var from []map[string]any
		if r.From.Field != "" && r.From.Via == "" {
			from, _ = sc.Names[r.From.Field].([]map[string]any)
		} else if from, problem = tableIn(&r.From, sc, r.Path+"/from"); problem != nil {
			return nil, problem
		}
		rows := []map[string]any{}
		for n, row := range from {
			here := sc.Row(map[string]any{rowSeen: row})
			if yes, problem := d.truth(r.If, here, r.Path+"/if"); problem != nil {
				return nil, problem
			} else if !yes {
				continue
			}
			made := map[string]any{}
			for _, set := range r.Set {
				v, err := set.Value.Eval(here)
				if err != nil {
					p := failed(fmt.Sprintf("%s/set/%s", r.Path, set.Field), err)
					p.Message = rules.Say("第 {row} 行：{why}", "第 {row} 列：{why}", "Row {row}: {why}", "row", decimal.NewFromInt(int64(n+1)), "why", p.Message)
					return nil, &p
				}
				made[set.Field] = v
			}
			rows = append(rows, made)
		}
		v, err := a.Start.Schema.FromExpression(r.Field, rows)
		if err != nil {
			p := failed(r.Path, err)
			return nil, &p
		}
		if values[r.Field] = v; len(rows) == 0 {
			empty = append(empty, r.Field)
		}
	}
	wire := wireOf(a.Start, values) // whole, for amounts in rows are in the currency of the record
	for _, table := range empty {
		wire[table] = json.RawMessage("[]")
	}
	return wire, nil
}

// GroupOf is the group of an each that a record belongs to: a name for it, and the value its records share.
func GroupOf(l *CompiledLoop, s *State) (key string, group forms.Stored) {
	v := l.Form.Schema.Decode(s.Data)[l.Def.GroupBy]
	if v == nil {
		return "", nil
	}
	return rules.ShowValue(v), l.Form.Schema.Encode(forms.Values{l.Def.GroupBy: v})
}
