package engine

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
	"pipewright/runtime/store/storetest"
)

// withReceipts is a world whose app has a unique rule over a column of a table.
func withReceipts(t testing.TB, wrap func(store.Store) store.Store) *world {
	t.Helper()
	w := newWorld(t, wrap)
	w.defs["books"] = []*process.App{compileFile(t, "testdata/receipts.json", 1)}
	users, _ := org.Sample()
	for i := range users {
		if users[i].ID == "rep.li" {
			users[i].Roles = append(users[i].Roles, "books/rep", "b2b/rep")
		}
	}
	w.must(w.e.SaveUsers(t.Context(), users...))
	w.e = w.node("books")
	return w
}

func receipt(op, refs string) process.Command {
	var rows []string
	for ref := range strings.FieldsSeq(refs) {
		if ref == "-" {
			rows = append(rows, `{"amount": {"amount": "1.00"}}`)
			continue
		}
		rows = append(rows, fmt.Sprintf(`{"bankRef": %q}`, ref))
	}
	return process.Command{Kind: process.Create, App: "books", Form: "receipt", Op: op, Data: data(`{"payer": "Acme", "receipts": [` + strings.Join(rows, ",") + `]}`)}
}

// held lists the claims of unique values, "value by record".
func (w *world) held() string {
	w.t.Helper()
	page, err := w.store.Query(w.t.Context(), collUnique, query.Query{Limit: 500})
	w.must(err)
	var out []string
	for _, d := range page.Docs {
		if _, value, ok := strings.Cut(d.ID, "|bankRef|"); ok {
			out = append(out, value)
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func (w *world) places(user string, c process.Command) string {
	w.t.Helper()
	_, err := w.e.Do(w.t.Context(), Request{User: user, Command: c})
	r, ok := asRejection(err)
	if !ok {
		w.t.Fatalf("got %v, want a rejection", err)
	}
	out := r.Code
	for _, p := range r.Details {
		out += " " + p.Code + p.Path
	}
	return out
}

// bothStores wraps a world's store by name.
func bothStores() map[string]func(*testing.T) func(store.Store) store.Store {
	return map[string]func(*testing.T) func(store.Store) store.Store{
		"sqlite": func(*testing.T) func(store.Store) store.Store { return nil }, "mongo": onMongo,
	}
}

func TestUniqueColumn(t *testing.T) {
	t.Parallel()
	for name, wrap := range bothStores() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			uniqueColumn(t, withReceipts(t, wrap(t)))
		})
	}
}

func uniqueColumn(t *testing.T, w *world) {
	a := w.do("rep.li", receipt("1", "A1 - A2 -")).State // nothing is never unique
	if got, want := w.places("rep.li", receipt("2", "B1 Ａ2 a1 B2")), "unique.taken unique.taken/data/receipts/1/bankRef unique.taken/data/receipts/2/bankRef"; got != want {
		t.Errorf("taken: got %s, want %s", got, want)
	}
	if got, want := w.held(), `"a1" "a2"`; got != want {
		t.Errorf("after a refusal: got %s, want %s", got, want)
	}
	if got, want := w.places("rep.li", receipt("3", "C1 - c1")), "unique.twice unique.twice/data/receipts/2/bankRef"; got != want {
		t.Errorf("twice: got %s, want %s", got, want)
	}
	if got, want := w.places("rep.li", edit(a.ID, "A1 A2 A1")), "unique.twice unique.twice/data/receipts/2/bankRef"; got != want {
		t.Errorf("twice in an edit: got %s, want %s", got, want)
	}
	w.do("rep.li", edit(a.ID, "A2 A3")) // A1 goes
	w.settleDown()
	if got, want := w.held(), `"a2" "a3"`; got != want {
		t.Errorf("after an edit: got %s, want %s", got, want)
	}
	b := w.do("rep.li", receipt("4", "A1")).State
	w.do("rep.li", process.Command{Kind: process.Delete, ID: a.ID})
	w.settleDown()
	w.do("rep.li", edit(b.ID, "A1 A3"))
	if got, want := w.places("rep.li", process.Command{Kind: process.Restore, ID: a.ID}), "unique.taken unique.taken/data/receipts/1/bankRef"; got != want {
		t.Errorf("restore: got %s, want %s", got, want)
	}
	w.do("rep.li", edit(b.ID, "A1"))
	w.do("rep.li", process.Command{Kind: process.Restore, ID: a.ID})
	w.settleDown()
	if got, want := w.held(), `"a1" "a2" "a3"`; got != want {
		t.Errorf("after a return: got %s, want %s", got, want)
	}

	// Of many who enter one bank reference, one wins.
	nodes := []*Engine{w.e, w.node("two")}
	for round := range 5 {
		var wg sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for i := range 16 {
			wg.Go(func() {
				_, err := nodes[i%2].Do(t.Context(), Request{User: "rep.li", Command: receipt(fmt.Sprint("race", round, "-", i), fmt.Sprintf("own%d-%d race%d", round, i, round))})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
				} else if _, refused := asRejection(err); !refused {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won != 1 {
			t.Errorf("%d records hold one bank reference", won)
		}
	}
}

func edit(id, refs string) process.Command {
	c := receipt("", refs)
	return process.Command{Kind: process.Edit, ID: id, Data: map[string]json.RawMessage{"receipts": c.Data["receipts"]}}
}

// A value that another record wanted and never came to hold is taken over from it once it is stale.
func TestUniqueColumnStale(t *testing.T) {
	t.Parallel()
	w := withReceipts(t, nil)
	id := "books/receipt|bankRef|\"a1\""
	body, err := marshal(holder{Record: "RCP-GONE", Coll: "rec_books_receipt", Ver: 0, At: w.clock.now().UnixMilli()})
	w.must(err)
	w.must(w.store.Insert(t.Context(), collUnique, store.Doc{ID: id, Ver: 1, Cols: map[string]any{"record": "RCP-GONE"}, Body: body}))
	if got := w.refused("rep.li", receipt("1", "A1")); got != "unique.taken" {
		t.Error(got)
	}
	w.clock.add(2 * staleAfter)
	w.do("rep.li", receipt("2", "A1"))
}

// A rule that is added looks at the records there are first; once it is live it guards them too, whatever release they stand on.
func TestUniqueRuleAdded(t *testing.T) {
	t.Parallel()
	w := withReceipts(t, nil)
	raw, err := os.ReadFile("testdata/receipts.json")
	w.must(err)
	ruled := w.defs["books"][0]
	variant := func(n int, old, next string) *process.App {
		path := filepath.Join(t.TempDir(), "app.json")
		if !strings.Contains(string(raw), old) {
			t.Fatal(old)
		}
		w.must(os.WriteFile(path, []byte(strings.Replace(string(raw), old, next, 1)), 0o600))
		return compileFile(t, path, n)
	}
	rule := `"unique": [{"key": "bankRef", "on": ["receipts.bankRef"], "normalize": ["trim", "case", "width"]}],`
	free := variant(1, rule, "")
	w.defs["books"] = []*process.App{free}
	a, b := w.do("rep.li", receipt("1", "A1 A1")).State, w.do("rep.li", receipt("2", "B1 a1")).State
	gone := w.do("rep.li", receipt("3", "A1")).State
	w.do("rep.li", process.Command{Kind: process.Delete, ID: gone.ID})

	ruled = compileFile(t, "testdata/receipts.json", 2)
	found, err := w.e.Duplicates(t.Context(), free, ruled)
	w.must(err)
	if len(found) != 1 || found[0].Path != "/forms/receipt/unique/bankRef" || found[0].Code != "unique.duplicates" ||
		!strings.HasSuffix(found[0].Message.In("en"), "There are 2 duplicates already; make them different first, or let the rule only warn: R0001 = R0001 (receipts/1/bankRef); R0001 = R0002 (receipts/1/bankRef)") {
		t.Fatalf("%+v", found)
	}
	if found, err := w.e.Duplicates(t.Context(), free, variant(2, `"width"]`, `"width"], "mode": "warn"`)); err != nil || len(found) > 0 {
		t.Errorf("a rule that only warns: %v %v", found, err)
	}
	w.do("rep.li", edit(a.ID, "A1"))
	w.do("rep.li", edit(b.ID, "B1"))
	if found, err = w.e.Duplicates(t.Context(), free, ruled); err != nil || len(found) > 0 {
		t.Fatal(found, err)
	}
	w.must(w.e.Prepare(t.Context(), free, ruled))
	w.must(w.e.Prepare(t.Context(), free, ruled))
	if got, want := w.held(), `"a1" "b1"`; got != want {
		t.Errorf("prepared: got %s, want %s", got, want)
	}
	w.defs["books"] = append(w.defs["books"], ruled)
	w.e = w.node("after")
	if got := w.refused("rep.li", receipt("4", "a1")); got != "unique.taken" {
		t.Error(got)
	}
	if got := w.refused("rep.li", edit(b.ID, "B1 A1")); got != "unique.taken" {
		t.Errorf("a record from before the rule: %s", got)
	}
	w.do("rep.li", edit(a.ID, "A2"))
	w.settleDown()
	if got, want := w.held(), `"a2" "b1"`; got != want {
		t.Errorf("given up: got %s, want %s", got, want)
	}
	again := variant(3, `"width"]`, `"width"], "mode": "warn"`)
	if rules := newRules(ruled.Forms["receipt"], again.Forms["receipt"]); len(rules) > 0 {
		t.Errorf("a rule that is loosened is new: %v", rules)
	}
	if rules := newRules(again.Forms["receipt"], ruled.Forms["receipt"]); len(rules) != 1 {
		t.Errorf("a rule that is tightened is not new: %v", rules)
	}
}

// A rule that only warns says so while somebody types and when the record is opened again; asking claims nothing.
func TestUniqueWarnsWhileTyping(t *testing.T) {
	t.Parallel()
	w := withReceipts(t, nil)
	raw, err := os.ReadFile("testdata/receipts.json")
	w.must(err)
	path := filepath.Join(t.TempDir(), "app.json")
	w.must(os.WriteFile(path, []byte(strings.Replace(string(raw), `"width"]}`, `"width"], "mode": "warn"}`, 1)), 0o600))
	w.defs["books"] = []*process.App{compileFile(t, path, 1)}
	w.e = w.node("warns")
	first := w.do("rep.li", receipt("1", "A1")).State
	said := func(id, refs string) string {
		t.Helper()
		found, err := w.e.Evaluate(t.Context(), "rep.li", EvaluateRequest{App: "books", Form: "receipt", ID: id, Data: receipt("", refs).Data})
		w.must(err)
		var out []string
		for _, p := range found.Problems {
			out = append(out, fmt.Sprint(p.Path, " ", p.Code, " ", p.Severity))
		}
		return strings.Join(out, "; ")
	}
	if got := said("", "B1"); got != "" {
		t.Errorf("a new value: %s", got)
	}
	if got, want := said("", "B1 a1 B1"), "/data/receipts/1/bankRef unique.taken warning; /data/receipts/2/bankRef unique.twice warning"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := said(first.ID, "A1"); got != "" {
		t.Errorf("its own: %s", got)
	}
	if got, want := w.held(), `"a1"`; got != want {
		t.Errorf("asking claimed: got %s, want %s", got, want)
	}
	second := w.do("rep.li", receipt("2", "A1")).State
	found, err := w.e.Evaluate(t.Context(), "rep.li", EvaluateRequest{App: "books", Form: "receipt", ID: second.ID})
	w.must(err)
	if len(found.Problems) != 1 || found.Problems[0].Code != "unique.taken" {
		t.Errorf("opened again: %v", found.Problems)
	}
}

// Every operation of the store fails once, in every way, while rows come and go: what is claimed in the end is what the record says.
func TestUniqueColumnFaults(t *testing.T) {
	t.Parallel()
	story := func(w *world) {
		res, err := w.stubborn("rep.li", receipt("1", "A1 A2"))
		w.must(err)
		c := edit(res.State.ID, "A2 A3")
		c.Op = "e"
		_, err = w.stubborn("rep.li", c)
		w.must(err)
	}
	wrap := func(s store.Store) store.Store { return storetest.Faulty(s, nil) }
	clean := withReceipts(t, wrap)
	clean.store.(*storetest.FaultyStore).Set(nil)
	story(clean)
	n := len(clean.store.(*storetest.FaultyStore).Calls())
	kinds := map[string]func(int) storetest.Faults{
		"before": func(k int) storetest.Faults { return storetest.Nth(k, storetest.Before) },
		"after":  func(k int) storetest.Faults { return storetest.Nth(k, storetest.After) },
		"lost":   func(k int) storetest.Faults { return storetest.Nth(k, storetest.Lost) },
		"crash":  func(k int) storetest.Faults { return storetest.Crash(k, storetest.After) },
	}
	for kind, faults := range kinds {
		for k := 1; k <= n; k += stride(11) {
			t.Run(fmt.Sprint(kind, "/", k), func(t *testing.T) {
				w := withReceipts(t, wrap)
				if kind == "crash" {
					w.crashAt = k
				}
				w.store.(*storetest.FaultyStore).Set(faults(k))
				story(w)
				w.store.(*storetest.FaultyStore).Set(nil)
				w.settleDown()
				w.clock.add(2 * staleAfter)
				w.do("rep.li", receipt("2", "A1")) // given up, and claimed by nobody
				w.settleDown()
				if got, want := w.held(), `"a1" "a2" "a3"`; got != want {
					t.Errorf("got %s, want %s", got, want)
				}
				if got := w.refused("rep.li", receipt("3", "a3")); got != "unique.taken" {
					t.Error(got)
				}
			})
		}
	}
}
