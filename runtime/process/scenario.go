package process

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"pipewright/forms"
	"pipewright/rules"
)

// World is what scenarios know of people: the sample company, or a real one.
type World interface {
	// Actor answers who a user is and what he may do; s is nil for a record not created yet.
	Actor(app *App, form, user string, s *State) Actor
	People(n PeopleNeed) []string
	Calendar(key string) rules.Calendar
	// Name is what a person is called, nothing when he is not known.
	Name(user string) rules.Text
}

// TestResult is the outcome of one scenario. It passed when there are no problems.
type TestResult struct {
	Name     string
	Problems []rules.Problem
}

// startOfTests is when a scenario begins that names no instant: a Monday morning.
var startOfTests = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)

// RunTests runs the app's scenarios on the pure core with a virtual clock. Each begins on its own; nothing is sent.
func RunTests(app *App, w World) ([]TestResult, *Coverage) {
	cov := NewCoverage()
	var out []TestResult
	for i := range app.Def.Tests {
		t := &app.Def.Tests[i]
		s := newScenario(app, w, cov, t, fmt.Sprintf("/tests/%d", i))
		s.run()
		out = append(out, TestResult{Name: t.Name, Problems: s.problems})
	}
	return out, cov
}

// scenario is one run: a small world of records with a clock that only moves when told.
type scenario struct {
	app     *App
	world   World
	cov     *Coverage
	test    *Test
	path    string
	now     time.Time
	records map[string]*State
	order   []string
	names   map[string]string // names of the given records → ids
	main    string
	numbers map[string]int
	turns   map[string]string
	unique  map[string]string
	away    map[string]string
	tasks   map[string]*TaskEffect
	// waiting are the runs of automations that wait.
	waiting []*scenarioRun
	// notices and started since the last expectation.
	notices  []string
	started  []string
	problems []rules.Problem
	// watch sees what happens and what follows from it; nil but in tests.
	watch func([]Event, []Effect)
	ops   int
	depth int
}

func newScenario(app *App, w World, cov *Coverage, t *Test, path string) *scenario {
	return &scenario{app: app, world: w, cov: cov, test: t, path: path, now: startOfTests, records: map[string]*State{}, names: map[string]string{},
		numbers: map[string]int{}, turns: map[string]string{}, unique: map[string]string{}, away: map[string]string{}, tasks: map[string]*TaskEffect{}}
}

func (s *scenario) fail(path string, zhCN, zhTW, en string, args ...any) {
	s.problems = append(s.problems, rules.Errorf(path, "test.failed", rules.Say(zhCN, zhTW, en, args...)))
}

func (s *scenario) run() {
	if s.test.At != "" {
		at, err := time.Parse(time.RFC3339, s.test.At)
		if err != nil {
			s.fail(s.path+"/at", "“at”应是一个时刻，如 2026-03-02T09:00:00+08:00", "「at」應是一個時刻，如 2026-03-02T09:00:00+08:00", "“at” must be an instant like 2026-03-02T09:00:00+08:00")
			return
		}
		s.now = at.UTC()
	}
	if !s.begin() {
		return
	}
	for i := range s.test.Steps {
		s.step(&s.test.Steps[i], fmt.Sprintf("%s/steps/%d", s.path, i))
	}
}

// begin puts the given records in place and creates the one the scenario is about.
func (s *scenario) begin() bool {
	for _, name := range sortedKeys(s.test.Given.Records) {
		s.names[name] = "rec-" + name
	}
	for _, name := range sortedKeys(s.test.Given.Records) {
		g := s.test.Given.Records[name]
		c := &Command{Kind: Import, ID: s.names[name], App: s.app.Def.Key, Form: g.Form, Data: s.refer(g.Form, g.Data), Stage: g.Stage, Owner: s.user("")}
		if r := s.do(c, Service(s.app.Def.Key)); r != nil {
			s.refused(s.path+"/given/records/"+name, r)
			return false
		}
	}
	if s.test.Given.Form == "" {
		return true
	}
	s.main = "rec-main"
	g := &s.test.Given
	c := &Command{Kind: Create, ID: s.main, App: s.app.Def.Key, Form: g.Form, Data: s.refer(g.Form, g.Data), Owner: g.Owner}
	actor := s.world.Actor(s.app, g.Form, s.user(""), nil)
	if g.Stage != "" {
		c.Kind, c.Stage, actor = Import, g.Stage, Service(s.app.Def.Key)
		if c.Owner == "" {
			c.Owner = s.user("")
		}
	}
	if r := s.do(c, actor); r != nil {
		s.refused(s.path+"/given", r)
		return false
	}
	return true
}

// refer puts the ids of given records in place of their names, in reference fields and reference columns.
func (s *scenario) refer(form string, data Wire) Wire {
	f := s.app.Forms[form]
	if f == nil {
		return data
	}
	return replaceRefs(f.Schema.Fields(), data, s.names)
}

func (s *scenario) user(as string) string {
	switch {
	case as != "":
		return as
	case s.test.As != "":
		return s.test.As
	}
	return "rep.li"
}

func (s *scenario) refused(path string, r *Rejection) {
	s.fail(path, "被拒绝：{why}", "被拒絕：{why}", "Refused: {why}", "why", why(r))
}

// do runs one command to its end: facts fetched, events applied, effects carried out, automations run.
func (s *scenario) do(c *Command, actor Actor) *Rejection {
	s.ops++
	c.Op, c.At, c.Actor = fmt.Sprintf("op%d", s.ops), s.now, actor
	before := s.records[c.ID]
	if before == nil && c.Kind != Create && c.Kind != Import {
		return reject("not.found", rules.Say("没有这条记录", "沒有這條記錄", "There is no such record"))
	}
	f := s.facts()
	for range 8 {
		d := Decide(s.app, before, c, f)
		if d.Reject != nil {
			return d.Reject
		}
		if len(d.Needs) == 0 {
			s.commit(before, c, d)
			return nil
		}
		for _, n := range d.Needs {
			s.fetch(f, n)
		}
	}
	return reject("facts.endless", rules.Say("取数没有尽头", "取數沒有盡頭", "The command asks for facts without end"))
}

func (s *scenario) commit(before *State, c *Command, d *Decision) {
	if len(d.Events) == 0 {
		return
	}
	if before == nil {
		s.order = append(s.order, c.ID)
	}
	s.records[c.ID] = d.State
	s.cover(before, d)
	var runs []Effect
	effects := Effects(s.app, before, c.ID, d.Events, nil)
	if s.watch != nil {
		s.watch(d.Events, effects)
	}
	for _, e := range effects {
		switch e.Kind {
		case "task":
			s.tasks[e.ID] = e.Task
		case "notice":
			s.notices = append(s.notices, e.Notice.User)
		case "automation":
			runs = append(runs, e)
		}
	}
	for _, e := range Refreshes(s.app.Forms[d.State.Form], before, c.ID, d.Events) {
		s.refresh(e.Refresh)
	}
	for _, e := range runs {
		a := s.app.Automations[e.Automation.Key]
		var fr *Frame
		if begun, ok := d.Events[0].Payload.(Created); ok && a != nil {
			fr = a.SentFrame(&begun)
		}
		s.automate(a, c.ID, fr, Cause{Root: c.Op, Depth: c.Cause.Depth + 1})
	}
}

// refresh carries out what a change elsewhere asks for.
func (s *scenario) refresh(x *RefreshEffect) {
	if x.Cause.Depth > 16 {
		return
	}
	table, column, inTable := strings.Cut(x.Via, ".")
	for _, id := range slices.Clone(s.order) {
		st := s.records[id]
		if st.Form != x.Form || !st.Deleted.IsZero() {
			continue
		}
		hit := x.Via == "" && id == x.Record
		v := s.app.Forms[st.Form].Schema.Decode(st.Data)
		if inTable {
			rows, _ := v[table].([]map[string]any)
			hit = slices.ContainsFunc(rows, func(r map[string]any) bool { return r[column] == any(forms.Ref{ID: x.Record}) })
		} else if x.Via != "" {
			hit = v[x.Via] == any(forms.Ref{ID: x.Record})
		}
		if hit {
			if r := s.do(&Command{Kind: Refresh, ID: id, Cause: x.Cause}, Actor{Service: true}); r != nil {
				s.fail("/"+id, "刷新失败：{why}", "更新失敗：{why}", "A refresh failed: {why}", "why", why(r))
			}
		}
	}
}

// cover counts what the events of a commit walked. One round may end in it and the next begin, so the chain is followed event by event.
func (s *scenario) cover(before *State, d *Decision) {
	chain := ""
	if before != nil && before.Round != nil {
		chain = before.Round.Chain
	}
	for i := range d.Events {
		switch p := d.Events[i].Payload.(type) {
		case Entered:
			s.cov.Stages[d.State.Process+"."+p.To]++
			if p.Transition != "" {
				s.cov.Transitions[d.State.Process+"."+p.Transition]++
			}
		case RoundOpened:
			chain = p.Chain
		case StepEnded:
			if p.State != Skipped && p.State != Cancelled {
				s.cov.Steps[chain+"."+p.Step]++
			}
		}
	}
}

// facts are empty but for the calendar.
func (s *scenario) facts() *Facts {
	return &Facts{Trace: func(rule string, rows []int) { s.cov.rows(s.app, rule, rows) }, People: map[string][]string{}, Teams: map[string]string{}, Records: map[string]RecordFact{}, Linked: map[string]map[string]int{},
		Numbers: map[string]string{}, Unique: map[string]string{}, Loads: map[string]map[string]int{}, Away: map[string][]string{}, StandIns: s.standIns(), Turns: map[string]string{}, Links: map[string]string{}, Slots: map[string]int{}, Quotas: map[string]int{}, Rollups: map[string]*Roll{}, Rates: map[string]RateFact{}, Files: map[string]FileFact{}, Calendar: s.world.Calendar(s.app.Def.Calendar)}
}

// points says whether the reference via of a record, or one in a row of its table ("lines.product"), points to id.
func (s *scenario) points(st *State, via, id string) bool {
	v := s.app.Forms[st.Form].Schema.Decode(st.Data)
	table, column, inTable := strings.Cut(via, ".")
	if !inTable {
		return v[via] == forms.Ref{ID: id}
	}
	rows, _ := v[table].([]map[string]any)
	return slices.ContainsFunc(rows, func(row map[string]any) bool { return row[column] == forms.Ref{ID: id} })
}

// fetch answers a need from the small world.
func (s *scenario) fetch(f *Facts, n Need) {
	switch n.Kind {
	case NeedRecord:
		st := s.records[n.ID]
		if st == nil || st.Form != n.Form || !st.Deleted.IsZero() {
			f.Records[n.Key] = RecordFact{Missing: true}
			return
		}
		f.Records[n.Key] = RecordFact{Ver: st.Seq, Rev: st.Rev, Title: st.Title, Stage: st.Stage, Owner: st.Owner, Team: st.Team, Values: s.app.Form(n.Form).Schema.Decode(st.Data), State: st}
	case NeedLinked:
		counts := map[string]int{}
		for _, id := range s.order {
			st := s.records[id]
			if st.Form != n.Form || !st.Deleted.IsZero() {
				continue
			}
			if ref, _ := s.app.Forms[n.Form].Schema.Decode(st.Data)[n.Via].(forms.Ref); ref.ID == n.ID {
				counts[st.Stage]++
			}
		}
		f.Linked[n.Key] = counts
	case NeedPeople:
		f.People[n.Key] = s.world.People(*n.People)
	case NeedTeam:
		f.Teams[n.Users[0]] = s.world.Actor(s.app, s.app.Def.Forms[0].Key, n.Users[0], nil).Team
	case NeedNumber:
		s.numbers[n.Series]++
		f.Numbers[n.Key] = itoa(s.numbers[n.Series])
	case NeedUnique:
		holder := s.unique[n.Series]
		if holder == "" && n.Mode != "warn" {
			s.unique[n.Series] = n.ID
		}
		f.Unique[n.Key] = holder
	case NeedFile:
		f.Files[n.Key] = FileFact{Name: n.ID, Type: "image/png", Size: 1, SHA256: strings.Repeat("0", 64)}
	case NeedRollup:
		roll := NewRoll(s.app, n, f.Calendar, s.now)
		for _, id := range s.order {
			st := s.records[id]
			if st.Form != n.Form {
				continue
			}
			if s.points(st, n.Via, n.ID) {
				roll.Add(st)
			}
		}
		f.Rollups[n.Key] = roll
	case NeedSlot:
		taken, owns := map[int]bool{}, 0
		for _, id := range s.order {
			st := s.records[id]
			if st.Hold != nil {
				for pool, slot := range st.Hold.Slots {
					taken[slot] = taken[slot] || pool+"|"+st.Hold.User == n.Series
				}
			}
			if st.Form == n.Form && st.Owner == n.Users[0] && st.ClosedAt.IsZero() && st.Deleted.IsZero() {
				owns++
			}
		}
		if f.Slots[n.Key] = 0; n.Mode == "must" && owns >= n.Limit {
			break
		}
		for slot := n.Limit; slot > 0; slot-- {
			if !taken[slot] {
				f.Slots[n.Key] = slot
			}
		}
	case NeedQuota:
		if f.Quotas[n.Key] = 0; s.numbers[n.Series] < n.Limit {
			s.numbers[n.Series]++
			f.Quotas[n.Key] = s.numbers[n.Series]
		}
	case NeedAway:
		f.Away[n.Key] = slices.DeleteFunc(slices.Clone(n.Users), func(u string) bool { _, away := s.away[u]; return !away })
	case NeedTurn:
		s.turns[n.Series] = NextTurn(s.turns[n.Series], n.Users)
		f.Turns[n.Key] = s.turns[n.Series]
	case NeedLink:
		f.Links[n.Key] = "https://example.com/t/" + n.Mode
	case NeedRate:
		f.Rates[n.Key] = s.rate(n.Rate)
	case NeedLoad:
		load := map[string]int{}
		for _, id := range s.order {
			if st := s.records[id]; st.Form == n.Form && slices.Contains(n.Users, st.Owner) && st.ClosedAt.IsZero() {
				load[st.Owner]++
			}
		}
		f.Loads[n.Key] = load
	}
}

// standIns are the people away with who stands in for each: his substitute, or the substitute of that one, and no further.
func (s *scenario) standIns() map[string]string {
	out := map[string]string{}
	for user, next := range s.away {
		if _, away := s.away[next]; away {
			next = s.away[next]
		}
		if _, away := s.away[next]; away || next == user {
			next = ""
		}
		out[user] = next
	}
	return out
}
