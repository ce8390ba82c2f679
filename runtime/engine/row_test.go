package engine

import (
	"encoding/json"
	"reflect"
	"testing"

	"pipewright/runtime/store"
)

// TestRowReader: whatever order a store brings the members in, a row is the state but for what a list does not show.
func TestRowReader(t *testing.T) {
	t.Parallel()
	const state = `{"id": "DEAL-1", "form": "deal", "rev": 3, "data": {"name": "a\\\"}b", "lines": [{"q": 1}, {"q": 2}], "amount": {"m": -5, "c": "CNY"}, "tags": ["x"]},
		"touched": {"name": 2}, "entered": {"new": "2026-01-01T00:00:00Z"}, "people": [{"user": "li", "why": "owner"}], "title": "甲", "createdAt": "2026-01-02T00:00:00Z"}`
	want, err := decodeRecord(store.Doc{Body: json.RawMessage(`{"state": ` + state + `}`)})
	if err != nil {
		t.Fatal(err)
	}
	whole, err := decodeState(store.Doc{Body: json.RawMessage(`{"ops": "x", "state": ` + state + `}`)})
	if err != nil || !reflect.DeepEqual(whole.State, want.State) {
		t.Errorf("whole: %+v, want %+v (%v)", whole.State, want.State, err)
	}
	delete(want.State.Data, "lines")
	want.State.Touched, want.State.Entered = nil, nil
	r := &rowReader{brief: true, bulk: map[string]bool{"lines": true}}
	for _, body := range []string{
		`{"state": ` + state + `, "ops": "x"}`, `{"ops":"},{","pending":[{"n":1,"events":[{"event":{"state":1}}]}],"state":` + state + `}`, "{ \"chain\" : {} , \"state\" : " + state + "\n}",
	} {
		s, err := r.state(store.Doc{ID: "DEAL-1", Body: json.RawMessage(body)})
		if err != nil || !reflect.DeepEqual(s, want.State) {
			t.Errorf("%s: %+v, want %+v (%v)", body, s, want.State, err)
		}
	}
	for _, body := range []string{`{}`, `{"fence":true}`, `null`} {
		if s, err := r.state(store.Doc{Body: json.RawMessage(body)}); s != nil || err != nil {
			t.Errorf("%s: %+v %v", body, s, err)
		}
	}
	for _, body := range []string{``, `[]`, `{"state":`, `{"state":{"id":"x"`, `{"state":{"data":{"a":1.5}}}`, `{"state":{"id":}}`, `{"state":{"data":{"a":1 2}}}`, `{"state" 1}`} {
		if _, err := r.state(store.Doc{Body: json.RawMessage(body)}); err == nil {
			t.Errorf("%s is read", body)
		}
	}
}
