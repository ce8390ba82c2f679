package process

import (
	"encoding/json"
	"slices"
	"time"

	"pipewright/forms"
	"pipewright/rules"
)

// step does one step of a scenario and then looks at what it expects. A refusal that is not expected fails the scenario.
func (s *scenario) step(t *TestStep, path string) {
	id := s.about(t.Record)
	r := s.act(t, id, path)
	var expected *[]string
	if t.Expect != nil {
		expected = t.Expect.Problems
	}
	switch {
	case r != nil && (expected == nil || len(*expected) == 0):
		s.refused(path, r)
	case expected != nil && !slices.Equal(codes(r), sorted(*expected)):
		want := each(*expected, func(code string) rules.Text { return oneOf(refusalWords, code) })
		if r == nil {
			s.fail(path+"/expect/problems", "应被拒绝（{want}），实际办成了", "應被拒絕（{want}），實際辦成了", "It should be refused ({want}), but it was done", "want", want)
		} else {
			s.fail(path+"/expect/problems", "应被拒绝（{want}），实际的原因是：{got}", "應被拒絕（{want}），實際的原因是：{got}", "It should be refused ({want}), but it was for: {got}", "want", want, "got", why(r))
		}
	}
	if t.Expect != nil {
		s.expect(t.Expect, s.about(t.Record), path+"/expect")
		s.notices, s.started = nil, nil
	}
}

// about is the record a step works on: the scenario's own, a given one by its name, or the newest of a form.
func (s *scenario) about(name string) string {
	if name == "" {
		return s.main
	}
	if id := s.names[name]; id != "" {
		return id
	}
	for _, id := range slices.Backward(s.order) {
		if s.records[id].Form == name {
			return id
		}
	}
	return ""
}

func (s *scenario) act(t *TestStep, id, path string) *Rejection {
	user := s.user(t.As)
	st := s.records[id]
	if t.Run != "" {
		s.runCron(t.Run, t.With, path)
		return nil
	}
	if t.After != "" {
		s.wait(t.After, path)
		return nil
	}
	if t.Reclaim != "" {
		return s.reclaim(t.Reclaim)
	}
	if t.Submit != "" {
		return s.submit(t, path)
	}
	if st == nil {
		if t.Record != "" {
			s.fail(path+"/record", "没有“{name}”的记录", "沒有「{name}」的記錄", "There is no record of “{name}”", "name", t.Record)
		}
		return nil
	}
	if len(t.Away) > 0 {
		return s.sendAway(t.Away)
	}
	actor := s.world.Actor(s.app, st.Form, user, st)
	for decision, step := range map[string]string{"approve": t.Approve, "reject": t.Reject, "return": t.Return, "transfer": t.Transfer, "delegate": t.Delegate,
		"addSign": t.AddSign, "removeSign": t.RemoveSign} {
		if step != "" {
			return s.decide(id, st, step, decision, t, actor)
		}
	}
	switch {
	case t.Do != "":
		return s.do(&Command{Kind: Move, ID: id, Transition: t.Do, Data: s.refer(st.Form, t.With), Pick: t.Pick}, actor)
	case t.Press != "":
		return s.do(&Command{Kind: Press, ID: id, Item: t.Press}, actor)
	case t.Urge:
		return s.do(&Command{Kind: Urge, ID: id}, actor)
	case len(t.Set) > 0:
		return s.do(&Command{Kind: Edit, ID: id, Data: s.refer(st.Form, t.Set)}, actor)
	case len(t.Check) > 0:
		for _, item := range t.Check {
			if r := s.do(&Command{Kind: Tick, ID: id, Item: item, Done: true}, actor); r != nil {
				return r
			}
		}
	case t.Activity != "":
		return s.do(&Command{Kind: Activity, ID: id, Item: t.Activity, Done: true, Data: t.With}, actor)
	case t.Hand != "":
		return s.do(&Command{Kind: HandActivity, ID: id, Item: t.Hand, Owner: user, People: t.People, Comment: "scenario"}, actor)
	case t.Retry:
		return s.do(&Command{Kind: Retry, ID: id}, actor)
	case t.Withdraw:
		return s.do(&Command{Kind: Withdraw, ID: id}, actor)
	case t.Claim:
		return s.do(&Command{Kind: Claim, ID: id}, actor)
	case t.Release != "":
		return s.do(&Command{Kind: Release, ID: id, Pool: t.Release, Comment: "scenario"}, actor)
	}
	return nil
}

// sendAway makes people absent, or brings them back, and passes on what they have open.
func (s *scenario) sendAway(away map[string]string) *Rejection {
	for _, user := range sortedKeys(away) {
		if away[user] == "" {
			delete(s.away, user)
			continue
		}
		s.away[user] = away[user]
	}
	for _, user := range sortedKeys(away) {
		for _, id := range slices.Clone(s.order) {
			if r := s.do(&Command{Kind: Substitute, ID: id, Owner: user}, Service(s.app.Def.Key)); r != nil {
				return r
			}
		}
	}
	return nil
}

// reclaim looks at every record of a pool's form, as is done at night.
func (s *scenario) reclaim(pool string) *Rejection {
	p := s.app.Pools[pool]
	for _, id := range slices.Clone(s.order) {
		if p == nil || s.records[id].Form != p.Def.Form {
			continue
		}
		if r := s.do(&Command{Kind: Reclaim, ID: id, Pool: pool}, Service(s.app.Def.Key)); r != nil {
			return r
		}
	}
	return nil
}

// decide finds the user's slot in a step and decides it: an open one, or to remove people the one that waits for them.
func (s *scenario) decide(id string, st *State, step, decision string, t *TestStep, actor Actor) *Rejection {
	c := &Command{Kind: DecideSlot, ID: id, Decision: decision, Step: step, Slot: -1, Comment: "scenario", Data: s.refer(st.Form, t.With), People: t.People,
		Position: t.Position, To: t.To, Pick: t.Pick}
	if decision == "addSign" && c.Position == "" {
		c.Position = AskBefore
	}
	if st.Round != nil {
		c.Round, c.Hash = st.Round.N, st.Round.Hash
		for i, slot := range st.Round.Step(step).Slots {
			asked := decision == "removeSign" && (slot.State == AwaitSign || slot.State == Delegated)
			if (slot.State == Open || asked) && slot.Person == actor.User {
				c.Slot = i
			}
		}
	}
	return s.do(c, actor)
}

// wait moves the clock; timers that come due on the way fire in order, at their own instants.
func (s *scenario) wait(duration, path string) {
	d, err := rules.ParseDuration(duration)
	if err != nil {
		s.fail(path+"/after", "“{text}”不是时长", "「{text}」不是時長", "“{text}” is not a duration", "text", duration)
		return
	}
	until := d.Add(s.now, s.app.Zone, s.world.Calendar(s.app.Def.Calendar))
	for range 1000 {
		run := s.nextWaiting(until)
		id, timer := s.nextTimer(until)
		if run != nil && (id == "" || run.until.Before(timer.At)) {
			s.now = run.until
			s.goOn(run)
			continue
		}
		if id == "" {
			break
		}
		if timer.At.After(s.now) {
			s.now = timer.At
		}
		if r := s.do(&Command{Kind: Fire, ID: id, Timer: timer.ID}, Service(s.app.Def.Key)); r != nil {
			s.refused(path, r)
			return
		}
	}
	s.now = until
}

func (s *scenario) nextTimer(until time.Time) (id string, next Timer) {
	for _, rec := range s.order {
		for _, t := range s.records[rec].Timers {
			if !t.At.After(until) && (id == "" || t.At.Before(next.At)) {
				id, next = rec, t
			}
		}
	}
	return id, next
}

// expect compares what is with what should be.
func (s *scenario) expect(e *Expect, id, path string) {
	st := s.records[id]
	if st == nil {
		st = &State{}
	}
	differ := func(member string, want, got rules.Text) { s.differs(path+"/"+member, expectWords[member], want, got) }
	inStage := func(key string) rules.Text { return s.stageName(st.Form, key) }
	if e.Stage != "" && e.Stage != st.Stage {
		differ("stage", inStage(e.Stage), whichever(st.Stage, inStage))
	}
	if e.Owner != "" && e.Owner != st.Owner {
		differ("owner", s.personName(e.Owner), whichever(st.Owner, s.personName))
	}
	if e.Pool != "" && e.Pool != st.InPool() {
		differ("pool", s.poolName(e.Pool), whichever(st.InPool(), s.poolName))
	}
	var steps, people []string
	escalated := false
	if st.Round != nil {
		for i := range st.Round.Steps {
			if step := &st.Round.Steps[i]; step.State == Active && len(step.Branches) == 0 {
				steps = append(steps, step.Key)
				escalated = escalated || step.Escalated
			}
		}
		people = sorted(st.Round.waiting())
	}
	escalated = escalated || !st.LateSince.IsZero()
	if e.WaitingFor != nil && !slices.Equal(*e.WaitingFor, steps) {
		differ("waitingFor", each(*e.WaitingFor, s.stepName), each(steps, s.stepName))
	}
	if e.Approvers != nil && !slices.Equal(sorted(*e.Approvers), people) {
		differ("approvers", each(*e.Approvers, s.personName), each(people, s.personName))
	}
	if e.Escalated != nil && *e.Escalated != escalated {
		differ("escalated", yesNo(*e.Escalated), yesNo(escalated))
	}
	if e.Skipped != nil {
		var skipped []string
		if st.Round != nil {
			for i := range st.Round.Steps {
				if st.Round.Steps[i].State == Skipped {
					skipped = append(skipped, st.Round.Steps[i].Key)
				}
			}
		}
		if !slices.Equal(*e.Skipped, skipped) {
			differ("skipped", each(*e.Skipped, s.stepName), each(skipped, s.stepName))
		}
	}
	if e.Round != "" {
		got := ""
		if n := len(st.Rounds); n > 0 {
			got = st.Rounds[n-1].State
		}
		if st.Round != nil {
			got = st.Round.State
		}
		if got != e.Round {
			differ("round", oneOf(roundWords, e.Round), whichever(got, func(state string) rules.Text { return oneOf(roundWords, state) }))
		}
	}
	if e.Tasks != nil {
		open := 0
		for _, t := range s.tasks {
			if t.State == Open && t.Kind != "cc" {
				open++
			}
		}
		if open != *e.Tasks {
			differ("tasks", count(*e.Tasks), count(open))
		}
	}
	if e.Notices != nil && !slices.Equal(sorted(*e.Notices), sorted(s.notices)) {
		differ("notices", each(*e.Notices, s.personName), each(s.notices, s.personName))
	}
	if e.Started != nil && !slices.Equal(sorted(*e.Started), sorted(s.started)) {
		differ("started", each(*e.Started, s.formName), each(s.started, s.formName))
	}
	s.expectData(st, e.Data, path+"/data")
}

// expectData compares values by what they mean: the expected ones are parsed like a client's.
func (s *scenario) expectData(st *State, want Wire, path string) {
	form := s.app.Forms[st.Form]
	if len(want) == 0 || form == nil {
		return
	}
	values := form.Schema.Decode(st.Data)
	got, currency := form.Schema.Wire(values, nil), form.Schema.Currency()
	for _, k := range sortedKeys(want) {
		parsed, problems := form.Schema.Parse(s.refer(st.Form, Wire{k: want[k]}), path)
		if len(problems) > 0 {
			s.problems = append(s.problems, problems...)
			continue
		}
		if k != currency && currency != "" {
			problems = form.Schema.SaidIn(want, parsed, values, path)
			parsed[currency] = values[currency] // what an amount means depends on it
		}
		if len(problems) > 0 {
			s.problems = append(s.problems, problems...)
			continue
		}
		expected, ok := form.Schema.Wire(parsed, nil)[k]
		if !ok {
			expected = json.RawMessage("null")
		}
		actual, ok := got[k]
		if !ok {
			actual = json.RawMessage("null")
		}
		if string(expected) != string(actual) {
			name := rules.Plain(k)
			if f := fieldOf(form.Def, k); f != nil {
				name = named(f.Name, k)
			}
			s.differs(path+"/"+k, name, s.value(form, k, parsed[k]), s.value(form, k, values[k]))
		}
	}
}

// codes are what a refusal was for: its details, or itself.
func codes(r *Rejection) []string {
	var out []string
	if r == nil {
		return out
	}
	for _, p := range r.Details {
		if !slices.Contains(out, p.Code) {
			out = append(out, p.Code)
		}
	}
	if len(out) == 0 {
		out = []string{r.Code}
	}
	return sorted(out)
}

func sorted(in []string) []string {
	out := slices.Clone(in)
	slices.Sort(out)
	return out
}

// replaceRefs puts ids in place of names.
func replaceRefs(fields []forms.FieldInfo, data Wire, ids map[string]string) Wire {
	if len(data) == 0 {
		return data
	}
	out := make(Wire, len(data))
	for k, raw := range data {
		out[k] = raw
	}
	for _, f := range fields {
		raw, given := data[f.Def.Key]
		if !given {
			continue
		}
		switch f.Def.Type {
		case "reference":
			var name string
			if json.Unmarshal(raw, &name) == nil && ids[name] != "" {
				out[f.Def.Key], _ = json.Marshal(ids[name])
			}
		case "table":
			var rows []Wire
			if json.Unmarshal(raw, &rows) == nil {
				for i := range rows {
					rows[i] = replaceRefs(f.Columns, rows[i], ids)
				}
				out[f.Def.Key], _ = json.Marshal(rows)
			}
		}
	}
	return out
}
