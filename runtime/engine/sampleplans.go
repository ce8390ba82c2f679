package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
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

// samplePastWeeks is how many Mondays a sample has positions of: those of a quarter, this week's among them.
const samplePastWeeks = 13

// samplePast is what sample records have behind them, by process: where they stood on Mondays, and their stays in stages.
type samplePast map[string]*struct{ positions, visits []store.Doc }

// stay is one of a record's stays in a stage.
type stay struct {
	stage       string
	from, until time.Time
}

// wayTo is the main way of a process to a stage, without it: from its start by the first transition that goes on. Where that does not lead there, as
// to a stage for trouble, it is what of the way lies before it.
func wayTo(p *process.Process, now *process.CompiledStage) []string {
	var way []string
	for at := p.ByKey[p.Def.Start]; at != nil && at.Def.Open() && at != now; {
		if at.Index < now.Index {
			way = append(way, at.Def.Key)
		}
		i := slices.IndexFunc(p.Def.Transitions, func(tr process.Transition) bool {
			to := p.ByKey[tr.To]
			return slices.Contains(tr.From, at.Def.Key) && to != nil && to.Index > at.Index
		})
		if i < 0 {
			break
		}
		at = p.ByKey[p.Def.Transitions[i].To]
	}
	return way
}

// staysOf are the stays of a sample record up to where it stands: in the stages of the way there, in some longer than in others; one that was given up
// has gone half of it. Nobody has told it: it is made up, so that a demo has a past.
func staysOf(p *process.Process, s *process.State) []stay {
	now := p.ByKey[s.Stage]
	way := wayTo(p, now)
	if end := now.Def.End; end == "lost" || end == "cancelled" {
		way = way[:(len(way)+1)/2]
	}
	parts, whole := make([]int64, len(way)), int64(0)
	for i := range way {
		parts[i] = int64(2 + (i+len(s.Title))%3)
		whole += parts[i]
	}
	var out []stay
	from, span := s.CreatedAt, s.Since.Sub(s.CreatedAt)
	for i, stage := range way {
		until := from.Add(time.Duration(int64(span) / whole * parts[i]))
		if i == len(way)-1 {
			until = s.Since
		}
		if until.After(from) {
			out = append(out, stay{stage, from, until})
		}
		from = until
	}
	return append(out, stay{s.Stage, s.Since, s.ClosedAt})
}

// add notes the past of a record that was just loaded. One that people have worked on since has a past of its own.
func (past samplePast) add(f *process.Form, s *process.State, now time.Time, calendar rules.Calendar) error {
	p := f.Process
	if p == nil || s.Rev != 1 || p.ByKey[s.Stage] == nil || s.Since.IsZero() {
		return nil
	}
	app, name := f.App, p.Def.Key
	if past[name] == nil {
		past[name] = &struct{ positions, visits []store.Doc }{}
	}
	list := staysOf(p, s)
	for i, was := range list {
		at := *s
		at.Stage = was.stage
		cols := f.Cols(&at, calendar)
		if i < len(list)-1 {
			v := &process.Visit{Process: name, Stage: was.stage, Entry: i + 2 - len(list), Entered: was.from, Left: was.until, To: list[i+1].stage, Owner: s.Owner}
			if n, ok := cols["value"].(int64); ok {
				v.Value = &n
			}
			d, err := visitDoc(relayItem{id: s.ID, app: app.Def.Key}, &process.Effect{ID: fmt.Sprintf("%s|%d", s.ID, v.Entry), Seq: 1, Visit: v})
			if err != nil {
				return err
			}
			past[name].visits = append(past[name].visits, d)
		}
		for n := range samplePastWeeks {
			week := weekOf(now, app.Zone).AddDate(0, 0, -7*n)
			if !was.from.Before(week) || !was.until.IsZero() && was.until.Before(week) || !p.ByKey[was.stage].Def.Open() {
				continue
			}
			entry := snapshotEntry{App: app.Def.Key, Process: name, Week: week}
			d, err := positionDoc(&entry, store.Doc{ID: s.ID, Cols: cols})
			if err != nil {
				return err
			}
			past[name].positions = append(past[name].positions, d)
		}
	}
	return nil
}

// savePast writes the past down, and says of weeks that nobody has looked at that this is how it was. The position of this week is
// left to the job that takes it.
func (e *Engine) savePast(ctx context.Context, a *process.App, past samplePast, now time.Time) error {
	for name, had := range past {
		if err := e.insertAll(ctx, collSnapshots, had.positions); err != nil {
			return err
		}
		if err := e.insertAll(ctx, collVisits, had.visits); err != nil {
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
