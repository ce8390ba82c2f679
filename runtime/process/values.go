package process

import (
	"maps"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"pipewright/forms"
	"pipewright/rules"
)

// view is a record's values as expressions see them: stored data with proposed values on top.
func (d *decider) view(proposed forms.Stored) forms.Values {
	if len(proposed) == 0 {
		d.seen = d.form.Schema.Decode(d.s.Data)
		return d.seen
	}
	data := make(forms.Stored, len(d.s.Data)+len(proposed))
	for k, v := range d.s.Data {
		data[k] = v
	}
	for k, v := range proposed {
		if v == nil {
			delete(data, k)
			continue
		}
		data[k] = v
	}
	return d.form.Schema.Decode(data)
}

// base is the scope shared by every expression of the command: time, system names, rules.
func (d *decider) base() *rules.Scope {
	return &rules.Scope{Names: d.system(), Now: d.now, Zone: d.app.Zone, Calendar: d.workdays(), Budget: d.budget, Money: d.moneyOf(), Trace: d.f.Trace, Link: d.linkTo(d.s.ID)}
}

// linkTo gives the addresses of a record's tracking pages; they are facts.
func (d *decider) linkTo(record string) func(key string) any {
	return func(page string) any {
		if record == "" {
			return nil
		}
		key := "link:" + record + "|" + page
		url, known := d.f.Links[key]
		if !known {
			d.need(Need{Kind: NeedLink, Key: key, ID: record, Mode: page})
			return nil
		}
		return text(url)
	}
}

// scope is base with the record's fields; the schema adds the app's named rules.
func (d *decider) scope(v forms.Values) *rules.Scope {
	return d.form.Schema.Scope(v, d.base(), d.record)
}

// system are the values of the system names (semantics 14).
func (d *decider) system() map[string]any {
	s := d.s
	m := map[string]any{
		"owner": text(s.Owner), "team": text(s.Team), "pool": text(s.InPool()), "number": text(s.Number), "title": text(s.Title), "me": text(d.c.Actor.User),
		"createdAt": instant(s.CreatedAt), "updatedAt": instant(s.UpdatedAt), "release": decimal.NewFromInt(int64(s.Release)),
	}
	maps.Copy(m, d.extra)
	if s.CreatedAt.IsZero() {
		m["createdAt"], m["updatedAt"] = d.now, d.now
	}
	if st := d.stage(); st != nil {
		m["stage"], m["since"] = s.Stage, instant(s.Since)
		m["idleDays"] = decimal.NewFromInt(int64(idleDays(s.LastActivity, d.now, d.app.Zone)))
		m["probability"] = decimal.New(int64(st.Probability), -2)
		m["open"], m["won"], m["lost"] = st.Def.Open(), st.Def.End == "won", st.Def.End == "lost"
	}
	return m
}

// idleDays counts calendar days since the last activity, in the app's zone, so that a filter on it is a bound on a date.
func idleDays(last, now time.Time, zone *time.Location) int {
	if last.IsZero() {
		return 0
	}
	return max(0, rules.DateOf(last, zone).DaysUntil(rules.DateOf(now, zone)))
}

func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func instant(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

// truth evaluates a condition. A missing condition holds; one that fails at run time does not, and says why.
func (d *decider) truth(p *rules.Program, sc *rules.Scope, path string) (bool, *rules.Problem) {
	if p == nil {
		return true, nil
	}
	v, err := p.Eval(sc)
	if err != nil {
		problem := failed(path, err)
		return false, &problem
	}
	yes, _ := v.(bool)
	return yes, nil
}

// failed turns an evaluation error into a problem at its place.
func failed(path string, err error) rules.Problem {
	if e, ok := err.(*rules.EvalError); ok {
		p := rules.Errorf(path, e.Code, e.Message)
		p.Line, p.Col = e.Line, e.Col
		return p
	}
	return rules.Errorf(path, "expr.failed", rules.Say("规则无法计算：{why}", "規則無法計算：{why}", "A rule could not be computed: {why}", "why", err.Error()))
}

// assigns computes `set` values against one scope and parses them into stored values by field key.
func (d *decider) assigns(form *Form, set []CompiledAssign, sc *rules.Scope) (forms.Values, *Rejection) {
	out := forms.Values{}
	for _, a := range set {
		v, err := a.Value.Eval(sc)
		if err != nil {
			return nil, reject("expr.failed", rules.Say("“{field}”的取值算不出来", "「{field}」的取值算不出來", "The value for “{field}” cannot be computed", "field", a.Field), failed("/data/"+a.Field, err))
		}
		out[a.Field] = v
	}
	return out, nil
}

// retitle keeps the title in step with what it is made of; it is looked at only when something of that has changed.
func (d *decider) retitle() {
	if !d.titleTouched() {
		return
	}
	if title := d.form.Schema.Title(d.view(nil), d.base(), d.record); title != d.s.Title {
		d.emit(Titled{Title: title})
	}
}

func (d *decider) titleTouched() bool {
	if d.before == nil {
		return true
	}
	reads := d.form.Schema.TitleReads()
	for i := range d.events {
		switch p := d.events[i].Payload.(type) {
		case Changed:
			keys := p.keys()
			if len(reads) == 0 {
				return true // the first text field
			}
			for _, name := range reads {
				if slices.Contains(keys, d.form.Schema.StorageKey(name)) {
					return true
				}
			}
		case Migrated, Unmigrated:
			return true // by the rules of another release
		case Numbered, Entered, Assigned:
			if slices.ContainsFunc(reads, func(name string) bool { _, system := SystemNames[name]; return system }) {
				return true
			}
		}
	}
	return false
}
