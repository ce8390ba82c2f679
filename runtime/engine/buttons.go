package engine

import (
	"context"
	"slices"

	"pipewright/rules"
	"pipewright/runtime/process"
)

// maxPressed bounds on how many records a button is pressed at once.
const maxPressed = 100

// PressedOn is the outcome of a button on one of many records.
type PressedOn struct {
	ID  string
	Err error
}

// PressMany presses a button of an app on many records, on each by itself: an operation of its own with the rights, the condition and the
// refusal that it has on the record's page. OpKey names the whole; repeating it repeats nothing. Errors: *process.Rejection bad.request;
// what is said of one record stands beside it.
func (e *Engine) PressMany(ctx context.Context, user, app, button string, ids []string, opKey string) ([]PressedOn, error) {
	if len(ids) == 0 || len(ids) > maxPressed {
		return nil, badRequest(rules.Say("一次选 1 到 {n} 条记录", "一次選 1 到 {n} 筆記錄", "Choose 1 to {n} records at a time", "n", maxPressed))
	}
	out := make([]PressedOn, len(ids))
	for i, id := range ids {
		out[i].ID = id
		if slices.Contains(ids[:i], id) {
			out[i].Err = badRequest(rules.Say("写了两次", "寫了兩次", "Named twice"))
		}
	}
	return out, inParallel(4, indices(len(ids)), func(i int) error {
		if out[i].Err == nil {
			out[i].Err = e.pressOne(ctx, user, app, button, ids[i], opKey)
		}
		return ctx.Err()
	})
}

func (e *Engine) pressOne(ctx context.Context, user, app, button, id, opKey string) error {
	form, err := e.form(ctx, id)
	if err != nil {
		return err
	}
	if form.App.Def.Key != app {
		return notFound() // another app may have a button of the same key
	}
	_, err = e.Do(ctx, Request{User: user, Command: process.Command{Kind: process.Press, ID: id, Item: button, Op: shortHash(opKey, id)}})
	return err
}
