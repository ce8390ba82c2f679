package rules

import "sort"

// Env is what an expression may name. It is only read, and may be shared.
type Env struct {
	// Names are the fields, system names and loop rows by bare name.
	Names map[string]Type
	// Rules are the named rules and the types of their results. An expression rule is used by its bare name; a decision
	// table or scorecard by decide('key').output (its bare name works too, and is the same record).
	Rules map[string]Type
	// Base is the app's currency, "" when it is not known; Currency that of a form's amounts when it varies by record (Varying).
	Base, Currency string
	// Links are the keys of the pages that trackingLink may lead to; without any the function is not known.
	Links []string
	// Codes says whether a code is a currency; nil takes any.
	Codes func(code string) bool
	// Local says that the expressions run beside the person who types, where there is neither a working calendar nor a table of exchange
	// rates: a call that needs one is expr.away. Decision tables are not looked over again there.
	Local bool
}

// With makes an environment with more names; a name given twice is the later one.
func (e *Env) With(names map[string]Type) *Env {
	if e == nil {
		e = &Env{}
	}
	out := &Env{Names: make(map[string]Type, len(e.Names)+len(names)), Rules: e.Rules, Base: e.Base, Currency: e.Currency, Links: e.Links, Codes: e.Codes, Local: e.Local}
	for k, v := range e.Names {
		out.Names[k] = v
	}
	for k, v := range names {
		out.Names[k] = v
	}
	return out
}

// lookup finds a bare name; rule says that it is a named rule.
func (e *Env) lookup(name string) (t Type, rule, ok bool) {
	if e == nil {
		return Type{}, false, false
	}
	if t, ok := e.Names[name]; ok {
		return t, false, true
	}
	if t, ok := e.Rules[name]; ok {
		return t, true, true
	}
	return Type{}, false, false
}

// names are all bare names, sorted, for suggestions.
func (e *Env) names() []string {
	if e == nil {
		return nil
	}
	out := make([]string, 0, len(e.Names)+len(e.Rules))
	for k := range e.Names {
		out = append(out, k)
	}
	for k := range e.Rules {
		if _, twice := e.Names[k]; !twice {
			out = append(out, k)
		}
	}
	sort.Strings(out)
	return out
}

// words of the language that no field, rule or system name may take; the functions are added from their registry.
var words = []string{
	"and", "or", "not", "in", "contains", "startsWith", "endsWith", "matches", "if", "else", "let", "true", "false", "nil", "null",
	"find", "findIndex", "findLast", "findLastIndex", "groupBy", "none", "one", "reduce", "sortBy",
}

// Reserved are the words of the expression language and its functions, sorted. A field, rule or other bare name that
// takes one of them could not be read; the caller adds its own system names.
func Reserved() []string {
	out := append([]string{}, words...)
	for _, f := range functions {
		if f.Name != "contains" {
			out = append(out, f.Name)
		}
	}
	sort.Strings(out)
	return out
}
