package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// quotaClaim is a count that a command has added to, and under which name; used: the decision at hand has asked for it.
type quotaClaim struct {
	n            int
	series, name string
	used         bool
}

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
	form := f.app.Forms[f.form]
	if form == nil {
		return fmt.Errorf("engine: a slot is asked for without a form")
	}
	if f.claims != nil && f.claims.slots[n.Series] > 0 {
		// Another try: the claim has to name the version that this one replaces.
		have := f.claims.slots[n.Series]
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
	order, err := f.slotsLeft(ctx, form, n)
	if err != nil {
		return err
	}
	f.facts.Slots[n.Key] = 0
	for _, i := range order {
		if f.claims == nil {
			f.facts.Slots[n.Key] = i
			return nil
		}
		who, err := f.claim(ctx, slotID(form, n.Series, i))
		if err != nil {
			return err
		}
		if who == f.record {
			f.gotSlot(form, n, i)
			return nil
		}
	}
	return nil
}

// slotsLeft are the slots that the record may try for, the one that another attempt has claimed for it already first. Where the person
// waits for a slot, what he owns and holds none for takes room as well: records from before there was a cap, those he was given beyond
// it, and those whose slot lies beyond a cap that was lowered. So many slots are left out at the end, and who holds one of those has none.
func (f *fetcher) slotsLeft(ctx context.Context, form *process.Form, n process.Need) ([]int, error) {
	must := n.Mode == "must"
	var owned []store.Doc // read before the slots: a claim that gets through in between shows there
	if must {
		page, err := f.e.store.Query(ctx, f.coll, query.Query{Cols: []string{"owner"}, Limit: n.Limit + 1, Filter: query.And{
			query.Cmp{Col: "owner", Op: query.Eq, Value: n.Users[0]}, query.Cmp{Col: "open", Op: query.Eq, Value: true}, query.IsNull{Col: "deleted"}}})
		if err != nil {
			return nil, err
		}
		owned = slices.DeleteFunc(page.Docs, func(d store.Doc) bool { return d.ID == f.record })
	}
	ids := make([]string, n.Limit)
	for i := range ids {
		ids[i] = slotID(form, n.Series, i+1)
	}
	docs, err := f.e.store.GetMany(ctx, collUnique, ids)
	if err != nil {
		return nil, err
	}
	slots := map[string]holder{}
	of := map[string]int{} // the slot of each record
	for _, d := range docs {
		h, err := holderOf(d)
		if err != nil {
			return nil, err
		}
		slots[d.ID], of[h.Record] = h, slices.Index(ids, d.ID)+1
	}
	room := n.Limit
	for without := -1; without != n.Limit-room; {
		without = n.Limit - room
		room = n.Limit
		for _, d := range owned {
			if at := of[d.ID]; at == 0 || at > n.Limit-without {
				room--
			}
		}
	}
	var out []int
	for i := 1; i <= room; i++ {
		h, held := slots[ids[i-1]]
		switch {
		case held && h.Record == f.record:
			out = slices.Insert(out, 0, i)
		case !held, must && f.e.instant().UnixMilli()-h.At > staleAfter.Milliseconds():
			out = append(out, i) // a slot whose record came to nothing may be taken over; that is looked into where the person waits for it
		}
	}
	return out, nil
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

// quota adds one to a count that may not pass a limit, before the record is written: a crash in between costs the person one claim of that
// day, and no race lets him have more. What is counted has a name, and each attempt at it is noted under that name, so that two nodes
// with the same command count once, and the one that does nothing in the end takes only its own away.
func (f *fetcher) quota(ctx context.Context, n process.Need) error {
	if f.facts.Quotas == nil {
		f.facts.Quotas = map[string]int{}
	}
	if f.claims == nil {
		d, err := f.e.daysClaims(ctx, n.Series)
		if err == nil && d.count() < n.Limit {
			f.facts.Quotas[n.Key] = d.count() + 1
		}
		return err
	}
	if have, ok := f.claims.quotas[n.Key]; ok {
		have.used = true
		f.claims.quotas[n.Key], f.facts.Quotas[n.Key] = have, have.n
		return nil
	}
	if f.claims.attempt == "" {
		f.claims.attempt = f.e.newID()
	}
	got, err := f.e.tally(ctx, n.Series, func(d *dayClaims) bool { return d.add(n.ID, f.claims.attempt, n.Limit) })
	if err != nil {
		return err
	}
	f.facts.Quotas[n.Key] = got
	if got > 0 {
		if f.claims.quotas == nil {
			f.claims.quotas = map[string]quotaClaim{}
		}
		f.claims.quotas[n.Key] = quotaClaim{got, n.Series, n.ID, true}
	}
	return nil
}

// dayClaims are what a person has claimed in a day: each by its name, with the attempts at it that did it or may yet.
type dayClaims struct {
	ver int64
	// N are those counted without their names.
	N  int                 `json:"n,omitempty"`
	Of map[string][]string `json:"of,omitempty"`
}

func (d *dayClaims) count() int { return d.N + len(d.Of) }

// add notes an attempt; false when it would pass the limit.
func (d *dayClaims) add(name, attempt string, limit int) bool {
	if len(d.Of[name]) == 0 && d.count() >= limit {
		return false
	}
	if d.Of == nil {
		d.Of = map[string][]string{}
	}
	if !slices.Contains(d.Of[name], attempt) {
		d.Of[name] = append(d.Of[name], attempt)
	}
	return true
}

func (d *dayClaims) takeBack(name, attempt string) {
	d.Of[name] = slices.DeleteFunc(d.Of[name], func(a string) bool { return a == attempt })
	if len(d.Of[name]) == 0 {
		delete(d.Of, name)
	}
}

// tally changes a count by compare-and-set and answers it; 0 when the change cannot be.
func (e *Engine) tally(ctx context.Context, series string, change func(*dayClaims) bool) (int, error) {
	for range maxTurnTries {
		c, err := e.daysClaims(ctx, series)
		if err != nil || !change(&c) {
			return 0, err
		}
		body, err := marshal(c)
		if err != nil {
			return 0, err
		}
		d := store.Doc{ID: series, Ver: c.ver + 1, Body: body}
		if c.ver == 0 {
			err = e.store.Insert(ctx, collTurns, d)
		} else {
			err = e.store.Replace(ctx, collTurns, d, c.ver)
		}
		if err == nil {
			return c.count(), nil
		}
		// Of unknown outcome: the next look finds it done or does it.
		if !errors.Is(err, store.ErrExists) && !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrUnknown) {
			return 0, err
		}
	}
	return 0, store.ErrConflict
}

func (e *Engine) daysClaims(ctx context.Context, series string) (c dayClaims, err error) {
	d, err := e.store.Get(ctx, collTurns, series)
	if errors.Is(err, store.ErrNotFound) {
		return c, nil
	}
	if err == nil {
		err = json.Unmarshal(d.Body, &c)
	}
	c.ver = d.Ver
	return c, err
}
