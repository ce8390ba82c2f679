package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"pipewright/cmd/pipewright/internal/trial"
)

// drafter is an admin who saves the draft of the app again and again, each save with the number of it as the app's name.
type drafter struct {
	api *trial.API
	// acked is the last save that was acknowledged, cut how many were not answered, taken how many of those there were all the same.
	acked, cut, taken int64
}

func named(rev int64) string { return fmt.Sprintf(`"name": "Save %d"`, rev) }

type draft struct {
	Rev        int64
	Definition json.RawMessage
}

func (d draft) isOf(rev int64) bool {
	var def struct{ Name string }
	return json.Unmarshal(d.Definition, &def) == nil && def.Name == fmt.Sprintf("Save %d", rev)
}

// run saves until stop. A save that is not answered must have left the draft as it was or as it was to be.
func (w *drafter) run(ctx context.Context, stop <-chan struct{}) error {
	var now draft
	if err := w.api.Look(ctx, "/api/apps/killtest/draft", &now); err != nil {
		return err
	}
	w.acked = now.Rev
	for {
		select {
		case <-stop:
			return nil
		default:
		}
		next := w.acked + 1
		body := json.RawMessage(strings.Replace(string(definition), `"name": "Kill test"`, named(next), 1))
		status, answer, err := w.api.Put(ctx, "/api/apps/killtest/draft", body, w.acked)
		switch {
		case err == nil && status == 200:
			w.acked = next
			continue
		case err == nil && status < 500 && status != 401 && status != 429:
			return fmt.Errorf("save %d: %d %s", next, status, answer)
		}
		w.cut++
		if err := w.api.Look(ctx, "/api/apps/killtest/draft", &now); err != nil {
			return err
		}
		switch {
		case now.Rev == next && now.isOf(next):
			w.taken++
		case now.Rev != w.acked || w.acked > 1 && !now.isOf(w.acked):
			return fmt.Errorf("save %d was cut short, and the draft is save %d: %.80s", next, now.Rev, now.Definition)
		}
		w.acked = now.Rev
	}
}

// verify looks for every save in the history, each as it was.
func (w *drafter) verify(ctx context.Context) error {
	before := ""
	want := w.acked
	for {
		var page struct {
			Items []struct{ Rev int64 }
			Next  string
		}
		if err := w.api.Must(ctx, "GET", "/api/apps/killtest/draft/history?before="+before, nil, "", &page); err != nil {
			return err
		}
		for _, p := range page.Items {
			if p.Rev != want {
				return fmt.Errorf("the history of the draft holds save %d where %d is expected", p.Rev, want)
			}
			var past draft
			if err := w.api.Must(ctx, "GET", fmt.Sprintf("/api/apps/killtest/draft/history/%d", p.Rev), nil, "", &past); err != nil {
				return err
			}
			if p.Rev > 1 && !past.isOf(p.Rev) {
				return fmt.Errorf("save %d of the draft is another: %.80s", p.Rev, past.Definition)
			}
			want--
		}
		if before = page.Next; before == "" {
			break
		}
	}
	if want != 0 {
		return fmt.Errorf("the history of the draft ends with save %d", want+1)
	}
	return nil
}
