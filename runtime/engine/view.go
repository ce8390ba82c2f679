package engine

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// View is a record as one person sees it. Values and States hold only what he may see.
type View struct {
	App   *process.App
	Form  *process.Form
	State *process.State
	// Cols are the record's columns: title, value, weighted, dueAt, idleAt and so on.
	Cols   map[string]any
	Ver    int64
	Actor  process.Actor
	Rights process.Rights
	// Inspection tells field states, conditions and transitions; nil in lists.
	Inspection *process.Inspection
	// Rounds are the ended rounds, newest first; Related and Links the records around it. Empty in lists.
	Rounds  []EndedRound
	Related []Related
	Links   []Linked
	// titles of the records that its references point to, by id.
	titles map[string]string
	hidden map[string]bool
}

// EndedRound is a round that has ended, as it is kept.
type EndedRound struct {
	process.Round
	EndedAt time.Time `json:"endedAt"`
}

// Related are the records of another form that point here.
type Related struct {
	Form, Via string
	Name      rules.Text
	Items     []Linked
}

// Linked is another record in a few words. Why is "started" or "startedFrom" for links.
type Linked struct {
	ID, Form, Process, Title, Number, Stage, Why string
}

// Title is what people call the record.
func (v *View) Title() string {
	title, _ := v.Cols["title"].(string)
	return title
}

// Sees says whether the person sees a field or the column "lines.cost".
func (v *View) Sees(key string) bool {
	table, _, _ := strings.Cut(key, ".")
	return !v.hidden[key] && !v.hidden[table]
}

// Data are the values he sees, in wire form, references with their titles.
func (v *View) Data() map[string]json.RawMessage {
	return v.Wire(v.Form.Schema.Decode(v.State.Data))
}

// Proposed are the values that a running round would set.
func (v *View) Proposed() map[string]json.RawMessage {
	if v.State.Round == nil {
		return nil
	}
	return v.Wire(v.Form.Schema.Decode(v.State.Round.Proposed))
}

// Wire writes values of this record's form as he may see them.
func (v *View) Wire(values forms.Values) map[string]json.RawMessage {
	shown := make(forms.Values, len(values))
	for key, value := range values {
		if !v.Sees(key) {
			continue
		}
		if rows, ok := value.([]map[string]any); ok {
			value = v.rows(key, rows)
		}
		shown[key] = value
	}
	return v.Form.Schema.Wire(shown, func(_, id string) (string, bool) {
		title, ok := v.titles[id]
		return title, ok
	})
}

// rows leaves out the columns he does not see.
func (v *View) rows(table string, rows []map[string]any) []map[string]any {
	out := make([]map[string]any, len(rows))
	for i, row := range rows {
		out[i] = make(map[string]any, len(row))
		for col, value := range row {
			if v.Sees(table + "." + col) {
				out[i][col] = value
			}
		}
	}
	return out
}

// Record reads one record for a person. Errors: *process.Rejection not.found, also when he may not see it.
func (e *Engine) Record(ctx context.Context, user, id string) (*View, error) {
	v, r, err := e.load(ctx, user, id)
	if err != nil {
		return nil, err
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return nil, err
	}
	f := &fetcher{e: e, app: v.App, dir: dir, facts: &process.Facts{Calendar: calendarOf(v.App)}, record: id, coll: RecordCollection(v.Form)}
	at := e.instant()
	err = f.ask(ctx, func(facts *process.Facts) (needs []process.Need) {
		v.Inspection, needs = process.Inspect(v.App, v.State, v.Actor, facts, at)
		return needs
	})
	if err != nil {
		return nil, err
	}
	if v.Inspection.Result != nil {
		for key, s := range v.Inspection.Result.Fields {
			if s.Masked {
				v.hidden[key] = true
			}
		}
	}
	if err := e.titles(ctx, []*View{v}); err != nil {
		return nil, err
	}
	if err := e.rounds(ctx, v, r); err != nil {
		return nil, err
	}
	return v, e.around(ctx, v, dir)
}

// load reads a record and what the person may do with it.
func (e *Engine) load(ctx context.Context, user, id string) (*View, *record, error) {
	form, err := e.form(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	doc, err := e.store.Get(ctx, RecordCollection(form), id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil, notFound()
	}
	if err != nil {
		return nil, nil, err
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return nil, nil, err
	}
	v, r, err := e.view(ctx, form.App, form.Def.Key, dir, user, doc)
	if err != nil {
		return nil, nil, err
	}
	if v == nil || !v.Rights.Read {
		return nil, nil, notFound()
	}
	return v, r, nil
}

// view lays a document out for a person; nil for one that holds no record.
func (e *Engine) view(ctx context.Context, current *process.App, form string, dir *org.Directory, user string, doc store.Doc) (*View, *record, error) {
	r, err := decodeRecord(doc)
	if err != nil || r.State == nil {
		return nil, nil, err
	}
	app, err := e.pinned(ctx, r.State, current)
	if err != nil {
		return nil, nil, err
	}
	v := &View{App: app, Form: app.Forms[form], State: r.State, Cols: doc.Cols, Ver: doc.Ver, Actor: access.Actor(app, form, dir, user, r.State), hidden: map[string]bool{}}
	v.Rights = v.Actor.Rights
	for key := range v.Rights.Hide {
		v.hidden[key] = true
	}
	return v, r, nil
}

// titles finds what the records that references point to are called. Who sees the field sees the title.
func (e *Engine) titles(ctx context.Context, vs []*View) error {
	ids := map[string][]string{} // by collection
	all := map[string]string{}
	add := func(app *process.App, form string, value any) {
		ref, ok := value.(forms.Ref)
		target := app.Forms[form]
		if !ok || target == nil || store.CheckID(ref.ID) != nil {
			return
		}
		if _, twice := all[ref.ID]; !twice {
			all[ref.ID] = ""
			coll := RecordCollection(target)
			ids[coll] = append(ids[coll], ref.ID)
		}
	}
	for _, v := range vs {
		v.titles = all
		data := []forms.Stored{v.State.Data}
		if v.State.Round != nil {
			data = append(data, v.State.Round.Proposed)
		}
		for _, d := range data {
			if len(d) == 0 {
				continue
			}
			values := v.Form.Schema.Decode(d)
			for i := range v.Form.Def.Fields {
				def := &v.Form.Def.Fields[i]
				add(v.App, def.Form, values[def.Key])
				rows, _ := values[def.Key].([]map[string]any)
				for j := range def.Fields {
					for _, row := range rows {
						add(v.App, def.Fields[j].Form, row[def.Fields[j].Key])
					}
				}
			}
		}
	}
	for coll, list := range ids {
		for len(list) > 0 {
			part := list[:min(len(list), store.MaxPage)]
			list = list[len(part):]
			docs, err := e.store.GetMany(ctx, coll, part)
			if err != nil {
				return err
			}
			for _, d := range docs {
				all[d.ID], _ = d.Cols["title"].(string)
			}
		}
	}
	for id, title := range all {
		if title == "" {
			delete(all, id)
		}
	}
	return nil
}

// rounds reads the ended rounds, with those that are still on their way.
func (e *Engine) rounds(ctx context.Context, v *View, r *record) error {
	if v.State.RoundCount == 0 {
		return nil
	}
	page, err := e.store.Query(ctx, collRounds, query.Query{Filter: query.Cmp{Col: "record", Op: query.Eq, Value: v.State.ID},
		Sort: []query.Sort{{Col: "endedAt", Desc: true}}, Limit: 50})
	if err != nil {
		return err
	}
	seen := map[int]bool{}
	for _, d := range page.Docs {
		var round EndedRound
		if err := json.Unmarshal(d.Body, &round); err != nil {
			return err
		}
		seen[round.N] = true
		v.Rounds = append(v.Rounds, round)
	}
	for _, b := range r.Pending {
		for i := range b.Effects {
			if x := &b.Effects[i]; x.Kind == "round" && !seen[x.Round.N] {
				seen[x.Round.N] = true
				v.Rounds = append(v.Rounds, EndedRound{Round: *x.Round, EndedAt: time.UnixMilli(b.At).UTC()})
			}
		}
	}
	slices.SortFunc(v.Rounds, func(a, b EndedRound) int { return b.N - a.N })
	return nil
}

// around finds the records that this one is linked with and that point to it, as far as the person may see them.
func (e *Engine) around(ctx context.Context, v *View, dir *org.Directory) error {
	user := v.Actor.User
	byForm := map[string][]string{}
	for _, l := range v.State.Links {
		byForm[l.Form] = append(byForm[l.Form], l.ID)
	}
	found := map[string]Linked{}
	for form, ids := range byForm {
		target := v.App.Forms[form]
		if target == nil {
			continue
		}
		docs, err := e.store.GetMany(ctx, RecordCollection(target), ids)
		if err != nil {
			return err
		}
		for _, d := range docs {
			if l, ok, err := e.linked(target, dir, user, d); err != nil {
				return err
			} else if ok {
				found[d.ID] = l
			}
		}
	}
	for _, l := range v.State.Links {
		if item, ok := found[l.ID]; ok {
			item.Why = l.Why
			v.Links = append(v.Links, item)
		}
	}
	for _, rel := range v.Form.Def.Related {
		target := v.App.Forms[rel.Form]
		if target == nil {
			continue
		}
		col, err := referenceColumn(target, rel.Via)
		if err != nil {
			return err
		}
		filter := query.And{query.Cmp{Col: col, Op: query.Eq, Value: v.State.ID}, query.IsNull{Col: "deleted"}}
		if f := access.Filter(v.App, rel.Form, dir, user); f != nil {
			filter = append(filter, f)
		}
		page, err := e.store.Query(ctx, RecordCollection(target), query.Query{Filter: filter, Sort: []query.Sort{{Col: "updatedAt", Desc: true}}, Limit: 50,
			Cols: []string{"title", "number", "stage"}})
		if err != nil {
			return err
		}
		out := Related{Form: rel.Form, Via: rel.Via, Name: rel.Name}
		if out.Name.IsZero() {
			out.Name = target.Def.Name
		}
		for _, d := range page.Docs {
			out.Items = append(out.Items, linkedOf(target, d))
		}
		v.Related = append(v.Related, out)
	}
	return nil
}

func (e *Engine) linked(target *process.Form, dir *org.Directory, user string, d store.Doc) (Linked, bool, error) {
	r, err := decodeRecord(d)
	if err != nil || r.State == nil || !r.State.Deleted.IsZero() {
		return Linked{}, false, err
	}
	if !access.Rights(target.App, target.Def.Key, dir, user, r.State).Read {
		return Linked{}, false, nil
	}
	return linkedOf(target, d), true, nil
}

func linkedOf(target *process.Form, d store.Doc) Linked {
	l := Linked{ID: d.ID, Form: target.Def.Key}
	l.Title, _ = d.Cols["title"].(string)
	l.Number, _ = d.Cols["number"].(string)
	l.Stage, _ = d.Cols["stage"].(string)
	if target.Process != nil {
		l.Process = target.Process.Def.Key
	}
	return l
}

// GuardChange is a guarded field that changed between two rounds, in wire form; empty is null.
type GuardChange struct {
	Field         string
	Before, After json.RawMessage
}

// GuardChanges tells what changed in the guarded fields since the round before the live one, for its approvers.
func (v *View) GuardChanges() []GuardChange {
	s := v.State
	if s.Round == nil || len(s.Rounds) == 0 {
		return nil
	}
	var before forms.Stored
	for _, r := range s.Rounds {
		if r.Chain == s.Round.Chain && len(r.Guards) > 0 {
			before = r.Guards
		}
	}
	if before == nil {
		return nil
	}
	was, is := v.Form.Schema.Decode(before), v.Form.Schema.Decode(s.Round.Guards)
	wasWire, isWire := v.Wire(was), v.Wire(is)
	var out []GuardChange
	for i := range v.Form.Def.Fields {
		key := v.Form.Def.Fields[i].Key
		if v.Sees(key) && !forms.Same(was[key], is[key]) {
			out = append(out, GuardChange{key, orNull(wasWire[key]), orNull(isWire[key])})
		}
	}
	return out
}

func orNull(raw json.RawMessage) json.RawMessage {
	if raw == nil {
		return json.RawMessage("null")
	}
	return raw
}

// EvaluateRequest is what a person is typing into a form.
type EvaluateRequest struct {
	App, Form string
	// ID of the record being edited; empty for a new one.
	ID         string
	Data       map[string]json.RawMessage
	Transition string
}

// Evaluation is the form as it then stands.
type Evaluation struct {
	*View
	Result   *forms.Result
	Problems []rules.Problem
}

// Evaluate computes a form without keeping anything: values, which fields show, what is wrong.
func (e *Engine) Evaluate(ctx context.Context, user string, req EvaluateRequest) (*Evaluation, error) {
	dir, err := e.Directory(ctx)
	if err != nil {
		return nil, err
	}
	var v *View
	if req.ID != "" {
		if v, _, err = e.load(ctx, user, req.ID); err != nil {
			return nil, err
		}
	} else {
		app, err := e.current(ctx, req.App)
		if err != nil {
			return nil, err
		}
		if app.Forms[req.Form] == nil {
			return nil, notFound()
		}
		v = &View{App: app, Form: app.Forms[req.Form], Actor: access.Actor(app, req.Form, dir, user, nil), hidden: map[string]bool{}}
		v.Rights = v.Actor.Rights
		if !v.Rights.Create {
			return nil, forbidden()
		}
		for key := range v.Rights.Hide {
			v.hidden[key] = true
		}
	}
	f := &fetcher{e: e, app: v.App, dir: dir, facts: &process.Facts{Calendar: calendarOf(v.App)}, record: req.ID, coll: RecordCollection(v.Form)}
	out := &Evaluation{View: v}
	at := e.instant()
	err = f.ask(ctx, func(facts *process.Facts) (needs []process.Need) {
		out.Result, out.Problems, needs = process.EvaluateForm(v.App, v.Form.Def.Key, v.State, v.Actor, facts, at, req.Data, req.Transition)
		return needs
	})
	if err != nil || out.Result == nil {
		return out, err
	}
	for key, s := range out.Result.Fields {
		if s.Masked {
			v.hidden[key] = true
		}
	}
	v.titles = map[string]string{}
	for key, fact := range f.facts.Records {
		if _, id, ok := strings.Cut(key, "/"); ok && !fact.Missing {
			v.titles[id] = fact.Title
		}
	}
	return out, nil
}

// PreviewPath tells who would approve if the person took the transition now with these values.
func (e *Engine) PreviewPath(ctx context.Context, user, id, transition string, data map[string]json.RawMessage) (*process.Path, error) {
	v, _, err := e.load(ctx, user, id)
	if err != nil {
		return nil, err
	}
	if v.Form.Process == nil || v.Form.Process.ByTransition[transition] == nil {
		return nil, notFound()
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return nil, err
	}
	f := &fetcher{e: e, app: v.App, dir: dir, facts: &process.Facts{Calendar: calendarOf(v.App)}, record: id, coll: RecordCollection(v.Form)}
	var path *process.Path
	at := e.instant()
	err = f.ask(ctx, func(facts *process.Facts) (needs []process.Need) {
		path, needs = process.PreviewPath(v.App, v.State, transition, data, v.Actor, facts, at)
		return needs
	})
	return path, err
}

// PreviewChain answers the designer's question who would decide on these values, for an app that need not be published. The
// store holds nothing of an unpublished app, so references are taken as given.
func (e *Engine) PreviewChain(ctx context.Context, app *process.App, chain string, data map[string]json.RawMessage, owner, initiator string) (*process.Path, error) {
	dir, err := e.Directory(ctx)
	if err != nil {
		return nil, err
	}
	if app.Chains[chain] == nil || app.Chains[chain].Form == nil {
		return nil, notFound()
	}
	form := app.Chains[chain].Form
	actor := access.Actor(app, form.Def.Key, dir, initiator, nil)
	f := &fetcher{e: e, app: app, dir: dir, facts: &process.Facts{Calendar: calendarOf(app)}}
	var path *process.Path
	at := e.instant()
	for round := 0; round <= maxNeeds; round++ {
		var needs []process.Need
		path, needs = process.PreviewChain(app, chain, data, owner, dir.TeamOf(owner), actor, f.facts, at)
		if len(needs) == 0 {
			return path, nil
		}
		var rest []process.Need
		for _, n := range needs {
			if n.Kind != process.NeedRecord {
				rest = append(rest, n)
				continue
			}
			if f.facts.Records == nil {
				f.facts.Records = map[string]process.RecordFact{}
			}
			f.facts.Records[n.Key] = process.RecordFact{Missing: true}
		}
		if err := f.all(ctx, rest); err != nil {
			return nil, err
		}
	}
	return path, nil
}

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
