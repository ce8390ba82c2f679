package engine

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
	"pipewright/runtime/store/storetest"
)

// bulk does one thing to many deals and tells the code of each outcome.
func (w *world) bulk(user, key string, c process.Command, records ...Chosen) string {
	w.t.Helper()
	done, err := w.e.DoMany(w.t.Context(), user, Bulk{App: "b2b", Form: "deal", Records: records, Command: c, Key: key})
	w.must(err)
	var out []string
	for i, d := range done {
		if d.ID != records[i].ID {
			w.t.Fatalf("%d is about %s", i, d.ID)
		}
		code := "ok"
		if r := (*process.Rejection)(nil); errors.As(d.Err, &r) {
			code = r.Code
		} else if d.Err != nil {
			code = d.Err.Error()
		}
		out = append(out, code)
	}
	return strings.Join(out, " ")
}

// TestBulk: each of many records has the answer that it would have alone, and a whole sent again does nothing twice.
func TestBulk(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	deal := func(op string) *process.State {
		return w.do("rep.li", process.Command{Kind: process.Create, App: "b2b", Form: "deal", Op: op, Data: data(dealText)}).State
	}
	seen := func(s *process.State) Chosen { return Chosen{s.ID, s.Rev} }
	a, b, other := deal("a"), deal("b"), w.do("rep.li", process.Command{Kind: process.Create, App: "b2b", Form: "account", Op: "x", Data: data(`{"name": "Acme"}`)}).State
	foreign := w.do("rep.chen", process.Command{Kind: process.Create, App: "b2b", Form: "deal", Op: "c", Data: data(dealText)}).State
	state := func(id string) *process.State {
		v, err := w.e.Record(t.Context(), "rep.li", id)
		w.must(err)
		return v.State
	}
	check := func(what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s: got %s, want %s", what, got, want)
		}
	}

	// A field: only what somebody else has written meanwhile stands against it.
	w.do("rep.li", process.Command{Kind: process.Edit, ID: b.ID, Data: data(`{"closeDate": "2026-12-24"}`)})
	date := process.Command{Kind: process.Edit, Data: data(`{"closeDate": "2026-12-31"}`)}
	for range 2 {
		check("edit", w.bulk("rep.li", "edit", date, seen(a), seen(b), seen(other), seen(foreign), seen(a)), "ok rev.changed not.found not.found bad.request")
	}
	name := process.Command{Kind: process.Edit, Data: data(`{"name": "Renamed"}`)}
	check("another field", w.bulk("rep.li", "name", name, seen(b)), "ok")
	check("not a value", w.bulk("rep.li", "date", process.Command{Kind: process.Edit, Data: data(`{"closeDate": "soon"}`)}, seen(state(a.ID))), "field.invalid")

	// A move goes past no gate: the box of the second is not ticked.
	w.do("rep.li", process.Command{Kind: process.Tick, ID: a.ID, Item: "budget", Done: true})
	propose := process.Command{Kind: process.Move, Transition: "propose"}
	check("seen before", w.bulk("rep.li", "early", propose, seen(a)), "rev.changed")
	a, b = state(a.ID), state(b.ID)
	for range 2 {
		check("move", w.bulk("rep.li", "move", propose, seen(a), seen(b)), "ok stage.incomplete")
	}
	if s := state(a.ID); s.Stage != "proposal" || s.Entry != a.Entry+1 {
		t.Errorf("%s after %d entries", s.Stage, s.Entry-a.Entry)
	}
	lose := process.Command{Kind: process.Move, Transition: "lose", Data: data(`{"lossReason": "price"}`)}
	check("what it asks for", w.bulk("rep.li", "lose", lose, seen(state(a.ID)), seen(b)), "ok ok")

	// To the bin and back.
	a, b = state(a.ID), state(b.ID)
	for range 2 {
		check("delete", w.bulk("rep.li", "delete", process.Command{Kind: process.Delete}, seen(a), Chosen{ID: b.ID, Rev: b.Rev - 1}), "ok rev.changed")
	}
	check("restore", w.bulk("rep.li", "restore", process.Command{Kind: process.Restore}, Chosen{ID: a.ID}), "ok")
	check("a late repetition", w.bulk("rep.li", "delete", process.Command{Kind: process.Delete}, seen(a)), "ok")
	if s := state(a.ID); !s.Deleted.IsZero() {
		t.Error("a repetition has deleted once more")
	}
	check("another request under the key", w.bulk("rep.li", "restore", process.Command{Kind: process.Delete}, Chosen{ID: a.ID}), "op.reused")

	give := process.Command{Kind: process.Assign, Owner: "rep.chen"}
	a = state(a.ID)
	for range 2 {
		check("assign", w.bulk("mgr.wang", "give", give, seen(a), seen(foreign)), "ok ok")
	}
	for _, bad := range []process.Command{{Kind: process.Edit}, {Kind: process.Move}, {Kind: process.Assign}, {Kind: process.Create}, {}} {
		if _, err := w.e.DoMany(t.Context(), "rep.li", Bulk{App: "b2b", Form: "deal", Records: []Chosen{{ID: a.ID}}, Command: bad, Key: "bad"}); err == nil {
			t.Errorf("%q was taken", bad.Kind)
		}
	}
	if _, err := w.e.DoMany(t.Context(), "rep.li", Bulk{App: "b2b", Form: "deal", Records: slices.Repeat([]Chosen{{}}, 101), Command: date, Key: "much"}); err == nil {
		t.Error("101 records at once")
	}
}

// TestBulkCutShort: the process dies somewhere in the midst; sent again to another one, what is left is done and nothing twice.
func TestBulkCutShort(t *testing.T) {
	t.Parallel()
	var faulty *storetest.FaultyStore
	w := newWorld(t, func(s store.Store) store.Store {
		faulty = storetest.Faulty(s, nil)
		return faulty
	})
	two := w.node("two")
	for k := 1; k <= 16; k += 3 {
		for _, fault := range []storetest.Fault{storetest.Before, storetest.After, storetest.Lost} {
			key := fmt.Sprint(k, fault)
			var records []Chosen
			for _, op := range []string{"a", "b", "c"} {
				s := w.do("rep.li", process.Command{Kind: process.Create, App: "b2b", Form: "deal", Op: key + op, Data: data(dealText)}).State
				records = append(records, Chosen{s.ID, s.Rev})
			}
			edit := Bulk{App: "b2b", Form: "deal", Records: records, Key: key, Command: process.Command{Kind: process.Edit, Data: data(`{"touched": "1"}`)}}
			faulty.Set(storetest.Crash(k, fault))
			_, _ = w.e.DoMany(t.Context(), "rep.li", edit)
			faulty.Set(nil)
			done, err := two.DoMany(t.Context(), "rep.li", edit)
			w.must(err)
			for i, d := range done {
				w.must(d.Err)
				v, err := two.Record(t.Context(), "rep.li", d.ID)
				w.must(err)
				if v.State.Rev != records[i].Rev+1 {
					t.Errorf("fault %d at call %d: %s is at rev %d after %d", fault, k, d.ID, v.State.Rev, records[i].Rev)
				}
			}
		}
	}
}

// TestBulkPicks: whom many moves leave to be picked is told once for all of them, with how many each of the people may decide; moved with it,
// each record has the round it would have alone, and one whose people are others is refused by itself.
func TestBulkPicks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.defs["picks"] = []*process.App{compileFile(t, "testdata/picks.json", 1)}
	for user, role := range map[string]string{"rep.li": "rep", "fin.zhao": "finance", "fin.qian": "finance", "buyer": "none"} {
		dir, err := w.e.Directory(t.Context())
		w.must(err)
		u, ok := dir.User(user)
		if !ok {
			u = org.User{ID: user, Name: user, Active: true}
		}
		u.Roles = append(slices.Clone(u.Roles), "picks/"+role)
		w.must(w.e.SaveUsers(t.Context(), u))
	}
	paper := func(name, amount, buyer string) string {
		return w.do("rep.li", process.Command{Kind: process.Create, App: "picks", Form: "paper", Op: name,
			Data: data(`{"name": "` + name + `", "buyer": ` + buyer + `, "amount": {"amount": "` + amount + `", "currency": "CNY"}}`)}).State.ID
	}
	big, bought, small, tiny, held := paper("big", "500", "null"), paper("bought", "500", `"buyer"`), paper("small", "50", "null"), paper("tiny", "5", "null"), paper("held", "500", "null")
	w.do("rep.li", process.Command{Kind: process.Move, ID: held, Transition: "hold"})
	ask := func(user, values string, ids ...string) string {
		t.Helper()
		steps, err := w.e.PicksForMany(t.Context(), user, "picks", "paper", "sign", data(values), ids)
		w.must(err)
		var out []string
		for _, st := range steps {
			text := fmt.Sprintf("%s %d:", st.Step.Def.Key, st.Count)
			for _, c := range st.From {
				text += fmt.Sprintf(" %s %d", c.User, c.Count)
			}
			if st.Anyone {
				text += " anyone"
			}
			out = append(out, text)
		}
		return strings.Join(out, "; ")
	}
	for _, c := range [][2]string{
		{ask("rep.li", `{}`, big, bought, small, tiny, held), "money 2: fin.qian 2 fin.zhao 2 buyer 1; peer 3: anyone"},
		{ask("rep.li", `{}`, tiny, held, "PAnothing"), ""},
		{ask("rep.li", `{"amount": {"amount": "700", "currency": "CNY"}}`, small, tiny), "money 2: fin.qian 2 fin.zhao 2; peer 2: anyone"},
		{ask("rep.chen", `{}`, big, bought, small), ""},
	} {
		if c[0] != c[1] {
			t.Errorf("to be picked are %q, want %q", c[0], c[1])
		}
	}
	if _, err := w.e.PicksForMany(t.Context(), "rep.li", "picks", "paper", "sign", nil, nil); err == nil {
		t.Error("nothing was chosen, and it was answered")
	}

	move := func(pick map[string][]string, ids ...string) string {
		t.Helper()
		var records []Chosen
		for _, id := range ids {
			records = append(records, Chosen{ID: id})
		}
		done, err := w.e.DoMany(t.Context(), "rep.li", Bulk{App: "picks", Form: "paper", Records: records, Key: fmt.Sprint(pick, ids), Command: process.Command{Kind: process.Move, Transition: "sign", Pick: pick}})
		w.must(err)
		var out []string
		for _, d := range done {
			code := "ok"
			if r, ok := asRejection(d.Err); ok {
				code = r.Code
			} else {
				w.must(d.Err)
			}
			out = append(out, code)
		}
		return strings.Join(out, " ")
	}
	both := map[string][]string{"money": {"buyer"}, "peer": {"rep.chen"}}
	if got, want := move(nil, big, tiny), "approval.pick ok"; got != want {
		t.Errorf("nobody picked: %s, want %s", got, want)
	}
	if got, want := move(both, big, bought, held), "approval.pick ok stage.changed"; got != want {
		t.Errorf("the buyer of one: %s, want %s", got, want)
	}
	if got := ask("rep.li", `{}`, big, bought); got != "money 1: fin.qian 1 fin.zhao 1; peer 1: anyone" {
		t.Errorf("what runs already is asked for: %s", got)
	}
	if got, want := move(map[string][]string{"money": {"fin.zhao"}, "peer": {"rep.chen"}}, big, small), "ok ok"; got != want {
		t.Errorf("one of finance: %s, want %s", got, want)
	}
	if n := len(w.open("rep.chen")); n != 1 {
		t.Errorf("%d of them wait for the peer at once, want the small one", n)
	}
}
