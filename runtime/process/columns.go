package process

import (
	"time"

	"pipewright/forms"
	"pipewright/rules"
)

// Column is one typed column beside a record's document. Type is "text", "int", "bool", "time" or "texts".
type Column struct {
	Name string
	Type string
}

// systemColumns stand beside every record. Times are milliseconds since the Unix epoch; value and weighted are minor units of
// the app's currency; weighted is value × probability of the stage, rounded half up per record (semantics 11).
var systemColumns = []Column{
	{"number", "text"}, {"title", "text"}, {"title_k", "text"}, {"stage", "text"}, {"end", "text"}, {"open", "bool"},
	{"owner", "text"}, {"team", "text"}, {"people", "texts"}, {"waiting", "texts"},
	{"createdAt", "time"}, {"updatedAt", "time"}, {"since", "time"}, {"lastActivity", "time"}, {"closedAt", "time"},
	{"dueAt", "time"}, {"idleAt", "time"}, {"deleted", "time"},
	{"pool", "text"}, {"pooledAt", "time"},
	{"value", "int"}, {"weighted", "int"}, {"closing", "time"}, {"release", "int"},
}

// Columns are the system columns and those of the form's own fields (prefixed "f_", so that the two never collide).
func (f *Form) Columns() []Column {
	out := append([]Column{}, systemColumns...)
	for _, c := range f.Schema.Columns() {
		out = append(out, Column{FieldColumn(c.Name), string(c.Type)})
	}
	return out
}

// FieldColumn is the column of a field's storage column.
func FieldColumn(name string) string { return "f_" + name }

// Cols lays the queryable scalars of a record out for its columns; days are the working days that the record's times are counted in. Absent
// values have no entry.
func (f *Form) Cols(s *State, days rules.Calendar) map[string]any {
	v := f.Schema.Decode(s.Data)
	m := map[string]any{"createdAt": s.CreatedAt.UnixMilli(), "updatedAt": s.UpdatedAt.UnixMilli(), "lastActivity": s.LastActivity.UnixMilli(), "release": int64(s.Release)}
	for k, val := range f.Schema.Cols(v) {
		m[FieldColumn(k)] = val
	}
	put := func(k, val string) {
		if val != "" {
			m[k] = val
		}
	}
	title := s.Title
	put("number", s.Number)
	put("title", title)
	put("title_k", forms.CollationKey(title))
	put("owner", s.Owner)
	put("team", s.Team)
	if users := s.users(); len(users) > 0 {
		m["people"] = users
	}
	if s.Pool != nil {
		m["pool"] = s.InPool()
		putTime(m, "pooledAt", s.Pool.Since)
	}
	putTime(m, "closedAt", s.ClosedAt)
	putTime(m, "deleted", s.Deleted)
	if s.Round != nil {
		if waiting := s.Round.waiting(); len(waiting) > 0 {
			m["waiting"] = waiting
		}
	}
	if f.Process != nil {
		f.Process.cols(m, s, v, days)
	}
	return m
}

// cols adds what the process knows of the record.
func (p *Process) cols(m map[string]any, s *State, v forms.Values, days rules.Calendar) {
	m["stage"] = s.Stage
	putTime(m, "since", s.Since)
	putTime(m, "dueAt", s.DueAt)
	st := p.ByKey[s.Stage]
	if st == nil {
		return
	}
	m["open"] = st.Def.Open()
	if st.Idle != nil && s.Deleted.IsZero() && s.Round == nil { // suspended while a round runs (semantics 2a)
		putTime(m, "idleAt", st.Idle.Add(s.LastActivity, p.Form.App.Zone, days))
	}
	if st.Def.End != "" {
		m["end"] = st.Def.End
	}
	if p.Def.Value != "" {
		if n, ok := p.Form.Schema.Minor(p.Def.Value, s.Data); ok {
			m["value"], m["weighted"] = n, weighted(n, st.Probability)
		}
	}
	if p.Def.Closing != "" {
		if c, ok := m[FieldColumn(p.Form.Schema.StorageKey(p.Def.Closing))]; ok {
			m["closing"] = c
		}
	}
}

// weighted is n × percent / 100, half away from zero; |n| ≤ 10^15 keeps it within int64.
func weighted(n int64, percent int) int64 {
	x := n * int64(percent)
	if x >= 0 {
		return (x + 50) / 100
	}
	return (x - 50) / 100
}

func putTime(m map[string]any, k string, t time.Time) {
	if !t.IsZero() {
		m[k] = t.UnixMilli()
	}
}

// users are the people of the record, each once.
func (s *State) users() []string {
	seen := map[string]bool{}
	var out []string
	for _, p := range s.People {
		if !seen[p.User] {
			seen[p.User] = true
			out = append(out, p.User)
		}
	}
	return out
}
