package live

import (
	"bytes"
	"encoding/json"
	"maps"
	"testing"
)

// TestChanges goes through the corpus as a person does, from one case to the next: only the fields that differ are sent, and what is answered, put
// over what was answered before, is what the whole case gives.
func TestChanges(t *testing.T) {
	t.Parallel()
	type request = struct {
		Old, New map[string]json.RawMessage
		Now      json.RawMessage
	}
	changed, spared := 0, 0
	for i, f := range readCorpus(t) {
		whole, typing := &Desk{}, &Desk{}
		wholeID, _ := opened(t, whole, f.Open)
		typingID, _ := opened(t, typing, f.Open)
		var before request
		var have Answer
		for j, c := range f.Cases {
			var next request
			if err := json.Unmarshal(c.In, &next); err != nil {
				t.Fatal(err)
			}
			want := decodeAnswer(t, answer(t, whole, wholeID, c.In))
			if j == 0 || !sameValues(before.Old, next.Old) {
				have = decodeAnswer(t, answer(t, typing, typingID, c.In))
			} else {
				sent := map[string]json.RawMessage{}
				for k, v := range next.New {
					if !bytes.Equal(before.New[k], v) {
						sent[k] = v
					}
				}
				for k := range before.New {
					if _, ok := next.New[k]; !ok {
						sent[k] = json.RawMessage("null")
					}
				}
				spared += len(next.New) - len(sent)
				changed++
				in := must(map[string]any{"changes": true, "new": sent, "now": next.Now})
				have = over(have, decodeAnswer(t, answer(t, typing, typingID, in)))
			}
			before = next
			if got, want := string(must(have)), string(must(want)); got != want {
				t.Fatalf("form %d case %d: by changes %s\nas a whole %s", i, j, got, want)
			}
		}
	}
	if changed < 500 || spared < 500 {
		t.Errorf("%d cases went by changes and spared %d values: that shows little", changed, spared)
	}
}

func decodeAnswer(t *testing.T, text string) Answer {
	t.Helper()
	var a Answer
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		t.Fatal(err)
	}
	return a
}

func sameValues(a, b map[string]json.RawMessage) bool {
	return (a == nil) == (b == nil) && maps.EqualFunc(a, b, func(x, y json.RawMessage) bool { return bytes.Equal(x, y) })
}

// over is what the page does with changes.
func over(before, changes Answer) Answer {
	for _, k := range changes.Gone.Data {
		delete(before.Data, k)
	}
	for _, k := range changes.Gone.Fields {
		delete(before.Fields, k)
	}
	maps.Copy(before.Data, changes.Data)
	maps.Copy(before.Fields, changes.Fields)
	maps.Copy(before.Sections, changes.Sections)
	before.Problems = changes.Problems
	return before
}

func TestChangesOfNothing(t *testing.T) {
	t.Parallel()
	d := &Desk{}
	f := readCorpus(t)[0]
	id, _ := opened(t, d, f.Open)
	if _, err := d.Call("evaluate", withID(id, json.RawMessage(`{"changes":true,"new":{}}`))); err != errNothingKept {
		t.Errorf("got %v", err)
	}
}

// TestRowsTakenOver changes the rows of a table one way after the other: what is taken over of the rows before gives what reading all of them does.
func TestRowsTakenOver(t *testing.T) {
	t.Parallel()
	open := must(map[string]any{"form": "deal", "app": json.RawMessage(`{"key": "shop", "timezone": "UTC", "currency": "CNY", "forms": [{"key": "deal", "name": "Deal", "fields": [
		{"key": "lines", "type": "table", "max": 3, "fields": [{"key": "qty", "type": "number"}, {"key": "double", "type": "number", "calc": "qty * 2"}, {"key": "why", "type": "text", "visibleIf": "qty > 5", "whenHidden": "clear"}]},
		{"key": "total", "type": "number", "calc": "sum(lines, .double)"}]}]}`)})
	whole, typing := &Desk{}, &Desk{}
	wholeID, _ := opened(t, whole, open)
	typingID, _ := opened(t, typing, open)
	var have Answer
	for i, lines := range []string{
		`[]`, `[{"qty": "1"}]`, `[{"qty": "1"}, {"qty": "7", "why": "x"}]`, `[{"qty": "7", "why": "x"}, {"qty": "1"}]`, `[{"qty": "7", "why": "x"}, {"qty": "7", "why": "x"}, {"qty": "1"}]`,
		`[{"qty": "7", "why": "x"}, {"qty": "x"}, {"qty": "1"}]`, `[{"qty": "7", "why": "x"}, {"qty": "5", "why": "y"}, {"qty": "1", "double": "9"}]`, `[{"qty": "1", "double": "9"}, null]`,
		`[{"qty": "1", "double": "9"}, {}]`, `[{}, {}, {}, {}]`, `"x"`, `[{"qty": "3"}]`, `null`, `[{"qty": "3"}]`,
	} {
		at := func(id int, changes bool) json.RawMessage {
			return must(map[string]any{"id": id, "new": map[string]any{"lines": json.RawMessage(lines)}, "changes": changes, "now": "2026-09-30T00:00:00Z"})
		}
		want := decodeAnswer(t, answer(t, whole, wholeID, at(wholeID, false)))
		got := decodeAnswer(t, answer(t, typing, typingID, at(typingID, i > 0)))
		if i == 0 {
			have = got
		} else {
			have = over(have, got)
		}
		if got, want := string(must(have)), string(must(want)); got != want {
			t.Errorf("%s: by changes %s\nas a whole %s", lines, got, want)
		}
	}
}
