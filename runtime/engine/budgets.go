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
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// shareOfRate is into how many parts the runs of an hour are divided: a node tells the others each time it has come one part further, so that they
// stop together, however many they are.
const shareOfRate = 20

// budgets counts the runs that automations cause in this process, and what the other nodes have said of theirs.
type budgets struct {
	mu     sync.Mutex
	record map[string][]time.Time
	hour   map[string][]time.Time
	// untold are the runs since this node last told of its own; others are those of the other nodes, as they last told, by the minute.
	untold map[string]int
	others map[string]map[int64]int
}

// rateBody is what a node tells of the runs of an automation that others have caused: how many in each minute of the last hour.
type rateBody struct {
	Node    string        `json:"node"`
	Minutes map[int64]int `json:"minutes"`
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
	switched, err := e.paused(ctx, name)
	if err != nil {
		return nil, err
	}
	if switched.Paused {
		return permanent{&runProblem{Code: "automation.paused", Message: rules.Say("这个自动化已暂停", "這個自動化已暫停", "This automation is paused")}}, nil
	}
	if j.Cause.Automation == "" || j.Attempts > 1 || len(j.Waits) > 0 {
		return nil, nil
	}
	perRecord, perHour, told := e.budgets.count(name, j.Record, j.started, switched.At)
	if told != nil {
		if err := e.tellRate(ctx, name, told); err != nil {
			return nil, err
		}
	}
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

// count counts a run of an automation for a record; false for what is over its budget. What was counted before the automation was last resumed
// counts no more. told is what the other nodes are to hear of by now.
func (b *budgets) count(name, record string, now, resumed time.Time) (perRecord, perHour bool, told map[int64]int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.record == nil || len(b.record) > 10000 {
		b.record = map[string][]time.Time{}
	}
	if b.hour == nil {
		b.hour, b.untold, b.others = map[string][]time.Time{}, map[string]int{}, map[string]map[int64]int{}
	}
	b.record[name+"|"+record], perRecord = take(b.record[name+"|"+record], now, time.Minute, maxPerRecord)
	others := 0
	for minute, n := range b.others[name] {
		if at := time.Unix(minute*60, 0); now.Sub(at) < time.Hour && at.After(resumed) {
			others += n
		}
	}
	own := slices.DeleteFunc(b.hour[name], func(at time.Time) bool { return !at.After(resumed) })
	b.hour[name], perHour = take(own, now, time.Hour, maxPerHour-others)
	if b.untold[name]++; b.untold[name] >= maxPerHour/shareOfRate {
		b.untold[name], told = 0, map[int64]int{}
		for _, at := range b.hour[name] {
			told[at.Unix()/60]++
		}
	}
	return perRecord, perHour, told
}

// tellRate tells the other nodes how often an automation was caused on this one, and hears of theirs.
func (e *Engine) tellRate(ctx context.Context, name string, own map[int64]int) error {
	kind := "rate|" + name
	if err := e.put(ctx, collLeases, kind+"|"+e.node, map[string]any{"kind": kind}, rateBody{e.node, own}); err != nil {
		return err
	}
	page, err := e.store.Query(ctx, collLeases, query.Query{Filter: query.Cmp{Col: "kind", Op: query.Eq, Value: kind}, Limit: store.MaxPage})
	if err != nil {
		return err
	}
	others := map[int64]int{}
	for _, d := range page.Docs {
		var b rateBody
		if err := json.Unmarshal(d.Body, &b); err != nil {
			return err
		}
		if b.Node == e.node {
			continue
		}
		old := true
		for minute, n := range b.Minutes {
			others[minute] += n
			old = old && e.instant().Sub(time.Unix(minute*60, 0)) > 2*time.Hour
		}
		if old {
			if err := e.store.Delete(ctx, collLeases, d.ID, d.Ver); err != nil && !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrUnknown) {
				return err
			}
		}
	}
	e.budgets.mu.Lock()
	e.budgets.others[name] = others
	e.budgets.mu.Unlock()
	return nil
}

// pauseBody says whether an automation is paused, and since when it is as it is.
type pauseBody struct {
	Paused bool      `json:"paused"`
	At     time.Time `json:"at,omitzero"`
}

func (e *Engine) paused(ctx context.Context, name string) (b pauseBody, err error) {
	d, err := e.store.Get(ctx, collLeases, "pause|"+name)
	if errors.Is(err, store.ErrNotFound) {
		return b, nil
	}
	if err != nil {
		return b, err
	}
	return b, json.Unmarshal(d.Body, &b)
}

// Paused says whether an automation is paused.
func (e *Engine) Paused(ctx context.Context, app, automation string) (bool, error) {
	b, err := e.paused(ctx, app+"/"+automation)
	return b.Paused, err
}

// PauseAutomation pauses or resumes an automation on every node. Who may is the caller's to check.
func (e *Engine) PauseAutomation(ctx context.Context, app, automation string, paused bool) error {
	return e.put(ctx, collLeases, "pause|"+app+"/"+automation, map[string]any{"kind": "pause"}, pauseBody{paused, e.instant()})
}
