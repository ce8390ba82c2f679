package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// Once a week, on Monday 00:00 in the zone of the app, the position of every open record of a process is written down: it cannot be
// found out later. A row is the week and the record; the ledger under schedules has one entry a process and week, made by whichever
// node is first, so there is one job. When nobody was there on Monday, the positions are taken as soon as somebody is, and TakenAt
// says when. A job that is taken up again leaves the rows that are there as they are.

// keepSnapshots is how long positions are kept: two years and a bit, so that a quarter compares with the year before.
const keepSnapshots = 110 * 7 * 24 * time.Hour

// snapshotEntry is the ledger's entry of one week.
type snapshotEntry struct {
	App     string    `json:"app"`
	Process string    `json:"process"`
	Week    time.Time `json:"week"`
	TakenAt time.Time `json:"takenAt,omitzero"`
	Records int       `json:"records"`
}

// weekOf is the Monday 00:00 at or before an instant, in a zone.
func weekOf(at time.Time, zone *time.Location) time.Time {
	at = at.In(zone)
	back := (int(at.Weekday()) + 6) % 7
	return time.Date(at.Year(), at.Month(), at.Day()-back, 0, 0, 0, 0, zone)
}

func snapshotLedger(app, proc string, week time.Time) string {
	return "snapshot|" + app + "/" + proc + "|" + week.Format(time.DateOnly)
}

func (s *snapshotEntry) doc(state string, ver int64) (store.Doc, error) {
	body, err := marshal(s)
	return store.Doc{ID: snapshotLedger(s.App, s.Process, s.Week), Ver: ver, Body: body, Cols: map[string]any{"kind": "snapshot", "app": s.App,
		"schedule": "snapshot|" + s.App + "/" + s.Process, "state": state, "tick": s.Week.UnixMilli()}}, err
}

// snapshots makes the job of this week for every process that has none yet.
func (e *Engine) snapshots(ctx context.Context) error {
	apps, err := e.defs.Live(ctx)
	if err != nil {
		return err
	}
	now := e.instant()
	for _, app := range apps {
		week := weekOf(now, app.Zone)
		if have, ok := e.snapped.Load(app); ok && have.(time.Time).Equal(week) {
			continue
		}
		var jobs []store.Doc
		for i := range app.Def.Processes {
			entry := snapshotEntry{App: app.Def.Key, Process: app.Def.Processes[i].Key, Week: week}
			d, err := entry.doc(tickFired, 1)
			if err != nil {
				return err
			}
			err = e.store.Insert(ctx, collSchedules, d)
			if errors.Is(err, store.ErrExists) {
				// Whoever made the entry may have died before the job: while it is not done, the job is made again under its id.
				have, err := e.store.Get(ctx, collSchedules, d.ID)
				if err != nil {
					return err
				}
				if have.Cols["state"] != tickFired {
					continue
				}
			} else if err != nil {
				return err
			}
			j, err := newJob(job{ID: d.ID, Kind: jobSnapshot, App: entry.App, Via: entry.Process, Tick: week.UTC(), Ledger: d.ID}, now, now)
			if err != nil {
				return err
			}
			jobs = append(jobs, j)
		}
		if err := e.insertAll(ctx, collJobs, jobs); err != nil {
			return err
		}
		e.snapped.Store(app, week)
		if len(jobs) > 0 {
			e.wake()
		}
	}
	return nil
}

// runSnapshot writes down the positions of a process's open records.
func (e *Engine) runSnapshot(ctx context.Context, j *job) error {
	app, err := e.current(ctx, j.App)
	if err != nil {
		return refusal(err)
	}
	entry := snapshotEntry{App: j.App, Process: j.Via, Week: j.Tick.In(app.Zone), TakenAt: e.instant()}
	if p := app.Processes[j.Via]; p != nil {
		q := query.Query{Filter: query.And{query.Cmp{Col: "open", Op: query.Eq, Value: true}, query.IsNull{Col: "deleted"}}, Limit: 500, After: j.After,
			Cols: positionCols}
		for {
			page, err := e.store.Query(ctx, RecordCollection(p.Form), q)
			if err != nil {
				return err
			}
			docs := make([]store.Doc, len(page.Docs))
			for i, d := range page.Docs {
				if docs[i], err = positionDoc(&entry, d); err != nil {
					return err
				}
			}
			if err := e.insertAll(ctx, collSnapshots, docs); err != nil {
				return err
			}
			j.came(page.Next)
			if q.After = page.Next; q.After == "" {
				break
			}
		}
	}
	if entry.Records, err = e.count(ctx, collSnapshots, query.And{query.Cmp{Col: "process", Op: query.Eq, Value: processName(entry.App, entry.Process)},
		query.Cmp{Col: "week", Op: query.Eq, Value: entry.Week.UnixMilli()}}); err != nil {
		return err
	}
	return e.closeSnapshot(ctx, &entry)
}

// closeSnapshot notes that a week is written; who has done so before was first.
func (e *Engine) closeSnapshot(ctx context.Context, entry *snapshotEntry) error {
	for range maxTries {
		have, err := e.store.Get(ctx, collSchedules, snapshotLedger(entry.App, entry.Process, entry.Week))
		if err != nil {
			return err
		}
		if have.Cols["state"] != tickFired {
			return nil
		}
		d, err := entry.doc(tickDone, have.Ver+1)
		if err != nil {
			return err
		}
		if err = e.store.Replace(ctx, collSchedules, d, have.Ver); !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return store.ErrConflict
}

// positionCols are the columns of a record that its position is made of.
var positionCols = []string{"stage", "owner", "team", "value", "weighted", "closing"}

func processName(app, proc string) string { return app + "/" + proc }

// positionDoc is one row: it holds no names and no texts, so nothing of a person stands in it but who owned the record.
func positionDoc(entry *snapshotEntry, d store.Doc) (store.Doc, error) {
	body, err := marshal(map[string]string{"week": entry.Week.Format(time.DateOnly)})
	cols := map[string]any{"process": processName(entry.App, entry.Process), "week": entry.Week.UnixMilli(), "record": d.ID}
	for _, name := range positionCols {
		if v := d.Cols[name]; v != nil {
			cols[name] = v
		}
	}
	return store.Doc{ID: fmt.Sprintf("%s|%s", entry.Week.Format(time.DateOnly), d.ID), Ver: 1, Cols: cols, Body: body}, err
}

// position is where a record stood.
type position struct {
	stage          string
	value, closing int64
}

// ofWeeks accepts the positions of some weeks.
func ofWeeks(p *process.Process, weeks ...time.Time) query.And {
	in := query.In{Col: "week"}
	for _, week := range weeks {
		in.Values = append(in.Values, week.UnixMilli())
	}
	return query.And{query.Cmp{Col: "process", Op: query.Eq, Value: processName(p.Form.App.Def.Key, p.Def.Key)}, in}
}

// positions reads the rows of one week, by record.
func (e *Engine) positions(ctx context.Context, p *process.Process, week time.Time) (map[string]position, error) {
	out := map[string]position{}
	err := e.store.Scan(ctx, collSnapshots, query.Scan{Filter: ofWeeks(p, week), Cols: []string{"record", "stage", "value", "closing"}}, func(_ string, row []any) error {
		id, _ := row[0].(string)
		var was position
		was.stage, _ = row[1].(string)
		was.value, _ = row[2].(int64)
		was.closing, _ = row[3].(int64)
		out[id] = was
		return nil
	})
	return out, err
}
