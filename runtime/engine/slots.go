package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// quotaClaim is a count that a command has added to.
type quotaClaim struct{ n int }

// slotID is the claim of one slot of a person's cap in a pool. It is held by a record like a unique value.
func slotID(form *process.Form, series string, n int) string {
	return form.App.Def.Key + "/" + form.StorageKey + "|slot:" + series + "|" + strconv.Itoa(n)
}

// slotClaims are the slots that a record in this state takes.
func slotClaims(form *process.Form, s *process.State) []uniqueClaim {
	if s.Hold == nil || !s.Deleted.IsZero() {
		return nil
	}
	var out []uniqueClaim
	for pool, n := range s.Hold.Slots {
		out = append(out, uniqueClaim{id: slotID(form, pool+"|"+s.Hold.User, n)})
	}
	return out
}

// slot claims a free slot of a person's cap for the record. A slot is one document that one record holds, so whatever races there
// are, no more records hold slots than there are slots.
func (f *fetcher) slot(ctx context.Context, n process.Need) error {
	if f.facts.Slots == nil {
		f.facts.Slots = map[string]int{}
	}
	if f.claims == nil {
		f.facts.Slots[n.Key] = 1
		return nil
	}
	form := f.app.Forms[f.form]
	if form == nil {
		return fmt.Errorf("engine: a slot is asked for without a form")
	}
	if have := f.claims.slots[n.Series]; have > 0 {
		// Another try: the claim has to name the version that this one replaces.
		who, err := f.claim(ctx, slotID(form, n.Series, have))
		if err != nil {
			return err
		}
		if who == f.record {
			f.gotSlot(form, n, have)
			return nil
		}
		delete(f.claims.slots, n.Series)
	}
	ids := make([]string, n.Limit)
	for i := range ids {
		ids[i] = slotID(form, n.Series, i+1)
	}
	docs, err := f.e.store.GetMany(ctx, collUnique, ids)
	if err != nil {
		return err
	}
	taken := map[string]bool{}
	for _, d := range docs {
		h, err := holderOf(d)
		if err != nil {
			return err
		}
		// A slot whose record came to nothing may be taken over; that is looked into where the person waits for it.
		stale := n.Mode == "must" && f.e.instant().UnixMilli()-h.At > staleAfter.Milliseconds()
		taken[d.ID] = h.Record != f.record && !stale
	}
	for i, id := range ids {
		if taken[id] {
			continue
		}
		who, err := f.claim(ctx, id)
		if err != nil {
			return err
		}
		if who == f.record {
			f.gotSlot(form, n, i+1)
			return nil
		}
	}
	f.facts.Slots[n.Key] = 0
	return nil
}

func (f *fetcher) gotSlot(form *process.Form, n process.Need, slot int) {
	c := f.claims
	if c.slots == nil {
		c.slots = map[string]int{}
	}
	if c.asked == nil {
		c.asked = map[string]bool{}
	}
	c.slots[n.Series], c.asked[slotID(form, n.Series, slot)] = slot, true
	f.facts.Slots[n.Key] = slot
}

// quota adds one to a count that may not pass a limit. It is added before the record is written: a crash in between costs the
// person one claim of that day, and no race lets him have more.
func (f *fetcher) quota(ctx context.Context, n process.Need) error {
	if f.facts.Quotas == nil {
		f.facts.Quotas = map[string]int{}
	}
	if f.claims == nil {
		f.facts.Quotas[n.Key] = 1
		return nil
	}
	if have, ok := f.claims.quotas[n.Series]; ok {
		f.facts.Quotas[n.Key] = have.n
		return nil
	}
	got, err := f.e.tally(ctx, n.Series, 1, n.Limit)
	if err != nil {
		return err
	}
	f.facts.Quotas[n.Key] = got
	if got > 0 {
		if f.claims.quotas == nil {
			f.claims.quotas = map[string]quotaClaim{}
		}
		f.claims.quotas[n.Series] = quotaClaim{got}
	}
	return nil
}

// tally moves a count by compare-and-set; 0 says that it would pass the limit.
func (e *Engine) tally(ctx context.Context, series string, by, limit int) (int, error) {
	for range maxTurnTries {
		n, ver, err := e.counted(ctx, series)
		if err != nil {
			return 0, err
		}
		if n+by > limit || n+by < 0 {
			return 0, nil
		}
		body, err := marshal(counter{n + by})
		if err != nil {
			return 0, err
		}
		d := store.Doc{ID: series, Ver: ver + 1, Body: body}
		if ver == 0 {
			err = e.store.Insert(ctx, collTurns, d)
		} else {
			err = e.store.Replace(ctx, collTurns, d, ver)
		}
		if err == nil {
			return n + by, nil
		}
		// Of unknown outcome counts as lost: at worst the person has one fewer.
		if !errors.Is(err, store.ErrExists) && !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrUnknown) {
			return 0, err
		}
	}
	return 0, store.ErrConflict
}

type counter struct {
	N int `json:"n"`
}

func (e *Engine) counted(ctx context.Context, series string) (n int, ver int64, err error) {
	d, err := e.store.Get(ctx, collTurns, series)
	if errors.Is(err, store.ErrNotFound) {
		return 0, 0, nil
	}
	if err != nil {
		return 0, 0, err
	}
	var c counter
	err = json.Unmarshal(d.Body, &c)
	return c.N, d.Ver, err
}
