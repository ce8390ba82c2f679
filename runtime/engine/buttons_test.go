package engine

import (
	"errors"
	"slices"
	"testing"

	"pipewright/runtime/process"
)

// TestButton: pressed twice under one key it runs once; what its condition does not allow, and whom it is not for, is refused.
func TestButton(t *testing.T) {
	t.Parallel()
	w := debtor(t, `{"key": "remind", "name": "Remind", "on": {"button": "Remind", "form": "debt", "by": ["rep"]}, "if": "(note ?? '') != 'paid'", "do": [{"set": {"told": "(told ?? 0) + 1"}}]}`)
	id := w.debt("debt", `{"name": "debt"}`)
	press := process.Command{Kind: process.Press, ID: id, Item: "remind", Op: "once"}
	w.do("rep.li", press)
	w.do("rep.li", press)
	w.runDue()
	if got := w.valueOf(id, "told"); got != `"1"` {
		t.Error(got)
	}
	v, err := w.e.Record(t.Context(), "rep.li", id)
	w.must(err)
	if b := v.Inspection.Buttons; len(b) != 1 || !b[0].Ready {
		t.Errorf("buttons %+v", b)
	}
	w.do("rep.li", process.Command{Kind: process.Edit, ID: id, Data: data(`{"note": "paid"}`)})
	if code := w.refused("rep.li", process.Command{Kind: process.Press, ID: id, Item: "remind", Op: "again"}); code != "button.notNow" {
		t.Error(code)
	}
	if code := w.refused("ops.wu", process.Command{Kind: process.Press, ID: id, Item: "remind", Op: "other"}); code != "not.found" {
		t.Error(code)
	}
}

// TestPressMany: each record has its own answer, and a repeated operation does nothing twice.
func TestPressMany(t *testing.T) {
	t.Parallel()
	w := debtor(t, `{"key": "remind", "name": "Remind", "on": {"button": "Remind", "form": "debt", "by": ["rep"]}, "if": "(note ?? '') != 'paid'", "do": [{"set": {"told": "(told ?? 0) + 1"}}]}`)
	one, two, paid := w.debt("one", `{"name": "one"}`), w.debt("two", `{"name": "two"}`), w.debt("paid", `{"name": "paid", "note": "paid"}`)
	ids := []string{one, paid, two, "nothing", one}
	said := func(user, app, key string) (out []string) {
		t.Helper()
		done, err := w.e.PressMany(t.Context(), user, app, "remind", ids, key)
		w.must(err)
		for i, d := range done {
			if d.ID != ids[i] {
				t.Fatalf("%d is about %s", i, d.ID)
			}
			code := "ok"
			if r := (*process.Rejection)(nil); errors.As(d.Err, &r) {
				code = r.Code
			}
			out = append(out, code)
		}
		return out
	}
	want := []string{"ok", "button.notNow", "ok", "not.found", "bad.request"}
	for range 2 {
		if got := said("rep.li", "debts", "once"); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	for name, got := range map[string][]string{"of somebody else": said("ops.wu", "debts", "other"), "of another app": said("rep.li", "other", "another")} {
		if want := []string{"not.found", "not.found", "not.found", "not.found", "bad.request"}; !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	w.runDue()
	for id, told := range map[string]string{one: `"1"`, two: `"1"`, paid: ""} {
		if got := w.valueOf(id, "told"); got != told {
			t.Errorf("%s was told %s times, want %s", id, got, told)
		}
	}
	if _, err := w.e.PressMany(t.Context(), "rep.li", "debts", "remind", make([]string, 101), "much"); err == nil {
		t.Error("101 records at once")
	}
}
