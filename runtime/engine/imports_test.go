package engine

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
	"pipewright/runtime/store/storetest"
)

// withImports is a world whose receipts may be imported and exported by rep.li, and seen by ops.wu.
func withImports(t testing.TB, wrap func(store.Store) store.Store) *world {
	t.Helper()
	w := newWorld(t, wrap)
	raw, err := os.ReadFile("testdata/receipts.json")
	w.must(err)
	text := strings.NewReplacer(`"name": "Payer", "required": true`, `"name": "Payer", "required": true, "filter": true`,
		`"do": ["create", "read", "edit", "delete"]`, `"do": ["create", "read", "edit", "delete", "import", "export"]`,
		`{"key": "receipts", "type": "table"`, `{"key": "paid", "type": "money", "name": "Paid"}, {"key": "secret", "type": "text", "name": "Secret"}, {"key": "receipts", "type": "table"`).Replace(string(raw))
	text = strings.Replace(text, `"grants": [`, `"grants": [{"role": "clerk", "records": "all", "do": ["read", "export"], "hide": ["secret"]}, `, 1)
	text = strings.Replace(text, `"roles": [`, `"roles": [{"key": "clerk", "name": "Clerk"}, `, 1)
	path := t.TempDir() + "/app.json"
	w.must(os.WriteFile(path, []byte(text), 0o600))
	w.defs["books"] = []*process.App{compileFile(t, path, 1)}
	users, _ := org.Sample()
	for i := range users {
		switch users[i].ID {
		case "rep.li":
			users[i].Roles = append(users[i].Roles, "books/rep")
		case "ops.wu":
			users[i].Roles = append(users[i].Roles, "books/clerk")
		}
	}
	w.must(w.e.SaveUsers(t.Context(), users...))
	w.e = w.node("books")
	return w
}

func (w *world) start(rows string) *Import {
	w.t.Helper()
	var table [][]string
	for line := range strings.SplitSeq(rows, "\n") {
		table = append(table, strings.Split(line, "|"))
	}
	im, err := w.e.StartImport(w.t.Context(), "rep.li", "books", "receipt", "r.csv", "en", table)
	w.must(err)
	return im
}

func (w *world) finished(id string) string {
	w.t.Helper()
	for range 8 {
		if w.runDue() == 0 {
			break
		}
	}
	im, err := w.e.ImportOf(w.t.Context(), "rep.li", id)
	w.must(err)
	out := fmt.Sprintf("%s done %d created %d updated %d failed %d undone %d", im.State, im.Done, im.Created, im.Updated, im.Failed, im.Undone)
	for _, p := range im.Problems {
		out += fmt.Sprintf("; row %d %s %s", p.Row, p.Column, p.Code)
	}
	return out
}

func (w *world) exported(user string, columns ...string) string {
	w.t.Helper()
	var out []string
	w.must(w.e.Export(w.t.Context(), user, ExportRequest{ListQuery: ListQuery{App: "books", Form: "receipt", Sort: []string{"payer"}}, Columns: columns, Language: "en"}, func(row []string) error {
		out = append(out, strings.Join(row, "|"))
		return nil
	}))
	return strings.Join(out, "\n")
}

func TestImport(t *testing.T) {
	t.Parallel()
	for name, wrap := range bothStores() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := withImports(t, wrap(t))
			im := w.start("payer|PAID|note|Receipts\nAcme|￥1,234.50|x|[{\"bankRef\": \"A1\"}]\nBest|12万||\n|5|y|\n||||\nZeta|7|| ")
			targets, suggest, err := w.e.ImportTargets(t.Context(), "rep.li", im)
			w.must(err)
			if fmt.Sprint(suggest.Mapping) != "map[0:payer 1:paid 3:receipts]" || len(targets) != 6 {
				t.Errorf("suggested %v of %v", suggest, targets)
			}
			plan := ImportPlan{Mapping: map[int]string{0: "payer", 1: "paid", 3: "receipts"}}
			r, err := w.e.CheckImport(t.Context(), "rep.li", im.ID, plan)
			w.must(err)
			if len(r.Problems) != 2 || r.Rows != 5 || r.Good != 3 || r.Problems[0].Row != 3 || r.Problems[0].Column != "PAID" || r.Problems[1].Code != "required" || r.Problems[1].Column != "payer" {
				t.Errorf("dry run: %+v", r)
			}
			if _, err := w.e.CheckImport(t.Context(), "ops.wu", im.ID, plan); err == nil {
				t.Error("somebody else's import is open")
			}
			_, err = w.e.RunImport(t.Context(), "rep.li", im.ID, plan)
			w.must(err)
			_, err = w.e.RunImport(t.Context(), "rep.li", im.ID, plan)
			w.must(err)
			if got, want := w.finished(im.ID), "done done 5 created 2 updated 0 failed 2 undone 0; row 3 PAID money.currency; row 4 payer required"; got != want {
				t.Errorf("got %s\nwant %s", got, want)
			}
			if got, want := w.exported("rep.li", "payer", "paid", "receipts"), "Payer|Paid|Receipts\nAcme|1234.50|[{\"bankRef\":\"A1\"}]\nZeta|7.00|"; got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			// A key finds what there is; the same again changes it, and a unique value of another is refused for its row alone.
			second := w.start("payer|paid|secret\nAcme|8|s\nNew|9|")
			plan = ImportPlan{Mapping: map[int]string{0: "payer", 1: "paid", 2: "secret"}, Key: "payer"}
			_, err = w.e.RunImport(t.Context(), "rep.li", second.ID, plan)
			w.must(err)
			if got, want := w.finished(second.ID), "done done 2 created 1 updated 1 failed 0 undone 0"; got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			third := w.start("payer|receipts\nOther|[{\"bankRef\": \"a1\"}]\nFine|")
			_, err = w.e.RunImport(t.Context(), "rep.li", third.ID, ImportPlan{Mapping: map[int]string{0: "payer", 1: "receipts"}})
			w.must(err)
			if got, want := w.finished(third.ID), "done done 2 created 1 updated 0 failed 1 undone 0; row 2 receipts unique.taken"; got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			if got := w.exported("ops.wu"); strings.Contains(got, "Secret") || !strings.Contains(got, "Acme") {
				t.Errorf("a masked column came out: %s", got)
			}
			if err := w.e.Export(t.Context(), "ops.wu", ExportRequest{ListQuery: ListQuery{App: "books", Form: "receipt"}, Columns: []string{"secret"}}, func([]string) error { return nil }); err == nil {
				t.Error("a masked column was exported by name")
			}
			if err := w.e.Export(t.Context(), "fin.zhao", ExportRequest{ListQuery: ListQuery{App: "books", Form: "receipt"}}, func([]string) error { return nil }); err == nil {
				t.Error("exported without the right")
			}
			if _, err := w.e.StartImport(t.Context(), "ops.wu", "books", "receipt", "r.csv", "en", [][]string{{"payer"}, {"x"}}); err == nil {
				t.Error("imported without the right")
			}
			_, err = w.e.UndoImport(t.Context(), "rep.li", second.ID)
			w.must(err)
			if got, want := w.finished(second.ID), "undone done 2 created 1 updated 1 failed 0 undone 1"; got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			if got, want := w.exported("rep.li", "payer", "paid"), "Payer|Paid\nAcme|8.00\nFine|\nZeta|7.00"; got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// The process dies, or the store fails, at every operation of an import once: in the end every row came in once.
func TestImportFaults(t *testing.T) {
	t.Parallel()
	lines := []string{"payer|paid"}
	for i := range 30 {
		lines = append(lines, fmt.Sprintf("P%02d|%d", i, i))
	}
	story := func(w *world, faults storetest.Faults) string {
		im := w.start(strings.Join(lines, "\n"))
		_, err := w.e.RunImport(w.t.Context(), "rep.li", im.ID, ImportPlan{Mapping: map[int]string{0: "payer", 1: "paid"}})
		w.must(err)
		w.store.(*storetest.FaultyStore).Set(faults)
		for range 12 {
			if _, err := w.e.RunDue(w.t.Context()); err != nil {
				w.recover(err)
			}
			w.clock.add(leaseFor * 2)
		}
		w.store.(*storetest.FaultyStore).Set(nil)
		w.settleDown()
		w.clock.add(maxBackoff)
		return w.finished(im.ID) + "\n" + w.exported("rep.li", "payer", "paid")
	}
	wrap := func(s store.Store) store.Store { return storetest.Faulty(s, nil) }
	clean := withImports(t, wrap)
	want := story(clean, nil)
	if !strings.HasPrefix(want, "done done 30 created 30") || strings.Count(want, "\n") != 31 {
		t.Fatal(want)
	}
	step := 9
	if testing.Short() {
		step = 31
	}
	for k := 1; k <= 120; k += step {
		for kind, faults := range map[string]storetest.Faults{"before": storetest.Nth(k, storetest.Before), "lost": storetest.Nth(k, storetest.Lost), "crash": storetest.Crash(k, storetest.After)} {
			t.Run(fmt.Sprint(kind, "/", k), func(t *testing.T) {
				w := withImports(t, wrap)
				if kind == "crash" {
					w.crashAt = k
				}
				if got := story(w, faults); got != want {
					t.Errorf("got\n%s\nwant\n%s", got, want)
				}
			})
		}
	}
}

// What the columns of a file meant is remembered for the next one with such titles, of the same person and form.
func TestImportRemembersItsPlan(t *testing.T) {
	t.Parallel()
	w := withImports(t, nil)
	suggested := func(rows string) string {
		im := w.start(rows)
		_, plan, err := w.e.ImportTargets(t.Context(), "rep.li", im)
		w.must(err)
		return fmt.Sprint(plan.Mapping, " ", plan.Key)
	}
	if got := suggested("Payer|Amount in|Secret|Remark\nx|1||"); got != "map[0:payer 2:secret] " {
		t.Errorf("at first: %s", got)
	}
	im := w.start("Remark|Amount in|Payer|Secret\nfirst|1|x|y")
	_, err := w.e.RunImport(t.Context(), "rep.li", im.ID, ImportPlan{Mapping: map[int]string{0: "payer", 1: "paid"}, Key: "payer"})
	w.must(err)
	w.finished(im.ID)
	// The order may be another; what was left out is left out again, and Payer is taken by the column that was said to be it.
	if got := suggested("Payer|Amount in|Secret|Remark|Paid\nx|1|||2"); got != "map[1:paid 3:payer] payer" {
		t.Errorf("remembered: %s", got)
	}
	if got := suggested("Payer|Paid\nx|1"); got != "map[1:paid] " {
		t.Errorf("with one title in common: %s", got)
	}
	if got := suggested("payer |PAID\nx|1"); got != "map[0:payer 1:paid] " {
		t.Errorf("another kind of file: %s", got)
	}
}

// The rows that did not come in are a file of their own, whatever their number; after a month the rows of all files are gone, and nothing else.
func TestImportWrongRows(t *testing.T) {
	t.Parallel()
	w := withImports(t, nil)
	rows := "Payer|Paid"
	for i := range 700 {
		paid := "1"
		if i%7 != 0 {
			paid = "one"
		}
		rows += fmt.Sprintf("\nP%d|%s", i, paid)
	}
	im := w.start(rows)
	_, err := w.e.RunImport(t.Context(), "rep.li", im.ID, ImportPlan{Mapping: map[int]string{0: "payer", 1: "paid"}})
	w.must(err)
	if got := w.finished(im.ID); !strings.HasPrefix(got, "done done 700 created 100 updated 0 failed 600 undone 0; row 3 Paid cell.") {
		t.Errorf("%.120s", got)
	}
	wrong := func(user string) ([][]string, error) {
		var out [][]string
		err := w.e.ImportWrong(t.Context(), user, im.ID, func(row []string) error {
			out = append(out, row)
			return nil
		})
		return out, err
	}
	file, err := wrong("rep.li")
	w.must(err)
	if len(file) != 601 || strings.Join(file[0], "|") != "Payer|Paid|Row in the file|Why it did not come in" || !strings.HasPrefix(strings.Join(file[1], "|"), "P1|one|3|“Paid” must") || !strings.HasPrefix(strings.Join(file[600], "|"), "P699|one|701|“Paid” must") {
		t.Errorf("%d rows: %v … %v", len(file), file[:2], file[len(file)-1])
	}
	if _, err := wrong("ops.wu"); codeOfRejection(err) != "not.found" {
		t.Errorf("of somebody else: %v", err)
	}
	w.must(w.e.Purge(t.Context()))
	if again, err := wrong("rep.li"); err != nil || len(again) != 601 {
		t.Errorf("cleared away too early: %d rows, %v", len(again), err)
	}
	w.clock.add(keepImportRows + time.Hour)
	w.must(w.e.Purge(t.Context()))
	if _, err := wrong("rep.li"); codeOfRejection(err) != "import.gone" {
		t.Errorf("after a month: %v", err)
	}
	// What it made can be taken back all the same.
	_, err = w.e.UndoImport(t.Context(), "rep.li", im.ID)
	w.must(err)
	if got := w.finished(im.ID); !strings.HasPrefix(got, "undone") || !strings.Contains(got, "undone 100") {
		t.Errorf("%.120s", got)
	}
}

func codeOfRejection(err error) string {
	if r, ok := asRejection(err); ok {
		return r.Code
	}
	return ""
}
