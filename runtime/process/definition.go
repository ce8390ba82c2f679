package process

import (
	"encoding/json"

	"pipewright/forms"
	"pipewright/rules"
)

// Spec is the version of the definition language.
const Spec = "pipewright/1"

// Definition describes one app, whole. It is what the editor edits, what is stored, what git diffs, what a template ships.
type Definition struct {
	Spec string     `json:"spec"`
	Key  string     `json:"key"`
	Name rules.Text `json:"name"`
	Help rules.Text `json:"help,omitzero"`
	// Languages the app promises texts in; the checker warns where one is missing.
	Languages []string `json:"languages,omitempty"`
	// Timezone is an IANA name; today() and day boundaries use it.
	Timezone string `json:"timezone,omitempty"`
	// Currency is an ISO 4217 code.
	Currency string `json:"currency,omitempty"`
	// Calendar names the working-day calendar, e.g. "CN".
	Calendar string `json:"calendar,omitempty"`
	// Template is what the app was made of; it has no meaning to the runtime.
	Template *Origin `json:"template,omitempty"`

	// Uses are the forms of other apps that references may point to (semantics 21).
	Uses []AppUse `json:"uses,omitempty"`

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
	// Layout holds canvas positions by process and stage key; it has no meaning to the runtime.
	Layout map[string]map[string]Point `json:"layout,omitempty"`
}

// Origin names a template, and by the digest of its canonical form the version of it that the app holds, so that a newer one can be put
// together with what was changed since. It is part of the definition, so that it goes wherever the definition goes: into history and back out of it, into
// releases, files and other servers.
type Origin struct {
	Key    string `json:"key"`
	Digest string `json:"digest"`
}

// Point is a place on the flow canvas, in pixels.
type Point struct {
	X int `json:"x"`
	Y int `json:"y"`
}

// Role is a role of the app; people get it at install as "<app>/<role>".
type Role struct {
	Key  string     `json:"key"`
	Was  []string   `json:"was,omitempty"`
	Name rules.Text `json:"name"`
	Help rules.Text `json:"help,omitzero"`
}

// ProcessDef is stages and transitions over one form.
type ProcessDef struct {
	Key  string     `json:"key"`
	Was  []string   `json:"was,omitempty"`
	Form string     `json:"form"`
	Name rules.Text `json:"name"`
	// Start is the stage a new record stands in.
	Start string `json:"start"`
	// Value and Closing name the money field and the date field that boards and forecasts use.
	Value   string `json:"value,omitempty"`
	Closing string `json:"closing,omitempty"`
	// Roles that work in the process (ENG-29).
	Roles []string `json:"roles,omitempty"`
	// NoPrecedents: records do not show what closed ones did from the same stage.
	NoPrecedents bool         `json:"noPrecedents,omitempty"`
	Stages       []Stage      `json:"stages"`
	Transitions  []Transition `json:"transitions,omitempty"`
}

// Stage is where a record stands.
type Stage struct {
	Key  string     `json:"key"`
	Was  []string   `json:"was,omitempty"`
	Name rules.Text `json:"name"`
	// End closes the record: "won", "lost", "done" or "cancelled"; absent means open.
	End string `json:"end,omitempty"`
	// Probability of winning, percent, 0 to 100; ends are forced to 100 (won) and 0 (others).
	Probability *int `json:"probability,omitempty"`
	// Owner says who may own a record here and how one is chosen (semantics 17).
	Owner *Owner `json:"owner,omitempty"`
	// Goal, Kind, Script answer what is done and how (ENG-14, ENG-27).
	Goal   rules.Text `json:"goal,omitzero"`
	Kind   string     `json:"kind,omitempty"`
	Script rules.Text `json:"script,omitzero"`
	Color  string     `json:"color,omitempty"`
	// Due runs from entry, Idle from the last activity. Ladder are the rungs of Due, counted from entry, or where Due is a time of day or a date
	// from that moment ("-P3D": before it); IdleLadder are those of Idle, counted from the last activity. Without rungs the owner is reminded once.
	Due        Due         `json:"due,omitzero"`
	Ladder     []DueStep   `json:"ladder,omitempty"`
	Idle       string      `json:"idle,omitempty"`
	IdleLadder []DueStep   `json:"idleLadder,omitempty"`
	Checklist  []CheckItem `json:"checklist,omitempty"`
	// Groups make sub-stages of the checklist: its items name one by key (ENG-22).
	Groups     []CheckGroup  `json:"groups,omitempty"`
	Activities []ActivityDef `json:"activities,omitempty"`
	Fields     *FieldRights  `json:"fields,omitempty"`
	LeaveIf    []Condition   `json:"leaveIf,omitempty"`
	EnterIf    []Condition   `json:"enterIf,omitempty"`
	Needs      []Linked      `json:"needs,omitempty"`
	// Approval opens a round on entry (semantics 2b).
	Approval *StageApproval `json:"approval,omitempty"`
}

// Open says whether a record in this stage is still worked on.
func (s *Stage) Open() bool { return s.End == "" }

// StageApproval opens a chain when the stage is entered and takes the named transitions at its end.
type StageApproval struct {
	Chain     string `json:"chain"`
	Passed    string `json:"passed"`
	Rejected  string `json:"rejected,omitempty"`
	Withdrawn string `json:"withdrawn,omitempty"`
}

// Owner is `{"role": …}` or any who, with how to assign (semantics 17).
type Owner struct {
	Who Whos `json:"who,omitempty"`
	// Assign is "keep" (default), "leastLoaded" (the one with the fewest open records, as for "keep" when nobody can stay),
	// "roundRobin", "weighted", "pick" (whoever moves the record says) or "pool" (nobody: it goes into Pool).
	Assign string `json:"assign,omitempty"`
	// Pool takes the record with "pool", and when nobody is found.
	Pool string `json:"pool,omitempty"`
	// Weights are capacities by role of the app or user, for "weighted": who has twice the weight gets twice the records. Nobody
	// named has 1; 0 gets none.
	Weights map[string]int `json:"weights,omitempty"`
}

// Due is a duration, a time of day, or a date expression (semantics 18).
type Due struct {
	Duration string
	At       string
	Date     string
}

func (d Due) IsZero() bool { return d == Due{} }

func (d Due) MarshalJSON() ([]byte, error) {
	if d.Duration != "" {
		return json.Marshal(d.Duration)
	}
	return json.Marshal(struct {
		At   string `json:"at,omitempty"`
		Date string `json:"date,omitempty"`
	}{d.At, d.Date})
}

// CheckItem is one line of a stage's checklist.
type CheckItem struct {
	Key      string     `json:"key"`
	Name     rules.Text `json:"name"`
	Help     rules.Text `json:"help,omitzero"`
	Group    rules.Text `json:"group,omitzero"`
	Required bool       `json:"required,omitempty"`
}

// CheckGroup is a sub-stage: part of the checklist with people and time of its own. It is complete when all its required items are ticked,
// or all of its items if it has none required.
type CheckGroup struct {
	Key  string     `json:"key"`
	Name rules.Text `json:"name"`
	Help rules.Text `json:"help,omitzero"`
	// Owner are those who see to it: it is a task of theirs, and they may tick its items. Without one it is whoever owns the record.
	Owner Whos `json:"owner,omitempty"`
	// Ordered: it begins when the groups before it are complete.
	Ordered bool `json:"ordered,omitempty"`
	// Required: it must be complete before the record goes on, whether or not one of its items must be ticked.
	Required bool      `json:"required,omitempty"`
	Due      string    `json:"due,omitempty"`
	Ladder   []DueStep `json:"ladder,omitempty"`
}

// ActivityDef is work by other people while the record is in the stage.
type ActivityDef struct {
	Key  string     `json:"key"`
	Name rules.Text `json:"name"`
	Help rules.Text `json:"help,omitzero"`
	Who  Whos       `json:"who"`
	// Mode is "any" (default: one of them does it for all) or "each" (it is done when every one of them has).
	Mode string `json:"mode,omitempty"`
	// OnEmpty says who does it when Who finds nobody: "admin" (default), "climb" (the owner's managers), "pass" (it counts as done), "block"
	// (nobody is asked and it stays open), or people.
	OnEmpty OnEmpty `json:"onEmpty,omitzero"`
	// Fields are what each says when he has done it; with PassIf it counts as done only if that holds for what he says.
	Fields []forms.Field `json:"fields,omitempty"`
	PassIf string        `json:"passIf,omitempty"`
	// Due runs from when people are asked. Ladder are the rungs by which they are reminded; without it, reminders after half of the time and
	// at its end, and word to their managers after one and a half.
	Due      string    `json:"due,omitempty"`
	Ladder   []DueStep `json:"ladder,omitempty"`
	Required bool      `json:"required,omitempty"`
}

// FieldRights masks fields in a stage. "*" means every field.
type FieldRights struct {
	Edit    []string `json:"edit,omitempty"`
	Read    []string `json:"read,omitempty"`
	Hide    []string `json:"hide,omitempty"`
	Require []string `json:"require,omitempty"`
}

// Condition must be true; Message says so to the person when it is not.
type Condition struct {
	Key     string     `json:"key,omitempty"`
	If      string     `json:"if"`
	Message rules.Text `json:"message"`
}

// Linked is the gate across processes: linked records of Linked (a process or form), through its field Via, must stand in In.
type Linked struct {
	Linked  string     `json:"linked"`
	Via     string     `json:"via"`
	In      []string   `json:"in"`
	Match   string     `json:"match,omitempty"`
	Message rules.Text `json:"message"`
}

// Transition is a named way from one stage to another.
type Transition struct {
	Key  string     `json:"key"`
	Was  []string   `json:"was,omitempty"`
	From []string   `json:"from"`
	To   string     `json:"to"`
	Name rules.Text `json:"name,omitzero"`
	If   string     `json:"if,omitempty"`
	// Message tells why it is not offered when If is false.
	Message rules.Text `json:"message,omitzero"`
	By      []string   `json:"by,omitempty"`
	Ask     []string   `json:"ask,omitempty"`
	Set     Assigns    `json:"set,omitempty"`
	// Approval is the chain that must pass before the move happens.
	Approval string     `json:"approval,omitempty"`
	Confirm  rules.Text `json:"confirm,omitzero"`
	Auto     bool       `json:"auto,omitempty"`
	// Restart starts since and timers anew when the transition leads to its own stage.
	Restart bool `json:"restart,omitempty"`
	// While is "lock" (default) or "void": what happens to guarded fields while a round runs.
	While string `json:"while,omitempty"`
}
