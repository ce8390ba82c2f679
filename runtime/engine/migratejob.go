package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// runMigration carries a migration, or its undoing, on from where it stands, a page at a time. Every record has one command with an
// operation id of its own, and one document that says what became of it, so a page taken up again does nothing twice and forgets nobody.
func (e *Engine) runMigration(ctx context.Context, j *job) error {
	m, err := e.MigrationOf(ctx, j.App, j.Record)
	want := map[string]string{"run": MigrationRunning, "undo": MigrationUndoing}[j.Via]
	if r, refused := asRejection(err); refused && r.Code == "not.found" || err == nil && m.State != want {
		// Its state is on the way, or its starting broke off.
		if (refused || j.Via == "undo" && m.State == MigrationDone) && e.instant().Sub(j.CreatedAt) < time.Minute {
			return errLater{time.Second}
		}
		return nil
	}
	if err != nil {
		return err
	}
	req := MigrationRequest{App: m.App, Form: m.Form, From: m.From, Mapping: m.Mapping, Closed: m.Closed, Skip: m.Skip}
	plan, err := e.migrating(ctx, m.ID, req, m.To)
	if err != nil {
		return refusal(err)
	}
	w := &migrationWork{e: e, m: m, migrating: plan}
	over := false
	if j.Via == "undo" {
		over, err = w.undo(ctx, j)
	} else {
		over, err = w.run(ctx, j)
	}
	if err != nil {
		return err
	}
	if !over {
		return errLater{0}
	}
	m.State = MigrationUndone
	if j.Via == "run" {
		m.State, m.DoneAt = MigrationDone, e.instant()
	}
	return e.saveMigration(ctx, m)
}

type migrationWork struct {
	*migrating
	e *Engine
	m *Migration
}

// run migrates records until none is left, or this turn is over. Which records a page found is written into the job before anything is done
// to them: one that has gone on would not be found again.
func (w *migrationWork) run(ctx context.Context, j *job) (over bool, err error) {
	coll := RecordCollection(w.form)
	for turn := 0; turn < migrationTurn; turn += migrationPage {
		if len(j.Page) > 0 {
			if err := inParallel(w.e.width(eachWorkers), j.Page, func(id string) error { return w.take(ctx, id) }); err != nil {
				return false, err
			}
			if j.After == "" {
				return true, nil
			}
		}
		page, err := w.e.store.Query(ctx, coll, query.Query{Filter: w.filter(), After: j.After, Limit: migrationPage, Cols: []string{"release"}})
		if err != nil {
			return false, err
		}
		if len(page.Docs) == 0 {
			return true, nil
		}
		j.Page = make([]string, len(page.Docs))
		for i, d := range page.Docs {
			j.Page[i] = d.ID
		}
		j.After = page.Next
		if err := w.e.saveProgress(ctx, j); err != nil {
			return false, err
		}
	}
	return false, nil
}

// take migrates one record and writes down what became of it.
func (w *migrationWork) take(ctx context.Context, id string) error {
	out := MigratedRecord{Record: id, State: RecordMigrated}
	if slices.Contains(w.m.Skip, id) {
		out.State = RecordSkipped
		return w.keep(ctx, &out)
	}
	res, err := w.e.Do(ctx, Request{User: w.m.User, service: true, Command: process.Command{Kind: process.Migrate, ID: id, Plan: w.plan, Op: "migrate|" + w.m.ID + "|" + id}})
	if r, refused := asRejection(err); refused && r.Code != "conflict" {
		out.State = RecordFailed
		out.refused(r, w.plan)
		return w.keep(ctx, &out)
	}
	if err != nil {
		return err
	}
	if !res.Repeated && len(res.Events) == 0 {
		out.State = RecordSkipped // somebody else was quicker
	}
	return w.keep(ctx, &out)
}

// refused notes why. What is said of a value may hold the value itself, and this is read by people who may not read the record: there the
// name of the field is all that is kept.
func (r *MigratedRecord) refused(why *process.Rejection, plan *process.MigrationPlan) {
	r.Code, r.Message, r.Problems = why.Code, why.Message, nil
	for _, p := range why.Details {
		if key, ok := strings.CutPrefix(p.Path, "/values/"); ok {
			name := rules.Plain(key)
			if info, known := plan.Old.Schema.Field(strings.ReplaceAll(key, "/", ".")); known {
				name = info.Name
			}
			p.Message = rules.Say("“{field}”的值转不过去", "「{field}」的值轉不過去", "The value of “{field}” does not convert", "field", name)
		}
		r.Problems = append(r.Problems, p)
	}
}

func (w *migrationWork) keep(ctx context.Context, r *MigratedRecord) error {
	r.At = w.e.instant()
	return w.e.put(ctx, collMigrated, w.m.ID+"|"+r.Record, map[string]any{"migration": w.m.ID, "state": r.State}, r)
}

// undo takes the records back that were migrated.
func (w *migrationWork) undo(ctx context.Context, j *job) (over bool, err error) {
	for turn := 0; turn < migrationTurn; turn += migrationPage {
		page, err := w.e.store.Query(ctx, collMigrated, query.Query{Filter: query.Cmp{Col: "migration", Op: query.Eq, Value: w.m.ID}, After: j.After, Limit: migrationPage})
		if err != nil {
			return false, err
		}
		err = inParallel(w.e.width(eachWorkers), page.Docs, func(d store.Doc) error {
			r, err := migratedOf(d)
			if err != nil || r.State != RecordMigrated {
				return err
			}
			return w.takeBack(ctx, r)
		})
		if err != nil {
			return false, err
		}
		if j.came(page.Next); j.After == "" {
			return true, nil
		}
	}
	return false, nil
}

func (w *migrationWork) takeBack(ctx context.Context, r *MigratedRecord) error {
	_, err := w.e.Do(ctx, Request{User: w.m.UndoneBy, service: true, Command: process.Command{Kind: process.Unmigrate, ID: r.Record, Plan: w.plan, Op: "unmigrate|" + w.m.ID + "|" + r.Record}})
	switch why, refused := asRejection(err); {
	case refused && why.Code != "conflict":
		r.State = RecordKept
		r.refused(why, w.plan)
	case err != nil:
		return err
	default:
		r.State = RecordUndone
	}
	return w.keep(ctx, r)
}

func migratedOf(d store.Doc) (*MigratedRecord, error) {
	r := &MigratedRecord{ver: d.Ver}
	if err := json.Unmarshal(d.Body, r); err != nil {
		return nil, fmt.Errorf("engine: result %s of a migration: %w", d.ID, err)
	}
	return r, nil
}

// MigratedRecords is a page of what became of the records of a migration, those of one state when given. What a person may not read has no
// title. Errors: *process.Rejection not.found.
func (e *Engine) MigratedRecords(ctx context.Context, user, app, id, state, after string, limit int) ([]*MigratedRecord, string, error) {
	if _, err := e.MigrationOf(ctx, app, id); err != nil {
		return nil, "", err
	}
	f := query.And{query.Cmp{Col: "migration", Op: query.Eq, Value: id}}
	if state != "" {
		f = append(f, query.Cmp{Col: "state", Op: query.Eq, Value: state})
	}
	page, err := e.store.Query(ctx, collMigrated, query.Query{Filter: f, After: after, Limit: max(1, min(limit, 100))})
	if errors.Is(err, store.ErrCursor) {
		return nil, "", badRequest(rules.Say("翻页位置无效", "翻頁位置無效", "Unknown page"))
	}
	if err != nil {
		return nil, "", err
	}
	out := make([]*MigratedRecord, 0, len(page.Docs))
	for _, d := range page.Docs {
		r, err := migratedOf(d)
		if err != nil {
			return nil, "", err
		}
		switch v, _, err := e.load(ctx, user, r.Record); {
		case err == nil:
			r.Title = v.Title()
		default:
			if _, refused := asRejection(err); !refused {
				return nil, "", err
			}
		}
		out = append(out, r)
	}
	return out, page.Next, nil
}

// past finds a record before and after its migration in its own history.
func (f *fetcher) past(ctx context.Context, n process.Need) error {
	f.facts.Past = &process.Past{}
	evs, erased, err := f.e.allEvents(ctx, n.ID)
	if err != nil || erased {
		return err
	}
	for i := range evs {
		p, ok := evs[i].Payload.(process.Migrated)
		if !ok || p.Migration != n.Series {
			continue
		}
		end := i
		for end < len(evs) && evs[end].Op == evs[i].Op {
			end++
		}
		f.facts.Past = &process.Past{Before: process.Fold(n.ID, evs[:i]), After: process.Fold(n.ID, evs[:end])}
	}
	return nil
}
