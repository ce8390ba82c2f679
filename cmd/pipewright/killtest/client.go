package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sync/atomic"

	"pipewright/cmd/pipewright/internal/trial"
)

// definition is an app whose records go round between two stages.
var definition = json.RawMessage(`{
  "spec": "pipewright/1", "key": "killtest", "name": "Kill test", "timezone": "UTC", "currency": "CNY",
  "roles": [{"key": "rep", "name": "Rep"}],
  "forms": [{"key": "thing", "name": "Thing", "fields": [{"key": "name", "type": "text", "name": "Name", "required": true}, {"key": "moved", "type": "number", "name": "Moved", "scale": 0}],
    "grants": [{"role": "rep", "records": "all", "do": ["create", "read", "edit"]}]}],
  "processes": [{"key": "thing", "form": "thing", "name": "Thing", "start": "here",
    "stages": [{"key": "here", "name": "Here", "goal": "wait"}, {"key": "there", "name": "There", "goal": "wait"}, {"key": "gone", "name": "Gone", "end": "done"}],
    "transitions": [{"key": "go", "from": ["here"], "to": "there", "name": "Go", "set": {"moved": "(moved ?? 0) + 1"}}, {"key": "back", "from": ["there"], "to": "here", "name": "Back", "set": {"moved": "(moved ?? 0) + 1"}}, {"key": "end", "from": ["here"], "to": "gone", "name": "End"}]}]
}`)

// writer is one client: it creates records and moves them to and fro.
type writer struct {
	n     int
	api   *trial.API
	acked *atomic.Int64
	moves map[string]int // acknowledged transitions by record
}

// run writes until stop; every request it began it finishes.
func (w *writer) run(ctx context.Context, stop <-chan struct{}) error {
	w.moves = map[string]int{}
	for r := 0; ; r++ {
		var rec struct{ ID, Stage string }
		if err := w.api.Persist(ctx, "/api/apps/killtest/forms/thing/records", map[string]any{"data": map[string]any{"name": fmt.Sprintf("w%d-%d", w.n, r)}}, fmt.Sprintf("w%d-r%d", w.n, r), &rec); err != nil {
			return err
		}
		w.moves[rec.ID] = 0
		for m := range 40 {
			select {
			case <-stop:
				return nil
			default:
			}
			move := "go"
			if rec.Stage == "there" {
				move = "back"
			}
			if err := w.api.Persist(ctx, "/api/records/"+rec.ID+"/transitions/"+move, map[string]any{}, fmt.Sprintf("w%d-r%d-m%d", w.n, r, m), &rec); err != nil {
				return err
			}
			w.moves[rec.ID]++
			w.acked.Add(1)
		}
	}
}

// verify compares each record with what was acknowledged: the counter that every transition adds to, and the stays in its history.
func (w *writer) verify(ctx context.Context) (lost, doubled int, err error) {
	for id, moves := range w.moves {
		var rec struct{ Data struct{ Moved string } }
		if err := w.api.Must(ctx, "GET", "/api/records/"+id, nil, "", &rec); err != nil {
			return 0, 0, err
		}
		count := 0
		if rec.Data.Moved != "" {
			if _, err := fmt.Sscan(rec.Data.Moved, &count); err != nil {
				return 0, 0, err
			}
		}
		entered, err := w.entered(ctx, id)
		if err != nil {
			return 0, 0, err
		}
		for _, found := range []int{count, entered} {
			if found < moves {
				lost += moves - found
			} else {
				doubled += found - moves
			}
		}
	}
	return lost, doubled, nil
}

// entered counts the transitions in a record's history, its creation apart.
func (w *writer) entered(ctx context.Context, id string) (int, error) {
	n, after := -1, ""
	for {
		var page struct {
			Items []struct{ Type string }
			Next  string
		}
		if err := w.api.Must(ctx, "GET", "/api/records/"+id+"/events?after="+after, nil, "", &page); err != nil {
			return 0, err
		}
		for _, e := range page.Items {
			if e.Type == "entered" {
				n++
			}
		}
		if page.Next == "" {
			return n, nil
		}
		after = page.Next
	}
}
