package engine

import (
	"context"
	"slices"

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
