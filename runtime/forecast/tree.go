package forecast

import (
	"slices"

	"github.com/shopspring/decimal"

	"pipewright/runtime/org"
)

// Actual is what the records of a month say.
type Actual struct {
	// Won was won in the month, Open is expected to close in it, Weighted is the open part by its probabilities.
	Won, Open, Weighted decimal.Decimal
	WonCount, OpenCount int64
}

func (a Actual) add(b Actual) Actual {
	return Actual{a.Won.Add(b.Won), a.Open.Add(b.Open), a.Weighted.Add(b.Weighted), a.WonCount + b.WonCount, a.OpenCount + b.OpenCount}
}

// Actuals are figures by owner and month.
type Actuals map[string]map[Month]Actual

// Cell is one month of a row.
type Cell struct {
	Actual
	// Target is what was entered for the row, or else the sum of the rows below; nil when there is none or the viewer may not know it.
	Target *decimal.Decimal
	// Own is the target entered for this very row.
	Own *Entry
	// Call is what a manager says the month will come to.
	Call *Entry
	// Expected is the call, or else the sum of what is expected of the rows below: of a person what he has won and the weighted open part.
	Expected decimal.Decimal
}

// Computed is what the month comes to without anybody's word: won, and the weighted open part.
func (c *Cell) Computed() decimal.Decimal { return c.Won.Add(c.Weighted) }

// Row is a person or a team, below its parent.
type Row struct {
	Subject Subject
	// Parent is an index of a row before this one, -1 at the top.
	Parent, Depth int
	// Sees: the viewer may know the plan; Plans: he may enter it.
	Sees, Plans bool
	// Cells align with the months asked for. Whole is all of them together: its call is nil, its expectation the sum.
	Cells []Cell
	Whole Cell
}

// Tree lists the rows for a viewer: the teams whose plans he may know with the people given in them, people before teams, then the people
// whose teams he does not oversee. The person "" has the records that have no owner.
func Tree(d *org.Directory, viewer string, people []string) []Row {
	var rows []Row
	people = slices.Compact(slices.Sorted(slices.Values(people)))
	peopled := map[string]bool{} // teams with somebody in them or below
	for _, id := range people {
		seen := map[string]bool{}
		for key := d.TeamOf(id); key != "" && !seen[key]; {
			t, ok := d.Team(key)
			if !ok {
				break
			}
			seen[key], peopled[key], key = true, true, t.Parent
		}
	}
	sees := func(key string) bool { return MaySee(d, viewer, Subject{"team", key}) }
	placed, walked := map[string]bool{}, map[string]bool{}
	add := func(s Subject, parent int) int {
		r := Row{Subject: s, Parent: parent, Sees: s.ID != "" && MaySee(d, viewer, s), Plans: s.ID != "" && MayPlan(d, viewer, s)}
		if parent >= 0 {
			r.Depth = rows[parent].Depth + 1
		}
		rows = append(rows, r)
		return len(rows) - 1
	}
	var walk func(key string, parent int)
	walk = func(key string, parent int) {
		if walked[key] || !peopled[key] {
			return
		}
		walked[key] = true
		at := add(Subject{"team", key}, parent)
		for _, id := range people {
			if d.TeamOf(id) == key {
				placed[id] = true
				add(Subject{"user", id}, at)
			}
		}
		for _, t := range d.Teams() {
			if t.Parent == key {
				walk(t.Key, at)
			}
		}
	}
	for _, t := range d.Teams() {
		if _, known := d.Team(t.Parent); sees(t.Key) && (!known || !sees(t.Parent)) {
			walk(t.Key, -1)
		}
	}
	for _, id := range people {
		if !placed[id] {
			add(Subject{"user", id}, -1)
		}
	}
	return rows
}

// Roll fills rows with the months' figures and sums them up from the bottom, and answers the whole, month by month. Counted: what is expected is a
// number of records, not an amount. The whole has no target when there is a row at the top whose target the viewer may not know.
func Roll(rows []Row, months []Month, actuals Actuals, targets, calls Plans, counted bool) []Cell {
	total := Row{Sees: true, Cells: make([]Cell, len(months))}
	for i := range rows {
		rows[i].Cells = make([]Cell, len(months))
	}
	for i := len(rows) - 1; i >= 0; i-- {
		r := &rows[i]
		up := &total
		if r.Parent >= 0 {
			up = &rows[r.Parent]
		} else if !r.Sees && r.Subject.ID != "" {
			total.Sees = false
		}
		for m := range months {
			c := &r.Cells[m]
			if r.Subject.Kind == "user" {
				c.Actual = actuals[r.Subject.ID][months[m]]
				c.Expected = c.Computed()
				if counted {
					c.Expected = decimal.NewFromInt(c.WonCount + c.OpenCount)
				}
			}
			if r.Sees {
				if c.Own = targets.Of(r.Subject, months[m]); c.Own != nil {
					c.Target = &c.Own.Value
				}
			}
			if r.Plans {
				if c.Call = calls.Of(r.Subject, months[m]); c.Call != nil {
					c.Expected = c.Call.Value
				}
			}
			into := &up.Cells[m]
			into.Actual = into.Actual.add(c.Actual)
			into.Expected = into.Expected.Add(c.Expected)
			if c.Target != nil {
				into.Target = plus(into.Target, *c.Target)
			}
		}
		r.Whole = Whole(r.Cells)
	}
	if !total.Sees {
		for m := range total.Cells {
			total.Cells[m].Target = nil
		}
	}
	return total.Cells
}

// Whole sums months up.
func Whole(cells []Cell) Cell {
	var out Cell
	for _, c := range cells {
		out.Actual = out.Actual.add(c.Actual)
		out.Expected = out.Expected.Add(c.Expected)
		if c.Target != nil {
			out.Target = plus(out.Target, *c.Target)
		}
	}
	return out
}

func plus(a *decimal.Decimal, b decimal.Decimal) *decimal.Decimal {
	if a != nil {
		b = a.Add(b)
	}
	return &b
}

// Share is part of whole in percent with one decimal, half up; nil without a whole to be part of.
func Share(part decimal.Decimal, of *decimal.Decimal) *decimal.Decimal {
	if of == nil || !of.IsPositive() {
		return nil
	}
	out := part.Mul(decimal.New(100, 0)).DivRound(*of, 1)
	return &out
}
