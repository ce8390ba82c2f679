package designer

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func saveName(t *testing.T, d *Designer, user, name string, rev int64) {
	t.Helper()
	if _, _, err := d.Save(t.Context(), "shop", user, rev, []byte(strings.Replace(shop, `"name": "Shop"`, `"name": "`+name+`"`, 1))); err != nil {
		t.Fatal(err)
	}
}

func TestEverySaveOfADraftIsKept(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	d := open(t)
	if _, err := d.CreateApp(ctx, "ann", []byte(shop)); err != nil {
		t.Fatal(err)
	}
	for i := range int64(historyPage + 5) {
		saveName(t, d, []string{"ann", "bob"}[i%2], fmt.Sprintf("Shop %d", i+2), i+1)
	}
	newest := int64(historyPage + 6)
	var revs []int64
	before := int64(0)
	for {
		points, more, err := d.History(ctx, "shop", before)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range points {
			revs = append(revs, p.Rev)
		}
		if !more {
			break
		}
		before = points[len(points)-1].Rev
	}
	if int64(len(revs)) != newest || revs[0] != newest || revs[len(revs)-1] != 1 {
		t.Fatalf("the history holds %v", revs)
	}
	for _, rev := range []int64{1, 7, newest} {
		want := "Shop"
		if rev > 1 {
			want = fmt.Sprintf("Shop %d", rev)
		}
		past, err := d.Past(ctx, "shop", rev)
		if err != nil || past.Rev != rev || !strings.Contains(past.Definition, `"`+want+`"`) {
			t.Errorf("save %d: %v %v", rev, past.Definition[:60], err)
		}
		text, err := d.Definition(ctx, "shop", fmt.Sprintf("r%d", rev))
		if err != nil || text != past.Definition {
			t.Errorf("r%d for comparing: %v", rev, err)
		}
	}
	if _, err := d.Past(ctx, "shop", newest+1); code(err) != "not.found" {
		t.Errorf("a save that never was: %v", err)
	}
	if _, _, err := d.History(ctx, "nothing", 0); code(err) != "not.found" {
		t.Errorf("history of no app: %v", err)
	}
}

func TestWhoElseEdits(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	now := time.Date(2026, 11, 22, 1, 2, 3, 0, time.UTC)
	d := open(t, func(c *Config) { c.Now = func() time.Time { return now } })
	if _, err := d.CreateApp(ctx, "ann", []byte(shop)); err != nil {
		t.Fatal(err)
	}
	here := func(user, place string, gone bool) []Editor {
		t.Helper()
		others, err := d.Here(ctx, "shop", user, place, gone)
		if err != nil {
			t.Fatal(err)
		}
		return others
	}
	if got := here("ann", "forms", false); len(got) != 0 {
		t.Fatalf("ann is alone, but sees %v", got)
	}
	got := here("bob", "/forms/deal", false)
	if len(got) != 1 || got[0].User != "ann" || got[0].Place != "forms" {
		t.Fatalf("bob sees %v", got)
	}
	now = now.Add(40 * time.Second)
	if got := here("ann", "rules", false); len(got) != 1 || got[0].Place != "/forms/deal" {
		t.Fatalf("ann sees %v", got)
	}
	now = now.Add(40 * time.Second)
	if got := here("ann", "rules", false); len(got) != 0 {
		t.Fatalf("bob said nothing for 80 s, and ann still sees %v", got)
	}
	here("ann", "", true)
	here("ann", "", true)
	if got := here("bob", "", false); len(got) != 0 {
		t.Fatalf("ann left, and bob still sees %v", got)
	}
	if _, err := d.Here(ctx, "shop", "bob", strings.Repeat("x", MaxPlace+1), false); code(err) != "bad.request" {
		t.Errorf("a long place: %v", err)
	}
	if _, err := d.Here(ctx, "nothing", "bob", "", false); code(err) != "not.found" {
		t.Errorf("no app: %v", err)
	}
}
