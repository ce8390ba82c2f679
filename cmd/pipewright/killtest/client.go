package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"sync/atomic"
	"time"
)

const (
	user     = "killer"
	password = "kill-test-password-1"
)

// definition is an app whose records go round between two stages.
var definition = json.RawMessage(`{
  "spec": "pipewright/1", "key": "killtest", "name": "Kill test", "timezone": "UTC", "currency": "CNY",
  "roles": [{"key": "rep", "name": "Rep"}],
  "forms": [{"key": "thing", "name": "Thing", "fields": [{"key": "name", "type": "text", "name": "Name", "required": true}, {"key": "count", "type": "number", "name": "Count", "scale": 0}],
    "grants": [{"role": "rep", "records": "all", "do": ["create", "read", "edit"]}]}],
  "processes": [{"key": "thing", "form": "thing", "name": "Thing", "start": "here",
    "stages": [{"key": "here", "name": "Here", "goal": "wait"}, {"key": "there", "name": "There", "goal": "wait"}, {"key": "gone", "name": "Gone", "end": "done"}],
    "transitions": [{"key": "go", "from": ["here"], "to": "there", "name": "Go", "set": {"count": "(count ?? 0) + 1"}}, {"key": "back", "from": ["there"], "to": "here", "name": "Back", "set": {"count": "(count ?? 0) + 1"}}, {"key": "end", "from": ["here"], "to": "gone", "name": "End"}]}]
}`)

// api is a client of the HTTP API with a session.
type api struct {
	base string
	http *http.Client
}

func newAPI(base string) *api {
	jar, _ := cookiejar.New(nil)
	return &api{base: base, http: &http.Client{Jar: jar, Timeout: 10 * time.Second}}
}

// do sends one request; err is only of the transport.
func (a *api) do(ctx context.Context, method, path string, body any, key string) (status int, answer []byte, err error) {
	var in io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return 0, nil, err
		}
		in = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, a.base+path, in)
	if err != nil {
		return 0, nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	res, err := a.http.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(res.Body)
	return res.StatusCode, answer, err
}

// must sends one request and wants success.
func (a *api) must(ctx context.Context, method, path string, body any, key string, into any) error {
	status, answer, err := a.do(ctx, method, path, body, key)
	if err != nil {
		return err
	}
	if status >= 300 {
		return fmt.Errorf("%s %s: %d %s", method, path, status, answer)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer, into)
}

// persist repeats the request with the same key until the server answers; a server that is down or starting is waited for.
func (a *api) persist(ctx context.Context, path string, body any, key string, into any) error {
	for ctx.Err() == nil {
		status, answer, err := a.do(ctx, "POST", path, body, key)
		switch {
		case err != nil || status >= 500 || status == 429:
			wait(ctx, 20*time.Millisecond)
		case status == 401:
			if err := a.signIn(ctx); err != nil {
				wait(ctx, 20*time.Millisecond)
			}
		case status >= 300:
			return fmt.Errorf("POST %s: %d %s", path, status, answer)
		case into != nil:
			return json.Unmarshal(answer, into)
		default:
			return nil
		}
	}
	return ctx.Err()
}

func (a *api) signIn(ctx context.Context) error {
	return a.must(ctx, "POST", "/api/login", map[string]string{"username": user, "password": password}, "", nil)
}

// writer is one client: it creates records and moves them to and fro.
type writer struct {
	n     int
	api   *api
	acked *atomic.Int64
	moves map[string]int // acknowledged transitions by record
}

// run writes until stop; every request it began it finishes.
func (w *writer) run(ctx context.Context, stop <-chan struct{}) error {
	w.moves = map[string]int{}
	for r := 0; ; r++ {
		var rec struct{ ID, Stage string }
		if err := w.api.persist(ctx, "/api/apps/killtest/forms/thing/records", map[string]any{"data": map[string]any{"name": fmt.Sprintf("w%d-%d", w.n, r)}}, fmt.Sprintf("w%d-r%d", w.n, r), &rec); err != nil {
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
			if err := w.api.persist(ctx, "/api/records/"+rec.ID+"/transitions/"+move, map[string]any{}, fmt.Sprintf("w%d-r%d-m%d", w.n, r, m), &rec); err != nil {
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
		var rec struct{ Data struct{ Count string } }
		if err := w.api.must(ctx, "GET", "/api/records/"+id, nil, "", &rec); err != nil {
			return 0, 0, err
		}
		count := 0
		if rec.Data.Count != "" {
			if _, err := fmt.Sscan(rec.Data.Count, &count); err != nil {
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
		if err := w.api.must(ctx, "GET", "/api/records/"+id+"/events?after="+after, nil, "", &page); err != nil {
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
