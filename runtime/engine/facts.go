package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// daysOf is the working calendar of a record.
func daysOf(app *process.App, dir *org.Directory, owner, team string) rules.Calendar {
	return dir.CalendarOf(app.Def.Calendar, owner, team)
}

// calendarOf is the working calendar that a team goes by in an app, "" for the company's.
func calendarOf(app *process.App, dir *org.Directory, team string) rules.Calendar {
	return dir.Calendar(app.Def.Calendar, team)
}

// factsAt are the facts that no decision has to ask for: the working calendar, who is away at the instant, and what people are called.
func factsAt(app *process.App, dir *org.Directory, at time.Time) *process.Facts {
	return &process.Facts{Calendar: calendarOf(app, dir, ""), CalendarOf: func(owner, team string) rules.Calendar { return daysOf(app, dir, owner, team) },
		StandIns: dir.StandIns(app.Def.Key, at), Called: called(dir), KnowsUser: func(user string) bool { _, known := dir.User(user); return known },
		KnowsTeam: func(team string) bool { _, known := dir.Team(team); return known }}
}

// called says what users and teams are called.
func called(dir *org.Directory) func(typ, id string) string {
	return func(typ, id string) string {
		if typ != "team" {
			return dir.Name(id)
		}
		if t, ok := dir.Team(id); ok && t.Name != "" {
			return t.Name
		}
		return id
	}
}

// fetcher brings the facts that a decision lacks (semantics 3).
type fetcher struct {
	e     *Engine
	app   *process.App
	dir   *org.Directory
	facts *process.Facts
	// The record that is decided on, its collection and loaded version; claims are made in its name. Without claims (reads)
	// numbers and unique values are looked at and not taken.
	record string
	// user is who acts; empty for the app's own actor.
	user string
	// reader, when not empty, is the person whose view of other records counts.
	reader string
	// trier, when not empty, tries a draft out: withheld says that it rests on what he may not read.
	trier    string
	withheld bool
	form     string
	coll     string
	ver      int64
	claims   *claims
	// held are the unique values that the record holds already.
	held []string
}

// all brings every need. Records of one form come in one read.
func (f *fetcher) all(ctx context.Context, needs []process.Need) error {
	byForm := map[string][]process.Need{}
	for _, n := range needs {
		var err error
		if f.withhold(ctx, n, &err); err != nil {
			return err
		}
		switch n.Kind {
		case process.NeedRecord:
			if f.reader != "" {
				err = f.readAs(ctx, f.reader, n)
				break
			}
			byForm[n.Form] = append(byForm[n.Form], n)
		case process.NeedLinked:
			err = f.linked(ctx, n)
		case process.NeedPeople:
			if f.facts.People == nil {
				f.facts.People = map[string][]string{}
			}
			f.facts.People[n.Key] = access.Resolve(f.dir, *n.People)
		case process.NeedTeam:
			if f.facts.Teams == nil {
				f.facts.Teams = map[string]string{}
			}
			for _, user := range n.Users {
				f.facts.Teams[user] = f.dir.TeamOf(user)
			}
		case process.NeedNumber:
			err = f.number(ctx, n)
		case process.NeedUnique:
			err = f.unique(ctx, n)
		case process.NeedFile:
			err = f.file(ctx, n)
		case process.NeedRollup:
			err = f.rollup(ctx, n)
		case process.NeedSlot:
			err = f.slot(ctx, n)
		case process.NeedQuota:
			err = f.quota(ctx, n)
		case process.NeedAway:
			f.away(n)
		case process.NeedTurn:
			err = f.turn(ctx, n)
		case process.NeedLink:
			err = f.link(ctx, n)
		case process.NeedRate:
			err = f.rate(ctx, n)
		case process.NeedLoad:
			err = f.load(ctx, n)
		case process.NeedPast:
			err = f.past(ctx, n)
		default:
			err = fmt.Errorf("engine: a decision asks for %q, which is unknown here", n.Kind)
		}
		if err != nil {
			return err
		}
	}
	for _, form := range slices.Sorted(maps.Keys(byForm)) {
		if err := f.records(ctx, form, byForm[form]); err != nil {
			return err
		}
	}
	return nil
}

// records reads other records as the reader's release sees them (semantics 1).
func (f *fetcher) records(ctx context.Context, key string, needs []process.Need) error {
	if f.facts.Records == nil {
		f.facts.Records = map[string]process.RecordFact{}
	}
	form := f.app.Form(key)
	if form == nil {
		return fmt.Errorf("engine: app %s has no form %q", f.app.Def.Key, key)
	}
	var owner *process.App // whose grants say who may read it
	if f.user != "" || f.trier != "" {
		var err error
		if owner, err = f.e.current(ctx, form.App.Def.Key); err != nil {
			return err
		}
	}
	ids := make([]string, 0, len(needs))
	for _, n := range needs {
		f.facts.Records[n.Key] = process.RecordFact{Missing: true}
		if store.CheckID(n.ID) == nil {
			ids = append(ids, n.ID)
		}
	}
	for len(ids) > 0 {
		part := ids[:min(len(ids), store.MaxPage)]
		ids = ids[len(part):]
		docs, err := f.e.store.GetMany(ctx, RecordCollection(form), part)
		if err != nil {
			return err
		}
		for _, d := range docs {
			r, err := decodeRecord(d)
			if err != nil {
				return err
			}
			if r.State == nil || !r.State.Deleted.IsZero() {
				continue
			}
			f.withheld = f.withheld || f.trier != "" && !seesWhole(access.Rights(owner, r.State.Form, f.dir, f.trier, r.State))
			title, _ := d.Cols["title"].(string)
			f.facts.Records[key+"/"+d.ID] = process.RecordFact{
				Ver: d.Ver, Rev: r.State.Rev, Title: title, Stage: r.State.Stage, Owner: r.State.Owner, Team: r.State.Team, Pool: r.State.InPool(),
				Values: form.Schema.Decode(r.State.Data), State: r.State,
				Unseen: f.user != "" && !access.Rights(owner, r.State.Form, f.dir, f.user, r.State).Read,
			}
		}
	}
	return nil
}

// linked counts the records that point here, by stage.
func (f *fetcher) linked(ctx context.Context, n process.Need) error {
	if f.facts.Linked == nil {
		f.facts.Linked = map[string]map[string]int{}
	}
	form := f.app.Forms[n.Form]
	if form == nil {
		return fmt.Errorf("engine: app %s has no form %q", f.app.Def.Key, n.Form)
	}
	col, err := referenceColumn(form, n.Via)
	if err != nil {
		return err
	}
	rows, err := f.e.store.Aggregate(ctx, RecordCollection(form), query.Aggregate{
		Filter: query.And{query.Cmp{Col: col, Op: query.Eq, Value: n.ID}, query.IsNull{Col: "deleted"}},
		Groups: []query.Group{{Col: "stage"}}, Measures: []query.Measure{{Kind: "count"}}, Limit: store.MaxGroups,
	})
	if err != nil {
		return err
	}
	counts := map[string]int{}
	for _, r := range rows {
		stage, _ := r.Keys[0].(string)
		counts[stage] = int(r.Values[0].Int64())
	}
	f.facts.Linked[n.Key] = counts
	return nil
}

// load counts the open records that each of some people owns.
func (f *fetcher) load(ctx context.Context, n process.Need) error {
	if f.facts.Loads == nil {
		f.facts.Loads = map[string]map[string]int{}
	}
	counts := map[string]int{}
	users := make([]any, len(n.Users))
	for i, u := range n.Users {
		users[i], counts[u] = u, 0
	}
	rows, err := f.e.store.Aggregate(ctx, f.coll, query.Aggregate{
		Filter: query.And{query.In{Col: "owner", Values: users}, query.Cmp{Col: "open", Op: query.Eq, Value: true}, query.IsNull{Col: "deleted"}},
		Groups: []query.Group{{Col: "owner"}}, Measures: []query.Measure{{Kind: "count"}}, Limit: store.MaxGroups,
	})
	if err != nil {
		return err
	}
	for _, r := range rows {
		owner, _ := r.Keys[0].(string)
		counts[owner] = int(r.Values[0].Int64())
	}
	f.facts.Loads[n.Key] = counts
	return nil
}

// referenceColumn is the column that holds the id a reference field points to.
func referenceColumn(form *process.Form, field string) (string, error) {
	for _, c := range form.Schema.Columns() {
		if c.Field == field && !c.Collation {
			return process.FieldColumn(c.Name), nil
		}
	}
	return "", fmt.Errorf("engine: form %s has no column for the reference %q", form.Def.Key, field)
}

// ask repeats a question to the core until it lacks no facts: Inspect, EvaluateForm, PreviewPath.
func (f *fetcher) ask(ctx context.Context, question func(facts *process.Facts) []process.Need) error {
	for round := 0; ; round++ {
		needs := question(f.facts)
		if len(needs) == 0 {
			return nil
		}
		if round == maxNeeds {
			return errors.New("engine: a question asks for facts without end")
		}
		if err := f.all(ctx, needs); err != nil {
			return err
		}
	}
}
