package engine

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"pipewright/forms"
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
	Rounds []EndedRound
	// Next are the steps of the live round that are still to come, as things stand.
	Next    []process.PathStep
	Related []Related
	Links   []Linked
	// Prints are those the person is offered. Empty in lists.
	Prints []*process.CompiledPrint
	// brief: one of a list, shown without its tables.
	brief bool
	// titles of the records that its references point to, by id.
	titles map[string]string
	hidden map[string]bool
}

// Title is what people call the record; its number, or dots, for a person who does not see what the title is made of.
func (v *View) Title() string {
	title, _ := v.Cols["title"].(string)
	switch {
	case v.SeesTitle():
		return title
	case v.State.Number != "":
		return v.State.Number
	}
	return hiddenTitle
}

// hiddenTitle stands for a title that is kept from a person.
const hiddenTitle = "•••"

// SeesTitle says whether the person sees every field that the title is made of.
func (v *View) SeesTitle() bool {
	title, _ := v.Cols["title"].(string)
	if len(v.hidden) == 0 || title == "" {
		return true
	}
	for _, key := range v.Form.Schema.TitleReads() {
		if !v.Sees(key) {
			return false
		}
		for hidden := range v.hidden { // a column of a table that it sums up
			if table, _, isColumn := strings.Cut(hidden, "."); isColumn && table == key {
				return false
			}
		}
	}
	first, text := v.Form.Schema.FirstText(v.Form.Schema.DecodeScalars(v.State.Data))
	return text != title || v.Sees(first)
}

// Sees says whether the person sees a field or the column "lines.cost".
func (v *View) Sees(key string) bool {
	table, _, _ := strings.Cut(key, ".")
	return !v.hidden[key] && !v.hidden[table]
}

// Masked says whether the person is shown the field, a phone number, in part.
func (v *View) Masked(key string) bool {
	return v.Rights.Mask[key] && !v.Sees(key) && !v.Form.HiddenIn(v.State.Stage, v.Rights.Whole)[key]
}

// Masks are the numbers that he is shown in part, as he is shown them.
func (v *View) Masks() map[string]string {
	if len(v.Rights.Mask) == 0 || v.State == nil {
		return nil
	}
	values := v.decode(v.State.Data)
	if v.Inspection != nil && v.Inspection.Values != nil && !v.brief {
		values = v.Inspection.Values
	}
	out := map[string]string{}
	for key := range v.Rights.Mask {
		if text, ok := values[key].(string); ok && text != "" && v.Masked(key) {
			out[key] = forms.MaskPhone(text)
		}
	}
	return out
}

// Data are the values he sees, in wire form, references with their titles. In lists tables are left out.
func (v *View) Data() map[string]json.RawMessage {
	if v.Inspection != nil && v.Inspection.Values != nil && !v.brief {
		return v.Wire(v.Inspection.Values)
	}
	return v.Wire(v.decode(v.State.Data))
}

func (v *View) decode(d forms.Stored) forms.Values {
	if v.brief {
		return v.Form.Schema.DecodeScalars(d)
	}
	return v.Form.Schema.Decode(d)
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
	return v, e.complete(ctx, v, r)
}

// RecordAfter is the record as a command has left it, without reading it again. Errors: *process.Rejection not.found when the person
// may not see it any more.
func (e *Engine) RecordAfter(ctx context.Context, user string, res *Result) (*View, error) {
	if res.rec == nil {
		return e.Record(ctx, user, res.State.ID)
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return nil, err
	}
	live, err := e.current(ctx, res.App.Def.Key)
	if err != nil {
		return nil, err
	}
	v := viewOf(live, res.App, res.State.Form, dir, user, res.rec, res.cols, res.Ver)
	if !v.Rights.Read {
		return nil, notFound()
	}
	return v, e.complete(ctx, v, res.rec)
}

// complete adds what only the page of one record shows.
func (e *Engine) complete(ctx context.Context, v *View, r *record) error {
	dir, err := e.Directory(ctx)
	if err != nil {
		return err
	}
	f := &fetcher{e: e, app: v.App, dir: dir, facts: factsAt(v.App, dir, e.instant()), record: v.State.ID, coll: RecordCollection(v.Form)}
	at := e.instant()
	err = f.ask(ctx, func(facts *process.Facts) (needs []process.Need) {
		v.Inspection, needs = process.Inspect(v.App, v.State, v.Actor, facts, at)
		return needs
	})
	if err != nil {
		return err
	}
	if v.Inspection.Result != nil {
		for key, s := range v.Inspection.Result.Fields {
			if s.Masked {
				v.hidden[key] = true
			}
		}
	}
	if err := e.titles(ctx, []*View{v}); err != nil {
		return err
	}
	if v.State.Round != nil {
		err = f.ask(ctx, func(facts *process.Facts) (needs []process.Need) {
			v.Next, needs = process.PreviewRest(v.App, v.State, v.Actor, facts, at)
			return needs
		})
		if err != nil {
			return err
		}
	}
	if err := e.rounds(ctx, v, r); err != nil {
		return err
	}
	if v.Prints, err = e.prints(ctx, v); err != nil {
		return err
	}
	return e.around(ctx, v, dir)
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
	r, err := e.decode(doc)
	if err != nil {
		return nil, nil, err
	}
	v, err := e.view(ctx, form.App, form.Def.Key, dir, user, doc, r)
	if err != nil {
		return nil, nil, err
	}
	if v != nil && v.State.Merged != nil {
		if err := e.mergedRights(ctx, user, v); err != nil {
			return nil, nil, err
		}
	}
	if v == nil || !v.Rights.Read {
		return nil, nil, notFound()
	}
	return v, r, nil
}

// view lays a document out for a person; nil for one that holds no record.
func (e *Engine) view(ctx context.Context, current *process.App, form string, dir *org.Directory, user string, doc store.Doc, r *record) (*View, error) {
	if r.State == nil {
		return nil, nil
	}
	app, err := e.pinned(ctx, r.State, current)
	if err != nil {
		return nil, err
	}
	return viewOf(current, app, form, dir, user, r, doc.Cols, doc.Ver), nil
}

// viewOf is a record that stands on the release app, as a person sees it under the grants of the newest, live.
func viewOf(live, app *process.App, form string, dir *org.Directory, user string, r *record, cols map[string]any, ver int64) *View {
	v := &View{App: app, Form: app.Forms[form], State: r.State, Cols: cols, Ver: ver, Actor: access.Actor(live, app, form, dir, user, r.State), hidden: map[string]bool{}}
	v.Rights = v.Actor.Rights
	for key := range v.Rights.Hide {
		v.hidden[key] = true
	}
	maps.Copy(v.hidden, v.Form.HiddenIn(v.State.Stage, v.Rights.Whole))
	return v
}

// titles finds what the records that references point to are called, see callsOf.
func (e *Engine) titles(ctx context.Context, vs []*View) error {
	ids := map[string][]string{} // by collection
	all := map[string]string{}
	targets := map[string]*process.Form{} // by collection
	add := func(app *process.App, form string, value any) {
		ref, ok := value.(forms.Ref)
		target := app.Form(form)
		if !ok || target == nil || store.CheckID(ref.ID) != nil {
			return
		}
		if _, twice := all[ref.ID]; !twice {
			all[ref.ID] = ""
			coll := RecordCollection(target)
			ids[coll], targets[coll] = append(ids[coll], ref.ID), target
		}
	}
	for _, v := range vs {
		v.titles = all
		if !pointsAway(v.Form) {
			continue
		}
		data := []forms.Stored{v.State.Data}
		if v.State.Round != nil {
			data = append(data, v.State.Round.Proposed)
		}
		for _, d := range data {
			if len(d) == 0 {
				continue
			}
			values := v.decode(d)
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
		calls, err := e.callsOf(ctx, vs[0].App.Def.Key, targets[coll], vs[0].Actor.User)
		if err != nil {
			return err
		}
		for part := range slices.Chunk(list, store.MaxPage) {
			docs, err := e.store.GetMany(ctx, coll, part)
			if err != nil {
				return err
			}
			for _, d := range docs {
				if all[d.ID], err = calls(d); err != nil {
					return err
				}
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

// pointsAway says whether a form can hold references at all.
func pointsAway(f *process.Form) bool {
	for i := range f.Def.Fields {
		d := &f.Def.Fields[i]
		if d.Form != "" || slices.ContainsFunc(d.Fields, func(c forms.Field) bool { return c.Form != "" }) {
			return true
		}
	}
	return false
}

// callsOf says what records of a form are called for a person who sees a reference to them, in an app. Who sees the reference sees the title, whether
// or not he may read the record, but for two: a record of another app has to be readable there, or it has no name here; and where his own
// grants keep from him what a title is made of, it is the record's number, or dots. Without app the first is the caller's to see to.
func (e *Engine) callsOf(ctx context.Context, app string, target *process.Form, user string) (func(d store.Doc) (string, error), error) {
	plain := func(d store.Doc) (string, error) {
		title, _ := d.Cols["title"].(string)
		return title, nil
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return nil, err
	}
	owner, err := e.current(ctx, target.App.Def.Key)
	if err != nil {
		return nil, err
	}
	call := plain
	if live := owner.Forms[target.Def.Key]; live != nil && access.Somewhere(owner, target.Def.Key, dir, user).Read {
		c, problem := access.FindColumn(live, "title", access.Viewer{App: owner, Dir: dir, User: user})
		if problem != nil || c.Seen != nil {
			call = func(d store.Doc) (string, error) {
				if problem == nil && query.Match(c.Seen, d.Cols) {
					return plain(d)
				}
				if number, _ := d.Cols["number"].(string); number != "" {
					return number, nil
				}
				return hiddenTitle, nil
			}
		}
	}
	if app == "" || owner.Def.Key == app {
		return call, nil
	}
	return func(d store.Doc) (string, error) {
		if seen, err := e.readable(ctx, owner.Def.Key, user, d); err != nil || !seen {
			return "", err
		}
		return call(d)
	}, nil
}

// readable says whether a person may read a record of another app.
func (e *Engine) readable(ctx context.Context, app, user string, d store.Doc) (bool, error) {
	owner, err := e.current(ctx, app)
	if err != nil {
		return false, err
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return false, err
	}
	r, err := decodeState(d)
	if err != nil || r.State == nil {
		return false, err
	}
	return access.Rights(owner, r.State.Form, dir, user, r.State).Read, nil
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
