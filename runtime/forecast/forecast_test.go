package forecast

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"pipewright/runtime/org"
)

func company() *org.Directory {
	users, teams := org.Sample()
	users = append(users, org.User{ID: "rep.gone", Team: "east"}, org.User{ID: "free", Active: true})
	return org.New(users, teams)
}

func entry(n int64) *Entry { return &Entry{Value: decimal.NewFromInt(n), By: "dir.sun"} }

func tell(rows []Row, whole []Cell) string {
	opt := func(d *decimal.Decimal) string {
		if d == nil {
			return "-"
		}
		return d.String()
	}
	var out []string
	say := func(name string, cells []Cell) {
		line := name + ":"
		for _, c := range cells {
			line += fmt.Sprintf(" %s+%s>%s/%s", c.Won, c.Weighted, c.Expected, opt(c.Target))
		}
		out = append(out, line)
	}
	for _, r := range rows {
		mark := ""
		if r.Sees {
			mark += "s"
		}
		if r.Plans {
			mark += "p"
		}
		say(strings.Repeat(".", r.Depth)+r.Subject.String()+" "+mark, r.Cells)
	}
	say("whole", whole)
	return strings.Join(out, "\n")
}

// Each level is what stands for it, or else the sum of what is below; nobody learns of a plan that is not his business.
func TestRoll(t *testing.T) {
	t.Parallel()
	d := company()
	nov := Month{2026, time.November}
	months := nov.Months(2)
	n := decimal.NewFromInt
	actuals := Actuals{
		"rep.li":   {nov: {Won: n(10), Weighted: n(5)}, nov.Add(1): {Weighted: n(7)}},
		"rep.chen": {nov: {Won: n(1)}},
		"mgr.wang": {nov: {Weighted: n(2)}},
		"rep.gone": {nov: {Weighted: n(100)}},
		"free":     {nov: {Won: n(1000)}},
	}
	targets, calls := Plans{}, Plans{}
	targets.Set(Subject{"user", "rep.li"}, nov, entry(20))
	targets.Set(Subject{"user", "rep.chen"}, nov, entry(4))
	targets.Set(Subject{"team", "east"}, nov.Add(1), entry(50))
	targets.Set(Subject{"user", "rep.li"}, nov.Add(1), entry(30))
	calls.Set(Subject{"user", "rep.li"}, nov, entry(12))
	calls.Set(Subject{"team", "sales"}, nov.Add(1), entry(9))
	people := []string{"rep.li", "rep.chen", "mgr.wang", "rep.gone", "free", "rep.li"}
	for viewer, want := range map[string]string{
		"admin": `team:company sp: 11+107>115/24 0+7>9/50
.team:sales sp: 11+107>115/24 0+7>9/50
..team:east sp: 11+107>115/24 0+7>7/50
...user:mgr.wang sp: 0+2>2/- 0+0>0/-
...user:rep.chen sp: 1+0>1/4 0+0>0/-
...user:rep.gone sp: 0+100>100/- 0+0>0/-
...user:rep.li sp: 10+5>12/20 0+7>7/30
user:free sp: 1000+0>1000/- 0+0>0/-
whole: 1011+107>1115/24 0+7>9/50`,
		"mgr.wang": `team:east sp: 11+107>115/24 0+7>7/50
.user:mgr.wang s: 0+2>2/- 0+0>0/-
.user:rep.chen sp: 1+0>1/4 0+0>0/-
.user:rep.gone sp: 0+100>100/- 0+0>0/-
.user:rep.li sp: 10+5>12/20 0+7>7/30
user:free : 1000+0>1000/- 0+0>0/-
whole: 1011+107>1115/- 0+7>7/-`,
		"rep.li": `user:free : 1000+0>1000/- 0+0>0/-
user:mgr.wang : 0+2>2/- 0+0>0/-
user:rep.chen : 1+0>1/- 0+0>0/-
user:rep.gone : 0+100>100/- 0+0>0/-
user:rep.li s: 10+5>15/20 0+7>7/30
whole: 1011+107>1118/- 0+7>7/-`,
	} {
		rows := Tree(d, viewer, people)
		whole := Roll(rows, months, actuals, targets, calls, false)
		if got := tell(rows, whole); got != want {
			t.Errorf("%s sees\n%s\nwant\n%s", viewer, got, want)
		}
	}
	rows := Tree(d, "rep.li", []string{"rep.li"})
	whole := Roll(rows, months, actuals, targets, calls, false)
	if got := tell(rows, whole); got != "user:rep.li s: 10+5>15/20 0+7>7/30\nwhole: 10+5>15/20 0+7>7/30" {
		t.Error(got)
	}
	if w := Whole(whole); w.Expected.String() != "22" || w.Target.String() != "50" {
		t.Errorf("%+v", w)
	}
}

func TestMayPlan(t *testing.T) {
	t.Parallel()
	d := company()
	for line, want := range map[string]string{
		"admin user:rep.li": "see plan", "admin team:east": "see plan", "rep.li user:rep.li": "see", "rep.li user:rep.chen": "", "rep.li team:east": "",
		"mgr.wang user:rep.li": "see plan", "mgr.wang team:east": "see plan", "mgr.wang user:mgr.wang": "see", "mgr.wang team:sales": "",
		"dir.sun user:mgr.wang": "see plan", "dir.sun user:rep.li": "see plan", "dir.sun team:east": "see plan", "dir.sun team:company": "",
		"cfo.he team:east": "see plan", "mgr.wang user:nobody": "", "mgr.wang user:free": "", "nobody team:east": "", "rep.gone user:rep.li": "",
	} {
		user, subject, _ := strings.Cut(line, " ")
		s, ok := ParseSubject(subject)
		if !ok {
			t.Fatal(subject)
		}
		got := ""
		if MaySee(d, user, s) {
			got = "see"
		}
		if MayPlan(d, user, s) {
			got += " plan"
		}
		if got != want {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
	for _, bad := range []string{"", "rep.li", "user:", "role:x"} {
		if _, ok := ParseSubject(bad); ok {
			t.Errorf("%q is a subject", bad)
		}
	}
}

func TestShare(t *testing.T) {
	t.Parallel()
	of := func(n string) *decimal.Decimal { d := decimal.RequireFromString(n); return &d }
	for _, c := range []struct {
		part string
		of   *decimal.Decimal
		want string
	}{{"1", of("3"), "33.3"}, {"2", of("3"), "66.7"}, {"0.05", of("100"), "0.1"}, {"5", of("0"), ""}, {"5", nil, ""}, {"300", of("100"), "300"}} {
		got := ""
		if s := Share(decimal.RequireFromString(c.part), c.of); s != nil {
			got = s.String()
		}
		if got != c.want {
			t.Errorf("%s of %v: %q, want %q", c.part, c.of, got, c.want)
		}
	}
	if m, ok := ParseMonth("2026-13"); ok {
		t.Error(m)
	}
	if m, ok := ParseMonth("2026-12"); !ok || m.Add(1).String() != "2027-01" {
		t.Error(m)
	}
}
