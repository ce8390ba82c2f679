package server

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/engine"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/sandbox"
)

// maxChosen is how many real records a sandbox can be asked to begin with.
const maxChosen = 20

// sandboxStart is what a sandbox is to begin with. Errors: bad.request, not.found for a record that the administrator may not read.
func (s *Server) sandboxStart(c *call, in sandboxIn) (sandbox.Start, error) {
	start := sandbox.Start{From: in.Records}
	var err error
	if in.Sample {
		if start.Sample, err = s.sampleOf(c); err != nil {
			return start, err
		}
	}
	now := s.Now()
	if in.At != "" {
		at, err := time.Parse(time.RFC3339, in.At)
		if err != nil || at.Before(now.Add(-sandbox.MaxShift)) || at.After(now.Add(sandbox.MaxShift)) {
			return start, badRequest(rules.Say("沙箱的时钟不能从这个时刻开始", "沙箱的時鐘不能從這個時刻開始", "The sandbox's clock cannot begin there"),
				rules.Errorf("/at", "field.invalid", rules.Say("应是一个时刻，如 2026-12-03T09:00:00+08:00，离现在不超过两年", "應是一個時刻，如 2026-12-03T09:00:00+08:00，離現在不超過兩年",
					"An instant is expected, such as 2026-12-03T09:00:00+08:00, at most two years from now")))
		}
		start.At, now = at, at
	}
	if len(in.Records) == 0 {
		return start, nil
	}
	if len(in.Records) > maxChosen {
		return start, badRequest(rules.Say("最多选 {n} 条记录", "最多選 {n} 條記錄", "At most {n} records can be chosen", "n", maxChosen),
			rules.Errorf("/records", "field.invalid", rules.Say("最多选 {n} 条记录", "最多選 {n} 條記錄", "At most {n} records can be chosen", "n", maxChosen)))
	}
	draft, err := s.Designer.Draft(c.ctx(), c.Param("app"))
	if err != nil {
		return start, err
	}
	def, _ := process.Parse([]byte(draft.Definition))
	if def == nil {
		return start, nil // opening it says what is wrong
	}
	dir, err := s.Engine.Directory(c.ctx())
	if err != nil {
		return start, err
	}
	w := &copier{s: s, c: c, def: def, dir: dir, at: now, people: map[string]string{}, seen: map[string]bool{}}
	for i, id := range in.Records {
		if err := w.take(id, true); err != nil {
			var gone *process.Rejection
			if errors.As(err, &gone) && gone.Code == "not.found" {
				return start, badRequest(rules.Say("没有这条记录，或者您无权查看", "沒有這條記錄，或者您無權檢視", "There is no such record, or you may not read it"),
					rules.Errorf("/records/"+strconv.Itoa(i), "not.found", gone.Message))
			}
			return start, err
		}
	}
	start.Copies = w.out
	return start, nil
}

// copier makes copies of real records for a sandbox: as the administrator may read them, without files, with play people in place of the real
// ones, and with the records that they point to.
type copier struct {
	s    *Server
	c    *call
	def  *process.Definition
	dir  *org.Directory
	at   time.Time
	out  []sandbox.Copy
	seen map[string]bool
	// people are the play people by whom they stand for.
	people map[string]string
}

// take copies a record, after those that it points to.
func (w *copier) take(id string, chosen bool) error {
	if w.seen[id] || len(w.seen) >= sandbox.MaxCopies {
		return nil
	}
	v, err := w.s.Engine.Record(w.c.ctx(), w.c.user.ID, id)
	if err != nil {
		return err
	}
	form := w.formOf(v)
	if form == nil || v.App.Def.Key != w.def.Key || !v.State.Deleted.IsZero() {
		if chosen {
			return &process.Rejection{Code: "not.found", Message: rules.Say("这个应用的草稿里没有这样的记录", "這個應用的草稿裡沒有這樣的記錄", "The draft of this app has no such records")}
		}
		return nil
	}
	w.seen[id] = true
	from := v.Data()
	data := map[string]json.RawMessage{}
	for i := range form.Fields {
		f := &form.Fields[i]
		if raw, ok := valueOf(from, f); ok {
			if raw, ok = w.value(f, raw); ok {
				data[f.Key] = raw
			}
		}
	}
	w.out = append(w.out, sandbox.Copy{Ref: "copy " + id, Title: v.Title(), Form: form.Key, Stage: w.stageOf(v, form.Key), Owner: w.player(v.State.Owner),
		Since: w.past(v.State.Since), Created: w.past(v.State.CreatedAt), Closed: w.past(v.State.ClosedAt), Data: data})
	return nil
}

// valueOf is what a record has for a field of the draft, which may have been called otherwise.
func valueOf(from map[string]json.RawMessage, f *forms.Field) (json.RawMessage, bool) {
	for _, key := range append([]string{f.Key}, f.Was...) {
		if raw, ok := from[key]; ok && string(raw) != "null" {
			return raw, !f.Computed()
		}
	}
	return nil, false
}

// value is a value as it comes into the sandbox; false for what stays outside: files, teams, and records that are not copied.
func (w *copier) value(f *forms.Field, raw json.RawMessage) (json.RawMessage, bool) {
	switch f.Type {
	case "attachment", "image", "signature", "static", "team", "autonumber":
		return nil, false
	case "user":
		var id string
		if json.Unmarshal(raw, &id) != nil {
			return nil, false
		}
		return asJSON(w.player(id)), true
	case "reference":
		var to struct {
			ID string `json:"id"`
		}
		if json.Unmarshal(raw, &to) != nil || to.ID == "" {
			return nil, false
		}
		if err := w.take(to.ID, false); err != nil || !slices.ContainsFunc(w.out, func(x sandbox.Copy) bool { return x.Ref == "copy "+to.ID }) {
			return nil, false
		}
		return asJSON("copy " + to.ID), true
	case "table":
		var rows []map[string]json.RawMessage
		if json.Unmarshal(raw, &rows) != nil {
			return nil, false
		}
		for i, row := range rows {
			kept := map[string]json.RawMessage{}
			for j := range f.Fields {
				if cell, ok := valueOf(row, &f.Fields[j]); ok {
					if cell, ok = w.value(&f.Fields[j], cell); ok {
						kept[f.Fields[j].Key] = cell
					}
				}
			}
			rows[i] = kept
		}
		return asJSON(rows), true
	}
	return raw, true
}

func asJSON(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("server: a copy cannot be written: " + err.Error()) // all of it came from JSON
	}
	return raw
}

// formOf is the form of the draft that a record would be of.
func (w *copier) formOf(v *engine.View) *forms.Form {
	for i := range w.def.Forms {
		f := &w.def.Forms[i]
		if f.Key == v.Form.Def.Key || slices.Contains(f.Was, v.Form.Def.Key) {
			return f
		}
	}
	return nil
}

// stageOf is the stage of the draft that a record stands in; its first stage where the draft has none such.
func (w *copier) stageOf(v *engine.View, form string) string {
	for i := range w.def.Processes {
		p := &w.def.Processes[i]
		if p.Form != form {
			continue
		}
		for j := range p.Stages {
			if st := &p.Stages[j]; st.Key == v.State.Stage || slices.Contains(st.Was, v.State.Stage) {
				return st.Key
			}
		}
	}
	return ""
}

// past is an instant that is not after the sandbox begins; empty for none.
func (w *copier) past(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	if at.After(w.at) {
		at = w.at
	}
	return at.UTC().Format(time.RFC3339)
}

// player is who plays a person: himself, where he is one of the sample company; else one with a role of his, the next each time.
func (w *copier) player(person string) string {
	if person == "" {
		return ""
	}
	if id, ok := w.people[person]; ok {
		return id
	}
	sample, _ := org.Sample()
	if slices.ContainsFunc(sample, func(u org.User) bool { return u.ID == person }) {
		w.people[person] = person
		return person
	}
	roles := make([]string, len(w.def.Roles))
	for i := range w.def.Roles {
		roles[i] = w.def.Roles[i].Key
	}
	given := org.SampleRoles(w.def.Key, roles)
	real, _ := w.dir.User(person)
	best, least := "rep.li", -1
	for _, u := range sample {
		taken := 0
		for _, p := range w.people {
			if p == u.ID {
				taken++
			}
		}
		shares := slices.ContainsFunc(given[u.ID], func(role string) bool { return slices.Contains(real.Roles, role) })
		if shares && (least < 0 || taken < least) {
			best, least = u.ID, taken
		}
	}
	w.people[person] = best
	return best
}

// fieldNameIn is what a field is called, by any form that has it.
func fieldNameIn(app *process.App, key string) rules.Text {
	if key == "" {
		return nil
	}
	for _, f := range app.Def.Forms {
		for i := range f.Fields {
			if f.Fields[i].Key == key && !f.Fields[i].Name.IsZero() {
				return f.Fields[i].Name
			}
		}
	}
	return rules.Plain(strings.TrimSpace(key))
}
