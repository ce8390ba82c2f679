package designer

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pipewright/runtime/store/storetest"
)

// A save that is cut short at any write leaves the draft as it was or as it was to be, and every save before it in the history.
func TestSaveCutShort(t *testing.T) {
	t.Parallel()
	for _, fault := range []storetest.Fault{storetest.Before, storetest.After, storetest.Lost} {
		for n := 1; n <= 2; n++ {
			var fail bool
			d := open(t, func(c *Config) {
				writes := 0
				c.Store = storetest.Faulty(c.Store, func(call storetest.Call) storetest.Fault {
					if fail && call.W > 0 {
						if writes++; writes == n {
							return fault
						}
					}
					return storetest.None
				})
			})
			if _, err := d.CreateApp(t.Context(), "ann", []byte(shop)); err != nil {
				t.Fatal(err)
			}
			saveName(t, d, "ann", "Shop 2", 1)
			fail = true
			_, _, err := d.Save(t.Context(), "shop", "ann", 2, []byte(strings.Replace(shop, `"name": "Shop"`, `"name": "Shop 3"`, 1)))
			if err == nil {
				t.Fatalf("write %d of a save did not fail", n)
			}
			now, err := d.Draft(t.Context(), "shop")
			if err != nil || !strings.Contains(now.Definition, fmt.Sprintf(`"Shop %d"`, now.Rev)) {
				t.Errorf("fault %v at write %d: save %d %v", fault, n, now.Rev, err)
			}
			saveName(t, d, "bob", fmt.Sprintf("Shop %d", now.Rev+1), now.Rev)
			points, _, err := d.History(t.Context(), "shop", 0)
			if err != nil || int64(len(points)) != now.Rev+1 {
				t.Errorf("fault %v at write %d: the history holds %v, %v", fault, n, points, err)
			}
			for _, p := range points[:len(points)-1] {
				if past, err := d.Past(t.Context(), "shop", p.Rev); err != nil || !strings.Contains(past.Definition, fmt.Sprintf(`"Shop %d"`, p.Rev)) {
					t.Errorf("fault %v at write %d: save %d is another: %v", fault, n, p.Rev, err)
				}
			}
		}
	}
}

func TestHistoryIsThinned(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	now := time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC)
	d := open(t, func(c *Config) { c.Now = func() time.Time { return now } })
	if _, err := d.CreateApp(ctx, "ann", []byte(shop)); err != nil {
		t.Fatal(err)
	}
	rev := int64(1)
	saveAt := func(at time.Time, name string) int64 {
		now = at
		saveName(t, d, "ann", name, rev)
		rev++
		return rev
	}
	day := func(n int, hour, minute int) time.Time {
		return time.Date(2026, 11, 22, hour, minute, 0, 0, time.UTC).AddDate(0, 0, -n)
	}
	saveAt(day(500, 8, 0), "m1")
	month := saveAt(day(500, 9, 0), "m2")
	saveAt(day(100, 8, 0), "d1")
	goneBackTo := saveAt(day(100, 8, 1), "here")
	published := saveAt(day(100, 8, 2), "release")
	if _, err := d.Publish(ctx, PublishInput{App: "shop", User: "ann", AcceptWarnings: true}); err != nil {
		t.Fatal(err)
	}
	daily := saveAt(day(100, 20, 0), "d2")
	saveAt(day(20, 8, 0), "h1")
	hourly := saveAt(day(20, 8, 59), "h2")
	next := saveAt(day(20, 9, 0), "h3")
	a := saveAt(day(2, 8, 0), "e1")
	b := saveAt(day(2, 8, 1), "here")
	saveAt(day(0, 8, 0), "now")
	revs := func() (out []int64) {
		points, _, err := d.History(ctx, "shop", 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range points {
			out = append(out, p.Rev)
		}
		slices.Reverse(out)
		return out
	}
	all := revs()
	if int64(len(all)) != rev {
		t.Fatalf("before: %v", all)
	}
	// Of two saves kept before the history had columns for it, one goes.
	for _, old := range []int64{2, month} {
		doc, err := d.Store.Get(ctx, historyColl, historyID("shop", old))
		if err != nil {
			t.Fatal(err)
		}
		doc.Ver++
		doc.Cols = map[string]any{"app": "shop", "rev": old}
		if err := d.Store.Replace(ctx, historyColl, doc, doc.Ver-1); err != nil {
			t.Fatal(err)
		}
	}
	want := []int64{1, month, goneBackTo, published, daily, hourly, next, a, b, rev}
	for range 2 {
		if err := d.ThinHistory(ctx); err != nil {
			t.Fatal(err)
		}
		if got := revs(); !slices.Equal(got, want) {
			t.Fatalf("kept %v, want %v", got, want)
		}
	}
	if _, err := d.Past(ctx, "shop", 2); code(err) != "not.found" {
		t.Errorf("a save that was not kept: %v", err)
	}
	// Years later one of each month is left, with what was published and gone back to.
	now = now.AddDate(3, 0, 0)
	if err := d.ThinHistory(ctx); err != nil {
		t.Fatal(err)
	}
	if got := revs(); !slices.Equal(got, []int64{1, month, goneBackTo, published, daily, b, rev}) {
		t.Errorf("years later: %v", got)
	}
}
