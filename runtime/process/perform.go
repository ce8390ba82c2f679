package process

import (
	"encoding/json"
	"time"

	"pipewright/forms"
	"pipewright/rules"
)

// Deed is one action of an automation made concrete: what the engine, a sandbox or a scenario then does. Exactly one of the
// members after Seq is given; none when the action's condition does not hold.
type Deed struct {
	// Path names the action in the definition; Seq is its stable place ("0", "1.then.0"), part of its operation id.
	Path string
	Seq  string
	// Command on the record Record: set, move, assign.
	Command *Command
	Record  string
	// Start creates a record of another form, linked back to the source.
	Start *Command
	// Tasks and Notices are one for each person.
	Tasks   []TaskEffect
	Notices []Notice
	// Rungs are the ladder of the tasks, the same for each.
	Rungs []TaskRung
	HTTP  *HTTPDeed
	Mail  *MailDeed
	Robot *RobotDeed
	// Wait is until when the run waits; Stop ends it.
	Wait time.Time
	Stop bool
	// Counted is how Wait was counted, where working time is in it.
	Counted *Counted `json:",omitempty"`
	// Loop is what an each goes through.
	Loop *LoopDeed
	// Branch are the actions to go on with, for a condition with then and else.
	Branch []*CompiledAction
	// Arm is "then" or "else".
	Arm string
}

// TaskRung is a rung of a task's ladder at its instant: "remind", "escalate" to the people of To, else the managers, or "transfer" to the people of To.
type TaskRung struct {
	At time.Time `json:"at"`
	Do string    `json:"do"`
	To []string  `json:"to,omitempty"`
	// Counted is how At was counted, where working time is in it.
	Counted *Counted `json:"counted,omitempty"`
}

// HTTPDeed is a call to make.
type HTTPDeed struct {
	URL     string
	Method  string
	Headers map[string]string
	Body    json.RawMessage
	Secret  string
	Retry   int
	// Form and Record are where the answer goes, if it goes anywhere; Keep says that it is needed.
	Form   string `json:",omitempty"`
	Record string `json:",omitempty"`
	Keep   bool   `json:",omitempty"`
}

// Service is the app's own actor: every record and field of the app, never past a gate (semantics 8).
func Service(app string) Actor {
	return Actor{User: "app:" + app, Service: true, Rights: Rights{Create: true, Read: true, Edit: true, Assign: true}}
}

// Applies says whether an automation's condition holds for a record now.
func Applies(app *App, a *CompiledAutomation, s *State, fr *Frame, f *Facts, at time.Time) (bool, []Need, *rules.Problem) {
	if a.If == nil {
		return true, nil, nil
	}
	return holds(app, a, a.If, "if", s, fr, f, at)
}

// Over says whether a run of an automation has come to its end: what it says under "until" holds for the record now.
func Over(app *App, a *CompiledAutomation, s *State, fr *Frame, f *Facts, at time.Time) (bool, []Need, *rules.Problem) {
	if a.Until == nil || s == nil {
		return false, nil, nil
	}
	return holds(app, a, a.Until, "until", s, fr, f, at)
}

func holds(app *App, a *CompiledAutomation, condition *rules.Program, member string, s *State, fr *Frame, f *Facts, at time.Time) (bool, []Need, *rules.Problem) {
	d, r := performer(app, s, f, at)
	if r != nil {
		p := rules.Errorf("/automations/"+a.Def.Key, r.Code, r.Message)
		return false, nil, &p
	}
	d.extra = d.framed(fr)
	yes, problem := d.truth(condition, d.whole(), "/automations/"+a.Def.Key+"/"+member)
	return yes, d.needs, problem
}

// Perform makes one action concrete for a record (nil for an automation without one) within a frame. It decides nothing about the target:
// the command it returns meets every gate like anybody's.
func Perform(app *App, action *CompiledAction, s *State, fr *Frame, f *Facts, at time.Time, seq string, cause Cause) (*Deed, []Need, *rules.Problem) {
	own, r := performer(app, s, f, at)
	if r != nil {
		p := rules.Errorf(action.Path, r.Code, r.Message)
		return nil, nil, &p
	}
	own.c.Cause = cause
	own.extra = own.framed(fr)
	deed := &Deed{Path: action.Path, Seq: seq}
	d := own
	if fr != nil && fr.ID != "" {
		if d = own.other(fr.Form, fr.ID); d == nil {
			return deed, own.needs, nil // not known yet, or gone by now
		}
	}
	needs := func() []Need {
		if d != own {
			return append(own.needs, d.needs...)
		}
		return own.needs
	}
	sc := d.whole()
	if action.If != nil {
		yes, problem := d.truth(action.If, sc, action.Path+"/if")
		if problem != nil || len(needs()) > 0 {
			return nil, needs(), problem
		}
		if len(action.Then)+len(action.Else) > 0 && action.Loop == nil {
			deed.Arm, deed.Branch = "then", action.Then
			if !yes {
				deed.Arm, deed.Branch = "else", action.Else
			}
			return deed, nil, nil
		}
		if !yes {
			return deed, nil, nil
		}
	}
	if action.Loop != nil {
		problem := d.found(deed, action.Loop, sc)
		return deed, needs(), problem
	}
	if action.Ref != nil {
		on := d.behind(action, sc)
		if on == nil {
			return deed, needs(), nil
		}
		problem := on.perform(deed, action, on.whole())
		return deed, append(needs(), on.needs...), problem
	}
	problem := d.perform(deed, action, sc)
	return deed, needs(), problem
}

// performer binds the service actor to a record.
func performer(app *App, s *State, f *Facts, at time.Time) (*decider, *Rejection) {
	d := inspector(app, s, Service(app.Def.Key), f, at)
	if s == nil {
		d.now = at.UTC().Truncate(time.Millisecond)
		return d, nil
	}
	return d, d.bind()
}

func (d *decider) perform(deed *Deed, a *CompiledAction, sc *rules.Scope) *rules.Problem {
	d.acting = sc
	target, form, state := "", d.form, d.s
	if d.before != nil {
		target = d.s.ID
	}
	command := func(kind CommandKind) *Command {
		return &Command{Kind: kind, App: d.app.Def.Key, Form: form.Def.Key, Cause: d.c.Cause}
	}
	switch {
	case len(a.Set) > 0:
		data, problem := d.wireValues(form, a.Set, sc, a.Path+"/set")
		if problem != nil {
			return problem
		}
		deed.Record, deed.Command = target, command(Edit)
		// The values were computed from the record as it was read: should it have changed in them since, they are computed anew.
		deed.Command.Data, deed.Command.Base = data, state.Rev
	case a.Def.Move != "":
		deed.Record, deed.Command = target, command(Move)
		deed.Command.Transition = a.Def.Move
	case a.Owner != nil:
		if people, ok := d.resolve(a.Owner.Who, state.Owner, nil); ok && len(people) > 0 {
			deed.Record, deed.Command = target, command(Assign)
			deed.Command.Choice = &Choice{Owner: a.Owner, People: people}
		}
	case a.Def.Pool != nil:
		deed.Record, deed.Command = target, command(Release)
		deed.Command.Pool = a.Def.Pool.In
	case a.Def.Start != nil:
		data, problem := d.startValues(a, sc)
		if problem != nil {
			return problem
		}
		deed.Start = &Command{Kind: Create, App: d.app.Def.Key, Form: a.Start.Def.Key, Data: data, Owner: d.s.Owner, Cause: d.c.Cause}
		if target != "" {
			deed.Start.Link = &Link{ID: target, Form: form.Def.Key, Why: "startedFrom"}
			deed.Start.LinkField = a.Def.Start.Link
		}
	case a.Def.Task != nil:
		people, ok := d.resolve(a.Who, state.Owner, nil)
		if !ok {
			return nil
		}
		name, problem := d.render(a, sc)
		if problem != nil {
			return problem
		}
		t := TaskEffect{Kind: "todo", State: Open, Name: name}
		if a.Due != nil {
			t.DueAt, t.Counted = d.counted(a.Due)
		}
		for i := range a.Ladder {
			rung := TaskRung{Do: a.Ladder[i].Def.Do}
			rung.At, rung.Counted = d.counted(&a.Ladder[i].After)
			if rung.To, ok = d.resolve(a.Ladder[i].To, state.Owner, nil); !ok {
				return nil
			}
			deed.Rungs = append(deed.Rungs, rung)
		}
		for _, p := range people {
			t.User = p
			deed.Tasks = append(deed.Tasks, t)
		}
	case a.Def.Notify != nil:
		people, ok := d.resolve(a.Who, state.Owner, nil)
		if !ok {
			return nil
		}
		text, problem := d.render(a, sc)
		if problem != nil {
			return problem
		}
		notice := Notice{Text: text, Kind: "automation", Reads: d.readsOf(form, target, a.Text)}
		if len(notice.Reads) > 0 {
			if notice.Veiled, problem = renderAs(a, sc, veiled); problem != nil {
				return problem
			}
		}
		for _, p := range people {
			notice.User = p
			deed.Notices = append(deed.Notices, notice)
		}
	case a.Def.Mail != nil:
		return d.mail(deed, a, sc, state.Owner, target)
	case a.Def.Robot != nil:
		return d.robot(deed, a, sc, state.Owner)
	case !a.Def.Wait.IsZero():
		return d.wait(deed, a, sc)
	case a.Def.Stop:
		deed.Stop = true
	case a.Def.HTTP != nil:
		if problem := d.call(deed, a, sc); problem != nil {
			return problem
		}
		if len(a.Def.HTTP.Into) > 0 {
			deed.HTTP.Form, deed.HTTP.Record = form.Def.Key, target
		}
		deed.HTTP.Keep = a.Result != nil || len(a.Def.HTTP.Into) > 0
	}
	return nil
}

// wait finds until when a run waits; what is past already is no wait.
func (d *decider) wait(deed *Deed, a *CompiledAction, sc *rules.Scope) *rules.Problem {
	deed.Wait = d.now
	switch {
	case a.Wait != nil:
		deed.Wait, deed.Counted = d.counted(a.Wait)
	case a.WaitDate != nil:
		val, err := a.WaitDate.Eval(sc)
		if err != nil {
			p := failed(a.Path+"/wait/date", err)
			return &p
		}
		switch day := val.(type) {
		case rules.Date:
			deed.Wait = day.At(dateHour, 0, d.app.Zone).UTC()
		case time.Time:
			deed.Wait = day.UTC()
		}
	default:
		if at, err := time.Parse("15:04", a.Def.Wait.At); err == nil {
			day := rules.DateOf(d.now, d.app.Zone)
			if deed.Wait = day.At(at.Hour(), at.Minute(), d.app.Zone).UTC(); !deed.Wait.After(d.now) {
				deed.Wait = day.AddDays(1).At(at.Hour(), at.Minute(), d.app.Zone).UTC()
			}
		}
	}
	if deed.Wait.Before(d.now) {
		deed.Wait = d.now
	}
	return nil
}

// wireValues computes `set` or `with` and writes the values as a client would send them, so that one parser meets them all.
func (d *decider) wireValues(form *Form, set []CompiledAssign, sc *rules.Scope, path string) (Wire, *rules.Problem) {
	values, problem := d.valuesSet(form, set, sc, path)
	if problem != nil {
		return nil, problem
	}
	return wireOf(form, values), nil
}

// valuesSet computes `set` or `with`.
func (d *decider) valuesSet(form *Form, set []CompiledAssign, sc *rules.Scope, path string) (forms.Values, *rules.Problem) {
	values := forms.Values{}
	for _, a := range set {
		v, err := a.Value.Eval(sc)
		if err == nil {
			v, err = form.Schema.FromExpression(a.Field, v)
		}
		if err != nil {
			p := failed(path+"/"+a.Field, err)
			return nil, &p
		}
		values[a.Field] = v
	}
	return values, nil
}

func wireOf(form *Form, values forms.Values) Wire {
	wire := form.Schema.Wire(values, nil)
	for k, v := range values {
		if v == nil {
			wire[k] = json.RawMessage("null")
		}
	}
	return wire
}

// render fills a text slot in each language, as people read it.
func (d *decider) render(a *CompiledAction, sc *rules.Scope) (rules.Text, *rules.Problem) {
	return renderAs(a, sc, d.shown)
}

func renderAs(a *CompiledAction, sc *rules.Scope, show func(lang string) func(*rules.Program, any) string) (rules.Text, *rules.Problem) {
	out := rules.Text{}
	for lang, t := range a.Text {
		s, err := t.RenderEach(sc, show(lang))
		if err != nil {
			p := failed(a.Path, err)
			return nil, &p
		}
		out[lang] = s
	}
	return out, nil
}

func (d *decider) call(deed *Deed, a *CompiledAction, sc *rules.Scope) *rules.Problem {
	h := a.Def.HTTP
	url, err := a.URL.Render(sc, rules.ShowValue)
	if err != nil {
		p := failed(a.Path+"/http/url", err)
		return &p
	}
	body := map[string]json.RawMessage{}
	for _, b := range a.Body {
		v, err := b.Value.Eval(sc)
		if err != nil {
			p := failed(a.Path+"/http/body/"+b.Field, err)
			return &p
		}
		raw, err := json.Marshal(v)
		if err != nil {
			p := failed(a.Path+"/http/body/"+b.Field, err)
			return &p
		}
		body[b.Field] = raw
	}
	raw, _ := json.Marshal(body)
	deed.HTTP = &HTTPDeed{URL: url, Method: h.Method, Headers: h.Headers, Body: raw, Secret: h.Secret, Retry: 12}
	if h.Method == "" {
		deed.HTTP.Method = "POST"
	}
	if h.Retry != nil {
		deed.HTTP.Retry = *h.Retry
	}
	return nil
}
