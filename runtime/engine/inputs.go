package engine

import (
	"encoding/json"

	"pipewright/runtime/process"
)

// maxInput is how much of what an action was done with the log of its run tells.
const maxInput = 4 << 10

// inputOf is what an action is done with, for the log of the run; nothing of it is secret: a call's secret is a name.
func inputOf(d *process.Deed) json.RawMessage {
	var v any
	switch c := d.Command; {
	case c != nil && c.Kind == process.Edit:
		v = c.Data
	case c != nil && c.Kind == process.Move:
		v = map[string]string{"transition": c.Transition}
	case c != nil && c.Kind == process.Release:
		v = map[string]string{"pool": c.Pool}
	case d.Start != nil:
		v = map[string]any{"form": d.Start.Form, "data": d.Start.Data}
	case d.HTTP != nil:
		v = map[string]any{"method": d.HTTP.Method, "url": d.HTTP.URL, "body": d.HTTP.Body}
	case len(d.Tasks) > 0:
		v = map[string]any{"name": d.Tasks[0].Name}
	case len(d.Notices) > 0:
		v = map[string]any{"text": d.Notices[0].Text}
	case d.Robot != nil:
		v = map[string]any{"robot": d.Robot.To, "text": d.Robot.Text}
	case d.Mail != nil:
		v = map[string]any{"message": d.Mail.Message, "subject": d.Mail.Subject}
	default:
		return nil
	}
	raw, err := json.Marshal(v)
	if err != nil || len(raw) > maxInput {
		return nil
	}
	return raw
}
