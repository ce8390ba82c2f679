package engine

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// MigrationPreview is what a migration would do to one record.
type MigrationPreview struct {
	ID, Title, Stage string
	// Unread: the person may not read the record, so its values are left out.
	Unread  bool
	Changes []process.MigrationChange
	// Code, Message and Problems say why it would stay where it is.
	Code     string
	Message  rules.Text
	Problems []rules.Problem
}

// PreviewMigration tries a page of records without keeping anything. Errors: those of MigrationPlan, bad.request for an unknown page.
func (e *Engine) PreviewMigration(ctx context.Context, user, lang string, req MigrationRequest, after string, limit int) ([]*MigrationPreview, string, error) {
	m, err := e.migrating(ctx, "preview", req, 0)
	if err != nil {
		return nil, "", err
	}
	page, err := e.store.Query(ctx, RecordCollection(m.form), query.Query{Filter: m.filter(), After: after, Limit: max(1, min(limit, 50))})
	if errors.Is(err, store.ErrCursor) {
		return nil, "", badRequest(rules.Say("翻页位置无效", "翻頁位置無效", "Unknown page"))
	}
	if err != nil {
		return nil, "", err
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return nil, "", err
	}
	cells := e.cells(ctx, m.plan.To, dir, user, lang)
	out := make([]*MigrationPreview, 0, len(page.Docs))
	for _, d := range page.Docs {
		p, err := e.previewOne(ctx, user, m, d, &cells.Cells)
		if err != nil {
			return nil, "", err
		}
		if p != nil {
			out = append(out, p)
		}
	}
	return out, page.Next, cells.err
}

func (e *Engine) previewOne(ctx context.Context, user string, m *migrating, doc store.Doc, cells *forms.Cells) (*MigrationPreview, error) {
	rec, err := e.decode(doc)
	if err != nil || rec.State == nil || rec.Gone || rec.Fence {
		return nil, err
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return nil, err
	}
	old := viewOf(m.plan.From, m.plan.From, rec.State.Form, dir, user, rec, doc.Cols, doc.Ver)
	out := &MigrationPreview{ID: doc.ID, Stage: rec.State.Stage, Unread: !old.Rights.Read}
	if !out.Unread {
		out.Title = old.Title()
	}
	at := e.instant()
	facts := factsAt(m.plan.To, dir, at)
	facts.Live = m.form.App
	f := &fetcher{e: e, app: m.plan.To, dir: dir, facts: facts, record: doc.ID, form: m.plan.New.Def.Key, coll: RecordCollection(m.form), ver: doc.Ver, held: rec.Claims}
	c := &process.Command{Kind: process.Migrate, ID: doc.ID, Plan: m.plan, At: at, Actor: (&command{req: &Request{User: user, service: true}}).actor(m.plan.To, dir, rec.State)}
	var d *process.Decision
	if err := f.ask(ctx, func(facts *process.Facts) []process.Need {
		d = process.Decide(m.plan.To, rec.State, c, facts)
		return d.Needs
	}); err != nil {
		return nil, err
	}
	if d.Reject != nil {
		var r MigratedRecord
		r.refused(d.Reject, m.plan)
		out.Code, out.Message, out.Problems = r.Code, r.Message, r.Problems
		for i, p := range d.Reject.Details {
			field, _, _ := strings.Cut(strings.TrimPrefix(p.Path, "/values/"), "/")
			if strings.HasPrefix(p.Path, "/values/") && !out.Unread && old.Sees(field) {
				out.Problems[i].Message = p.Message
			}
		}
		return out, nil
	}
	if len(d.Events) == 0 {
		return nil, nil // it has gone on meanwhile
	}
	next := viewOf(m.plan.To, m.plan.To, m.plan.New.Def.Key, dir, user, &record{State: d.State}, doc.Cols, doc.Ver)
	for _, x := range m.plan.Changes(rec.State, d.State) {
		if x.Kind != "field" {
			out.Changes = append(out.Changes, x)
			continue
		}
		switch info, table := m.plan.Old.Schema.Field(x.Field); {
		case out.Unread || x.Field != "" && !old.Sees(x.Field) || x.NewField != "" && !next.Sees(x.NewField):
			x.Text = rules.Say("会改变，你看不到它的值", "會改變，你看不到它的值", "would change; you may not see its value")
		case table && info.Def.Type == "table" && x.NewField != "":
			x.Text = rules.Say("行里的值会改变", "列裡的值會改變", "the values in its rows change")
		default:
			x.From, x.To = cellOf(m.plan.Old.Schema, x.Field, x.Was, cells), cellOf(m.plan.New.Schema, x.NewField, x.Is, cells)
		}
		x.Was, x.Is = nil, nil
		out.Changes = append(out.Changes, x)
	}
	return out, nil
}

// cellOf is a wire value as a person reads it.
func cellOf(s *forms.Schema, key string, raw json.RawMessage, c *forms.Cells) rules.Text {
	if len(raw) == 0 || key == "" {
		return nil
	}
	v, problems := s.Parse(map[string]json.RawMessage{key: raw}, "/data")
	if len(problems) > 0 {
		return rules.Plain(string(raw))
	}
	return rules.Plain(s.CellText(key, v[key], c))
}
