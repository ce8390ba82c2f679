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
	// Pick leaves the choice to a person: "initiator" when he submits, "previous" when the approver before approves. From restricts
	// whom may be picked.
	Pick   string `json:"pick,omitempty"`
	From   Whos   `json:"from,omitempty"`
	Decide string `json:"decide,omitempty"`
	Expr   string `json:"expr,omitempty"`
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
	OnSelf string   `json:"onSelf,omitempty"`
	Due    DueSteps `json:"due,omitempty"`
	// Allow lists what an approver may do besides approving and rejecting: transfer, delegate, addSign, removeSign, return. Withdraw
	// lets the initiator take the round back while this step waits, though others have decided before; without it he may
	// until the first decision.
	Allow []string `json:"allow,omitempty"`
	// Parallel are steps that run at the same time, one level; the step itself then has a key, a name and a runIf only. Join is
	// "all" (default: each must pass) or "any" (the first to pass is enough). A reject or return of one ends its siblings.
	Parallel []Step `json:"parallel,omitempty"`
	Join     string `json:"join,omitempty"`
}

// EachStep visits the steps of a chain with their key paths: a parallel step, then its branches.
func (c *Chain) EachStep(visit func(path string, s *Step)) {
	var each func(path string, list []Step)
	each = func(path string, list []Step) {
		for i := range list {
			at := path + "/" + elementKey(list[i].Key, i)
			visit(at, &list[i])
			each(at+"/parallel", list[i].Parallel)
		}
	}
	each("/approvals/"+c.Key+"/steps", c.Steps)
}

// Mode says how many must approve: "all" (default), "any", {"any": "allReject"}, "sequence", {"share": 0.6}, {"count": 2},
// {"weight": {role or user: n}, "pass": n}.
type Mode struct {
	Kind string
	// Share is in (0, 1], kept as the JSON text of the number.
	Share json.Number
	Count int
	// AllReject, with "any": a reject ends the step only when everybody has rejected.
	AllReject bool
	// Weights by role or user key; who is in none of them weighs 1. Pass is the weight that must approve.
	Weights map[string]int
	Pass    int
}

func (m Mode) IsZero() bool { return m.Kind == "" }

func (m Mode) MarshalJSON() ([]byte, error) {
	switch m.Kind {
	case "share":
		return json.Marshal(map[string]json.Number{"share": m.Share})
	case "count":
		return json.Marshal(map[string]int{"count": m.Count})
	case "weight":
		return json.Marshal(struct {
			Weight map[string]int `json:"weight"`
			Pass   int            `json:"pass"`
		}{m.Weights, m.Pass})
	}
	if m.AllReject {
		return json.Marshal(map[string]string{"any": "allReject"})
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

// DueSteps is the escalation ladder of a step. One duration may stand for it, the total time: remind after half of it and at its
// end, escalate after one and a half.
type DueSteps []DueStep

// DueStep is one rung of a step's escalation ladder.
type DueStep struct {
	// After is a duration from the moment the step was entered.
	After string `json:"after"`
	// Do is "remind", "escalate", "transfer", "pass" or "reject".
	Do string `json:"do"`
	To Whos   `json:"to,omitempty"`
}

// OnReject says what a reject leads to: {"to": "end"} (default), {"to": "initiator"} who mends it and submits again, {"to": step}
// that decides again, or {"move": transition}.
type OnReject struct {
	To   string `json:"to,omitempty"`
	Move string `json:"move,omitempty"`
}

// OnReturn says where a returned round goes and how it resumes.
type OnReturn struct {
	// To is "initiator" (default), "previous": him or the step before, or "any": him or any step before.
	To string `json:"to,omitempty"`
	// Resume is "rerun" (default) or "jumpBack": straight to the step that returned it, if no guarded value has changed.
	Resume string `json:"resume,omitempty"`
}
