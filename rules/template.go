package rules

import (
	"strings"
)

// maxSlots and maxTemplate bound one template text.
const (
	maxSlots    = 200
	maxTemplate = 64 << 10
)

// Template is a compiled text with {{ expression }} slots. It is immutable and safe for use by many goroutines.
type Template struct {
	source string
	parts  []part
	reads  []string
}

// part is a piece of plain text, or a program when it is set.
type part struct {
	text string
	prog *Program
}

// CompileTemplate compiles a text with {{ expression }} slots; a slot may have any type. Line and column of the
// problems are those in the whole text. The template is nil if there is any error.
func CompileTemplate(src string, env *Env) (*Template, []Problem) {
	t := &Template{source: src}
	var problems []Problem
	if len(src) > maxTemplate {
		return nil, []Problem{Errorf("", "expr.limit", Say("文字太长（最多 {max} 字节）", "文字太長（最多 {max} 位元組）", "The text is too long (at most {max} bytes)", "max", maxTemplate))}
	}
	slots, broken := Slots(src)
	switch {
	case len(broken) > 0:
		return nil, broken
	case len(slots) > maxSlots:
		return nil, []Problem{Errorf("", "expr.limit", Say("{{ }} 太多（最多 {max} 处）", "{{ }} 太多（最多 {max} 處）", "Too many {{ }} (at most {max})", "max", maxSlots))}
	}
	reads := map[string]bool{}
	at := 0
	for _, slot := range slots {
		t.add(src[at:slot.From])
		at = slot.To
		prog, ps := slot.Compile(src, env, Anything)
		problems = append(problems, ps...)
		if prog != nil {
			t.parts = append(t.parts, part{prog: prog})
			for _, r := range prog.Reads() {
				reads[r] = true
			}
		}
	}
	t.add(src[at:])
	if HasErrors(problems) {
		return nil, problems
	}
	t.reads = sorted(reads)
	return t, problems
}

// indexFrom is strings.Index from a byte on.
func indexFrom(s, sub string, from int) int {
	i := strings.Index(s[from:], sub)
	if i < 0 {
		return -1
	}
	return from + i
}

func (t *Template) add(s string) {
	if s != "" {
		t.parts = append(t.parts, part{text: s})
	}
}

// slotEnd finds the "}}" that ends a slot, not one inside a quoted text; -1 if there is none.
func slotEnd(s string) int {
	quote := byte(0)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0 && c == '\\' && quote != '`':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"' || c == '`':
			quote = c
		case c == '}' && i+1 < len(s) && s[i+1] == '}':
			return i
		}
	}
	return -1
}

func placeOfByte(src string, at int) (line, col int) {
	return place(src, len([]rune(src[:at])))
}

// shiftPlace moves a place inside the slot that begins at byte at of src to a place in src.
func shiftPlace(src string, at, line, col int) (int, int) {
	l, c := placeOfByte(src, at)
	if line <= 0 {
		return l, c
	}
	if line == 1 {
		return l, c + col - 1
	}
	return l + line - 1, col
}

// Reads are the top-level names all slots read, sorted.
func (t *Template) Reads() []string { return t.reads }

// ReadsPaths are the paths that all slots read, and Decides whether one asks a named rule.
func (t *Template) ReadsPaths() (paths [][]string) {
	for _, p := range t.parts {
		if p.prog != nil {
			paths = append(paths, p.prog.ReadsPaths()...)
		}
	}
	return paths
}

// Decides: see ReadsPaths.
func (t *Template) Decides() bool {
	for _, p := range t.parts {
		if p.prog != nil && len(p.prog.Decides()) > 0 {
			return true
		}
	}
	return false
}

// Source is the text it was compiled from.
func (t *Template) Source() string { return t.source }

// Render fills the slots. format writes a value for a person; nil means ShowValue. The error is an *EvalError.
func (t *Template) Render(s *Scope, format func(any) string) (string, error) {
	if format == nil {
		format = ShowValue
	}
	return t.RenderEach(s, func(_ *Program, v any) string { return format(v) })
}

// RenderEach is Render for a format that goes by what a slot is, beside its value.
func (t *Template) RenderEach(s *Scope, format func(slot *Program, v any) string) (string, error) {
	var b strings.Builder
	for _, p := range t.parts {
		if p.prog == nil {
			b.WriteString(p.text)
			continue
		}
		v, err := p.prog.Eval(s)
		if err != nil {
			return "", err
		}
		b.WriteString(format(p.prog, v))
		if b.Len() > 4*maxTemplate {
			return "", &EvalError{Code: "expr.limit", Source: t.source, Message: Say("文字太长", "文字太長", "The text grows too long")}
		}
	}
	return b.String(), nil
}

// Templates is a Text whose every language is a template.
type Templates map[string]*Template

// CompileTexts compiles a text slot in each of its languages. The path of a problem names the language, unless there is
// one text for all.
func CompileTexts(t Text, env *Env) (Templates, []Problem) {
	out := make(Templates, len(t))
	var problems []Problem
	for _, lang := range append([]string{""}, Languages...) {
		src, ok := t[lang]
		if !ok {
			continue
		}
		tpl, ps := CompileTemplate(src, env)
		if lang != "" {
			ps = WithPath(ps, "/"+lang)
		}
		problems = append(problems, ps...)
		if tpl != nil {
			out[lang] = tpl
		}
	}
	return out, problems
}

// Render fills the slots of every language; format is given the language.
func (t Templates) Render(s *Scope, format func(lang string, v any) string) (Text, error) {
	out := make(Text, len(t))
	for _, lang := range sortedKeys(t) {
		var f func(any) string
		if format != nil {
			f = func(v any) string { return format(lang, v) }
		}
		text, err := t[lang].Render(s, f)
		if err != nil {
			return nil, err
		}
		out[lang] = text
	}
	return out, nil
}

// Reads are the top-level names the slots of all languages read, sorted.
func (t Templates) Reads() []string {
	set := map[string]bool{}
	for _, tpl := range t {
		for _, r := range tpl.Reads() {
			set[r] = true
		}
	}
	return sorted(set)
}
