package engine

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

type numberClaim struct {
	id  string // series|n
	ver int64
	n   int64
	// holder is the version of the record that the claim names; used: the decision at hand has asked for it.
	holder int64
	used   bool
	// adopted: another attempt at the same command had claimed it first and may still use it; so it is not given back.
	adopted bool
}

// seriesMemory remembers where each series stood, to save a look; the claim itself decides.
type seriesMemory struct {
	mu     sync.Mutex
	last   map[string]int64
	looked map[string]time.Time
}

// number claims the next number of a series for the record. Numbers given back or left by a crash come first, so a series has
// no gaps but for commands under way.
func (f *fetcher) number(ctx context.Context, n process.Need) error {
	if f.facts.Numbers == nil {
		f.facts.Numbers = map[string]string{}
	}
	if f.claims == nil {
		f.facts.Numbers[n.Key] = "0"
		return nil
	}
	c, ok := f.claims.numbers[n.Key]
	if ok && c.holder != f.ver {
		// The record has moved on since the number was claimed in the name of its former version: perhaps somebody thought the
		// claim stale, fenced the record and took the number (semantics 13).
		var err error
		if c, ok, err = f.e.renewNumber(ctx, n.Series, c, f.holder()); err != nil {
			return err
		}
	}
	if !ok {
		var err error
		if c, err = f.e.claimNumber(ctx, n.Series, f.holder()); err != nil {
			return err
		}
	}
	c.holder, c.used = f.ver, true
	if f.claims.numbers == nil {
		f.claims.numbers = map[string]numberClaim{}
	}
	f.claims.numbers[n.Key] = c
	f.facts.Numbers[n.Key] = strconv.FormatInt(c.n, 10)
	return nil
}

// numberDoc is the claim of a number by a record.
func numberDoc(series string, n, ver int64, h holder, body []byte) store.Doc {
	return store.Doc{ID: series + "|" + strconv.FormatInt(n, 10), Ver: ver, Body: body,
		Cols: map[string]any{"series": series, "record": h.Record, "n": n, "open": true, "at": h.At}}
}

// renewNumber writes the record's present version on a claim; false when the claim is another's by now.
func (e *Engine) renewNumber(ctx context.Context, series string, c numberClaim, h holder) (numberClaim, bool, error) {
	body, err := marshal(h)
	if err != nil {
		return c, false, err
	}
	err = e.store.Replace(ctx, collSeries, numberDoc(series, c.n, c.ver+1, h, body), c.ver)
	switch {
	case errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrNotFound):
		return c, false, nil
	case err != nil:
		return c, false, err
	}
	c.ver++
	return c, true, nil
}

func (e *Engine) claimNumber(ctx context.Context, series string, h holder) (numberClaim, error) {
	body, err := marshal(h)
	if err != nil {
		return numberClaim{}, err
	}
	doc := func(n, ver int64) store.Doc { return numberDoc(series, n, ver, h, body) }
	if c, ok, err := e.reclaimNumber(ctx, series, h, doc); ok || err != nil {
		return c, err
	}
	e.series.mu.Lock()
	last, known := e.series.last[series]
	e.series.mu.Unlock()
	for try := 0; try < 1000; try++ {
		if !known {
			page, err := e.store.Query(ctx, collSeries, query.Query{Filter: query.Cmp{Col: "series", Op: query.Eq, Value: series},
				Sort: []query.Sort{{Col: "n", Desc: true}}, Limit: 1, Cols: []string{"n"}})
			if err != nil {
				return numberClaim{}, err
			}
			last = 0
			if len(page.Docs) > 0 {
				last, _ = page.Docs[0].Cols["n"].(int64)
			}
			known = true
		}
		n := last + 1
		err := e.store.Insert(ctx, collSeries, doc(n, 1))
		if errors.Is(err, store.ErrUnknown) {
			// Perhaps it is ours: look, lest the series gets a gap.
			switch have, getErr := e.store.Get(ctx, collSeries, doc(n, 1).ID); {
			case errors.Is(getErr, store.ErrNotFound):
				continue
			case getErr != nil:
				return numberClaim{}, getErr
			case have.Ver == 1 && have.Cols["record"] == h.Record: // or that of another attempt
				c, ok, renewErr := e.renewNumber(ctx, series, numberClaim{id: have.ID, ver: have.Ver, n: n, adopted: true}, h)
				if ok || renewErr != nil {
					return c, renewErr
				}
				err = store.ErrExists
			default:
				err = store.ErrExists
			}
		}
		switch {
		case err == nil:
			e.series.mu.Lock()
			if e.series.last == nil {
				e.series.last = map[string]int64{}
			}
			e.series.last[series] = max(n, e.series.last[series])
			e.series.mu.Unlock()
			return numberClaim{id: doc(n, 1).ID, ver: 1, n: n}, nil
		case errors.Is(err, store.ErrExists):
			last = n
			if try%8 == 7 {
				known = false // far behind: look again
			}
		default:
			return numberClaim{}, err
		}
	}
	return numberClaim{}, store.ErrConflict
}

// reclaimNumber takes the lowest number that was given back, or that its record never came to use.
func (e *Engine) reclaimNumber(ctx context.Context, series string, h holder, doc func(n, ver int64) store.Doc) (c numberClaim, ok bool, err error) {
	now := e.instant()
	e.series.mu.Lock()
	recent := now.Sub(e.series.looked[series]) < time.Second && !e.series.looked[series].After(now)
	if !recent {
		if e.series.looked == nil {
			e.series.looked = map[string]time.Time{}
		}
		e.series.looked[series] = now
	}
	e.series.mu.Unlock()
	if recent {
		return c, false, nil
	}
	page, err := e.store.Query(ctx, collSeries, query.Query{
		Filter: query.And{query.Cmp{Col: "series", Op: query.Eq, Value: series}, query.Cmp{Col: "open", Op: query.Eq, Value: true},
			query.Cmp{Col: "at", Op: query.Lt, Value: now.Add(-staleAfter).UnixMilli()}},
		Sort: []query.Sort{{Col: "n"}}, Limit: 20})
	if err != nil {
		return c, false, err
	}
	for _, d := range page.Docs {
		have, err := holderOf(d)
		if err != nil {
			return c, false, err
		}
		if have.Record == h.Record && have.Ver > h.Ver {
			continue // another attempt has seen more of the record than this one
		}
		free := have.Record == "" || have.Record == h.Record
		if !free {
			used := false
			free, err = e.fence(ctx, have, func(r *record) bool { used = slices.Contains(r.Numbers, d.ID); return used })
			if err != nil {
				return c, false, err
			}
			if used { // committed, only the confirmation is still under way
				continue
			}
		}
		if !free {
			continue
		}
		n, _ := d.Cols["n"].(int64)
		err = e.store.Replace(ctx, collSeries, doc(n, d.Ver+1), d.Ver)
		if err == nil {
			return numberClaim{id: d.ID, ver: d.Ver + 1, n: n, adopted: have.Record == h.Record}, true, nil
		}
		if !errors.Is(err, store.ErrConflict) {
			return c, false, err
		}
	}
	return c, false, nil
}

// giveBack returns a number that this command did not come to use, unless another attempt at it may.
func (e *Engine) giveBack(ctx context.Context, c numberClaim) error {
	if c.adopted {
		return nil
	}
	d, err := e.store.Get(ctx, collSeries, c.id)
	if err != nil || d.Ver != c.ver {
		return err
	}
	d.Ver++
	if d.Body, err = marshal(holder{}); err != nil {
		return err
	}
	d.Cols["open"], d.Cols["at"] = true, int64(0)
	delete(d.Cols, "record")
	e.series.mu.Lock()
	delete(e.series.looked, seriesOf(c))
	e.series.mu.Unlock()
	return e.store.Replace(ctx, collSeries, d, c.ver)
}

func seriesOf(c numberClaim) string {
	return c.id[:len(c.id)-len(strconv.FormatInt(c.n, 10))-1]
}

// confirmNumber notes that a number is in use for good.
func (e *Engine) confirmNumber(ctx context.Context, id, record string) error {
	d, err := e.store.Get(ctx, collSeries, id)
	if err != nil || d.Cols["open"] != true || d.Cols["record"] != record {
		return err
	}
	ver := d.Ver
	d.Ver++
	delete(d.Cols, "open")
	err = e.store.Replace(ctx, collSeries, d, ver)
	if errors.Is(err, store.ErrConflict) {
		return nil
	}
	return err
}
