package engine

import (
	"context"
	"encoding/json"
	"maps"
	"strings"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

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

// hideBrought keeps from who begins a record the phone numbers that he will be shown in part and has not typed himself: one that a reference brings
// along is another record's.
func (v *View) hideBrought(typed map[string]json.RawMessage, values forms.Values) {
	brought := map[string]bool{}
	for key := range v.Rights.Mask {
		var text string
		_ = json.Unmarshal(typed[key], &text)
		if value, ok := values[key].(string); ok && value != forms.TidyPhone(text) {
			brought[key] = true
		}
	}
	v.Form.Derive(brought)
	maps.Copy(v.hidden, brought)
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
		v = &View{App: app, Form: app.Forms[req.Form], Actor: access.Actor(app, app, req.Form, dir, user, nil), hidden: map[string]bool{}}
		v.Rights = v.Actor.Rights
		if !v.Rights.Create {
			return nil, forbidden()
		}
		for key := range v.Rights.Hide {
			v.hidden[key] = true
		}
	}
	f := &fetcher{e: e, app: v.App, dir: dir, facts: factsAt(v.App, dir, e.instant()), user: user, record: req.ID, coll: RecordCollection(v.Form)}
	out := &Evaluation{View: v}
	at := e.instant()
	err = f.ask(ctx, func(facts *process.Facts) (needs []process.Need) {
		out.Result, out.Problems, needs = process.EvaluateForm(v.App, v.Form.Def.Key, v.State, v.Actor, facts, at, req.Data, req.Transition)
		return needs
	})
	if err != nil || out.Result == nil {
		return out, err
	}
	for _, problems := range [][]rules.Problem{out.Problems, out.Result.Problems} {
		if err := e.sayWhose(ctx, user, dir, v.Form, out.Result.Values, f.facts.Unique, problems); err != nil {
			return nil, err
		}
	}
	// What a transition asks for shows whatever the stage hides.
	for key, s := range out.Result.Fields {
		if v.hidden[key] = s.Masked || v.Rights.Hide[key]; !v.hidden[key] {
			delete(v.hidden, key)
		}
	}
	if v.State == nil {
		v.hideBrought(req.Data, out.Result.Values)
	}
	v.titles = map[string]string{}
	for key, fact := range f.facts.Records {
		form, id, ok := strings.Cut(key, "/")
		target := v.App.Form(form)
		if !ok || fact.Missing || target == nil || fact.State == nil || fact.Unseen && (v.App.Foreign[form] != nil || !v.pointsTo(id)) {
			continue
		}
		calls, err := e.callsOf(ctx, "", target, user)
		if err != nil {
			return nil, err
		}
		if v.titles[id], err = calls(store.Doc{ID: id, Cols: target.Cols(fact.State, daysOf(target.App, dir, fact.Owner, fact.Team))}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// pointsTo says whether the record that is stored points to another, so that whoever sees the field is told the title, see titles.
func (v *View) pointsTo(id string) bool {
	if v.State == nil {
		return false
	}
	for _, value := range v.Form.Schema.Decode(v.State.Data) {
		rows, _ := value.([]map[string]any)
		for _, row := range rows {
			for _, cell := range row {
				if ref, ok := cell.(forms.Ref); ok && ref.ID == id {
					return true
				}
			}
		}
		if ref, ok := value.(forms.Ref); ok && ref.ID == id {
			return true
		}
	}
	return false
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
	return e.pathOf(ctx, v, transition, data)
}

// pathOf is PreviewPath of a record that was read.
func (e *Engine) pathOf(ctx context.Context, v *View, transition string, data map[string]json.RawMessage) (*process.Path, error) {
	dir, err := e.Directory(ctx)
	if err != nil {
		return nil, err
	}
	f := &fetcher{e: e, app: v.App, dir: dir, facts: factsAt(v.App, dir, e.instant()), user: v.Actor.User, record: v.State.ID, coll: RecordCollection(v.Form)}
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
	actor := access.Actor(app, app, form.Def.Key, dir, initiator, nil)
	f := &fetcher{e: e, app: app, dir: dir, facts: factsAt(app, dir, e.instant())}
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
