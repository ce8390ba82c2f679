package engine

import (
	"context"

	"pipewright/runtime/process"
)

// Reveal answers a phone number whole that a person is shown in part. Who looked is on the record before he is told. Errors: *process.Rejection
// not.found, forbidden.
func (e *Engine) Reveal(ctx context.Context, user, id, field, op string) (string, error) {
	res, err := e.Do(ctx, Request{User: user, Command: process.Command{Kind: process.Reveal, ID: id, Op: op, Item: field}})
	if err != nil {
		return "", err
	}
	form := res.App.Forms[res.State.Form]
	text, _ := form.Schema.DecodeScalars(res.State.Data)[field].(string)
	return text, nil
}
