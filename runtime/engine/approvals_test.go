package engine

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"pipewright/runtime/org"
	"pipewright/runtime/process"
)

// signWorld is a world with an app that is all approvals, and a board of 64.
func signWorld(t *testing.T) *world {
	w := newWorld(t, nil)
	w.defs["signs"] = []*process.App{compileFile(t, "testdata/signs.json", 1)}
	dir, err := w.e.Directory(t.Context())
	w.must(err)
	var users []org.User
	for user, role := range map[string]string{"rep.li": "rep", "fin.zhao": "finance", "fin.qian": "finance"} {
		if u, ok := dir.User(user); ok {
			u.Roles = append(slices.Clone(u.Roles), "signs/"+role)
			users = append(users, u)
			continue
		}
		users = append(users, org.User{ID: user, Name: user, Active: true, Roles: []string{"signs/" + role}})
	}
	for i := range 64 {
		users = append(users, org.User{ID: fmt.Sprintf("board.%02d", i), Name: "B", Active: true, Roles: []string{"signs/board"}})
	}
	w.must(w.e.SaveUsers(t.Context(), users...))
	return w
}

// submit is a new deal of rep.li, waiting for an approval.
func (w *world) submit(key, transition string) *process.State {
	w.t.Helper()
	s := w.do("rep.li", process.Command{Kind: process.Create, App: "signs", Form: "paper", Op: key,
		Data: data(`{"name": "` + key + `", "secret": "s", "amount": {"amount": "5", "currency": "CNY"}}`)}).State
	return w.do("rep.li", process.Command{Kind: process.Move, ID: s.ID, Transition: transition}).State
}

func (w *world) open(user string) []Task {
	w.t.Helper()
	list, _, err := w.e.Tasks(w.t.Context(), user, TaskQuery{})
	w.must(err)
	return list
}

// Who is away has his work done by who stands in, what is open already too; what was given away stays there when he is back.
func TestAbsenceMovesOpenTasks(t *testing.T) {
	t.Parallel()
	w := signWorld(t)
	s := w.submit("a", "one")
	if n := len(w.open("mgr.wang")); n != 1 {
		t.Fatalf("%d tasks of the manager", n)
	}
	w.must(w.e.SaveAbsence(t.Context(), org.Absence{ID: "x", User: "mgr.wang", From: monday.Add(time.Hour), To: monday.Add(26 * time.Hour), Substitute: "fin.zhao"}))
	w.runDue()
	if len(w.open("mgr.wang")) != 1 || len(w.open("fin.zhao")) != 0 {
		t.Fatal("a task moved before the absence began")
	}
	w.clock.add(time.Hour + time.Minute)
	w.runDue()
	moved := w.open("fin.zhao")
	if len(w.open("mgr.wang")) != 0 || len(moved) != 1 || moved[0].For != "mgr.wang" {
		t.Fatalf("the open task did not move: %+v", moved)
	}
	second := w.submit("b", "one")
	if slot := second.Round.Steps[0].Slots[0]; slot.Person != "fin.zhao" || slot.For != "mgr.wang" {
		t.Fatalf("a new task is for %+v", slot)
	}
	path, err := w.e.PreviewPath(t.Context(), "rep.li", w.submitted("c"), "one", nil)
	w.must(err)
	if path.Steps[0].People[0] != "fin.zhao" || path.Steps[0].For["fin.zhao"] != "mgr.wang" {
		t.Errorf("the preview shows %+v", path.Steps[0])
	}
	w.clock.add(48 * time.Hour)
	w.must(w.e.RemoveAbsence(t.Context(), "x"))
	if got := w.e; got != nil && len(w.open("mgr.wang")) != 0 {
		t.Error("tasks went back by themselves")
	}
	if res, err := w.e.Record(t.Context(), "rep.li", s.ID); err != nil || res.State.Round == nil {
		t.Errorf("the round is gone: %v", err)
	}
}

// submitted is a new deal that nothing was submitted for.
func (w *world) submitted(key string) string {
	return w.do("rep.li", process.Command{Kind: process.Create, App: "signs", Form: "paper", Op: key, Data: data(`{"name": "` + key + `"}`)}).State.ID
}

// The open decisions of one who leaves go to his manager.
func TestLeaverHandsOver(t *testing.T) {
	t.Parallel()
	w := signWorld(t)
	w.submit("a", "all")
	dir, err := w.e.Directory(t.Context())
	w.must(err)
	leaver, _ := dir.User("fin.zhao")
	manager := dir.Manager("fin.zhao", 1)
	leaver.Active = false
	w.must(w.e.SaveUsers(t.Context(), leaver))
	w.clock.add(time.Minute)
	w.runDue()
	var heir []Task
	if manager != "" {
		heir = w.open(manager)
	} else {
		heir = w.open("admin")
	}
	if len(heir) != 1 || heir[0].For != "fin.zhao" {
		t.Fatalf("manager %q has %+v", manager, heir)
	}
}

// Many tasks are decided alike, each by itself; what wants something filled in is left out, and repeating repeats nothing.
func TestDecideMany(t *testing.T) {
	t.Parallel()
	w := signWorld(t)
	var ids []string
	for i := range 5 {
		s := w.submit(fmt.Sprintf("d%d", i), "one")
		ids = append(ids, s.ID+"|manager|1|0")
	}
	other := w.submit("fill", "fill")
	ids = append(ids, other.ID+"|manager|1|0", "nothing|manager|1|0", ids[0])
	for range 2 {
		done, err := w.e.DecideMany(t.Context(), "mgr.wang", ids, "approve", "fine", "op")
		w.must(err)
		for i, d := range done {
			code := ""
			if r, ok := asRejection(d.Err); ok {
				code = r.Code
			}
			want := ""
			switch i {
			case 5:
				want = "approval.single"
			case 6:
				want = "not.found"
			case 7:
				want = "bad.request"
			}
			if code != want {
				t.Errorf("task %d: %v, want %q", i, d.Err, want)
			}
		}
	}
	if len(w.open("mgr.wang")) != 1 {
		t.Error("not all were decided")
	}
	if _, err := w.e.DecideMany(t.Context(), "mgr.wang", make([]string, maxBatch+1), "approve", "", "op4"); err == nil {
		t.Errorf("%d are too many", maxBatch+1)
	}
	if _, err := w.e.DecideMany(t.Context(), "mgr.wang", nil, "approve", "", "op2"); err == nil {
		t.Error("none is too few")
	}
	if _, err := w.e.DecideMany(t.Context(), "mgr.wang", ids[:1], "transfer", "", "op3"); err == nil {
		t.Error("a transfer is nobody's batch")
	}
}

// Who an approval was copied to may read it, finds it in a list of his own, and it shows when he has read it.
func TestCopiesAreRead(t *testing.T) {
	t.Parallel()
	w := signWorld(t)
	s := w.submit("a", "one")
	list, _, err := w.e.Tasks(t.Context(), "ops.wu", TaskQuery{Kind: "cc"})
	w.must(err)
	if len(list) != 1 || list[0].Round != 1 || len(w.open("ops.wu")) != 0 {
		t.Fatalf("copies %+v", list)
	}
	if n, err := w.e.OpenTasks(t.Context(), "ops.wu"); err != nil || n != 0 {
		t.Errorf("a copy counts as something to do: %d %v", n, err)
	}
	if code := w.refused("ops.wu", process.Command{Kind: process.Edit, ID: s.ID, Data: data(`{"name": "x"}`)}); code != "forbidden" {
		t.Errorf("a reader edits: %s", code)
	}
	w.clock.add(time.Minute)
	for range 2 {
		after := w.do("ops.wu", process.Command{Kind: process.CopyRead, ID: s.ID}).State
		if len(after.Copies) != 1 || !after.Copies[0].Read.Equal(monday.Add(time.Minute)) || after.Rev != s.Rev {
			t.Fatalf("copies %+v, rev %d then %d", after.Copies, s.Rev, after.Rev)
		}
	}
	if list, _, err = w.e.Tasks(t.Context(), "ops.wu", TaskQuery{Kind: "cc", State: "done"}); err != nil || len(list) != 1 || list[0].Result != "read" {
		t.Errorf("read copies %+v %v", list, err)
	}
}

// An approver reads what the decision rests on and what his step asks of him, writes only that, and nothing else of the record.
func TestApproverSeesAndWritesHisOwnOnly(t *testing.T) {
	t.Parallel()
	w := signWorld(t)
	s := w.submit("a", "fill")
	v, err := w.e.Record(t.Context(), "mgr.wang", s.ID)
	w.must(err)
	for field, want := range map[string]bool{"amount": true, "note": true, "secret": false, "name": false} {
		if v.Sees(field) != want {
			t.Errorf("he sees %s: %v", field, v.Sees(field))
		}
	}
	task := s.ID + "|manager|1|0"
	decide := func(text string) error {
		_, _, err := w.e.Decide(t.Context(), "mgr.wang", task, Decision{Do: "approve", Hash: s.Round.Hash, Data: data(text), Op: text})
		return err
	}
	for text, want := range map[string]string{`{}`: "stage.incomplete", `{"name": "x"}`: "field.readOnly", `{"amount": {"amount": "1", "currency": "CNY"}}`: "field.readOnly"} {
		if r, ok := asRejection(decide(text)); !ok || r.Code != want {
			t.Errorf("%s: %v, want %s", text, r, want)
		}
	}
	if code := w.refused("mgr.wang", process.Command{Kind: process.Edit, ID: s.ID, Data: data(`{"note": "x"}`)}); code != "forbidden" {
		t.Errorf("an approver edits: %s", code)
	}
	w.must(decide(`{"note": "seen"}`))
}

// Whoever comes first, an approval ends once: 64 at an any-sign; the last two of an all-sign; approve, withdraw and time-out.
func TestDecisionRaces(t *testing.T) {
	t.Parallel()
	w := signWorld(t)
	races := 15
	if testing.Short() {
		races = 4
	}
	race := func(s *process.State, runs ...func() error) *process.State {
		t.Helper()
		var wg sync.WaitGroup
		start := make(chan struct{})
		for _, run := range runs {
			wg.Go(func() {
				<-start
				if err := run(); err != nil {
					if _, refused := asRejection(err); !refused {
						t.Errorf("a race ends in a fault: %v", err)
					}
				}
			})
		}
		close(start)
		wg.Wait()
		v, err := w.e.Record(t.Context(), "rep.li", s.ID)
		w.must(err)
		if _, err := w.e.Verify(t.Context(), s.ID); err != nil {
			t.Error(err)
		}
		return v.State
	}
	decide := func(s *process.State, user, step string, slot int, do string) func() error {
		return func() error {
			_, _, err := w.e.Decide(t.Context(), user, fmt.Sprintf("%s|%s|1|%d", s.ID, step, slot), Decision{Do: do, Hash: s.Round.Hash, Op: user + do})
			return err
		}
	}
	for i := range races {
		s := w.submit(fmt.Sprintf("any%d", i), "any")
		var all []func() error
		for n, slot := range s.Round.Steps[0].Slots {
			all = append(all, decide(s, slot.Person, "board", n, []string{"approve", "reject"}[n%2]))
		}
		end := race(s, all...)
		if len(end.Rounds) != 1 || end.Round != nil || (end.Rounds[0].State == process.Passed) != (end.Stage == "won") {
			t.Fatalf("any-sign ended as %+v in %s", end.Rounds, end.Stage)
		}

		s = w.submit(fmt.Sprintf("all%d", i), "all")
		all = nil
		for n, slot := range s.Round.Steps[0].Slots {
			all = append(all, decide(s, slot.Person, "finance", n, "approve"))
		}
		if end = race(s, all...); len(end.Rounds) != 1 || end.Rounds[0].State != process.Passed || end.Stage != "won" {
			t.Fatalf("all-sign ended as %+v in %s", end.Rounds, end.Stage)
		}

		s = w.submit(fmt.Sprintf("one%d", i), "one")
		timer := s.Timers[slices.IndexFunc(s.Timers, func(x process.Timer) bool { return x.Kind == "step" })].ID
		end = race(s, decide(s, "mgr.wang", "manager", 0, "approve"), decide(s, "mgr.wang", "manager", 0, "reject"),
			func() error {
				_, err := w.e.Do(t.Context(), Request{User: "rep.li", Command: process.Command{Kind: process.Withdraw, ID: s.ID, Op: "w"}})
				return err
			}, func() error {
				_, err := w.e.Do(t.Context(), Request{service: true, Command: process.Command{Kind: process.Fire, ID: s.ID, Timer: timer, Op: "f"}})
				return err
			})
		if len(end.Rounds) != 1 || end.Round != nil || (end.Rounds[0].State == process.Passed) != (end.Stage == "won") {
			t.Fatalf("approve, reject, withdraw and time-out ended as %+v in %s", end.Rounds, end.Stage)
		}
	}
}

// What a field does not take gets in by no side door: an approver's own field, a way back, a right to pass conditions.
func TestLimitsHoldByEveryWay(t *testing.T) {
	t.Parallel()
	w := signWorld(t)
	text, err := os.ReadFile("testdata/signs.json")
	w.must(err)
	for _, r := range [][2]string{{`"type": "text", "name": "Note"`, `"type": "number", "name": "Note", "max": 10`}, {`"do": ["create", "read", "edit"]`, `"do": ["create", "read", "edit", "override"]`}} {
		text = bytes.Replace(text, []byte(r[0]), []byte(r[1]), 1)
	}
	w.defs["signs"] = []*process.App{compileData(t, text, 1)}
	s := w.submit("a", "fill")
	decide := func(note string) error {
		_, _, err := w.e.Decide(t.Context(), "mgr.wang", s.ID+"|manager|1|0", Decision{Do: "approve", Hash: s.Round.Hash, Data: data(`{"note": "` + note + `"}`), Op: note})
		return err
	}
	if r, ok := asRejection(decide("11")); !ok || r.Code != "field.invalid" || r.Details[0].Code != "number.max" {
		t.Errorf("an approver fills in more than the field takes: %v", r)
	}
	w.must(decide("10"))
	for _, how := range []process.Command{{Transition: "lose"}, {Transition: "one", Override: true, Comment: "hurry"}} {
		how.Kind, how.ID, how.Op, how.Data = process.Move, w.submitted(how.Transition), how.Transition+"x", data(`{"note": "11"}`)
		_, err := w.e.Do(t.Context(), Request{User: "rep.li", Command: how})
		if r, ok := asRejection(err); !ok || r.Details[0].Code != "number.max" {
			t.Errorf("%s takes it along: %v", how.Transition, err)
		}
	}
}
