package rules

import "time"

// Scope is what one evaluation sees. It is only read during the evaluation (except Budget).
type Scope struct {
	// Names holds values by bare name; an absent name is null unless Lookup knows it.
	Names map[string]any
	// Lookup is asked for names that Names does not hold: computed fields, records behind references. It may be nil.
	Lookup func(name string) (any, bool)
	// Now is the recorded instant of the command; today() is its day in Zone (nil: UTC).
	Now  time.Time
	Zone *time.Location
	// Calendar tells working days; nil means Monday to Friday.
	Calendar Calendar
	// Decide runs a named rule: the value of an expression, a map[string]any of a table or scorecard. Nil when there is none.
	Decide func(rule string) (any, error)
	// Trace is told which rows or items of a table or scorecard applied, counted from 0; nil when nobody listens.
	Trace func(rule string, rows []int)
	// Money changes the currency of amounts; without it the result is null.
	Money *Money
	// Link is the address of the page of this record that a key names, for trackingLink; nil when there is none, or none yet.
	Link func(key string) any
	// Budget is shared by all expressions of one command; nil gives this evaluation one of its own.
	Budget *Budget
}

// Row is the scope inside a row of a table: the names of the row first, then everything that s knows. It shares s's Budget.
func (s *Scope) Row(names map[string]any) *Scope {
	row := *s
	row.Names = names
	row.Lookup = func(name string) (any, bool) {
		if v, ok := s.Names[name]; ok {
			return v, true
		}
		if s.Lookup != nil {
			return s.Lookup(name)
		}
		return nil, false
	}
	return &row
}

// Calendar tells working days, public holidays and moved working days included.
type Calendar interface{ IsWorkday(Date) bool }

type weekdays struct{}

func (weekdays) IsWorkday(d Date) bool {
	w := d.Weekday()
	return w != time.Saturday && w != time.Sunday
}

// Budget counts the loop steps of one command. It is not safe for use by two goroutines at once.
type Budget struct {
	used int
	deep int // rules that are running, each inside the one before
}

// NewBudget makes the budget of one command: MaxIterations steps.
func NewBudget() *Budget { return &Budget{} }

// Used is the number of steps taken.
func (b *Budget) Used() int { return b.used }

// take counts n steps or ends the run.
func (b *Budget) take(n int) {
	if b.used += n; b.used > MaxIterations {
		raise("expr.limit", tooManySteps())
	}
}

func tooManySteps() Text {
	return Say("计算量太大：一次操作最多循环 {max} 步", "計算量太大：一次操作最多循環 {max} 步",
		"Too much to compute: one action may take at most {max} loop steps", "max", MaxIterations)
}

// enter counts n steps for a rule that begins to run; what enters leaves again.
func (b *Budget) enter(n int) *EvalError {
	switch b.used += n; {
	case b.used > MaxIterations:
		return &EvalError{Code: "expr.limit", Message: tooManySteps()}
	case b.deep >= MaxRules:
		return &EvalError{Code: "expr.limit", Message: Say("规则一层套一层，最多 {max} 层", "規則一層套一層，最多 {max} 層", "Rules may run each other at most {max} deep", "max", MaxRules)}
	}
	b.deep++
	return nil
}

func (b *Budget) leave() { b.deep-- }

// takeText counts work that goes through a whole text: a step for each full 256 bytes.
func (b *Budget) takeText(s string) {
	if n := len(s) / 256; n > 0 {
		b.take(n)
	}
}

func (s *Scope) today() Date { return DateOf(s.Now, s.Zone) }

func (s *Scope) workday(d Date) bool {
	if s.Calendar == nil {
		return weekdays{}.IsWorkday(d)
	}
	return s.Calendar.IsWorkday(d)
}
