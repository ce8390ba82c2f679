package engine

import (
	"encoding/json"
	"fmt"
	"time"

	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

func eventDoc(it relayItem, c chained, relayed int64) (store.Doc, error) {
	var h struct {
		Seq  int64     `json:"seq"`
		Type string    `json:"type"`
		At   time.Time `json:"at"`
	}
	if err := json.Unmarshal(c.Event, &h); err != nil {
		return store.Doc{}, err
	}
	body, err := marshal(c)
	return store.Doc{ID: fmt.Sprintf("%s|%012d", it.id, h.Seq), Ver: 1, Body: body, Cols: map[string]any{
		"record": it.id, "app": it.app, "form": it.form, "type": h.Type, "seq": h.Seq, "at": h.At.UnixMilli(), "relayed": relayed}}, err
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
	Record    string    `json:"record"`
	App       string    `json:"app"`
	Form      string    `json:"form"`
	Title     string    `json:"title,omitempty"`
	Number    string    `json:"number,omitempty"`
	Stage     string    `json:"stage,omitempty"`
	Value     *int64    `json:"value,omitempty"`
	CreatedAt time.Time `json:"createdAt"`
	ClosedAt  time.Time `json:"closedAt,omitzero"`
}

func taskDoc(it relayItem, x *process.Effect) (store.Doc, error) {
	b := taskBody{TaskEffect: *x.Task, Record: it.id, App: it.app, Form: it.form, CreatedAt: time.UnixMilli(it.batch.At).UTC()}
	b.Title, _ = it.cols["title"].(string)
	b.Number, _ = it.cols["number"].(string)
	b.Stage, _ = it.cols["stage"].(string)
	if v, ok := it.cols["value"].(int64); ok {
		b.Value = &v
	}
	if b.State != process.Open {
		b.ClosedAt = b.CreatedAt
	}
	return b.doc(x.ID, x.Seq)
}

func (b *taskBody) doc(id string, ver int64) (store.Doc, error) {
	body, err := marshal(b)
	cols := map[string]any{"user": b.User, "state": b.State, "kind": b.Kind, "app": b.App, "form": b.Form, "record": b.Record, "createdAt": b.CreatedAt.UnixMilli()}
	if !b.DueAt.IsZero() {
		cols["dueAt"] = b.DueAt.UnixMilli()
	}
	if !b.ClosedAt.IsZero() {
		cols["closedAt"] = b.ClosedAt.UnixMilli()
	}
	return store.Doc{ID: id, Ver: ver, Cols: cols, Body: body}, err
}

// keepTask carries over since when a task is open, and what its closing does not repeat.
func keepTask(old store.Doc, next *store.Doc) error {
	var was, is taskBody
	if err := json.Unmarshal(old.Body, &was); err != nil {
		return err
	}
	if err := json.Unmarshal(next.Body, &is); err != nil {
		return err
	}
	is.CreatedAt = was.CreatedAt
	if is.DueAt.IsZero() {
		is.DueAt = was.DueAt
	}
	if is.By == "" {
		is.By = was.By
	}
	if is.Name.IsZero() {
		is.Name = was.Name
	}
	var err error
	*next, err = is.doc(next.ID, next.Ver)
	return err
}

// noticeBody is a notice as it is kept.
type noticeBody struct {
	Text   rules.Text `json:"text"`
	Record string     `json:"record,omitempty"`
	App    string     `json:"app,omitempty"`
	Form   string     `json:"form,omitempty"`
	Title  string     `json:"title,omitempty"`
	At     time.Time  `json:"at"`
}

func noticeDoc(it relayItem, id string, n *process.Notice) (store.Doc, error) {
	b := noticeBody{Text: n.Text, Record: it.id, App: it.app, Form: it.form, At: time.UnixMilli(it.batch.At).UTC()}
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

func roundDoc(it relayItem, x *process.Effect) (store.Doc, error) {
	body, err := marshal(struct {
		*process.Round
		Record  string    `json:"record"`
		EndedAt time.Time `json:"endedAt"`
	}{x.Round, it.id, time.UnixMilli(it.batch.At).UTC()})
	return store.Doc{ID: x.ID, Ver: x.Seq, Body: body, Cols: map[string]any{"record": it.id, "app": it.app, "chain": x.Round.Chain, "state": x.Round.State, "endedAt": it.batch.At}}, err
}
