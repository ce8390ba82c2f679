package process

import (
	"encoding/json"
)

// Test is a scenario inside the app, run on the pure core with a virtual clock and the sample company.
type Test struct {
	Name  string     `json:"name"`
	As    string     `json:"as,omitempty"`
	At    string     `json:"at,omitempty"`
	Given Given      `json:"given,omitzero"`
	Steps []TestStep `json:"steps"`
}

// Given is the record a scenario begins with, and others it refers to by their names.
type Given struct {
	// Form may be left out when the first step sends a public form.
	Form string                     `json:"form,omitempty"`
	Data map[string]json.RawMessage `json:"data,omitempty"`
	// Stage puts the record there as imported, without running gates.
	Stage string `json:"stage,omitempty"`
	Owner string `json:"owner,omitempty"`
	// Records are other records, by a name that reference fields in Data use.
	Records map[string]GivenRecord `json:"records,omitempty"`
	// Rates are the exchange rates there are; without them there are none.
	Rates []GivenRate `json:"rates,omitempty"`
}

// GivenRate says that from Date on one unit of From is worth Rate of To.
type GivenRate struct {
	From string `json:"from"`
	To   string `json:"to"`
	Date string `json:"date"`
	Rate string `json:"rate"`
}

// GivenRecord is another record a scenario needs.
type GivenRecord struct {
	Form  string                     `json:"form"`
	Data  map[string]json.RawMessage `json:"data,omitempty"`
	Stage string                     `json:"stage,omitempty"`
}

// TestStep is one thing done or expected.
type TestStep struct {
	// Record is whom it is about, when it is not the record of the scenario: a name among the given records, or a form, for the newest
	// record of it (one that was handed over to).
	Record string                     `json:"record,omitempty"`
	Do     string                     `json:"do,omitempty"`
	With   map[string]json.RawMessage `json:"with,omitempty"`
	Set    map[string]json.RawMessage `json:"set,omitempty"`
	Check  []string                   `json:"check,omitempty"`
	// Activity is done by whoever does the step, With what he says of it. Hand gives what he was to do to the one of People.
	Activity string `json:"activity,omitempty"`
	Hand     string `json:"hand,omitempty"`
	Approve  string `json:"approve,omitempty"`
	Reject   string `json:"reject,omitempty"`
	Return   string `json:"return,omitempty"`
	Withdraw bool   `json:"withdraw,omitempty"`
	// Press presses the button of an automation.
	Press string `json:"press,omitempty"`
	Urge  bool   `json:"urge,omitempty"`
	// Claim takes the record out of its pool; Release puts it into the pool named; Reclaim is the nightly look of the pool named at every record.
	Claim   bool   `json:"claim,omitempty"`
	Release string `json:"release,omitempty"`
	Reclaim string `json:"reclaim,omitempty"`
	// Submit sends a public form, as a visitor who came by an address with the parameters Source; With are the values. The first record a
	// scenario has this way is the one it is about.
	Submit string            `json:"submit,omitempty"`
	Source map[string]string `json:"source,omitempty"`
	// Transfer, Delegate, AddSign and RemoveSign name the step, People whom. AddSign takes Position "before" (default) or "after". Return
	// takes To, the step it goes back to. Do and Approve take Pick, the people for steps that leave the choice, by step.
	Transfer   string              `json:"transfer,omitempty"`
	Delegate   string              `json:"delegate,omitempty"`
	AddSign    string              `json:"addSign,omitempty"`
	RemoveSign string              `json:"removeSign,omitempty"`
	People     []string            `json:"people,omitempty"`
	Position   string              `json:"position,omitempty"`
	To         string              `json:"to,omitempty"`
	Pick       map[string][]string `json:"pick,omitempty"`
	// Away sends people away from now on, each with who stands in; an empty name brings one back.
	Away   map[string]string `json:"away,omitempty"`
	Retry  bool              `json:"retry,omitempty"`
	After  string            `json:"after,omitempty"`
	Run    string            `json:"run,omitempty"`
	As     string            `json:"as,omitempty"`
	Expect *Expect           `json:"expect,omitempty"`
}

// Expect is what must be true at this point of a scenario; absent members are not looked at.
type Expect struct {
	Stage string `json:"stage,omitempty"`
	Owner string `json:"owner,omitempty"`
	// Pool is the pool the record is in.
	Pool       string    `json:"pool,omitempty"`
	WaitingFor *[]string `json:"waitingFor,omitempty"`
	Approvers  *[]string `json:"approvers,omitempty"`
	Tasks      *int      `json:"tasks,omitempty"`
	Escalated  *bool     `json:"escalated,omitempty"`
	// Skipped are the steps of the live round that were passed by, in order.
	Skipped *[]string `json:"skipped,omitempty"`
	// Round is the state the newest round stands or ended in.
	Round   string                     `json:"round,omitempty"`
	Data    map[string]json.RawMessage `json:"data,omitempty"`
	Notices *[]string                  `json:"notices,omitempty"`
	Started *[]string                  `json:"started,omitempty"`
	// Problems are the codes of the refusal that this step's command must meet.
	Problems *[]string `json:"problems,omitempty"`
}
