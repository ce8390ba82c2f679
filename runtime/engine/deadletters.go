package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"pipewright/rules"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// retellAfter is when somebody else does what has to be done about a job that died, should whoever saw it die not come to it.
const retellAfter = time.Minute

// mourn does what has to be done about a job that died, and notes that it is done. Whoever dies before that, or finds the store failing, leaves it
// to another node: until then the job is due.
func (e *Engine) mourn(ctx context.Context, j *job) {
	e.log.Error("a job is dead", "job", j.ID, "kind", j.Kind, "error", j.Error)
	if err := e.jobDied(ctx, j); err != nil {
		e.log.Warn("what a dead job leaves behind could not be settled yet", "job", j.ID, "error", err)
		j.Due = e.instant().Add(retellAfter)
	} else {
		j.Why = nil
	}
	if err := e.saveJob(ctx, j); err != nil {
		e.log.Warn("a dead job could not be written down", "job", j.ID, "error", err)
	}
}

// jobDied closes what waits for the job and tells the admins, since nobody else will repeat it, and why in their language where that is known. It
// may be done any number of times.
func (e *Engine) jobDied(ctx context.Context, j *job) error {
	if j.Ledger != "" {
		if err := e.closeTick(ctx, j.Ledger, tickFailed); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	if j.Delivery != "" {
		if err := e.deliveryDied(ctx, j); err != nil {
			return err
		}
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return err
	}
	what, id := e.jobName(ctx, j), "dead|"+j.ID+"|"+fmt.Sprint(j.Fence)
	switch j.Why.Code {
	case "automation.paused":
		return nil // told when it was paused; its runs wait among what failed
	case "loop.depth", "loop.rate":
		id = "dead|" + j.App + "/" + j.Automation + "|" + j.Why.Code + "|" + fmt.Sprint(e.instant().Unix()/3600) // a circle says so once an hour
	}
	return e.tellAll(ctx, id, relayItem{id: j.Record, app: j.App, form: j.Form, batch: batch{At: e.instant().UnixMilli()}}, dir.Operators(), rules.Say(
		"{what}执行失败，不再重试：{why}", "{what}執行失敗，不再重試：{why}", "{what} failed and is not tried again: {why}", "what", what, "why", j.Why.Message))
}

// whyOf is why something failed, in the reader's language where that is known.
func whyOf(err error) *runProblem {
	var p *runProblem
	if errors.As(err, &p) {
		if len(p.Details) > 0 {
			return &runProblem{Code: p.Code, Message: p.Details[0].Message}
		}
		return p
	}
	if r, refused := asRejection(err); refused {
		if len(r.Details) > 0 {
			return &runProblem{Code: r.Code, Message: r.Details[0].Message}
		}
		return &runProblem{Code: r.Code, Message: r.Message}
	}
	return &runProblem{Message: whyFailed(err)}
}

// jobName is what people call a job: an automation by its name, and what works by itself by what it does.
func (e *Engine) jobName(ctx context.Context, j *job) rules.Text {
	name := rules.Plain(j.Automation)
	if app, err := e.current(ctx, j.App); err == nil && app.Automations[j.Automation] != nil {
		name = app.Automations[j.Automation].Def.Name
	}
	switch {
	case j.Kind == jobTick:
		return rules.Say("自动化“{name}”的定时", "自動化「{name}」的排程", "The schedule of the automation “{name}”", "name", name)
	case j.Automation != "":
		return rules.Say("自动化“{name}”", "自動化「{name}」", "The automation “{name}”", "name", name)
	}
	if known, ok := jobNames[j.Kind]; ok {
		return known
	}
	return rules.Say("后台任务“{kind}”", "背景工作「{kind}」", "The job “{kind}”", "kind", j.Kind)
}

var jobNames = map[string]rules.Text{
	jobTimer:      rules.Say("一个时限的处理", "一個時限的處理", "What a deadline sets off"),
	jobReclaim:    rules.Say("公海的收回", "公海的收回", "Taking records back into a pool"),
	jobRefresh:    rules.Say("引用与汇总的更新", "引用與彙總的更新", "Bringing lookups and rollups up to date"),
	jobSnapshot:   rules.Say("每周快照", "每週快照", "Noting the week's positions"),
	jobClean:      rules.Say("已删除记录的清理", "已刪除記錄的清理", "Clearing up after a deleted record"),
	jobShow:       rules.Say("一张表单索引的重建", "一張表單索引的重建", "Bringing the indexes of a form up to date"),
	jobLayOut:     rules.Say("新版本上线后字段的准备", "新版本上線後欄位的準備", "Preparing fields after a release went live"),
	jobCalendar:   rules.Say("按工作日历重算时限", "按工作行事曆重算時限", "Counting timers anew by the working calendar"),
	jobReplan:     rules.Say("日期提醒的重算", "日期提醒的重算", "Planning the dates of records anew"),
	jobPassOn:     rules.Say("审批的转交", "簽核的轉交", "Passing on the decisions of somebody who is away"),
	jobImport:     rules.Say("一次导入", "一次匯入", "An import"),
	jobMigrate:    rules.Say("一次迁移", "一次遷移", "A migration"),
	jobMerge:      rules.Say("一次合并", "一次合併", "A merge"),
	jobAlike:      rules.Say("重复记录的查找", "重複記錄的查找", "Looking for duplicates"),
	jobAnchor:     rules.Say("审计链的每日锚定", "稽核鏈的每日錨定", "The day's anchor of the audit chains"),
	jobDeliver:    rules.Say("一次外发", "一次外發", "A delivery"),
	jobLeaver:     rules.Say("一次离职交接", "一次離職交接", "A hand-over"),
	jobTell:       rules.Say("通知邮件", "通知郵件", "The mail of notices"),
	jobRung:       rules.Say("任务的提醒与升级", "任務的提醒與升級", "Reminding of a task"),
	jobPrecedents: rules.Say("成交经验的统计", "成交經驗的統計", "Counting what closed records did"),
}

// hand is somebody who has taken a dead job in hand, and what he made of it.
type hand struct {
	By    string    `json:"by"`
	At    time.Time `json:"at"`
	State string    `json:"state"`
	// Was is the payload that he changed, as it was.
	Was json.RawMessage `json:"was,omitempty"`
}

// tell leaves a notice to each person under a fixed id, as far as it can.
func (e *Engine) tell(ctx context.Context, id string, about relayItem, to []string, text rules.Text) {
	if err := e.tellAll(ctx, id, about, to, text); err != nil {
		e.log.Warn("a notice could not be left", "error", err)
	}
}

func (e *Engine) tellAll(ctx context.Context, id string, about relayItem, to []string, text rules.Text) error {
	var docs []store.Doc
	for _, user := range to {
		d, err := noticeDoc(about, "notice|"+id+"|"+user, &process.Notice{User: user, Text: text})
		if err != nil {
			return err
		}
		docs = append(docs, d)
	}
	if err := e.leave(ctx, docs); err != nil {
		return err
	}
	for _, user := range to {
		e.live.publish(Change{Kind: "notice", User: user})
	}
	return nil
}

// Job is a job as operators see it.
type Job struct {
	ID, Kind, State, App, Form, Record, Automation, Error string
	Attempts                                              int
	CreatedAt, Due, DoneAt                                time.Time
}

// Jobs lists jobs by state ("ready", "running", "done", "dead"), oldest first. Who may is the caller's to check.
func (e *Engine) Jobs(ctx context.Context, state string, limit int, after string) ([]Job, string, error) {
	page, err := e.store.Query(ctx, collJobs, query.Query{Filter: query.Cmp{Col: "state", Op: query.Eq, Value: state},
		Sort: []query.Sort{{Col: "createdAt"}}, Limit: pageSize(limit), After: after})
	if err != nil {
		return nil, "", readError(err)
	}
	out, err := jobViews(page.Docs)
	return out, page.Next, err
}

// Incidents are the jobs of a record that failed for good and wait for somebody to take them in hand, oldest first. Who may is the
// caller's to check.
func (e *Engine) Incidents(ctx context.Context, record string) ([]Job, error) {
	page, err := e.store.Query(ctx, collJobs, query.Query{Filter: query.And{query.Cmp{Col: "state", Op: query.Eq, Value: jobDead}, query.Cmp{Col: "record", Op: query.Eq, Value: record}},
		Sort: []query.Sort{{Col: "createdAt"}}, Limit: 50})
	if err != nil {
		return nil, readError(err)
	}
	return jobViews(page.Docs)
}

func jobViews(docs []store.Doc) ([]Job, error) {
	out := make([]Job, 0, len(docs))
	for _, d := range docs {
		j, err := jobOf(d)
		if err != nil {
			return nil, err
		}
		out = append(out, Job{ID: j.ID, Kind: j.Kind, State: j.State, App: j.App, Form: j.Form, Record: j.Record, Automation: j.Automation,
			Error: j.Error, Attempts: j.Attempts, CreatedAt: j.CreatedAt, Due: j.Due, DoneAt: j.DoneAt})
	}
	return out, nil
}

// RetryJob makes a dead job ready again with all its attempts. payload, when given, takes the place of what a webhook brought; what it was is
// kept with who changed it. Errors: *process.Rejection not.found, bad.request, payload.invalid, conflict when it is not dead.
func (e *Engine) RetryJob(ctx context.Context, by *org.User, id string, payload ...json.RawMessage) error {
	return e.reviveJob(ctx, by, id, func(j *job, h *hand) error {
		j.State, j.Due, j.DoneAt, j.Attempts, j.Claims = jobReady, e.instant(), time.Time{}, 0, 0
		if len(payload) == 0 || len(payload[0]) == 0 {
			return nil
		}
		return e.changePayload(ctx, j, h, payload[0])
	})
}

// changePayload gives a call other content. What has been done by the former stays done; the record is found anew if nothing has.
func (e *Engine) changePayload(ctx context.Context, j *job, h *hand, payload json.RawMessage) error {
	if len(j.Payload) == 0 || len(payload) > MaxHookBody {
		return badRequest(rules.Say("这次运行没有可以修改的输入", "這次執行沒有可以修改的輸入", "This run has no input that could be changed"))
	}
	app, err := e.defs.Release(ctx, j.App, j.Release)
	if err != nil {
		return err
	}
	if a := app.Automations[j.Automation]; a != nil {
		if _, problems := a.ReadPayload(payload); rules.HasErrors(problems) {
			return reject("payload.invalid", rules.Say("内容不符合约定", "內容不符合約定", "The payload is not as agreed"), problems...)
		}
		if a.Called != nil && len(j.Done) == 0 {
			j.Record, j.Form = "", ""
		}
	}
	h.Was, j.Payload = j.Payload, payload
	return nil
}

// DiscardJob: see RetryJob.
func (e *Engine) DiscardJob(ctx context.Context, by *org.User, id string) error {
	return e.reviveJob(ctx, by, id, func(j *job, _ *hand) error { j.State = jobDone; return nil })
}

func (e *Engine) reviveJob(ctx context.Context, by *org.User, id string, change func(*job, *hand) error) error {
	if by == nil || !by.May(org.Operate) {
		return forbidden()
	}
	d, err := e.store.Get(ctx, collJobs, id)
	if errors.Is(err, store.ErrNotFound) {
		return notFound()
	}
	if err != nil {
		return err
	}
	j, err := jobOf(d)
	if err != nil {
		return err
	}
	if j.State != jobDead {
		return conflict()
	}
	h := hand{By: by.ID, At: e.instant()}
	if err := change(j, &h); err != nil {
		return err
	}
	h.State, j.Why = j.State, nil
	j.Hands = append(j.Hands, h)
	e.log.Info("a dead job was taken in hand", "job", id, "by", by.ID, "state", j.State)
	if err := e.saveJob(ctx, j); err != nil {
		if errors.Is(err, store.ErrConflict) {
			return conflict()
		}
		return err
	}
	e.wake()
	return nil
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
