package server

import (
	"encoding/json"
	"fmt"
	"strings"

	"pipewright/rules"
	"pipewright/runtime/engine"
	"pipewright/runtime/process"
)

type automationOut struct {
	Key       string     `json:"key"`
	Name      rules.Text `json:"name"`
	On        rules.Text `json:"on"`
	Off       bool       `json:"off"`
	Paused    bool       `json:"paused"`
	NextFires []instant  `json:"nextFires"`
	Last      *runOut    `json:"last"`
}

type runOut struct {
	ID      string    `json:"id"`
	At      instant   `json:"at"`
	State   string    `json:"state"`
	Record  string    `json:"record,omitempty"`
	Title   string    `json:"title,omitempty"`
	Error   *runError `json:"error"`
	Attempt int       `json:"attempt"`
	// Until is when a waiting run goes on.
	Until instant `json:"until"`
	// Job is to be retried or discarded: the run failed for good.
	Job     string             `json:"job,omitempty"`
	Actions []engine.RunAction `json:"actions"`
	// More is how many further actions were done. Payload is what a webhook brought.
	More    int             `json:"more,omitempty"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// runError is why a run failed, with the single things that a refusal is about.
type runError struct {
	problem
	Details []problem `json:"details,omitempty"`
}

func (c *call) run(r engine.Run) runOut {
	out := runOut{ID: r.ID, At: instant(r.At), State: r.State, Record: r.Record, Title: r.Title, Attempt: r.Attempt, Until: instant(r.Until), Job: r.Job, Actions: list(r.Actions), More: r.More, Payload: r.Payload}
	if r.Code != "" {
		out.Error = &runError{problem: problem{Path: r.Path, Code: r.Code, Message: r.Message.In(c.lang())}}
		for _, d := range r.Details {
			out.Error.Details = append(out.Error.Details, problem{Path: d.Path, Code: d.Code, Message: d.Message.In(c.lang())})
		}
	}
	return out
}

func (s *Server) getAutomations(c *call) (any, error) {
	app, err := s.Designer.Catalog().Current(c.ctx(), c.Param("app"))
	if err != nil {
		return nil, err
	}
	out := []automationOut{}
	for i := range app.Def.Automations {
		a := &app.Def.Automations[i]
		one := automationOut{Key: a.Key, Name: a.Name, On: sayTrigger(&a.On), Off: a.Off, NextFires: []instant{}}
		for _, at := range s.Engine.NextFires(app, a.Key, 10) {
			one.NextFires = append(one.NextFires, instant(at))
		}
		runs, _, err := s.Engine.Runs(c.ctx(), app.Def.Key, a.Key, 1, "")
		if err != nil {
			return nil, err
		}
		if one.Paused, err = s.Engine.Paused(c.ctx(), app.Def.Key, a.Key); err != nil {
			return nil, err
		}
		if len(runs) > 0 {
			last := c.run(runs[0])
			one.Last = &last
		}
		out = append(out, one)
	}
	return page(out, ""), nil
}

func sayTrigger(t *process.Trigger) rules.Text {
	switch {
	case t.Created != "":
		return rules.Say("新建 {x}", "新建 {x}", "{x} created", "x", t.Created)
	case t.Updated != "":
		return rules.Say("{x} 有改动", "{x} 有改動", "{x} changed", "x", t.Updated)
	case t.Stage != "" && t.When == "left":
		return rules.Say("离开阶段 {x}", "離開階段 {x}", "stage {x} left", "x", t.Stage)
	case t.Stage != "":
		return rules.Say("进入阶段 {x}", "進入階段 {x}", "stage {x} entered", "x", t.Stage)
	case t.Transition != "":
		return rules.Say("流转 {x}", "流轉 {x}", "transition {x}", "x", t.Transition)
	case t.Approval != "":
		return rules.Say("审批 {x} {r}", "簽核 {x} {r}", "approval {x} {r}", "x", t.Approval, "r", t.Result)
	case t.Due != "":
		return rules.Say("{x} 到期", "{x} 到期", "{x} due", "x", t.Due)
	case t.Webhook != "":
		return rules.Say("外部系统调用 {x}", "外部系統呼叫 {x}", "another system calls {x}", "x", t.Webhook)
	case t.Idle != "":
		return rules.Say("{x} 停滞", "{x} 停滯", "{x} idle", "x", t.Idle)
	case t.Date != "":
		return rules.Say("{x} 到来（{o}）", "{x} 到來（{o}）", "{x} comes ({o})", "x", t.Date, "o", strings.TrimSpace(t.Offset+" "+t.At))
	case !t.Button.IsZero():
		return rules.Say("按钮“{x}”", "按鈕「{x}」", "button “{x}”", "x", t.Button)
	case t.Activity != "":
		return rules.Say("完成活动 {x}", "完成活動 {x}", "activity {x} done", "x", t.Activity)
	case t.Checklist != "":
		return rules.Say("勾选 {x}", "勾選 {x}", "{x} ticked", "x", t.Checklist)
	case t.Cron != "":
		return rules.Say("定时 {x}（{zone}）", "排程 {x}（{zone}）", "schedule {x} ({zone})", "x", t.Cron, "zone", t.Timezone)
	}
	return rules.Say("未设置", "未設定", "not set")
}

func (s *Server) getRuns(c *call) (any, error) {
	n, err := c.limitParam(50)
	if err != nil {
		return nil, err
	}
	runs, next, err := s.Engine.Runs(c.ctx(), c.Param("app"), c.Param("key"), n, c.Query("after"))
	if err != nil {
		return nil, err
	}
	out := make([]runOut, len(runs))
	for i, r := range runs {
		out[i] = c.run(r)
	}
	return page(out, next), nil
}

type ledgerOut struct {
	Schedule   string  `json:"schedule"`
	App        string  `json:"app"`
	Automation string  `json:"automation"`
	Tick       instant `json:"tick"`
	State      string  `json:"state"`
	At         instant `json:"at"`
	Records    int     `json:"records"`
}

func (s *Server) getSchedules(c *call) (any, error) {
	n, err := c.limitParam(50)
	if err != nil {
		return nil, err
	}
	entries, next, err := s.Engine.Ledger(c.ctx(), c.Query("app"), c.Query("automation"), n, c.Query("after"))
	if err != nil {
		return nil, err
	}
	out := make([]ledgerOut, len(entries))
	for i, e := range entries {
		out[i] = ledgerOut{fmt.Sprintf("%s/%s", e.App, e.Automation), e.App, e.Automation, instant(e.Tick), e.State, instant(e.DoneAt), e.Records}
	}
	return page(out, next), nil
}

type jobOut struct {
	ID         string  `json:"id"`
	Kind       string  `json:"kind"`
	State      string  `json:"state"`
	App        string  `json:"app,omitempty"`
	Form       string  `json:"form,omitempty"`
	Record     string  `json:"record,omitempty"`
	Automation string  `json:"automation,omitempty"`
	Error      string  `json:"error,omitempty"`
	Attempts   int     `json:"attempts"`
	CreatedAt  instant `json:"createdAt"`
	Due        instant `json:"due"`
	DoneAt     instant `json:"doneAt"`
}

func (s *Server) getJobs(c *call) (any, error) {
	n, err := c.limitParam(50)
	if err != nil {
		return nil, err
	}
	state := c.Query("state")
	switch state {
	case "":
		state = "dead"
	case "ready", "running", "done", "dead":
	default:
		return nil, badRequest(rules.Say("state 可选 ready、running、done、dead", "state 可選 ready、running、done、dead", "state is ready, running, done or dead"))
	}
	jobs, next, err := s.Engine.Jobs(c.ctx(), state, n, c.Query("after"))
	if err != nil {
		return nil, err
	}
	return page(jobsOut(jobs), next), nil
}

func jobsOut(jobs []engine.Job) []jobOut {
	out := make([]jobOut, len(jobs))
	for i, j := range jobs {
		out[i] = jobOut{j.ID, j.Kind, j.State, j.App, j.Form, j.Record, j.Automation, j.Error, j.Attempts, instant(j.CreatedAt), instant(j.Due), instant(j.DoneAt)}
	}
	return out
}

// getIncidents lists what failed for good on a record.
func (s *Server) getIncidents(c *call) (any, error) {
	jobs, err := s.Engine.Incidents(c.ctx(), c.Param("id"))
	if err != nil {
		return nil, err
	}
	return page(jobsOut(jobs), ""), nil
}

func (s *Server) pauseAutomation(c *call) (any, error) { return nil, s.setPaused(c, true) }

func (s *Server) resumeAutomation(c *call) (any, error) { return nil, s.setPaused(c, false) }

func (s *Server) setPaused(c *call, paused bool) error {
	app, err := s.Designer.Catalog().Current(c.ctx(), c.Param("app"))
	if err != nil {
		return err
	}
	if app.Automations[c.Param("key")] == nil {
		return errNotFound
	}
	return s.Engine.PauseAutomation(c.ctx(), app.Def.Key, c.Param("key"), paused)
}

// retryIn may change what a webhook brought.
type retryIn struct {
	Payload json.RawMessage `json:"payload"`
}

func (s *Server) retryJob(c *call) (any, error) {
	var in retryIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	return nil, s.Engine.RetryJob(c.ctx(), &c.user, c.Param("id"), in.Payload)
}

func (s *Server) discardJob(c *call) (any, error) {
	return nil, s.Engine.DiscardJob(c.ctx(), &c.user, c.Param("id"))
}
