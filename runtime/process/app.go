package process

import (
	"time"

	"pipewright/forms"
	"pipewright/rules"
)

// Storage holds the storage keys of an app's forms and fields, given at first publish and kept for ever (semantics 1). It is
// part of a release, never of the definition. A nil Storage means every key is its own storage key (drafts, tests).
type Storage struct {
	Forms map[string]FormStorage `json:"forms"`
	// Retired are storage keys of forms that are gone; they are never given again.
	Retired []string `json:"retired,omitempty"`
}

// FormStorage is the storage key of a form and of its fields ("field" or "table.column").
type FormStorage struct {
	Key string `json:"key"`
	// Code is the mark that ids of its records begin with; no two forms of a company share one.
	Code   string            `json:"code"`
	Fields map[string]string `json:"fields"`
	// Retired are storage keys of fields that are gone or of another type now; they are never given again.
	Retired []string `json:"retired,omitempty"`
}

// App is a compiled definition: what Compile makes, the editor checks and the engine runs. It is immutable and safe for
// concurrent use.
type App struct {
	Def     *Definition
	Storage *Storage
	// Release is the number of the release compiled, 0 for a draft.
	Release int
	Zone    *time.Location
	Forms   map[string]*Form
	// Foreign are the forms of other apps that this one uses, by "app.form", and Shared what a release keeps of them.
	Foreign     map[string]*Form
	Shared      map[string]*Shared
	Processes   map[string]*Process
	Chains      map[string]*CompiledChain
	Rules       map[string]*rules.CompiledRule
	Automations map[string]*CompiledAutomation
	Pools       map[string]*CompiledPool
	Messages    map[string]*CompiledMessage
	Public      map[string]*CompiledPublic
	Tracking    map[string]*CompiledTracking
	Prints      map[string]*CompiledPrint
	// links are what depends on the records of each form.
	links map[string]*links
}

// Form is a compiled form, with the process over it if there is one (at most one process a form).
type Form struct {
	App    *App
	Def    *forms.Form
	Schema *forms.Schema
	// StorageKey names the collection of its records: rec_<app>_<StorageKey>.
	StorageKey string
	Process    *Process
	// Pools its records may be in, in the order of the definition.
	Pools []*CompiledPool
	// Dates are the automations that a date of its records sets off.
	Dates []*CompiledAutomation
	masks masks
}

// Process is a compiled process.
type Process struct {
	Def          *ProcessDef
	Form         *Form
	Stages       []*CompiledStage
	ByKey        map[string]*CompiledStage
	Transitions  []*CompiledTransition
	ByTransition map[string]*CompiledTransition
}

// CompiledStage is a stage with its conditions compiled.
type CompiledStage struct {
	Def   *Stage
	Index int
	// Probability in percent, ends forced.
	Probability int
	Leave       []CompiledCondition
	Enter       []CompiledCondition
	Due         *rules.Duration
	DueDate     *rules.Program
	Idle        *rules.Duration
	// Ladder and IdleLadder are the rungs by which people hear that the record is late here, or stands still.
	Ladder, IdleLadder []CompiledDue
	Approval           *CompiledChain
	Owner              *CompiledOwner
	// Points are the automations that run some time before or after the stage is due or idle.
	Points []*CompiledAutomation
	// Activities are what people are asked to do here, groups of the checklist after the activities.
	Activities []*CompiledActivity
}

// CompiledActivity is an activity of a stage, or a group of its checklist, which is done by ticking.
type CompiledActivity struct {
	// Key is "stage.key", as events and states name it.
	Key  string
	Name rules.Text
	// Def of an activity; nil for a group.
	Def *ActivityDef
	// Group and Items of a group.
	Group *CheckGroup
	Items []*CheckItem
	Who   []CompiledWho
	// Instead are the people asked when Who finds nobody.
	Instead []CompiledWho
	Due     *rules.Duration
	Ladder  []CompiledDue
	// Answers are the result fields, nil without any; Pass is what makes a result count.
	Answers *forms.Schema
	Pass    *rules.Program
}

// CompiledOwner says among whom an owner is chosen, and how. Series names the turns of "roundRobin", the same in every release.
type CompiledOwner struct {
	Def    *Owner
	Who    []CompiledWho
	Series string
}

// CompiledCondition is a condition that must hold.
type CompiledCondition struct {
	Def  *Condition
	Path string
	If   *rules.Program
}

// CompiledTransition is a transition with its expressions compiled.
type CompiledTransition struct {
	Def   *Transition
	From  map[string]bool // never holds "*": Compile spells it out
	To    *CompiledStage
	If    *rules.Program
	Set   []CompiledAssign
	Chain *CompiledChain
	// rolled are the rollups that its gate rests on.
	rolled []forms.Rollup
}

// CompiledAssign sets Field to the value of Value. Assigns are kept in field order of the form.
type CompiledAssign struct {
	Field string
	Value *rules.Program
}

// CompiledChain is an approval chain over one form.
type CompiledChain struct {
	Def    *Chain
	Form   *Form
	SkipIf *rules.Program
	// Guards are field keys, sorted: the declared ones, or every field that routing reads.
	Guards []string
	Steps  []*CompiledStep
	CC     []CompiledWho
}

// CompiledStep is a step of a chain. A parallel step has Branches and no people of its own; a branch knows its Group.
type CompiledStep struct {
	Def      *Step
	Path     string
	RunIf    *rules.Program
	Who      []CompiledWho
	Instead  []CompiledWho // people of onEmpty
	Due      []CompiledDue
	Branches []*CompiledStep
	Group    *CompiledStep
}

// All lists the steps with the branches of parallel ones after them.
func (ch *CompiledChain) All() []*CompiledStep {
	if ch == nil {
		return nil
	}
	var out []*CompiledStep
	for _, st := range ch.Steps {
		out = append(append(out, st), st.Branches...)
	}
	return out
}

// Step finds a step or a branch by key; nil when there is none.
func (ch *CompiledChain) Step(key string) *CompiledStep {
	for _, st := range ch.All() {
		if st.Def.Key == key {
			return st
		}
	}
	return nil
}

// whole is the step as the chain counts it: the parallel one of a branch.
func (st *CompiledStep) whole() *CompiledStep {
	if st.Group != nil {
		return st.Group
	}
	return st
}

// CompiledDue is one rung of the escalation ladder.
type CompiledDue struct {
	Def   *DueStep
	After rules.Duration
	To    []CompiledWho
}

// CompiledWho is a who with its expression compiled (Expr and Decide yield a user id, a list of user ids, or a role key
// of the app).
type CompiledWho struct {
	Def  Who
	Expr *rules.Program
	From []CompiledWho
}

// CompiledAutomation is an automation with its expressions compiled.
type CompiledAutomation struct {
	Def *Automation
	// Form is the form of the records it runs on; nil for one without records of its own, such as a schedule without each.
	Form *Form
	// Group is the each of a schedule that puts records together; the automation then runs once for each group, on no record.
	Group *CompiledLoop
	// Payload reads what a webhook sends; Called finds the record it is about, nil when it names none.
	Payload *CompiledShape
	Called  *CompiledLoop
	// Sent are the fields that a visitor has sent, as payload, where the automation names that; see sent.
	Sent []string
	// Looped: some action of it runs for each of many, so a run keeps in its job what it has found.
	Looped bool
	If     *rules.Program
	// Until ends a run.
	Until *rules.Program
	// Where filters the records of Each; the engine compiles it to a query as well.
	Where   *rules.Program
	Actions []*CompiledAction
	// Fields that an updated trigger watches, as storage keys; empty: any.
	Fields map[string]bool
	// Date is the field whose date sets it off.
	Date string
	// Offset is how long after (negative: before) the date, or the moment a stage is due or idle; nil: none.
	Offset *rules.Duration
	// Share is at how much of the time to due or idle it runs, in percent; 0: not so.
	Share int
	// Hour and Minute are the time of day of a date.
	Hour, Minute int
	// Timed: the date is an instant, and no time of day was given.
	Timed bool
}

// CompiledLoop is what an each goes through: the records of Form that Filter finds, put together by GroupBy if that is given; or the
// rows of Table.
type CompiledLoop struct {
	Def   *Each
	Path  string
	Form  *Form
	Table *CompiledTable
	// Where is what Filter was read from, as an expression over a record and all that the actions see; of rows, over a row.
	Where  *rules.Program
	Filter *rules.FilterNode
}

// CompiledTable is where rows come from: a table of the record the actions run on, or of the record of Form that its reference Via points to;
// Program for one of what else they see, and for one behind a reference.
type CompiledTable struct {
	Field   string
	Via     string
	Form    *Form
	Program *rules.Program
}

// CompiledRows makes a table of a started record.
type CompiledRows struct {
	Field string
	Path  string
	From  CompiledTable
	If    *rules.Program
	Set   []CompiledAssign
}

// CompiledRef finds a record through a reference: a field of the record, or a member of what else the actions see.
type CompiledRef struct {
	Field   string
	Program *rules.Program
}

// CompiledAction is one action. On is the form it runs on (the reference's form when Def.On is given).
type CompiledAction struct {
	Def   *Action
	Path  string
	On    *Form
	If    *rules.Program
	Set   []CompiledAssign
	With  []CompiledAssign // start: field of the started form → value
	Rows  []CompiledRows   // start: tables of the started form made from rows
	Start *Form
	// Ref is the reference behind On; nil where the action runs on the record of its list.
	Ref *CompiledRef
	// Loop says what Do runs for; Else, for none.
	Loop  *CompiledLoop
	Do    []*CompiledAction
	Owner *CompiledOwner
	Who   []CompiledWho // task, notify
	Text  map[string]*rules.Template
	Due   *rules.Duration
	// Ladder are the rungs of a task.
	Ladder []CompiledDue
	// Wait is how long to wait, WaitDate until when; a time of day stands in the definition.
	Wait     *rules.Duration
	WaitDate *rules.Program
	URL      *rules.Template
	Mail     *CompiledMail
	// Result reads what later actions see of an answer.
	Result *CompiledShape
	Body   []CompiledAssign
	Then   []*CompiledAction
	Else   []*CompiledAction
}
