package rules

import "sync/atomic"

// Bare is the limit that a benchmark holds Eval to: the same program on a machine and a frame of its own, with nothing around the run.
func (p *Program) Bare(s *Scope) func() error {
	f := &frame{scope: s}
	return func() error {
		f.own = Budget{}
		f.budget = &f.own
		_, err := f.vm.Run(p.prog, f)
		return err
	}
}

// compiled counts the expressions compiled by this process.
var compiled atomic.Int64

// Compiled is how many expressions this process has compiled: a server that is warm compiles only what people type.
func Compiled() int64 { return compiled.Load() }
