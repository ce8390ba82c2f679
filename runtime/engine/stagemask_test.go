package engine

import (
	"bytes"
	"os"
	"testing"

	"pipewright/runtime/process"
)

// What a stage hides from everybody (a sealed bid) is not found out by asking: not by a filter, an order, a search, the title or a file.
func TestWhatAStageHidesIsNotAskedOut(t *testing.T) {
	t.Parallel()
	w := signWorld(t)
	text, err := os.ReadFile("testdata/signs.json")
	w.must(err)
	for _, r := range [][2]string{{`"goal": "g", "kind": "work"}`, `"goal": "g", "kind": "work", "fields": {"edit": ["name", "amount", "note"], "hide": ["secret", "scan"]}}`},
		{`{"key": "secret", "type": "text", "name": "Secret"}`, `{"key": "secret", "type": "text", "name": "Secret", "filter": true, "sort": true, "search": true}, {"key": "scan", "type": "attachment", "name": "Scan"}`}} {
		text = bytes.Replace(text, []byte(r[0]), []byte(r[1]), 1)
	}
	w.defs["signs"] = []*process.App{compileData(t, text, 1)}
	w.must(w.e.Prepare(t.Context(), nil, w.defs["signs"][0]))
	scan, err := w.e.SaveFile(t.Context(), "ops.wu", "bid.pdf", "application/pdf", []byte("%PDF"), nil)
	w.must(err)
	add := func(stage string) string {
		t.Helper()
		res, err := w.e.Do(t.Context(), Request{service: true, Command: process.Command{Kind: process.Import, App: "signs", Form: "paper", Op: stage, Owner: "rep.li", Stage: stage, Created: monday, Closed: monday,
			Data: data(`{"name": "` + stage + `", "secret": "sesame", "scan": [{"id": "` + scan.ID + `"}]}`)}})
		w.must(err)
		return res.State.ID
	}
	open, won := add("open"), add("won")
	for _, ask := range []ListQuery{{Where: "secret == 'sesame'"}, {Where: "not (secret == 'other')"}, {Sort: []string{"-secret"}}, {Text: "sesame"}} {
		ask.App, ask.Form = "signs", "paper"
		found, _, err := w.e.List(t.Context(), "rep.li", ask)
		w.must(err)
		if len(found) != 1 || found[0].State.ID != won {
			t.Errorf("%+v finds %d records", ask, len(found))
		}
	}
	if found, err := w.e.Search(t.Context(), "rep.li", "sesame", 9); err != nil || len(found) != 1 || found[0].ID != won {
		t.Errorf("the search finds %+v %v", found, err)
	}
	for id, want := range map[string]bool{open: false, won: true} {
		if may, err := w.e.MayOpen(t.Context(), "rep.li", scan, id); err != nil || may != want {
			t.Errorf("the file of %s opens: %v %v", id, may, err)
		}
	}
}
