package engine

import (
	"context"

	"pipewright/runtime/access"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
)

// Who tries a draft out chooses its conditions, so that whatever the trial tells of a record tells what is in it: a condition on a hidden field, tried again
// and again, reads the field. Therefore a trial looks only at records that he reads whole, and rests on others only where he reads them whole, too.

// seesWhole says whether rights show a record with all its fields.
func seesWhole(r process.Rights) bool {
	for _, hidden := range r.Hide {
		if hidden {
			return false
		}
	}
	return r.Read
}

// readsAll says whether a person reads every record of a form whole.
func (e *Engine) readsAll(ctx context.Context, f *process.Form, dir *org.Directory, user string) (bool, error) {
	app, err := e.current(ctx, f.App.Def.Key)
	if err != nil || app.Forms[f.Def.Key] == nil {
		return false, err
	}
	// A record that he has nothing to do with is one of all.
	return access.Filter(app, f.Def.Key, dir, user) == nil && seesWhole(access.Rights(app, f.Def.Key, dir, user, &process.State{App: app.Def.Key, Form: f.Def.Key})), nil
}

// withhold notes that a need is about records that who tries a draft out does not read whole. Single records are looked at when they come.
func (f *fetcher) withhold(ctx context.Context, n process.Need, err *error) {
	if f.trier == "" || n.Kind != process.NeedLinked && n.Kind != process.NeedRollup {
		return
	}
	form := f.app.Form(n.Form)
	if form == nil {
		return // the decision says so
	}
	var all bool
	if all, *err = f.e.readsAll(ctx, form, f.dir, f.trier); !all {
		f.withheld = true
	}
}
