package server

import (
	"encoding/json"
	"net/http"
	"slices"
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
	// For is whom one stands in for; Asked how a colleague asked one: "delegate", "before" or "after".
	For   *mini  `json:"for,omitempty"`
	Asked string `json:"asked,omitempty"`
	// Batch says that the task may be decided together with others.
	Batch bool `json:"batch"`
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
	if out.Asked = t.Asked; t.For != "" {
		out.For = c.mini(t.For)
	}
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
	out.Batch = t.Kind == "approval" && t.State == process.Open && mayBatch(app, f, t.Step)
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
	// ReturnTo are the steps it may be returned to, besides the initiator; Picks the steps whose people one chooses when approving.
	ReturnTo []stepRef     `json:"returnTo"`
	Picks    []pathStepOut `json:"picks"`
	// Removable are the people one has asked and who have not answered.
	Removable []mini `json:"removable"`
}

type stepRef struct {
	Key  string     `json:"key"`
	Name rules.Text `json:"name"`
}

func (s *Server) getTask(c *call) (any, error) {
	t, err := s.Engine.Task(c.ctx(), c.user.ID, c.Param("id"))
	if err != nil {
		return nil, err
	}
	out := taskFullOut{taskOut: c.task(t), Can: []string{}, Fields: []string{}, ReturnTo: []stepRef{}, Picks: []pathStepOut{}, Removable: []mini{}}
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
	if t.Kind == "approval" {
		c.choices(&out, v, t)
		return out, nil
	}
	if t.State != process.Open {
		return out, nil
	}
	switch t.Kind {
	case "todo", "activity":
		out.Can = append(out.Can, "done")
	case "blocked":
		if v.State.Round != nil && v.State.Round.State == process.Blocked {
			out.Can = append(out.Can, "retry")
		}
	}
	return out, nil
}

// choices says what the person may do with an approval of his: decide it while it is open, take back whom he has asked while it waits.
func (c *call) choices(out *taskFullOut, v *engine.View, t *engine.Task) {
	r := v.State.Round
	if r == nil || r.N != t.Round || r.State != process.Running {
		return
	}
	def, state := step(v.App, r.Chain, t.Step), r.Step(t.Step)
	if def == nil || t.Slot >= len(state.Slots) {
		return
	}
	slot := &state.Slots[t.Slot]
	may := func(what string) bool { return slices.Contains(def.Def.Allow, what) }
	for i := range state.Slots {
		if s := &state.Slots[i]; s.Asked != "" && s.Parent == t.Slot && s.State == process.Open && may("removeSign") {
			out.Removable = append(out.Removable, *c.mini(s.Person))
		}
	}
	if len(out.Removable) > 0 {
		out.Can = append(out.Can, "removeSign")
	}
	if t.State != process.Open || slot.State != process.Open {
		return
	}
	out.Can = append(out.Can, "approve", "reject")
	if def.Def.Fields != nil {
		out.Fields = list(def.Def.Fields.Edit)
	}
	if slot.Asked == process.AskDelegate {
		return
	}
	for _, what := range []string{"return", "transfer", "delegate", "addSign"} {
		if may(what) && (slot.Asked == "" || what == "return" || what == "transfer") {
			out.Can = append(out.Can, what)
		}
	}
	for _, key := range process.ReturnTargets(v.App, r, t.Step) {
		out.ReturnTo = append(out.ReturnTo, stepRef{key, stepName(v.App, r.Chain, key)})
	}
	for i := range v.Next {
		if v.Next[i].Pick == "previous" {
			out.Picks = append(out.Picks, c.pathStep(&v.Next[i]))
		}
		if s := &v.Next[i]; s.Step.Group == nil && len(s.Step.Branches) == 0 && s.State == "will" {
			break // only what comes right after is one's to pick
		}
	}
}

// mayBatch says whether a step asks for nothing but the decision.
func mayBatch(app *process.App, f *process.Form, key string) bool {
	for _, ch := range app.Chains {
		if st := ch.Step(key); st != nil && ch.Form == f && st.Def.Fields != nil && len(st.Def.Fields.Require) > 0 {
			return false
		}
	}
	return true
}

type decideIn struct {
	Comment string                     `json:"comment"`
	Hash    string                     `json:"hash"`
	Data    map[string]json.RawMessage `json:"data"`
	// To is the step a return goes to, "initiator" for him.
	To string `json:"to"`
	// People are those a transfer, delegation, addSign or removeSign is about; Position is "before" or "after", for addSign.
	People   []string `json:"people"`
	Position string   `json:"position"`
	// Pick names the people of the steps that leave them to this approver, by step.
	Pick map[string][]string `json:"pick"`
}

type batchIn struct {
	IDs      []string `json:"ids"`
	Decision string   `json:"decision"`
	Comment  string   `json:"comment"`
}

// batchedOut is what became of one of many, a task or a record.
type batchedOut struct {
	ID    string    `json:"id"`
	OK    bool      `json:"ok"`
	Error *errorOut `json:"error"`
}

// postBatch decides many tasks, each by itself: the answer is 200 and says of each what became of it.
func (s *Server) postBatch(c *call) (any, error) {
	var in batchIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	key, err := c.operation(true)
	if err != nil {
		return nil, err
	}
	done, err := s.Engine.DecideMany(c.ctx(), c.user.ID, in.IDs, in.Decision, in.Comment, key)
	if err != nil {
		return nil, err
	}
	out := make([]batchedOut, len(done))
	for i, d := range done {
		if out[i] = c.batched(d.ID, d.Err); out[i].OK {
			s.learn(c, "decide")
		}
	}
	return page(out, ""), nil
}

// postRead notes that the person has read what was copied to him of a record.
func (s *Server) postRead(c *call) (any, error) {
	key, err := c.operation(false)
	if err != nil {
		return nil, err
	}
	return s.command(c, http.StatusOK, process.Command{Kind: process.CopyRead, ID: c.Param("id"), Op: key})
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
		t, _, err := s.Engine.Decide(c.ctx(), c.user.ID, c.Param("id"), engine.Decision{Do: decision, Comment: in.Comment, Hash: in.Hash, Data: in.Data, Op: key,
			People: in.People, Position: in.Position, To: in.To, Pick: in.Pick})
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
		Comment string                     `json:"comment"`
		Data    map[string]json.RawMessage `json:"data"`
	}
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	key, err := c.operation(false)
	if err != nil {
		return nil, err
	}
	t, err := s.Engine.FinishTask(c.ctx(), c.user.ID, c.Param("id"), key, in.Data)
	if err != nil {
		return nil, err
	}
	return s.decided(c, t)
}
