package process

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"pipewright/rules"
)

// runCron runs a scheduled automation once, now; one that another system calls is called with a payload.
func (s *scenario) runCron(key string, with Wire, path string) {
	a := s.app.Automations[key]
	if a == nil {
		s.fail(path+"/run", "没有自动化“{key}”", "沒有自動化「{key}」", "There is no automation “{key}”", "key", key)
		return
	}
	if a.Payload != nil {
		s.called(a, with, path)
		return
	}
	if a.Def.Each == nil {
		s.automate(a, "", nil, Cause{Depth: 1})
		return
	}
	if a.Group != nil {
		for _, item := range s.items(a.Group, &LoopDeed{Find: true}) {
			s.automate(a, "", (*Frame)(nil).Into(a.Group, &item, "", nil), Cause{Depth: 1})
		}
		return
	}
	if a.Form == nil {
		return
	}
	for _, item := range s.items(&CompiledLoop{Def: a.Def.Each, Form: a.Form, Where: a.Where}, &LoopDeed{Find: true}) {
		s.automate(a, item.ID, nil, Cause{Depth: 1})
	}
}

// called lets another system call: the payload is read as the automation says, and the record found that it is about.
func (s *scenario) called(a *CompiledAutomation, with Wire, path string) {
	raw, _ := json.Marshal(with)
	if with == nil {
		raw = json.RawMessage("{}")
	}
	fr, problems := a.ReadPayload(raw)
	if len(problems) > 0 {
		s.fail(path+"/with", "内容不对：{why}", "內容不對：{why}", "The payload does not fit: {why}", "why", problems[0].Message)
		return
	}
	if a.Called == nil {
		s.automate(a, "", fr, Cause{Depth: 1})
		return
	}
	found := s.items(a.Called, &LoopDeed{Find: true, Names: fr.Names()})
	if len(found) != 1 {
		s.fail(path+"/run", "应找到一条记录，找到了 {n} 条", "應找到一筆記錄，找到了 {n} 筆", "One record should be found, {n} were", "n", len(found))
		return
	}
	s.automate(a, found[0].ID, fr, Cause{Depth: 1})
}

// items are what a loop goes through: records of the small world, in the order they were made.
func (s *scenario) items(l *CompiledLoop, deed *LoopDeed) []Item {
	var out []Item
	for _, i := range deed.At {
		out = append(out, Item{Row: i})
	}
	if !deed.Find {
		return out
	}
	groups := map[string]int{}
	for _, id := range slices.Clone(s.order) {
		st := s.records[id]
		if l.Form == nil || st.Form != l.Form.Def.Key || !st.Deleted.IsZero() {
			continue
		}
		yes := false
		s.ask(func(f *Facts) (needs []Need, _ *rules.Problem) {
			d := inspector(s.app, st, Service(s.app.Def.Key), f, s.now)
			if d.bind() != nil {
				return nil, nil
			}
			d.extra = deed.Names
			yes, _ = d.truth(l.Where, d.whole(), "")
			return d.needs, nil
		})
		if !yes {
			continue
		}
		if l.Def.GroupBy == "" {
			out = append(out, Item{ID: id})
			continue
		}
		key, group := GroupOf(l, st)
		i, known := groups[key]
		if !known {
			i = len(out)
			groups[key] = i
			out = append(out, Item{Group: group})
		}
		out[i].Rows = append(out[i].Rows, id)
	}
	return out
}

// automate runs an automation for a record: the same Perform as the engine's.
func (s *scenario) automate(a *CompiledAutomation, id string, fr *Frame, cause Cause) {
	if a == nil || cause.Depth > 16 {
		return
	}
	path := s.path + "/automations/" + a.Def.Key
	f := s.facts()
	for range 8 {
		yes, needs, problem := Applies(s.app, a, s.records[id], fr, f, s.now)
		if problem != nil {
			s.problems = append(s.problems, *problem)
			return
		}
		if len(needs) == 0 {
			if !yes {
				return
			}
			break
		}
		for _, n := range needs {
			s.fetch(f, n)
		}
	}
	s.cov.Automations[a.Def.Key]++
	cause.Automation = s.app.Def.Key + "/" + a.Def.Key
	s.goOn(&scenarioRun{a: a, id: id, fr: fr, cause: cause, path: path, done: map[string]bool{}})
}

// scenarioRun is a run of an automation: what it has done, and until when it waits.
type scenarioRun struct {
	a     *CompiledAutomation
	id    string
	fr    *Frame
	cause Cause
	path  string
	// done are the places of actions finished, and the arms of branches taken.
	done  map[string]bool
	until time.Time
}

// goOn carries a run on to its end or its next wait.
func (s *scenario) goOn(r *scenarioRun) {
	s.waiting = slices.DeleteFunc(s.waiting, func(o *scenarioRun) bool { return o == r })
	if st := s.records[r.id]; st != nil && !st.Deleted.IsZero() {
		return
	}
	s.actions(r.a.Actions, r, r.fr, "")
}

// nextWaiting is the waiting run that goes on first.
func (s *scenario) nextWaiting(until time.Time) (next *scenarioRun) {
	for _, r := range s.waiting {
		if !r.until.After(until) && (next == nil || r.until.Before(next.until)) {
			next = r
		}
	}
	return next
}

// ask puts a question to the core until it has the facts.
func (s *scenario) ask(question func(*Facts) ([]Need, *rules.Problem)) bool {
	f := s.facts()
	for range 8 {
		needs, problem := question(f)
		if problem != nil {
			s.problems = append(s.problems, *problem)
			return false
		}
		if len(needs) == 0 {
			return true
		}
		for _, n := range needs {
			s.fetch(f, n)
		}
	}
	return true
}

// actions carries a list out; false when the run is over or waits.
func (s *scenario) actions(list []*CompiledAction, r *scenarioRun, fr *Frame, prefix string) bool {
	for i, action := range list {
		seq := prefix + itoa(i)
		if r.done[seq] {
			continue
		}
		over := false
		if !s.ask(func(f *Facts) (needs []Need, p *rules.Problem) {
			over, needs, p = Over(s.app, r.a, s.records[r.id], r.fr, f, s.now)
			return needs, p
		}) || over {
			return false
		}
		var deed *Deed
		if !s.ask(func(f *Facts) (needs []Need, p *rules.Problem) {
			deed, needs, p = Perform(s.app, action, s.records[r.id], fr, f, s.now, seq, r.cause)
			return needs, p
		}) {
			return false
		}
		if deed.Loop != nil {
			if !s.loop(action, deed.Loop, r, fr, seq) {
				return false
			}
			r.done[seq] = true
			continue
		}
		if deed.Arm != "" {
			// Once taken, an arm is gone through to its end, whatever the condition says after a wait.
			arm, branch := deed.Arm, deed.Branch
			if r.done[seq+".then"] {
				arm, branch = "then", action.Then
			} else if r.done[seq+".else"] {
				arm, branch = "else", action.Else
			}
			r.done[seq+"."+arm] = true
			if !s.actions(branch, r, fr, seq+"."+arm+".") {
				return false
			}
			r.done[seq] = true
			continue
		}
		r.done[seq] = true
		if deed.Stop {
			return false
		}
		if deed.Wait.After(s.now) {
			r.until = deed.Wait
			s.waiting = append(s.waiting, r)
			return false
		}
		s.carryOut(deed, r.id, r.cause, r.path)
	}
	return true
}

// loop goes through what an each has found; false when the run is over.
func (s *scenario) loop(action *CompiledAction, deed *LoopDeed, r *scenarioRun, fr *Frame, seq string) bool {
	items := s.items(action.Loop, deed)
	if len(items) == 0 {
		return s.actions(action.Else, r, fr, seq+".else.")
	}
	rows := deed.Decoded(s.app, action.Loop)
	for i := range items {
		if !s.actions(action.Do, r, fr.Into(action.Loop, &items[i], deed.Form, rows), seq+"."+itoa(i)+".") {
			return false
		}
	}
	return true
}

func (s *scenario) carryOut(deed *Deed, id string, cause Cause, path string) {
	service := Service(s.app.Def.Key)
	switch {
	case deed.Command != nil:
		deed.Command.ID = deed.Record
		if r := s.do(deed.Command, service); r != nil {
			s.refused(path, r)
		}
	case deed.Start != nil:
		deed.Start.ID = fmt.Sprintf("rec-%s-%d", deed.Start.Form, len(s.order))
		if r := s.do(deed.Start, service); r != nil {
			s.refused(path, r)
			return
		}
		s.started = append(s.started, deed.Start.Form)
		if from := deed.Start.Link; from != nil {
			if r := s.do(&Command{Kind: Connect, ID: from.ID, Link: &Link{ID: deed.Start.ID, Form: deed.Start.Form, Why: "started"}, Cause: cause}, service); r != nil {
				s.refused(path, r)
			}
		}
	}
	for i := range deed.Tasks {
		s.tasks[fmt.Sprintf("%s|%s|%d|%d", id, deed.Seq, s.ops, i)] = &deed.Tasks[i]
	}
	for _, n := range deed.Notices {
		s.notices = append(s.notices, n.User)
	}
}
