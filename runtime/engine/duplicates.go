package engine

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// mostDuplicates bounds how many pairs a problem of a unique rule names.
const mostDuplicates = 10

// newRules are the unique rules of next that guard more than those of prev: added, about other fields, normalised otherwise, or
// turned from a warning into a refusal.
func newRules(prev, next *process.Form) []*forms.Unique {
	if prev == nil {
		return nil // a new form has no records
	}
	var out []*forms.Unique
	for i := range next.Def.Unique {
		u := &next.Def.Unique[i]
		known := slices.ContainsFunc(prev.Def.Unique, func(o forms.Unique) bool {
			return o.Key == u.Key && slices.Equal(o.On, u.On) && slices.Equal(o.Normalize, u.Normalize) && (o.Mode == u.Mode || u.Mode == "warn")
		})
		if !known {
			out = append(out, u)
		}
	}
	return out
}

// Duplicates looks for records that a unique rule of next would not have let in, among those written before it (semantics 13): a
// problem for each rule, which names the records by number or id. A rule that only warns has none.
func (e *Engine) Duplicates(ctx context.Context, prev, next *process.App) ([]rules.Problem, error) {
	if prev == nil {
		return nil, nil
	}
	var out []rules.Problem
	for _, key := range slices.Sorted(maps.Keys(next.Forms)) {
		form := next.Forms[key]
		added := newRules(formIn(prev, form), form)
		added = slices.DeleteFunc(added, func(u *forms.Unique) bool { return u.Mode == "warn" })
		if len(added) == 0 {
			continue
		}
		pairs, err := e.duplicates(ctx, form, added)
		if err != nil {
			return nil, fmt.Errorf("engine: looking for duplicates of %s: %w", key, err)
		}
		for _, u := range added {
			found := pairs[u.Key]
			if len(found) == 0 {
				continue
			}
			shown := found[:min(len(found), mostDuplicates)]
			out = append(out, rules.Errorf("/forms/"+key+"/unique/"+u.Key, "unique.duplicates", rules.Say(
				"已有 {n} 处重复，先把它们改成不同的，或把规则改为只提醒：{pairs}", "已有 {n} 處重複，先把它們改成不同的，或把規則改為只提醒：{pairs}",
				"There are {n} duplicates already; make them different first, or let the rule only warn: {pairs}",
				"n", len(found), "pairs", strings.Join(shown, "; "))))
		}
	}
	return out, nil
}

// duplicates are the pairs of records with the same value, by the key of the rule.
func (e *Engine) duplicates(ctx context.Context, form *process.Form, added []*forms.Unique) (map[string][]string, error) {
	first := map[string]string{}
	pairs := map[string][]string{}
	look := func(d store.Doc) error {
		r, err := decodeState(d)
		if err != nil || r.State == nil || !r.State.Deleted.IsZero() {
			return err
		}
		name := r.State.ID
		if r.State.Number != "" {
			name = r.State.Number
		}
		v := form.Schema.Decode(r.State.Data)
		for _, u := range added {
			for _, one := range form.Schema.UniqueValues(u, v) {
				id := shortHash(u.Key, one.Key)
				if other, taken := first[id]; taken {
					pairs[u.Key] = append(pairs[u.Key], other+" = "+name+" ("+one.Place+")")
				} else {
					first[id] = name
				}
			}
		}
		return nil
	}
	err := e.everyPage(ctx, RecordCollection(form), "", func(page []store.Doc) error {
		for _, d := range page {
			if err := look(d); err != nil {
				return err
			}
		}
		return nil
	}, nil)
	return pairs, err
}
