package rules

import (
	"errors"
	"fmt"
	"sync"

	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"
)

// EvalError is why an expression could not be evaluated, at its place in the source.
//
// Codes: expr.limit (too much work or too large a value), expr.divideByZero, expr.value (a value of the wrong type or
// shape reached the expression).
type EvalError struct {
	Code    string
	Message Text
	// Line and Col count from 1; 0 when there is no place.
	Line, Col int
	Source    string
}

func (e *EvalError) Error() string {
	return fmt.Sprintf("%s at %d:%d of %q: %s", e.Code, e.Line, e.Col, e.Source, e.Message.In("en"))
}

// Problem is the error as a problem of the slot at path.
func (e *EvalError) Problem(path string) Problem {
	p := Errorf(path, e.Code, e.Message)
	p.Line, p.Col = e.Line, e.Col
	return p
}

// frame is what the operations of one run see; it is the machine's environment.
type frame struct {
	scope  *Scope
	budget *Budget
	own    Budget
	vm     vm.VM
}

var frames = sync.Pool{New: func() any { return new(frame) }}

var emptyScope = &Scope{}

// Eval evaluates the expression. The value is of the program's type or nil; a program compiled for Bool never yields
// nil. The error is an *EvalError. A nil scope is an empty one.
func (p *Program) Eval(s *Scope) (any, error) {
	if p.isConst {
		return p.value, nil
	}
	if s == nil {
		s = emptyScope
	}
	f := frames.Get().(*frame)
	f.scope, f.budget = s, s.Budget
	if f.budget == nil {
		f.own = Budget{}
		f.budget = &f.own
	}
	v, err := f.vm.Run(p.prog, f)
	f.scope, f.budget = nil, nil
	frames.Put(f)
	if err != nil {
		return nil, evalError(p.source, err)
	}
	return v, nil
}

// Test evaluates a condition; null is no.
func (p *Program) Test(s *Scope) (bool, error) {
	v, err := p.Eval(s)
	b, _ := v.(bool)
	return b, err
}

func evalError(src string, err error) error {
	e := &EvalError{Code: "expr.value", Source: src, Message: Say("表达式无法计算", "運算式無法計算", "The expression cannot be computed")}
	var fe *file.Error
	if errors.As(err, &fe) {
		e.Line, e.Col = place(src, fe.From)
	}
	var f *fault
	if errors.As(err, &f) {
		e.Code, e.Message = f.code, f.msg
	} else if fe != nil && fe.Message == "memory budget exceeded" {
		e.Code, e.Message = "expr.limit", Say("计算量太大", "計算量太大", "Too much to compute")
	}
	return e
}

// opGet reads a bare name: the value at hand, else what Lookup finds, else null.
func opGet(f, name any) any {
	s := f.(*frame).scope
	n := name.(string)
	if v, ok := s.Names[n]; ok {
		return v
	}
	if s.Lookup != nil {
		if v, ok := s.Lookup(n); ok {
			return v
		}
	}
	return nil
}

// opRule reads a named rule by its bare name: as a name, else by Decide.
func opRule(f, name any) any {
	s := f.(*frame).scope
	n := name.(string)
	if v, ok := s.Names[n]; ok {
		return v
	}
	if s.Lookup != nil {
		if v, ok := s.Lookup(n); ok {
			return v
		}
	}
	return opDecide(f, name)
}
