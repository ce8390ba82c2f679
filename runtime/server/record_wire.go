package server

import (
	"encoding/json"
	"strconv"
	"time"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/engine"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
)

// recordOut is a record wherever it appears.
type recordOut struct {
	ID      string                     `json:"id"`
	App     string                     `json:"app"`
	Form    string                     `json:"form"`
	Process string                     `json:"process"`
	Number  string                     `json:"number"`
	Release int                        `json:"release"`
	Rev     int64                      `json:"rev"`
	Stage   string                     `json:"stage"`
	End     string                     `json:"end"`
	Owner   string                     `json:"owner"`
	Team    string                     `json:"team"`
	Title   string                     `json:"title"`
	Data    map[string]json.RawMessage `json:"data"`
	// Masked are phone numbers that he is shown in part; they are not among data.
	Masked    map[string]string `json:"masked,omitempty"`
	CreatedAt instant           `json:"createdAt"`
	UpdatedAt instant           `json:"updatedAt"`
	Since     instant           `json:"since"`
	DueAt     instant           `json:"dueAt"`
	IdleAt    instant           `json:"idleAt"`
	Approval  *approvalOut      `json:"approval"`
	Open      bool              `json:"open"`
	Pool      *inPoolOut        `json:"pool,omitempty"`
	// GoesBack is when it returns to its pool unless its owner works on it.
	GoesBack instant `json:"goesBack,omitzero"`
	Deleted  bool    `json:"deleted,omitempty"`
	// MergedInto is the record that this one was merged into.
	MergedInto string `json:"mergedInto,omitempty"`
}

// approvalOut says in a word what a running approval waits for.
type approvalOut struct {
	Chain      string     `json:"chain"`
	Step       rules.Text `json:"step"`
	WaitingFor []string   `json:"waitingFor"`
}

func wireRecord(v *engine.View) recordOut {
	s := v.State
	out := recordOut{ID: s.ID, App: s.App, Form: s.Form, Process: s.Process, Number: s.Number, Release: s.Release, Rev: s.Rev, Stage: s.Stage,
		Owner: s.Owner, Team: s.Team, Title: v.Title(), Data: v.Data(), Masked: v.Masks(), CreatedAt: instant(s.CreatedAt), UpdatedAt: instant(s.UpdatedAt),
		Since: instant(s.Since), DueAt: column(v, "dueAt"), IdleAt: column(v, "idleAt"), Deleted: !s.Deleted.IsZero(), Open: true}
	if out.Pool = inPool(v); s.Reclaim != nil {
		out.GoesBack = instant(s.Reclaim.At)
	}
	if s.Merged != nil {
		out.MergedInto = s.Merged.Into
	}
	if v.Form.Process != nil {
		if st := v.Form.Process.ByKey[s.Stage]; st != nil {
			out.End, out.Open = st.Def.End, st.Def.Open()
		}
	}
	if r := s.Round; r != nil {
		out.Approval = &approvalOut{Chain: r.Chain, WaitingFor: []string{}}
		for i := range r.Steps {
			st := &r.Steps[i]
			if st.State != process.Active {
				continue
			}
			if out.Approval.Step.IsZero() {
				out.Approval.Step = stepName(v.App, r.Chain, st.Key)
			}
			for _, slot := range st.Slots {
				if slot.State == process.Open {
					out.Approval.WaitingFor = append(out.Approval.WaitingFor, slot.Person)
				}
			}
		}
	}
	return out
}

func wireRecords(vs []*engine.View) []recordOut {
	out := make([]recordOut, len(vs))
	for i, v := range vs {
		out[i] = wireRecord(v)
	}
	return out
}

// column is a time column of a record.
func column(v *engine.View, name string) instant {
	ms, ok := v.Cols[name].(int64)
	if !ok {
		return instant{}
	}
	return instant(time.UnixMilli(ms))
}

func chainName(app *process.App, chain string) rules.Text {
	if c := app.Chains[chain]; c != nil && !c.Def.Name.IsZero() {
		return c.Def.Name
	}
	return rules.Plain(chain)
}

func step(app *process.App, chain, key string) *process.CompiledStep {
	return app.Chains[chain].Step(key)
}

func stepName(app *process.App, chain, key string) rules.Text {
	if st := step(app, chain, key); st != nil && !st.Def.Name.IsZero() {
		return st.Def.Name
	}
	return rules.Plain(key)
}

type fieldOut struct {
	Visible  bool `json:"visible"`
	Required bool `json:"required"`
	ReadOnly bool `json:"readOnly"`
	Masked   bool `json:"masked"`
}

func wireFields(fs map[string]forms.FieldState) map[string]fieldOut {
	out := make(map[string]fieldOut, len(fs))
	for k, f := range fs {
		out[k] = fieldOut{f.Visible, f.Required, f.ReadOnly, f.Masked}
	}
	return out
}

type sectionOut struct {
	Visible bool `json:"visible"`
}

func wireSections(ss map[string]bool) map[string]sectionOut {
	out := make(map[string]sectionOut, len(ss))
	for k, v := range ss {
		out[k] = sectionOut{v}
	}
	return out
}

// noteOut is a problem whose message is given in all languages.
type noteOut struct {
	Path     string         `json:"path"`
	Code     string         `json:"code"`
	Message  rules.Text     `json:"message"`
	Severity rules.Severity `json:"severity"`
	Record   string         `json:"record,omitempty"`
}

func notes(ps []rules.Problem) []noteOut {
	out := make([]noteOut, len(ps))
	for i, p := range ps {
		out[i] = noteOut{p.Path, p.Code, p.Message, p.Severity, p.Record}
	}
	return out
}

type progressOut struct {
	Met int `json:"met"`
	Of  int `json:"of"`
}

type endedRoundOut struct {
	ID       string     `json:"id"`
	Chain    string     `json:"chain"`
	Name     rules.Text `json:"name"`
	Result   string     `json:"result"`
	OpenedAt instant    `json:"openedAt"`
	EndedAt  instant    `json:"endedAt"`
	Steps    []stepOut  `json:"steps"`
}

type relatedOut struct {
	Form  string      `json:"form"`
	Via   string      `json:"via"`
	Name  rules.Text  `json:"name"`
	Items []linkedOut `json:"items"`
	// Building says why there are no items yet.
	Building *rules.Text `json:"building,omitempty"`
}

type linkedOut struct {
	ID      string `json:"id"`
	Title   string `json:"title"`
	Stage   string `json:"stage,omitempty"`
	Number  string `json:"number,omitempty"`
	Form    string `json:"form"`
	Process string `json:"process,omitempty"`
	Why     string `json:"why,omitempty"`
}

func wireLinked(l engine.Linked) linkedOut {
	return linkedOut{l.ID, l.Title, l.Stage, l.Number, l.Form, l.Process, l.Why}
}

type canOut struct {
	Edit     bool `json:"edit"`
	Assign   bool `json:"assign"`
	Delete   bool `json:"delete"`
	Withdraw bool `json:"withdraw"`
	Urge     bool `json:"urge"`
	Override bool `json:"override"`
	Reveal   bool `json:"reveal"`
	// Erase: away for good, with all that was said of it.
	Erase bool `json:"erase"`
	// Collaborate: ask people to work on it together, and take them off.
	Collaborate bool `json:"collaborate"`
	// Merge: into another of its kind that one may edit.
	Merge bool `json:"merge"`
}

// copyOut is one person an approval was copied to, and when he has read it.
type copyOut struct {
	Round string  `json:"round"`
	User  *mini   `json:"user"`
	At    instant `json:"at"`
	Read  instant `json:"read"`
}

// buttonOut is a button of an automation that one may press. Ready: its condition holds.
type buttonOut struct {
	Key   string     `json:"key"`
	Name  rules.Text `json:"name"`
	Ready bool       `json:"ready"`
}

// recordFullOut is a record with everything its page shows.
type recordFullOut struct {
	recordOut
	Fields      map[string]fieldOut   `json:"fields"`
	Sections    map[string]sectionOut `json:"sections"`
	Path        []pathStageOut        `json:"path"`
	Progress    progressOut           `json:"progress"`
	Conditions  []conditionOut        `json:"conditions"`
	Checklist   []checkItemOut        `json:"checklist"`
	Groups      []groupOut            `json:"groups"`
	Activities  []activityOut         `json:"activities"`
	Script      rules.Text            `json:"script,omitzero"`
	Goal        rules.Text            `json:"goal,omitzero"`
	Transitions []transitionOut       `json:"transitions"`
	Buttons     []buttonOut           `json:"buttons"`
	Round       *roundOut             `json:"round"`
	Rounds      []endedRoundOut       `json:"rounds"`
	Copies      []copyOut             `json:"copies"`
	// Collaborators are those asked to work on the record besides its owner.
	Collaborators []mini       `json:"collaborators"`
	Can           canOut       `json:"can"`
	Related       []relatedOut `json:"related"`
	Links         []linkedOut  `json:"links"`
	// Prints can be printed by this person, Tracking handed out.
	Prints   []paperOut `json:"prints"`
	Tracking []paperOut `json:"tracking"`
	Warnings []noteOut  `json:"warnings,omitempty"`
	// TakenUp counts the records that were merged into this one.
	TakenUp int `json:"takenUp,omitempty"`
}

// paperOut is a print or a tracking page by its name.
type paperOut struct {
	Key  string     `json:"key"`
	Name rules.Text `json:"name"`
}

func (c *call) full(v *engine.View) recordFullOut {
	s := v.State
	out := recordFullOut{recordOut: wireRecord(v), Fields: map[string]fieldOut{}, Sections: map[string]sectionOut{}, Path: []pathStageOut{},
		Conditions: []conditionOut{}, Checklist: []checkItemOut{}, Activities: []activityOut{}, Transitions: []transitionOut{}, Buttons: []buttonOut{},
		Rounds: []endedRoundOut{}, Copies: []copyOut{}, Collaborators: []mini{}, Related: []relatedOut{}, Links: []linkedOut{}, Prints: []paperOut{}, Tracking: []paperOut{}}
	for _, p := range v.Prints {
		out.Prints = append(out.Prints, paperOut{p.Def.Key, p.Def.Name})
	}
	for _, t := range v.TrackedBy() {
		out.Tracking = append(out.Tracking, paperOut{t.Def.Key, t.Def.Name})
	}
	out.Can = canOut{Edit: v.Rights.Edit && s.Deleted.IsZero(), Assign: v.Rights.Assign, Delete: v.Rights.Delete, Override: v.Rights.Override, Reveal: v.Rights.Reveal && len(v.Rights.Mask) > 0 && s.Deleted.IsZero(), Erase: v.Rights.Delete && c.user.May(org.Operate),
		Collaborate: s.Deleted.IsZero() && (v.Rights.Assign || s.Owner == c.user.ID), Merge: v.Rights.MayMerge() && s.Deleted.IsZero()}
	out.TakenUp = len(s.TakenUp)
	if in := v.Inspection; in != nil {
		if in.Result != nil {
			out.Fields, out.Sections = wireFields(in.Result.Fields), wireSections(in.Result.Sections)
		}
		out.Progress = progressOut{in.Met, in.Of}
		for _, x := range in.Conditions {
			out.Conditions = append(out.Conditions, conditionOut{x.Kind, x.Key, x.Text, x.Met, x.Required, x.Path, x.Done, x.Of})
		}
		for _, b := range in.Buttons {
			out.Buttons = append(out.Buttons, buttonOut{b.A.Def.Key, b.A.Def.On.Button, b.Ready})
		}
		for _, t := range in.Transitions {
			out.Transitions = append(out.Transitions, c.transition(t))
		}
	}
	if p := v.Form.Process; p != nil {
		out.Path = stagePath(p, s)
		if st := p.ByKey[s.Stage]; st != nil {
			out.Script, out.Goal = st.Def.Script, st.Def.Goal
			out.Checklist, out.Groups, out.Activities = checklist(st, s), c.groups(st, v), c.activities(st, v)
		}
	}
	if s.Round != nil {
		r := c.round(v)
		out.Round = &r
		mine := s.Round.Initiator == c.user.ID
		out.Can.Urge = mine && s.Round.State == process.Running
		out.Can.Withdraw = mine && s.Round.MayWithdraw(v.App)
	}
	for _, user := range s.Collaborators() {
		out.Collaborators = append(out.Collaborators, *c.mini(user))
	}
	for _, x := range s.Copies {
		out.Copies = append(out.Copies, copyOut{s.ID + "|" + strconv.Itoa(x.Round), c.mini(x.User), instant(x.At), instant(x.Read)})
	}
	for i := range v.Rounds {
		r := &v.Rounds[i]
		one := endedRoundOut{ID: s.ID + "|" + strconv.Itoa(r.N), Chain: r.Chain, Name: chainName(v.App, r.Chain), Result: r.State,
			OpenedAt: instant(r.OpenedAt), EndedAt: instant(r.EndedAt), Steps: []stepOut{}}
		for j := range r.Steps {
			one.Steps = append(one.Steps, c.step(v, &r.Round, &r.Steps[j]))
		}
		out.Rounds = append(out.Rounds, one)
	}
	for _, r := range v.Related {
		one := relatedOut{Form: r.Form, Via: r.Via, Name: r.Name, Items: []linkedOut{}}
		if !r.Building.IsZero() {
			one.Building = &r.Building
		}
		for _, l := range r.Items {
			one.Items = append(one.Items, wireLinked(l))
		}
		out.Related = append(out.Related, one)
	}
	for _, l := range v.Links {
		out.Links = append(out.Links, wireLinked(l))
	}
	return out
}
