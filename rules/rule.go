package rules

// The kinds of rules.
const (
	RuleExpression = "expression"
	RuleTable      = "table"
	RuleScorecard  = "scorecard"
)

// Rule is a named rule of an app: an expression, a decision table or a scorecard. It reads the fields of one form.
type Rule struct {
	Key  string   `json:"key"`
	Was  []string `json:"was,omitempty"`
	Name Text     `json:"name,omitzero"`
	Help Text     `json:"help,omitzero"`
	Form string   `json:"form,omitempty"`
	Kind string   `json:"kind"`

	// Type (see TypeNamed) and Value are those of an expression.
	Type  string `json:"type,omitempty"`
	Value string `json:"value,omitempty"`

	// Hit, In, Out and Rows are those of a decision table. Hit is unique (the default), first, priority, collect or
	// collectSum.
	Hit  string   `json:"hit,omitempty"`
	In   []Input  `json:"in,omitempty"`
	Out  []Output `json:"out,omitempty"`
	Rows []Row    `json:"rows,omitempty"`

	// Max, Bands and Items are those of a scorecard.
	Max   NumberSlot `json:"max,omitzero"`
	Bands []Band     `json:"bands,omitempty"`
	Items []Item     `json:"items,omitempty"`
}

// Input is a column of conditions. It tests the field named by its key, or the value of an expression.
type Input struct {
	Key   string `json:"key"`
	Name  Text   `json:"name,omitzero"`
	Value string `json:"value,omitempty"`
}

// Output is a column of results. Values, for the hit policy priority, lists the results from the most to the least
// important; for a text it is also the closed set of results.
type Output struct {
	Key    string   `json:"key"`
	Name   Text     `json:"name,omitzero"`
	Type   string   `json:"type"`
	Values []string `json:"values,omitempty"`
}

// Row is one line of a decision table: a cell for every input and one for every output. An empty condition is always
// met; an empty result is null.
type Row struct {
	If   []string `json:"if"`
	Then []string `json:"then"`
	Note Text     `json:"note,omitzero"`
}

// Band names the scores from a threshold on.
type Band struct {
	Key  string     `json:"key"`
	Name Text       `json:"name,omitzero"`
	From NumberSlot `json:"from"`
}

// Item gives points, which may be negative, when its condition is met; without a condition always.
type Item struct {
	Key    string     `json:"key"`
	Name   Text       `json:"name,omitzero"`
	Group  string     `json:"group,omitempty"`
	Points NumberSlot `json:"points"`
	If     string     `json:"if,omitempty"`
	// Decay lets the points fade with age.
	Decay *Decay `json:"decay,omitempty"`
}

// Decay takes points away evenly: all of them count on the day of Since, none Days days later. Since is an expression that gives
// a date or an instant; without one no points are given, and a date to come counts in full.
type Decay struct {
	Since string     `json:"since"`
	Days  NumberSlot `json:"days"`
}

// TypeNamed is the type of a rule's value or output by the name it has in a definition.
func TypeNamed(name string) (Type, bool) {
	switch name {
	case "number", "money", "percent":
		return Number, true
	case "text", "user", "role", "team":
		return Str, true
	case "bool":
		return Bool, true
	case "date":
		return Day, true
	case "datetime":
		return Instant, true
	}
	return Type{}, false
}

var typeNames = []string{"number", "money", "percent", "text", "user", "role", "team", "bool", "date", "datetime"}

// ResultType is the type of a rule's result as other expressions see it, known before the rule is compiled: the declared
// type of an expression; for a table a record of its outputs; for a scorecard a record of total (number), band (text)
// and items (the keys of those that gave points). The zero Type if the declaration is broken.
func (r *Rule) ResultType() Type {
	switch r.Kind {
	case RuleExpression:
		t, _ := TypeNamed(r.Type)
		return t
	case RuleTable:
		fields := make(map[string]Type, len(r.Out))
		for _, o := range r.Out {
			t, ok := TypeNamed(o.Type)
			if !ok {
				continue
			}
			if t.Kind == KindText {
				t.Options = o.Values
			}
			if r.Hit == "collect" {
				t = ListOf(t)
			}
			fields[o.Key] = t
		}
		return RecordOf(fields)
	case RuleScorecard:
		bands := make([]string, len(r.Bands))
		for i, b := range r.Bands {
			bands[i] = b.Key
		}
		return RecordOf(map[string]Type{"total": Number, "band": OneOf(bands...), "items": ListOf(Str)})
	}
	return Type{}
}

// CompiledRule is a rule ready to run. It is immutable and safe for use by many goroutines.
type CompiledRule struct {
	Rule *Rule
	typ  Type
	prog *Program        // of an expression
	tab  *tableRule      // of a decision table
	card *scoreRule      // of a scorecard
	all  []*Program      // every expression inside, for what the rule reads
	own  map[string]bool // names the rule makes itself: computed inputs
}

// Decision is the outcome of a rule and why.
type Decision struct {
	// Value is the value of an expression, or the record of a table or scorecard.
	Value any
	// Rows are the indexes of the table rows or scorecard items that applied, ascending.
	Rows []int
}

// CompileRule checks and compiles a rule against the names of its form. Paths begin with path. The rule is nil if there
// is any error. Codes besides those of Compile: rule.kind, rule.type, table.shape, table.gap, table.overlap,
// table.unreachable, score.bands.
func CompileRule(r *Rule, env *Env, path string) (*CompiledRule, []Problem) {
	c := &CompiledRule{Rule: r, typ: r.ResultType(), own: map[string]bool{}}
	var problems []Problem
	switch r.Kind {
	case RuleExpression:
		if _, ok := TypeNamed(r.Type); !ok {
			problems = append(problems, unknownType(path+"/type", r.Type))
			break
		}
		p, ps := Compile(r.Value, env, c.typ)
		problems = append(problems, WithPath(ps, path+"/value")...)
		c.prog = c.keep(p)
	case RuleTable:
		problems = c.compileTable(env, path)
	case RuleScorecard:
		problems = c.compileScore(env, path)
	default:
		problems = append(problems, Errorf(path+"/kind", "rule.kind", Say(
			"规则的种类应是 expression、table 或 scorecard", "規則的種類應是 expression、table 或 scorecard", "A rule is an expression, a table or a scorecard")))
	}
	if HasErrors(problems) {
		return nil, problems
	}
	return c, problems
}

func unknownType(path, name string) Problem {
	return Errorf(path, "rule.type", Say("没有类型“{t}”。可用：{all}", "沒有類型「{t}」。可用：{all}", "There is no type “{t}”. Use one of {all}", "t", name, "all", typeNames))
}

// keep notes a program for Reads and hands it back.
func (c *CompiledRule) keep(p *Program) *Program {
	if p != nil {
		c.all = append(c.all, p)
	}
	return p
}

// Type is the type of the result; see ResultType.
func (c *CompiledRule) Type() Type { return c.typ }

// Reads are the top-level names the rule reads, sorted.
func (c *CompiledRule) Reads() []string {
	set := map[string]bool{}
	for _, p := range c.all {
		for _, r := range p.Reads() {
			if !c.own[r] {
				set[r] = true
			}
		}
	}
	return sorted(set)
}

// ReadsPaths are the whole paths the rule reads, sorted.
func (c *CompiledRule) ReadsPaths() [][]string {
	l := &lowering{paths: map[string][]string{}}
	for _, p := range c.all {
		for _, path := range p.ReadsPaths() {
			if !c.own[path[0]] {
				l.notePath(path)
			}
		}
	}
	return l.sortedPaths()
}

// Decides are the rules it runs by decide(), sorted.
func (c *CompiledRule) Decides() []string {
	set := map[string]bool{}
	for _, p := range c.all {
		for _, d := range p.Decides() {
			set[d] = true
		}
	}
	return sorted(set)
}

// ReadsClock says whether the result depends on the instant of the command.
func (c *CompiledRule) ReadsClock() bool {
	for _, p := range c.all {
		if p.ReadsClock() {
			return true
		}
	}
	return false
}

// Eval runs the rule. The error is an *EvalError.
func (c *CompiledRule) Eval(s *Scope) (any, error) {
	d, err := c.Decide(s)
	return d.Value, err
}

// Decide runs the rule and says which rows or items applied. The error is an *EvalError.
func (c *CompiledRule) Decide(s *Scope) (d Decision, err error) {
	if s != nil && s.Budget != nil {
		if tooMuch := s.Budget.enter(1 + (len(c.Rule.Rows)+len(c.Rule.Items))/rowsPerStep); tooMuch != nil {
			tooMuch.Source = c.Rule.Key
			return Decision{}, tooMuch
		}
		defer s.Budget.leave()
	}
	switch {
	case c.tab != nil:
		d, err = c.tab.decide(s)
	case c.card != nil:
		d, err = c.card.decide(s)
	default:
		d.Value, err = c.prog.Eval(s)
	}
	if err == nil && s != nil && s.Trace != nil && len(d.Rows) > 0 {
		s.Trace(c.Rule.Key, d.Rows)
	}
	return d, err
}

// Record is the result as decide() gives it: the record of a table or scorecard, or {"value": v} of an expression.
func (c *CompiledRule) Record(s *Scope) (map[string]any, error) {
	d, err := c.Decide(s)
	if err != nil {
		return nil, err
	}
	if m, ok := d.Value.(map[string]any); ok {
		return m, nil
	}
	return map[string]any{"value": d.Value}, nil
}
