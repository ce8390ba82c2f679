package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"pipewright/rules"
	"pipewright/runtime/forecast"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// What is planned is the company's and no part of a definition: targets change without a release. A document holds one year of one person
// or team, so what is entered for several months of it is there together or not at all.

const (
	// maxPlanned is how many figures are entered at once: a year of a hundred people.
	maxPlanned = 1200
	// maxPlanHistory is how many changes of a year are kept; older ones go.
	maxPlanHistory = 500
	// maxPlanDigits bounds a planned figure before the point.
	maxPlanDigits = 15
	// maxReason is the length of a reason in runes.
	maxReason = 500
)

// PlanChange is one figure somebody entered, changed or took out. Was and Now are nil where there was, or is, none.
type PlanChange struct {
	Month  string           `json:"month"`
	Was    *decimal.Decimal `json:"was,omitempty"`
	Now    *decimal.Decimal `json:"now,omitempty"`
	Reason string           `json:"reason,omitempty"`
	By     string           `json:"by"`
	At     time.Time        `json:"at"`
}

// yearPlan is the document of a year.
type yearPlan struct {
	App     string                    `json:"app"`
	Process string                    `json:"process"`
	What    string                    `json:"what"`
	Subject string                    `json:"subject"`
	Year    int                       `json:"year"`
	Months  map[string]forecast.Entry `json:"months"`
	History []PlanChange              `json:"history"`
}

func (p *yearPlan) id() string {
	return fmt.Sprintf("%s|%s|%s|%s|%d", p.App, p.Process, p.What, p.Subject, p.Year)
}

// Planned is one figure to enter. Value nil takes it out. Was is what the writer saw there: when it is something else by now, nothing is
// written over it.
type Planned struct {
	Subject forecast.Subject
	Month   forecast.Month
	Value   *decimal.Decimal
	Was     *decimal.Decimal
	Reason  string

	// sample: it comes with sample data, and stands back where there is a figure already.
	sample bool
}

func sameFigure(a, b *decimal.Decimal) bool {
	return a == nil && b == nil || a != nil && b != nil && a.Equal(*b)
}

// SavePlan enters figures in the name of user. Errors: *process.Rejection not.found; forbidden; bad.request and rev.changed with every figure
// at /items/n. With rev.changed figures of other people and teams may have been entered; sending the same again changes nothing of those.
func (e *Engine) SavePlan(ctx context.Context, user, app, proc, what string, items []Planned) error {
	l, p, err := e.lookProcess(ctx, user, app, proc)
	if err != nil {
		return err
	}
	if what != forecast.Amount && what != forecast.Count && what != forecast.Call {
		return badRequest(rules.Say("what 是 amount、count 或 call", "what 是 amount、count 或 call", "what is amount, count or call"))
	}
	if what != forecast.Count && p.Def.Value == "" {
		return badRequest(rules.Say("此流程没有指定金额字段（value），只能定数量目标", "此流程沒有指定金額欄位（value），只能訂數量目標", "This process names no value field; only numbers can be targets of it"))
	}
	if len(items) == 0 || len(items) > maxPlanned {
		return badRequest(rules.Say("一次录入 1 到 {max} 个数", "一次登錄 1 到 {max} 個數", "Enter 1 to {max} figures at once", "max", maxPlanned))
	}
	scale := int32(0)
	if what != forecast.Count {
		scale = int32(l.amounts().Scale)
	}
	if err := l.checkPlan(what, scale, items); err != nil {
		return err
	}
	for i, it := range items {
		if !forecast.MayPlan(l.dir, user, it.Subject) {
			r := forbidden()
			r.Details = []rules.Problem{rules.Errorf(fmt.Sprintf("/items/%d/subject", i), "forbidden", rules.Say(
				"目标和预测调整由上级或管理员录入，不能给自己录", "目標和預測調整由主管或管理員登錄，不能給自己登錄",
				"Targets and calls are entered by a manager above, or by an admin, and not by oneself"))}
			return r
		}
	}
	byDoc := map[string][]int{}
	docs := map[string]*yearPlan{}
	for i, it := range items {
		d := &yearPlan{App: app, Process: proc, What: what, Subject: it.Subject.String(), Year: it.Month.Year}
		docs[d.id()] = d
		byDoc[d.id()] = append(byDoc[d.id()], i)
	}
	var stale []rules.Problem
	check := func(d *yearPlan, which []int) {
		for _, i := range which {
			now := d.at(items[i].Month)
			if !sameFigure(now, items[i].Was) && !sameFigure(now, items[i].Value) {
				theirs := d.Months[items[i].Month.String()]
				stale = append(stale, rules.Errorf(fmt.Sprintf("/items/%d", i), "rev.changed", rules.Say(
					"{who} 刚改过这一格：现在是 {now}", "{who} 剛改過這一格：現在是 {now}", "{who} has just changed this figure: it is {now} now",
					"who", l.dir.Name(theirs.By), "now", shownFigure(now))))
			}
		}
	}
	// Nothing is written when it is clear from the start that something changed.
	ids := make([]string, 0, len(docs))
	for id := range docs {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		have, _, err := e.plan(ctx, docs[id])
		if err != nil {
			return err
		}
		check(have, byDoc[id])
	}
	for _, id := range ids {
		if len(stale) > 0 {
			break
		}
		if err := e.savePlanned(ctx, user, docs[id], byDoc[id], items, func(have *yearPlan) bool {
			check(have, byDoc[id])
			return len(stale) == 0
		}); err != nil {
			return err
		}
	}
	if len(stale) > 0 {
		return reject("rev.changed", rules.Say("别人刚刚改过其中的数", "別人剛剛改過其中的數", "Somebody else has just changed some of these figures"), stale...)
	}
	return nil
}

// savePlanned writes the items of one document, if free says so of what is there.
func (e *Engine) savePlanned(ctx context.Context, user string, d *yearPlan, which []int, items []Planned, free func(*yearPlan) bool) error {
	now := e.instant()
	for range maxTries {
		have, ver, err := e.plan(ctx, d)
		if err != nil {
			return err
		}
		if !free(have) {
			return nil
		}
		changed := false
		for _, i := range which {
			changed = have.set(items[i], user, now) || changed
		}
		if !changed {
			return nil
		}
		body, err := marshal(have)
		if err != nil {
			return err
		}
		doc := store.Doc{ID: have.id(), Ver: ver + 1, Body: body, Cols: map[string]any{"process": processName(d.App, d.Process), "what": d.What, "year": int64(d.Year)}}
		if ver == 0 {
			err = e.store.Insert(ctx, collPlans, doc)
		} else {
			err = e.store.Replace(ctx, collPlans, doc, ver)
		}
		if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrExists) && !errors.Is(err, store.ErrUnknown) {
			return err
		}
	}
	return conflict()
}

// plan reads a year; one that is not there is empty and has version 0.
func (e *Engine) plan(ctx context.Context, d *yearPlan) (*yearPlan, int64, error) {
	doc, err := e.store.Get(ctx, collPlans, d.id())
	if errors.Is(err, store.ErrNotFound) {
		return &yearPlan{App: d.App, Process: d.Process, What: d.What, Subject: d.Subject, Year: d.Year}, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	var out yearPlan
	if err := json.Unmarshal(doc.Body, &out); err != nil {
		return nil, 0, fmt.Errorf("engine: plan %s: %w", doc.ID, err)
	}
	return &out, doc.Ver, nil
}

func (p *yearPlan) at(m forecast.Month) *decimal.Decimal {
	if e, ok := p.Months[m.String()]; ok {
		return &e.Value
	}
	return nil
}

// set enters one figure and notes it; false when it is there already, with the same reason.
func (p *yearPlan) set(it Planned, by string, at time.Time) bool {
	key := it.Month.String()
	was := p.at(it.Month)
	if sameFigure(was, it.Value) && (it.Value == nil || p.Months[key].Reason == it.Reason) || it.sample && was != nil {
		return false
	}
	if p.Months == nil {
		p.Months = map[string]forecast.Entry{}
	}
	if it.Value == nil {
		delete(p.Months, key)
	} else {
		p.Months[key] = forecast.Entry{Value: *it.Value, Reason: it.Reason, By: by, At: at, Sample: it.sample}
	}
	p.note(PlanChange{Month: key, Was: was, Now: it.Value, Reason: it.Reason, By: by, At: at})
	return true
}

// note keeps a change among the newest.
func (p *yearPlan) note(c PlanChange) {
	p.History = append(p.History, c)
	if over := len(p.History) - maxPlanHistory; over > 0 {
		p.History = p.History[over:]
	}
}

func shownFigure(d *decimal.Decimal) string {
	if d == nil {
		return "–"
	}
	return d.String()
}

// checkPlan holds figures against what a plan may say.
func (l *lister) checkPlan(what string, scale int32, items []Planned) error {
	var ps []rules.Problem
	seen := map[string]bool{}
	for i, it := range items {
		at := fmt.Sprintf("/items/%d", i)
		known := false
		if it.Subject.Kind == "team" {
			_, known = l.dir.Team(it.Subject.ID)
		} else {
			_, known = l.dir.User(it.Subject.ID)
		}
		if !known {
			ps = append(ps, rules.Errorf(at+"/subject", "ref.unknown", rules.Say("没有“{who}”这个人或团队", "沒有「{who}」這個人或團隊", "There is no person or team “{who}”", "who", clip(it.Subject.String(), 60))))
		}
		if it.Month.Year < 2000 || it.Month.Year > 2100 {
			ps = append(ps, rules.Errorf(at+"/month", "field.invalid", rules.Say("要写月份，例如 2026-09", "要寫月份，例如 2026-09", "A month is needed, such as 2026-09")))
		}
		if v := it.Value; v != nil {
			switch {
			case v.IsNegative(), v.GreaterThanOrEqual(decimal.New(1, maxPlanDigits)):
				ps = append(ps, rules.Errorf(at+"/value", "field.invalid", rules.Say("不能小于 0，小数点前最多 {n} 位", "不能小於 0，小數點前最多 {n} 位", "It is not below 0 and has at most {n} digits before the point", "n", maxPlanDigits)))
			case !v.Round(scale).Equal(*v):
				ps = append(ps, rules.Errorf(at+"/value", "field.invalid", rules.Say("最多 {n} 位小数", "最多 {n} 位小數", "At most {n} decimals", "n", int(scale))))
			}
			if what == forecast.Call && strings.TrimSpace(it.Reason) == "" {
				ps = append(ps, rules.Errorf(at+"/reason", "required", rules.Say("请写明调整的理由", "請寫明調整的理由", "Say why it is adjusted")))
			}
		}
		if len([]rune(it.Reason)) > maxReason {
			ps = append(ps, rules.Errorf(at+"/reason", "field.invalid", rules.Say("理由最多 {n} 字", "理由最多 {n} 字", "A reason has at most {n} characters", "n", maxReason)))
		}
		id := it.Subject.String() + "|" + it.Month.String()
		if seen[id] {
			ps = append(ps, rules.Errorf(at, "key.duplicate", rules.Say("同一格写了两次", "同一格寫了兩次", "The same figure is given twice")))
		}
		seen[id] = true
	}
	if len(ps) > 0 {
		return badRequest(ps[0].Message, ps...)
	}
	return nil
}

// PlanHistory tells what was changed in a year of a person's or team's plan, the newest first. Errors: *process.Rejection not.found.
func (e *Engine) PlanHistory(ctx context.Context, user, app, proc, what string, s forecast.Subject, year int) ([]PlanChange, error) {
	l, _, err := e.lookProcess(ctx, user, app, proc)
	if err != nil {
		return nil, err
	}
	if !forecast.MaySee(l.dir, user, s) || what == forecast.Call && !forecast.MayPlan(l.dir, user, s) {
		return nil, notFound()
	}
	have, _, err := e.plan(ctx, &yearPlan{App: app, Process: proc, What: what, Subject: s.String(), Year: year})
	if err != nil {
		return nil, err
	}
	slices.Reverse(have.History)
	return have.History, nil
}

// plans reads what is planned for a process in the years of some months.
func (e *Engine) plans(ctx context.Context, app, proc, what string, months []forecast.Month) (forecast.Plans, error) {
	out := forecast.Plans{}
	for year := months[0].Year; year <= months[len(months)-1].Year; year++ {
		q := query.Query{Filter: query.And{query.Cmp{Col: "process", Op: query.Eq, Value: processName(app, proc)}, query.Cmp{Col: "year", Op: query.Eq, Value: int64(year)},
			query.Cmp{Col: "what", Op: query.Eq, Value: what}}, Limit: store.MaxPage}
		for {
			page, err := e.store.Query(ctx, collPlans, q)
			if err != nil {
				return nil, err
			}
			for _, d := range page.Docs {
				var p yearPlan
				if err := json.Unmarshal(d.Body, &p); err != nil {
					return nil, fmt.Errorf("engine: plan %s: %w", d.ID, err)
				}
				s, ok := forecast.ParseSubject(p.Subject)
				if !ok {
					continue
				}
				for key, entry := range p.Months {
					if m, ok := forecast.ParseMonth(key); ok {
						out.Set(s, m, &entry)
					}
				}
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
	}
	return out, nil
}

// lookProcess is a look at the records of a process, without the recycle bin. Errors: *process.Rejection not.found.
func (e *Engine) lookProcess(ctx context.Context, user, app, proc string) (*lister, *process.Process, error) {
	a, err := e.current(ctx, app)
	if err != nil {
		return nil, nil, err
	}
	p := a.Processes[proc]
	if p == nil {
		return nil, nil, notFound()
	}
	l, err := e.look(ctx, user, app, p.Form.Def.Key)
	if err != nil {
		return nil, nil, err
	}
	return l, p, l.narrow(ctx, &ListQuery{})
}
