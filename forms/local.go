package forms

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"pipewright/rules"
)

// LocalWorld is what a form can be evaluated with beside the person who types. Of other forms only that they exist is known: an expression that
// looks into them does not compile there.
func LocalWorld(app, currency string, zone *time.Location, all []Form, options []OptionList) *World {
	w := &World{Local: true, App: app, Currency: currency, Zone: zone, Forms: map[string]*Form{}, Options: map[string]*OptionList{}}
	for i := range options {
		w.Options[options[i].Key] = &options[i]
	}
	for i := range all {
		w.Forms[all[i].Key] = &Form{Key: all[i].Key, Name: all[i].Name}
		for j := range all[i].Fields {
			w.foreign(&all[i].Fields[j])
		}
	}
	return w
}

// foreign lets references to forms of other apps stand ("b2b.account").
func (w *World) foreign(f *Field) {
	if strings.Contains(f.Form, ".") && w.Forms[f.Form] == nil {
		w.Forms[f.Form] = &Form{Key: f.Form}
	}
	for i := range f.Fields {
		w.foreign(&f.Fields[i])
	}
}

// LocalRules are the named rules that can be run beside the person who types: those that read nothing but what is on the form. They mark each
// rule client or server (semantics 10), for one form and one person.
type LocalRules struct {
	world *World
	rules map[string]*rules.CompiledRule
}

var word = regexp.MustCompile(`[a-z][a-zA-Z0-9]*`)

// LocalRules compiles the rules that a form uses, and lets the world, a LocalWorld, have those that can be run there. A rule that does not
// compile reads what only the server has: it is left out, and with it whatever runs it.
func (w *World) LocalRules(defs []rules.Rule, form *Form) *LocalRules {
	n := &LocalRules{world: w, rules: map[string]*rules.CompiledRule{}}
	w.Rules, w.RuleForms, w.RuleReads = map[string]rules.Type{}, map[string]string{}, map[string][]string{}
	w.Run = func(rule string, s *rules.Scope) (any, error) {
		if r := n.rules[rule]; r != nil {
			return r.Eval(s)
		}
		return nil, nil
	}
	used := usedRules(defs, form)
	for _, r := range used {
		w.Rules[r.Key], w.RuleForms[r.Key] = r.ResultType(), r.Form
	}
	ofForm, ofNone := EnvOf(form, w), &rules.Env{Local: true}
	for _, r := range used {
		env := ofNone
		if r.Form != "" {
			env = ofForm
		}
		if compiled, problems := rules.CompileRule(r, env, ""); !rules.HasErrors(problems) {
			n.rules[r.Key] = compiled
			w.RuleReads[r.Key] = append(compiled.Reads(), compiled.Decides()...)
		}
	}
	n.keep(func(*rules.CompiledRule) bool { return true })
	return n
}

// usedRules are the rules about a form, or about none, that it names, itself or by way of other rules. A word is taken for a name wherever it
// stands: one rule too many does no harm.
func usedRules(defs []rules.Rule, form *Form) []*rules.Rule {
	byKey := map[string]*rules.Rule{}
	for i := range defs {
		if r := &defs[i]; r.Form == "" || r.Form == form.Key {
			byKey[r.Key] = r
		}
	}
	if len(byKey) == 0 {
		return nil
	}
	var used []*rules.Rule
	take := func(v any) {
		text, err := json.Marshal(v)
		if err != nil {
			return
		}
		for _, key := range word.FindAllString(string(text), -1) {
			if r := byKey[key]; r != nil {
				used = append(used, r)
				delete(byKey, key)
			}
		}
	}
	take(form)
	for i := 0; i < len(used); i++ {
		take(used[i])
	}
	return used
}

// keep leaves the rules that may run: those that ok, and of which every rule they run is kept. It goes from the rules that run no other
// upwards, so that circles and what is deeper than rules.MaxRules stay out.
func (n *LocalRules) keep(ok func(*rules.CompiledRule) bool) {
	kept := map[string]rules.Type{}
	for range rules.MaxRules {
		var more []string
		for key, r := range n.rules {
			if _, done := kept[key]; !done && ok(r) && !slices.ContainsFunc(n.world.RuleReads[key], func(name string) bool {
				_, rule := n.world.Rules[name]
				_, done := kept[name]
				return rule && !done
			}) {
				more = append(more, key)
			}
		}
		if len(more) == 0 {
			break
		}
		for _, key := range more {
			kept[key] = n.world.Rules[key]
		}
	}
	for key := range n.rules {
		if _, done := kept[key]; !done {
			delete(n.rules, key)
		}
	}
	n.world.Rules = kept
}

// Without takes out the rules that read a field or column which is no longer part of the form.
func (n *LocalRules) Without(path []string) {
	n.keep(func(r *rules.CompiledRule) bool {
		return !slices.ContainsFunc(r.ReadsPaths(), func(read []string) bool {
			if read[0] == "old" {
				read = read[1:]
			}
			return len(read) >= len(path) && slices.Equal(read[:len(path)], path)
		})
	})
}

// Keys are those of the rules that are left, sorted.
func (n *LocalRules) Keys() []string { return keysOf(n.rules) }
