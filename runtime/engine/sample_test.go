package engine

import (
	"testing"

	templates "pipewright/builtin-templates"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
)

// TestGoldenCase is RPT-02: the figures of the nine-stage template's sample deals, exact to the cent.
func TestGoldenCase(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	ctx := t.Context()
	for _, tpl := range templates.All() {
		key, sample := tpl.Key, tpl.Sample
		if key != "blank" && key != "cycle9" {
			continue
		}
		app := compileData(t, tpl.Definition, 1)
		w.defs[key] = nil
		w.defs[key] = append(w.defs[key], app)
		var roles []string
		for _, r := range app.Def.Roles {
			roles = append(roles, r.Key)
		}
		dir, err := w.e.Directory(ctx)
		w.must(err)
		users := dir.Users()
		for user, list := range org.SampleRoles(key, roles) {
			for i := range users {
				if users[i].ID == user {
					users[i].Roles = append(users[i].Roles, list...)
				}
			}
		}
		w.must(w.e.SaveUsers(ctx, users...))
		n, err := w.e.ImportSample(ctx, "admin", key, sample)
		w.must(err)
		again, err := w.e.ImportSample(ctx, "admin", key, sample)
		w.must(err)
		if n != again {
			t.Errorf("%s: %d records, then %d", key, n, again)
		}
		if key == "blank" {
			if removed, err := w.e.RemoveSample(ctx, "admin", key, sample); err != nil || removed != n {
				t.Errorf("%s: %d of %d records removed: %v", key, removed, n, err)
			}
		}
	}
	if n := w.runDue(); n != 0 {
		t.Errorf("importing set off %d jobs", n)
	}
	for key, want := range map[string]string{
		"lost": "55000.00 1 []; ", "won": "125000.00 1 []; ", "open": "2358000.00 4 []; ", "expected": "1295200.00 4 []; ",
	} {
		res, err := w.e.Report(ctx, "dir.sun", "cycle9", key, "")
		w.must(err)
		if got := show(res.Rows); got != want {
			t.Errorf("%s: got %s, want %s", key, got, want)
		}
	}
	stages, err := w.e.Report(ctx, "dir.sun", "cycle9", "stages", "")
	w.must(err)
	found := false
	for _, r := range stages.Rows {
		if r.Labels[0].In("zh-CN") == "价值主张" {
			found = r.Values[0].String() == "1" && r.Values[2].String() == "500000.00"
		}
	}
	if !found {
		t.Error(show(stages.Rows))
	}
}

// TestSamplesComeAndGo: the sample data of every template loads, loads again without making anything twice, and goes whole; what
// people have made themselves stays.
func TestSamplesComeAndGo(t *testing.T) {
	t.Parallel()
	for _, tpl := range templates.All() {
		t.Run(tpl.Key, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			ctx, key, sample := t.Context(), tpl.Key, tpl.Sample
			app := compileData(t, tpl.Definition, 1)
			w.defs[key] = []*process.App{app}
			records := func() (n int) {
				for _, f := range app.Forms {
					page, err := w.e.store.Query(ctx, RecordCollection(f), query.Query{Limit: 500})
					w.must(err)
					for _, doc := range page.Docs {
						r, err := decodeState(doc)
						w.must(err)
						if r.State != nil && r.State.Deleted.IsZero() {
							n++
						}
					}
				}
				return n
			}
			for range 2 {
				n, err := w.e.ImportSample(ctx, "admin", key, sample)
				w.must(err)
				if got := records(); n == 0 || got != n {
					t.Fatalf("%d records of %d", got, n)
				}
			}
			loaded := records()
			removed, err := w.e.RemoveSample(ctx, "admin", key, sample)
			w.must(err)
			if left := records(); removed != loaded || left != 0 {
				t.Errorf("%d of %d removed, %d left", removed, loaded, left)
			}
			if n, err := w.e.ImportSample(ctx, "admin", key, sample); err != nil || records() != n {
				t.Errorf("loaded once more: %d of %d: %v", records(), n, err)
			}
		})
	}
}
