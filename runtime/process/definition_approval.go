package process

import (
	"encoding/json"

	"pipewright/rules"
)

// Assigns is field → expression; evaluated against the record as it was before any of them.
type Assigns map[string]string

// Whos is a list of who; in JSON one object may stand for it.
type Whos []Who

// Who names people. Exactly one way is given.
type Who struct {
	User string `json:"user,omitempty"`
	Role string `json:"role,omitempty"`
	// Team is a team key, or with Role "own": the record's own team.
	Team  string `json:"team,omitempty"`
	Field string `json:"field,omitempty"`
	// ManagerOf is "owner", "initiator" or a user field. Level 1 (default) is the direct manager; UpTo takes every level to N.
	ManagerOf string `json:"managerOf,omitempty"`
	Level     int    `json:"level,omitempty"`
	UpTo      int    `json:"upTo,omitempty"`
	Decide    string `json:"decide,omitempty"`
	Expr      string `json:"expr,omitempty"`
}

// Chain is an approval chain: who must agree before a move happens.
type Chain struct {
	Key    string     `json:"key"`
	Was    []string   `json:"was,omitempty"`
	Name   rules.Text `json:"name"`
	Help   rules.Text `json:"help,omitzero"`
	SkipIf string     `json:"skipIf,omitempty"`
	// Guards are the fields the decision is bound to; by default every field that routing reads.
	Guards   []string `json:"guards,omitempty"`
	Steps    []Step   `json:"steps"`
	OnReject OnReject `json:"onReject,omitzero"`
	OnReturn OnReturn `json:"onReturn,omitzero"`
	CC       Whos     `json:"cc,omitempty"`
	// Dedupe is "consecutive" (default), "none" or "once".
	Dedupe string `json:"dedupe,omitempty"`
}

// Step is one node of a chain.
type Step struct {
	Key   string     `json:"key"`
	Was   []string   `json:"was,omitempty"`
	Name  rules.Text `json:"name"`
	RunIf string     `json:"runIf,omitempty"`
	Who   Whos       `json:"who,omitempty"`
	Mode  Mode       `json:"mode,omitzero"`
	Veto  bool       `json:"veto,omitempty"`
	// Fields.Edit are the fields an approver fills here.
	Fields  *FieldRights `json:"fields,omitempty"`
	OnEmpty OnEmpty      `json:"onEmpty,omitzero"`
	// OnSelf is "climb", "skip", "allow" or "admin".
	OnSelf string    `json:"onSelf,omitempty"`
	Due    []DueStep `json:"due,omitempty"`
	// Allow lists what an approver may do besides approving and rejecting: return. The initiator may withdraw until the first decision.
	Allow []string `json:"allow,omitempty"`
}

// Mode says how many must approve: "all" (default), "any", "sequence", {"share": 0.6}, {"count": 2}.
type Mode struct {
	Kind string
	// Share is in (0, 1], kept as the JSON text of the number.
	Share json.Number
	Count int
}

func (m Mode) IsZero() bool { return m == Mode{} }

func (m Mode) MarshalJSON() ([]byte, error) {
	switch m.Kind {
	case "share":
		return json.Marshal(map[string]json.Number{"share": m.Share})
	case "count":
		return json.Marshal(map[string]int{"count": m.Count})
	}
	return json.Marshal(m.Kind)
}

// OnEmpty is "climb", "admin", "pass", "reject", "block", or people who decide instead.
type OnEmpty struct {
	Policy string
	Who    Whos
}

func (o OnEmpty) IsZero() bool { return o.Policy == "" && len(o.Who) == 0 }

func (o OnEmpty) MarshalJSON() ([]byte, error) {
	if len(o.Who) > 0 {
		return json.Marshal(o.Who)
	}
	return json.Marshal(o.Policy)
}

// DueStep is one rung of a step's escalation ladder.
type DueStep struct {
	// After is a duration from the moment the step was entered.
	After string `json:"after"`
	// Do is "remind", "escalate", "transfer", "pass" or "reject".
	Do string `json:"do"`
	To Whos   `json:"to,omitempty"`
}

// OnReject is {"to": "end"} (default) or {"move": transition}.
type OnReject struct {
	To   string `json:"to,omitempty"`
	Move string `json:"move,omitempty"`
}

// OnReturn says where a returned round goes and how it resumes.
type OnReturn struct {
	// To is "initiator" (default).
	To string `json:"to,omitempty"`
	// Resume is "rerun" (default) or "jumpBack".
	Resume string `json:"resume,omitempty"`
}
