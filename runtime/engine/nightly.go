package engine

import (
	"context"
	"sync"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// nightly begins the work of the night for every app once its zone has come to an hour. The day stands in the ids of the jobs, which outlive them,
// so a night is served once by whichever node is first; a company whose server sleeps at night is served in the morning. known is the day that
// each app is known to be served for, by pointer.
func (e *Engine) nightly(ctx context.Context, hour int, known *sync.Map, work func(app *process.App, day string) []job) error {
	apps, err := e.defs.Live(ctx)
	if err != nil {
		return err
	}
	now := e.instant()
	for _, app := range apps {
		local := now.In(app.Zone)
		day := local.Format(time.DateOnly)
		if have, ok := known.Load(app); local.Hour() < hour || ok && have == day {
			continue
		}
		var docs []store.Doc
		for _, j := range work(app, day) {
			d, err := newJob(j, now, now)
			if err != nil {
				return err
			}
			docs = append(docs, d)
		}
		if err := e.insertAll(ctx, collJobs, docs); err != nil {
			return err
		}
		known.Store(app, day)
	}
	return nil
}
