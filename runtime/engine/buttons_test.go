package engine

import (
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
