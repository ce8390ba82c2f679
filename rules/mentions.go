package rules

import (
	"sort"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// Thing is what a name in an expression stands for, seen from the definition it belongs to. It is what renaming and
// where-used lists ask; types play no part, so that an expression with mistakes can be followed as far as it goes.
type Thing struct {
	// Path is where the thing is defined; empty for what is defined nowhere, such as a system name.
	Path string
	// Inside finds what one step into it means: a field of the record behind a reference, a column of a table, an output
	// of a rule. Nil, or a nil answer, when nothing is known.
	Inside func(name string) *Thing
	// Of finds what a text beside it means: an option of a choice, a stage, a role.
	Of func(text string) *Thing
}

// Names finds what the bare names of an expression and the rules in decide() stand for; nil for a name it does not know.
type Names struct {
	Bare func(name string) *Thing
	Rule func(key string) *Thing
	// Link finds what the key in trackingLink() stands for; nil knows none.
	Link func(key string) *Thing
}

// Mention is a place in a text where a thing is named by its key.
type Mention struct {
	// Path is where the thing is defined.
	Path string
	// From and To are the characters of the key, from 0, To not included.
	From, To int
	// Line and Col are the place, from 1.
	Line, Col int
}

// Mentions lists where an expression names things, in order. as is what its value becomes, nil when that tells nothing about
// texts: in the value of a choice, 'won' is an option. An expression that cannot be read mentions nothing.
func Mentions(src string, names Names, as *Thing) []Mention {
	syn, f := parse(src)
	if f != nil {
		return nil
	}
	m := &mentioner{syn: syn, names: names, seen: map[int]bool{}}
	m.walk(syn.root, as)
	return m.sorted()
}

// Means is what the value of an expression stands for as a whole, nil if that cannot be told.
func Means(src string, names Names) *Thing {
	syn, f := parse(src)
	if f != nil {
		return nil
	}
	return (&mentioner{syn: syn, names: names, seen: map[int]bool{}}).walk(syn.root, nil)
}

// CellMentions is Mentions for a condition of a decision table, which leaves its input unsaid.
func CellMentions(src, input string, names Names) []Mention {
	if blank(src) {
		return nil
	}
	if _, inner, ok := interval(src, input); ok {
		s := strings.TrimSpace(src)
		out := Mentions(s[1:len(s)-1], names, nil)
		for i := range out {
			out[i].From, out[i].To = out[i].From+inner, out[i].To+inner
			out[i].Line, out[i].Col = place(src, out[i].From)
		}
		return out
	}
	tokens, f := scan(src)
	if f != nil {
		return nil
	}
	text, added := withInput(src, input, tokens)
	if added == nil {
		return Mentions(src, names, names.bare(input))
	}
	var out []Mention
	width := len([]rune(input)) + 1
	for _, m := range Mentions(text, names, nil) {
		before, unsaid := 0, false
		for _, at := range added {
			switch {
			case m.From >= at+width:
				before++
			case m.From >= at:
				unsaid = true
			}
		}
		if !unsaid {
			m.From, m.To = m.From-before*width, m.To-before*width
			m.Line, m.Col = place(src, m.From)
			out = append(out, m)
		}
	}
	return out
}

// TemplateMentions lists where the slots of a text name things.
func TemplateMentions(src string, names Names) []Mention {
	var out []Mention
	rest, offset := src, 0
	for len(src) <= maxTemplate {
		i := strings.Index(rest, "{{")
		if i < 0 {
			break
		}
		end := slotEnd(rest[i+2:])
		if end < 0 {
			break
		}
		start := len([]rune(src[:offset+i+2]))
		for _, m := range Mentions(rest[i+2:i+2+end], names, nil) {
			m.From, m.To = m.From+start, m.To+start
			m.Line, m.Col = place(src, m.From)
			out = append(out, m)
		}
		rest, offset = rest[i+2+end+2:], offset+i+2+end+2
	}
	return out
}

// Rewrite writes another key at every mention of path. The rest of the text stays as it is, letter by letter.
func Rewrite(src string, mentions []Mention, path, key string) string {
	return RewriteAll(src, mentions, func(p string) (string, bool) { return key, p == path })
}

// RewriteAll writes what key answers for the path of each mention; where it says no, the mention stays.
func RewriteAll(src string, mentions []Mention, key func(path string) (string, bool)) string {
	runes := []rune(src)
	var b strings.Builder
	last := 0
	for _, m := range mentions {
		if now, ok := key(m.Path); ok && m.From >= last && m.To <= len(runes) {
			b.WriteString(string(runes[last:m.From]) + now)
			last = m.To
		}
	}
	b.WriteString(string(runes[last:]))
	return b.String()
}

func (n Names) bare(name string) *Thing {
	if n.Bare == nil {
		return nil
	}
	return n.Bare(name)
}

func (n Names) rule(key string) *Thing {
	if n.Rule == nil {
		return nil
	}
	return n.Rule(key)
}

func (t *Thing) inside(name string) *Thing {
	if t == nil || t.Inside == nil {
		return nil
	}
	return t.Inside(name)
}

func (t *Thing) of(text string) *Thing {
	if t == nil || t.Of == nil {
		return nil
	}
	return t.Of(text)
}

// mentioner is one walk over an expression.
type mentioner struct {
	syn   *syntax
	names Names
	loops []*Thing
	out   []Mention
	seen  map[int]bool // by place: a part that two comparisons share is walked twice
}

func (m *mentioner) sorted() []Mention {
	sort.Slice(m.out, func(i, j int) bool { return m.out[i].From < m.out[j].From })
	return m.out
}

// note keeps a mention. The key stands at the node's place, after a point, or inside a bracket and quotes.
func (m *mentioner) note(n ast.Node, key string, t *Thing) {
	if t == nil || t.Path == "" {
		return
	}
	at, width := n.Location().From, len([]rune(key))
	for from := at; from <= at+2; from++ {
		to := from + width
		if from < 0 || to > len(m.syn.runes) || string(m.syn.runes[from:to]) != key {
			continue
		}
		if !m.seen[from] {
			m.seen[from] = true
			line, col := place(m.syn.src, from)
			m.out = append(m.out, Mention{Path: t.Path, From: from, To: to, Line: line, Col: col})
		}
		return
	}
}

// walk follows a part and says what it stands for. as is what its texts stand for.
func (m *mentioner) walk(n ast.Node, as *Thing) *Thing {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		t := m.names.bare(n.Value)
		m.note(n, n.Value, t)
		return t
	case *ast.StringNode:
		m.note(n, n.Value, as.of(n.Value))
	case *ast.MemberNode:
		return m.member(n)
	case *ast.PointerNode:
		if n.Name == "" && len(m.loops) > 0 {
			return m.loops[len(m.loops)-1]
		}
	case *ast.ChainNode:
		return m.walk(n.Node, as)
	case *ast.PredicateNode:
		return m.walk(n.Node, as)
	case *ast.UnaryNode:
		m.walk(n.Node, nil)
	case *ast.BinaryNode:
		return m.binary(n, as)
	case *ast.ConditionalNode:
		m.walk(n.Cond, nil)
		return either(m.walk(n.Exp1, as), m.walk(n.Exp2, as))
	case *ast.ArrayNode:
		var t *Thing
		for _, e := range n.Nodes {
			t = either(t, m.walk(e, as))
		}
		return t
	case *ast.CallNode:
		return m.call(n)
	case *ast.BuiltinNode:
		return m.loop(n)
	}
	return nil
}

func either(a, b *Thing) *Thing {
	if a != nil {
		return a
	}
	return b
}

func (m *mentioner) member(n *ast.MemberNode) *Thing {
	base := m.walk(n.Node, nil)
	if s, ok := n.Property.(*ast.StringNode); ok {
		t := base.inside(s.Value)
		m.note(s, s.Value, t)
		return t
	}
	m.walk(n.Property, nil)
	return base
}

// binary lets each side of a comparison say what the texts of the other stand for.
func (m *mentioner) binary(n *ast.BinaryNode, as *Thing) *Thing {
	switch n.Operator {
	case "==", "!=", "in", "contains", "<", "<=", ">", ">=":
		left := m.walk(n.Left, nil)
		right := m.walk(n.Right, left)
		if right != nil {
			m.walk(n.Left, right)
		}
		return nil
	case "??":
		return either(m.walk(n.Left, as), m.walk(n.Right, as))
	}
	m.walk(n.Left, nil)
	m.walk(n.Right, nil)
	return nil
}

func (m *mentioner) call(n *ast.CallNode) *Thing {
	callee, _ := n.Callee.(*ast.IdentifierNode)
	if callee != nil && callee.Value == "decide" && len(n.Arguments) == 1 {
		if s, ok := n.Arguments[0].(*ast.StringNode); ok {
			t := m.names.rule(s.Value)
			m.note(s, s.Value, t)
			return t
		}
	}
	if callee != nil && callee.Value == "trackingLink" && len(n.Arguments) == 1 && m.names.Link != nil {
		if s, ok := n.Arguments[0].(*ast.StringNode); ok {
			m.note(s, s.Value, m.names.Link(s.Value))
			return nil
		}
	}
	if callee != nil && callee.Value == "same" && len(n.Arguments) == 3 {
		m.columns(n.Arguments[2], m.walk(n.Arguments[0], nil), m.walk(n.Arguments[1], nil))
		return nil
	}
	for _, a := range n.Arguments {
		m.walk(a, nil)
	}
	return nil
}

// columns follows a list of columns that two tables have: each text names one of either.
func (m *mentioner) columns(n ast.Node, a, b *Thing) {
	list, _ := n.(*ast.ArrayNode)
	if list == nil {
		return
	}
	for _, e := range list.Nodes {
		s, ok := e.(*ast.StringNode)
		if !ok {
			continue
		}
		one, other := a.inside(s.Value), b.inside(s.Value)
		if a != nil && b != nil && (one == nil) != (other == nil) {
			continue // no column of both, so the text names neither
		}
		m.note(s, s.Value, one)
		if one != nil && other != nil && one.Path != other.Path {
			clear(m.seen) // the same text names the column of the other table as well
			m.note(s, s.Value, other)
		}
	}
}

// loop follows sum, filter and the like: in their body # and a leading point are one row.
func (m *mentioner) loop(n *ast.BuiltinNode) *Thing {
	if len(n.Arguments) == 0 {
		return nil
	}
	list := m.walk(n.Arguments[0], nil)
	for _, body := range n.Arguments[1:] {
		m.loops = append(m.loops, list)
		of := m.walk(body, nil)
		m.loops = m.loops[:len(m.loops)-1]
		if n.Name == "map" {
			return of
		}
	}
	if n.Name == "filter" {
		return list
	}
	return nil
}
