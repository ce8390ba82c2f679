package engine

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// anchoredWorld is a world whose deal has been won and whose first day is anchored, with what was handed out.
func anchoredWorld(t *testing.T) (*world, string, *[]Witness) {
	t.Helper()
	w := newWorld(t, nil)
	var out []Witness
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	w.e.anchors = &Anchors{Key: key, Export: func(_ context.Context, a *Anchor, heads []AnchoredHead) error {
		out = append(out, Witness{*a, heads})
		return nil
	}}
	w.runDue() // the first day begins
	if err := w.story(); err != nil {
		t.Fatal(err)
	}
	w.settleDown()
	w.clock.add(24 * time.Hour)
	w.runDue()
	deals, err := w.store.Query(t.Context(), "rec_b2b_deal", query.Query{Limit: 1})
	w.must(err)
	return w, deals.Docs[0].ID, &out
}

func (w *world) audit(trusted []string, witnesses []Witness) *AuditReport {
	w.t.Helper()
	r, err := w.e.Audit(w.t.Context(), trusted, witnesses)
	w.must(err)
	return r
}

func TestAnchors(t *testing.T) {
	t.Parallel()
	w, id, out := anchoredWorld(t)
	if len(*out) != 1 || (*out)[0].Anchor.Day != "2026-11-23" || (*out)[0].Anchor.Heads == 0 {
		t.Fatalf("handed out: %+v", *out)
	}
	key := hex.EncodeToString(w.e.anchors.Key.Public().(ed25519.PublicKey))
	if r := w.audit([]string{key}, *out); r.Wrong != 0 || r.Anchors != 1 || r.Heads != (*out)[0].Anchor.Heads {
		t.Fatalf("%+v", r)
	}
	if r := w.audit([]string{strings.Repeat("00", 32)}, nil); r.Wrong != 1 || !strings.Contains(r.Findings[0], "unknown key") {
		t.Errorf("a foreign key: %+v", r)
	}

	// The next day holds what has changed since, and follows the first.
	_, err := w.e.Do(t.Context(), Request{User: "rep.li", Command: process.Command{Kind: process.Note, ID: id, Comment: "called", Op: "note"}})
	w.must(err)
	w.clock.add(24 * time.Hour)
	w.runDue()
	w.runDue()
	if len(*out) != 2 {
		t.Fatalf("%d anchors were handed out", len(*out))
	}
	second := (*out)[1]
	if second.Anchor.Previous != (*out)[0].Anchor.Root {
		t.Error("the second anchor does not follow the first")
	}
	found := false
	for _, h := range second.Heads {
		found = found || h.Record == id
	}
	if !found {
		t.Error("the second anchor lacks the record that changed")
	}
	if r := w.audit([]string{key}, *out); r.Wrong != 0 || r.Anchors != 2 {
		t.Errorf("%+v", r)
	}
}

// What somebody with the database in hand may try, and what then is found.
func TestAuditFinds(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	edit := func(w *world, coll, id string, change func(map[string]any)) {
		w.t.Helper()
		d, err := w.store.Get(ctx, coll, id)
		w.must(err)
		var body map[string]any
		w.must(json.Unmarshal(d.Body, &body))
		change(body)
		ver := d.Ver
		d.Ver++
		d.Body, err = json.Marshal(body)
		w.must(err)
		w.must(w.store.Replace(ctx, coll, d, ver))
		w.e.cache.drop(id)
	}
	remove := func(w *world, coll, id string) {
		w.t.Helper()
		d, err := w.store.Get(ctx, coll, id)
		w.must(err)
		w.must(w.store.Delete(ctx, coll, id, d.Ver))
		w.e.cache.drop(id)
	}
	events := func(w *world, id string) []store.Doc {
		w.t.Helper()
		page, err := w.store.Query(ctx, collEvents, query.Query{Filter: query.Cmp{Col: "record", Op: query.Eq, Value: id}, Sort: []query.Sort{{Col: "seq"}}, Limit: 500})
		w.must(err)
		return page.Docs
	}
	// relayed empties what is pending, as the record's next commit would.
	relayed := func(w *world, id string) {
		edit(w, "rec_b2b_deal", id, func(b map[string]any) { delete(b, "pending") })
	}
	for name, c := range map[string]struct {
		do   func(w *world, id string)
		want string
		// outside: only what was handed out of the store tells.
		outside bool
	}{
		"an event's content": {do: func(w *world, id string) {
			relayed(w, id)
			edit(w, collEvents, events(w, id)[0].ID, func(b map[string]any) {
				b["event"].(map[string]any)["payload"].(map[string]any)["owner"] = "rep.chen"
			})
		}, want: "the payload of event 1 is not what was committed"},
		"an event from the middle": {do: func(w *world, id string) {
			relayed(w, id)
			remove(w, collEvents, events(w, id)[3].ID)
		}, want: "event 4 is missing"},
		"the tail, with the record made to fit": {do: func(w *world, id string) {
			relayed(w, id)
			evs := events(w, id)
			last := evs[len(evs)-2]
			var c chained
			w.must(json.Unmarshal(last.Body, &c))
			remove(w, collEvents, evs[len(evs)-1].ID)
			edit(w, "rec_b2b_deal", id, func(b map[string]any) {
				b["chain"] = map[string]any{"seq": len(evs) - 1, "digest": c.Digest}
				b["state"].(map[string]any)["seq"] = len(evs) - 1
			})
		}, want: "was anchored"},
		"the state alone": {do: func(w *world, id string) {
			edit(w, "rec_b2b_deal", id, func(b map[string]any) { b["state"].(map[string]any)["owner"] = "rep.chen" })
		}, want: "the state is not what its events make"},
		"a whole record": {do: func(w *world, id string) { remove(w, "rec_b2b_deal", id) }, want: "was anchored and is gone"},
		"an anchor":      {do: func(w *world, _ string) { remove(w, collAnchors, "2026-11-23") }, want: "it was handed out and is gone", outside: true},
		"a list of heads": {do: func(w *world, _ string) {
			edit(w, collAnchors, "2026-11-23|1|000000", func(b map[string]any) { b["heads"] = b["heads"].([]any)[1:] })
		}, want: "part 1 is not what was signed"},
		"an anchor's words": {do: func(w *world, _ string) {
			edit(w, collAnchors, "2026-11-23", func(b map[string]any) { b["heads"] = 1 })
		}, want: "its content is not what was signed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, id, out := anchoredWorld(t)
			c.do(w, id)
			var witnesses []Witness
			if c.outside {
				witnesses = *out
				if r := w.audit(nil, nil); r.Wrong != 0 {
					t.Errorf("without a witness: %v", r.Findings)
				}
			}
			r := w.audit(nil, witnesses)
			if r.Wrong == 0 || !strings.Contains(strings.Join(r.Findings, "\n"), c.want) {
				t.Errorf("found %v, want %q", r.Findings, c.want)
			}
		})
	}
}

func TestAnchorOnceAmongNodes(t *testing.T) {
	t.Parallel()
	w, _, out := anchoredWorld(t)
	for _, name := range []string{"two", "three"} {
		other := w.node(name)
		other.anchors = w.e.anchors
		if _, err := other.RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if list, _, err := w.e.Anchors(t.Context(), 10, ""); err != nil || len(list) != 1 || len(*out) != 1 {
		t.Errorf("%d anchors, %d handed out, %v", len(list), len(*out), err)
	}
}
