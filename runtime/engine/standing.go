package engine

import (
	"context"
	"errors"

	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// Standing is how a person stands to a record: what he may do with it and why, and which fields are kept from him. It holds no values.
type Standing struct {
	Form *process.Form
	Acts []Act
	// Hidden are the fields he is not shown, ReadOnly those he sees and no grant lets him write.
	Hidden, ReadOnly []HiddenField
}

// Act is one thing he may or may not do.
type Act struct {
	Act     string
	Allowed bool
	Reasons []rules.Text
}

// HiddenField is a field with what it is withheld by.
type HiddenField struct {
	Key string
	// Stage: the stage hides it, else no role of his shows it.
	Stage bool
}

// Standing explains a person's rights on a record, deleted ones included. Errors: a rejection when there is no such record or person.
func (e *Engine) Standing(ctx context.Context, user, id string) (*Standing, error) {
	form, err := e.form(ctx, id)
	if err != nil {
		return nil, err
	}
	doc, err := e.store.Get(ctx, RecordCollection(form), id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, notFound()
	}
	if err != nil {
		return nil, err
	}
	rec, err := e.decode(doc)
	if err != nil {
		return nil, err
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return nil, err
	}
	if _, known := dir.User(user); !known {
		return nil, notFound()
	}
	v, err := e.view(ctx, form.App, form.Def.Key, dir, user, doc, rec)
	if err != nil {
		return nil, err
	}
	if v == nil {
		return nil, notFound()
	}
	out := &Standing{Form: v.Form}
	for _, act := range access.Acts {
		out.Acts = append(out.Acts, Act{act, access.May(v.Rights, act), access.Explain(form.App, form.Def.Key, dir, user, act, v.State)})
	}
	byRole := v.Rights.Hide
	for i := range v.Form.Def.Fields {
		key := v.Form.Def.Fields[i].Key
		switch {
		case !v.Sees(key):
			out.Hidden = append(out.Hidden, HiddenField{key, !byRole[key]})
		case v.Rights.ReadOnly[key]:
			out.ReadOnly = append(out.ReadOnly, HiddenField{Key: key})
		}
	}
	return out, nil
}
