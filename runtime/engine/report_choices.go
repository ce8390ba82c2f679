package engine

import (
	"context"
	"math/big"
	"slices"
	"strings"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// A field of several choices, or of choices step by step, is stored as a set of keys, by which no store groups: each of its choices is
// measured by itself. A record counts for every choice it has; the total counts it once.

// maxChoices is how many choices a report goes through.
const maxChoices = 200

// choice is one bucket of such a field: an option in which a path may end, or "" for none of them.
type choice struct {
	key  string
	name rules.Text
}

// choices are the buckets of a column; nil where it is no field of choices.
func (l *lister) choices(c access.Column) []choice {
	if c.Type != query.Texts || c.Field == nil || c.Field.Def.Type != "multiselect" && c.Field.Def.Type != "cascade" {
		return nil
	}
	var out []choice
	var walk func(items []forms.Option, above rules.Text)
	walk = func(items []forms.Option, above rules.Text) {
		for i := range items {
			name := items[i].Name
			if len(above) > 0 {
				name = joined(above, name)
			}
			if len(items[i].Items) > 0 {
				walk(items[i].Items, name)
			} else {
				out = append(out, choice{items[i].Key, name})
			}
		}
	}
	walk(l.items(c.Field.Def.Options), nil)
	return out
}

// items are the options of a list.
func (l *lister) items(list string) []forms.Option {
	for i := range l.app.Def.Options {
		if l.app.Def.Options[i].Key == list {
			return l.app.Def.Options[i].Items
		}
	}
	return nil
}

// joined is the way to an option, such as “Online / Webinar”.
func joined(above, name rules.Text) rules.Text {
	out := rules.Text{}
	for _, language := range append(slices.Clone(rules.Languages), "") {
		if above[language] != "" || name[language] != "" {
			out[language] = above.In(language) + " / " + name.In(language)
		}
	}
	return out
}

// measureGroups measures by groups, going through the choices of fields of choices.
func (l *lister) measureGroups(ctx context.Context, groups []*grouping, ms []measured) ([]store.Row, error) {
	at := slices.IndexFunc(groups, func(g *grouping) bool { return g.choices != nil })
	if at < 0 {
		qs := make([]query.Group, len(groups))
		for i, g := range groups {
			qs[i] = g.group
		}
		return l.measure(ctx, qs, ms, maxGroups)
	}
	g := groups[at]
	if len(g.choices) > maxChoices {
		return nil, readError(store.ErrTooMany)
	}
	rest := slices.Delete(slices.Clone(groups), at, at+1)
	filter := l.filter
	defer func() { l.filter = filter }()
	var all []string
	var out []store.Row
	add := func(key any, only query.Filter) error {
		l.filter = append(slices.Clone(filter), only)
		rows, err := l.measureGroups(ctx, rest, ms)
		for _, r := range rows {
			if len(rest) == 0 && !slices.ContainsFunc(r.Values, func(n *big.Int) bool { return n != nil && n.Sign() != 0 }) {
				continue // nothing has this choice
			}
			r.Keys = slices.Insert(slices.Clone(r.Keys), at, key)
			out = append(out, r)
		}
		if len(out) > maxGroups {
			return readError(store.ErrTooMany)
		}
		return err
	}
	for _, c := range g.choices {
		all = append(all, c.key)
		if err := add(c.key, query.HasAny{Col: g.column.Name, Values: []string{c.key}}); err != nil {
			return nil, err
		}
	}
	return out, add(nil, query.Not{Of: query.HasAny{Col: g.column.Name, Values: all}})
}

// choiceLabel shows one choice: its key, the way to it, and the condition that finds its records.
func (l *lister) choiceLabel(g *grouping, key any) (string, rules.Text, string) {
	name := l.asWritten(g)
	text, _ := key.(string)
	for _, c := range g.choices {
		if key != nil && c.key == text {
			return text, c.name, quote(text) + " in " + name
		}
	}
	// Every value holds an option of the top level.
	var any []string
	for _, o := range l.items(g.column.Field.Def.Options) {
		any = append(any, quote(o.Key)+" in "+name)
	}
	return "", emptyLabel, "!(" + strings.Join(any, " || ") + ")"
}

var emptyLabel = rules.Say("（空）", "（空）", "(empty)")

// totals are the measures of all records together.
func (l *lister) totals(ctx context.Context, groups []*grouping, rows []store.Row, ms []measured) ([]*big.Int, error) {
	out := make([]*big.Int, len(ms))
	if slices.ContainsFunc(groups, func(g *grouping) bool { return g.choices != nil }) {
		var err error
		if rows, err = l.measure(ctx, nil, ms, maxGroups); err != nil {
			return nil, err
		}
	}
	for _, r := range rows {
		for i, n := range r.Values {
			if n != nil {
				if out[i] == nil {
					out[i] = new(big.Int)
				}
				out[i].Add(out[i], n)
			}
		}
	}
	return out, nil
}
