package server

import (
	"encoding/json"
	"fmt"
	"strings"

	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/process"
)

type scenarioIn struct {
	Name string `json:"name"`
	// Record that the scenario is about; empty: the one most worked on.
	Record string `json:"record"`
}

type scenarioOut struct {
	Name string `json:"name"`
	// Steps of it; Rev is the draft's that has it now.
	Steps int             `json:"steps"`
	Rev   int64           `json:"rev"`
	Test  json.RawMessage `json:"test"`
}

// maxScenarioName is the longest name of a scenario, in characters.
const maxScenarioName = 120

// postScenario writes down what was done in a sandbox as a scenario of the draft. It has been run there before it is put in: one that the
// pure core walks otherwise than the sandbox did is not kept, and the difference is told.
func (s *Server) postScenario(c *call) (any, error) {
	b, err := c.box()
	if err != nil {
		return nil, err
	}
	var in scenarioIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	if in.Name = strings.TrimSpace(in.Name); in.Name == "" || len([]rune(in.Name)) > maxScenarioName {
		msg := rules.Say("名称为 1 到 {n} 字", "名稱為 1 到 {n} 字", "A name has 1 to {n} characters", "n", maxScenarioName)
		return nil, badRequest(msg, rules.Errorf("/name", "field.invalid", msg))
	}
	if walks := b.Walks(); in.Record == "" && len(walks) > 0 {
		in.Record = walks[0].ID
	}
	test, err := b.Scenario(in.Name, in.Record)
	if err != nil {
		return nil, err
	}
	draft, err := s.Designer.Draft(c.ctx(), b.App.Def.Key)
	if err != nil {
		return nil, err
	}
	def, problems := process.Parse([]byte(draft.Definition))
	if def == nil || rules.HasErrors(problems) {
		return nil, cannotRecord(problems)
	}
	for i := range def.Tests {
		if def.Tests[i].Name == test.Name {
			msg := rules.Say("草稿里已有叫“{name}”的场景", "草稿裡已有叫「{name}」的情境", "The draft has a scenario called “{name}” already", "name", test.Name)
			return nil, badRequest(msg, rules.Errorf("/name", "key.duplicate", msg))
		}
	}
	opts, err := s.Designer.Among(c.ctx())
	if err != nil {
		return nil, err
	}
	whole := def.Tests
	def.Tests = []process.Test{*test}
	app, _ := process.Compile(def, nil, 0, opts)
	results, _ := process.RunTests(app, access.SampleWorld(app))
	if failed := results[0].Problems; len(failed) > 0 {
		return nil, cannotRecord(failed)
	}
	def.Tests = append(whole, *test)
	text, err := process.Format(def)
	if err != nil {
		return nil, fmt.Errorf("server: scenario: %w", err)
	}
	saved, _, err := s.Designer.Save(c.ctx(), draft.App, c.user.ID, draft.Rev, text)
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(test)
	return scenarioOut{test.Name, len(test.Steps), saved.Rev, raw}, err
}

func cannotRecord(problems []rules.Problem) error {
	return &process.Rejection{Code: "sandbox.scenario", Message: rules.Say("存不成场景：按草稿重走一遍，结果和沙箱里不一样", "存不成情境：按草稿重走一遍，結果和沙箱裡不一樣",
		"This cannot be kept as a scenario: walked again by the draft it comes out otherwise than in the sandbox"), Details: problems}
}
