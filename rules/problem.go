package rules

import "encoding/json"

// Severity says whether a problem blocks publishing.
type Severity string

const (
	// Error blocks publishing.
	Error Severity = "error"
	// Warning needs a tick before publishing.
	Warning Severity = "warning"
)

// Problem is one thing wrong with a definition, at one place, in the words of a business admin.
type Problem struct {
	// Path is the key path of the slot, such as /forms/deal/fields/amount/visibleIf.
	Path     string   `json:"path"`
	Code     string   `json:"code"`
	Severity Severity `json:"severity"`
	Message  Text     `json:"message"`
	// Line and Col are the place inside an expression, counted from 1 in characters; 0 when the problem is the slot's.
	Line int  `json:"line,omitempty"`
	Col  int  `json:"col,omitempty"`
	Fix  *Fix `json:"fix,omitempty"`
	// Record is another record that it is about, where the person who is told may read it.
	Record string `json:"record,omitempty"`
}

// Fix is a change that surely mends the problem; it is offered only when there is no doubt.
type Fix struct {
	Title   Text     `json:"title"`
	Changes []Change `json:"changes"`
}

// Change sets or removes the value at a path.
type Change struct {
	Path   string          `json:"path"`
	Value  json.RawMessage `json:"value,omitempty"`
	Remove bool            `json:"remove,omitempty"`
}

// Errorf makes a problem that blocks publishing.
func Errorf(path, code string, msg Text) Problem {
	return Problem{Path: path, Code: code, Severity: Error, Message: msg}
}

// Warnf makes a problem that needs a tick.
func Warnf(path, code string, msg Text) Problem {
	return Problem{Path: path, Code: code, Severity: Warning, Message: msg}
}

// HasErrors says whether any problem blocks publishing.
func HasErrors(ps []Problem) bool {
	for _, p := range ps {
		if p.Severity == Error {
			return true
		}
	}
	return false
}

// WithPath puts path before the path of every problem and of every change of its fix, and returns the same slice.
// Compile reports problems with an empty path; the caller knows the slot.
func WithPath(ps []Problem, path string) []Problem {
	for i := range ps {
		ps[i].Path = path + ps[i].Path
		if f := ps[i].Fix; f != nil {
			for j := range f.Changes {
				f.Changes[j].Path = path + f.Changes[j].Path
			}
		}
	}
	return ps
}
