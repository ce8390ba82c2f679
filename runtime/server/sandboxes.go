package server

import (
	"net/http"
	"strings"
	"time"

	"pipewright/rules"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/sandbox"
)

type sandboxIn struct {
	// Sample puts the sample records of the app's template in.
	Sample bool `json:"sample"`
	// Records are real records of the app to begin with copies of, as the administrator may read them.
	Records []string `json:"records"`
	// At is where the clock begins; empty is now.
	At string `json:"at"`
}

type sandboxOut struct {
	ID    string     `json:"id"`
	App   string     `json:"app"`
	Name  rules.Text `json:"name"`
	Draft int64      `json:"draft"`
	// Stale: the draft has been changed since.
	Stale bool    `json:"stale,omitempty"`
	Now   instant `json:"now"`
	Began instant `json:"began"`
	Zone  string  `json:"zone"`
	// Records of Most, Sample of them from the template; SampleError says why not more of those.
	Records     int64      `json:"records"`
	Most        int64      `json:"most"`
	Sample      int        `json:"sample"`
	SampleError rules.Text `json:"sampleError,omitzero"`
	// Copied of the records CopiedFrom and of those they point to are here as copies; NotCopied is what the draft did not take of them.
	Copied     int      `json:"copied"`
	CopiedFrom []string `json:"copiedFrom"`
	// At is where the clock was to begin; absent when it began with now.
	At          instant        `json:"at,omitzero"`
	NotCopied   []notCopiedOut `json:"notCopied"`
	IdleMinutes int            `json:"idleMinutes"`
	// Deeds is how many things people did, which a scenario could be made of.
	Deeds int `json:"deeds"`
	// Walks are the records that a scenario can be about, the most worked on first.
	Walks  []walkedOut     `json:"walks"`
	Sent   int             `json:"sent"`
	Ran    int             `json:"ran"`
	People []sandboxPerson `json:"people"`
	Caught []caughtOut     `json:"caught"`
	Fired  []firedOut      `json:"fired"`
	Coming []comingOut     `json:"coming"`
}

// sandboxesOut are my sandboxes of an app, who can be played in another, and whether there is sample data for it.
type sandboxesOut struct {
	Items       []sandboxOut    `json:"items"`
	People      []sandboxPerson `json:"people"`
	Sample      bool            `json:"sample"`
	IdleMinutes int             `json:"idleMinutes"`
}

type notCopiedOut struct {
	Title string     `json:"title"`
	Field rules.Text `json:"field,omitzero"`
	Why   rules.Text `json:"why"`
}

type walkedOut struct {
	ID    string     `json:"id"`
	Form  rules.Text `json:"form"`
	Title string     `json:"title"`
	Steps int        `json:"steps"`
}

type sandboxPerson struct {
	ID     string       `json:"id"`
	Name   string       `json:"name"`
	Title  rules.Text   `json:"title"`
	Roles  []rules.Text `json:"roles"`
	Tasks  int          `json:"tasks"`
	Unread int          `json:"unread"`
}

type caughtOut struct {
	N       int      `json:"n"`
	Kind    string   `json:"kind"`
	At      instant  `json:"at"`
	To      []string `json:"to"`
	CC      []string `json:"cc,omitempty"`
	Subject string   `json:"subject,omitempty"`
	Text    string   `json:"text"`
}

type firedOut struct {
	N      int        `json:"n"`
	At     instant    `json:"at"`
	Kind   string     `json:"kind"`
	Timer  string     `json:"timer,omitempty"`
	Name   rules.Text `json:"name,omitzero"`
	Record string     `json:"record,omitempty"`
	Title  string     `json:"title,omitempty"`
	Error  string     `json:"error,omitempty"`
}

type comingOut struct {
	At     instant    `json:"at"`
	Kind   string     `json:"kind"`
	Timer  string     `json:"timer,omitempty"`
	Name   rules.Text `json:"name,omitzero"`
	Record string     `json:"record,omitempty"`
	Title  string     `json:"title,omitempty"`
}

func (s *Server) yard() (*sandbox.Yard, error) {
	if s.Sandboxes == nil {
		return nil, errNoRoute
	}
	return s.Sandboxes, nil
}

// postSandbox makes a sandbox of the draft.
func (s *Server) postSandbox(c *call) (any, error) {
	yard, err := s.yard()
	if err != nil {
		return nil, err
	}
	var in sandboxIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	start, err := s.sandboxStart(c, in)
	if err != nil {
		return nil, err
	}
	co, _, err := s.company(c.ctx())
	if err != nil {
		return nil, err
	}
	b, err := yard.Open(c.ctx(), c.user, c.Param("app"), start, s.serveBox(c.ctx(), co))
	if err != nil {
		return nil, err
	}
	out, err := s.sandbox(c, b)
	return reply{status: http.StatusCreated, body: out}, err
}

func (s *Server) getSandboxes(c *call) (any, error) {
	yard, err := s.yard()
	if err != nil {
		return nil, err
	}
	draft, err := s.Designer.Draft(c.ctx(), c.Param("app"))
	if err != nil {
		return nil, err
	}
	out := sandboxesOut{Items: []sandboxOut{}, People: []sandboxPerson{}, IdleMinutes: int(yard.Limits.Idle / time.Minute)}
	_, err = s.sampleOf(c)
	out.Sample = err == nil
	if def, _ := process.Parse([]byte(draft.Definition)); def != nil {
		out.People = players(def)
	}
	for _, b := range yard.Of(c.user.ID, c.Param("app")) {
		one, err := s.sandbox(c, b)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, one)
	}
	return out, nil
}

// players are the play people that a draft gives a role to.
func players(def *process.Definition) []sandboxPerson {
	roles := make([]string, len(def.Roles))
	for i := range def.Roles {
		roles[i] = def.Roles[i].Key
	}
	given := org.SampleRoles(def.Key, roles)
	out := []sandboxPerson{}
	sample, _ := org.Sample()
	for _, u := range sample {
		u.Roles = given[u.ID]
		if named := rolesOf(def, u); len(named) > 0 || !u.Admin {
			out = append(out, sandboxPerson{ID: u.ID, Name: u.Name, Title: org.SampleTitle(u.ID), Roles: named})
		}
	}
	return out
}

func (c *call) box() (*sandbox.Box, error) {
	yard, err := c.s.yard()
	if err != nil {
		return nil, err
	}
	return yard.Get(c.user.ID, c.Param("id"))
}

func (s *Server) getSandbox(c *call) (any, error) {
	b, err := c.box()
	if err != nil {
		return nil, err
	}
	return s.sandbox(c, b)
}

func (s *Server) deleteSandbox(c *call) (any, error) {
	yard, err := s.yard()
	if err != nil {
		return nil, err
	}
	return nil, yard.End(c.user.ID, c.Param("id"))
}

// sandboxClockIn moves the clock; one of its members is given.
type sandboxClockIn struct {
	// By is a duration such as P7D, To an instant, Next goes to what happens next.
	By   string `json:"by"`
	To   string `json:"to"`
	Next bool   `json:"next"`
}

type sandboxMoved struct {
	From  instant `json:"from"`
	To    instant `json:"to"`
	Fired int     `json:"fired"`
	// Stopped: so much happened on the way that the clock stopped at To; go on from there.
	Stopped bool       `json:"stopped,omitempty"`
	Sandbox sandboxOut `json:"sandbox"`
}

func (s *Server) moveSandbox(c *call) (any, error) {
	b, err := c.box()
	if err != nil {
		return nil, err
	}
	var in sandboxClockIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	leave, ok := b.Enter()
	if !ok {
		return c.box()
	}
	defer leave()
	var moved sandbox.Advance
	switch {
	case in.Next:
		moved, err = b.MoveOn(c.ctx())
	case in.By != "":
		moved, err = b.MoveBy(c.ctx(), in.By)
	default:
		at, wrong := time.Parse(time.RFC3339, in.To)
		if wrong != nil {
			return nil, badRequest(rules.Say("请说走多久（by）、走到何时（to）或走到下一件事（next）", "請說走多久（by）、走到何時（to）或走到下一件事（next）", "Say how far (by), until when (to), or to what comes next (next)"),
				rules.Errorf("/to", "field.invalid", rules.Say("应是一个时刻，如 2026-12-03T09:00:00+08:00", "應是一個時刻，如 2026-12-03T09:00:00+08:00", "An instant is expected, such as 2026-12-03T09:00:00+08:00")))
		}
		moved, err = b.MoveTo(c.ctx(), at)
	}
	if err != nil {
		return nil, err
	}
	out, err := s.sandboxHeld(c, b)
	return sandboxMoved{instant(moved.From), instant(moved.To), moved.Fired, moved.Stopped, out}, err
}

// sandbox is a box on the wire.
func (s *Server) sandbox(c *call, b *sandbox.Box) (sandboxOut, error) {
	leave, ok := b.Enter()
	if !ok {
		_, err := s.Sandboxes.Get(c.user.ID, b.ID)
		return sandboxOut{}, err
	}
	defer leave()
	return s.sandboxHeld(c, b)
}

// sandboxHeld is sandbox for who has entered the box.
func (s *Server) sandboxHeld(c *call, b *sandbox.Box) (sandboxOut, error) {
	caught, fired, sent, ran := b.Look()
	records, most := b.Records()
	out := sandboxOut{ID: b.ID, App: b.App.Def.Key, Name: b.App.Def.Name, Draft: b.Draft, Now: instant(b.Now()), Began: instant(b.Began), Zone: b.App.Zone.String(), Records: records, Most: most,
		Sample: b.Sample, IdleMinutes: int(s.Sandboxes.Limits.Idle / time.Minute), Deeds: b.Deeds(), Sent: sent, Ran: ran, People: []sandboxPerson{}, Caught: []caughtOut{}, Fired: []firedOut{}, Coming: []comingOut{}, Walks: []walkedOut{},
		Copied: b.Copied, CopiedFrom: list(b.Start.From), At: instant(b.Start.At), NotCopied: []notCopiedOut{}}
	for _, x := range b.NotCopied {
		out.NotCopied = append(out.NotCopied, notCopiedOut{x.Title, fieldNameIn(b.App, x.Field), x.Why})
	}
	for _, x := range b.Walks() {
		out.Walks = append(out.Walks, walkedOut{x.ID, b.App.Forms[x.Form].Def.Name, x.Title, x.Steps})
	}
	if b.SampleError != nil {
		out.SampleError = b.SampleError.Message
	}
	if draft, err := s.Designer.Draft(c.ctx(), out.App); err == nil {
		out.Stale = draft.Rev != b.Draft
	}
	people, err := b.People(c.ctx())
	if err != nil {
		return out, err
	}
	for _, u := range people {
		one := sandboxPerson{ID: u.ID, Name: u.Name, Title: org.SampleTitle(u.ID), Roles: rolesOf(b.App.Def, u)}
		if one.Tasks, err = b.Engine.OpenTasks(c.ctx(), u.ID); err != nil {
			return out, err
		}
		if one.Unread, err = b.Engine.Unread(c.ctx(), u.ID); err != nil {
			return out, err
		}
		out.People = append(out.People, one)
	}
	for _, x := range caught {
		out.Caught = append(out.Caught, caughtOut{x.N, x.Kind, instant(x.At), list(x.To), x.CC, x.Subject, x.Text})
	}
	titles := map[string]string{}
	title := func(app, form, id string) string {
		if id == "" {
			return ""
		}
		if _, known := titles[id]; !known {
			titles[id] = b.Title(c.ctx(), app, form, id)
		}
		return titles[id]
	}
	for _, x := range fired {
		out.Fired = append(out.Fired, firedOut{x.N, instant(x.At), x.Kind, x.TimerKind, thingName(b.App, x.Kind, x.TimerKind, x.TimerKey, x.Automation), x.Record, title(x.App, x.Form, x.Record), x.Error})
	}
	coming, err := b.Coming(c.ctx())
	if err != nil {
		return out, err
	}
	for _, x := range coming {
		out.Coming = append(out.Coming, comingOut{instant(x.At), x.Kind, x.Timer, thingName(b.App, x.Kind, x.Timer, x.TimerKey, x.Automation), x.Record, title(x.App, x.Form, x.Record)})
	}
	return out, nil
}

// rolesOf are the names of a person's roles in an app.
func rolesOf(def *process.Definition, u org.User) []rules.Text {
	out := []rules.Text{}
	for i := range def.Roles {
		for _, has := range u.Roles {
			if has == def.Key+"/"+def.Roles[i].Key {
				out = append(out, def.Roles[i].Name)
			}
		}
	}
	return out
}

// thingName is the name of the automation, step, activity or pool that something happens by; none where the kind says it all.
func thingName(app *process.App, kind, timer, key, automation string) rules.Text {
	switch {
	case kind == "reclaim":
		if p := app.Pools[strings.TrimPrefix(automation, "pool:")]; p != nil {
			return p.Def.Name
		}
	case timer == "step":
		return nameOfStep(app, key)
	case timer == "activity":
		return nameOfActivity(app, key)
	case automation == "":
		automation = key
	}
	if a := app.Automations[automation]; a != nil {
		return a.Def.Name
	}
	return rules.Text{}
}

func nameOfStep(app *process.App, key string) rules.Text {
	var out rules.Text
	for i := range app.Def.Approvals {
		app.Def.Approvals[i].EachStep(func(_ string, st *process.Step) {
			if st.Key == key && out.IsZero() {
				out = st.Name
			}
		})
	}
	return out
}

func nameOfActivity(app *process.App, key string) rules.Text {
	for i := range app.Def.Processes {
		for j := range app.Def.Processes[i].Stages {
			for _, a := range app.Def.Processes[i].Stages[j].Activities {
				if a.Key == key {
					return a.Name
				}
			}
		}
	}
	return rules.Text{}
}
