package engine

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pipewright/runtime/process"
)

// drills is a world with the app of activities, whose records rep.li may edit.
func drills(t *testing.T) (*world, []*Engine, int) {
	w, nodes, rounds := racing(t, "testdata/race.json")
	w.defs["team"] = append(w.defs["team"], compileFile(t, "testdata/team.json", 1))
	dir, err := w.e.Directory(t.Context())
	w.must(err)
	u, _ := dir.User("rep.li")
	u.Roles = append(u.Roles, "team/rep")
	w.must(w.e.SaveUsers(t.Context(), u))
	w.clock.add(2 * time.Second)
	return w, nodes, rounds
}

func (w *world) drill(i int) *process.State {
	w.t.Helper()
	return w.do("rep.li", process.Command{Kind: process.Create, App: "team", Form: "drill", Op: fmt.Sprint("drill ", i), Data: data(`{"name": "x"}`)}).State
}

func quiz(id, score string) process.Command {
	return process.Command{Kind: process.Activity, ID: id, Item: "quiz", Done: true, Data: data(`{"score": ` + score + `}`)}
}

// TestRaceLastTwoOfAnActivity: when the last two finish at once, both count and it is done once.
func TestRaceLastTwoOfAnActivity(t *testing.T) {
	t.Parallel()
	w, nodes, rounds := drills(t)
	for i := range rounds {
		s := w.drill(i)
		won := w.race(nodes, []attempt{{user: "mgr.wang", c: quiz(s.ID, "80")}, {user: "dir.sun", c: quiz(s.ID, "99")}})
		evs, _, err := w.e.events(t.Context(), s.ID, 200, "")
		w.must(err)
		done := 0
		for k := range evs {
			if p, ok := evs[k].Payload.(process.ActivityDone); ok && p.Done && p.Activity == "open.quiz" {
				done++
			}
		}
		if len(won) != 2 || done != 1 {
			t.Fatalf("round %d: %d went through, done %d times", i, len(won), done)
		}
		w.do("rep.li", process.Command{Kind: process.Tick, ID: s.ID, Op: "tick", Item: "plan", Done: true})
		w.do("rep.li", process.Command{Kind: process.Move, ID: s.ID, Op: "end", Transition: "end"})
	}
	for _, user := range []string{"mgr.wang", "dir.sun", "fin.zhao"} {
		if n, err := w.e.OpenTasks(t.Context(), user); err != nil || n != 0 {
			t.Errorf("%s has %d open tasks, %v", user, n, err)
		}
	}
}

// TestActivityLadderAndTasks: what does not count leaves the task open; ladders of activities and of tasks run as they say.
func TestActivityLadderAndTasks(t *testing.T) {
	t.Parallel()
	w, _, _ := drills(t)
	ctx := t.Context()
	s := w.drill(0)
	tasks, _, err := w.e.Tasks(ctx, "mgr.wang", TaskQuery{Kind: "activity"})
	w.must(err)
	if len(tasks) != 1 || !tasks[0].DueAt.Equal(s.CreatedAt.Add(time.Hour)) {
		t.Fatalf("tasks %+v", tasks)
	}
	if one, err := w.e.FinishTask(ctx, "mgr.wang", tasks[0].ID, "low", data(`{"score": 12}`)); err != nil || one.State != process.Open {
		t.Fatalf("a result that does not count: %+v, %v", one, err)
	}
	if one, err := w.e.FinishTask(ctx, "mgr.wang", tasks[0].ID, "high", data(`{"score": 90}`)); err != nil || one.State != "done" {
		t.Fatalf("a result that counts: %+v, %v", one, err)
	}
	// The answer was lost: the same again is what it was; another is refused.
	if one, err := w.e.FinishTask(ctx, "mgr.wang", tasks[0].ID, "high", data(`{"score": 90}`)); err != nil || one.State != "done" {
		t.Errorf("the same again: %+v, %v", one, err)
	}
	if _, err := w.e.FinishTask(ctx, "mgr.wang", tasks[0].ID, "again", data(`{"score": 99}`)); err == nil {
		t.Error("another result of a task that is closed was taken")
	}
	// The ladder speaks to him alone who has not done his part.
	told := func() (out []string) {
		for _, user := range []string{"rep.li", "mgr.wang", "dir.sun", "fin.zhao", "cfo.he", "ops.wu"} {
			n, err := w.e.Unread(ctx, user)
			w.must(err)
			w.must(w.e.ReadNotices(ctx, user, nil))
			for range n {
				out = append(out, user)
			}
		}
		return out
	}
	told()
	w.clock.add(40 * time.Minute)
	w.runDue()
	if got := told(); !slices.Equal(got, []string{"dir.sun"}) {
		t.Errorf("after half of the time: %v", got)
	}
	w.clock.add(30 * time.Minute)
	w.runDue()
	if got := told(); !slices.Equal(got, []string{"dir.sun", "fin.zhao"}) {
		t.Errorf("at its end: %v", got)
	}
	w.do("dir.sun", quizBy(s.ID, "late"))
	w.runDue()
	todo, _, err := w.e.Tasks(ctx, "rep.li", TaskQuery{Kind: "todo"})
	w.must(err)
	if len(todo) != 1 {
		t.Fatalf("todo %+v", todo)
	}
	told()
	w.clock.add(61 * time.Minute)
	w.runDue()
	if got := told(); !slices.Contains(got, "rep.li") {
		t.Errorf("nobody reminded rep.li of his task: %v", got)
	}
	w.clock.add(time.Hour)
	w.runDue()
	if got := told(); !slices.Contains(got, "mgr.wang") {
		t.Errorf("his manager was not told: %v", got)
	}
	w.clock.add(30 * time.Minute)
	w.runDue()
	if got := told(); !slices.Equal(got, []string{"cfo.he"}) {
		t.Errorf("the rung told others than it names: %v", got)
	}
	w.clock.add(30 * time.Minute)
	w.runDue()
	if mine, _, err := w.e.Tasks(ctx, "rep.li", TaskQuery{Kind: "todo"}); err != nil || len(mine) != 0 {
		t.Errorf("rep.li still has %+v, %v", mine, err)
	}
	theirs, _, err := w.e.Tasks(ctx, "ops.wu", TaskQuery{Kind: "todo"})
	w.must(err)
	if len(theirs) != 1 || theirs[0].For != "rep.li" {
		t.Fatalf("ops.wu has %+v", theirs)
	}
	if _, err := w.e.FinishTask(ctx, "ops.wu", theirs[0].ID, "x", nil); err != nil {
		t.Error(err)
	}
}

func quizBy(id, op string) process.Command {
	c := quiz(id, "85")
	c.Op = op
	return c
}
