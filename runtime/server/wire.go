package server

import (
	"time"

	"pipewright/rules"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
)

// mini is a person beside a name.
type mini struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func (c *call) mini(id string) *mini {
	if id == "" {
		return nil
	}
	return &mini{ID: id, Name: c.dir.Name(id)}
}

// userWire is a person in full.
type userWire struct {
	ID       string `json:"id"`
	Username string `json:"username"`
	Name     string `json:"name"`
	Language string `json:"language"`
	Theme    string `json:"theme"`
	// Admin has every right there is, also those that Rights names.
	Admin  bool        `json:"admin"`
	Rights []org.Right `json:"rights"`
	Roles  []string    `json:"roles"`
	Team   string      `json:"team"`
	Active bool        `json:"active"`
	Email  string      `json:"email,omitempty"`
	Phone  string      `json:"phone,omitempty"`
	// Spelled is the name as it is typed in pinyin and by its initials, for those who look through the list.
	Spelled string `json:"spelled,omitempty"`
}

func wireUser(u org.User) userWire {
	return userWire{u.ID, u.ID, u.Name, u.Language, u.Theme, u.Admin, u.Has(), list(u.Roles), u.Team, u.Active, u.Email, u.Phone, process.Spelled(u.Name)}
}

// list never answers null.
func list[T any](in []T) []T {
	if in == nil {
		return []T{}
	}
	return in
}

// items is a list answer without further pages.
type items[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next"`
}

func page[T any](in []T, next string) items[T] { return items[T]{list(in), next} }

// instant is a time on the wire: RFC 3339 UTC with milliseconds, null for none.
type instant time.Time

func (t instant) MarshalJSON() ([]byte, error) {
	if time.Time(t).IsZero() {
		return []byte("null"), nil
	}
	return []byte(`"` + time.Time(t).UTC().Format("2006-01-02T15:04:05.000Z07:00") + `"`), nil
}

// problemWire is a problem of a definition: its message in all languages, with the fix.
type problemWire struct {
	Path     string         `json:"path"`
	Code     string         `json:"code"`
	Severity rules.Severity `json:"severity"`
	Message  rules.Text     `json:"message"`
	Line     int            `json:"line,omitempty"`
	Col      int            `json:"col,omitempty"`
	Fix      *rules.Fix     `json:"fix,omitempty"`
}

func wireProblems(ps []rules.Problem) []problemWire {
	out := make([]problemWire, len(ps))
	for i, p := range ps {
		out[i] = problemWire{p.Path, p.Code, p.Severity, p.Message, p.Line, p.Col, p.Fix}
	}
	return out
}
