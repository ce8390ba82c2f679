package forecast

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const aDay = 24 * time.Hour

// pastOf makes n closed records that stayed so many days in a stage before they went on.
func pastOf(n int, won bool, to string, days int, did ...string) []Past {
	var out []Past
	for range n {
		p := Past{Won: won, Stays: []Stay{{"talk", to, time.Duration(days) * aDay}, {to, "", 0}}, Steps: map[Step]bool{}}
		for _, key := range []string{"demo", "visit"} {
			p.Steps[Step{"talk", "checklist", key}] = slices.Contains(did, key)
		}
		out = append(out, p)
	}
	return out
}

func TestLearn(t *testing.T) {
	t.Parallel()
	past := slices.Concat(pastOf(9, true, "offer", 5, "demo"), pastOf(3, true, "sign", 30, "demo", "visit"), pastOf(8, false, "lost", 40, "visit"), pastOf(2, false, "lost", 60, "demo"))
	got := Learn(past)["talk"]
	want := Precedents{Won: 12, Other: 10, Ways: []Way{{To: "offer", N: 9}, {To: "sign", N: 3}}, WonTook: Took{12, 5 * aDay, 30 * aDay}, OtherTook: Took{10, 40 * aDay, 60 * aDay},
		Habits: []Habit{{Step{"talk", "checklist", "demo"}, 12, 12, 2, 10}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if got := Learn(pastOf(9, true, "offer", 5)); len(got) != 0 {
		t.Errorf("of nine records: %+v", got)
	}
	// One that came back is told by its last stay, and counts once.
	back := Past{Won: true, Stays: []Stay{{"talk", "offer", 90 * aDay}, {"offer", "talk", aDay}, {"talk", "offer", 2 * aDay}, {"offer", "won", aDay}}}
	if got := Learn(slices.Repeat([]Past{back}, 10)); got["talk"].Won != 10 || got["talk"].WonTook != (Took{10, 2 * aDay, 2 * aDay}) || got["offer"].Ways[0] != (Way{"won", 10, Took{10, aDay, aDay}}) {
		t.Errorf("that came back: %+v", got)
	}
}

func TestTelling(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		h    Habit
		want bool
	}{
		{Habit{Won: 10, WonOf: 10, Other: 0, OtherOf: 10}, true}, {Habit{Won: 9, WonOf: 9, Other: 0, OtherOf: 10}, false}, {Habit{Won: 10, WonOf: 10, Other: 0, OtherOf: 9}, false},
		{Habit{Won: 7, WonOf: 10, Other: 5, OtherOf: 10}, true}, {Habit{Won: 7, WonOf: 10, Other: 6, OtherOf: 10}, false}, {Habit{Won: 5, WonOf: 10, Other: 0, OtherOf: 10}, false},
		{Habit{Won: 6, WonOf: 10, Other: 10, OtherOf: 10}, false}, {Habit{}, false},
	} {
		if got := c.h.Telling(); got != c.want {
			t.Errorf("%+v: %v", c.h, got)
		}
	}
}

// Whatever the past is like: nothing is told of few, no figure exceeds what it is of, and the order of the records says nothing.
func TestLearnHolds(t *testing.T) {
	t.Parallel()
	stages := []string{"a", "b", "c", "ab"}
	rapid.Check(t, func(t *rapid.T) {
		var past []Past
		for range rapid.IntRange(0, 60).Draw(t, "records") {
			p := Past{Won: rapid.Bool().Draw(t, "won"), Steps: map[Step]bool{}}
			at := rapid.SampledFrom(stages).Draw(t, "first")
			for range rapid.IntRange(0, 4).Draw(t, "stays") {
				to := rapid.SampledFrom(append([]string{""}, stages...)).Draw(t, "to")
				p.Stays = append(p.Stays, Stay{at, to, time.Duration(rapid.IntRange(0, 1000).Draw(t, "took")) * time.Hour})
				if at = to; at == "" {
					break
				}
			}
			for range rapid.IntRange(0, 3).Draw(t, "steps") {
				p.Steps[Step{rapid.SampledFrom(stages).Draw(t, "stage"), rapid.SampledFrom([]string{"checklist", "activity"}).Draw(t, "kind"), fmt.Sprint(rapid.IntRange(0, 5).Draw(t, "key"))}] = rapid.Bool().Draw(t, "did")
			}
			past = append(past, p)
		}
		got := Learn(past)
		for stage, p := range got {
			stood, won := 0, 0
			for _, one := range past {
				if slices.ContainsFunc(one.Stays, func(s Stay) bool { return s.Stage == stage }) {
					stood++
					if one.Won {
						won++
					}
				}
			}
			if p.Won != won || p.Won+p.Other != stood || stood < MinPrecedents {
				t.Fatalf("%s: %d and %d of %d, %d", stage, p.Won, p.Other, won, stood)
			}
			sum := 0
			for i, w := range p.Ways {
				sum += w.N
				if w.N < 1 || i > 0 && p.Ways[i-1].N < w.N || w.Took.N != 0 && w.Took.N != w.N {
					t.Fatalf("%s: ways %+v", stage, p.Ways)
				}
			}
			if sum != p.WonTook.N || sum > p.Won {
				t.Fatalf("%s: %d went on, of %+v", stage, sum, p)
			}
			for _, took := range append([]Took{p.WonTook, p.OtherTook}, Took{}) {
				if took.N != 0 && took.N < MinPrecedents || took.Median > took.Most || took.N == 0 && took.Most != 0 {
					t.Fatalf("%s: %+v", stage, took)
				}
			}
			for _, h := range p.Habits {
				if h.Stage != stage || !h.Telling() || h.Won > h.WonOf || h.Other > h.OtherOf || h.WonOf > p.Won || h.OtherOf > p.Other {
					t.Fatalf("%s: %+v of %+v", stage, h, p)
				}
			}
		}
		other := rapid.Permutation(past).Draw(t, "order")
		if again := Learn(other); !reflect.DeepEqual(again, got) {
			t.Fatalf("in another order\n%+v\n%+v", again, got)
		}
	})
}
