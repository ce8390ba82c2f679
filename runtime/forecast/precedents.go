package forecast

import (
	"cmp"
	"slices"
	"time"
)

const (
	// MinPrecedents is how many closed records anything is said of at least: of fewer it would say too little, and too much of each.
	MinPrecedents = 10
	// mostHabits is how many habits of won records are told.
	mostHabits = 3
)

// Past is what a closed record says to those that stand where it once stood. It holds nothing of what the record was about.
type Past struct {
	Won bool
	// Stays are its stays in stages, in their order.
	Stays []Stay
	// Steps are the items of checklists and the activities it might have done, and whether it had.
	Steps map[Step]bool
}

// Step is an item of a stage's checklist, or an activity of the stage.
type Step struct {
	Stage string `json:"stage"`
	Kind  string `json:"kind"` // "checklist" or "activity"
	Key   string `json:"key"`
}

// Stay is one in a stage: how long, and to which stage it went from there; "" when it did not leave.
type Stay struct {
	Stage, To string
	Took      time.Duration
}

// Precedents are what the closed records that stood in a stage did.
type Precedents struct {
	// Won were won in the end, Other ended otherwise; each counts once, however often it came back.
	Won   int `json:"won"`
	Other int `json:"other"`
	// Ways are where the won ones went on to when they left for the last time, the most taken first.
	Ways []Way `json:"ways,omitempty"`
	// WonTook and OtherTook are how long the last stay took.
	WonTook   Took `json:"wonTook,omitzero"`
	OtherTook Took `json:"otherTook,omitzero"`
	// Habits are what the won ones did more often than the others, the greatest difference first.
	Habits []Habit `json:"habits,omitempty"`
}

// Way is a stage that so many went on to, and how long they had stayed.
type Way struct {
	To   string `json:"to"`
	N    int    `json:"n"`
	Took Took   `json:"took"`
}

// Took is how long N stays took: half of them no longer than Median, nine of ten no longer than Most.
type Took struct {
	N      int           `json:"n"`
	Median time.Duration `json:"median"`
	Most   time.Duration `json:"most"`
}

// Habit is a step with how many of those that might have done it did.
type Habit struct {
	Step
	Won     int `json:"won"`
	WonOf   int `json:"wonOf"`
	Other   int `json:"other"`
	OtherOf int `json:"otherOf"`
}

// Telling says whether so many of the won and of the others that did a step tell of a difference: enough of both, more than half of the won, and
// a share of the won that is at least a fifth of all above that of the others.
func (h Habit) Telling() bool {
	if h.WonOf < MinPrecedents || h.OtherOf < MinPrecedents {
		return false
	}
	return 2*h.Won > h.WonOf && 5*h.ahead() >= h.WonOf*h.OtherOf
}

// ahead is how far the share of the won is above that of the others, times WonOf × OtherOf.
func (h Habit) ahead() int { return h.Won*h.OtherOf - h.Other*h.WonOf }

// Learn tells what closed records did, by the stage they stood in. Groups of fewer than MinPrecedents are left out: the ways and the time of the
// won where few were won, the time of the others where few ended otherwise, and a stage where few stood.
func Learn(past []Past) map[string]Precedents {
	type figures struct {
		won, other int
		wonTook    []time.Duration
		otherTook  []time.Duration
		ways       map[string][]time.Duration
		habits     map[Step]*Habit
	}
	by := map[string]*figures{}
	for i := range past {
		p := &past[i]
		last := map[string]Stay{} // a record that came back is told by the stay that it left for good
		for _, s := range p.Stays {
			last[s.Stage] = s
		}
		for stage, s := range last {
			f := by[stage]
			if f == nil {
				f = &figures{ways: map[string][]time.Duration{}, habits: map[Step]*Habit{}}
				by[stage] = f
			}
			if p.Won {
				f.won++
				if s.To != "" {
					f.wonTook = append(f.wonTook, s.Took)
					f.ways[s.To] = append(f.ways[s.To], s.Took)
				}
			} else {
				f.other++
				if s.To != "" {
					f.otherTook = append(f.otherTook, s.Took)
				}
			}
			for step, did := range p.Steps {
				if step.Stage != stage {
					continue
				}
				h := f.habits[step]
				if h == nil {
					h = &Habit{Step: step}
					f.habits[step] = h
				}
				h.count(p.Won, did)
			}
		}
	}
	out := map[string]Precedents{}
	for stage, f := range by {
		if f.won+f.other < MinPrecedents {
			continue
		}
		p := Precedents{Won: f.won, Other: f.other, WonTook: took(f.wonTook), OtherTook: took(f.otherTook)}
		if p.WonTook.N > 0 {
			for to, list := range f.ways {
				p.Ways = append(p.Ways, Way{To: to, N: len(list), Took: took(list)})
			}
			slices.SortFunc(p.Ways, func(a, b Way) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.To, b.To)) })
		}
		for _, h := range f.habits {
			if h.Telling() {
				p.Habits = append(p.Habits, *h)
			}
		}
		slices.SortFunc(p.Habits, func(a, b Habit) int {
			return cmp.Or(cmp.Compare(b.ahead()*a.WonOf*a.OtherOf, a.ahead()*b.WonOf*b.OtherOf), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Key, b.Key))
		})
		p.Habits = p.Habits[:min(len(p.Habits), mostHabits)]
		out[stage] = p
	}
	return out
}

func (h *Habit) count(won, did bool) {
	n, of := &h.Other, &h.OtherOf
	if won {
		n, of = &h.Won, &h.WonOf
	}
	*of++
	if did {
		*n++
	}
}

// took tells how long stays took; nothing of too few.
func took(list []time.Duration) Took {
	if len(list) < MinPrecedents {
		return Took{}
	}
	slices.Sort(list)
	out := Took{N: len(list)}
	out.Median, _ = Rank(list, 50)
	out.Most, _ = Rank(list, 90)
	return out
}
