package process

import (
	"pipewright/rules"
)

// Automation is trigger + condition + actions.
type Automation struct {
	Key  string     `json:"key"`
	Was  []string   `json:"was,omitempty"`
	Name rules.Text `json:"name"`
	Help rules.Text `json:"help,omitzero"`
	On   Trigger    `json:"on"`
	If   string     `json:"if,omitempty"`
	Each *Each      `json:"each,omitempty"`
	// Until ends a run: it is looked at before each action and after each wait.
	Until string   `json:"until,omitempty"`
	Limit int      `json:"limit,omitempty"`
	Do    []Action `json:"do"`
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
	// Activity and Checklist name process.stage.key: one of its activities was done, an item of its checklist ticked.
	Activity  string `json:"activity,omitempty"`
	Checklist string `json:"checklist,omitempty"`
	// Due and Idle name process.stage; At is "100%" (default), "150%", or how long after it ("P1BD") or before it ("-P1D").
	Due  string `json:"due,omitempty"`
	Idle string `json:"idle,omitempty"`
	// Date names form.field. Offset moves its day, "-P7D" to seven days before; At is then the time of that day.
	Date   string `json:"date,omitempty"`
	Offset string `json:"offset,omitempty"`
	At     string `json:"at,omitempty"`
	// Button is the name of a button on the records of Form, for the roles By; without them whoever may edit the record.
	Button rules.Text `json:"button,omitzero"`
	Form   string     `json:"form,omitempty"`
	By     []string   `json:"by,omitempty"`
	// Public is the key of a public form: a visitor has sent it.
	Public string `json:"public,omitempty"`
	// Webhook is the key under which another system calls; Payload says what it sends. With Form and Where the call is about the one
	// record of the form that Where finds.
	Webhook string  `json:"webhook,omitempty"`
	Payload []Shape `json:"payload,omitempty"`
	Where   string  `json:"where,omitempty"`
	// Cron is five fields; Timezone is a field of its own.
	Cron     string `json:"cron,omitempty"`
	Timezone string `json:"timezone,omitempty"`
	// Misfire is "skip", "once" (default) or "all"; Overlap is "skip" (default), "queueOne" or "allow".
	Misfire string `json:"misfire,omitempty"`
	Overlap string `json:"overlap,omitempty"`
}

// Each runs actions once for each record found, for each row of a table, or for each group of records with the same value.
type Each struct {
	Form    string `json:"form,omitempty"`
	Process string `json:"process,omitempty"`
	// Rows is a table of the record ("lines"), or one of what else the actions see ("payload.lines", "result.items", "rows").
	Rows string `json:"rows,omitempty"`
	// Where filters the records (a query, which may compare with what the actions see: "order == source"), or the rows ("row.qty > 0").
	Where string `json:"where,omitempty"`
	// GroupBy is a field of the form: the actions run once for each of its values, and see rows and group.
	GroupBy string `json:"groupBy,omitempty"`
}

// Action is one thing an automation does. Exactly one of the first members is given.
type Action struct {
	Set    Assigns       `json:"set,omitempty"`
	Move   string        `json:"move,omitempty"`
	Start  *StartAction  `json:"start,omitempty"`
	Assign *Owner        `json:"assign,omitempty"`
	Task   *TaskAction   `json:"task,omitempty"`
	Notify *NotifyAction `json:"notify,omitempty"`
	HTTP   *HTTPAction   `json:"http,omitempty"`
	Mail   *MailAction   `json:"mail,omitempty"`
	Robot  *RobotAction  `json:"robot,omitempty"`
	Pool   *PoolAction   `json:"pool,omitempty"`
	// Wait lets time pass: a duration, {"at": "09:00"} for the next time the clock shows it, or {"date": expression}.
	Wait Due `json:"wait,omitzero"`
	// Stop ends the run.
	Stop bool `json:"stop,omitempty"`
	// Each runs the actions Do for each of many; those of Else run when there is none.
	Each *Each    `json:"each,omitempty"`
	Do   []Action `json:"do,omitempty"`
	// If applies to this action; with Then and Else it is a branch.
	If   string   `json:"if,omitempty"`
	Then []Action `json:"then,omitempty"`
	Else []Action `json:"else,omitempty"`
	// On says which record the action runs on. Absent: the record itself.
	On ActOn `json:"on,omitzero"`
}

// ActOn is the record an action runs on: "record" (the record itself), a reference field of it or of the row ("row.product"), or every
// record of a form that a filter finds.
type ActOn struct {
	Ref   string
	Form  string
	Where string
}

// IsZero: the record itself.
func (o ActOn) IsZero() bool { return o == ActOn{} }

// StartAction starts a record of another process, linked back by its reference field Link (hand-over).
type StartAction struct {
	Process string     `json:"process,omitempty"`
	Form    string     `json:"form,omitempty"`
	With    WithValues `json:"with,omitempty"`
	Link    string     `json:"link,omitempty"`
}

// WithValues is field of the started record → where its value comes from.
type WithValues map[string]WithValue

// WithValue is an expression, or for a table the rows that it is made from.
type WithValue struct {
	Expr string
	Rows *WithRows
}

// WithRows makes a table: one row for each row of From (named as in Each.Rows) for which If holds, Set being column → expression over row.
type WithRows struct {
	From string  `json:"from"`
	If   string  `json:"if,omitempty"`
	Set  Assigns `json:"set"`
}

// TaskAction gives people something to do.
type TaskAction struct {
	Who  Whos       `json:"who"`
	Name rules.Text `json:"name"`
	Due  string     `json:"due,omitempty"`
	// Ladder: see ActivityDef.
	Ladder []DueStep `json:"ladder,omitempty"`
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
	// Into is field → place in the answer ("data.price"); the value must be one that the field takes.
	Into map[string]string `json:"into,omitempty"`
	// Result says what of the answer later actions see as result.
	Result []Shape `json:"result,omitempty"`
}

// Shape is one member of what comes from another system. Type is text, number, bool, date, datetime or table (with Fields for its columns).
type Shape struct {
	Key  string     `json:"key"`
	Name rules.Text `json:"name,omitzero"`
	Type string     `json:"type"`
	// From is where it stands ("data.order.no", "items.0"); absent: under its key.
	From     string  `json:"from,omitempty"`
	Required bool    `json:"required,omitempty"`
	Fields   []Shape `json:"fields,omitempty"`
}
