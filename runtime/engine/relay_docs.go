package engine

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// eventID is what an event of a record is kept under.
func eventID(record string, seq int64) string { return fmt.Sprintf("%s|%012d", record, seq) }

func eventDoc(it relayItem, c chained, relayed int64) (store.Doc, error) {
	h, err := c.marked()
	if err != nil {
		return store.Doc{}, err
	}
	body, err := marshal(c)
	d := store.Doc{ID: eventID(it.id, h.Seq), Ver: 1, Body: body, Cols: map[string]any{
		"record": it.id, "app": it.app, "form": it.form, "type": h.Type, "seq": h.Seq, "at": h.At.UnixMilli(), "relayed": relayed}}
	if doer := doerOf(c, h.Type); doer != "" {
		d.Cols["doer"] = doer
	}
	return d, err
}

// doerOf is the person whose work an event counts as (usage.go): who made or moved a record, decided, or did an activity. Empty for all else.
func doerOf(c chained, kind string) string {
	if kind != "created" && kind != "entered" && kind != "slotDecided" && kind != "activityDone" {
		return ""
	}
	var ev struct {
		By      string `json:"by"`
		Payload struct {
			From string `json:"from"`
			Done bool   `json:"done"`
		} `json:"payload"`
	}
	if json.Unmarshal(c.Event, &ev) != nil || strings.HasPrefix(ev.By, "app:") || kind == "entered" && ev.Payload.From == "" || kind == "activityDone" && !ev.Payload.Done {
		return ""
	}
	return ev.By
}

func opDoc(record, entry string) (store.Doc, error) {
	o, err := parseOp(entry)
	if err != nil {
		return store.Doc{}, err
	}
	body, err := marshal(map[string]string{"entry": entry})
	return store.Doc{ID: record + "|" + o.ID, Ver: 1, Body: body, Cols: map[string]any{"at": o.At.UnixMilli()}}, err
}

func opOf(d store.Doc) (op, bool, error) {
	var body struct {
		Entry string `json:"entry"`
	}
	if err := json.Unmarshal(d.Body, &body); err != nil {
		return op{}, false, err
	}
	o, err := parseOp(body.Entry)
	return o, err == nil, err
}

// taskBody is a task as it is kept: the effect, and what the inbox shows of the record.
type taskBody struct {
	process.TaskEffect
	// Seq is that of the effect which says how the task stands, Shown the record's own when it was called what it is called here. The
	// two move by themselves: what a record is called changes without its tasks, and either may be relayed late.
	Seq       int64     `json:"seq,omitempty"`
	Shown     int64     `json:"shown,omitempty"`
	Record    string    `json:"record"`
	App       string    `json:"app"`
	Form      string    `json:"form"`
	Title     string    `json:"title,omitempty"`
	Number    string    `json:"number,omitempty"`
	Stage     string    `json:"stage,omitempty"`
	Owner     string    `json:"owner,omitempty"`
	Value     *int64    `json:"value,omitempty"`
	CreatedAt time.Time `json:"createdAt"`
	ClosedAt  time.Time `json:"closedAt,omitzero"`
	// Op is the key under which its person closed it, so that a repetition is known.
	Op string `json:"op,omitempty"`
}

func taskDoc(it relayItem, x *process.Effect) (store.Doc, error) {
	b := taskBody{TaskEffect: *x.Task, Seq: x.Seq, Record: it.id, App: it.app, Form: it.form, CreatedAt: time.UnixMilli(it.batch.At).UTC()}
	b.label(&it)
	if b.State != process.Open {
		b.ClosedAt = b.CreatedAt
	}
	return b.doc(x.ID, x.Seq)
}

// label takes over what the record is called, where it stands and what it is worth.
func (b *taskBody) label(it *relayItem) {
	b.Title, _ = it.cols["title"].(string)
	b.Number, _ = it.cols["number"].(string)
	b.Stage, _ = it.cols["stage"].(string)
	b.Owner, _ = it.cols["owner"].(string)
	b.Value = nil
	if v, ok := it.cols["value"].(int64); ok {
		b.Value = &v
	}
	if it.state != nil {
		b.Shown = it.state.Seq
	}
}

// seq gives a task the sequence that its version stood for before the body told it.
func (b *taskBody) seq(ver int64) {
	if b.Seq == 0 {
		b.Seq = ver
	}
}

// never is the due date of what has none, for the order: behind all others.
const never = int64(1) << 53

func (b *taskBody) doc(id string, ver int64) (store.Doc, error) {
	body, err := marshal(b)
	cols := map[string]any{"user": b.User, "state": b.State, "kind": b.Kind, "app": b.App, "form": b.Form, "record": b.Record, "createdAt": b.CreatedAt.UnixMilli(), "dueBy": never}
	if !b.DueAt.IsZero() {
		cols["dueAt"], cols["dueBy"] = b.DueAt.UnixMilli(), b.DueAt.UnixMilli()
	}
	if b.Value != nil {
		cols["value"] = *b.Value
	}
	if !b.ClosedAt.IsZero() {
		cols["closedAt"] = b.ClosedAt.UnixMilli()
	}
	return store.Doc{ID: id, Ver: ver, Cols: cols, Body: body}, err
}

// mergeTask joins what is known of a task: how it stands by the newest effect, what its record is called by the newest label. Since when
// it is open, and what its closing does not repeat, stays.
func mergeTask(old store.Doc, next *store.Doc) (bool, error) {
	var was, is taskBody
	if err := json.Unmarshal(old.Body, &was); err != nil {
		return false, err
	}
	if err := json.Unmarshal(next.Body, &is); err != nil {
		return false, err
	}
	was.seq(old.Ver)
	moved, relabelled := is.Seq > was.Seq, is.Shown > was.Shown
	if !moved && !relabelled {
		return false, nil
	}
	one := was
	if moved {
		one = is
		one.CreatedAt = was.CreatedAt
		if one.DueAt.IsZero() {
			one.DueAt = was.DueAt
		}
		if one.By == "" {
			one.By = was.By
		}
		if one.Name.IsZero() {
			one.Name = was.Name
		}
	}
	from := &was
	if relabelled {
		from = &is
	}
	one.Title, one.Number, one.Stage, one.Owner, one.Value, one.Shown = from.Title, from.Number, from.Stage, from.Owner, from.Value, from.Shown
	var err error
	*next, err = one.doc(next.ID, old.Ver+1)
	return true, err
}

// noticeBody is a notice as it is kept.
type noticeBody struct {
	Text   rules.Text `json:"text"`
	Record string     `json:"record,omitempty"`
	App    string     `json:"app,omitempty"`
	Form   string     `json:"form,omitempty"`
	Title  string     `json:"title,omitempty"`
	At     time.Time  `json:"at"`
	// Quotes: see process.Notice.
	Quotes bool `json:"quotes,omitempty"`
	// Kind, Reads and Veiled: see process.Notice. Digest is the job of the mail of the day that brings it.
	Kind   string              `json:"kind,omitempty"`
	Reads  []process.FieldRead `json:"reads,omitempty"`
	Veiled rules.Text          `json:"veiled,omitempty"`
	Digest string              `json:"digest,omitempty"`
	// Named: the text calls people by name. Those kept before that are read by calledByName.
	Named bool `json:"named,omitempty"`
}

func noticeDoc(it relayItem, id string, n *process.Notice) (store.Doc, error) {
	b := noticeBody{Text: n.Text, Quotes: n.Quotes, Kind: n.Kind, Reads: n.Reads, Veiled: n.Veiled, Record: it.id, App: it.app, Form: it.form, At: time.UnixMilli(it.batch.At).UTC(), Named: true}
	b.Title, _ = it.cols["title"].(string)
	body, err := marshal(b)
	cols := map[string]any{"user": n.User, "read": false, "at": it.batch.At}
	if it.id != "" {
		cols["record"] = it.id
	}
	return store.Doc{ID: id, Ver: 1, Cols: cols, Body: body}, err
}

func visitDoc(it relayItem, x *process.Effect) (store.Doc, error) {
	v := x.Visit
	body, err := marshal(struct {
		*process.Visit
		Record string `json:"record"`
		App    string `json:"app"`
	}{v, it.id, it.app})
	cols := map[string]any{"app": it.app, "process": v.Process, "stage": v.Stage, "record": it.id, "entered": v.Entered.UnixMilli()}
	if v.Owner != "" {
		cols["owner"] = v.Owner
	}
	if v.To != "" {
		cols["to"] = v.To
	}
	if v.Value != nil {
		cols["value"] = *v.Value
	}
	if !v.Left.IsZero() {
		cols["left"], cols["stay"] = v.Left.UnixMilli(), v.Left.UnixMilli()-v.Entered.UnixMilli()
	}
	return store.Doc{ID: x.ID, Ver: x.Seq, Cols: cols, Body: body}, err
}

// endedRound is an ended round as it is kept.
type endedRound struct {
	*process.Round
	Record  string    `json:"record"`
	EndedAt time.Time `json:"endedAt"`
}

func roundDoc(it relayItem, x *process.Effect) (store.Doc, error) {
	body, err := marshal(endedRound{x.Round, it.id, time.UnixMilli(it.batch.At).UTC()})
	return store.Doc{ID: x.ID, Ver: x.Seq, Body: body, Cols: map[string]any{"record": it.id, "app": it.app, "chain": x.Round.Chain, "state": x.Round.State, "endedAt": it.batch.At}}, err
}
