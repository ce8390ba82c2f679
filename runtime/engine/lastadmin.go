package engine

import (
	"context"
	"encoding/json"
	"errors"

	"pipewright/rules"
	"pipewright/runtime/org"
	"pipewright/runtime/store"
)

// The last admin is never lost, whoever takes it from whom at the same instant. A store changes one document at a time, so that whoever takes it from
// an admin first says so in a document all of them go by: whom, and the version of the person he will replace. Who comes next and finds that said
// makes sure that it either has happened or no longer can, by moving the person's version, and counts only then who is left.

const demotionID = "demotion"

// demotion is what is said; with an empty User nothing is under way.
type demotion struct {
	User string `json:"user,omitempty"`
	Ver  int64  `json:"ver,omitempty"`
}

func isAdmin(u *org.User) bool { return u.Admin && u.Active }

var lastAdminText = rules.Say("至少要留一位管理员", "至少要留一位管理員", "At least one admin must remain")

// guardLastAdmin lets somebody who is stored under a version stop being an admin, if there is another. done is to be called when he has been
// replaced, or was not. Errors: *process.Rejection when he is the last one; store.ErrConflict when others were first.
func (e *Engine) guardLastAdmin(ctx context.Context, user string, ver int64) (done func(), err error) {
	said, at, err := e.demotion(ctx)
	if err != nil {
		return nil, err
	}
	if said.User != "" {
		if err := e.fenceUser(ctx, said); err != nil {
			return nil, err
		}
	}
	// From the store and not from the snapshot, and after what is said was read: what happens from here on moves its version.
	users, err := readDocs[org.User](ctx, e.store, collUsers)
	if err != nil {
		return nil, err
	}
	left := 0
	for i := range users {
		if isAdmin(&users[i]) && users[i].ID != user {
			left++
		}
	}
	if left == 0 {
		return nil, badRequest(lastAdminText)
	}
	if err := e.sayDemotion(ctx, demotion{user, ver}, at); err != nil {
		return nil, err
	}
	return func() {
		// Left said it costs the next one a look at somebody who has changed since.
		if err := e.sayDemotion(context.WithoutCancel(ctx), demotion{}, at+1); err != nil {
			e.log.Warn("what is said of an admin's change stays said", "user", user, "error", err)
		}
	}, nil
}

func (e *Engine) demotion(ctx context.Context) (said demotion, ver int64, err error) {
	d, err := e.store.Get(ctx, collLeases, demotionID)
	if errors.Is(err, store.ErrNotFound) {
		return said, 0, nil
	}
	if err != nil {
		return said, 0, err
	}
	return said, d.Ver, json.Unmarshal(d.Body, &said)
}

func (e *Engine) sayDemotion(ctx context.Context, said demotion, over int64) error {
	body, err := marshal(said)
	if err != nil {
		return err
	}
	d := store.Doc{ID: demotionID, Ver: over + 1, Body: body, Cols: map[string]any{"kind": "version"}}
	if over == 0 {
		err = e.store.Insert(ctx, collLeases, d)
	} else {
		err = e.store.Replace(ctx, collLeases, d, over)
	}
	if errors.Is(err, store.ErrExists) || errors.Is(err, store.ErrNotFound) {
		return store.ErrConflict
	}
	return err
}

// fenceUser makes sure that who said he would replace a person either has or finds another version.
func (e *Engine) fenceUser(ctx context.Context, said demotion) error {
	d, err := e.store.Get(ctx, collUsers, said.User)
	if errors.Is(err, store.ErrNotFound) || err == nil && d.Ver != said.Ver {
		return nil
	}
	if err != nil {
		return err
	}
	d.Ver++
	if err := e.store.Replace(ctx, collUsers, d, said.Ver); err != nil && !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return nil
}
