package server

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"pipewright/runtime/store"
)

// While a release's columns are being built, what needs them says so, and what does not is shown.
func TestWhileColumnsAreBuilt(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("cycle9")
	c := w.as("mgr.wang")
	form := c.must("GET", "/api/apps/cycle9/boards/board", nil).str("form")
	records := "/api/apps/cycle9/forms/" + form + "/records"
	noted := json.RawMessage(`{"rec_cycle9_` + form + `": {"app": "cycle9", "form": "` + form + `", "gen": "x", "columns": ["weighted"], "total": 200, "done": 90}}`)
	if err := w.store.Insert(t.Context(), "leases", store.Doc{ID: "building", Ver: 1, Cols: map[string]any{"kind": "building"}, Body: noted}); err != nil {
		t.Fatal(err)
	}
	w.clock.add(1e9)
	told := c.refused(http.StatusConflict, "index.building", "GET", records+"?sort=-weighted", nil)
	if said := told.str("error.message"); !strings.Contains(said, "45 %") {
		t.Error(said)
	}
	c.refused(http.StatusConflict, "index.building", "GET", records+"?where=weighted+%3E+0", nil)
	if n := c.must("GET", records+"?sort=title", nil).len("items"); n == 0 {
		t.Error("nothing is listed by title")
	}
	cards := c.must("GET", "/api/apps/cycle9/dashboards/home", nil)
	building, shown := "", 0
	for i := range cards.len("cards") {
		card := cards.get("cards").([]any)[i].(map[string]any)
		if card["building"] != nil {
			building += card["key"].(string) + " "
		} else {
			shown++
		}
	}
	if !strings.Contains(building, "expected ") || shown == 0 {
		t.Errorf("being built: %s, shown: %d", building, shown)
	}
}
