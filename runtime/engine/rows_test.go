package engine

import (
	"fmt"
	"strings"
	"testing"

	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// rowsStory is receipts whose rows settle receivables. It tells what each receivable shows after each step.
func rowsStory(t *testing.T, wrap func(store.Store) store.Store) string {
	t.Helper()
	w := newWorld(t, wrap)
	w.defs["cash"] = []*process.App{compileFile(t, "../process/testdata/scenario/rows.json", 1)}
	w.e = w.node("two")
	ops := 0
	run := func(c process.Command) (*process.State, error) {
		ops++
		c.App, c.Op = "cash", fmt.Sprintf("cash-%d", ops)
		res, err := w.e.Do(t.Context(), Request{service: true, Command: c})
		if err != nil {
			return nil, err
		}
		return res.State, nil
	}
	do := func(c process.Command) string {
		t.Helper()
		s, err := run(c)
		if err != nil {
			t.Fatal(err)
		}
		return s.ID
	}
	settled := func() {
		for w.runDue() > 0 {
		}
	}
	read := func(id string) (*process.State, int64, string) {
		t.Helper()
		form, err := w.e.form(t.Context(), id)
		w.must(err)
		doc, err := w.store.Get(t.Context(), RecordCollection(form), id)
		w.must(err)
		rec, err := decodeRecord(doc)
		w.must(err)
		wire := form.Schema.Wire(form.Schema.Decode(rec.State.Data), nil)
		return rec.State, doc.Ver, fmt.Sprintf("%s %s %s", wire["received"], wire["parts"], wire["left"])
	}
	var told []string
	money := strings.NewReplacer(`{"amount":`, "", `,"currency":"CNY"}`, "", `"`, "")
	var one, two, three string
	tell := func(step string) {
		settled()
		line := step + ":"
		for _, id := range []string{one, two, three} {
			_, _, got := read(id)
			line += " | " + money.Replace(got)
		}
		told = append(told, line)
	}
	receivable := func(name, amount string) string {
		return do(process.Command{Kind: process.Create, Form: "receivable", Data: data(`{"name": "` + name + `", "amount": {"amount": "` + amount + `"}}`)})
	}
	one, two, three = receivable("One", "100.00"), receivable("Two", "50.00"), receivable("Three", "9.00")
	rows := func(parts ...string) string {
		var out []string
		for i := 0; i < len(parts); i += 3 {
			out = append(out, fmt.Sprintf(`{"receivable": %q, "amount": {"amount": %q}, "kind": %q}`, parts[i], parts[i+1], parts[i+2]))
		}
		return `"allocations": [` + strings.Join(out, ",") + `]`
	}
	tell("nothing yet")
	receipt := do(process.Command{Kind: process.Create, Form: "receipt", Data: data(`{"amount": {"amount": "500.00"}, ` + rows(one, "60.10", "bank", one, "0.20", "bank", one, "7.00", "note", two, "50.00", "bank") + `}`)})
	tell("one receipt, two rows for one, a note that does not count")
	second := do(process.Command{Kind: process.Create, Form: "receipt", Data: data(`{"amount": {"amount": "39.70"}, ` + rows(one, "39.70", "bank") + `}`)})

	// A gate sums up for itself: the refresh above has not run yet.
	if _, err := run(process.Command{Kind: process.Move, ID: two, Transition: "settle"}); err != nil {
		t.Errorf("what is paid in full does not settle: %v", err)
	}
	if _, err := run(process.Command{Kind: process.Move, ID: one, Transition: "settle"}); err != nil {
		t.Errorf("a gate read what was, not what is: %v", err)
	}
	if s, _, _ := read(one); s.Stage != "paid" {
		t.Errorf("stands in %s", s.Stage)
	}
	tell("a second receipt settles one")
	do(process.Command{Kind: process.Edit, ID: receipt, Data: data(`{` + rows(one, "60.10", "bank", three, "9.00", "bank") + `}`)})
	tell("rows leave two and come to three")
	_, before, _ := read(two)
	do(process.Command{Kind: process.Edit, ID: receipt, Data: data(`{` + rows(one, "60.10", "bank", three, "8.00", "bank") + `, "memo": "x"}`)})
	settled()
	if _, after, _ := read(two); after != before {
		t.Error("a record none of whose rows changed was looked at")
	}
	tell("one row changes")
	do(process.Command{Kind: process.Edit, ID: receipt, Data: data(`{"void": true}`)})
	tell("a field of the record around the rows changes")
	do(process.Command{Kind: process.Edit, ID: receipt, Data: data(`{"void": false}`)})
	do(process.Command{Kind: process.Delete, ID: second})
	tell("a receipt is deleted")
	do(process.Command{Kind: process.Restore, ID: second})
	do(process.Command{Kind: process.Edit, ID: receipt, Data: data(`{"allocations": []}`)})
	tell("restored, and the other without rows")
	return strings.Join(told, "\n")
}

const rowsTold = `nothing yet: | 0.00 0 100.00 | 0.00 0 50.00 | 0.00 0 9.00
one receipt, two rows for one, a note that does not count: | 60.30 3 39.70 | 50.00 1 0.00 | 0.00 0 9.00
a second receipt settles one: | 100.00 4 0.00 | 50.00 1 0.00 | 0.00 0 9.00
rows leave two and come to three: | 99.80 2 0.20 | 0.00 0 50.00 | 9.00 1 0.00
one row changes: | 99.80 2 0.20 | 0.00 0 50.00 | 8.00 1 1.00
a field of the record around the rows changes: | 39.70 2 60.30 | 0.00 0 50.00 | 0.00 1 9.00
a receipt is deleted: | 60.10 1 39.90 | 0.00 0 50.00 | 8.00 1 1.00
restored, and the other without rows: | 39.70 1 60.30 | 0.00 0 50.00 | 0.00 0 9.00`

// Rollups over the rows of tables follow the rows, the records the rows leave, and the record around them; a gate does not wait.
func TestRows(t *testing.T) {
	t.Parallel()
	if got := rowsStory(t, nil); got != rowsTold {
		t.Errorf("got\n%s\nwant\n%s", got, rowsTold)
	}
}

func TestRowsOnMongo(t *testing.T) {
	t.Parallel()
	if got := rowsStory(t, onMongo(t)); got != rowsTold {
		t.Errorf("got\n%s\nwant\n%s", got, rowsTold)
	}
}
