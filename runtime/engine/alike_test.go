package engine

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/store"
	"pipewright/runtime/store/storetest"
)

// alikeWorld has accounts that only warn of one another, by name and by a text that reps do not see.
func alikeWorld(t *testing.T, wrap func(store.Store) store.Store) *world {
	w := newWorld(t, wrap)
	w.defs["b2b"] = []*process.App{changed(t, 1, func(def map[string]any) {
		account := def["forms"].([]any)[0].(map[string]any)
		account["unique"] = []any{
			map[string]any{"key": "name", "on": []any{"name"}, "normalize": []any{"company"}, "mode": "warn"},
			map[string]any{"key": "secret", "on": []any{"secret"}, "mode": "warn"},
		}
	})}
	w.e = w.node("two")
	return w
}

// groups are what a person is shown: titles by group, and the rules they agree under.
func (w *world) groups(user string) string {
	w.t.Helper()
	got, err := w.e.Alikes(w.t.Context(), user, "b2b", "account", 20, "")
	w.must(err)
	var out []string
	for _, g := range got.Items {
		var names, why []string
		for _, v := range g.Records {
			names = append(names, v.Title())
		}
		for _, u := range g.Rules {
			why = append(why, u.Key)
		}
		slices.Sort(names)
		out = append(out, strings.Join(names, "=")+" "+strings.Join(why, "+"))
	}
	slices.Sort(out)
	return strings.Join(out, "; ")
}

func (w *world) scan() {
	w.t.Helper()
	_, err := w.e.StartAlikeScan(w.t.Context(), "rep.li", "b2b", "account")
	w.must(err)
	w.settleDown()
}

// Records that agree once case, width and the legal form are left aside are found, told only as far as they may be read, taken apart for good,
// and left out once they differ.
func TestAlike(t *testing.T) {
	t.Parallel()
	w := alikeWorld(t, nil)
	ctx := t.Context()
	one, two, three := w.account("Acme Ltd"), w.account("ACME"), w.account("Ａｃｍｅ Inc")
	w.account("Other")
	east, west := w.account("华东制造有限公司"), w.account("苏州主轴厂")
	if got := w.groups("rep.li"); got != "" {
		t.Errorf("before anybody looked: %s", got)
	}
	if _, err := w.e.StartAlikeScan(ctx, "fin.zhao", "b2b", "account"); codeOfErr(err) != "forbidden" {
		t.Errorf("who may not merge looks: %v", err)
	}
	if _, err := w.e.StartAlikeScan(ctx, "mgr.wang", "b2b", "order"); err == nil {
		t.Error("a form without a rule is looked through")
	}
	w.scan()
	if got := w.groups("rep.li"); got != "ACME=Acme Ltd=Ａｃｍｅ Inc name" {
		t.Errorf("found %s", got)
	}
	s, err := w.e.Alikes(ctx, "rep.li", "b2b", "account", 20, "")
	w.must(err)
	if s.Scan.State != ScanDone || s.Scan.Seen != 6 || s.Scan.Groups != 1 || s.Scan.By != "rep.li" {
		t.Errorf("%+v", s.Scan)
	}
	// A value that is kept from the person is no reason he hears of.
	for _, id := range []string{east, west} {
		w.do("mgr.wang", process.Command{Kind: process.Edit, ID: id, Op: "s", Data: data(`{"secret": "S-1"}`)})
	}
	w.scan()
	if li, wang := w.groups("rep.li"), w.groups("mgr.wang"); strings.Contains(li, "华东") || !strings.Contains(wang, "华东制造有限公司=苏州主轴厂 secret") {
		t.Errorf("li: %s\nwang: %s", li, wang)
	}
	// Apart is for good, and both ways.
	w.must(w.e.Apart(ctx, "rep.li", "b2b", "account", []string{one, two, three}, three, false))
	for range 2 {
		if got := w.groups("rep.li"); got != "ACME=Acme Ltd name" {
			t.Errorf("with one apart: %s", got)
		}
		w.scan()
	}
	w.must(w.e.Apart(ctx, "rep.li", "b2b", "account", []string{one, two, three}, "", true))
	w.scan()
	if got := w.groups("rep.li"); !strings.HasPrefix(got, "ACME=Acme Ltd=Ａ") {
		t.Errorf("taken back: %s", got)
	}
	for _, c := range []struct {
		user string
		ids  []string
		want string
	}{{"rep.li", []string{one}, "bad.request"}, {"rep.li", []string{one, "ACC-00000000000000000000000000"}, "not.found"}, {"ops.wu", []string{one, two}, "not.found"}} {
		if err := w.e.Apart(ctx, c.user, "b2b", "account", c.ids, "", false); codeOfErr(err) != c.want {
			t.Errorf("%s %v: %v, want %s", c.user, c.ids, err, c.want)
		}
	}
	// What differs since, or is gone, is not shown, scan or no scan.
	w.do("rep.li", process.Command{Kind: process.Edit, ID: three, Op: "other", Data: data(`{"name": "Somebody else"}`)})
	if got := w.groups("rep.li"); got != "ACME=Acme Ltd name" {
		t.Errorf("one differs: %s", got)
	}
	_, err = w.e.StartMerge(ctx, "rep.li", "m", MergeRequest{Winner: one, Loser: two})
	w.must(err)
	w.settleDown()
	if got := w.groups("rep.li"); got != "" {
		t.Errorf("merged: %s", got)
	}
	w.scan()
	if s, err = w.e.Alikes(ctx, "rep.li", "b2b", "account", 20, ""); err != nil || s.Scan.Groups != 1 {
		t.Errorf("what is not so any more is kept: %+v %v", s, err)
	}
}

// The night looks once, whichever node it is, and not where nothing is to be compared.
func TestAlikeAtNight(t *testing.T) {
	t.Parallel()
	w := alikeWorld(t, nil)
	w.account("Acme Ltd")
	w.account("ACME")
	for range 2 {
		w.must(w.e.alikesDue(t.Context()))
		w.must(w.node("three").alikesDue(t.Context()))
		w.settleDown()
	}
	s, err := w.e.Alikes(t.Context(), "rep.li", "b2b", "account", 20, "")
	w.must(err)
	if s.Scan.Run != 1 || s.Scan.By != "" || len(s.Items) != 1 {
		t.Errorf("%+v %+v", s.Scan, s.Items)
	}
}

// However the looking is broken off, another node ends it, and finds the same.
func TestAlikeSurvives(t *testing.T) {
	t.Parallel()
	wrap := func(s store.Store) store.Store { return storetest.Faulty(s, nil) }
	for k := 1; k <= 24; k++ {
		w := alikeWorld(t, wrap)
		faulty := w.store.(*storetest.FaultyStore)
		w.account("Acme Ltd")
		w.account("ACME")
		faulty.Set(storetest.Nth(k, []storetest.Fault{storetest.Before, storetest.After, storetest.Partly, storetest.Lost}[k%4]))
		_, _ = w.e.StartAlikeScan(t.Context(), "rep.li", "b2b", "account")
		_, _ = w.e.RunDue(t.Context())
		faulty.Set(nil)
		w.e = w.node("after")
		w.clock.add(2 * time.Minute)
		w.scan()
		got, err := w.e.Alikes(t.Context(), "rep.li", "b2b", "account", 20, "")
		w.must(err)
		if len(got.Items) != 1 || got.Scan.State != ScanDone || got.Scan.Seen != 2 || got.Scan.Groups != 1 {
			t.Fatalf("call %d: %+v %+v", k, got.Scan, got.Items)
		}
	}
}

// What was said not to be the same is listed to who may look for duplicates and read both, the newest first, and can be taken back; a mark made
// before there was a list stands in it too, and one whose record is gone does not.
func TestAparts(t *testing.T) {
	t.Parallel()
	w := alikeWorld(t, nil)
	ctx := t.Context()
	one, two, three := w.account("Acme Ltd"), w.account("ACME"), w.account("Acme Inc")
	list := func(user string) string {
		t.Helper()
		var out []string
		for after := ""; ; {
			marks, next, err := w.e.Aparts(ctx, user, "b2b", "account", 1, after)
			w.must(err)
			for _, m := range marks {
				names := []string{m.Records[0].Title(), m.Records[1].Title()}
				slices.Sort(names)
				out = append(out, fmt.Sprint(strings.Join(names, "="), " ", m.By, " ", m.Back))
			}
			if after = next; after == "" {
				return strings.Join(out, "; ")
			}
		}
	}
	body, err := marshal(apartBody{By: "mgr.wang", At: w.clock.now().Add(-time.Hour)})
	w.must(err)
	pair := pairOf(one, two)
	w.must(w.e.insertAll(ctx, collApart, []store.Doc{{ID: pair[0] + "|" + pair[1], Ver: 1, Cols: map[string]any{"records": pair[:]}, Body: body}}))
	w.must(w.e.Apart(ctx, "rep.li", "b2b", "account", []string{two, three}, "", false))
	const both = "ACME=Acme Inc rep.li true; ACME=Acme Ltd mgr.wang true"
	for range 2 {
		if got := list("rep.li"); got != both {
			t.Errorf("marked are %s, want %s", got, both)
		}
	}
	if _, _, err := w.e.Aparts(ctx, "fin.zhao", "b2b", "account", 10, ""); codeOfErr(err) != "forbidden" {
		t.Errorf("who may not look for duplicates: %v", err)
	}
	if got := list("admin"); got != "" {
		t.Errorf("an administrator who reads none of them is told of %s", got)
	}
	w.must(w.e.Apart(ctx, "rep.li", "b2b", "account", []string{one, two}, "", true))
	if got := list("rep.li"); got != "ACME=Acme Inc rep.li true" {
		t.Errorf("one taken back: %s", got)
	}
	w.do("rep.li", process.Command{Kind: process.Delete, ID: three, Op: "bin"})
	if got := list("rep.li"); got != "" {
		t.Errorf("with one deleted: %s", got)
	}
}
