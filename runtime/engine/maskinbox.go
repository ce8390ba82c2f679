package engine

import (
	"context"
	"slices"
	"strings"

	"pipewright/runtime/store"
)

// maskTasks shows of the records of a person's tasks what he may see of them now (semantics 10). The label on a task is the record's own,
// the same for whoever has it.
func (e *Engine) maskTasks(ctx context.Context, user string, tasks []Task) error {
	var about []store.Doc
	for i := range tasks {
		about = append(about, aboutRecord(tasks[i].Record, tasks[i].App, tasks[i].Form)...)
	}
	seen, err := e.seenBy(ctx, user, about)
	if err != nil {
		return err
	}
	for i := range tasks {
		t := &tasks[i]
		if t.Record == "" {
			continue
		}
		v := seen[t.Record]
		if v == nil {
			t.Title, t.Number, t.Stage, t.Owner, t.Value = hiddenTitle, "", "", "", nil
			continue
		}
		if !v.SeesTitle() {
			t.Title = v.Title()
		}
		if v.Form.Process != nil && !v.Sees(v.Form.Process.Def.Value) {
			t.Value = nil
		}
	}
	return nil
}

// aboutRecord stands for a record that a task or notice is about; for none when there is none.
func aboutRecord(id, app, form string) []store.Doc {
	if store.CheckID(id) != nil {
		return nil
	}
	return []store.Doc{{ID: id, Cols: map[string]any{"app": app, "form": form}}}
}

// seenBy reads the records that a page is about as a person may see them, each once.
func (e *Engine) seenBy(ctx context.Context, user string, about []store.Doc) (map[string]*View, error) {
	if len(about) == 0 {
		return nil, nil
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(about, func(a, b store.Doc) int { return strings.Compare(a.ID, b.ID) })
	about = slices.CompactFunc(about, func(a, b store.Doc) bool { return a.ID == b.ID })
	return e.viewsOf(ctx, user, dir, about)
}
