package engine

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pipewright/runtime/process"
)

// What comes to a person next are records of others one step of the main way before a stage of his, of his team where the stage is its team's; not
// what stands among his own people already, nor further back, nor what he may not see.
func TestComing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.defs["ship"] = []*process.App{compileData(t, []byte(`{"spec": "pipewright/1", "key": "ship", "name": "Ship", "languages": ["en"], "timezone": "UTC", "currency": "EUR",
		"roles": [{"key": "seller", "name": "Seller"}, {"key": "packer", "name": "Packer"}, {"key": "boss", "name": "Boss"}],
		"forms": [{"key": "box", "name": "Box", "title": "{{ name }}", "fields": [{"key": "name", "type": "text", "name": "Name"}],
			"grants": [{"role": "seller", "records": "all", "do": ["create", "read", "edit"]}, {"role": "packer", "records": "all", "do": ["read", "edit"]}, {"role": "boss", "records": "own", "do": ["read"]}]}],
		"processes": [{"key": "box", "form": "box", "name": "Box", "start": "sell", "stages": [
				{"key": "sell", "name": "Sell", "owner": {"who": [{"role": "seller"}], "assign": "keep"}},
				{"key": "pay", "name": "Pay", "owner": {"who": [{"role": "seller"}], "assign": "keep"}},
				{"key": "pack", "name": "Pack", "owner": {"who": [{"role": "packer", "team": "own"}], "assign": "leastLoaded"}},
				{"key": "trouble", "name": "Trouble", "owner": {"who": [{"role": "boss"}], "assign": "leastLoaded"}},
				{"key": "send", "name": "Send", "owner": {"who": [{"role": "packer", "team": "own"}], "assign": "keep"}},
				{"key": "sent", "name": "Sent", "end": "done"}],
			"transitions": [{"key": "sold", "from": ["sell"], "to": "pay", "name": "Sold"}, {"key": "paid", "from": ["pay"], "to": "pack", "name": "Paid"},
				{"key": "packed", "from": ["pack"], "to": "send", "name": "Packed"}, {"key": "fail", "from": ["pay", "pack"], "to": "trouble", "name": "Fail"},
				{"key": "gone", "from": ["send"], "to": "sent", "name": "Gone"}]}]}`), 1)}
	w.e = w.node("one")
	for user, role := range map[string]string{"rep.li": "seller", "rep.chen": "packer", "ops.wu": "packer", "fin.zhao": "seller", "dir.sun": "boss"} {
		u := w.user(user)
		u.Roles = []string{"ship/" + role}
		w.must(w.e.SaveUsers(t.Context(), *u))
	}
	next := func(user string) string {
		t.Helper()
		home, err := w.e.Home(t.Context(), user)
		w.must(err)
		var out []string
		for _, v := range home.Next {
			out = append(out, v.Title())
		}
		return strings.Join(out, " ")
	}
	box := func(name string, transitions ...string) {
		t.Helper()
		id := w.do("rep.li", process.Command{Kind: process.Create, App: "ship", Form: "box", Op: name, Data: data(fmt.Sprintf(`{"name": %q}`, name))}).State.ID
		for _, key := range transitions {
			w.do("rep.li", process.Command{Kind: process.Move, ID: id, Transition: key, Op: name + key})
		}
		w.clock.add(time.Minute)
	}
	box("sold", "sold")
	box("begun")
	box("again", "sold")
	box("packing", "sold", "paid")
	for user, want := range map[string]string{
		"rep.chen": "again sold", // his team packs them; what is being packed is among his own
		"ops.wu":   "",           // another team's
		"rep.li":   "", "fin.zhao": "",
		"dir.sun": "", // trouble is not on the way
	} {
		if got := next(user); got != want {
			t.Errorf("%s: %q, want %q", user, got, want)
		}
	}
	for i := range homeItems + 5 {
		box(fmt.Sprint("n", i), "sold")
	}
	if got := strings.Fields(next("rep.chen")); len(got) != homeItems || got[0] != "n24" || slices.Contains(got, "sold") {
		t.Error(got)
	}
}

// What is due today is due until midnight where the company is, and no later.
func TestEndOfDay(t *testing.T) {
	t.Parallel()
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	for now, want := range map[string]string{"2026-11-28T15:59:59Z": "2026-11-28T15:59:59.999Z", "2026-11-28T16:00:00Z": "2026-11-29T15:59:59.999Z"} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := endOfDay(at, shanghai).UTC().Format(time.RFC3339Nano); got != want {
			t.Errorf("%s: %s, want %s", now, got, want)
		}
	}
}
