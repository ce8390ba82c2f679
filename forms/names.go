package forms

import (
	"sort"

	"pipewright/rules"
)

// EnvOf is what expressions of a form may name: its fields, the system names, old (the record before the change) and the
// named rules about this form. It needs no compiled schema, so that rules can be compiled first.
func EnvOf(f *Form, w *World) *rules.Env {
	env := &rules.Env{Names: make(map[string]rules.Type, len(f.Fields)+len(w.System)+1), Rules: map[string]rules.Type{}}
	for k, t := range w.System {
		env.Names[k] = t
	}
	own := fieldTypes(w, f, f.Fields, true)
	for k, t := range own {
		env.Names[k] = t
	}
	env.Names["old"] = rules.RecordOf(fieldTypes(w, f, f.Fields, false))
	env.Local = w.Local
	env.Base, env.Codes = w.base(), func(code string) bool { _, ok := CurrencyScale(code); return ok }
	if f.Currency != "" {
		env.Currency = rules.Varying(f.Key, f.Currency)
	}
	for k, t := range w.Rules {
		if form, about := w.RuleForms[k]; !about || form == "" || form == f.Key {
			env.Rules[k] = t
		}
	}
	return env
}

// fieldTypes are the expression types of fields of a form by key; a field of an unknown type is left out (it is a problem elsewhere).
func fieldTypes(w *World, form *Form, defs []Field, deep bool) map[string]rules.Type {
	out := make(map[string]rules.Type, len(defs))
	for i := range defs {
		d := w.resolved(defs, &defs[i], 1)
		if d == nil {
			continue
		}
		if k := kinds[d.Type]; k != nil {
			if t := k.typ(w, d, deep); t.Kind != "" {
				out[defs[i].Key] = w.vary(form, d, t)
			}
		}
	}
	return out
}

// wanted is the type an expression must have to become the field's value.
func wanted(w *World, f *field) rules.Type {
	t := f.typeOf(w, false)
	switch t.Kind {
	case rules.KindRecord:
		return rules.Str // a record stands for its id
	case rules.KindText:
		return rules.Str
	case rules.KindList:
		return rules.ListOf(rules.Str)
	}
	return t
}

// reservedWords are the names no field may take: the language's own, and those every expression knows.
func reservedWords(w *World) map[string]bool {
	out := map[string]bool{"old": true, "id": true}
	for _, k := range rules.Reserved() {
		out[k] = true
	}
	for k := range w.System {
		out[k] = true
	}
	return out
}

func keysOf[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

func byKey(fs []*field) map[string]*field {
	out := make(map[string]*field, len(fs))
	for _, f := range fs {
		if _, twice := out[f.key]; !twice {
			out[f.key] = f
		}
	}
	return out
}

// goodKey says whether a key is [a-z][a-zA-Z0-9]{0,39}.
func goodKey(k string) bool {
	if k == "" || len(k) > 40 || k[0] < 'a' || k[0] > 'z' {
		return false
	}
	for i := 1; i < len(k); i++ {
		switch c := k[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		default:
			return false
		}
	}
	return true
}

// clip keeps what a stranger wrote short inside a message.
func clip(s string) string {
	r := []rune(s)
	if len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
