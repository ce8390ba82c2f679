package engine

import (
	"context"

	"pipewright/runtime/process"
)

// PressMany presses a button of an app on many records, on each by itself: an operation of its own with the rights, the condition and the
// refusal that it has on the record's page. OpKey names the whole; repeating it repeats nothing. Errors: *process.Rejection bad.request;
// what is said of one record stands beside it.
func (e *Engine) PressMany(ctx context.Context, user, app, button string, ids []string, opKey string) ([]Outcome, error) {
	records := make([]Chosen, len(ids))
	for i, id := range ids {
		records[i].ID = id
	}
	return e.onMany(ctx, records, func(r Chosen) error { return e.pressOne(ctx, user, app, button, r.ID, opKey) })
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
