package process

import (
	"regexp"
	"sort"
	"strings"
	"unicode/utf8"

	"pipewright/forms"
	"pipewright/rules"
)

// paperExpression finds the expressions that stand in attributes of a paper.
var paperExpression = regexp.MustCompile(`\bdata-(each|if)\s*=\s*(?:"([^"]*)"|'([^']*)')`)

// repeated is an element that is repeated for rows: the bytes it takes up after its opening tag, and what its rows are.
type repeated struct {
	from, to int
	rows     string
}

// paper notes what a piece of HTML names: in its slots, and in the expressions of its attributes.
func (f *finder) paper(path string, t rules.Text, form *forms.Form, names rules.Names) {
	for _, lang := range sortedKeys(t) {
		src := t[lang]
		slots, problems := rules.Slots(src)
		if len(problems) > 0 || form == nil {
			continue
		}
		var found []rules.Mention
		note := func(from int, expression string, names rules.Names) {
			start := utf8.RuneCountInString(src[:from])
			for _, m := range rules.Mentions(expression, names, nil) {
				m.From, m.To = m.From+start, m.To+start
				before := string([]rune(src)[:m.From])
				m.Line, m.Col = 1+strings.Count(before, "\n"), 1+utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
				found = append(found, m)
			}
		}
		var rows []repeated
		for _, at := range paperExpression.FindAllStringSubmatchIndex(src, -1) {
			from, to := at[4], at[5]
			if from < 0 {
				from, to = at[6], at[7]
			}
			note(from, src[from:to], f.inRow(at[0], rows, names))
			if src[at[2]:at[3]] == "each" {
				rows = append(rows, repeated{from: to, to: elementEnd(src, at[0]), rows: src[from:to]})
			}
		}
		for _, s := range slots {
			note(s.From+2, s.Source, f.inRow(s.From, rows, names))
		}
		sort.Slice(found, func(i, j int) bool { return found[i].From < found[j].From })
		at := path
		if lang != "" {
			at += "/" + lang
		}
		f.mentions(at, src, found, func(s string) { t[lang] = s })
	}
}

// inRow adds the columns of the row that a place stands in.
func (f *finder) inRow(at int, rows []repeated, names rules.Names) rules.Names {
	for _, r := range rows {
		if at < r.from || at >= r.to {
			continue
		}
		if table := rules.Means(r.rows, names); table != nil && table.Inside != nil {
			return with(names, table.Inside)
		}
	}
	return names
}

// elementEnd is where the element ends whose opening tag holds a place: its own closing tag, elements of the same name inside it left aside.
func elementEnd(src string, at int) int {
	open := strings.LastIndexByte(src[:at], '<')
	if open < 0 {
		return len(src)
	}
	name := strings.ToLower(src[open+1:])
	if i := strings.IndexAny(name, " \t\r\n>/"); i >= 0 {
		name = name[:i]
	}
	rest := strings.ToLower(src)
	depth := 0
	for i := open; i < len(src); i++ {
		switch {
		case rest[i] != '<':
		case tagAt(rest[i+1:], name):
			depth++
		case strings.HasPrefix(rest[i+1:], "/") && tagAt(rest[i+2:], name):
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(src)
}

func tagAt(rest, name string) bool {
	after, ok := strings.CutPrefix(rest, name)
	return ok && (after == "" || strings.ContainsRune(" \t\r\n>/", rune(after[0])))
}
