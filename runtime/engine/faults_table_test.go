package engine

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/store/storetest"
)

// step is one thing that happens in a scenario: a command of somebody, or time that passes.
type step struct {
	by string
	c  process.Command
	// on names the record; as names the one it creates, and $name in its data stands for the id of an earlier one.
	on, as string
	// refused is the code of a command that must be refused.
	refused string
	// service: an automation or an import asks.
	service bool
	// leave is who hands over to mgr.wang and has left then.
	leave string
	// wait lets time pass, and then whatever is due happens.
	wait time.Duration
	// only is the one app that there is from here on, so that the schedules of others are no part of it.
	only string
	// act is done to the engine by itself, and again until it has an answer.
	act func(w *world) error
}

func create(app, form, as, text string) step {
	return step{by: "rep.li", as: as, c: process.Command{Kind: process.Create, App: app, Form: form, Data: data(text)}}
}

func move(on, transition string) step {
	return step{by: "rep.li", on: on, c: process.Command{Kind: process.Move, Transition: transition}}
}

func edit1(on, text string) step {
	return step{by: "rep.li", on: on, c: process.Command{Kind: process.Edit, Data: data(text)}}
}

func decide(by, on, what, name string, slot int) step {
	return step{by: by, on: on, c: process.Command{Kind: process.DecideSlot, Decision: what, Step: name, Slot: slot, Comment: "because"}}
}

func order(by, on string, kind process.CommandKind) step {
	return step{by: by, on: on, c: process.Command{Kind: kind, Comment: "because"}}
}

const dealText = `{"name": "Deal", "lines": ` + smallLines + `}`

var tickBudget = step{by: "rep.li", on: "d", c: process.Command{Kind: process.Tick, Item: "budget", Done: true}}

// toWin brings a deal to its approval.
var toWin = []step{create("b2b", "deal", "d", dealText), tickBudget, move("d", "propose"), move("d", "win")}

var newThing = create("race", "thing", "t", `{"name": "x"}`)

// faultScenarios are what every fault is tried on.
var faultScenarios = map[string][]step{
	"create":             {create("b2b", "deal", "d", dealText)},
	"edit":               {create("b2b", "deal", "d", dealText), edit1("d", `{"name": "Other"}`)},
	"approve, hand over": append(slices.Clone(toWin), decide("mgr.wang", "d", "approve", "manager", 0), step{wait: time.Minute}),
	"return":             append(slices.Clone(toWin), decide("mgr.wang", "d", "return", "manager", 0), move("d", "win"), decide("mgr.wang", "d", "approve", "manager", 0), step{wait: time.Minute}),
	"reject":             append(slices.Clone(toWin), decide("mgr.wang", "d", "reject", "manager", 0)),
	"all-sign":           {newThing, move("t", "all"), decide("mgr.wang", "t", "approve", "all", 1), decide("dir.sun", "t", "approve", "all", 0)},
	"any-sign":           {newThing, move("t", "any"), decide("dir.sun", "t", "approve", "any", 0)},
	"void":               {newThing, move("t", "loose"), decide("mgr.wang", "t", "approve", "all", 1), edit1("t", `{"name": "y"}`)},
	"withdraw":           {newThing, move("t", "any"), order("rep.li", "t", process.Withdraw), move("t", "all")},
	"time limit":         {newThing, move("t", "any"), {wait: 2 * time.Hour}},
	"cron each":          {create("sim", "item", "i", `{"name": "x"}`), create("sim", "item", "j", `{"name": "y"}`), {wait: time.Hour}},
	"each unmatched":     {create("each", "item", "i", `{"name": "x", "status": "new"}`), create("each", "item", "j", `{"name": "y", "status": "new"}`), {wait: time.Hour}},
	"each row": {create("stock", "product", "a", `{"name": "a", "onHand": "5"}`), create("stock", "product", "b", `{"name": "b"}`),
		create("stock", "receipt", "r", `{"name": "r", "lines": [{"product": "$a", "qty": "2"}, {"product": "$b", "qty": "11"}, {"product": "$a", "qty": "3"}]}`), edit1("r", `{"name": "in"}`), {wait: time.Minute}},
	"each row behind": {create("stock", "product", "a", `{"name": "a", "onHand": "9"}`), create("stock", "product", "b", `{"name": "b", "onHand": "9"}`),
		create("stock", "receipt", "r", `{"name": "r", "lines": [{"product": "$a", "qty": "2"}, {"product": "$b", "qty": "3"}]}`), create("stock", "sendback", "s", `{"name": "s", "receipt": "$r"}`), {wait: time.Minute}},
	"each found": {create("stock", "supplier", "s", `{"name": "s"}`), create("stock", "product", "a", `{"name": "a", "supplier": "$s", "low": true, "keeper": "rep.li"}`),
		create("stock", "product", "b", `{"name": "b", "supplier": "$s", "low": true, "keeper": "rep.li"}`), create("stock", "receipt", "r", `{"name": "r", "supplier": "$s"}`), {wait: time.Minute}},
	"each group": {create("stock", "supplier", "s", `{"name": "s"}`), create("stock", "product", "a", `{"name": "a", "supplier": "$s", "low": true, "onHand": "1", "safety": "9"}`),
		create("stock", "product", "b", `{"name": "b", "low": true}`), create("stock", "product", "c", `{"name": "c", "supplier": "$s", "low": true, "onHand": "1", "safety": "5"}`), {wait: 5 * time.Hour}},
	"if unmatched":    {create("each", "note", "n", `{"name": "x", "status": "new"}`), {wait: time.Minute}},
	"due":             {create("sim", "item", "i", `{"name": "x"}`), {wait: 3 * time.Hour}},
	"unique":          {create("b2b", "account", "a", `{"name": "Acme"}`), {by: "rep.li", refused: "unique.taken", c: process.Command{Kind: process.Create, App: "b2b", Form: "account", Data: data(`{"name": "Acme"}`)}}, edit1("a", `{"name": "Zeta"}`), {wait: time.Minute}, create("b2b", "account", "b", `{"name": "Acme"}`)},
	"numbers":         {create("b2b", "deal", "d", dealText), create("b2b", "deal", "e", dealText), create("b2b", "deal", "f", dealText)},
	"import":          {{by: "mgr.wang", service: true, as: "a", c: process.Command{Kind: process.Import, App: "b2b", Form: "account", Owner: "rep.li", Data: data(`{"name": "Old"}`)}}},
	"delete, restore": {create("b2b", "account", "a", `{"name": "Acme"}`), order("rep.li", "a", process.Delete), {wait: time.Minute}, order("rep.li", "a", process.Restore)},
	"assign":          {create("b2b", "deal", "d", dealText), {by: "rep.li", on: "d", c: process.Command{Kind: process.Assign, Owner: "rep.chen"}}},
	"activities": {create("team", "drill", "q", `{"name": "x"}`), step{by: "mgr.wang", on: "q", c: quiz("", "50")}, step{by: "mgr.wang", on: "q", c: quiz("", "80")}, {wait: 31 * time.Minute},
		step{by: "dir.sun", on: "q", c: quiz("", "99")}, {wait: 61 * time.Minute}, step{by: "fin.zhao", on: "q", c: process.Command{Kind: process.Tick, Item: "plan", Done: true}},
		move("q", "end"), {wait: 2 * time.Hour}},
	"leaver":  {create("team", "drill", "q", `{"name": "x"}`), create("b2b", "deal", "d", dealText), create("b2b", "account", "a", `{"name": "Acme"}`), {leave: "rep.li"}, {wait: time.Minute}},
	"webhook": {create("b2b", "account", "a", `{"name": "Acme"}`), edit1("a", `{"name": "Zeta"}`), {wait: time.Minute}},
	"lookup, rollup": {{service: true, as: "c", c: process.Command{Kind: process.Create, App: "links", Form: "company", Data: data(`{"name": "Acme", "level": "tin"}`)}},
		{service: true, as: "o", c: process.Command{Kind: process.Create, App: "links", Form: "order", Data: data(`{"company": "$c", "amount": {"amount": "150.00"}}`)}}, {wait: time.Minute},
		{service: true, on: "c", c: process.Command{Kind: process.Edit, Data: data(`{"level": "gold"}`)}}, {wait: time.Minute}},
	"migration": {create("moves", "thing", "t", `{"name": "x", "code": "7"}`), create("moves", "thing", "u", `{"name": "y", "code": "seven"}`), move("t", "all"),
		{act: (*world).publishMoves}, {act: startMoves}, {wait: time.Minute}, {act: undoMoves}, {wait: time.Minute}},
	"calendar": {{only: "work"}, create("work", "visit", "v", `{"name": "x", "on": "2026-11-30"}`), create("work", "errand", "e", `{"name": "y"}`), {wait: time.Minute},
		{act: holiday}, {wait: time.Minute}, {wait: 72 * time.Hour}},
	"other team":   {{only: "work"}, create("work", "visit", "v", `{"name": "x"}`), {act: restOfOperations}, {wait: time.Minute}, {act: toOperations}, {wait: time.Minute}},
	"stage ladder": {{only: "work"}, create("work", "visit", "v", `{"name": "x"}`), move("v", "rest"), {wait: 121 * time.Hour}, {wait: 24 * time.Hour}, {wait: 24 * time.Hour}},
	"due moves":    {{only: "work"}, create("work", "visit", "v", `{"name": "x", "on": "2026-11-26"}`), move("v", "date"), edit1("v", `{"on": "2026-11-28"}`), {wait: time.Minute}, {wait: 4*24*time.Hour + 12*time.Hour}, {wait: 24 * time.Hour}, {wait: 24 * time.Hour}},
	"claim":        {create("crm", "lead", "l", `{"company": "x"}`), order("mgr.wang", "l", process.Release), order("rep.chen", "l", process.Claim), {wait: time.Minute}},
	"merge":        append(slices.Clone(twoAccounts), step{act: mergeAccounts}, step{wait: time.Minute}),
	"merge, undo": append(slices.Clone(twoAccounts), step{act: mergeAccounts}, step{wait: time.Minute}, edit1("e", `{"name": "since"}`), step{act: unmergeAccounts},
		step{wait: time.Minute}),
}

// holiday has the company rest on two days more.
func holiday(w *world) error {
	err := w.e.SaveCalendar(w.t.Context(), "admin", daysOff("", 0, 25, 26))
	if r, ok := asRejection(err); ok && r.Code == "calendar.changed" {
		return nil // by the attempt before
	}
	return err
}

// restOfOperations has one team rest on a day more, and toOperations has rep.li go there.
func restOfOperations(w *world) error {
	err := w.e.SaveCalendar(w.t.Context(), "admin", daysOff("operations", 0, 24))
	if r, ok := asRejection(err); ok && r.Code == "calendar.changed" {
		return nil // by the attempt before
	}
	return err
}

func toOperations(w *world) error {
	dir, err := w.e.Directory(w.t.Context())
	if err != nil {
		return err
	}
	u, _ := dir.User("rep.li")
	u.Team = "operations"
	return w.e.SaveUsers(w.t.Context(), u)
}

// twoAccounts are one company entered twice, with a deal each.
var twoAccounts = []step{create("b2b", "account", "a", `{"name": "Acme"}`), create("b2b", "account", "b", `{"name": "ACME Ltd"}`),
	create("b2b", "deal", "d", `{"name": "D", "account": "$a"}`), create("b2b", "deal", "e", `{"name": "E", "account": "$b"}`)}

// mergeAccounts merges the second account into the first, whose name becomes the second's; unmergeAccounts takes that back.
func mergeAccounts(w *world) error {
	ids := map[string]string{}
	views, _, err := w.e.List(w.t.Context(), "rep.li", ListQuery{App: "b2b", Form: "account"})
	for _, v := range views {
		ids[v.Title()] = v.State.ID
	}
	if err == nil && len(ids) == 2 {
		_, err = w.e.StartMerge(w.t.Context(), "rep.li", "key", MergeRequest{Winner: ids["Acme"], Loser: ids["ACME Ltd"], Take: []string{"name"}})
	}
	return err
}

func unmergeAccounts(w *world) error {
	_, err := w.e.UndoMerge(w.t.Context(), "rep.li", hashID("merge", "rep.li", "key"))
	return err
}

// startMoves and undoMoves migrate what runs on the first release, and take it back.
func startMoves(w *world) error {
	_, err := w.e.StartMigration(w.t.Context(), "rep.li", "key", MigrationRequest{App: "moves", Form: "thing", From: 1})
	return err
}

func undoMoves(w *world) error {
	list, err := w.e.Migrations(w.t.Context(), "moves")
	if err != nil || len(list) != 1 {
		return err
	}
	_, err = w.e.UndoMigration(w.t.Context(), "rep.li", "moves", list[0].ID)
	return err
}

// faultLab holds what every run begins with.
type faultLab struct {
	base *storetest.MemoryStore
	defs apps
}

func newFaultLab(t *testing.T) *faultLab {
	l := &faultLab{base: storetest.Memory(), defs: apps{}}
	for key, file := range map[string]string{"moves": "testdata/moves.json", "work": "testdata/work.json", "crm": "testdata/crm.json", "b2b": "testdata/app.json", "race": "testdata/race.json", "sim": "testdata/simulate.json", "each": "testdata/each.json", "team": "testdata/team.json", "stock": "../process/testdata/scenario/each.json", "links": "../process/testdata/scenario/links.json"} {
		l.defs[key] = []*process.App{compileFile(t, file, 1)}
	}
	e, err := New(t.Context(), Config{Store: l.base, Definitions: l.defs, Now: func() time.Time { return monday }})
	if err != nil {
		t.Fatal(err)
	}
	users, teams := org.Sample()
	given := org.SampleRoles("b2b", []string{"rep", "manager", "finance", "ops"})
	given["rep.li"] = append(given["rep.li"], "race/rep", "sim/rep", "each/rep", "team/rep", "moves/rep", "stock/rep", "work/rep", "crm/rep")
	given["rep.chen"] = append(given["rep.chen"], "crm/rep")
	given["mgr.wang"] = append(given["mgr.wang"], "crm/manager")
	for _, u := range []string{"mgr.wang", "dir.sun"} {
		given[u] = append(given[u], "race/judge", "moves/judge")
	}
	for i := range users {
		users[i].Roles = given[users[i].ID]
	}
	for _, err := range []error{e.SaveTeams(t.Context(), teams...), e.SaveUsers(t.Context(), users...), e.Schedule(t.Context())} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return l
}

// run plays a scenario under faults and returns what remains, and how many calls the store had.
func (l *faultLab) run(t *testing.T, steps []step, faults storetest.Faults, crash int) (remains string, calls int) {
	mem := l.base.Clone()
	faulty := storetest.Faulty(mem, nil)
	w := &world{t: t, clock: &clock{at: monday}, store: faulty, mail: &letters{}, defs: maps.Clone(l.defs), crashAt: crash}
	w.e = w.node("one")
	faulty.Set(faults)
	ids := map[string]string{}
	for i, st := range steps {
		if st.act != nil {
			w.insistOn(st.act)
			continue
		}
		if st.only != "" {
			maps.DeleteFunc(w.defs, func(app string, _ []*process.App) bool { return app != st.only })
			continue
		}
		if st.leave != "" {
			w.leave(st.leave, HandoverPlan{Successor: "mgr.wang"})
			continue
		}
		if st.c.Kind == "" {
			w.clock.add(st.wait)
			w.mustRun()
			continue
		}
		c := st.c
		c.Op, c.ID = fmt.Sprint("step ", i), ids[st.on]
		if len(c.Data) > 0 {
			raw, err := json.Marshal(c.Data)
			w.must(err)
			for name, id := range ids {
				raw = []byte(strings.ReplaceAll(string(raw), `"$`+name+`"`, `"`+id+`"`))
			}
			c.Data = data(string(raw))
		}
		if c.Kind == process.DecideSlot {
			coll := "rec_b2b_deal"
			if st.on == "t" {
				coll = "rec_race_thing"
			}
			doc, err := mem.Get(t.Context(), coll, c.ID)
			w.must(err)
			r, err := decodeRecord(doc)
			w.must(err)
			c.Round, c.Hash = r.State.Round.N, r.State.Round.Hash
		}
		res, err := w.insist(Request{User: st.by, Command: c, service: st.service}, st.refused)
		if err != nil {
			t.Fatalf("step %d, %s: %v", i, c.Kind, err)
		}
		if st.as != "" {
			ids[st.as] = res.State.ID
		}
	}
	calls = len(faulty.Calls())
	faulty.Set(nil)
	w.settleDown()
	return l.remains(w, mem), calls
}

// insist is a client that repeats what got no answer until it has one.
func (w *world) insist(r Request, refused string) (*Result, error) {
	var err error
	for range 8 {
		var res *Result
		if res, err = w.e.Do(w.t.Context(), r); err == nil && refused == "" {
			return res, nil
		}
		if rej, no := asRejection(err); no && rej.Code == refused {
			return nil, nil
		} else if no && rej.Code != "conflict" || err == nil {
			return nil, fmt.Errorf("wanted %q, got %w", refused, err)
		}
		w.recover(err)
	}
	return nil, err
}

// insistOn is insist for what is no command.
func (w *world) insistOn(act func(w *world) error) {
	var err error
	for range 8 {
		if err = act(w); err == nil {
			return
		}
		w.recover(err)
	}
	w.must(err)
}

// mustRun runs what is due, and again what failed, some minutes later.
func (w *world) mustRun() {
	for range 3 {
		var err error
		for range 8 {
			if err = w.e.Sweep(w.t.Context(), 0); err == nil {
				_, err = w.e.RunDue(w.t.Context())
			}
			if err == nil {
				break
			}
			w.recover(err)
		}
		w.must(err)
		w.clock.add(2 * time.Minute)
	}
}

// remains is what is left of a scenario, without times, salts and how often things were tried.
func (l *faultLab) remains(w *world, mem *storetest.MemoryStore) string {
	var out []string
	for _, app := range []string{"b2b", "race", "links", "sim", "each", "team", "moves", "stock", "work", "crm"} {
		for _, f := range formsOf(l.defs[app][0]) {
			for _, d := range mem.All(RecordCollection(f)) {
				r, err := decodeRecord(d)
				w.must(err)
				if r.State == nil {
					continue // a tombstone
				}
				if len(r.Pending) > 0 || d.Cols[colPending] != nil {
					out = append(out, f.Def.Key+" has effects left")
				}
				if _, err := w.e.Verify(w.t.Context(), d.ID); err != nil {
					out = append(out, err.Error())
				}
				wire, err := json.Marshal(f.Schema.Wire(f.Schema.Decode(r.State.Data), nil))
				w.must(err)
				for i, other := range slices.Sorted(slices.Values(idsIn(mem, l.defs))) {
					wire = []byte(strings.ReplaceAll(string(wire), other, fmt.Sprint("#", i)))
				}
				out = append(out, fmt.Sprint(f.Def.Key, " ", r.State.Stage, " ", r.State.Owner, " rev ", r.State.Rev, " seq ", r.State.Seq, " number ", r.State.Number != "",
					" claims ", len(r.Claims), " rounds ", r.State.RoundCount, " links ", len(r.State.Links), " timers ", len(r.State.Timers), " due ", r.State.DueAt.Sub(r.State.Since).Round(24*time.Hour), " release ", r.State.Release, " gone ", !r.State.Deleted.IsZero(), " ", string(wire)))
			}
		}
	}
	count := func(coll string, by ...string) {
		n := map[string]int{}
		for _, d := range mem.All(coll) {
			key := coll
			for _, col := range by {
				key += fmt.Sprint(" ", d.Cols[col])
			}
			n[key]++
		}
		for key, n := range n {
			out = append(out, fmt.Sprint(key, " ", n))
		}
	}
	count(collEvents, "type")
	count(collTasks, "user", "state", "kind")
	count(collNotices, "user")
	count(collVisits, "stage")
	count(collRounds, "state")
	count(collMigrated, "state")
	count(collMerged, "state")
	for _, d := range mem.All(collMerges) {
		m, err := w.e.mergeDoc(w.t.Context(), d.ID)
		w.must(err)
		out = append(out, "merge "+m.State)
	}
	count(collLeavers, "user", "state")
	for _, d := range mem.All(collJobs) { // how many jobs it took is no matter
		if d.Cols["state"] != jobDone {
			out = append(out, "not done: "+d.ID)
		}
	}
	count(collSchedules, "kind", "schedule", "state")
	keys := map[string]bool{}
	for _, m := range w.mail.sent {
		keys[m.ID] = true
	}
	out = append(out, fmt.Sprint(len(keys), " messages"))
	slices.Sort(out)
	return strings.Join(out, "\n")
}

func idsIn(mem *storetest.MemoryStore, defs apps) (out []string) {
	for _, list := range defs {
		for _, f := range formsOf(list[0]) {
			for _, d := range mem.All(RecordCollection(f)) {
				out = append(out, d.ID)
			}
		}
	}
	return out
}

// TestFaultTable fails every call of the store once, in every way, in every scenario: all of them end alike.
func TestFaultTable(t *testing.T) {
	t.Parallel()
	lab := newFaultLab(t)
	kinds := map[string]func(k int) (storetest.Faults, int){
		"before": func(k int) (storetest.Faults, int) { return storetest.Nth(k, storetest.Before), 0 },
		"after":  func(k int) (storetest.Faults, int) { return storetest.Nth(k, storetest.After), 0 },
		"partly": func(k int) (storetest.Faults, int) { return storetest.Nth(k, storetest.Partly), 0 },
		"lost":   func(k int) (storetest.Faults, int) { return storetest.Nth(k, storetest.Lost), 0 },
		"crash":  func(k int) (storetest.Faults, int) { return storetest.Crash(k, storetest.After), k },
	}
	every := stride(29)
	var total sync.WaitGroup
	slots := make(chan struct{}, 4)
	for name, steps := range faultScenarios {
		want, calls := lab.run(t, steps, nil, 0)
		if calls < 5 {
			t.Fatalf("%s: only %d calls", name, calls)
		}
		for kind, faults := range kinds {
			for k := 1; k <= calls; k += every {
				slots <- struct{}{}
				total.Go(func() {
					defer func() { <-slots }()
					t.Run(fmt.Sprintf("%s/%s/%d", name, kind, k), func(t *testing.T) {
						f, crash := faults(k)
						if got, _ := lab.run(t, steps, f, crash); got != want {
							t.Errorf("got\n%s\nwant\n%s", got, want)
						}
					})
				})
			}
		}
	}
	total.Wait()
}
