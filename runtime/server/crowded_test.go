package server

import "testing"

// TestOthersWereFirst: who loses every race for a record is told what it came to, and has changed nothing.
func TestOthersWereFirst(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("b2b")
	rep, manager := w.as("rep.li"), w.as("mgr.wang")
	id := deal(t, rep, "0.15")
	record := "/api/records/" + id
	before := rep.must("GET", record, nil)

	w.store.busy.Store(true)
	for path, send := range map[string]func() answer{
		"patch": func() answer {
			return rep.refused(409, "conflict", "PATCH", record, object{"data": object{"name": "别的名称"}})
		},
		"assign": func() answer {
			return manager.refused(409, "conflict", "POST", record+"/assign", object{"owner": "rep.chen"})
		},
	} {
		if a := send(); a.str("error.current.id") != id || a.str("error.current.rev") != before.str("rev") || a.str("error.current.data.name") != before.str("data.name") {
			t.Errorf("%s: %s", path, a.raw)
		}
	}
	w.store.busy.Store(false)
	if after := rep.must("GET", record, nil); after.str("rev") != before.str("rev") {
		t.Errorf("%s", after.raw)
	}
}
