package engine

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"pipewright/rules"
	"pipewright/runtime/forecast"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// What closed records of a process did in each stage is counted once a night and kept as figures alone, one document a process, so that opening a
// record costs one look-up and nothing of another record can be read from it (ENG-25).

const (
	// precedentYears is how far back closed records are looked at, precedentRecords how many at most, the last changed first.
	precedentYears   = 2
	precedentRecords = 5000
	precedentPage    = 200
	// precedentNight is the hour, in the zone of an app, at which the counting of the night may begin.
	precedentNight = 3
)

// Counted are the precedents of a process, by stage, and what they were counted from.
type Counted struct {
	At      time.Time                      `json:"at"`
	Since   time.Time                      `json:"since"`
	Records int                            `json:"records"`
	Stages  map[string]forecast.Precedents `json:"stages"`
}

// RecordPrecedents are those of the stage that a record stands in.
type RecordPrecedents struct {
	forecast.Precedents
	Stage *process.CompiledStage
	// Good is the end that counts as won: "won", or "done" where the process knows no winning.
	Good string
	// Ways and Habits as the person reads them: the stages by name, and of the habits those that the record may still take on.
	Ways   []PrecedentWay
	Habits []PrecedentHabit
	// At is when they were counted, Since from when on the Records closed that they were counted from.
	At, Since time.Time
	Records   int
	// Entered is when the record came into the stage.
	Entered time.Time
}

// PrecedentWay is where the won ones went on to.
type PrecedentWay struct {
	forecast.Way
	Name rules.Text
}

// PrecedentHabit is what the won ones did more often.
type PrecedentHabit struct {
	forecast.Habit
	Name rules.Text
}

// goodEnd is the end that counts as won in a process; "" when none does.
func goodEnd(p *process.Process) string {
	good := ""
	for _, st := range p.Stages {
		switch st.Def.End {
		case "won":
			return "won"
		case "done":
			good = "done"
		}
	}
	return good
}

func precedentsID(app, proc string) string { return app + "|" + proc }

// precedentsDue begins the counting of the night for every process.
func (e *Engine) precedentsDue(ctx context.Context) error {
	return e.nightly(ctx, precedentNight, &e.learned, func(app *process.App, day string) (jobs []job) {
		for i := range app.Def.Processes {
			p := &app.Def.Processes[i]
			jobs = append(jobs, job{ID: "precedents|" + precedentsID(app.Def.Key, p.Key) + "|" + day, Kind: jobPrecedents, App: app.Def.Key, Via: p.Key})
		}
		return jobs
	})
}

func (e *Engine) runPrecedents(ctx context.Context, j *job) error {
	_, err := e.CountPrecedents(ctx, j.App, j.Via)
	if _, gone := asRejection(err); gone {
		return nil // the app or the process is no longer there
	}
	return err
}

// CountPrecedents counts anew what the closed records of a process did, and keeps it. Errors: *process.Rejection not.found.
func (e *Engine) CountPrecedents(ctx context.Context, app, proc string) (*Counted, error) {
	a, err := e.current(ctx, app)
	if err != nil {
		return nil, err
	}
	p := a.Processes[proc]
	if p == nil {
		return nil, notFound()
	}
	now := e.instant()
	out := &Counted{At: now, Since: now.In(a.Zone).AddDate(-precedentYears, 0, 0).UTC()}
	var past []forecast.Past
	if good := goodEnd(p); good != "" && !p.Def.NoPrecedents {
		if past, err = e.past(ctx, a, p, good, out.Since); err != nil {
			return nil, err
		}
	}
	out.Records, out.Stages = len(past), forecast.Learn(past)
	for _, st := range p.Stages {
		if st.Def.End != "" {
			delete(out.Stages, st.Def.Key)
		}
	}
	body, err := marshal(out)
	if err != nil {
		return nil, err
	}
	d := store.Doc{ID: precedentsID(app, proc), Ver: 1, Body: body, Cols: map[string]any{"at": now.UnixMilli()}}
	return out, e.upsert(ctx, collPrecedents, map[string]store.Doc{d.ID: d}, func(old store.Doc, next *store.Doc) (bool, error) {
		at, _ := old.Cols["at"].(int64)
		next.Ver = old.Ver + 1
		return at <= now.UnixMilli(), nil
	})
}

// past reads the closed records of a process, the last changed first.
func (e *Engine) past(ctx context.Context, live *process.App, p *process.Process, good string, since time.Time) ([]forecast.Past, error) {
	var out []forecast.Past
	q := query.Query{Filter: query.And{query.Cmp{Col: "open", Op: query.Eq, Value: false}, query.IsNull{Col: "deleted"}, query.Cmp{Col: "closedAt", Op: query.Ge, Value: since.UnixMilli()}},
		Sort: []query.Sort{{Col: "updatedAt", Desc: true}}, Limit: precedentPage}
	apps := map[int]*process.App{}
	for len(out) < precedentRecords {
		page, err := e.store.Query(ctx, RecordCollection(p.Form), q)
		if err != nil {
			return nil, err
		}
		at := map[string]int{}
		var ids []any
		for _, d := range page.Docs {
			end, _ := d.Cols["end"].(string)
			r, err := decodeState(d)
			if err != nil {
				return nil, err
			}
			if r.State == nil || end == "" {
				continue
			}
			app := apps[r.State.Release]
			if app == nil {
				if app, err = e.pinned(ctx, r.State, live); err != nil {
					return nil, err
				}
				apps[r.State.Release] = app
			}
			at[d.ID] = len(out)
			ids = append(ids, d.ID)
			out = append(out, forecast.Past{Won: end == good, Steps: stepsOf(app.Processes[p.Def.Key], r.State)})
		}
		if err := e.stays(ctx, p, ids, func(record string, s forecast.Stay) { one := &out[at[record]]; one.Stays = append(one.Stays, s) }); err != nil {
			return nil, err
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	return out, nil
}

// stepsOf are the steps that nobody had to take in the release of a closed record, and whether they were.
func stepsOf(p *process.Process, s *process.State) map[forecast.Step]bool {
	out := map[forecast.Step]bool{}
	if p == nil {
		return out
	}
	for _, st := range p.Stages {
		for step := range freeSteps(st) {
			out[step] = took(s, step)
		}
	}
	return out
}

// freeSteps are the steps of a stage that need not be taken to leave it, with their names.
func freeSteps(st *process.CompiledStage) map[forecast.Step]rules.Text {
	out := map[forecast.Step]rules.Text{}
	for i := range st.Def.Checklist {
		if item := &st.Def.Checklist[i]; !item.Required {
			out[forecast.Step{Stage: st.Def.Key, Kind: "checklist", Key: item.Key}] = item.Name
		}
	}
	for i := range st.Def.Activities {
		if a := &st.Def.Activities[i]; !a.Required {
			out[forecast.Step{Stage: st.Def.Key, Kind: "activity", Key: a.Key}] = a.Name
		}
	}
	return out
}

func took(s *process.State, step forecast.Step) bool {
	marks := s.Checklist
	if step.Kind == "activity" {
		marks = s.Activities
	}
	_, done := marks[step.Stage+"."+step.Key]
	return done
}

// stays reads where records have stayed, each in its order.
func (e *Engine) stays(ctx context.Context, p *process.Process, records []any, each func(record string, s forecast.Stay)) error {
	if len(records) == 0 {
		return nil
	}
	type visit struct {
		record string
		entry  int
		stay   forecast.Stay
	}
	var list []visit
	q := query.Query{Filter: query.And{query.In{Col: "record", Values: records}, query.Cmp{Col: "process", Op: query.Eq, Value: p.Def.Key}}, Limit: store.MaxPage, Cols: []string{"record", "stage", "to", "stay"}}
	if err := e.pages(ctx, collVisits, q, func(d store.Doc) {
		v := visit{}
		v.record, _ = d.Cols["record"].(string)
		v.stay.Stage, _ = d.Cols["stage"].(string)
		v.stay.To, _ = d.Cols["to"].(string)
		if ms, ok := d.Cols["stay"].(int64); ok {
			v.stay.Took = time.Duration(ms) * time.Millisecond
		}
		v.entry, _ = strconv.Atoi(d.ID[strings.LastIndexByte(d.ID, '|')+1:])
		list = append(list, v)
	}); err != nil {
		return err
	}
	slices.SortStableFunc(list, func(a, b visit) int { return a.entry - b.entry })
	for _, v := range list {
		each(v.record, v.stay)
	}
	return nil
}

// Precedents tells what closed records of the same process did that stood where a record stands now; nil when there is nothing to tell: the
// record is closed, too few are, or the process keeps it off. They are figures of all records, whoever may read which. Errors:
// *process.Rejection not.found when the person may not read the record.
func (e *Engine) Precedents(ctx context.Context, user, id string) (*RecordPrecedents, error) {
	v, _, err := e.load(ctx, user, id)
	if err != nil {
		return nil, err
	}
	live, err := e.current(ctx, v.App.Def.Key)
	if err != nil {
		return nil, err
	}
	p, now := v.Form.Process, live.Processes[v.State.Process]
	if p == nil || now == nil || now.Def.NoPrecedents || !v.State.Deleted.IsZero() {
		return nil, nil
	}
	st := p.ByKey[v.State.Stage]
	if st == nil || st.Def.End != "" {
		return nil, nil
	}
	d, err := e.store.Get(ctx, collPrecedents, precedentsID(v.App.Def.Key, p.Def.Key))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all Counted
	if err := json.Unmarshal(d.Body, &all); err != nil {
		return nil, err
	}
	told, ok := all.Stages[st.Def.Key]
	if !ok {
		return nil, nil
	}
	out := &RecordPrecedents{Precedents: told, Stage: st, Good: goodEnd(now), At: all.At, Since: all.Since, Records: all.Records, Entered: v.State.Since}
	for _, way := range told.Ways {
		name := rules.Plain(way.To)
		for _, proc := range []*process.Process{p, now} {
			if to := proc.ByKey[way.To]; to != nil {
				name = to.Def.Name
				break
			}
		}
		out.Ways = append(out.Ways, PrecedentWay{way, name})
	}
	free := freeSteps(st)
	for _, h := range told.Habits {
		if name, ok := free[h.Step]; ok && !took(v.State, h.Step) {
			out.Habits = append(out.Habits, PrecedentHabit{h, name})
		}
	}
	return out, nil
}
