package forms

import (
	"regexp"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"pipewright/rules"
)

// World is what the forms of an app may refer to. It is only read.
type World struct {
	// App is the app's key.
	App string
	// Currency is the app's ISO 4217 code, used by money fields that name none; "CNY" when empty.
	Currency string
	// Zone is the app's time zone.
	Zone    *time.Location
	Forms   map[string]*Form
	Options map[string]*OptionList
	// Roles are the keys of the app's roles, sorted; nil when they are not known.
	Roles []string
	// Languages are those the app promises texts in.
	Languages []string
	// System are the bare system names (stage, owner, me, …) and their types.
	System map[string]rules.Type
	// Rules are the named rules and the types of their results. RuleForms names the form each is about: a rule is known
	// only to expressions of that form; a rule that is not there is known to all.
	Rules     map[string]rules.Type
	RuleForms map[string]string
	// RuleReads are the names each rule reads. A rule that is not there counts as reading everything that nothing
	// computes, and is run again at every evaluation.
	RuleReads map[string][]string
	// RulePaths are the whole paths each rule reads, those of the rules it reads included, so that records behind references are
	// asked for.
	RulePaths map[string][][]string
	// Run evaluates a named rule on a scope: the value of an expression rule, a map[string]any of a table or scorecard.
	// Nil while only checking; rules are then empty unless the scope brings them.
	Run func(rule string, s *rules.Scope) (any, error)
	// Local says that the form is evaluated beside the person who types; see rules.Env.
	Local bool
}

// Storage gives every field its storage key (semantics 1): by field key, and "table.column" for columns. A nil Storage,
// or a key that is not there, means the key itself.
type Storage struct {
	Fields map[string]string
}

func (s *Storage) of(key string, fallback string) string {
	if s != nil {
		if k, ok := s.Fields[key]; ok {
			return k
		}
	}
	return fallback
}

// Schema is a compiled form. It never changes and may be used by many goroutines at once.
type Schema struct {
	form     *Form
	world    *World
	env      *rules.Env
	fields   []*field
	byKey    map[string]*field
	sections []section
	// order holds every field and column so that each comes after all it is computed from.
	order  []*field
	checks []check
	title  *rules.Template
	// currency is the field that says the record's currency; rated that records keep rates.
	currency *field
	rated    bool
}

// field is a compiled field or column.
type field struct {
	def     *Field
	key     string
	storage string
	path    string
	name    rules.Text
	kind    kind

	parent   *field // the table of a column
	cols     []*field
	colByKey map[string]*field
	section  int // index into Schema.sections, -1 when in none

	scale    int
	currency string
	// form is the form; varies says that the currency is the record's.
	form        *Form
	varies      bool
	minLen      int
	maxLen      int
	pattern     *regexp.Regexp
	options     map[string]*Option
	optionOrder *OptionList
	// above is the key of the option that each option of a cascade stands in, "" at the top.
	above map[string]string
	// optionsBy is the field whose choice narrows the options of this one.
	optionsBy *field
	target    *Form
	// linked is the lookup or rollup that def was made from.
	linked *Field
	fills  []fill
	roles  []string
	// lowest, highest and step are the scale of a rating or slider.
	lowest, highest, step decimal.Decimal

	calc, value, visible, required, read, where *rules.Program
	min, max                                    bound
	checks                                      []check

	// deps are the fields and columns this one's value comes from; filledBy the reference that fills it.
	deps     []*field
	filledBy *field
	fillFrom string
	// fillIn is the currency of the amount that fills this one, and fillInOf the field beside it that says it when it varies.
	fillIn, fillInOf string
	// restless marks a calc that reads what no field tells: the time, the stage, another rule.
	restless bool
	// stepped marks a reference that some expression looks behind.
	stepped bool
}

// bound is a limit: a constant or an expression, or neither.
type bound struct {
	constant *decimal.Decimal
	program  *rules.Program
}

func (b bound) given() bool { return b.constant != nil || b.program != nil }

type section struct {
	key     string
	visible *rules.Program
}

type check struct {
	def  *Check
	when *rules.Program
	// at is the field the problem is shown at; nil for the form as a whole.
	at *field
}

// fill copies the value of field from of the record chosen into field to.
type fill struct{ from, to string }

// clears says whether hiding the field empties it, for itself (clear) or in the eyes of other expressions (exclude).
func (f *field) clears() bool { return f.def.WhenHidden == "clear" || f.def.WhenHidden == "exclude" }

// id is "amount" or "lines.net".
func (f *field) id() string {
	if f.parent != nil {
		return f.parent.key + "." + f.key
	}
	return f.key
}

// FieldInfo tells other packages about a compiled field or column.
type FieldInfo struct {
	// Def is the definition; not to be changed.
	Def *Field
	// ID is "amount" or "lines.net".
	ID      string
	Storage string
	// Name is never empty: the key when the definition gives none.
	Name rules.Text
	// Scale is the number of decimals of a number, percent or money field.
	Scale int
	// Currency is the ISO 4217 code of a money field.
	Currency string
	// Varies says that the currency is the record's own; Currency and Scale are then those in which it is filtered, sorted and summed.
	Varies bool
	// Computed says that nobody can edit the field.
	Computed bool
	// Type is the type in expressions.
	Type    rules.Type
	Columns []FieldInfo
}

// Form is the definition this schema was compiled from.
func (s *Schema) Form() *Form { return s.form }

// Env is what the form's expressions may name. It is shared and must not be changed; use With.
func (s *Schema) Env() *rules.Env { return s.env }

// Fields describes the fields in the order of the form.
func (s *Schema) Fields() []FieldInfo { return infos(s, s.fields) }

// Field describes one field, or the column "lines.net".
func (s *Schema) Field(id string) (FieldInfo, bool) {
	if f := s.find(id); f != nil {
		return info(s, f), true
	}
	return FieldInfo{}, false
}

// find finds "amount", "lines.net" or the column of the cell "lines[0].net".
func (s *Schema) find(id string) *field {
	table, col, inTable := strings.Cut(id, ".")
	if !inTable {
		return s.byKey[id]
	}
	table, _, _ = strings.Cut(table, "[")
	if t := s.byKey[table]; t != nil {
		return t.colByKey[col]
	}
	return nil
}

func infos(s *Schema, fs []*field) []FieldInfo {
	out := make([]FieldInfo, len(fs))
	for i, f := range fs {
		out[i] = info(s, f)
	}
	return out
}

func info(s *Schema, f *field) FieldInfo {
	return FieldInfo{
		Def: f.def, ID: f.id(), Storage: f.storage, Name: f.name, Scale: f.scale, Currency: f.currency, Varies: f.varies,
		Computed: f.def.Computed(), Type: f.typeOf(s.world, true), Columns: infos(s, f.cols),
	}
}

// Dependents are the keys of the top-level fields whose values change, or may change, when the given fields do: what a
// guard over computed fields must watch. The given fields are among them.
func (s *Schema) Dependents(changed []string) []string {
	touched := s.touched(changed)
	var out []string
	for _, f := range s.fields {
		hit := touched[f]
		for _, c := range f.cols {
			hit = hit || touched[c]
		}
		if hit {
			out = append(out, f.key)
		}
	}
	return out
}

// touched is the closure of changed over what is computed from what.
func (s *Schema) touched(changed []string) map[*field]bool {
	out := map[*field]bool{}
	for _, k := range changed {
		if f := s.find(k); f != nil {
			out[f] = true
			for _, c := range f.cols {
				out[c] = true
			}
			if f.parent != nil {
				out[f.parent] = true
			}
		}
	}
	for _, f := range s.order {
		for _, d := range f.deps {
			if out[d] {
				out[f] = true
				break
			}
		}
	}
	return out
}
