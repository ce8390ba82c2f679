package designer

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"pipewright/rules"
)

// teller puts what a definition holds into the words of a business admin: things by their names, formulas by the names of fields and options,
// durations and lists of people in words. roots are the definitions whose names count, the first one that knows a thing.
type teller struct{ roots []node }

// The lists that the values of a member name something of.
var namedIn = map[string]string{
	"role": "roles", "form": "forms", "process": "processes", "approval": "approvals", "chain": "approvals", "decide": "rules",
	"report": "reports", "created": "forms", "updated": "forms", "message": "messages", "in": "pools",
}

// Members whose values name fields, and those that hold formulas.
var (
	fieldMembers   = []string{"edit", "read", "hide", "readOnly", "mask", "require", "ask", "guards", "columns", "sort", "sum", "card", "fields", "on", "field", "value", "closing", "groupBy", "link", "via", "min", "max", "avg"}
	formulaMembers = []string{"if", "requiredIf", "visibleIf", "readIf", "leaveIf", "enterIf", "skipIf", "runIf", "where", "until", "calc", "value", "expr"}
)

func (t *teller) thing(list, key string) (node, bool) {
	for _, root := range t.roots {
		all, _ := root.get(list)
		for _, x := range all.items {
			if x.key() == key {
				return x, true
			}
		}
	}
	return node{}, false
}

func (n node) text(member string) string {
	v, _ := n.get(member)
	var s string
	_ = json.Unmarshal(v.raw, &s)
	return s
}

// formAt is the form whose fields are meant at a path.
func (t *teller) formAt(path string) string {
	parts := strings.Split(path, "/")
	if len(parts) < 3 {
		return ""
	}
	formOf := func(process string) string {
		p, _ := t.thing("processes", process)
		return p.text("form")
	}
	x, _ := t.thing(parts[1], parts[2])
	switch parts[1] {
	case "forms":
		return parts[2]
	case "processes", "rules", "views", "reports", "messages", "prints", "public", "tracking", "pools":
		if f := x.text("form"); f != "" {
			return f
		}
		return formOf(x.text("process"))
	case "tests":
		given, _ := x.get("given")
		if len(parts) > 5 && parts[3] == "given" && parts[4] == "records" {
			all, _ := given.get("records")
			given, _ = all.get(parts[5])
		}
		return given.text("form")
	case "approvals":
		for _, root := range t.roots {
			all, _ := root.get("processes")
			for _, p := range all.items {
				uses, _ := p.get("transitions")
				if slices.ContainsFunc(uses.items, func(n node) bool { return n.text("approval") == parts[2] }) {
					return p.text("form")
				}
			}
		}
	case "automations":
		on, _ := x.get("on")
		for _, member := range []string{"created", "updated", "form"} {
			if f := on.text(member); f != "" {
				return f
			}
		}
		for _, member := range []string{"stage", "transition", "due", "idle", "activity", "checklist"} {
			if process, _, ok := strings.Cut(on.text(member), "."); ok {
				return formOf(process)
			}
		}
	}
	return ""
}

// field finds "amount", a column "lines.qty" or a field behind a reference, "account.level"; one that only the later of the definitions has, too.
func (t *teller) field(form, path string) (node, bool) {
	for i := range t.roots {
		if x, ok := (&teller{t.roots[i:]}).fieldHere(form, path); ok {
			return x, true
		}
	}
	return node{}, false
}

func (t *teller) fieldHere(form, path string) (node, bool) {
	first, rest, deeper := strings.Cut(path, ".")
	f, _ := t.thing("forms", form)
	fields, _ := f.get("fields")
	for {
		i := slices.IndexFunc(fields.items, func(x node) bool { return x.key() == first })
		if i < 0 {
			return node{}, false
		}
		x := fields.items[i]
		if !deeper {
			return x, true
		}
		if other := x.text("form"); other != "" {
			return t.fieldHere(other, rest)
		}
		fields, _ = x.get("fields")
		first, rest, deeper = strings.Cut(rest, ".")
	}
}

// fieldName is the name of a field by its path, part by part.
func (t *teller) fieldName(form, path string) (rules.Text, bool) {
	if sys, ok := systemWords[path]; ok {
		if _, own := t.field(form, path); !own {
			return sys, true
		}
	}
	var out rules.Text
	parts := strings.Split(path, ".")
	for i := range parts {
		x, ok := t.field(form, strings.Join(parts[:i+1], "."))
		if !ok {
			return nil, false
		}
		if out == nil {
			out = x.label()
		} else {
			out = rules.Say("{a}.{b}", "{a}.{b}", "{a}.{b}", "a", out, "b", x.label())
		}
	}
	return out, true
}

// word is the name of what a value of a member names; false where it names nothing.
func (t *teller) word(path, member, s string) (rules.Text, bool) {
	if list, ok := namedIn[member]; ok {
		if x, found := t.thing(list, s); found {
			return x.label(), true
		}
	}
	parts := strings.Split(path, "/")
	switch {
	case (member == "from" || member == "to" || member == "start" || member == "stage") && len(parts) > 2 && parts[1] == "processes":
		for i := range t.roots { // a stage that is gone is named by the definition that had it
			p, _ := (&teller{t.roots[i:]}).thing("processes", parts[2])
			stages, _ := p.get("stages")
			for _, x := range stages.items {
				if x.key() == s {
					return x.label(), true
				}
			}
		}
	case member == "by":
		if x, found := t.thing("roles", s); found {
			return x.label(), true
		}
	case member == "options" && len(parts) > 2:
		if x, found := t.thing("options", s); found {
			return x.label(), true
		}
	}
	if slices.Contains(fieldMembers, member) {
		minus := ""
		if s, minus = strings.TrimPrefix(s, "-"), s[:len(s)-len(strings.TrimPrefix(s, "-"))]; minus != "" {
			if name, ok := t.fieldName(t.formAt(path), s); ok {
				return rules.Say("{name}（倒序）", "{name}（倒序）", "{name} (descending)", "name", name), true
			}
			return nil, false
		}
		return t.fieldName(t.formAt(path), s)
	}
	w, ok := wordsOf[member][s]
	return w, ok
}

// label is what a thing of a list is called: what is granted, by the role that it is granted to.
func (t *teller) label(list string, n node) rules.Text {
	if role, ok := t.thing("roles", n.text("role")); ok && list == "grants" {
		return role.label()
	}
	if list == "blocks" {
		return blockLabel(n)
	}
	return n.label()
}

// blockLabel is what kind of block it is, and the beginning of what it says.
func blockLabel(n node) rules.Text {
	kind, ok := blockWords[n.text("kind")]
	if !ok {
		return n.label()
	}
	said, _ := n.get("text")
	var t rules.Text
	if json.Unmarshal(said.raw, &t) != nil || t.IsZero() {
		return kind
	}
	short := rules.Text{}
	for lang, s := range t {
		r := []rune(strings.TrimSpace(s))
		if len(r) > 20 {
			r = append(r[:20], '…')
		}
		short[lang] = string(r)
	}
	return rules.Say("{kind}：{text}", "{kind}：{text}", "{kind}: {text}", "kind", kind, "text", short)
}

// member is the word for a member at its place.
func (t *teller) member(path, name string) rules.Text {
	parts := strings.Split(path, "/")
	in := func(list string) bool { return slices.Contains(parts, list) }
	switch {
	case len(parts) > 2 && (parts[len(parts)-2] == "set" || parts[len(parts)-2] == "with" || parts[len(parts)-2] == "fill"):
		if f, ok := t.fieldName(t.formAt(path), name); ok {
			return f
		}
	case len(parts) > 2 && parts[1] == "tests" && parts[len(parts)-2] == "data":
		if f, ok := t.fieldName(t.formAt(path), name); ok {
			return f
		}
		return rules.Plain(name) // a field of another record, not what else goes by that word
	case name == "do" && in("grants"):
		return rules.Say("可做", "可做", "allowed")
	case name == "do" && (in("ladder") || in("due")):
		return rules.Say("做什么", "做什麼", "what happens")
	case in("blocks"):
		if w, ok := blockMemberWords[name]; ok {
			return w
		}
	case name == "value" && parts[1] == "processes":
		return rules.Say("金额字段", "金額欄位", "amount")
	case name == "value" && parts[1] == "rules":
		return rules.Say("公式", "公式", "formula")
	case name == "assign" && in("do"):
		return rules.Say("分配给", "分派給", "assign to")
	}
	return memberWord(name)
}

// isFormula says that the text at a path is a formula.
func isFormula(path, member string) bool {
	parts := strings.Split(path, "/")
	if slices.Contains(formulaMembers, member) || slices.Contains(parts, "set") {
		return true
	}
	return len(parts) > 4 && parts[1] == "rules" && parts[3] == "rows"
}

var (
	formulaWord = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*|'[^'\\]*'|"[^"\\]*"`)
	logicWords  = map[string]rules.Text{"and": rules.Say("并且", "並且", "and"), "or": rules.Say("或者", "或者", "or"), "not": rules.Say("不是", "不是", "not"),
		"true": rules.Say("是", "是", "true"), "false": rules.Say("否", "否", "false"), "nil": rules.Say("空", "空", "empty")}
)

// formula is a formula as its reader would write it. It is for reading only: what comes out need not be taken back.
func (t *teller) formula(path, src string) rules.Text {
	form := t.formAt(path)
	options := map[string]rules.Text{}
	for _, w := range formulaWord.FindAllString(src, -1) {
		if f, ok := t.field(form, w); ok {
			list, _ := t.thing("options", f.text("options"))
			items, _ := list.get("items")
			for _, x := range items.items {
				options[x.key()] = x.label()
			}
		}
	}
	out := rules.Text{}
	for _, lang := range rules.Languages {
		var b strings.Builder
		last := 0
		for _, at := range formulaWord.FindAllStringIndex(src, -1) {
			w := src[at[0]:at[1]]
			b.WriteString(src[last:at[0]])
			last = at[1]
			called := strings.HasPrefix(strings.TrimLeft(src[at[1]:], " "), "(")
			name, known := t.fieldName(form, w)
			logic, isLogic := logicWords[w]
			option, isOption := options[strings.Trim(w, `'"`)]
			switch {
			case w[0] == '\'' || w[0] == '"':
				if isOption {
					w = w[:1] + option.In(lang) + w[:1]
				}
			case called && !isLogic, at[0] > 0 && src[at[0]-1] == '.':
			case known:
				w = name.In(lang)
			case isLogic:
				w = logic.In(lang)
			}
			b.WriteString(w)
		}
		out[lang] = b.String() + src[last:]
	}
	return out
}

var durationText = regexp.MustCompile(`^(-?)P(?:(\d+)(BD|D|W)|T(\d+)(BH|H|M))$`)

var durationUnits = map[string]rules.Text{
	"BD": rules.Say("个工作日", "個工作日", " working days"), "D": rules.Say("天", "天", " days"), "W": rules.Say("周", "週", " weeks"),
	"BH": rules.Say("个工作小时", "個工作小時", " working hours"), "H": rules.Say("小时", "小時", " hours"), "M": rules.Say("分钟", "分鐘", " minutes"),
}

func toldDuration(s string) (rules.Text, bool) {
	m := durationText.FindStringSubmatch(s)
	if m == nil {
		return nil, false
	}
	n, unit := m[2]+m[4], m[3]+m[5]
	return rules.Say("{s}{n} {u}", "{s}{n} {u}", "{s}{n}{u}", "s", m[1], "n", n, "u", durationUnits[unit]), true
}

// value is what stands at a path, in words. It may be long.
func (t *teller) value(path, member string, n node) rules.Text {
	switch {
	case n.absent():
		return rules.Say("没有", "沒有", "nothing")
	case isText(n):
		var text rules.Text
		_ = json.Unmarshal(n.raw, &text)
		return rules.Say("“{t}”", "「{t}」", "“{t}”", "t", text)
	case n.kind == '{':
		return t.object(path, n)
	case n.kind == '[':
		return t.list(path, member, n)
	}
	var s string
	if json.Unmarshal(n.raw, &s) == nil {
		return t.plain(path, member, s)
	}
	switch string(n.raw) {
	case "true":
		return rules.Say("是", "是", "yes")
	case "false":
		return rules.Say("否", "否", "no")
	}
	return rules.Plain(string(n.raw))
}

func (t *teller) plain(path, member, s string) rules.Text {
	if w, ok := wordsOf[member][s]; ok {
		return w
	}
	if w, ok := t.word(path, member, s); ok {
		return rules.Say("“{t}”", "「{t}」", "“{t}”", "t", w)
	}
	if d, ok := toldDuration(s); ok {
		return d
	}
	if isFormula(path, member) && s != "" {
		return t.formula(path, s)
	}
	return rules.Say("“{t}”", "「{t}」", "“{t}”", "t", s)
}

// object is a who in a few words, or the members one after another.
func (t *teller) object(path string, n node) rules.Text {
	if who, ok := t.who(path, n); ok {
		return who
	}
	var out rules.Text
	for _, m := range n.members {
		at := path + "/" + segment.Replace(m.name)
		label, told := t.member(at, m.name), t.value(at, m.name, m.value)
		part := rules.Say("{label} {told}", "{label} {told}", "{label} {told}", "label", label, "told", told)
		if string(m.value.raw) == "true" {
			part = label
		}
		if out == nil {
			out = part
		} else {
			out = rules.Say("{a}，{b}", "{a}，{b}", "{a}, {b}", "a", out, "b", part)
		}
	}
	if out == nil {
		return rules.Say("空", "空", "empty")
	}
	return out
}

// who says people as the editor does.
func (t *teller) who(path string, n node) (rules.Text, bool) {
	person := func(key string) rules.Text {
		if name, ok := t.fieldName(t.formAt(path), key); ok {
			return name
		}
		return rules.Plain(key)
	}
	if len(n.members) == 0 {
		return nil, false
	}
	of, s := n.members[0].name, n.text(n.members[0].name)
	if s == "" {
		return nil, false
	}
	switch {
	case of == "managerOf":
		level, up := n.text("level"), 1
		for _, member := range []string{"level", "upTo"} {
			if v, ok := n.get(member); ok {
				level = string(v.raw)
			}
		}
		if got, err := strconv.Atoi(level); err == nil {
			up = got
		}
		return rules.Say("{who}往上 {n} 级的上级", "{who}往上 {n} 級的主管", "the manager {n} up from {who}", "who", person(s), "n", up), true
	case len(n.members) > 1:
		return nil, false
	case of == "role":
		role, _ := t.thing("roles", s)
		if role.raw == nil {
			return rules.Say("角色“{r}”", "角色「{r}」", "role “{r}”", "r", s), true
		}
		return rules.Say("角色“{r}”", "角色「{r}」", "role “{r}”", "r", role.label()), true
	case of == "user":
		return rules.Say("人员“{r}”", "人員「{r}」", "person “{r}”", "r", s), true
	case of == "team":
		return rules.Say("团队“{r}”", "團隊「{r}」", "team “{r}”", "r", s), true
	case of == "field":
		return person(s), true
	}
	return nil, false
}

func (t *teller) list(path, member string, n node) rules.Text {
	var out rules.Text
	for i, x := range n.items {
		var s string
		part := t.value(path+"/"+strconv.Itoa(i), member, x)
		if json.Unmarshal(x.raw, &s) == nil {
			part = t.listed(path, member, s)
		} else if k := x.key(); k != "" {
			part = rules.Say("“{t}”", "「{t}」", "“{t}”", "t", x.label())
		}
		switch {
		case out == nil:
			out = part
		case x.kind == '{':
			out = rules.Say("{a}；{b}", "{a}；{b}", "{a}; {b}", "a", out, "b", part)
		default:
			out = rules.Say("{a}、{b}", "{a}、{b}", "{a}, {b}", "a", out, "b", part)
		}
	}
	if out == nil {
		return rules.Say("空", "空", "empty")
	}
	return out
}

// listed is one of a list of words.
func (t *teller) listed(path, member, s string) rules.Text {
	if w, ok := t.word(path, member, s); ok {
		return w
	}
	if isFormula(path, member) && s != "" {
		return t.formula(path, s)
	}
	return rules.Plain(s)
}

// MergeLine is a place within a conflict where the sides say something else: how it was, and what each made of it.
type MergeLine struct {
	// Name is what stands there; empty where the conflict is one value.
	Name   rules.Text `json:"name,omitzero"`
	Base   rules.Text `json:"base"`
	Mine   rules.Text `json:"mine"`
	Theirs rules.Text `json:"theirs"`
}

// maxMergeLines bounds what is told of one conflict.
const maxMergeLines = 60

// sides lines up what three say at a place, down to where they differ.
func (t *teller) sides(path, member string, name rules.Text, base, mine, theirs node) []MergeLine {
	three := []node{base, mine, theirs}
	all := func(is func(node) bool) bool {
		return !slices.ContainsFunc(three, func(n node) bool { return !n.absent() && !is(n) })
	}
	var out []MergeLine
	add := func(at, member string, label rules.Text, x, y, z node) {
		if !sameNode(x, y) || !sameNode(y, z) {
			if !name.IsZero() {
				label = rules.Say("{a} · {b}", "{a} · {b}", "{a} · {b}", "a", name, "b", label)
			}
			out = append(out, t.sides(at, member, label, x, y, z)...)
		}
	}
	switch {
	case all(func(n node) bool { return n.kind == '{' && !isText(n) }) && !slices.ContainsFunc(three, func(n node) bool { _, who := t.who(path, n); return who }):
		var names []string
		for _, n := range three {
			for _, m := range n.members {
				if !slices.Contains(names, m.name) {
					names = append(names, m.name)
				}
			}
		}
		for _, m := range names {
			x, _ := base.get(m)
			y, _ := mine.get(m)
			z, _ := theirs.get(m)
			at := path + "/" + segment.Replace(m)
			add(at, m, t.member(at, m), x, y, z)
		}
	case all(func(n node) bool { return n.kind == '[' && (len(n.items) == 0 || n.items[0].kind == '{') }) && len(base.items)+len(mine.items)+len(theirs.items) > 0:
		for i := range max(len(base.items), len(mine.items), len(theirs.items)) {
			at := func(n node) node {
				if i < len(n.items) {
					return n.items[i]
				}
				return node{}
			}
			add(path+"/"+strconv.Itoa(i), member, nth(i), at(base), at(mine), at(theirs))
		}
	default:
		return []MergeLine{{name, t.value(path, member, base), t.value(path, member, mine), t.value(path, member, theirs)}}
	}
	return out[:min(len(out), maxMergeLines)]
}

func nth(i int) rules.Text { return rules.Say("第 {n} 项", "第 {n} 項", "no. {n}", "n", i+1) }
