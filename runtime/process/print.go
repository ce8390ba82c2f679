package process

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"

	"pipewright/forms"
	"pipewright/rules"
)

const (
	// maxPaper bounds one part of a print, in bytes: pictures are written into it.
	maxPaper = 512 << 10
	// maxPaperSlots bounds the expressions of one part.
	maxPaperSlots = 500
)

// CompiledPrint is a print ready to be filled in.
type CompiledPrint struct {
	Def  *Print
	Form *Form
	If   *rules.Program
	// Body, Header and Footer by language, "" for all.
	Body, Header, Footer map[string]*Paper
}

// Paper is a compiled piece of HTML with slots.
type Paper struct{ nodes []*paperNode }

// paperNode is text, or an element with what is in it.
type paperNode struct {
	pieces []piece
	tag    string
	attrs  []paperAttr
	nodes  []*paperNode
	// each repeats the element for the rows of a table, when shows it if true. Both are about the scope outside the element.
	each *piece
	when *piece
	// table is the field whose rows each goes through as they are, empty for computed rows.
	table string
	// code makes a "square" or "bars" of what the first piece says.
	code string
}

type paperAttr struct {
	key    string
	pieces []piece
}

// piece is fixed text, or an expression when it is set.
type piece struct {
	text string
	prog *rules.Program
	// reads are the fields of the record ("amount", "lines.cost") that the value rests on.
	reads []string
	// schema and field are what is shown when the slot is nothing but a field: it then shows as people read it.
	// via is the reference behind which the field is.
	schema     *forms.Schema
	field, via string
	// name is a system name that stands alone.
	name string
}

// paperScope is what the slots of an element know.
type paperScope struct {
	form *Form
	env  *rules.Env
	// table is the field whose rows the element is repeated for, columns the names of such a row.
	table   string
	columns map[string]rules.Type
}

// rowNumberName counts the rows of an element that is repeated, from 1.
const rowNumberName = "rowNumber"

func (c *compiler) compilePrints() {
	for i := range c.def.Prints {
		d := &c.def.Prints[i]
		path := "/prints/" + elementKey(d.Key, i)
		p := &CompiledPrint{Def: d}
		c.refForm(path+"/form", d.Form)
		if p.Form = c.app.Forms[d.Form]; p.Form == nil {
			continue
		}
		env := c.env(d.Form)
		p.If = c.expr(path+"/if", d.If, env, rules.Bool)
		c.refRoles(path+"/by", d.By)
		p.Body, p.Header, p.Footer = c.papers(path+"/body", d.Body, p.Form, env), c.papers(path+"/header", d.Header, p.Form, env), c.papers(path+"/footer", d.Footer, p.Form, env)
		if badCSS(d.CSS) || len(d.CSS) > maxPaper {
			c.fail(path+"/css", "print.css", "样式里不能引用别的地址（@import、url）或写转义符，也不能太长", "樣式裡不能引用別的位址（@import、url）或寫跳脫字元，也不能太長",
				"The style sheet may not load from other addresses (@import, url), hold escapes, or be too long")
		}
		c.printBlocks(path, p, env)
		if d.Key != "" && c.app.Prints[d.Key] == nil {
			c.app.Prints[d.Key] = p
		}
	}
}

// papers compiles a slot of HTML language by language.
func (c *compiler) papers(path string, t rules.Text, form *Form, env *rules.Env) map[string]*Paper {
	out := map[string]*Paper{}
	for _, lang := range sortedKeys(t) {
		at := path
		if lang != "" {
			at += "/" + lang
		}
		if len(t[lang]) > maxPaper {
			c.fail(at, "expr.limit", "内容太长（最多 {kb} KB）", "內容太長（最多 {kb} KB）", "The text is too long (at most {kb} KB)", "kb", maxPaper>>10)
			continue
		}
		src, problems := parsePaper(t[lang])
		c.add(rules.WithPath(problems, at)...)
		if src == nil {
			continue
		}
		if len(src.slots) > maxPaperSlots {
			c.fail(at, "expr.limit", "{{ }} 太多（最多 {max} 处）", "{{ }} 太多（最多 {max} 處）", "Too many {{ }} (at most {max})", "max", maxPaperSlots)
			continue
		}
		m := &paperMaker{c: c, path: at, src: src}
		out[lang] = &Paper{m.all(src.nodes, paperScope{form: form, env: env})}
	}
	return out
}

// paperMaker compiles one source.
type paperMaker struct {
	c    *compiler
	path string
	src  *paperSource
}

func (m *paperMaker) all(list []*html.Node, sc paperScope) []*paperNode {
	var out []*paperNode
	for _, n := range list {
		if made := m.node(n, sc); made != nil {
			out = append(out, made)
		}
	}
	return out
}

func (m *paperMaker) node(n *html.Node, sc paperScope) *paperNode {
	switch n.Type {
	case html.TextNode:
		return &paperNode{pieces: m.pieces(n.Data, sc)}
	case html.ElementNode:
	default:
		return nil
	}
	out := &paperNode{tag: n.Data}
	for _, a := range n.Attr {
		switch a.Key {
		case "data-if":
			out.when = m.expr(a.Val, sc, rules.Bool)
		case "data-each":
		default:
			out.attrs = append(out.attrs, paperAttr{a.Key, m.pieces(a.Val, sc)})
		}
	}
	for _, a := range n.Attr {
		if a.Key == "data-each" {
			sc = m.each(out, a.Val, sc)
		}
	}
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		if made := m.node(child, sc); made != nil {
			out.nodes = append(out.nodes, made)
		}
	}
	return out
}

// each compiles a repetition; the scope inside knows the columns of the row beside everything outside.
func (m *paperMaker) each(out *paperNode, src string, sc paperScope) paperScope {
	if sc.columns != nil {
		m.fail("print.each", src, rules.Say("data-each 里面不能再套 data-each", "data-each 裡面不能再套 data-each", "A data-each cannot stand inside another"))
		return sc
	}
	out.each = m.expr(src, sc, rules.Anything)
	if out.each == nil {
		return sc
	}
	t := out.each.prog.Type()
	if t.Kind != rules.KindTable {
		m.fail("print.each", src, rules.Say("data-each 要的是明细表，“{expr}”不是", "data-each 要的是明細表，「{expr}」不是", "data-each takes a table; “{expr}” is none", "expr", src))
		out.each = nil
		return sc
	}
	if out.each.field != "" {
		out.table = out.each.field
	}
	inner := paperScope{form: sc.form, table: out.table, columns: map[string]rules.Type{rowNumberName: rules.Number}}
	for name, typ := range t.Fields {
		inner.columns[name] = typ
	}
	inner.env = sc.env.With(inner.columns)
	return inner
}

// expr compiles an expression that stands in an attribute.
func (m *paperMaker) expr(src string, sc paperScope, want rules.Type) *piece {
	prog, problems := rules.Compile(src, sc.env, want)
	if i := strings.Index(m.src.src, src); i >= 0 && len(problems) > 0 {
		prog, problems = rules.Slot{From: i - 2, Source: src}.Compile(m.src.src, sc.env, want)
	}
	m.c.add(rules.WithPath(problems, m.path)...)
	if rules.HasErrors(problems) || prog == nil {
		return nil
	}
	p := m.piece(prog, sc)
	return &p
}

func (m *paperMaker) fail(code, src string, msg rules.Text) {
	p := rules.Errorf(m.path, code, msg)
	i := strings.Index(m.src.src, `"`+src+`"`)
	if i < 0 {
		i = strings.Index(m.src.src, `'`+src+`'`)
	}
	if i++; i > 0 {
		before := m.src.src[:i]
		p.Line = 1 + strings.Count(before, "\n")
		p.Col = 1 + len([]rune(before[strings.LastIndexByte(before, '\n')+1:]))
	}
	m.c.add(p)
}

// pieces takes a text with marks apart and compiles their slots.
func (m *paperMaker) pieces(text string, sc paperScope) []piece {
	var out []piece
	at := 0
	for _, found := range slotMark.FindAllStringSubmatchIndex(text, -1) {
		if found[0] > at {
			out = append(out, piece{text: text[at:found[0]]})
		}
		at = found[1]
		n := 0
		for _, digit := range text[found[2]:found[3]] {
			n = 10*n + int(digit-'0')
		}
		prog, problems := m.src.slots[n].Compile(m.src.src, sc.env, rules.Anything)
		m.c.add(rules.WithPath(problems, m.path)...)
		if prog == nil || rules.HasErrors(problems) {
			continue
		}
		if prog.Type().Kind == rules.KindTable && !fileLike(prog.Type()) {
			p := rules.Errorf(m.path, "print.table", rules.Say("“{expr}”是明细表：请用 data-each 逐行写出", "「{expr}」是明細表：請用 data-each 逐列寫出",
				"“{expr}” is a table: write its rows with data-each", "expr", strings.TrimSpace(prog.Source())))
			m.c.add(p)
			continue
		}
		out = append(out, m.piece(prog, sc))
	}
	if at < len(text) {
		out = append(out, piece{text: text[at:]})
	}
	return out
}

// fileLike says whether a table is a list of files, which shows by itself.
func fileLike(t rules.Type) bool {
	_, sha := t.Fields["sha256"]
	return sha
}

var bareName = regexp.MustCompile(`^[a-z][a-zA-Z0-9]*(\.[a-z][a-zA-Z0-9]*)?$`)

// piece notes what an expression shows and rests on.
func (m *paperMaker) piece(prog *rules.Program, sc paperScope) piece {
	p := piece{prog: prog, reads: m.reads(prog, sc)}
	src := strings.TrimSpace(prog.Source())
	if !bareName.MatchString(src) {
		return p
	}
	first, second, deeper := strings.Cut(src, ".")
	key := first
	if _, column := sc.columns[first]; column {
		if sc.table == "" {
			return p // a computed row: its columns are no fields of anything
		}
		key = sc.table + "." + first
	} else if _, system := SystemNames[first]; system && !deeper {
		p.name = first
		return p
	}
	info, ok := sc.form.Schema.Field(key)
	switch {
	case !ok:
	case !deeper:
		p.schema, p.field = sc.form.Schema, key
	case info.Def.Type == "reference":
		if other := m.c.app.Form(info.Def.Form); other != nil {
			if _, ok := other.Schema.Field(second); ok {
				p.schema, p.field, p.via = other.Schema, second, first
			}
		}
	}
	return p
}

// reads are the fields of the record that an expression rests on, those behind named rules included.
func (m *paperMaker) reads(prog *rules.Program, sc paperScope) []string {
	seen := map[string]bool{}
	add := func(name string) {
		if _, column := sc.columns[name]; column {
			if sc.table != "" && name != rowNumberName {
				seen[sc.table+"."+name] = true
			}
			return
		}
		seen[name] = true
	}
	var rule func(name string, depth int)
	rule = func(name string, depth int) {
		for _, read := range m.c.ruleReads[name] {
			add(read)
			// Which columns of a table a rule looks at is not told: it counts as reading them all.
			if f := fieldOf(sc.form.Def, read); f != nil && f.Type == "table" {
				for i := range f.Fields {
					seen[read+"."+f.Fields[i].Key] = true
				}
			}
			if depth < 8 {
				rule(read, depth+1)
			}
		}
	}
	for _, name := range prog.Reads() {
		add(name)
		rule(name, 0)
	}
	for _, name := range prog.Decides() {
		rule(name, 0)
	}
	for _, path := range prog.ReadsPaths() {
		if len(path) < 2 {
			continue
		}
		if f := fieldOf(sc.form.Def, path[0]); f != nil && f.Type == "table" {
			seen[path[0]+"."+path[1]] = true
		}
	}
	return sortedKeys(seen)
}

// print notes what a print names.
func (f *finder) print(path string, p *Print) {
	names := f.names(p.Form)
	f.key(path+"/form", &p.Form, "/forms")
	f.keys(path+"/by", p.By, "/roles")
	f.expr(path+"/if", &p.If, names, nil)
	form := formOf(f.def, p.Form)
	for _, slot := range []struct {
		path string
		text rules.Text
	}{{path + "/body", p.Body}, {path + "/header", p.Header}, {path + "/footer", p.Footer}} {
		f.paper(slot.path, slot.text, form, names)
	}
	for i := range p.Blocks {
		f.block(path+"/blocks/"+elementKey(p.Blocks[i].Key, i), &p.Blocks[i], form, names)
	}
}
