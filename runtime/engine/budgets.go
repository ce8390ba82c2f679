package engine

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"

	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// budgets counts the runs that automations cause, in this process.
type budgets struct {
	mu     sync.Mutex
	record map[string][]time.Time
	hour   map[string][]time.Time
}

// take counts a run against a list of instants; false when the list is full within the span.
func take(list []time.Time, now time.Time, span time.Duration, limit int) ([]time.Time, bool) {
	list = slices.DeleteFunc(list, func(t time.Time) bool { return now.Sub(t) >= span })
	if len(list) >= limit {
		return list, false
	}
	return append(list, now), true
}

// overBudget stops automations that cause each other without end. Runs that a person or a schedule caused are not counted.
func (e *Engine) overBudget(ctx context.Context, j *job, cause process.Cause) (stop error, err error) {
	name := j.App + "/" + j.Automation
	if cause.Depth > maxDepth {
		return permanent{&runProblem{Code: "loop.depth", Message: rules.Say(
			"自动化互相触发超过 {n} 层，已停下。请检查它们是否互相循环", "自動化互相觸發超過 {n} 層，已停下。請檢查它們是否互相循環",
			"Automations have caused each other more than {n} times; this was stopped. See whether they go round in a circle", "n", maxDepth)}}, nil
	}
	paused, err := e.paused(ctx, name)
	if err != nil {
		return nil, err
	}
	if paused {
		return permanent{&runProblem{Code: "automation.paused", Message: rules.Say("这个自动化已暂停", "這個自動化已暫停", "This automation is paused")}}, nil
	}
	if j.Cause.Automation == "" || j.Attempts > 1 || len(j.Waits) > 0 {
		return nil, nil
	}
	b := &e.budgets
	b.mu.Lock()
	if b.record == nil || len(b.record) > 10000 {
		b.record = map[string][]time.Time{}
	}
	if b.hour == nil {
		b.hour = map[string][]time.Time{}
	}
	var perRecord, perHour bool
	b.record[name+"|"+j.Record], perRecord = take(b.record[name+"|"+j.Record], j.started, time.Minute, maxPerRecord)
	b.hour[name], perHour = take(b.hour[name], j.started, time.Hour, maxPerHour)
	b.mu.Unlock()
	if perRecord && perHour {
		return nil, nil
	}
	why := rules.Say("自动化“{name}”一小时内被其他自动化触发超过 {n} 次，已暂停。请检查是否循环，然后在自动化页恢复它",
		"自動化「{name}」一小時內被其他自動化觸發超過 {n} 次，已暫停。請檢查是否循環，然後在自動化頁恢復它",
		"Other automations caused “{name}” more than {n} times within an hour; it is paused. See whether they go round in a circle, then resume it", "name", j.Automation, "n", maxPerHour)
	if !perRecord {
		why = rules.Say("自动化“{name}”一分钟内在同一条记录上被其他自动化触发超过 {n} 次，这次没有执行", "自動化「{name}」一分鐘內在同一條記錄上被其他自動化觸發超過 {n} 次，這次沒有執行",
			"Other automations caused “{name}” more than {n} times within a minute on one record; this time it did not run", "name", j.Automation, "n", maxPerRecord)
	} else if err := e.PauseAutomation(ctx, j.App, j.Automation, true); err != nil {
		return nil, err
	}
	return permanent{&runProblem{Code: "loop.rate", Message: why}}, nil
}

func (e *Engine) paused(ctx context.Context, name string) (bool, error) {
	d, err := e.store.Get(ctx, collLeases, "pause|"+name)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var b struct {
		Paused bool `json:"paused"`
	}
	return b.Paused, json.Unmarshal(d.Body, &b)
}

// Paused says whether an automation is paused.
func (e *Engine) Paused(ctx context.Context, app, automation string) (bool, error) {
	return e.paused(ctx, app+"/"+automation)
}

// PauseAutomation pauses or resumes an automation on every node. Who may is the caller's to check.
func (e *Engine) PauseAutomation(ctx context.Context, app, automation string, paused bool) error {
	e.budgets.mu.Lock()
	delete(e.budgets.hour, app+"/"+automation)
	e.budgets.mu.Unlock()
	return e.put(ctx, collLeases, "pause|"+app+"/"+automation, map[string]any{"kind": "pause"}, map[string]bool{"paused": paused})
}
