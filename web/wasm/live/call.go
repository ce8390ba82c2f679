package live

import (
	"encoding/json"
	"fmt"

	"pipewright/rules"
)

// Desk keeps the forms that are open. It is used by one goroutine.
type Desk struct {
	open map[int]*Form
	last int
}

// maxOpen forms are kept; the oldest goes when there are more.
const maxOpen = 16

// maxNesting is how deep a message may nest. A definition does not come near; and the browser's stack, unlike Go's own, ends at some ten thousand
// calls, with the whole program.
const maxNesting = 100

// nested is how deep the brackets of a JSON text nest, whatever else is wrong with it.
func nested(text string) int {
	deepest, deep, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			deep++
			deepest = max(deepest, deep)
		case c == '}' || c == ']':
			deep--
		}
	}
	return deepest
}

// Example is a function's example and what it yields here.
type Example struct {
	Name, Example, Want, Got string
}

// Call carries out one call by name, JSON in and out:
//
//	open      OpenRequest                → {"id", "reach"}
//	evaluate  {"id", EvaluateRequest…}   → Answer, or what changed of it
//	examples  anything                   → [Example]
//
// A panic becomes an error, so that one bad form cannot end the worker.
func (d *Desk) Call(method, input string) (out string, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = "", fmt.Errorf("live: %v", p)
		}
	}()
	if nested(input) > maxNesting {
		return "", fmt.Errorf("live: the message nests deeper than %d", maxNesting)
	}
	var v any
	switch method {
	case "open":
		v, err = d.openForm(input)
	case "evaluate":
		v, err = d.evaluate(input)
	case "examples":
		v = examples()
	default:
		err = fmt.Errorf("live: there is no call %q", method)
	}
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(v)
	return string(text), err
}

func (d *Desk) openForm(input string) (any, error) {
	if len(input) > MaxInput {
		return nil, fmt.Errorf("live: a definition of %d bytes is too large", len(input))
	}
	var r OpenRequest
	if err := json.Unmarshal([]byte(input), &r); err != nil {
		return nil, fmt.Errorf("live: %w", err)
	}
	form, err := Open(r)
	if err != nil {
		return nil, err
	}
	if d.open == nil {
		d.open = map[int]*Form{}
	}
	d.last++
	d.open[d.last] = form
	delete(d.open, d.last-maxOpen)
	return struct {
		ID    int   `json:"id"`
		Reach Reach `json:"reach"`
	}{d.last, form.Reach}, nil
}

func (d *Desk) evaluate(input string) (any, error) {
	if len(input) > MaxData {
		return nil, fmt.Errorf("live: values of %d bytes are too large", len(input))
	}
	var r struct {
		ID int `json:"id"`
		EvaluateRequest
	}
	if err := json.Unmarshal([]byte(input), &r); err != nil {
		return nil, fmt.Errorf("live: %w", err)
	}
	form := d.open[r.ID]
	if form == nil {
		return nil, fmt.Errorf("live: form %d is not open", r.ID)
	}
	return form.Evaluate(r.EvaluateRequest)
}

// examples runs the example of every function over the sample record.
func examples() []Example {
	out := []Example{}
	for _, f := range rules.Functions() {
		env, scope := rules.Sample()
		e := Example{Name: f.Name, Example: f.Example, Want: f.Result}
		if p, problems := rules.Compile(f.Example, env, rules.Type{}); rules.HasErrors(problems) {
			e.Got = "does not compile"
		} else if v, err := p.Eval(scope); err != nil {
			e.Got = err.Error()
		} else {
			e.Got = rules.ShowValue(v)
		}
		out = append(out, e)
	}
	return out
}
