package engine

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// maxTurnTries is how often a series of turns is looked at again while others move it on.
const maxTurnTries = 1000

// turnCursor is how far a series of turns has come: whose it was last, and whose before that.
type turnCursor struct {
	Last   string `json:"last"`
	Before string `json:"before,omitempty"`
}

// turnClaim is a turn that a command has taken.
type turnClaim struct {
	series, user string
	ver          int64
}

// away finds out who of some people does not work now.
func (f *fetcher) away(n process.Need) {
	if f.facts.Away == nil {
		f.facts.Away = map[string][]string{}
	}
	at := f.e.instant()
	f.facts.Away[n.Key] = slices.DeleteFunc(slices.Clone(n.Users), func(u string) bool { return !f.dir.Absent(u, f.app.Def.Key, at) })
}

// turn takes the next turn of a series, or looks at it without claims. One command takes one turn of a series, however often it
// is decided anew. The cursor is one document moved on by compare-and-set, so no two commands get the same turn; one that then
// commits nothing gives its turn back if nobody has had the next.
func (f *fetcher) turn(ctx context.Context, n process.Need) error {
	if f.facts.Turns == nil {
		f.facts.Turns = map[string]string{}
	}
	if f.claims != nil {
		if have, ok := f.claims.turns[n.Series]; ok && slices.Contains(n.Users, have.user) {
			f.facts.Turns[n.Key] = have.user
			return nil
		}
	}
	for range maxTurnTries {
		d, at, err := f.e.turnAt(ctx, n.Series)
		if err != nil {
			return err
		}
		next := process.NextTurn(at.Last, n.Users)
		f.facts.Turns[n.Key] = next
		if f.claims == nil {
			return nil
		}
		err = f.e.moveTurn(ctx, n.Series, turnCursor{Last: next, Before: at.Last}, d.Ver)
		if err == nil {
			if f.claims.turns == nil {
				f.claims.turns = map[string]turnClaim{}
			}
			f.claims.turns[n.Series] = turnClaim{n.Series, next, d.Ver + 1}
			return nil
		}
		// Of unknown outcome counts as lost: at worst somebody is passed over once.
		if !errors.Is(err, store.ErrExists) && !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrUnknown) {
			return err
		}
	}
	return store.ErrConflict
}

// turnAt reads a series; a new one stands before its first turn.
func (e *Engine) turnAt(ctx context.Context, series string) (d store.Doc, at turnCursor, err error) {
	d, err = e.store.Get(ctx, collTurns, series)
	if errors.Is(err, store.ErrNotFound) {
		return store.Doc{}, at, nil
	}
	if err == nil {
		err = json.Unmarshal(d.Body, &at)
	}
	return d, at, err
}

func (e *Engine) moveTurn(ctx context.Context, series string, to turnCursor, ver int64) error {
	body, err := marshal(to)
	if err != nil {
		return err
	}
	d := store.Doc{ID: series, Ver: ver + 1, Body: body}
	if ver == 0 {
		return e.store.Insert(ctx, collTurns, d)
	}
	return e.store.Replace(ctx, collTurns, d, ver)
}

// giveTurnBack undoes a turn that came to nothing, unless the series has moved on since.
func (e *Engine) giveTurnBack(ctx context.Context, c turnClaim) error {
	d, at, err := e.turnAt(ctx, c.series)
	if err != nil || d.Ver != c.ver {
		return err
	}
	return e.moveTurn(ctx, c.series, turnCursor{Last: at.Before}, d.Ver)
}
