package process

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"pipewright/forms"
)

// masks is what follows from a form's definition about who sees what, found when it is first asked for. A memory and no state.
type masks struct {
	// reads are the words that each computed field and column is computed from, but for declassified ones.
	reads func() map[string][]string
	// stages are what each stage hides from everybody.
	stages func() map[string]hiding
}

// hiding are the fields that a stage names, and those computed from them.
type hiding struct{ named, all map[string]bool }

func masksOf(f *Form) masks {
	return masks{
		reads: sync.OnceValue(func() map[string][]string { return computedFrom(f) }),
		stages: sync.OnceValue(func() map[string]hiding {
			out := map[string]hiding{}
			for _, st := range f.Process.Stages {
				if named := f.named(st); len(named) > 0 {
					all := maps.Clone(named)
					f.Derive(all)
					out[st.Def.Key] = hiding{named, all}
				}
			}
			return out
		}),
	}
}

// named are the fields that a stage itself says it hides.
func (f *Form) named(st *CompiledStage) map[string]bool {
	if st.Def.Fields == nil || len(st.Def.Fields.Hide) == 0 {
		return nil
	}
	m := forms.Mask{Hide: map[string]bool{}, ReadOnly: map[string]bool{}}
	stageMask(&m, f.Def, st.Def.Fields)
	return m.Hide
}

// HiddenIn are the fields and columns that a stage hides from everybody, and those computed from them (semantics 10). Who has to decide on some,
// whole, is shown these though they are computed from hidden ones. It is not to be written to.
func (f *Form) HiddenIn(stage string, whole map[string]bool) map[string]bool {
	if f == nil || f.Process == nil || f.masks.stages == nil {
		return nil
	}
	h := f.masks.stages()[stage]
	if len(whole) == 0 || len(h.all) == len(h.named) {
		return h.all
	}
	return except(h.all, h.named, whole)
}

// except are all but the whole ones, unless they are named.
func except(all, named, whole map[string]bool) map[string]bool {
	out := maps.Clone(all)
	maps.DeleteFunc(out, func(key string, _ bool) bool { return whole[key] && !named[key] })
	return out
}

// Derive adds to hidden every computed field and column that is computed from a hidden one, unless it is declassified (semantics 10).
func (f *Form) Derive(hidden map[string]bool) {
	if len(hidden) == 0 || f.masks.reads == nil {
		return
	}
	reads := f.masks.reads()
	for changed := true; changed; {
		changed = false
		for key, words := range reads {
			if hidden[key] {
				continue
			}
			for h := range hidden {
				if readsField(words, h) {
					hidden[key], changed = true, true
					break
				}
			}
		}
	}
}

var word = regexp.MustCompile(`[\pL_][\pL\pN_]*`)

// readsField says whether words name the field; a column counts when both it and its table are named.
func readsField(words []string, key string) bool {
	for part := range strings.SplitSeq(key, ".") {
		if !slices.Contains(words, part) {
			return false
		}
	}
	return true
}

// computedFrom finds the words in each computation and in the rules that it names. That can only say too much, never too
// little.
func computedFrom(f *Form) map[string][]string {
	ruleWords := map[string][]string{}
	for i := range f.App.Def.Rules {
		if raw, err := json.Marshal(f.App.Def.Rules[i]); err == nil {
			ruleWords[f.App.Def.Rules[i].Key] = word.FindAllString(string(raw), -1)
		}
	}
	wordsOf := func(calc string) []string {
		var out []string
		seen := map[string]bool{}
		add := func(ws []string) {
			for _, w := range ws {
				if !seen[w] {
					seen[w] = true
					out = append(out, w)
				}
			}
		}
		add(word.FindAllString(calc, -1))
		for i := 0; i < len(out); i++ {
			add(ruleWords[out[i]])
			if out[i] == FoundTitle && f.Schema != nil {
				add(f.Schema.TitleFields()) // what the record is called says them
			}
		}
		return out
	}
	reads := map[string][]string{}
	for i := range f.Def.Fields {
		field := &f.Def.Fields[i]
		if field.Calc != "" && !field.Declassify {
			reads[field.Key] = wordsOf(field.Calc)
		}
		if field.Type == "lookup" && !field.Declassify {
			reads[field.Key] = []string{field.Via}
		}
		for j := range field.Fields {
			if c := &field.Fields[j]; c.Type == "lookup" && !c.Declassify {
				reads[field.Key+"."+c.Key] = []string{field.Key + "." + c.Via, field.Key}
			}
			if c := &field.Fields[j]; c.Calc != "" && !c.Declassify {
				reads[field.Key+"."+c.Key] = append(wordsOf(c.Calc), field.Key)
			}
		}
	}
	return reads
}
