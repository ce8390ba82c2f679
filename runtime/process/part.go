package process

import (
	"pipewright/forms"
	"pipewright/rules"
	"pipewright/rules/strict"
)

// Part is some of an app in a file of its own, so that a large app can be read and compared file by file: the folder of an app holds
// app.json, the head of the definition, and any number of processes/*.json. A part has the lists of a definition and nothing of
// its head; joined, the lists follow one another in the order of the files.
type Part struct {
	Roles       []Role             `json:"roles,omitempty"`
	Options     []forms.OptionList `json:"options,omitempty"`
	Forms       []forms.Form       `json:"forms,omitempty"`
	Processes   []ProcessDef       `json:"processes,omitempty"`
	Approvals   []Chain            `json:"approvals,omitempty"`
	Rules       []rules.Rule       `json:"rules,omitempty"`
	Automations []Automation       `json:"automations,omitempty"`
	Messages    []Message          `json:"messages,omitempty"`
	Pools       []Pool             `json:"pools,omitempty"`
	Public      []PublicForm       `json:"public,omitempty"`
	Tracking    []Tracking         `json:"tracking,omitempty"`
	Prints      []Print            `json:"prints,omitempty"`
	Views       []View             `json:"views,omitempty"`
	Reports     []Report           `json:"reports,omitempty"`
	Dashboards  []Dashboard        `json:"dashboards,omitempty"`
	Tests       []Test             `json:"tests,omitempty"`
}

// ParsePart reads a part as strictly as Parse reads a definition.
func ParsePart(data []byte) (*Part, []rules.Problem) {
	p := &Part{}
	problems := strict.Decode(data, p)
	for _, problem := range problems {
		if problem.Path == "" {
			return nil, problems
		}
	}
	for i := range p.Tests {
		canonicalTest(&p.Tests[i])
	}
	return p, problems
}

// FormatPart writes the canonical form of a part.
func FormatPart(p *Part) ([]byte, error) { return strict.Canonical(p) }

// Join adds the lists of a part to those of the definition.
func (def *Definition) Join(p *Part) {
	def.Roles = append(def.Roles, p.Roles...)
	def.Options = append(def.Options, p.Options...)
	def.Forms = append(def.Forms, p.Forms...)
	def.Processes = append(def.Processes, p.Processes...)
	def.Approvals = append(def.Approvals, p.Approvals...)
	def.Rules = append(def.Rules, p.Rules...)
	def.Automations = append(def.Automations, p.Automations...)
	def.Messages = append(def.Messages, p.Messages...)
	def.Pools = append(def.Pools, p.Pools...)
	def.Public = append(def.Public, p.Public...)
	def.Tracking = append(def.Tracking, p.Tracking...)
	def.Prints = append(def.Prints, p.Prints...)
	def.Views = append(def.Views, p.Views...)
	def.Reports = append(def.Reports, p.Reports...)
	def.Dashboards = append(def.Dashboards, p.Dashboards...)
	def.Tests = append(def.Tests, p.Tests...)
}
