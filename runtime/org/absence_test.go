package org

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func day(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }

func TestAbsencesAndSubstitutes(t *testing.T) {
	t.Parallel()
	plain := SampleFor("b2b", []string{"rep", "manager"})
	d := plain.WithAbsences([]Absence{
		{ID: "1", User: "rep.li", From: day(10), To: day(12), Substitute: "rep.chen"},
		{ID: "2", User: "rep.li", From: day(11), To: day(12), App: "b2b", Substitute: "mgr.wang"},
		{ID: "3", User: "rep.chen", From: day(11), To: day(14), Substitute: "ops.wu"},
		{ID: "4", User: "fin.zhao", From: day(10), To: day(12)},
		{ID: "5", User: "legal.qian", From: day(10), To: day(12), Substitute: "gone"},
		// A circle of three.
		{ID: "6", User: "dir.sun", From: day(20), To: day(21), Substitute: "mgr.wang"},
		{ID: "7", User: "mgr.wang", From: day(20), To: day(21), Substitute: "cfo.he"},
		{ID: "8", User: "cfo.he", From: day(20), To: day(21), Substitute: "dir.sun"},
	})
	for _, c := range []struct {
		what, user, app string
		at              time.Time
		absent          bool
		substitute      string
	}{
		{"before", "rep.li", "b2b", day(10).Add(-time.Millisecond), false, ""},
		{"from the first instant", "rep.li", "b2b", day(10), true, "rep.chen"},
		{"the absence of the app itself goes first", "rep.li", "b2b", day(11), true, "mgr.wang"},
		{"elsewhere the general one counts, and its substitute is away too", "rep.li", "retail", day(11), true, "ops.wu"},
		{"the end is not in it", "rep.li", "b2b", day(12), false, ""},
		{"without a substitute", "fin.zhao", "b2b", day(10), true, ""},
		{"a substitute who does not exist", "legal.qian", "b2b", day(10), true, ""},
		{"round in a circle", "dir.sun", "b2b", day(20), true, ""},
		{"who has no absence", "ops.wu", "b2b", day(11), false, ""},
		{"a stranger", "nobody", "b2b", day(11), false, ""},
	} {
		if got := d.Absent(c.user, c.app, c.at); got != c.absent {
			t.Errorf("%s: absent %v", c.what, got)
		}
		if got := d.Substitute(c.user, c.app, c.at); got != c.substitute {
			t.Errorf("%s: substitute %q, want %q", c.what, got, c.substitute)
		}
	}
	if plain.Absent("rep.li", "b2b", day(10)) {
		t.Error("the company before has got absences too")
	}
	if list := d.Absences("rep.li"); len(list) != 2 || list[0].ID != "1" {
		t.Errorf("listed %v", list)
	}
	var none *Directory
	if none.Absent("x", "", day(1)) || none.Substitute("x", "", day(1)) != "" || none.Absences("x") != nil {
		t.Error("the nil directory knows of absences")
	}
}

// Whoever stands in works at that instant, is somebody else, and is at most two steps away.
func TestSubstitutesWork(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		users, teams := Sample()
		names := make([]string, len(users))
		for i := range users {
			users[i].Active = rapid.Bool().Draw(t, "active")
			names[i] = users[i].ID
		}
		who := rapid.SampledFrom(names)
		var list []Absence
		for range rapid.IntRange(0, 12).Draw(t, "absences") {
			from := rapid.IntRange(1, 20).Draw(t, "from")
			list = append(list, Absence{ID: who.Draw(t, "id"), User: who.Draw(t, "user"), From: day(from), To: day(from + rapid.IntRange(1, 9).Draw(t, "days")),
				App: rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "app"), Substitute: who.Draw(t, "substitute")})
		}
		d := New(users, teams).WithAbsences(list)
		user, at := who.Draw(t, "of"), day(rapid.IntRange(1, 28).Draw(t, "at"))
		sub := d.Substitute(user, "a", at)
		if sub == "" {
			return
		}
		if sub == user || !d.Active(sub) || d.Absent(sub, "a", at) || !d.Absent(user, "a", at) {
			t.Fatalf("%s stands in for %s", sub, user)
		}
		named := func(user string) (out []string) {
			for _, a := range list {
				if a.User == user && a.Covers("a", at) {
					out = append(out, a.Substitute)
				}
			}
			return out
		}
		near := named(user)
		if !slices.Contains(near, sub) && !slices.ContainsFunc(near, func(u string) bool { return slices.Contains(named(u), sub) }) {
			t.Fatalf("%s is more than two steps from %s", sub, user)
		}
	})
}
