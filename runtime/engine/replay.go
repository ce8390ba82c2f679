package engine

import (
	"context"
	"slices"
	"strings"
	"time"

	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

const (
	// replayDays is how far back an automation is held against what has happened.
	replayDays = 30
	// maxReplayed and maxReplayedEvents bound the work: the records that changed last are looked at, until one of both is reached.
	maxReplayed       = 2000
	maxReplayedEvents = 100000
	// maxReplayedFires bounds how often conditions are computed.
	maxReplayedFires = 10000
	// shownReplayed is how many records are named.
	shownReplayed = 50
)

// Replayed is how often an automation would have run in the last days, and on which records.
type Replayed struct {
	// How is as in process.CompiledAutomation.Replayable; empty: its trigger cannot be held against the past.
	How      string
	From, To time.Time
	// Count is how often it would have run: its trigger came and its condition held. Of a schedule it is its times.
	Count int
	// Days are the counts of each day in the app's zone, today's last.
	Days []int
	// Records are those it would have run on, the last first; Found is how many there are, with those that are not named.
	// Of a schedule they are what its each finds now.
	Records []ReplayedRecord
	Found   int
	// Looked is how many records were looked at; Partial says that there are more, so that the counts are too low.
	Looked  int
	Partial bool
	// Withheld were not looked at: the person does not read them whole, or what the condition asks for beside them.
	Withheld int
	// Failed is how often the condition could not be computed; Problem is the first reason.
	Failed  int
	Problem *rules.Problem
}

// ReplayedRecord is a record that an automation would have run on.
type ReplayedRecord struct {
	ID, Title, Number string
	Times             int
	Last              time.Time
}

// Replay holds an automation of a draft against the last 30 days: when its trigger came, its condition is computed on the record as it was
// then, with the other records, people and rates of today. Nothing is written and nothing is done. The app is compiled on the storage keys
// of the live release. Errors: *process.Rejection not.found when there is no such automation.
func (e *Engine) Replay(ctx context.Context, user string, app *process.App, automation string) (*Replayed, error) {
	a := app.Automations[automation]
	if a == nil {
		return nil, notFound()
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return nil, err
	}
	now := e.instant()
	today := rules.DateOf(now, app.Zone)
	first := today.AddDays(1 - replayDays)
	r := &replay{e: e, app: app, a: a, dir: dir, user: user, first: first, at: map[string]*ReplayedRecord{},
		Replayed: Replayed{How: a.Replayable(), From: first.At(0, 0, app.Zone).UTC(), To: now, Days: make([]int, replayDays)}}
	switch r.How {
	case "schedule":
		err = r.schedule(ctx)
	case "events", "dates":
		err = r.past(ctx)
	}
	if err != nil {
		return nil, err
	}
	return &r.Replayed, r.name(ctx, user)
}

type replay struct {
	Replayed
	e     *Engine
	app   *process.App
	a     *process.CompiledAutomation
	dir   *org.Directory
	user  string
	first rules.Date
	at    map[string]*ReplayedRecord
}

// fires counts one run at an instant; id is empty for one on no record.
func (r *replay) fires(id string, at time.Time) {
	r.Count++
	if day := r.first.DaysUntil(rules.DateOf(at, r.app.Zone)); day >= 0 && day < len(r.Days) {
		r.Days[day]++
	}
	if id != "" {
		r.on(id, at)
	}
}

func (r *replay) on(id string, at time.Time) {
	one := r.at[id]
	if one == nil {
		one = &ReplayedRecord{ID: id}
		r.at[id] = one
	}
	one.Times++
	if at.After(one.Last) {
		one.Last = at
	}
}

// past goes through the records that changed in these days; for dates through all, since a date that comes changes nothing by itself.
func (r *replay) past(ctx context.Context) error {
	filter := query.And{query.IsNull{Col: "deleted"}}
	if r.How == "events" {
		filter = append(filter, query.Cmp{Col: "updatedAt", Op: query.Ge, Value: r.From.UnixMilli()})
	}
	q := query.Query{Filter: filter, Sort: []query.Sort{{Col: "updatedAt", Desc: true}}, Limit: store.MaxPage, Cols: []string{"deleted"}}
	events, fires := 0, 0
	for {
		page, err := r.e.store.Query(ctx, RecordCollection(r.a.Form), q)
		if err != nil {
			return readError(err)
		}
		for _, d := range page.Docs {
			if r.Looked >= maxReplayed || events >= maxReplayedEvents || fires >= maxReplayedFires {
				r.Partial = true
				return nil
			}
			n, m, err := r.record(ctx, d.ID)
			if err != nil {
				return err
			}
			r.Looked, events, fires = r.Looked+1, events+n, fires+m
		}
		if q.After = page.Next; q.After == "" {
			return nil
		}
	}
}

// record replays one record; it answers how many events were read, and how often the trigger came.
func (r *replay) record(ctx context.Context, id string) (events, fires int, err error) {
	seen, err := r.seen(ctx, id)
	if err != nil {
		return 0, 0, err
	}
	if !seen {
		r.Withheld++
		return 0, 0, nil
	}
	evs, erased, err := r.e.allEvents(ctx, id)
	if err != nil || erased {
		return len(evs), 0, err // what was erased is not to be told of
	}
	list := process.Replay(r.app, r.a, id, evs, r.From, r.To.Add(time.Millisecond), factsAt(r.app, r.dir, r.To))
	for i := range list {
		held, err := r.holds(ctx, list[i].State, list[i].Sees, list[i].At)
		if err != nil {
			return len(evs), len(list), err
		}
		if held {
			r.fires(id, list[i].At)
		}
	}
	return len(evs), len(list), nil
}

// seen says whether the person reads a record whole.
func (r *replay) seen(ctx context.Context, id string) (bool, error) {
	v, _, err := r.e.load(ctx, r.user, id)
	if _, refused := asRejection(err); refused {
		return false, nil
	}
	return err == nil && seesWhole(v.Rights), err
}

// holds computes the condition on a record as it was.
func (r *replay) holds(ctx context.Context, s *process.State, fr *process.Frame, at time.Time) (held bool, err error) {
	if r.a.If == nil {
		return true, nil
	}
	var problem *rules.Problem
	f := &fetcher{e: r.e, app: r.app, dir: r.dir, facts: factsAt(r.app, r.dir, r.To), trier: r.user}
	if s != nil {
		f.record, f.coll = s.ID, RecordCollection(r.a.Form)
	}
	err = f.ask(ctx, func(facts *process.Facts) (needs []process.Need) {
		held, needs, problem = process.Applies(r.app, r.a, s, fr, facts, at)
		return needs
	})
	if err == nil && f.withheld {
		r.Withheld++
		return false, nil
	}
	if err == nil && problem != nil {
		if r.Failed++; r.Problem == nil {
			r.Problem = problem
		}
	}
	return held && problem == nil, err
}

// schedule counts the times of a schedule, and finds the records it would run on now.
func (r *replay) schedule(ctx context.Context) error {
	times, err := Next(r.a.Def.On.Cron, zoneOf(r.app, r.a), r.From.Add(-time.Millisecond), maxNext)
	if err != nil {
		return nil // the check tells
	}
	for _, at := range times {
		if at.After(r.To) {
			break
		}
		r.fires("", at)
	}
	each, form := r.a.Def.Each, r.a.Form
	if r.a.Group != nil {
		form = r.a.Group.Form
	}
	if each == nil || form == nil {
		return nil
	}
	filter := query.And{query.IsNull{Col: "deleted"}}
	viewer := access.Viewer{App: r.app, Dir: r.dir, User: access.ServiceUser(r.app.Def.Key), Service: true}
	where, problems := access.CompileWhere(form, each.Where, viewer, r.To, r.app.Zone)
	if rules.HasErrors(problems) {
		r.Failed, r.Problem = 1, &problems[0]
		return nil
	}
	if where != nil {
		filter = append(filter, where)
	}
	q := query.Query{Filter: filter, Limit: store.MaxPage}
	for {
		page, err := r.e.store.Query(ctx, RecordCollection(form), q)
		if err != nil {
			return readError(err)
		}
		for _, d := range page.Docs {
			if r.Looked >= maxReplayed {
				r.Partial = true
				return nil
			}
			// How many of what he may not read meet the condition would tell what is in it, so that it is not counted, either.
			if seen, err := r.seen(ctx, d.ID); err != nil {
				return err
			} else if !seen {
				continue
			}
			r.Looked++
			rec, err := decodeRecord(d)
			if err != nil {
				return err
			}
			held := true
			if r.a.Group == nil {
				if held, err = r.holds(ctx, rec.State, nil, r.To); err != nil {
					return err
				}
			}
			if held {
				r.on(d.ID, rec.State.UpdatedAt)
			}
		}
		if q.After = page.Next; q.After == "" {
			return nil
		}
	}
}

// name lists the records as the person may read them, the last first.
func (r *replay) name(ctx context.Context, user string) error {
	list := make([]*ReplayedRecord, 0, len(r.at))
	for _, one := range r.at {
		list = append(list, one)
	}
	r.Found = len(list)
	slices.SortFunc(list, func(a, b *ReplayedRecord) int {
		if n := b.Last.Compare(a.Last); n != 0 {
			return n
		}
		return strings.Compare(a.ID, b.ID)
	})
	for _, one := range list[:min(len(list), shownReplayed)] {
		v, err := r.e.Record(ctx, user, one.ID)
		if no, ok := asRejection(err); ok && no.Code == "not.found" {
			continue
		}
		if err != nil {
			return err
		}
		one.Title, one.Number = v.Title(), v.State.Number
		r.Records = append(r.Records, *one)
	}
	return nil
}
