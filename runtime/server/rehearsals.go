package server

import (
	"net/http"

	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
)

// ranOut is what the scenarios of a definition came to, and what of it they walked.
type ranOut struct {
	Passed   int          `json:"passed"`
	Failed   int          `json:"failed"`
	Tests    []testOut    `json:"tests"`
	Coverage []coveredOut `json:"coverage"`
	// People are those of the sample company, by whom scenarios act.
	People []mini `json:"people"`
}

type testOut struct {
	Name     string        `json:"name"`
	Passed   bool          `json:"passed"`
	Problems []problemWire `json:"problems"`
}

// coveredOut is one kind of thing (stages, transitions, steps, automations, rows): how many there are, how many were walked, and each that was not.
type coveredOut struct {
	Kind   string      `json:"kind"`
	Of     int         `json:"of"`
	Walked int         `json:"walked"`
	Missed []missedOut `json:"missed"`
}

type missedOut struct {
	Name string `json:"name"`
	Path string `json:"path"`
}

// postTests runs the scenarios of the draft, or of a definition, as publishing does.
func (s *Server) postTests(c *call) (any, error) {
	raw, err := c.definitionOrDraft()
	if err != nil {
		return nil, err
	}
	unsound := func(problems []rules.Problem) error {
		return refuse(http.StatusUnprocessableEntity, "check.failed", rules.Say("请先修好定义里的错误，再运行场景测试", "請先修好定義裡的錯誤，再執行情境測試",
			"Mend the errors of the definition first, then run its scenarios"), problems...)
	}
	def, problems := process.Parse(raw)
	if def == nil || rules.HasErrors(problems) {
		return nil, unsound(problems)
	}
	opts, err := s.Designer.Among(c.ctx())
	if err != nil {
		return nil, err
	}
	app, problems := process.Compile(def, nil, 0, opts)
	if rules.HasErrors(problems) {
		return nil, unsound(problems)
	}
	results, cov := process.RunTests(app, access.SampleWorld(app))
	out := ranOut{Tests: []testOut{}}
	people, _ := org.Sample()
	for _, u := range people {
		out.People = append(out.People, mini{u.ID, u.Name})
	}
	for _, r := range results {
		out.Tests = append(out.Tests, testOut{r.Name, len(r.Problems) == 0, wireProblems(r.Problems)})
		if len(r.Problems) == 0 {
			out.Passed++
		} else {
			out.Failed++
		}
	}
	for _, kind := range cov.Of(app) {
		one := coveredOut{Kind: kind.Kind, Of: len(kind.Walks), Missed: []missedOut{}}
		for _, w := range kind.Walks {
			if w.Times > 0 {
				one.Walked++
			} else {
				one.Missed = append(one.Missed, missedOut{w.Name, w.Path})
			}
		}
		out.Coverage = append(out.Coverage, one)
	}
	return out, nil
}
