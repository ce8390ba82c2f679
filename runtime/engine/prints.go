package engine

import (
	"context"
	"errors"
	"maps"
	"net/url"
	"slices"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/outbound"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// prints lists the prints that the person is offered of a record, in the order of the definition.
func (e *Engine) prints(ctx context.Context, v *View) ([]*process.CompiledPrint, error) {
	var out []*process.CompiledPrint
	for i := range v.App.Def.Prints {
		p := v.App.Prints[v.App.Def.Prints[i].Key]
		if p == nil || p.Form.Def.Key != v.Form.Def.Key {
			continue
		}
		f, err := e.printFacts(ctx, v.App, v)
		if err != nil {
			return nil, err
		}
		offered, at := false, e.instant()
		err = f.ask(ctx, func(facts *process.Facts) (needs []process.Need) {
			offered, needs = p.Offered(v.App, v.State, v.Actor, facts, at)
			return needs
		})
		if err != nil {
			return nil, err
		}
		if offered {
			out = append(out, p)
		}
	}
	return out, nil
}

// printFacts fetches for a print: other records are read as the person may see them.
func (e *Engine) printFacts(ctx context.Context, app *process.App, v *View) (*fetcher, error) {
	dir, err := e.Directory(ctx)
	if err != nil {
		return nil, err
	}
	return &fetcher{e: e, app: app, dir: dir, facts: factsAt(app, dir, e.instant()), record: v.State.ID, coll: RecordCollection(v.Form), reader: v.Actor.User}, nil
}

// FillPrint fills a print in for a person, of a record he may read. draft is the app whose print is meant, nil for the release the record
// stands on. Errors: *process.Rejection not.found, forbidden where it is not offered to him, else why it cannot be filled in.
func (e *Engine) FillPrint(ctx context.Context, user, record, key, lang string, draft *process.App) (*process.Printed, error) {
	v, r, err := e.load(ctx, user, record)
	if err != nil {
		return nil, err
	}
	if err := e.complete(ctx, v, r); err != nil {
		return nil, err
	}
	app := v.App
	if draft != nil {
		app = draft
	}
	p := app.Prints[key]
	if p == nil || p.Form.Def.Key != v.Form.Def.Key {
		return nil, notFound()
	}
	f, err := e.printFacts(ctx, app, v)
	if err != nil {
		return nil, err
	}
	at := e.instant()
	if draft == nil && !slices.Contains(v.Prints, p) {
		return nil, forbidden()
	}
	reader := &process.PaperReader{Cells: paperCells(app, f.dir, lang, v), Sees: v.Sees,
		Picture: func(id string) string {
			return "/api/files/" + url.PathEscape(id) + "?record=" + url.QueryEscape(record)
		}}
	var out *process.Printed
	var failed error
	err = f.ask(ctx, func(facts *process.Facts) []process.Need {
		printed, needs, problem := p.Fill(app, v.State, v.Actor, facts, at, reader)
		if out, failed = printed, nil; problem != nil {
			failed = reject(problem.Code, problem.Message, *problem)
		}
		return needs
	})
	if err == nil {
		err = failed
	}
	return out, err
}

// FillMessage fills a message of a draft in with a record that a person may read, as a mail would be: subject and HTML. No tracking page comes to be by it.
// Errors: *process.Rejection not.found, else why it cannot be filled in.
func (e *Engine) FillMessage(ctx context.Context, user, record, key, lang string, draft *process.App) (subject, body string, err error) {
	v, _, err := e.load(ctx, user, record)
	if err != nil {
		return "", "", err
	}
	m := draft.Messages[key]
	if m == nil || m.Form == nil || m.Form.Def.Key != v.Form.Def.Key {
		return "", "", notFound()
	}
	f, err := e.printFacts(ctx, draft, v)
	if err != nil {
		return "", "", err
	}
	base, err := e.PublicURL(ctx)
	if err != nil {
		return "", "", err
	}
	at := e.instant()
	var out *process.Letter
	var failed error
	err = f.ask(ctx, func(facts *process.Facts) []process.Need {
		for {
			letter, needs, problem := m.Fill(draft, v.State, v.Actor, facts, at, lang, v.Sees)
			if out, failed = letter, nil; problem != nil {
				failed = reject(problem.Code, problem.Message, *problem)
			}
			var rest []process.Need
			for _, n := range needs {
				if n.Kind != process.NeedLink {
					rest = append(rest, n)
					continue
				}
				if facts.Links == nil {
					facts.Links = map[string]string{}
				}
				facts.Links[n.Key] = base + "/t/…"
			}
			if len(rest) == len(needs) {
				return rest
			}
		}
	})
	if err == nil {
		err = failed
	}
	if err != nil || out == nil {
		return "", "", err
	}
	_, marked := letter(&process.MailDeed{Marked: rules.Plain(out.Marked)}, lang, pageOf(base, record))
	body, err = outbound.HTML(marked)
	return out.Subject, body, err
}

// readAs answers a paper's need of other records with what a person sees of them; what he may not read is missing.
func (f *fetcher) readAs(ctx context.Context, user string, n process.Need) error {
	if f.facts.Records == nil {
		f.facts.Records = map[string]process.RecordFact{}
	}
	f.facts.Records[n.Key] = process.RecordFact{Missing: true}
	if store.CheckID(n.ID) != nil {
		return nil
	}
	form := f.app.Form(n.Form)
	if form == nil {
		return nil
	}
	doc, err := f.e.store.Get(ctx, RecordCollection(form), n.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	r, err := decodeRecord(doc)
	if err != nil || r.State == nil || !r.State.Deleted.IsZero() {
		return err
	}
	owner, err := f.e.current(ctx, form.App.Def.Key)
	if err != nil {
		return err
	}
	rights := access.Rights(owner, r.State.Form, f.dir, user, r.State)
	if !rights.Read {
		return nil
	}
	v := &View{App: owner, Form: form, State: r.State, Cols: doc.Cols, hidden: map[string]bool{}}
	maps.Copy(v.hidden, rights.Hide)
	maps.Copy(v.hidden, form.HiddenIn(r.State.Stage, rights.Whole))
	seen := forms.Values{}
	for key, value := range form.Schema.Decode(r.State.Data) {
		if !v.Sees(key) {
			continue
		}
		if rows, ok := value.([]map[string]any); ok {
			value = v.rows(key, rows)
		}
		seen[key] = value
	}
	f.facts.Records[n.Key] = process.RecordFact{Ver: doc.Ver, Rev: r.State.Rev, Title: v.Title(), Stage: r.State.Stage, Owner: r.State.Owner, Team: r.State.Team, Pool: r.State.InPool(), Values: seen}
	return nil
}
