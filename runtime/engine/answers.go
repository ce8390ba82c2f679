package engine

import (
	"context"
	"encoding/json"

	"pipewright/rules"
	"pipewright/runtime/process"
)

// answer is what another system said to a call of a run, kept because later actions see it.
type answer struct {
	Status int             `json:"status"`
	Body   json.RawMessage `json:"body"`
}

// answered is the frame of what follows an action: with its answer if that is described. A call that was not made leaves none.
func (w *run) answered(action *process.CompiledAction, fr *process.Frame, seq string) (*process.Frame, error) {
	if action.Result == nil {
		return fr, nil
	}
	got, made := w.results[seq]
	if !made {
		return fr.WithResult(nil), nil
	}
	result, problems := action.ReadResult(got.Status, got.Body)
	if rules.HasErrors(problems) {
		return nil, incident(&problems[0])
	}
	return fr.WithResult(result), nil
}

// take reads an answer: what it says of the record is written there, as a command under an id of its own, and what later actions see is
// kept. An answer that does not fit is an incident; nothing of it is taken then.
func (w *run) take(ctx context.Context, a *process.CompiledAction, d *process.Deed, op string, status int, body []byte) error {
	if !d.HTTP.Keep {
		return nil
	}
	if !json.Valid(body) || len(body) == 0 {
		p := rules.Errorf(a.Path+"/http", "http.answer", rules.Say("回应不是 JSON", "回應不是 JSON", "The answer is not JSON"))
		return incident(&p)
	}
	if _, problems := a.ReadResult(status, body); rules.HasErrors(problems) {
		return incident(&problems[0])
	}
	if len(a.Def.HTTP.Into) > 0 && d.HTTP.Record != "" {
		form := w.app.Forms[d.HTTP.Form]
		data, problems := a.ReadInto(form, body)
		if rules.HasErrors(problems) {
			return incident(&problems[0])
		}
		_, err := w.e.Do(ctx, Request{service: true, Command: process.Command{Kind: process.Edit, ID: d.HTTP.Record, Data: data, Op: op + "|into", Cause: w.cause}})
		if err != nil {
			return refusal(err)
		}
	}
	if a.Result != nil {
		if w.results == nil {
			w.results = map[string]answer{}
		}
		w.results[d.Seq] = answer{status, body}
	}
	return nil
}
