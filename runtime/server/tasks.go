package server

import (
	"encoding/json"
	"net/http"
	"strconv"

	"pipewright/rules"
	"pipewright/runtime/engine"
	"pipewright/runtime/process"
)

type taskOut struct {
	ID        string         `json:"id"`
	Kind      string         `json:"kind"`
	State     string         `json:"state"`
	Result    string         `json:"result,omitempty"`
	Name      rules.Text     `json:"name"`
	Record    *taskRecordOut `json:"record"`
	User      string         `json:"user"`
	DueAt     instant        `json:"dueAt"`
	CreatedAt instant        `json:"createdAt"`
	ClosedAt  instant        `json:"closedAt"`
	Round     string         `json:"round,omitempty"`
	Step      string         `json:"step,omitempty"`
	By        *mini          `json:"by"`
}

type taskRecordOut struct {
	ID     string     `json:"id"`
	Title  string     `json:"title"`
	App    string     `json:"app"`
	Form   string     `json:"form"`
	Number string     `json:"number,omitempty"`
	Stage  rules.Text `json:"stage,omitzero"`
	Value  *moneyOut  `json:"value"`
}

type moneyOut struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

func (c *call) task(t *engine.Task) taskOut {
	out := taskOut{ID: t.ID, Kind: t.Kind, State: t.State, Result: t.Result, Name: t.Name, User: t.User, DueAt: instant(t.DueAt), CreatedAt: instant(t.CreatedAt),
		ClosedAt: instant(t.ClosedAt), Step: t.Step, By: c.mini(t.By)}
	if t.Round > 0 {
		out.Round = t.Record + "|" + strconv.Itoa(t.Round)
	}
	if t.Record == "" {
		return out
	}
	out.Record = &taskRecordOut{ID: t.Record, Title: t.Title, App: t.App, Form: t.Form, Number: t.Number}
	app, err := c.s.Designer.Catalog().Current(c.ctx(), t.App)
	if err != nil || app.Forms[t.Form] == nil {
		return out // the app is gone; the task still shows
	}
	f := app.Forms[t.Form]
	if f.Process == nil {
		return out
	}
	if st := f.Process.ByKey[t.Stage]; st != nil {
		out.Record.Stage = st.Def.Name
	}
	if info, ok := f.Schema.Field(f.Process.Def.Value); ok && t.Value != nil {
		out.Record.Value = &moneyOut{minor(*t.Value, info.Scale), info.Currency}
	}
	return out
}

// minor writes an amount in minor units as a decimal with all its places.
func minor(n int64, scale int) string {
	sign := ""
	if n < 0 {
		sign = "-"
	}
	digits := strconv.FormatUint(magnitude(n), 10)
	for len(digits) <= scale {
		digits = "0" + digits
	}
	if scale == 0 {
		return sign + digits
	}
	return sign + digits[:len(digits)-scale] + "." + digits[len(digits)-scale:]
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return uint64(-(n + 1)) + 1
	}
	return uint64(n)
}

func (s *Server) getTasks(c *call) (any, error) {
	n, err := c.limitParam(50)
	if err != nil {
		return nil, err
	}
	state := c.Query("state")
	if state != "" && state != "open" && state != "done" {
		return nil, badRequest(rules.Say("state 可选 open、done", "state 可選 open、done", "state is open or done"))
	}
	order := c.Query("sort")
	if order != "" && order != "due" && order != "value" {
		return nil, badRequest(rules.Say("sort 可选 due、value", "sort 可選 due、value", "sort is due or value"))
	}
	tasks, next, err := s.Engine.Tasks(c.ctx(), c.user.ID, engine.TaskQuery{State: state, Kind: c.Query("kind"), Sort: order, Limit: n, After: c.Query("after")})
	if err != nil {
		return nil, err
	}
	return page(c.tasks(tasks), next), nil
}

func (c *call) tasks(in []engine.Task) []taskOut {
	out := make([]taskOut, len(in))
	for i := range in {
		out[i] = c.task(&in[i])
	}
	return out
}

// taskFullOut is a task with the record it is about.
type taskFullOut struct {
	taskOut
	Record *taskRecordOut `json:"record"`
	Full   recordFullOut  `json:"recordFull"`
	Round  *roundOut      `json:"round"`
	Can    []string       `json:"can"`
	Fields []string       `json:"fields"`
}

func (s *Server) getTask(c *call) (any, error) {
	t, err := s.Engine.Task(c.ctx(), c.user.ID, c.Param("id"))
	if err != nil {
		return nil, err
	}
	out := taskFullOut{taskOut: c.task(t), Can: []string{}, Fields: []string{}}
	out.Record = out.taskOut.Record
	if t.Record == "" {
		return out, nil
	}
	v, err := s.Engine.Record(c.ctx(), c.user.ID, t.Record)
	if err != nil {
		return nil, err
	}
	out.Full = c.full(v)
	out.Round = out.Full.Round
	if t.State != process.Open {
		return out, nil
	}
	switch t.Kind {
	case "approval":
		out.Can = append(out.Can, "approve", "reject")
		if r := v.State.Round; r != nil {
			if def := step(v.App, r.Chain, t.Step); def != nil {
				for _, a := range def.Def.Allow {
					if a == "return" {
						out.Can = append(out.Can, a)
					}
				}
				if def.Def.Fields != nil {
					out.Fields = list(def.Def.Fields.Edit)
				}
			}
		}
	case "todo", "activity":
		out.Can = append(out.Can, "done")
	case "blocked":
		if v.State.Round != nil && v.State.Round.State == process.Blocked {
			out.Can = append(out.Can, "retry")
		}
	}
	return out, nil
}

type decideIn struct {
	Comment string                     `json:"comment"`
	Hash    string                     `json:"hash"`
	Data    map[string]json.RawMessage `json:"data"`
	To      string                     `json:"to"`
}

type decidedOut struct {
	Task   taskOut        `json:"task"`
	Record *recordFullOut `json:"record"`
}

func (s *Server) postDecision(decision string) func(*call) (any, error) {
	return func(c *call) (any, error) {
		var in decideIn
		if err := c.bind(&in); err != nil {
			return nil, err
		}
		key, err := c.operation(true)
		if err != nil {
			return nil, err
		}
		t, _, err := s.Engine.Decide(c.ctx(), c.user.ID, c.Param("id"), engine.Decision{Do: decision, Comment: in.Comment, Hash: in.Hash, Data: in.Data, Op: key})
		if err != nil {
			return nil, err
		}
		return s.decided(c, t)
	}
}

func (s *Server) decided(c *call, t *engine.Task) (any, error) {
	out := decidedOut{Task: c.task(t)}
	if t.Record == "" {
		return out, nil
	}
	full, err := s.fullOf(c, t.Record)
	switch {
	case err == nil:
		out.Record = &full
	case statusOfError(err) != http.StatusNotFound: // decided, and no longer a record of his
		return nil, err
	}
	return out, nil
}

func (s *Server) postTaskDone(c *call) (any, error) {
	var in struct {
		Comment string `json:"comment"`
	}
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	key, err := c.operation(false)
	if err != nil {
		return nil, err
	}
	t, err := s.Engine.FinishTask(c.ctx(), c.user.ID, c.Param("id"), key)
	if err != nil {
		return nil, err
	}
	return s.decided(c, t)
}
