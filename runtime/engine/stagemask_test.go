package engine

import (
	"bytes"
	"os"
	"testing"

	"pipewright/runtime/process"
)

// What a stage hides from everybody (a sealed bid) is not found out by asking: not by a filter, an order, a search, the title or a file; nor
// from what is computed of it, unless that is declassified.
func TestWhatAStageHidesIsNotAskedOut(t *testing.T) {
	t.Parallel()
	w := signWorld(t)
	text, err := os.ReadFile("testdata/signs.json")
	w.must(err)
	for _, r := range [][2]string{{`"goal": "g", "kind": "work"}`, `"goal": "g", "kind": "work", "fields": {"edit": ["name", "amount", "note"], "hide": ["secret", "scan"]}}`},
		{`{"key": "secret", "type": "text", "name": "Secret"}`, `{"key": "secret", "type": "text", "name": "Secret", "filter": true, "sort": true, "search": true},
			{"key": "hint", "type": "text", "name": "Hint", "calc": "upper(secret)", "filter": true, "sort": true, "search": true}, {"key": "twice", "type": "text", "name": "Twice", "calc": "hint + hint", "filter": true},
			{"key": "length", "type": "number", "name": "Length", "calc": "len(secret)", "filter": true, "declassify": true}, {"key": "scan", "type": "attachment", "name": "Scan"}`}} {
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
	for _, ask := range []ListQuery{{Where: "secret == 'sesame'"}, {Where: "not (secret == 'other')"}, {Sort: []string{"-secret"}}, {Text: "sesame"},
		{Where: "hint == 'SESAME'"}, {Where: "twice != ''"}, {Sort: []string{"-hint"}}, {Text: "SESAME"}} {
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
	for id, sees := range map[string]bool{open: false, won: true} {
		v, err := w.e.Record(t.Context(), "rep.li", id)
		w.must(err)
		got := v.Data()
		for _, key := range []string{"secret", "hint", "twice"} {
			if (got[key] != nil) != sees || v.Inspection.Result.Fields[key].Masked == sees {
				t.Errorf("%s of the record in %s: %s", key, v.State.Stage, got[key])
			}
		}
		if string(got["length"]) != `"6"` {
			t.Errorf("what is declassified: %s", got["length"])
		}
		form, err := w.e.Evaluate(t.Context(), "rep.li", EvaluateRequest{ID: id, Data: data(`{"name": "other"}`)})
		w.must(err)
		if form.Sees("hint") != sees || form.Sees("twice") != sees || !form.Sees("length") {
			t.Errorf("being filled in, what is computed shows: %v %v %v", form.Sees("hint"), form.Sees("twice"), form.Sees("length"))
		}
	}
	if found, _, err := w.e.List(t.Context(), "rep.li", ListQuery{App: "signs", Form: "paper", Where: "length == 6"}); err != nil || len(found) != 2 {
		t.Errorf("by what is declassified, %d records are found %v", len(found), err)
	}
}

// Who has to decide on a value is shown it whole, though it is computed from what the stage hides.
func TestWhatIsDecidedOnShowsThoughTheStageHidesWhatItIsComputedFrom(t *testing.T) {
	t.Parallel()
	w := signWorld(t)
	text, err := os.ReadFile("testdata/signs.json")
	w.must(err)
	for _, r := range [][2]string{{`"goal": "g", "kind": "work"}`, `"goal": "g", "kind": "work", "fields": {"hide": ["note"]}}`},
		{`{"key": "secret", "type": "text", "name": "Secret"}`, `{"key": "secret", "type": "text", "name": "Secret", "calc": "note + '!'"}`},
		{`{"key": "one", "name": "One", "guards": ["amount"]`, `{"key": "one", "name": "One", "guards": ["amount", "secret"]`}} {
		text = bytes.Replace(text, []byte(r[0]), []byte(r[1]), 1)
	}
	w.defs["signs"] = []*process.App{compileData(t, text, 1)}
	res, err := w.e.Do(t.Context(), Request{service: true, Command: process.Command{Kind: process.Import, App: "signs", Form: "paper", Op: "a", Owner: "rep.li", Stage: "open", Created: monday,
		Data: data(`{"name": "a", "note": "cheap"}`)}})
	w.must(err)
	w.do("rep.li", process.Command{Kind: process.Move, ID: res.State.ID, Transition: "one"})
	for user, sees := range map[string]bool{"rep.li": false, "mgr.wang": true} {
		v, err := w.e.Record(t.Context(), user, res.State.ID)
		w.must(err)
		if got := v.Data(); got["note"] != nil || (got["secret"] != nil) != sees {
			t.Errorf("%s sees %s and %s", user, got["note"], got["secret"])
		}
	}
}
