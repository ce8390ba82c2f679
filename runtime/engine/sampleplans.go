package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"pipewright/rules"
	"pipewright/runtime/forecast"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// Sample data brings what a forecast is held against: targets and calls, and where its records stood on the Mondays before it was loaded.

// samplePlan is a row of "plans" in sample.json: figures of one person or team for months in a row.
type samplePlan struct {
	Process string `json:"process"`
	// What is "amount", "count" or "call".
	What    string `json:"what"`
	Subject string `json:"subject"`
	// From is the first month, counted from that of loading: -1 is the month before.
	From int `json:"from"`
	// Values are decimals; an empty one leaves its month out.
	Values []string `json:"values"`
	Reason string   `json:"reason,omitempty"`
	// By is whose call it is; who loads the sample when that person is not there.
	By string `json:"by,omitempty"`
}

// samplePlans enters the targets and calls. What people have entered stays, and those of people and teams who are not there are left out.
func (e *Engine) samplePlans(ctx context.Context, user string, a *process.App, dir *org.Directory, plans []samplePlan, now time.Time) error {
	month := forecast.MonthOf(now.In(a.Zone))
	for i := range plans {
		r := &plans[i]
		place := fmt.Sprintf("/plans/%d", i)
		p := a.Processes[r.Process]
		if p == nil || r.What != forecast.Count && p.Def.Value == "" {
			return sampleError(place+"/process", fmt.Errorf("no process %q with a value", r.Process))
		}
		if r.What != forecast.Amount && r.What != forecast.Count && r.What != forecast.Call {
			return sampleError(place+"/what", fmt.Errorf("%q is not amount, count or call", r.What))
		}
		s, ok := forecast.ParseSubject(r.Subject)
		if !ok {
			return sampleError(place+"/subject", fmt.Errorf("%q is no user:… or team:…", r.Subject))
		}
		known := dir.Active(s.ID)
		if s.Kind == "team" {
			_, known = dir.Team(s.ID)
		}
		if !known {
			continue
		}
		by := user
		if dir.Active(r.By) {
			by = r.By
		}
		var items []Planned
		byDoc, docs := map[string][]int{}, map[string]*yearPlan{}
		for n, text := range r.Values {
			if text == "" {
				continue
			}
			v, err := decimal.NewFromString(text)
			if err != nil || v.IsNegative() || !v.LessThan(decimal.New(1, maxPlanDigits)) {
				return sampleError(fmt.Sprintf("%s/values/%d", place, n), fmt.Errorf("%q is no figure from 0 on", text))
			}
			at := month.Add(r.From + n)
			d := &yearPlan{App: a.Def.Key, Process: r.Process, What: r.What, Subject: r.Subject, Year: at.Year}
			docs[d.id()], byDoc[d.id()] = d, append(byDoc[d.id()], len(items))
			items = append(items, Planned{Subject: s, Month: at, Value: &v, Reason: r.Reason, sample: true})
		}
		for id, d := range docs {
			if err := e.savePlanned(ctx, by, d, byDoc[id], items, func(*yearPlan) bool { return true }); err != nil {
				return err
			}
		}
	}
	return nil
}

// dropSamplePlans takes the targets and calls out that came with sample data, as far as nobody has entered others over them.
func (e *Engine) dropSamplePlans(ctx context.Context, user string, a *process.App) error {
	for i := range a.Def.Processes {
		q := query.Query{Filter: query.Cmp{Col: "process", Op: query.Eq, Value: processName(a.Def.Key, a.Def.Processes[i].Key)}, Limit: store.MaxPage}
		for {
			page, err := e.store.Query(ctx, collPlans, q)
			if err != nil {
				return err
			}
			for _, d := range page.Docs {
				if err := e.dropSampleYear(ctx, user, d); err != nil {
					return err
				}
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
	}
	return nil
}

func (e *Engine) dropSampleYear(ctx context.Context, user string, d store.Doc) error {
	now := e.instant()
	for range maxTries {
		var p yearPlan
		if err := json.Unmarshal(d.Body, &p); err != nil {
			return fmt.Errorf("engine: plan %s: %w", d.ID, err)
		}
		changed := false
		for _, m := range (forecast.Month{Year: p.Year, Month: time.January}).Months(12) {
			if entry, ok := p.Months[m.String()]; ok && entry.Sample {
				delete(p.Months, m.String())
				p.note(PlanChange{Month: m.String(), Was: &entry.Value, By: user, At: now})
				changed = true
			}
		}
		if !changed {
			return nil
		}
		body, err := marshal(&p)
		if err != nil {
			return err
		}
		err = e.store.Replace(ctx, collPlans, store.Doc{ID: d.ID, Ver: d.Ver + 1, Body: body, Cols: d.Cols}, d.Ver)
		if err == nil || !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrUnknown) {
			return err
		}
		if d, err = e.store.Get(ctx, collPlans, d.ID); err != nil {
			return err
		}
	}
	return conflict()
}

// samplePastWeeks is how many Mondays before its loading a sample has positions of: a quarter of them.
const samplePastWeeks = 13

// samplePast are the positions of sample records, by process.
type samplePast map[string][]store.Doc

// add notes where a record that was just loaded stood on the Mondays before: in its stage since it came there; before that, in the open
// stage ahead of it. One that people have worked on since stands where it does, and has a past of its own.
func (past samplePast) add(f *process.Form, s *process.State, now time.Time, calendar rules.Calendar) error {
	p := f.Process
	if p == nil || s.Rev != 1 || p.ByKey[s.Stage] == nil {
		return nil
	}
	app := f.App
	name := p.Def.Key
	if past[name] == nil {
		past[name] = []store.Doc{}
	}
	earlier := *s
	for i := p.ByKey[s.Stage].Index - 1; i >= 0 && earlier.Stage == s.Stage; i-- {
		if p.Stages[i].Def.Open() {
			earlier.Stage = p.Stages[i].Def.Key
		}
	}
	for n := range samplePastWeeks {
		week := weekOf(now, app.Zone).AddDate(0, 0, -7*n)
		if !s.CreatedAt.Before(week) || !s.ClosedAt.IsZero() && !s.ClosedAt.After(week) {
			continue
		}
		at := s
		if s.Since.After(week) {
			at = &earlier
		}
		if !p.ByKey[at.Stage].Def.Open() {
			continue
		}
		entry := snapshotEntry{App: app.Def.Key, Process: name, Week: week}
		d, err := positionDoc(&entry, store.Doc{ID: s.ID, Cols: f.Cols(at, calendar)})
		if err != nil {
			return err
		}
		past[name] = append(past[name], d)
	}
	return nil
}

// savePast writes the positions down, and says of weeks that nobody has looked at that this is how it was. The position of this week is
// left to the job that takes it.
func (e *Engine) savePast(ctx context.Context, a *process.App, past samplePast, now time.Time) error {
	for name, docs := range past {
		if err := e.insertAll(ctx, collSnapshots, docs); err != nil {
			return err
		}
		for n := 1; n < samplePastWeeks; n++ {
			entry := snapshotEntry{App: a.Def.Key, Process: name, Week: weekOf(now, a.Zone).AddDate(0, 0, -7*n), TakenAt: now}
			d, err := entry.doc(tickDone, 1)
			if err != nil {
				return err
			}
			if err := e.store.Insert(ctx, collSchedules, d); err != nil && !errors.Is(err, store.ErrExists) {
				return err
			}
		}
	}
	return nil
}
