package engine

import (
	"context"
	"slices"
	"time"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
)

// A person's days: what he has to do and what his records come to, each on its day. All of it is read elsewhere too; here it stands in time.

const (
	// maxAgenda is how many days are asked for at once, agendaItems how many of each kind are told.
	maxAgenda   = 62
	agendaItems = 200
)

// Agenda kinds.
const (
	AgendaTask    = "task"    // an open task is due
	AgendaDue     = "due"     // the time of an own record in its stage ends
	AgendaNext    = "next"    // the next step of an own record
	AgendaClosing = "closing" // the day an own record is expected to close on
)

// nextFields are the names of a field that holds the day of the next step, as a card of the board knows them too.
var nextFields = []string{"nextDate", "nextStepDate"}

// AgendaItem is something that falls on a day: an instant, or for fields a day without a time.
type AgendaItem struct {
	Kind string
	At   time.Time
	Day  rules.Date
	// Task of a task; otherwise Record, with the field that holds the day.
	Task   *Task
	Record *View
	Field  rules.Text
}

// Agenda lists what falls on the days from one on, up to but not with another, for a person over all apps; an instant counts when it falls on one
// of these days anywhere on earth, so that whoever shows it puts it on the day of his own clock. Cut says that there is more of a kind than is
// told. Errors: *process.Rejection bad.request.
func (e *Engine) Agenda(ctx context.Context, user string, from, to rules.Date) (items []AgendaItem, cut bool, err error) {
	first, last := from.At(0, 0, time.UTC), to.At(0, 0, time.UTC)
	if days := last.Sub(first).Hours() / 24; days < 1 || days > maxAgenda {
		return nil, false, badRequest(rules.Say("一次看 1 到 {n} 天", "一次看 1 到 {n} 天", "Ask for 1 to {n} days at a time", "n", maxAgenda))
	}
	// Clocks are up to 14 hours before UTC, and 12 behind.
	instants := func(col string) query.Filter {
		return query.And{query.Cmp{Col: col, Op: query.Ge, Value: first.Add(-14 * time.Hour).UnixMilli()}, query.Cmp{Col: col, Op: query.Lt, Value: last.Add(12 * time.Hour).UnixMilli()}}
	}
	tasks, err := e.tasksDue(ctx, user, instants("dueBy"))
	if err != nil {
		return nil, false, err
	}
	for i := range tasks {
		items = append(items, AgendaItem{Kind: AgendaTask, At: tasks[i].DueAt, Task: &tasks[i]})
	}
	due, err := e.attending(ctx, user, query.And{query.Cmp{Col: "owner", Op: query.Eq, Value: user}, instants("dueAt")}, "dueAt", agendaItems)
	if err != nil {
		return nil, false, err
	}
	for _, d := range due {
		items = append(items, AgendaItem{Kind: AgendaDue, At: time.UnixMilli(d.at).UTC(), Record: d.view})
	}
	cut = len(tasks) >= agendaItems || len(due) >= agendaItems
	err = e.eachForm(ctx, user, func(l *lister) error {
		for _, d := range l.days() {
			dated, column, err := l.dated(ctx, d.field.ID, first, last)
			if err != nil {
				return err
			}
			for _, v := range dated {
				if at, ok := v.Cols[column].(int64); ok {
					items = append(items, AgendaItem{Kind: d.kind, Day: rules.DateOf(time.UnixMilli(at), time.UTC), Record: v, Field: d.field.Name})
				}
			}
			cut = cut || len(dated) >= agendaItems
		}
		return nil
	})
	if err != nil {
		return nil, false, err
	}
	slices.SortStableFunc(items, func(a, b AgendaItem) int { return a.when().Compare(b.when()) })
	return items, cut, nil
}

// when orders what has a time behind what has only a day.
func (it *AgendaItem) when() time.Time {
	if it.At.IsZero() {
		return it.Day.At(0, 0, time.UTC)
	}
	return it.At
}

func (e *Engine) tasksDue(ctx context.Context, user string, due query.Filter) ([]Task, error) {
	page, err := e.store.Query(ctx, collTasks, query.Query{Limit: agendaItems, Sort: []query.Sort{{Col: "dueBy"}},
		Filter: query.And{query.Cmp{Col: "user", Op: query.Eq, Value: user}, query.Cmp{Col: "state", Op: query.Eq, Value: process.Open}, query.Cmp{Col: "kind", Op: query.Ne, Value: "cc"}, due}})
	if err != nil {
		return nil, err
	}
	out := make([]Task, 0, len(page.Docs))
	for _, d := range page.Docs {
		t, err := taskOf(d)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, e.maskTasks(ctx, user, out)
}

// dayField is a field that puts the open records of a form on a day.
type dayField struct {
	kind  string
	field forms.FieldInfo
}

func (l *lister) days() []dayField {
	var out []dayField
	add := func(kind, key string) bool {
		info, ok := l.form.Schema.Field(key)
		if ok = ok && info.Def.Type == "date"; ok {
			out = append(out, dayField{kind, info})
		}
		return ok
	}
	if l.form.Process == nil {
		return nil
	}
	_ = slices.ContainsFunc(nextFields, func(key string) bool { return add(AgendaNext, key) })
	if key := l.form.Process.Def.Closing; key != "" {
		add(AgendaClosing, key)
	}
	return out
}

// dated are the person's own open records with a day between two in a field that he sees, and the column that holds it.
func (l *lister) dated(ctx context.Context, field string, first, last time.Time) (list []*View, column string, err error) {
	c, problem := access.FindColumn(l.form, field, l.viewer)
	if problem != nil {
		return nil, "", nil // not his to see
	}
	own := *l
	own.filter = append(slices.Clone(l.filter), query.IsNull{Col: "deleted"}, query.Cmp{Col: "owner", Op: query.Eq, Value: l.viewer.User}, query.Cmp{Col: "open", Op: query.Eq, Value: true},
		query.Cmp{Col: c.Name, Op: query.Ge, Value: first.UnixMilli()}, query.Cmp{Col: c.Name, Op: query.Lt, Value: last.UnixMilli()})
	if c.Seen != nil {
		own.filter = append(own.filter, c.Seen)
	}
	list, _, err = own.page(ctx, []query.Sort{{Col: c.Name}}, agendaItems, "")
	return list, c.Name, err
}
