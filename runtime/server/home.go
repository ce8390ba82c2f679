package server

import (
	"encoding/json"

	"pipewright/rules"
	"pipewright/runtime/engine"
)

type homeOut struct {
	Tasks []taskOut   `json:"tasks"`
	Due   []recordOut `json:"due"`
	Idle  []recordOut `json:"idle"`
	// Next are records of others that come to a stage of the person's next.
	Next   []recordOut    `json:"next"`
	Recent []recordOut    `json:"recent"`
	Counts map[string]int `json:"counts"`
}

func (s *Server) getHome(c *call) (any, error) {
	h, err := s.Engine.Home(c.ctx(), c.user.ID)
	if err != nil {
		return nil, err
	}
	return homeOut{c.tasks(h.Tasks), wireRecords(h.Due), wireRecords(h.Idle), wireRecords(h.Next), wireRecords(h.Recent),
		map[string]int{"tasks": h.OpenTasks, "due": len(h.Due), "idle": len(h.Idle), "owned": h.Owned}}, nil
}

type agendaOut struct {
	Items []agendaItemOut `json:"items"`
	// More: there is more of a kind than is told.
	More bool `json:"more"`
}

// agendaItemOut falls on an instant, or on a day without a time. Kind is "task", "due", "next" or "closing".
type agendaItemOut struct {
	Kind string  `json:"kind"`
	At   instant `json:"at"`
	Day  string  `json:"day,omitempty"`
	// Name is what the task is called, or the field that holds the day.
	Name rules.Text `json:"name,omitzero"`
	// Task is its id, and TaskKind what it asks for.
	Task     string         `json:"task,omitempty"`
	TaskKind string         `json:"taskKind,omitempty"`
	Record   *taskRecordOut `json:"record"`
}

// getAgenda tells what falls on some days of the person.
func (s *Server) getAgenda(c *call) (any, error) {
	from, errFrom := rules.ParseDate(c.Query("from"))
	to, errTo := rules.ParseDate(c.Query("to"))
	if errFrom != nil || errTo != nil {
		return nil, badRequest(rules.Say("from 和 to 要写日期，例如 2026-09-30", "from 和 to 要寫日期，例如 2026-09-30", "from and to are days, such as 2026-09-30"))
	}
	list, more, err := s.Engine.Agenda(c.ctx(), c.user.ID, from, to)
	if err != nil {
		return nil, err
	}
	out := agendaOut{make([]agendaItemOut, len(list)), more}
	for i, it := range list {
		one := agendaItemOut{Kind: it.Kind, At: instant(it.At), Name: it.Field}
		if it.At.IsZero() {
			one.Day = it.Day.String()
		}
		if it.Task != nil {
			t := c.task(it.Task)
			one.Task, one.TaskKind, one.Name, one.Record = t.ID, t.Kind, t.Name, t.Record
		} else {
			st := it.Record.State
			one.Record = &taskRecordOut{ID: st.ID, Title: it.Record.Title(), App: st.App, Form: st.Form, Number: st.Number}
			if p := it.Record.Form.Process; p != nil && p.ByKey[st.Stage] != nil {
				one.Record.Stage = p.ByKey[st.Stage].Def.Name
			}
		}
		out.Items[i] = one
	}
	return out, nil
}

// counts are the figures at the bell and the inbox.
func (s *Server) counts(c *call) (unread, open int, err error) {
	if unread, err = s.Engine.Unread(c.ctx(), c.user.ID); err != nil {
		return 0, 0, err
	}
	open, err = s.Engine.OpenTasks(c.ctx(), c.user.ID)
	return unread, open, err
}

type foundOut struct {
	linkedOut
	App string       `json:"app"`
	By  []foundByOut `json:"by"`
	// Note is the event of the note it was found by.
	Note int64 `json:"note,omitempty"`
}

// foundByOut is a field that a record was found by.
type foundByOut struct {
	Field string     `json:"field"`
	Name  rules.Text `json:"name"`
	Text  string     `json:"text"`
}

func (s *Server) getSearch(c *call) (any, error) {
	found, err := s.Engine.Search(c.ctx(), c.user.ID, c.Query("q"), 50)
	if err != nil {
		return nil, err
	}
	out := make([]foundOut, len(found))
	for i, f := range found {
		out[i] = foundOut{wireLinked(f.Linked), f.App, []foundByOut{}, f.Note}
		for _, by := range f.By {
			out[i].By = append(out[i].By, foundByOut(by))
		}
	}
	return page(out, ""), nil
}

type noticeOut struct {
	ID     string         `json:"id"`
	Text   rules.Text     `json:"text"`
	At     instant        `json:"at"`
	Read   bool           `json:"read"`
	Record *noticeAboutIt `json:"record"`
}

type noticeAboutIt struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	App   string `json:"app"`
	Form  string `json:"form"`
}

func (s *Server) getNotices(c *call) (any, error) {
	n, err := c.limitParam(50)
	if err != nil {
		return nil, err
	}
	unread := c.Query("unread")
	list, next, err := s.Engine.Notices(c.ctx(), c.user.ID, unread == "1" || unread == "true", n, c.Query("after"))
	if err != nil {
		return nil, err
	}
	out := make([]noticeOut, len(list))
	for i, x := range list {
		out[i] = noticeOut{ID: x.ID, Text: x.Text, At: instant(x.At), Read: x.Read}
		if x.Record != "" {
			out[i].Record = &noticeAboutIt{x.Record, x.Title, x.App, x.Form}
		}
	}
	return page(out, next), nil
}

type readIn struct {
	IDs []string `json:"ids"`
	All bool     `json:"all"`
}

func (s *Server) postNoticesRead(c *call) (any, error) {
	var in readIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	if !in.All {
		in.IDs = list(in.IDs)
	} else {
		in.IDs = nil
	}
	return nil, s.Engine.ReadNotices(c.ctx(), c.user.ID, in.IDs)
}

type eventOut struct {
	Seq     int64       `json:"seq"`
	Type    string      `json:"type"`
	At      instant     `json:"at"`
	By      *mini       `json:"by"`
	Text    rules.Text  `json:"text"`
	Changes []changeOut `json:"changes,omitempty"`
	Comment string      `json:"comment,omitempty"`
	Stage   string      `json:"stage,omitempty"`
	Record  *linkedOut  `json:"record,omitempty"`
}

type changeOut struct {
	Field string          `json:"field"`
	Name  rules.Text      `json:"name"`
	From  json.RawMessage `json:"from"`
	To    json.RawMessage `json:"to"`
}

func (s *Server) getEvents(c *call) (any, error) {
	n, err := c.limitParam(50)
	if err != nil {
		return nil, err
	}
	entries, next, err := s.Engine.History(c.ctx(), c.user.ID, c.Param("id"), n, c.Query("after"))
	if err != nil {
		return nil, err
	}
	out := make([]eventOut, len(entries))
	for i := range entries {
		out[i] = wireEvent(&entries[i])
	}
	return page(out, next), nil
}

func wireEvent(e *engine.Entry) eventOut {
	out := eventOut{Seq: e.Seq, Type: e.Type, At: instant(e.At), Text: e.Text, Comment: e.Comment, Stage: e.Stage}
	if e.By != "" {
		out.By = &mini{e.By, e.Name}
	}
	for _, ch := range e.Changes {
		one := changeOut{ch.Field, ch.Name, ch.From, ch.To}
		if one.From == nil {
			one.From = json.RawMessage("null")
		}
		if one.To == nil {
			one.To = json.RawMessage("null")
		}
		out.Changes = append(out.Changes, one)
	}
	if e.Record != nil {
		l := wireLinked(*e.Record)
		out.Record = &l
	}
	return out
}
