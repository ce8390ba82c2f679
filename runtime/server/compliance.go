package server

import (
	"slices"
	"time"

	"pipewright/rules"
	"pipewright/runtime/engine"
)

type complianceOut struct {
	Process string       `json:"process"`
	Form    string       `json:"form"`
	From    string       `json:"from"`
	To      string       `json:"to"`
	Kinds   []kindOut    `json:"kinds"`
	People  []breachesOf `json:"people"`
	Items   []breachOut  `json:"items"`
	// More: of some kind there is more than is shown.
	More bool `json:"more,omitempty"`
}

type kindOut struct {
	Kind  string     `json:"kind"`
	Name  rules.Text `json:"name"`
	Count int        `json:"count"`
}

// breachesOf is how often each kind stands against a person.
type breachesOf struct {
	Person *mini          `json:"person"`
	Counts map[string]int `json:"counts"`
}

type breachOut struct {
	Kind   string     `json:"kind"`
	Person *mini      `json:"person"`
	At     instant    `json:"at"`
	Record string     `json:"record"`
	Number string     `json:"number"`
	Title  string     `json:"title"`
	Stage  rules.Text `json:"stage"`
	Step   string     `json:"step,omitempty"`
	Reason string     `json:"reason,omitempty"`
}

var breachKinds = []kindOut{
	{Kind: "override", Name: rules.Say("越过条件", "越過條件", "Conditions passed")},
	{Kind: "skipped", Name: rules.Say("跳过的审批", "跳過的簽核", "Approval steps skipped")},
	{Kind: "imported", Name: rules.Say("导入补录", "匯入補登", "Entered afterwards")},
	{Kind: "lateStage", Name: rules.Say("阶段逾期", "階段逾期", "Stages overdue")},
	{Kind: "lateTask", Name: rules.Say("任务逾期", "任務逾期", "Tasks overdue")},
}

// skipReasons say why a step of an approval was skipped.
var skipReasons = map[string]rules.Text{
	"self":       rules.Say("审批人就是提交人", "簽核人就是提交人", "Who decides is who submitted"),
	"samePerson": rules.Say("同一人已经批过", "同一人已經簽過", "The same person had decided already"),
	"empty":      rules.Say("没有找到审批人", "沒有找到簽核人", "Nobody was found to decide"),
}

func (s *Server) compliance(c *call) (*engine.Compliance, time.Time, time.Time, error) {
	app, err := s.live(c)
	if err != nil {
		return nil, time.Time{}, time.Time{}, err
	}
	from, errFrom := rules.ParseDate(c.Query("from"))
	to, errTo := rules.ParseDate(c.Query("to"))
	if errFrom != nil || errTo != nil {
		return nil, time.Time{}, time.Time{}, badRequest(rules.Say("from 和 to 要写日期，例如 2026-09-30", "from 和 to 要寫日期，例如 2026-09-30", "from and to are days, such as 2026-09-30"))
	}
	first, last := from.At(0, 0, app.Zone), to.At(0, 0, app.Zone)
	list, err := s.Engine.Compliance(c.ctx(), c.user.ID, c.Param("app"), c.Param("process"), first, last.AddDate(0, 0, 1))
	return list, first, last, err
}

func breachWire(c *call, list *engine.Compliance, b *engine.Breach) breachOut {
	out := breachOut{Kind: b.Kind, Person: c.mini(b.Person), At: instant(b.At), Record: b.Record.State.ID, Number: b.Record.State.Number, Title: b.Record.Title(), Step: b.Step, Reason: b.Reason}
	if st := list.Process.ByKey[b.Stage]; st != nil {
		out.Stage = st.Def.Name
	}
	if why, ok := skipReasons[b.Reason]; ok && b.Kind == "skipped" {
		out.Reason = why.In(c.lang())
	}
	return out
}

// getCompliance tells where a process was not gone through as written between ?from and ?to, both days included, and what is late now.
func (s *Server) getCompliance(c *call) (any, error) {
	list, from, to, err := s.compliance(c)
	if err != nil {
		return nil, err
	}
	out := complianceOut{Process: list.Process.Def.Key, Form: list.Process.Form.Def.Key, From: from.Format(time.DateOnly), To: to.Format(time.DateOnly), Kinds: slices.Clone(breachKinds),
		People: []breachesOf{}, Items: []breachOut{}, More: list.More}
	at := map[string]int{}
	for i := range list.Items {
		b := &list.Items[i]
		out.Items = append(out.Items, breachWire(c, list, b))
		k := slices.IndexFunc(out.Kinds, func(k kindOut) bool { return k.Kind == b.Kind })
		out.Kinds[k].Count++
		if _, known := at[b.Person]; !known {
			at[b.Person] = len(out.People)
			out.People = append(out.People, breachesOf{c.mini(b.Person), map[string]int{}})
		}
		out.People[at[b.Person]].Counts[b.Kind]++
	}
	return out, nil
}

// exportCompliance is the same as a file.
func (s *Server) exportCompliance(c *call) (any, error) {
	list, _, _, err := s.compliance(c)
	if err != nil {
		return nil, err
	}
	head := []rules.Text{rules.Say("类别", "類別", "Kind"), rules.Say("人", "人員", "Person"), rules.Say("时间", "時間", "When"), rules.Say("编号", "編號", "Number"),
		rules.Say("记录", "記錄", "Record"), rules.Say("阶段", "階段", "Stage"), rules.Say("步骤或任务", "步驟或任務", "Step or task"), rules.Say("原因", "原因", "Reason")}
	lang := c.lang()
	rows := make([][]string, 0, len(list.Items)+1)
	var titles []string
	for _, h := range head {
		titles = append(titles, h.In(lang))
	}
	rows = append(rows, titles)
	for i := range list.Items {
		b := breachWire(c, list, &list.Items[i])
		k := slices.IndexFunc(breachKinds, func(k kindOut) bool { return k.Kind == b.Kind })
		person := ""
		if b.Person != nil {
			person = b.Person.Name
		}
		when := time.Time(b.At).In(list.Process.Form.App.Zone).Format("2006-01-02 15:04")
		rows = append(rows, []string{breachKinds[k].Name.In(lang), person, when, b.Number, b.Title, b.Stage.In(lang), b.Step, b.Reason})
	}
	return nil, sendSheet(c, "compliance", rows, 0)
}
