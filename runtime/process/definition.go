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

	Roles       []Role             `json:"roles,omitempty"`
	Options     []forms.OptionList `json:"options,omitempty"`
	Forms       []forms.Form       `json:"forms,omitempty"`
	Processes   []ProcessDef       `json:"processes,omitempty"`
	Approvals   []Chain            `json:"approvals,omitempty"`
	Rules       []rules.Rule       `json:"rules,omitempty"`
	Automations []Automation       `json:"automations,omitempty"`
	Views       []View             `json:"views,omitempty"`
	Reports     []Report           `json:"reports,omitempty"`
	Dashboards  []Dashboard        `json:"dashboards,omitempty"`
	Tests       []Test             `json:"tests,omitempty"`
	// Layout holds canvas positions by process and stage key; it has no meaning to the runtime.
	Layout map[string]map[string]Point `json:"layout,omitempty"`
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
	Roles       []string     `json:"roles,omitempty"`
	Stages      []Stage      `json:"stages"`
	Transitions []Transition `json:"transitions,omitempty"`
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
	// Due runs from entry, Idle from the last activity.
	Due        Due           `json:"due,omitzero"`
	Idle       string        `json:"idle,omitempty"`
	Checklist  []CheckItem   `json:"checklist,omitempty"`
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

// Owner is `{"role": …}` or any who, with how to assign.
type Owner struct {
	Who Whos `json:"who"`
	// Assign is "keep" (default: the owner stays if Who holds him) or "leastLoaded". Who is new gets it with the fewest open records.
	Assign string `json:"assign,omitempty"`
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

// ActivityDef is work by other people while the record is in the stage.
type ActivityDef struct {
	Key      string     `json:"key"`
	Name     rules.Text `json:"name"`
	Who      Whos       `json:"who"`
	Due      string     `json:"due,omitempty"`
	Required bool       `json:"required,omitempty"`
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

// Automation is trigger + condition + actions.
type Automation struct {
	Key   string     `json:"key"`
	Was   []string   `json:"was,omitempty"`
	Name  rules.Text `json:"name"`
	Help  rules.Text `json:"help,omitzero"`
	On    Trigger    `json:"on"`
	If    string     `json:"if,omitempty"`
	Each  *Each      `json:"each,omitempty"`
	Limit int        `json:"limit,omitempty"`
	Do    []Action   `json:"do"`
	// Off keeps the automation in the definition without running it.
	Off bool `json:"off,omitempty"`
}

// Trigger says when. Exactly one of the first members is given.
type Trigger struct {
	Created    string   `json:"created,omitempty"`
	Updated    string   `json:"updated,omitempty"`
	Fields     []string `json:"fields,omitempty"`
	Stage      string   `json:"stage,omitempty"`
	When       string   `json:"when,omitempty"`
	Transition string   `json:"transition,omitempty"`
	Approval   string   `json:"approval,omitempty"`
	Result     string   `json:"result,omitempty"`
	// Due and Idle name process.stage; At is "100%" (default), "150%" or a duration.
	Due  string `json:"due,omitempty"`
	Idle string `json:"idle,omitempty"`
	At   string `json:"at,omitempty"`
	// Cron is five fields; Timezone is a field of its own.
	Cron     string `json:"cron,omitempty"`
	Timezone string `json:"timezone,omitempty"`
	// Misfire is "skip", "once" (default) or "all"; Overlap is "skip" (default), "queueOne" or "allow".
	Misfire string `json:"misfire,omitempty"`
	Overlap string `json:"overlap,omitempty"`
}

// Each runs the actions once for each record found.
type Each struct {
	Form    string `json:"form,omitempty"`
	Process string `json:"process,omitempty"`
	Where   string `json:"where,omitempty"`
}

// Action is one thing an automation does. Exactly one of the first members is given.
type Action struct {
	Set    Assigns       `json:"set,omitempty"`
	Move   string        `json:"move,omitempty"`
	Start  *StartAction  `json:"start,omitempty"`
	Assign Whos          `json:"assign,omitempty"`
	Task   *TaskAction   `json:"task,omitempty"`
	Notify *NotifyAction `json:"notify,omitempty"`
	HTTP   *HTTPAction   `json:"http,omitempty"`
	// If applies to this action; with Then and Else it is a branch.
	If   string   `json:"if,omitempty"`
	Then []Action `json:"then,omitempty"`
	Else []Action `json:"else,omitempty"`
	// On is a reference field of the record: the action runs on the record it points to. Absent: the record itself.
	On string `json:"on,omitempty"`
}

// StartAction starts a record of another process, linked back by its reference field Link (hand-over).
type StartAction struct {
	Process string  `json:"process,omitempty"`
	Form    string  `json:"form,omitempty"`
	With    Assigns `json:"with,omitempty"`
	Link    string  `json:"link,omitempty"`
}

// TaskAction gives people something to do.
type TaskAction struct {
	Who  Whos       `json:"who"`
	Name rules.Text `json:"name"`
	Due  string     `json:"due,omitempty"`
}

// NotifyAction tells people in the product.
type NotifyAction struct {
	To   Whos       `json:"to"`
	Text rules.Text `json:"text"`
}

// HTTPAction calls another system. Scheme and host are constants (semantics 24).
type HTTPAction struct {
	URL     string            `json:"url"`
	Method  string            `json:"method,omitempty"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    map[string]string `json:"body,omitempty"`
	Secret  string            `json:"secret,omitempty"`
	Retry   *int              `json:"retry,omitempty"`
}

// View is a board or a list.
type View struct {
	Key     string     `json:"key"`
	Name    rules.Text `json:"name,omitzero"`
	Process string     `json:"process,omitempty"`
	Form    string     `json:"form,omitempty"`
	// Kind is "board" or "list".
	Kind    string   `json:"kind"`
	Where   string   `json:"where,omitempty"`
	Columns []string `json:"columns,omitempty"`
	Sort    []string `json:"sort,omitempty"`
	Sum     []string `json:"sum,omitempty"`
	Card    []string `json:"card,omitempty"`
}

// Report is a figure or a table of figures.
type Report struct {
	Key     string     `json:"key"`
	Name    rules.Text `json:"name,omitzero"`
	Process string     `json:"process,omitempty"`
	Form    string     `json:"form,omitempty"`
	// Kind is "summary" (default) or "funnel".
	Kind     string     `json:"kind,omitempty"`
	Where    string     `json:"where,omitempty"`
	Group    []GroupBy  `json:"group,omitempty"`
	Measures []MeasureD `json:"measures,omitempty"`
	// Chart is "number", "bar", "line", "pie", "funnel" or "table".
	Chart string `json:"chart,omitempty"`
}

// GroupBy is one level of grouping: a field or system name, dates by unit.
type GroupBy struct {
	By   string `json:"by"`
	Unit string `json:"unit,omitempty"`
}

// MeasureD is one figure of a report.
type MeasureD struct {
	Key   string     `json:"key"`
	Name  rules.Text `json:"name,omitzero"`
	Count bool       `json:"count,omitempty"`
	Sum   string     `json:"sum,omitempty"`
	Min   string     `json:"min,omitempty"`
	Max   string     `json:"max,omitempty"`
}

// Dashboard is a page of reports.
type Dashboard struct {
	Key   string     `json:"key"`
	Name  rules.Text `json:"name"`
	Cards []string   `json:"cards"`
}

// Test is a scenario inside the app, run on the pure core with a virtual clock and the sample company.
type Test struct {
	Name  string     `json:"name"`
	As    string     `json:"as,omitempty"`
	At    string     `json:"at,omitempty"`
	Given Given      `json:"given"`
	Steps []TestStep `json:"steps"`
}

// Given is the record a scenario begins with, and others it refers to by their names.
type Given struct {
	Form string                     `json:"form"`
	Data map[string]json.RawMessage `json:"data,omitempty"`
	// Stage puts the record there as imported, without running gates.
	Stage string `json:"stage,omitempty"`
	Owner string `json:"owner,omitempty"`
	// Records are other records, by a name that reference fields in Data use.
	Records map[string]GivenRecord `json:"records,omitempty"`
}

// GivenRecord is another record a scenario needs.
type GivenRecord struct {
	Form  string                     `json:"form"`
	Data  map[string]json.RawMessage `json:"data,omitempty"`
	Stage string                     `json:"stage,omitempty"`
}

// TestStep is one thing done or expected.
type TestStep struct {
	Do       string                     `json:"do,omitempty"`
	With     map[string]json.RawMessage `json:"with,omitempty"`
	Set      map[string]json.RawMessage `json:"set,omitempty"`
	Check    []string                   `json:"check,omitempty"`
	Activity string                     `json:"activity,omitempty"`
	Approve  string                     `json:"approve,omitempty"`
	Reject   string                     `json:"reject,omitempty"`
	Return   string                     `json:"return,omitempty"`
	Withdraw bool                       `json:"withdraw,omitempty"`
	Retry    bool                       `json:"retry,omitempty"`
	After    string                     `json:"after,omitempty"`
	Run      string                     `json:"run,omitempty"`
	As       string                     `json:"as,omitempty"`
	Expect   *Expect                    `json:"expect,omitempty"`
}

// Expect is what must be true at this point of a scenario; absent members are not looked at.
type Expect struct {
	Stage      string                     `json:"stage,omitempty"`
	Owner      string                     `json:"owner,omitempty"`
	WaitingFor *[]string                  `json:"waitingFor,omitempty"`
	Approvers  *[]string                  `json:"approvers,omitempty"`
	Tasks      *int                       `json:"tasks,omitempty"`
	Escalated  *bool                      `json:"escalated,omitempty"`
	Data       map[string]json.RawMessage `json:"data,omitempty"`
	Notices    *[]string                  `json:"notices,omitempty"`
	Started    *[]string                  `json:"started,omitempty"`
	// Problems are the codes of the refusal that this step's command must meet.
	Problems *[]string `json:"problems,omitempty"`
}
