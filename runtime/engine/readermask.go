package engine

import (
	"context"
	"errors"
	"strings"

	"pipewright/forms"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// seesAll says whether a person may see everything that a text says of records of an app, as they stand now. What stands behind a reference is
// asked of the record it points to.
func (e *Engine) seesAll(ctx context.Context, user, app string, reads []process.FieldRead) (bool, error) {
	for _, r := range reads {
		may, err := e.seesRead(ctx, user, app, r)
		if err != nil || !may {
			return false, err
		}
	}
	return true, nil
}

func (e *Engine) seesRead(ctx context.Context, user, app string, r process.FieldRead) (bool, error) {
	if in, form, other := strings.Cut(r.Form, "."); other {
		app, r.Form = in, form
	}
	seen, err := e.seenBy(ctx, user, aboutRecord(r.ID, app, r.Form))
	if err != nil {
		return false, err
	}
	v := seen[r.ID]
	switch {
	case v == nil:
		return false, nil
	case len(r.Path) == 0:
		return len(v.hidden) == 0, nil
	case r.Path[0] == process.FoundTitle:
		return v.SeesTitle(), nil
	case !v.Sees(r.Path[0]):
		return false, nil
	}
	info, known := v.Form.Schema.Field(r.Path[0])
	if !known {
		return len(v.hidden) == 0, nil // a system name, or a field that has been renamed since
	}
	if len(r.Path) > 1 && info.Def.Type == "table" {
		return v.Sees(r.Path[0] + "." + r.Path[1]), nil
	}
	if info.Def.Type == "reference" {
		ref, _ := v.Form.Schema.Decode(v.State.Data)[r.Path[0]].(forms.Ref)
		switch {
		case ref.ID == "":
			return true, nil
		case len(r.Path) == 1:
			return e.seesCalled(ctx, user, v.App, info.Def.Form, ref.ID)
		}
		return e.seesRead(ctx, user, app, process.FieldRead{Form: info.Def.Form, ID: ref.ID, Path: r.Path[1:]})
	}
	for hidden := range v.hidden { // a column of a table that it sums up
		if table, _, isColumn := strings.Cut(hidden, "."); isColumn && table == r.Path[0] {
			return false, nil
		}
	}
	return true, nil
}

// seesCalled says whether a person who sees a reference of an app is told by it what the record is called.
func (e *Engine) seesCalled(ctx context.Context, user string, app *process.App, form, id string) (bool, error) {
	target := app.Form(form)
	if target == nil {
		return false, nil
	}
	d, err := e.store.Get(ctx, RecordCollection(target), id)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	calls, err := e.callsOf(ctx, app.Def.Key, target, user)
	if err != nil {
		return false, err
	}
	called, err := calls(d)
	title, _ := d.Cols["title"].(string)
	return called == title, err
}
