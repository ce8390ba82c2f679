package org

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"pipewright/rules"
)

func TestSampleCompany(t *testing.T) {
	t.Parallel()
	d := SampleFor("b2b", []string{"rep", "manager", "finance", "warehouse"})
	for _, c := range []struct {
		what string
		got  []string
		want string
	}{
		{"managers of rep.li", d.Managers("rep.li"), "mgr.wang dir.sun cfo.he"},
		{"managers of mgr.wang, who leads his team", d.Managers("mgr.wang"), "dir.sun cfo.he"},
		{"managers of cfo.he, who leads all", d.Managers("cfo.he"), ""},
		{"managers of nobody", d.Managers("nobody"), ""},
		{"reps", d.ByRole("b2b/rep", ""), "rep.chen rep.li"},
		{"managers in team east", d.ByRole("b2b/manager", "east"), "mgr.wang"},
		{"managers in team finance", d.ByRole("b2b/manager", "finance"), ""},
		{"a role nobody has as a job", d.ByRole("b2b/warehouse", ""), "ops.wu"},
		{"members of sales", d.Members("sales", false), "dir.sun"},
		{"members of the sales tree", d.Members("sales", true), "dir.sun mgr.wang rep.chen rep.li"},
		{"teams of dir.sun", d.TeamsOf("dir.sun"), "sales"},
		{"trees of dir.sun", d.TreesOf("dir.sun"), "east sales"},
		{"trees of cfo.he", d.TreesOf("cfo.he"), "company east finance legal operations sales"},
		{"admins", d.Admins(), "admin"},
		{"roles of rep.li", d.Roles("rep.li", "b2b"), "rep"},
		{"roles of rep.li elsewhere", d.Roles("rep.li", "retail"), ""},
	} {
		if got := strings.Join(c.got, " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
	if d.Manager("rep.li", 2) != "dir.sun" || d.Manager("rep.li", 9) != "" || d.Manager("rep.li", 0) != "" {
		t.Error("manager by level is wrong")
	}
}

func TestLeaversPlayNoPart(t *testing.T) {
	t.Parallel()
	d := New([]User{{ID: "a", Team: "x", Active: true, Roles: []string{"p/r"}}, {ID: "b", Team: "x", Roles: []string{"p/r"}}, {ID: "c", Active: true}},
		[]Team{{Key: "x", Parent: "y", Manager: "b"}, {Key: "y", Manager: "c"}})
	if got := d.Managers("a"); !slices.Equal(got, []string{"c"}) {
		t.Errorf("managers %v, want the next one up", got)
	}
	if got := d.ByRole("p/r", ""); !slices.Equal(got, []string{"a"}) {
		t.Errorf("role %v", got)
	}
	if d.Active("b") || d.Active("nobody") || d.HasRole("b", "p/r") {
		t.Error("a leaver is not active")
	}
}

// Whatever the tree looks like, circles included, walking it ends and keeps its promises.
func TestTreeWalksEnd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		keys := []string{"a", "b", "c", "d", ""}
		ids := []string{"u", "v", "w", ""}
		var teams []Team
		for _, k := range keys[:4] {
			teams = append(teams, Team{Key: k, Parent: rapid.SampledFrom(keys).Draw(t, "parent"), Manager: rapid.SampledFrom(ids).Draw(t, "manager")})
		}
		var users []User
		for _, id := range ids[:3] {
			users = append(users, User{ID: id, Team: rapid.SampledFrom(keys).Draw(t, "team"), Active: rapid.Bool().Draw(t, "active")})
		}
		d := New(users, teams)
		for _, u := range users {
			ms := d.Managers(u.ID)
			seen := map[string]bool{u.ID: true}
			for i, m := range ms {
				if seen[m] || !d.Active(m) || d.Manager(u.ID, i+1) != m {
					t.Fatalf("managers of %s: %v", u.ID, ms)
				}
				seen[m] = true
			}
			if tree := d.TreesOf(u.ID); !slices.IsSorted(tree) {
				t.Fatalf("trees %v", tree)
			}
		}
		for _, k := range keys[:4] {
			if tree := d.Tree(k); !slices.Contains(tree, k) {
				t.Fatalf("tree of %s is %v", k, tree)
			}
		}
	})
}

func TestWorkingTime(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	cal, ok := NamedCalendar("CN")
	if !ok {
		t.Fatal("no calendar CN")
	}
	for _, c := range []struct{ from, add, want, why string }{
		{"2026-09-29 10:00", "P1BD", "2026-09-30 10:00", "an ordinary day"},
		{"2026-09-30 10:00", "P1BD", "2026-10-08 10:00", "over the national holiday"},
		{"2026-02-13 17:00", "P1BD", "2026-02-14 17:00", "a Saturday that is worked"},
		{"2026-02-14 17:00", "P1BD", "2026-02-24 17:00", "over the Spring Festival"},
		{"2026-11-20 16:00", "PT4BH", "2026-11-23 11:00", "Friday afternoon into Monday"},
		{"2026-11-21 12:00", "PT4BH", "2026-11-23 14:00", "from a Saturday, over noon"},
		{"2026-11-23 07:00", "PT8BH", "2026-11-23 18:00", "before opening, a whole day"},
		{"2026-11-23 18:00", "PT1BH", "2026-11-24 10:00", "from closing"},
		{"2026-11-24 10:00", "-P1BD", "2026-11-23 10:00", "a day back"},
		{"2026-11-23 10:00", "-PT2BH", "2026-11-20 17:00", "hours back over the weekend"},
		{"2026-11-23 10:00", "P1D", "2026-11-24 10:00", "calendar time"},
		{"2030-11-22 10:00", "P1BD", "2030-11-25 10:00", "a year the calendar does not hold"},
	} {
		from, err := time.ParseInLocation("2006-01-02 15:04", c.from, zone)
		if err != nil {
			t.Fatal(err)
		}
		d, err := rules.ParseDuration(c.add)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Add(from, zone, cal).In(zone).Format("2006-01-02 15:04"); got != c.want {
			t.Errorf("%s: %s + %s = %s, want %s", c.why, c.from, c.add, got, c.want)
		}
	}
	if !cal.Knows(2026) || cal.Knows(2031) {
		t.Error("the calendar does not know which years it holds")
	}
	if _, ok := NamedCalendar("XX"); ok {
		t.Error("an unknown calendar was found")
	}
}

func TestParseCalendarRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"2026-02-30 off", "2026-02-01", "2026-02-01 rest", "2026-02-01 off\n2026-02-01 work"} {
		if _, err := ParseCalendar("X", text); err == nil {
			t.Errorf("%q was read", text)
		}
	}
}
