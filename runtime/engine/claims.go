package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"pipewright/forms"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// staleAfter is how old a claim must be before another command may take it from a record that never came to hold it. A command
// under way is far quicker; fencing keeps the claim safe even from one that is not.
const staleAfter = 5 * time.Second

// claims are what one command has claimed so far: series numbers by need, and unique values.
type claims struct {
	numbers map[string]numberClaim
	// uniques are the values taken by this command, which nobody held before, with the version of the claim it wrote; asked are
	// those it was told are its own.
	uniques map[string]int64
	asked   map[string]bool
	// turns are those taken, by series.
	turns map[string]turnClaim
	// slots are those taken, by series, and quotas by need; attempt is the name of this command's attempt in a count.
	slots   map[string]int
	quotas  map[string]quotaClaim
	attempt string
	// unsure: the outcome of a commit became unknown, so nothing may be given back.
	unsure bool
}

// holder is the body of a claim, of a unique value and of a number alike: who holds it, and the version of that record's document
// at the time, which the commit replaces (semantics 13).
type holder struct {
	Record string `json:"record"`
	Coll   string `json:"coll"`
	Ver    int64  `json:"ver"`
	At     int64  `json:"at"`
}

// uniqueClaim is a unique value that a record holds: the claim's id, the rule and the place of the value. The slot of a cap has
// no rule.
type uniqueClaim struct {
	id   string
	rule *forms.Unique
	at   forms.UniqueValue
}

// uniqueClaims are the unique values that a record in this state holds, each once. A record in the recycle bin holds none.
func uniqueClaims(app *process.App, s *process.State) []uniqueClaim {
	form := app.Forms[s.Form]
	if form == nil || !s.Deleted.IsZero() {
		return nil
	}
	out := slotClaims(form, s)
	if len(form.Def.Unique) == 0 {
		return out
	}
	v := form.Schema.Decode(s.Data)
	seen := map[string]bool{}
	for i := range form.Def.Unique {
		u := &form.Def.Unique[i]
		for _, one := range form.Schema.UniqueValues(u, v) {
			id := uniqueID(process.UniqueName(form, u, one))
			if !seen[id] {
				seen[id] = true
				out = append(out, uniqueClaim{id, u, one})
			}
		}
	}
	return out
}

// heldBy are the unique values of a record under its own release and under the live one: a rule that is new guards the records that
// began before it, and one that is gone still guards those that stand on it.
func heldBy(pinned, live *process.App, s *process.State) []uniqueClaim {
	out := uniqueClaims(live, s)
	if pinned == live {
		return out
	}
	for _, c := range uniqueClaims(pinned, s) {
		if !slices.ContainsFunc(out, func(x uniqueClaim) bool { return x.id == c.id }) {
			out = append(out, c)
		}
	}
	return out
}

// claimRest claims the values that a record comes to hold without the decision having asked: one that returns from the recycle
// bin had given its values up. Errors: *process.Rejection unique.taken.
func (f *fetcher) claimRest(ctx context.Context, held []uniqueClaim) error {
	for _, c := range held {
		if c.rule == nil || slices.Contains(f.held, c.id) || f.claims.asked[c.id] {
			continue
		}
		who, err := f.claim(ctx, c.id)
		if err != nil {
			return err
		}
		if who != f.record && c.rule.Mode != "warn" {
			p := process.Taken(c.rule, c.at)
			return reject(p.Code, p.Message, p)
		}
	}
	return nil
}

func claimIDs(held []uniqueClaim) []string {
	var out []string
	for _, c := range held {
		out = append(out, c.id)
	}
	return out
}

// uniqueID bounds the length of a claim's id; values may be long.
func uniqueID(name string) string {
	if len(name) <= 200 {
		return name
	}
	return name[:120] + "|" + shortHash(name)
}

// unique claims a value for the record, or finds who holds it.
func (f *fetcher) unique(ctx context.Context, n process.Need) error {
	if f.facts.Unique == nil {
		f.facts.Unique = map[string]string{}
	}
	id := uniqueID(n.Series)
	var who string
	var err error
	switch {
	case slices.Contains(f.held, id):
	case f.claims == nil:
		who, err = f.whoHas(ctx, id)
	default:
		who, err = f.claim(ctx, id)
	}
	if err != nil {
		return err
	}
	if who == f.record {
		who = ""
	}
	f.facts.Unique[n.Key] = who
	if f.claims != nil {
		if f.claims.asked == nil {
			f.claims.asked = map[string]bool{}
		}
		f.claims.asked[id] = true
	}
	return nil
}

func (f *fetcher) whoHas(ctx context.Context, id string) (string, error) {
	d, err := f.e.store.Get(ctx, collUnique, id)
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	h, err := holderOf(d)
	return h.Record, err
}

func holderOf(d store.Doc) (holder, error) {
	var h holder
	if err := json.Unmarshal(d.Body, &h); err != nil {
		return h, fmt.Errorf("engine: claim %s: %w", d.ID, err)
	}
	return h, nil
}

func (f *fetcher) holder() holder {
	return holder{Record: f.record, Coll: f.coll, Ver: f.ver, At: f.e.instant().UnixMilli()}
}

// claim takes a unique value, or tells which record holds it. A value that only warns is claimed like any other: the first
// record holds it, and later ones are told.
func (f *fetcher) claim(ctx context.Context, id string) (string, error) {
	mine := f.holder()
	body, err := marshal(mine)
	if err != nil {
		return "", err
	}
	doc := store.Doc{ID: id, Ver: 1, Cols: map[string]any{"record": f.record}, Body: body}
	for range maxTries {
		err := f.e.store.Insert(ctx, collUnique, doc)
		if err == nil {
			f.claims.took(id, doc.Ver)
			return f.record, nil
		}
		if !errors.Is(err, store.ErrExists) && !errors.Is(err, store.ErrUnknown) {
			return "", err
		}
		have, err := f.e.store.Get(ctx, collUnique, id)
		if errors.Is(err, store.ErrNotFound) {
			continue // released meanwhile
		}
		if err != nil {
			return "", err
		}
		h, err := holderOf(have)
		if err != nil {
			return "", err
		}
		own := true // a former try of this command wrote it, or nobody holds it any more
		if h.Record != f.record {
			free, err := f.e.fence(ctx, h, func(r *record) bool { return slices.Contains(r.Claims, id) })
			if err != nil {
				return "", err
			}
			if !free {
				return h.Record, nil
			}
		} else if own = f.claims.uniques[id] == have.Ver; own && h.Ver == f.ver || h.Ver > f.ver {
			return f.record, nil // as it should be; or the record has moved on, and this try will find out
		}
		// Write our name and version on it. One that the record holds from another attempt is adopted: it has a new version then,
		// so that the other attempt does not release it, and it is not ours to release either.
		next := store.Doc{ID: id, Ver: have.Ver + 1, Cols: doc.Cols, Body: doc.Body}
		err = f.e.store.Replace(ctx, collUnique, next, have.Ver)
		switch {
		case err == nil:
			delete(f.claims.uniques, id)
			if own {
				f.claims.took(id, next.Ver)
			}
			return f.record, nil
		case errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrUnknown):
		default:
			return "", err
		}
	}
	return "", store.ErrConflict
}

func (c *claims) took(id string, ver int64) {
	if c.uniques == nil {
		c.uniques = map[string]int64{}
	}
	c.uniques[id] = ver
}

// fence makes sure that a holder which does not hold its claim never will: true means the claim may be taken over. A holder
// whose command may still be under way is left alone until the claim is stale; then its record's version is moved, or a
// tombstone is put under the id it wants to create, so that its commit fails and decides again.
func (e *Engine) fence(ctx context.Context, h holder, holds func(*record) bool) (free bool, err error) {
	stale := e.instant().UnixMilli()-h.At > staleAfter.Milliseconds()
	d, err := e.store.Get(ctx, h.Coll, h.Record)
	if errors.Is(err, store.ErrNotFound) {
		if !stale {
			return false, nil
		}
		body, err := marshal(record{Fence: true})
		if err != nil {
			return false, err
		}
		err = e.store.Insert(ctx, h.Coll, store.Doc{ID: h.Record, Ver: 1, Body: body, Cols: map[string]any{"deleted": e.instant().UnixMilli()}})
		if errors.Is(err, store.ErrExists) {
			return false, nil // it came after all
		}
		return err == nil, err
	}
	if err != nil {
		return false, err
	}
	r, err := decodeRecord(d)
	if err != nil {
		return false, err
	}
	switch {
	case holds(r):
		return false, nil
	case d.Ver > h.Ver:
		return true, nil // what it was going to replace is gone; a tombstone it knows of is not
	case !stale:
		return false, nil
	}
	next := d
	next.Ver++
	err = e.store.Replace(ctx, h.Coll, next, d.Ver)
	e.cache.drop(h.Record)
	if errors.Is(err, store.ErrConflict) {
		return false, nil
	}
	return err == nil, err
}

// release gives a unique value up, unless the record has claimed it again since.
func (e *Engine) release(ctx context.Context, id, record string, before int64) error {
	d, err := e.store.Get(ctx, collUnique, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	h, err := holderOf(d)
	if err != nil || h.Record != record || h.Ver >= before {
		return err
	}
	err = e.store.Delete(ctx, collUnique, id, d.Ver)
	if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// giveUp releases a unique value that this command had claimed and did not come to use, unless another attempt at the same command
// has adopted the claim meanwhile.
func (e *Engine) giveUp(ctx context.Context, id string, ver int64) error {
	err := e.store.Delete(ctx, collUnique, id, ver)
	if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// anew begins another decision: what it uses it will ask for.
func (c *claims) anew() {
	c.asked = nil
	for need, n := range c.numbers {
		n.used = false
		c.numbers[need] = n
	}
	for need, q := range c.quotas {
		q.used = false
		c.quotas[need] = q
	}
}

// confirm lists the numbers that the decision has used.
func (c *claims) confirm() []string {
	var out []string
	for _, n := range c.numbers {
		if n.used {
			out = append(out, n.id)
		}
	}
	slices.Sort(out)
	return out
}

// settle gives back what a command had claimed and did not come to use. It is best effort: what is left is found to be stale
// later.
func (c *claims) settle(ctx context.Context, e *Engine, committed bool) {
	if c.unsure {
		return
	}
	ctx = context.WithoutCancel(ctx)
	for _, need := range slices.Sorted(maps.Keys(c.numbers)) {
		n := c.numbers[need]
		if committed && n.used {
			continue
		}
		if err := e.giveBack(ctx, n); err != nil {
			e.log.Debug("a number could not be given back", "number", n.id, "error", err)
		}
	}
	for _, need := range slices.Sorted(maps.Keys(c.quotas)) {
		q := c.quotas[need]
		if committed && q.used {
			continue
		}
		if _, err := e.tally(ctx, q.series, func(d *dayClaims) bool { d.takeBack(q.name, c.attempt); return true }); err != nil {
			e.log.Debug("a count could not be given back", "series", q.series, "error", err)
		}
	}
	if committed {
		return
	}
	for _, series := range slices.Sorted(maps.Keys(c.turns)) {
		t := c.turns[series]
		if err := e.giveTurnBack(ctx, t); err != nil {
			e.log.Debug("a turn could not be given back", "series", t.series, "error", err)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(c.uniques)) {
		if err := e.giveUp(ctx, id, c.uniques[id]); err != nil {
			e.log.Debug("a unique value could not be given back", "value", id, "error", err)
		}
	}
}
