package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"sync"

	"pipewright/rules"
	"pipewright/runtime/process"
)

// maxBulk bounds on how many records one thing is done at once.
const maxBulk = 100

// Chosen is one of many records, and the rev at which it was seen; 0: not said.
type Chosen struct {
	ID  string
	Rev int64
}

// Outcome is what became of one of many records.
type Outcome struct {
	ID  string
	Err error
}

// Bulk asks for the same of many records of a form.
type Bulk struct {
	App, Form string
	Records   []Chosen
	// Command is what is done to each: edit, move, assign, delete or restore, without the record.
	Command process.Command
	// Key names the whole; the operation of each record follows from it.
	Key string
}

// bulkKinds are the commands that may be given to many records, and what each cannot do without.
var bulkKinds = map[process.CommandKind]func(*process.Command) bool{
	process.Edit:    func(c *process.Command) bool { return len(c.Data) > 0 },
	process.Move:    func(c *process.Command) bool { return c.Transition != "" },
	process.Assign:  func(c *process.Command) bool { return c.Owner != "" },
	process.Delete:  func(*process.Command) bool { return true },
	process.Restore: func(*process.Command) bool { return true },
}

// DoMany does one thing to many records, to each by itself: an operation of its own with the rights, the checks, the gates and the refusal
// that it has on the record's page. Repeating the whole repeats nothing. Errors: *process.Rejection bad.request; what is said of one record
// stands beside it.
func (e *Engine) DoMany(ctx context.Context, user string, b Bulk) ([]Outcome, error) {
	whole := bulkKinds[b.Command.Kind]
	if whole == nil || !whole(&b.Command) {
		return nil, badRequest(rules.Say("do 是 edit（需要 data）、move（需要 transition）、assign（需要 owner）、delete 或 restore",
			"do 是 edit（需要 data）、move（需要 transition）、assign（需要 owner）、delete 或 restore",
			"do is edit (with data), move (with transition), assign (with owner), delete or restore"))
	}
	return e.onMany(ctx, b.Records, func(r Chosen) error {
		form, err := e.form(ctx, r.ID)
		if err != nil {
			return err
		}
		if form.App.Def.Key != b.App || form.Def.Key != b.Form {
			return notFound() // another form may have a field or a transition of the same key
		}
		c := b.Command
		c.ID, c.Base, c.Op = r.ID, r.Rev, shortHash(b.Key, r.ID)
		_, err = e.Do(ctx, Request{User: user, Command: c})
		return err
	})
}

// Picking is a step whose people are picked by whoever moves the records: how many of them come to it, and of whom one may pick.
type Picking struct {
	Step  *process.CompiledStep
	Count int
	// Anyone says that everybody may be picked; otherwise From tells of each how many of the records he may decide, the most first.
	Anyone bool
	From   []Candidate
}

// Candidate is one who may be picked, and for how many of the records.
type Candidate struct {
	User  string
	Count int
}

// PicksForMany tells whom to pick before many records are moved, by the values they have and those that the move brings along. It asks of each
// record what its own page asks; one that may not be seen, or does not stand where the transition starts, has no say. Errors: bad.request.
func (e *Engine) PicksForMany(ctx context.Context, user, app, form, transition string, data map[string]json.RawMessage, ids []string) ([]Picking, error) {
	records := make([]Chosen, len(ids))
	for i, id := range ids {
		records[i].ID = id
	}
	paths := map[string]*process.Path{}
	var mu sync.Mutex
	done, err := e.onMany(ctx, records, func(r Chosen) error {
		path, err := e.pathOfOne(ctx, user, app, form, transition, data, r.ID)
		if err == nil && path != nil {
			mu.Lock()
			paths[r.ID] = path
			mu.Unlock()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, d := range done {
		if _, said := asRejection(d.Err); d.Err != nil && !said {
			return nil, d.Err
		}
	}
	out := []Picking{}
	for _, id := range ids {
		if p := paths[id]; p != nil && !p.Skipped {
			for i := range p.Steps {
				out = addPicking(out, &p.Steps[i])
			}
		}
	}
	for i := range out {
		slices.SortStableFunc(out[i].From, func(a, b Candidate) int { return cmp.Compare(b.Count, a.Count) })
	}
	return out, nil
}

// pathOfOne is the way of one record of a form, nil where the transition does not start from where it stands.
func (e *Engine) pathOfOne(ctx context.Context, user, app, form, transition string, data map[string]json.RawMessage, id string) (*process.Path, error) {
	v, _, err := e.load(ctx, user, id)
	if err != nil {
		return nil, err
	}
	if v.App.Def.Key != app || v.Form.Def.Key != form || v.Form.Process == nil {
		return nil, notFound()
	}
	t := v.Form.Process.ByTransition[transition]
	if t == nil || !t.From[v.State.Stage] || v.State.Round != nil && v.State.Round.State == process.Running {
		return nil, nil
	}
	return e.pathOf(ctx, v, transition, data)
}

// addPicking adds what one record says of a step to what others said of it.
func addPicking(all []Picking, st *process.PathStep) []Picking {
	if st.Pick != "initiator" || st.State != "will" {
		return all
	}
	i := slices.IndexFunc(all, func(p Picking) bool { return p.Step.Def.Key == st.Step.Def.Key })
	if i < 0 {
		i = len(all)
		all = append(all, Picking{Step: st.Step})
	}
	p := &all[i]
	p.Count++
	p.Anyone = p.Anyone || len(st.From) == 0
	for _, user := range st.From {
		k := slices.IndexFunc(p.From, func(c Candidate) bool { return c.User == user })
		if k < 0 {
			k = len(p.From)
			p.From = append(p.From, Candidate{User: user})
		}
		p.From[k].Count++
	}
	return all
}

// onMany does work on each of 1 to maxBulk records, a few at a time. An error of work is one record's alone.
func (e *Engine) onMany(ctx context.Context, records []Chosen, work func(Chosen) error) ([]Outcome, error) {
	if len(records) == 0 || len(records) > maxBulk {
		return nil, badRequest(rules.Say("一次选 1 到 {n} 条记录", "一次選 1 到 {n} 筆記錄", "Choose 1 to {n} records at a time", "n", maxBulk))
	}
	out := make([]Outcome, len(records))
	for i, r := range records {
		out[i].ID = r.ID
		if slices.ContainsFunc(records[:i], func(before Chosen) bool { return before.ID == r.ID }) {
			out[i].Err = badRequest(rules.Say("写了两次", "寫了兩次", "Named twice"))
		}
	}
	return out, inParallel(4, indices(len(records)), func(i int) error {
		if out[i].Err == nil {
			out[i].Err = work(records[i])
		}
		return ctx.Err()
	})
}
