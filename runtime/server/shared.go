package server

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/engine"
	"pipewright/runtime/process"
)

// sharedOut is the picture of an app's live flows, or of one of them: a definition of what stands on it and nothing else.
type sharedOut struct {
	Release    int             `json:"release"`
	Definition json.RawMessage `json:"definition"`
	// Process is the one that is shown; empty: all.
	Process   string   `json:"process"`
	Languages []string `json:"languages"`
}

func (s *Server) getShared(c *call) (any, error) {
	if err := s.paces.look.admit(address(c.Request)); err != nil {
		return nil, err
	}
	app, only, err := s.Engine.SharedFlow(c.ctx(), c.Param("token"))
	if err != nil {
		return nil, err
	}
	text, err := process.Format(sharedDefinition(app, only))
	if err != nil {
		return nil, err
	}
	out := sharedOut{Release: app.Release, Definition: text, Process: only, Languages: rules.Languages}
	if langs := app.Def.Languages; len(langs) > 0 {
		out.Languages = langs
	}
	return out, nil
}

// sharedPage is the web app's page of a shared flow; a link that leads nowhere answers with the same page, which says so, and 404.
func (s *Server) sharedPage(c *call) (any, error) {
	if s.Web == nil {
		return nil, errNoRoute
	}
	if err := s.paces.look.admit(address(c.Request)); err != nil {
		return nil, err
	}
	_, _, err := s.Engine.SharedFlow(c.ctx(), c.Param("token"))
	var gone *process.Rejection
	switch {
	case err == nil:
		s.Web.ServeHTTP(c.Writer, c.Request)
	case errors.As(err, &gone):
		r := c.Request.Clone(c.ctx())
		for _, name := range []string{"If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since", "Range"} {
			r.Header.Del(name)
		}
		s.Web.ServeHTTP(goneWriter{c.Writer}, r)
	default:
		return nil, err
	}
	return nil, nil
}

// goneWriter says 404 where all went well.
type goneWriter struct{ http.ResponseWriter }

func (w goneWriter) WriteHeader(status int) {
	if status == http.StatusOK {
		status = http.StatusNotFound
	}
	w.ResponseWriter.WriteHeader(status)
}

// untold stands where a shared flow says that there is something and not what: a person, a team, a formula.
const untold = "untold"

// sharedDefinition is an app cut down to what stands on the picture of its processes, or of one: stages with who owns them, what they are
// for and what ends them, the ways between them, who agrees. Formulas, scripts, people and teams by name, and all of the rest are left out.
func sharedDefinition(app *process.App, only string) *process.Definition {
	s := &sharing{app: app, roles: map[string]bool{}, chains: map[string]string{}, fields: map[string]map[string]bool{}}
	d := app.Def
	out := &process.Definition{Spec: process.Spec, Key: d.Key, Name: d.Name, Languages: d.Languages, Layout: map[string]map[string]process.Point{}}
	for i := range d.Processes {
		if p := &d.Processes[i]; only == "" || p.Key == only {
			out.Processes = append(out.Processes, s.process(p))
			if l := d.Layout[p.Key]; len(l) > 0 {
				out.Layout[p.Key] = l
			}
		}
	}
	for i := range d.Approvals {
		c := &d.Approvals[i]
		if form, used := s.chains[c.Key]; used {
			s.form = form
			out.Approvals = append(out.Approvals, process.Chain{Key: c.Key, Name: c.Name, SkipIf: veiled(c.SkipIf), Steps: s.steps(c.Steps)})
		}
	}
	if only == "" {
		for i := range d.Automations {
			if a := &d.Automations[i]; !a.Off {
				out.Automations = append(out.Automations, s.handOver(a)...)
			}
		}
	}
	for i := range d.Roles {
		if r := &d.Roles[i]; s.roles[r.Key] {
			out.Roles = append(out.Roles, process.Role{Key: r.Key, Name: r.Name})
		}
	}
	for i := range d.Forms {
		f := &d.Forms[i]
		asked, shown := s.fields[f.Key]
		if !shown {
			continue
		}
		form := forms.Form{Key: f.Key, Name: f.Name, Fields: []forms.Field{}}
		for j := range f.Fields {
			if field := &f.Fields[j]; asked[field.Key] {
				form.Fields = append(form.Fields, forms.Field{Key: field.Key, Type: field.Type, Name: field.Name})
			}
		}
		out.Forms = append(out.Forms, form)
	}
	return out
}

// sharing notes what the shared processes name, so that it is told and nothing besides.
type sharing struct {
	app *process.App
	// form is the one whose fields are meant.
	form  string
	roles map[string]bool
	// chains are the approval chains with the form each is used on; fields are those named, by form.
	chains map[string]string
	fields map[string]map[string]bool
}

func (s *sharing) name(fields []string) []string {
	for _, key := range fields {
		s.fields[s.form][key] = true
	}
	return fields
}

func (s *sharing) by(roles []string) []string {
	for _, key := range roles {
		s.roles[key] = true
	}
	return roles
}

func (s *sharing) chain(key string) string {
	s.chains[key] = s.form
	return key
}

func (s *sharing) process(p *process.ProcessDef) process.ProcessDef {
	s.form = p.Form
	if s.fields[p.Form] == nil {
		s.fields[p.Form] = map[string]bool{}
	}
	out := process.ProcessDef{Key: p.Key, Form: p.Form, Name: p.Name, Start: p.Start, Roles: s.by(p.Roles)}
	for i := range p.Stages {
		out.Stages = append(out.Stages, s.stage(&p.Stages[i]))
	}
	for i := range p.Transitions {
		t := &p.Transitions[i]
		way := process.Transition{Key: t.Key, From: t.From, To: t.To, Name: t.Name, If: veiled(t.If), Message: t.Message, By: s.by(t.By), Ask: s.name(t.Ask), Auto: t.Auto}
		if t.Approval != "" {
			way.Approval = s.chain(t.Approval)
		}
		out.Transitions = append(out.Transitions, way)
	}
	return out
}

func (s *sharing) stage(st *process.Stage) process.Stage {
	out := process.Stage{Key: st.Key, Name: st.Name, End: st.End, Probability: st.Probability, Goal: st.Goal, Kind: st.Kind, Color: st.Color, Due: st.Due, Idle: st.Idle}
	if st.Due.Date != "" {
		out.Due.Date = untold
	}
	if st.Owner != nil {
		out.Owner = &process.Owner{Who: s.whos(st.Owner.Who), Assign: st.Owner.Assign}
	}
	for _, item := range st.Checklist {
		out.Checklist = append(out.Checklist, process.CheckItem{Key: item.Key, Name: item.Name, Required: item.Required})
	}
	for _, a := range st.Activities {
		out.Activities = append(out.Activities, process.ActivityDef{Key: a.Key, Name: a.Name, Who: s.whos(a.Who), Due: a.Due, Required: a.Required})
	}
	if st.Fields != nil && len(st.Fields.Require) > 0 {
		out.Fields = &process.FieldRights{Require: s.name(st.Fields.Require)}
	}
	out.LeaveIf, out.EnterIf = said(st.LeaveIf), said(st.EnterIf)
	for _, n := range st.Needs {
		out.EnterIf = append(out.EnterIf, process.Condition{If: untold, Message: n.Message})
	}
	if st.Approval != nil {
		out.Approval = &process.StageApproval{Chain: s.chain(st.Approval.Chain), Passed: st.Approval.Passed, Rejected: st.Approval.Rejected, Withdrawn: st.Approval.Withdrawn}
	}
	return out
}

// said leaves of conditions what they say to people.
func said(list []process.Condition) []process.Condition {
	var out []process.Condition
	for _, c := range list {
		out = append(out, process.Condition{If: untold, Message: c.Message})
	}
	return out
}

// veiled leaves of a formula that there is one.
func veiled(formula string) string {
	if formula == "" {
		return ""
	}
	return untold
}

func (s *sharing) steps(list []process.Step) []process.Step {
	var out []process.Step
	for i := range list {
		st := &list[i]
		out = append(out, process.Step{Key: st.Key, Name: st.Name, RunIf: veiled(st.RunIf), Who: s.whos(st.Who), Parallel: s.steps(st.Parallel), Join: st.Join})
	}
	return out
}

// whos names roles; of people and teams it says only that they are meant.
func (s *sharing) whos(list process.Whos) process.Whos {
	var out process.Whos
	for _, w := range list {
		one := process.Who{ManagerOf: w.ManagerOf, Level: w.Level, UpTo: w.UpTo, Field: w.Field, Pick: w.Pick, Decide: veiled(w.Decide), Expr: veiled(w.Expr), User: veiled(w.User)}
		switch {
		case w.Role != "":
			one.Role = w.Role
			s.roles[w.Role] = true
			if w.Team == "own" {
				one.Team = w.Team
			}
		default:
			one.Team = veiled(w.Team)
		}
		for _, key := range []string{w.Field, w.ManagerOf} {
			s.fields[s.form][key] = true
		}
		if !slices.ContainsFunc(out, func(x process.Who) bool { return sameWho(x, one) }) {
			out = append(out, one)
		}
	}
	return out
}

// sameWho: two people who are not told are told once.
func sameWho(a, b process.Who) bool {
	a.From, b.From = nil, nil
	return a.User == b.User && a.Role == b.Role && a.Team == b.Team && a.Field == b.Field && a.ManagerOf == b.ManagerOf && a.Level == b.Level && a.UpTo == b.UpTo &&
		a.Pick == b.Pick && a.Decide == b.Decide && a.Expr == b.Expr
}

// handOver is an automation that begins records, cut down to when and which; none for others.
func (s *sharing) handOver(a *process.Automation) []process.Automation {
	var starts []process.Action
	var walk func(list []process.Action)
	walk = func(list []process.Action) {
		for i := range list {
			x := &list[i]
			if x.Start != nil {
				starts = append(starts, process.Action{Start: &process.StartAction{Process: x.Start.Process, Form: x.Start.Form}})
			}
			walk(x.Do)
			walk(x.Then)
			walk(x.Else)
		}
	}
	walk(a.Do)
	if len(starts) == 0 {
		return nil
	}
	on := process.Trigger{Stage: a.On.Stage, When: a.On.When, Transition: a.On.Transition, Due: a.On.Due, Idle: a.On.Idle}
	if on.Stage == "" && on.Transition == "" && on.Due == "" && on.Idle == "" {
		// What else sets it off says no stage: only on which records.
		c := s.app.Automations[a.Key]
		if c == nil || c.Form == nil {
			return nil
		}
		on = process.Trigger{Created: c.Form.Def.Key}
	}
	return []process.Automation{{Key: a.Key, Name: a.Name, On: on, Do: starts}}
}

// shareLinkOut is the link of a flow for admins.
type shareLinkOut struct {
	// Process is empty for the whole app.
	Process string     `json:"process"`
	Name    rules.Text `json:"name"`
	// Path is "/share/" and the token, empty before the link is first made.
	Path string  `json:"path"`
	On   bool    `json:"on"`
	By   *mini   `json:"by"`
	At   instant `json:"at"`
}

func (c *call) shareLink(l *engine.ShareLink) shareLinkOut {
	out := shareLinkOut{Process: l.Process, Name: l.Name, On: l.On, By: c.mini(l.By), At: instant(l.At)}
	if l.Token != "" {
		out.Path = "/share/" + l.Token
	}
	return out
}

func (s *Server) getShares(c *call) (any, error) {
	links, err := s.Engine.ShareLinks(c.ctx(), c.Param("app"))
	if err != nil {
		return nil, err
	}
	out := make([]shareLinkOut, len(links))
	for i := range links {
		out[i] = c.shareLink(&links[i])
	}
	return page(out, ""), nil
}

// shareIn makes, makes anew or switches off the link of Process, or where it is empty that of the whole app.
type shareIn struct {
	Process string `json:"process"`
	Action  string `json:"action"`
}

func (s *Server) postShare(c *call) (any, error) {
	var in shareIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	l, err := s.Engine.SetShareLink(c.ctx(), &c.user, c.Param("app"), in.Process, in.Action)
	if err != nil {
		return nil, err
	}
	return c.shareLink(l), nil
}
