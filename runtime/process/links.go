package process

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"pipewright/forms"
	"pipewright/rules"
)

// links are the lookups and rollups that depend on the records of one form.
type links struct {
	rollups []rollupLink
	lookups []lookupLink
}

// rollupLink is how the records of a form count in rollups of Form: those of the record that Via points to, by storage key; with
// Table it is a column of that table, and every row counts for the record it points to.
type rollupLink struct {
	Form, Table, Via string
	// Keys are the storage keys whose change matters; Any says that system names such as the stage matter too.
	Keys []string
	Any  bool
}

// lookupLink is how a field of a form shows in records of Form, found by their reference Via ("company", "lines.product").
type lookupLink struct{ Form, Via, Key string }

// link finds what depends on what, when all forms are compiled.
func (a *App) link() {
	a.links = map[string]*links{}
	of := func(form string) *links {
		if a.links[form] == nil {
			a.links[form] = &links{}
		}
		return a.links[form]
	}
	for _, key := range sortedKeys(a.Forms) {
		schema := a.Forms[key].Schema
		for _, r := range schema.Rollups() {
			child := a.Forms[r.Form]
			if child == nil {
				continue
			}
			l := rollupLink{Form: key, Via: child.Schema.StorageKey(r.Path())}
			names := append(slices.Clone(r.Reads), r.Field)
			if r.Table == "" {
				l.Keys = append(l.Keys, l.Via)
			} else {
				// What the rows hold is compared row by row; what is left are names of their record.
				l.Table = child.Schema.StorageKey(r.Table)
				names = slices.DeleteFunc(names, func(name string) bool {
					_, column := child.Schema.Field(r.Table + "." + name)
					return column
				})
			}
			for _, name := range names {
				if _, ok := child.Schema.Field(name); ok {
					l.Keys = append(l.Keys, child.Schema.StorageKey(name))
				} else if name != "" {
					l.Any = true
				}
			}
			to := of(r.Form)
			to.rollups = append(to.rollups, l)
		}
		for _, l := range schema.Lookups() {
			target := a.Form(l.Form)
			if target == nil {
				continue
			}
			via := l.Via
			if l.Table != "" {
				via = l.Table + "." + l.Via
			}
			to := of(l.Form)
			to.lookups = append(to.lookups, lookupLink{Form: key, Via: via, Key: target.Schema.StorageKey(l.Field)})
		}
	}
}

// RefreshEffect asks for the lookups and rollups of records of Form to be worked out anew: those of Record itself, or with Via of
// every record whose reference Via points to Record.
type RefreshEffect struct {
	// App is set when Form belongs to another app than the record that changed.
	App    string `json:"app,omitempty"`
	Form   string `json:"form"`
	Record string `json:"record"`
	Via    string `json:"via,omitempty"`
	Cause  Cause  `json:"cause,omitzero"`
}

// Refreshes lists the lookups and rollups elsewhere that the events of a record of form leave out of date. form is that of the live
// release, whichever the record stands on: what depends on it may have come later. Ids and purity are as in Effects.
func Refreshes(form *Form, before *State, id string, events []Event) []Effect {
	return refreshes(form.App.links[form.Def.Key], "", form, before, id, events)
}

// RefreshesIn is Refreshes for the lookups of another app, which uses this form.
func RefreshesIn(other *App, form *Form, before *State, id string, events []Event) []Effect {
	if other.Def.Key == form.App.Def.Key {
		return nil
	}
	return refreshes(other.links[form.App.Def.Key+"."+form.Def.Key], other.Def.Key, form, before, id, events)
}

func refreshes(l *links, app string, form *Form, before *State, id string, events []Event) []Effect {
	if l == nil {
		return nil
	}
	w := &effects{app: form.App, s: before.Clone()}
	w.s.ID = id
	for i := range events {
		parents := w.parents(l)
		w.s.Apply(&events[i])
		w.refresh(&events[i], l, app, parents)
	}
	return w.out
}

// parents are the records that the record points to by the references its form's rollups go by, in the order of the links, and
// of a table the rows that point to each.
func (w *effects) parents(l *links) []map[string][]any {
	out := make([]map[string][]any, len(l.rollups))
	for i, r := range l.rollups {
		if r.Table == "" {
			if id, _ := w.s.Data[r.Via].(string); id != "" {
				out[i] = map[string][]any{id: nil}
			}
			continue
		}
		rows, _ := w.s.Data[r.Table].([]any)
		for _, row := range rows {
			cells, _ := row.(map[string]any)
			if id, _ := cells[r.Via].(string); id != "" {
				if out[i] == nil {
					out[i] = map[string][]any{}
				}
				out[i][id] = append(out[i][id], row)
			}
		}
	}
	return out
}

// refresh lists the records elsewhere that an event leaves out of date. before are the parents before it.
func (w *effects) refresh(e *Event, l *links, app string, before []map[string][]any) {
	var keys []string
	whole := false
	switch p := e.Payload.(type) {
	case Created, Imported, Deleted, Restored:
		whole = true
	case Changed:
		keys = p.keys()
	case Migrated:
		keys = (&Changed{p.Set, p.Clear}).keys()
	case Unmigrated:
		keys = (&Changed{p.Set, p.Clear}).keys()
	case Entered, Assigned, Numbered:
	default:
		return
	}
	done := map[RefreshEffect]bool{}
	ask := func(x RefreshEffect) {
		if x.Record == "" || done[x] {
			return
		}
		done[x] = true
		x.App = app
		cause := Cause{Root: e.Cause.Root, Depth: e.Cause.Depth + 1}
		w.add(e, "refresh", strings.Join([]string{w.s.ID, itoa(int(e.Seq)), qualified(x.App, x.Form), x.Via, x.Record}, "|"), func(f *Effect) {
			x.Cause = cause
			f.Refresh = &x
		})
	}
	touched := func(of []string) bool {
		return slices.ContainsFunc(of, func(k string) bool { return slices.Contains(keys, k) })
	}
	after := w.parents(l)
	for i, r := range l.rollups {
		all := whole || touched(r.Keys) || len(keys) == 0 && r.Any
		rows := r.Table != "" && slices.Contains(keys, r.Table)
		if !all && !rows {
			continue
		}
		// The records pointed to before are looked at as well as those pointed to now; without a change of the whole, only those
		// whose own rows have changed.
		for _, side := range []map[string][]any{before[i], after[i]} {
			for _, id := range slices.Sorted(maps.Keys(side)) {
				if all || !reflect.DeepEqual(before[i][id], after[i][id]) {
					ask(RefreshEffect{Form: r.Form, Record: id})
				}
			}
		}
	}
	for _, k := range l.lookups {
		if touched([]string{k.Key}) {
			ask(RefreshEffect{Form: k.Form, Via: k.Via, Record: w.s.ID})
		}
	}
}

// Roll works out the rollups of one record that go by one reference. The shell adds every record that points there.
type Roll struct {
	form    *Form
	id      string
	cal     rules.Calendar
	now     time.Time
	app     *App
	tallies map[string]*forms.Tally
}

// NewRoll begins what a need of kind NeedRollup asks for.
func NewRoll(app *App, n Need, cal rules.Calendar, now time.Time) *Roll {
	r := &Roll{form: app.Forms[n.Form], id: n.ID, app: app, cal: cal, now: now, tallies: map[string]*forms.Tally{}}
	if of := app.Forms[n.Of]; of != nil {
		for _, rollup := range of.Schema.Rollups() {
			if rollup.Form == n.Form && rollup.Path() == n.Via {
				r.tallies[rollup.Key] = rollup.Tally()
			}
		}
	}
	return r
}

// Add takes one record into account; one in the recycle bin does not count.
func (r *Roll) Add(s *State) {
	if r.form == nil || !s.Deleted.IsZero() {
		return
	}
	d := &decider{app: r.app, form: r.form, proc: r.form.Process, s: s, c: &Command{}, f: &Facts{Calendar: r.cal}, now: r.now, budget: rules.NewBudget()}
	v := r.form.Schema.Decode(s.Data)
	scope := r.form.Schema.Scope(v, d.base(), nil)
	for _, t := range r.tallies {
		t.Add(r.id, v, scope)
	}
}

// roll is what the records that point here sum up to, or nil, and then it is asked for.
func (d *decider) roll(r *forms.Rollup) *Roll {
	key := "rollup:" + r.Form + "|" + r.Path() + "|" + d.s.ID
	roll := d.f.Rollups[key]
	if roll == nil {
		d.need(Need{Kind: NeedRollup, Key: key, Of: d.form.Def.Key, Form: r.Form, Via: r.Path(), ID: d.s.ID})
	}
	return roll
}

// rolled lists the rollups that the gate of a transition rests on.
func (p *Process) rolled(t *CompiledTransition) []forms.Rollup {
	if t.To == nil {
		return nil
	}
	conditions := []*rules.Program{t.If}
	for i := range t.To.Enter {
		conditions = append(conditions, t.To.Enter[i].If)
	}
	checked := len(t.Def.Ask) > 0
	for _, st := range p.Stages {
		if !t.From[st.Def.Key] || !t.advancing(st) {
			continue
		}
		checked = true
		for i := range st.Leave {
			conditions = append(conditions, st.Leave[i].If)
		}
	}
	return p.Form.Schema.RollupsBehind(checked, conditions...)
}

// fresh are the rollups that a gate rests on, summed up now: what is stored may be a moment old, and a gate must not let through
// or hold back by what was (semantics 6). They are asked for as facts.
func (d *decider) fresh(t *CompiledTransition) forms.Values {
	var out forms.Values
	for i := range t.rolled {
		r := &t.rolled[i]
		roll := d.roll(r)
		if roll == nil || roll.tallies[r.Key] == nil {
			continue
		}
		if out == nil {
			out = forms.Values{}
		}
		out[r.Key], _ = d.form.Schema.Assign(r.Key, roll.tallies[r.Key].Value(d.view(nil)), "/data")
	}
	return out
}

// refresh works out the lookups and rollups of the record anew and whatever is computed from them. Nothing a person may have
// left open stands in its way; a round whose guards move is begun again, as when a person changes them.
func (d *decider) refresh() *Rejection {
	if !d.c.Actor.Service {
		return forbidden()
	}
	given := d.summed(d.form.Schema.Rollups())
	if len(d.needs) > 0 {
		return nil
	}
	return d.settle(given)
}

// summed are rollups of the record, worked out anew.
func (d *decider) summed(rollups []forms.Rollup) forms.Values {
	given := forms.Values{}
	for _, r := range rollups {
		roll := d.roll(&r)
		if roll == nil {
			continue
		}
		if t := roll.tallies[r.Key]; t != nil {
			// What does not fit the field (a sum beyond all bounds) is not known.
			given[r.Key], _ = d.form.Schema.Assign(r.Key, t.Value(d.view(nil)), "/data")
		}
	}
	return given
}

// recount sums up anew what is summed up in the record's own currency, when the record has come into another one.
func (d *decider) recount() *Rejection {
	s := d.form.Schema
	if d.before == nil || s.Currency() == "" {
		return nil
	}
	own := slices.DeleteFunc(s.Rollups(), func(r forms.Rollup) bool { return !r.Own() })
	if key := s.StorageKey(s.Currency()); len(own) == 0 || d.before.Data[key] == d.s.Data[key] {
		return nil
	}
	given := d.summed(own)
	if len(d.needs) > 0 {
		return nil
	}
	return d.settle(given)
}

// settle records what rollups have come to and whatever is computed from them.
func (d *decider) settle(given forms.Values) *Rejection {
	if len(given) == 0 && d.c.Kind != Refresh {
		return nil
	}
	changed := d.difference(d.evaluate(d.view(nil), given, forms.Mask{}, nil).Values)
	keys := changed.keys()
	if len(keys) == 0 {
		return nil
	}
	d.emit(changed)
	round := d.s.Round
	if round == nil || d.app.Chains[round.Chain] == nil {
		return nil
	}
	var moved []string
	for _, g := range d.app.Chains[round.Chain].Guards {
		if slices.Contains(keys, d.form.Schema.StorageKey(g)) {
			moved = append(moved, g)
		}
	}
	if len(moved) > 0 {
		return d.void(moved)
	}
	return nil
}

// qualified is the key of a form, with that of its app when it is another one.
func qualified(app, form string) string {
	if app == "" {
		return form
	}
	return app + "." + form
}
