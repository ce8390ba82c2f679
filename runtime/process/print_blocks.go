package process

import (
	"reflect"
	"regexp"
	"slices"
	"strings"

	"pipewright/forms"
	"pipewright/rules"
)

const (
	maxBlocks     = 200
	maxBlockCells = 60
)

// blockKinds are what a paper is put together from.
var blockKinds = []string{"heading", "text", "fields", "table", "amount", "image", "sign", "code", "line", "break", "html"}

// blockMembers are the members of each kind beside key, kind, on and if; those with a "!" must be given.
var blockMembers = map[string]string{
	"heading": "text level align",
	"text":    "text align look",
	"fields":  "cells! across look",
	"table":   "rows! numbered cells! text",
	"amount":  "text value! words align",
	"image":   "source! width align",
	"sign":    "cells! across",
	"code":    "value! look width align",
	"line":    "",
	"break":   "",
	"html":    "html",
}

// systemLabels are what names of the system are called on paper where nothing else is said.
var systemLabels = map[string]rules.Text{
	"number": rules.Say("编号", "編號", "Number"), "title": rules.Say("标题", "標題", "Title"), "stage": rules.Say("阶段", "階段", "Stage"),
	"owner": rules.Say("负责人", "負責人", "Owner"), "team": rules.Say("团队", "團隊", "Team"), "createdAt": rules.Say("创建时间", "建立時間", "Created"),
	"updatedAt": rules.Say("更新时间", "更新時間", "Updated"), "since": rules.Say("进入阶段的时间", "進入階段的時間", "In this stage since"),
	rowNumberName: rules.Plain("#"),
}

var (
	totalLabel = rules.Say("合计", "合計", "Total")
	labelEnd   = rules.Say("：", "：", ": ")
)

// blockMaker compiles one block.
type blockMaker struct {
	c    *compiler
	path string
	def  *Block
	sc   paperScope
}

// inEach makes the nodes of a block for a language.
type inEach func(lang string) []*paperNode

// printBlocks puts the blocks of a print together as its body, header and footer.
func (c *compiler) printBlocks(path string, p *CompiledPrint, env *rules.Env) {
	d := p.Def
	switch {
	case len(d.Blocks) == 0 && len(d.Body) == 0:
		c.warn(path+"/body", "text.missing", "这里还没有内容", "這裡還沒有內容", "There is nothing on this paper yet")
		return
	case len(d.Blocks) == 0:
		return
	case len(d.Body) > 0:
		c.fail(path+"/body", "setting.conflict", "内容要么由 blocks（内容块）组成，要么写成 HTML，不能两样都有", "內容要嘛由 blocks（內容區塊）組成，要嘛寫成 HTML，不能兩樣都有",
			"What stands on the paper is either blocks or HTML, not both")
	case len(d.Blocks) > maxBlocks:
		c.fail(path+"/blocks", "expr.limit", "内容块太多（最多 {max} 块）", "內容區塊太多（最多 {max} 塊）", "Too many blocks (at most {max})", "max", maxBlocks)
		return
	}
	languages := c.def.Languages
	if len(languages) == 0 {
		languages = rules.Languages
	}
	parts := map[string]*map[string]*Paper{"": &p.Body, "top": &p.Header, "bottom": &p.Footer}
	for i := range d.Blocks {
		b := &d.Blocks[i]
		m := &blockMaker{c, path + "/blocks/" + elementKey(b.Key, i), b, paperScope{form: p.Form, env: env}}
		make, part := m.block(), parts[b.On]
		if make == nil || part == nil {
			continue
		}
		for _, lang := range languages {
			nodes := make(lang)
			if *part == nil {
				*part = map[string]*Paper{}
			}
			if (*part)[lang] == nil {
				(*part)[lang] = &Paper{}
				if written := inLanguage(*part, lang); b.On != "" && written != (*part)[lang] && written != nil {
					(*part)[lang].nodes = slices.Clone(written.nodes)
				}
			}
			(*part)[lang].nodes = append((*part)[lang].nodes, nodes...)
		}
	}
}

// block checks a block and compiles it once for all languages.
func (m *blockMaker) block() inEach {
	b := m.def
	members, known := blockMembers[b.Kind]
	if !known {
		return nil // check_shape tells
	}
	m.checkMembers(members)
	var when *piece
	if b.If != "" {
		if prog := m.c.expr(m.path+"/if", b.If, m.sc.env, rules.Bool); prog != nil {
			p := m.maker("/if").piece(prog, m.sc)
			when = &p
		}
	}
	inner := m.inner()
	if inner == nil || when == nil {
		return inner
	}
	return func(lang string) []*paperNode {
		n := el("div", "", inner(lang)...)
		n.when = when
		return []*paperNode{n}
	}
}

func (m *blockMaker) checkMembers(members string) {
	v, t := reflect.ValueOf(*m.def), reflect.TypeFor[Block]()
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if slices.Contains([]string{"key", "kind", "on", "if"}, name) {
			continue
		}
		given, at := !v.Field(i).IsZero(), m.path+"/"+name
		switch fits := strings.Fields(members); {
		case !given && slices.Contains(fits, name+"!"):
			m.c.fail(at, "setting.missing", "请填写{member}", "請填寫{member}", "Give the {member}", "member", blockMemberNames[name])
		case given && !slices.Contains(fits, name+"!") && !slices.Contains(fits, name):
			m.c.fail(at, "setting.unused", "这种内容块没有 {member}", "這種內容區塊沒有 {member}", "A block of this kind has no {member}", "member", name)
		}
	}
	within := func(name string, n, least, most int) {
		if n != 0 && (n < least || n > most) {
			m.c.fail(m.path+"/"+name, "setting.range", "应在 {min} 到 {max} 之间", "應在 {min} 到 {max} 之間", "This must be between {min} and {max}", "min", least, "max", most)
		}
	}
	within("level", m.def.Level, 1, 3)
	within("across", m.def.Across, 1, 4)
	within("width", m.def.Width, 5, 300)
	for i := range m.def.Cells {
		within("cells/"+itoa(i)+"/width", m.def.Cells[i].Width, 1, 100)
	}
	if len(m.def.Cells) > maxBlockCells {
		m.c.fail(m.path+"/cells", "expr.limit", "太多了（最多 {max} 个）", "太多了（最多 {max} 個）", "Too many (at most {max})", "max", maxBlockCells)
	}
	if looks := map[string]string{"text": "note box", "fields": "box", "code": "bars"}[m.def.Kind]; m.def.Look != "" && looks != "" && !slices.Contains(strings.Fields(looks), m.def.Look) {
		m.c.add(wrongWord(m.path+"/look", m.def.Look, strings.Fields(looks)))
	}
}

// blockMemberNames are what people call the members that must be given.
var blockMemberNames = map[string]rules.Text{
	"cells": rules.Say("要显示的字段", "要顯示的欄位", "fields to show"), "rows": rules.Say("明细表", "明細表", "table"),
	"value": rules.Say("要显示的值", "要顯示的值", "value to show"), "source": rules.Say("图片", "圖片", "picture"),
}

var pictureSource = regexp.MustCompile(`^data:image/(png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=]*$`)

// inner compiles what is particular to the kind.
func (m *blockMaker) inner() inEach {
	b := m.def
	switch b.Kind {
	case "heading":
		tag := [...]string{"h1", "h1", "h2", "h3"}[min(max(b.Level, 0), 3)]
		lines := m.lines("/text", b.Text, m.sc)
		return func(lang string) []*paperNode {
			var all []*paperNode
			for i, line := range inLanguage(lines, lang) {
				if i > 0 {
					all = append(all, el("br", ""))
				}
				all = append(all, line...)
			}
			return []*paperNode{el(tag, b.Align, all...)}
		}
	case "text":
		lines := m.lines("/text", b.Text, m.sc)
		return func(lang string) []*paperNode {
			var all []*paperNode
			for _, line := range inLanguage(lines, lang) {
				all = append(all, el("p", b.Align, line...))
			}
			if b.Look != "" {
				return []*paperNode{el("div", "b-"+b.Look, all...)}
			}
			return all
		}
	case "fields":
		return m.fields()
	case "table":
		return m.table()
	case "amount":
		return m.amount()
	case "sign":
		return m.sign()
	case "code":
		value := m.value("/value", b.Value, m.sc)
		return func(string) []*paperNode {
			if value == nil {
				return nil
			}
			look, width := "square", 28
			if b.Look == "bars" {
				look, width = "bars", 60
			}
			if b.Width > 0 {
				width = b.Width
			}
			n := el("div", strings.TrimSpace("b-code "+b.Align), &paperNode{code: look, pieces: []piece{*value}})
			return []*paperNode{n.styled("width", width, "mm")}
		}
	case "image":
		if b.Source != "" && (!pictureSource.MatchString(b.Source) || len(b.Source) > maxPaper) {
			m.c.fail(m.path+"/source", "print.html", "图片要是写在这里的 data:image/…;base64，最大 {kb} KB", "圖片要是寫在這裡的 data:image/…;base64，最大 {kb} KB", "The picture is data:image/…;base64 of at most {kb} KB", "kb", maxPaper>>10)
			return nil
		}
		return func(string) []*paperNode {
			img := el("img", "").with("src", b.Source).with("alt", "").styled("width", b.Width, "mm")
			return []*paperNode{el("p", b.Align, img)}
		}
	case "line":
		return func(string) []*paperNode { return []*paperNode{el("hr", "b-line")} }
	case "break":
		return func(string) []*paperNode { return []*paperNode{el("div", "b-break")} }
	default:
		papers := m.c.papers(m.path+"/html", b.HTML, m.sc.form, m.sc.env)
		return func(lang string) []*paperNode {
			if paper := inLanguage(papers, lang); paper != nil {
				return paper.nodes
			}
			return nil
		}
	}
}

// cell is a compiled value with its name.
type cell struct {
	def   *BlockCell
	value *piece
	names rules.Text
	class string
}

func (m *blockMaker) cells(sc paperScope) []cell {
	out := make([]cell, len(m.def.Cells))
	for i := range out {
		d := &m.def.Cells[i]
		at := "/cells/" + itoa(i)
		out[i] = cell{def: d, names: d.Name, class: d.Align}
		if d.Value == "" {
			if m.def.Kind != "sign" {
				m.c.fail(m.path+at+"/value", "setting.missing", "请填写{member}", "請填寫{member}", "Give the {member}", "member", blockMemberNames["value"])
			}
			continue
		}
		v := m.value(at+"/value", d.Value, sc)
		out[i].value = v
		if v == nil {
			continue
		}
		if d.Name.IsZero() {
			out[i].names = nameOfPiece(v, strings.TrimSpace(d.Value))
		}
		if d.Align == "" && m.def.Kind == "table" && figureLike(v) {
			out[i].class = "right"
		}
	}
	return out
}

// value compiles an expression that is shown.
func (m *blockMaker) value(at, src string, sc paperScope) *piece {
	prog := m.c.expr(m.path+at, src, sc.env, rules.Anything)
	if prog == nil {
		return nil
	}
	if prog.Type().Kind == rules.KindTable && !fileLike(prog.Type()) {
		m.c.fail(m.path+at, "print.table", "“{expr}”是明细表：请用明细表的内容块逐行写出", "「{expr}」是明細表：請用明細表的內容區塊逐列寫出",
			"“{expr}” is a table: write its rows with a table block", "expr", strings.TrimSpace(src))
		return nil
	}
	p := m.maker(at).piece(prog, sc)
	return &p
}

func (m *blockMaker) maker(at string) *paperMaker {
	return &paperMaker{c: m.c, path: m.path + at, src: &paperSource{}}
}

// nameOfPiece is what a value is called: as its field is, or the system calls it.
func nameOfPiece(p *piece, src string) rules.Text {
	if p.schema != nil {
		info, _ := p.schema.Field(p.field)
		return named(info.Def.Name, info.Def.Key)
	}
	return systemLabels[src]
}

func figureLike(p *piece) bool {
	if p.schema != nil {
		info, _ := p.schema.Field(p.field)
		return slices.Contains([]string{"number", "money", "percent"}, info.Def.Type)
	}
	return p.prog.Type().Kind == rules.Number.Kind && strings.TrimSpace(p.prog.Source()) != rowNumberName
}

// fields is a grid of names and values.
func (m *blockMaker) fields() inEach {
	b, cells := m.def, m.cells(m.sc)
	across := b.Across
	if across <= 0 {
		across = 2
	}
	return func(lang string) []*paperNode {
		var rows []*paperNode
		for part := range slices.Chunk(cells, across) {
			var row []*paperNode
			for _, x := range part {
				name := x.names.In(lang)
				if b.Look == "box" {
					row = append(row, el("th", "", said(name)), el("td", x.class, shown(x.value)))
					continue
				}
				label := el("span", "b-label", said(name))
				if name != "" {
					label.nodes = append(label.nodes, said(labelEnd.In(lang)))
				}
				row = append(row, el("td", x.class, label, shown(x.value)).styled("width", 100/across, "%"))
			}
			for n := across - len(part); n > 0; n-- {
				if b.Look == "box" {
					row = append(row, el("th", ""))
				}
				row = append(row, el("td", ""))
			}
			rows = append(rows, el("tr", "", row...))
		}
		class := "b-fields plain"
		if b.Look == "box" {
			class = "b-fields"
		}
		return []*paperNode{el("table", class, el("tbody", "", rows...))}
	}
}

var columnName = regexp.MustCompile(`^[a-z][a-zA-Z0-9]*$`)

// table writes rows under their columns; the head is repeated on each page, the sums stand once below.
func (m *blockMaker) table() inEach {
	b := m.def
	whole := m.c.expr(m.path+"/rows", b.Rows, m.sc.env, rules.Anything)
	if whole == nil {
		return nil
	}
	if whole.Type().Kind != rules.KindTable {
		m.c.fail(m.path+"/rows", "print.each", "“{expr}”不是明细表", "「{expr}」不是明細表", "“{expr}” is no table", "expr", b.Rows)
		return nil
	}
	maker := m.maker("/rows")
	maker.src.src = b.Rows
	each := &paperNode{}
	inside := maker.each(each, b.Rows, m.sc)
	if each.each == nil {
		return nil
	}
	cells := m.cells(inside)
	sums := make([]*piece, len(cells))
	for i, x := range cells {
		src := strings.TrimSpace(x.def.Value)
		switch {
		case !x.def.Sum || x.value == nil:
		case !columnName.MatchString(src) || src == rowNumberName:
			m.c.fail(m.path+"/cells/"+itoa(i)+"/sum", "setting.conflict", "只有列本身可以合计，公式不行", "只有欄本身可以合計，公式不行", "Only a column by itself can be added up, not a formula")
		default:
			if prog := m.c.expr(m.path+"/cells/"+itoa(i)+"/sum", "sum("+b.Rows+", ."+src+")", m.sc.env, rules.Anything); prog != nil {
				p := m.maker("").piece(prog, m.sc)
				p.schema, p.field = x.value.schema, x.value.field
				sums[i] = &p
			}
		}
	}
	var none *piece
	if prog := m.c.expr(m.path+"/rows", "count("+b.Rows+") == 0", m.sc.env, rules.Bool); prog != nil {
		p := m.maker("").piece(prog, m.sc)
		none = &p
	}
	lines := m.lines("/text", b.Text, m.sc)
	number := &piece{}
	if b.Numbered {
		if prog := m.c.expr(m.path+"/numbered", rowNumberName, inside.env, rules.Anything); prog != nil {
			p := m.maker("").piece(prog, inside)
			number = &p
		}
	}
	return func(lang string) []*paperNode {
		var head, row []*paperNode
		if b.Numbered {
			head, row = append(head, el("th", "", said("#")).with("style", "width:9mm")), append(row, el("td", "", shown(number)))
		}
		for _, x := range cells {
			head = append(head, el("th", x.class, said(x.names.In(lang))).styled("width", x.def.Width, "%"))
			row = append(row, el("td", x.class, shown(x.value)))
		}
		body := el("tr", "", row...)
		body.each, body.table = each.each, each.table
		empty := el("tr", "", el("td", "center", said("—")).with("colspan", itoa(len(row))))
		empty.when = none
		all := []*paperNode{body}
		if none != nil {
			all = append(all, empty)
		}
		if first := slices.IndexFunc(sums, func(p *piece) bool { return p != nil }); first >= 0 {
			label := []*paperNode{said(totalLabel.In(lang))}
			if written := inLanguage(lines, lang); len(written) > 0 {
				label = written[0]
			}
			var total []*paperNode
			before := first
			if b.Numbered {
				before++
			}
			if before > 0 {
				total = append(total, el("td", "", label...).with("colspan", itoa(before)))
			}
			for i := first; i < len(cells); i++ {
				td := el("td", cells[i].class)
				if sums[i] != nil {
					td.nodes = []*paperNode{el("b", "", shown(sums[i]))}
				}
				total = append(total, td)
			}
			all = append(all, el("tr", "b-sums", total...))
		}
		return []*paperNode{el("table", "", el("thead", "", el("tr", "", head...)), el("tbody", "", all...))}
	}
}

// amount is an amount by itself, in capitals too where it has some.
func (m *blockMaker) amount() inEach {
	b := m.def
	if b.Value == "" {
		return nil
	}
	value, lines := m.value("/value", b.Value, m.sc), m.lines("/text", b.Text, m.sc)
	if value == nil {
		return nil
	}
	var words, has *piece
	if b.Words != "" {
		for src, to := range map[string]**piece{"cnAmount(" + b.Value + ")": &words, "cnAmount(" + b.Value + ") != nil": &has} {
			prog := m.c.expr(m.path+"/words", src, m.sc.env, rules.Anything)
			if prog == nil {
				return nil
			}
			p := m.maker("/words").piece(prog, m.sc)
			*to = &p
		}
	}
	names := rules.Text(nil)
	if len(b.Text) == 0 {
		names = nameOfPiece(value, strings.TrimSpace(b.Value))
	}
	return func(lang string) []*paperNode {
		var line []*paperNode
		if written := inLanguage(lines, lang); len(written) > 0 {
			line = append(line, written[0]...)
		} else if name := names.In(lang); name != "" {
			line = append(line, said(name+labelEnd.In(lang)))
		}
		line = append(line, el("b", "", shown(value)))
		out := []*paperNode{el("p", b.Align, line...)}
		if words != nil {
			n := el("span", "", said("（"), shown(words), said("）"))
			if b.Words == "below" {
				n = el("p", b.Align, shown(words))
				out = append(out, n)
			} else {
				out[0].nodes = append(out[0].nodes, n)
			}
			n.when = has
		}
		return out
	}
}

// sign is a line for each who signs.
func (m *blockMaker) sign() inEach {
	b, cells := m.def, m.cells(m.sc)
	across := b.Across
	if across <= 0 {
		across = 2
	}
	return func(lang string) []*paperNode {
		var rows []*paperNode
		for part := range slices.Chunk(cells, across) {
			var row []*paperNode
			for _, x := range part {
				name := x.names.In(lang)
				if name != "" {
					name += labelEnd.In(lang)
				}
				line := el("div", "b-sign-line")
				if x.value != nil {
					line.nodes = []*paperNode{shown(x.value)}
				}
				row = append(row, el("td", "", said(name), line).styled("width", 100/across, "%"))
			}
			for n := across - len(part); n > 0; n-- {
				row = append(row, el("td", ""))
			}
			rows = append(rows, el("tr", "", row...))
		}
		return []*paperNode{el("table", "b-sign plain", el("tbody", "", rows...))}
	}
}

// lines compiles a text slot language by language, line by line.
func (m *blockMaker) lines(at string, t rules.Text, sc paperScope) map[string][][]*paperNode {
	out := map[string][][]*paperNode{}
	for _, lang := range sortedKeys(t) {
		src, path := t[lang], at
		if lang != "" {
			path += "/" + lang
		}
		maker := m.maker(path)
		if len(src) > maxPaper || strings.ContainsAny(src, slotOpen+slotClose) {
			m.c.fail(m.path+path, "expr.limit", "内容太长（最多 {kb} KB）", "內容太長（最多 {kb} KB）", "The text is too long (at most {kb} KB)", "kb", maxPaper>>10)
			continue
		}
		slots, problems := rules.Slots(src)
		m.c.add(rules.WithPath(problems, m.path+path)...)
		if len(problems) > 0 {
			continue
		}
		if len(slots) > maxPaperSlots {
			m.c.fail(m.path+path, "expr.limit", "{{ }} 太多（最多 {max} 处）", "{{ }} 太多（最多 {max} 處）", "Too many {{ }} (at most {max})", "max", maxPaperSlots)
			continue
		}
		maker.src = &paperSource{src: src, slots: slots}
		for line := range strings.Lines(markSlots(src, slots)) {
			out[lang] = append(out[lang], maker.bold(strings.TrimRight(line, "\r\n"), sc))
		}
	}
	return out
}

// bold takes a line apart at its **; one without its second stands as it is.
func (m *paperMaker) bold(line string, sc paperScope) []*paperNode {
	parts := strings.Split(line, "**")
	if len(parts)%2 == 0 {
		last := len(parts) - 2
		parts = append(parts[:last:last], parts[last]+"**"+parts[last+1])
	}
	var out []*paperNode
	for i, part := range parts {
		if part == "" {
			continue
		}
		n := &paperNode{pieces: m.pieces(part, sc)}
		if i%2 == 1 {
			n = el("b", "", n)
		}
		out = append(out, n)
	}
	return out
}

// el makes an element of a class. The classes that only blocks have begin with b-, so that HTML prints keep their own.
func el(tag, class string, nodes ...*paperNode) *paperNode {
	n := &paperNode{tag: tag, nodes: nodes}
	if class != "" && class != "left" {
		n.with("class", class)
	}
	return n
}

func (n *paperNode) with(key, value string) *paperNode {
	n.attrs = append(n.attrs, paperAttr{key, []piece{{text: value}}})
	return n
}

// styled sets a measure; 0 is none.
func (n *paperNode) styled(property string, size int, unit string) *paperNode {
	if size > 0 {
		n.with("style", property+":"+itoa(size)+unit)
	}
	return n
}

func said(text string) *paperNode { return &paperNode{pieces: []piece{{text: text}}} }

// shown is a value; nothing where there is none.
func shown(p *piece) *paperNode {
	if p == nil || p.prog == nil {
		return &paperNode{}
	}
	return &paperNode{pieces: []piece{*p}}
}

// block notes what a block names.
func (f *finder) block(path string, b *Block, form *forms.Form, names rules.Names) {
	f.expr(path+"/if", &b.If, names, nil)
	f.text(path+"/text", b.Text, names)
	f.expr(path+"/value", &b.Value, names, nil)
	inside := names
	if b.Rows != "" {
		if table := rules.Means(b.Rows, names); table != nil && table.Inside != nil {
			inside = with(names, table.Inside)
		}
		f.expr(path+"/rows", &b.Rows, names, nil)
	}
	for i := range b.Cells {
		f.expr(path+"/cells/"+itoa(i)+"/value", &b.Cells[i].Value, inside, nil)
	}
	f.paper(path+"/html", b.HTML, form, names)
}
