package engine

import (
	"os"
	"testing"

	"pipewright/runtime/org"
)

// TestGoldenCase is RPT-02: the figures of the nine-stage template's sample deals, exact to the cent.
func TestGoldenCase(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	ctx := t.Context()
	for _, key := range []string{"blank", "cycle9", "b2b"} {
		app := compileFile(t, "../../builtin-templates/"+key+"/app.json", 1)
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
		sample, err := os.ReadFile("../../builtin-templates/" + key + "/sample.json")
		w.must(err)
		n, err := w.e.ImportSample(ctx, "admin", key, sample)
		w.must(err)
		again, err := w.e.ImportSample(ctx, "admin", key, sample)
		w.must(err)
		if n != again {
			t.Errorf("%s: %d records, then %d", key, n, again)
		}
		if key == "b2b" {
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
