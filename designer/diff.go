package designer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"pipewright/rules"
)

// Difference is one change between two definitions.
type Difference struct {
	// Path is the key path of the place, Area the member of the definition it is in.
	Path string `json:"path"`
	Kind string `json:"kind"` // "added", "removed" or "changed"
	Area string `json:"area"`
	// Text says it in the words of a business admin.
	Text   rules.Text      `json:"text"`
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
}

// Diff compares two definition texts. Things with a key are matched by it, wherever they stand.
func Diff(from, to string) ([]Difference, error) {
	a, err := readNode(from)
	if err != nil {
		return nil, err
	}
	b, err := readNode(to)
	if err != nil {
		return nil, err
	}
	w := &differ{out: []Difference{}, tell: &teller{[]node{b, a}}}
	w.object("", nil, a.members, b.members)
	return w.out, nil
}

// node is a JSON value that keeps the order of its members.
type node struct {
	raw     json.RawMessage
	members []member
	items   []node
	kind    byte // '{', '[' or 0
}

type member struct {
	name  string
	value node
}

func readNode(text string) (node, error) {
	if strings.TrimSpace(text) == "" {
		return node{kind: '{'}, nil
	}
	var buf bytes.Buffer
	if err := json.Compact(&buf, []byte(text)); err != nil {
		return node{}, fmt.Errorf("designer: diff: %w", err)
	}
	dec := json.NewDecoder(bytes.NewReader(buf.Bytes()))
	dec.UseNumber()
	return decodeNode(dec)
}

func decodeNode(dec *json.Decoder) (node, error) {
	var raw json.RawMessage
	if err := dec.Decode(&raw); err != nil {
		return node{}, err
	}
	n := node{raw: raw}
	switch raw[0] {
	case '{':
		n.kind = '{'
		in := json.NewDecoder(bytes.NewReader(raw))
		if _, err := in.Token(); err != nil {
			return n, err
		}
		for in.More() {
			name, err := in.Token()
			if err != nil {
				return n, err
			}
			v, err := decodeNode(in)
			if err != nil {
				return n, err
			}
			n.members = append(n.members, member{name.(string), v})
		}
	case '[':
		n.kind = '['
		in := json.NewDecoder(bytes.NewReader(raw))
		if _, err := in.Token(); err != nil {
			return n, err
		}
		for in.More() {
			v, err := decodeNode(in)
			if err != nil {
				return n, err
			}
			n.items = append(n.items, v)
		}
	}
	return n, nil
}

func (n node) get(name string) (node, bool) {
	for _, m := range n.members {
		if m.name == name {
			return m.value, true
		}
	}
	return node{}, false
}

// key is what a thing is known by among its like: its key, or the name of a scenario, which has none, or the role that is granted something.
func (n node) key() string {
	k, ok := n.get("key")
	if !ok {
		k, ok = n.get("name")
	}
	if _, grants := n.get("do"); !ok && grants {
		k, ok = n.get("role")
	}
	var s string
	if !ok || json.Unmarshal(k.raw, &s) != nil {
		return ""
	}
	return s
}

// keyed says that every item is a thing with a key of its own.
func (n node) keyed() bool {
	seen := map[string]bool{}
	for _, x := range n.items {
		k := x.key()
		if k == "" || seen[k] {
			return false
		}
		seen[k] = true
	}
	return len(n.items) > 0
}

// label is the name a thing is shown by.
func (n node) label() rules.Text {
	if name, ok := n.get("name"); ok {
		var t rules.Text
		if json.Unmarshal(name.raw, &t) == nil && !t.IsZero() {
			return t
		}
	}
	return rules.Plain(n.key())
}

type differ struct {
	out  []Difference
	tell *teller
}

// crumb is one thing on the way to a place, e.g. the stage “proposal”.
type crumb struct {
	kind string // the member it is an item of
	name rules.Text
}

func (w *differ) add(kind, path string, text rules.Text, before, after json.RawMessage) {
	area, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	w.out = append(w.out, Difference{Path: path, Kind: kind, Area: area, Text: text, Before: before, After: after})
}

func (w *differ) object(path string, at []crumb, a, b []member) {
	old := node{members: a}
	now := node{members: b}
	for _, m := range b {
		was, ok := old.get(m.name)
		switch {
		case !ok:
			w.value(path+"/"+m.name, at, m.name, node{}, m.value)
		case !bytes.Equal(was.raw, m.value.raw):
			w.value(path+"/"+m.name, at, m.name, was, m.value)
		}
	}
	for _, m := range a {
		if _, ok := now.get(m.name); !ok {
			w.value(path+"/"+m.name, at, m.name, m.value, node{})
		}
	}
}

func (w *differ) value(path string, at []crumb, name string, a, b node) {
	if path == "/template" && a.raw != nil && b.raw != nil {
		// Digests say nothing to people.
		w.add("changed", path, rules.Say("所用的模板换成了另一个版本", "所用的範本換成了另一個版本", "holds another version of its template"), a.raw, b.raw)
		return
	}
	switch {
	case (a.keyed() || a.raw == nil || len(a.items) == 0 && a.kind == '[') && b.keyed(), a.keyed() && (b.raw == nil || len(b.items) == 0 && b.kind == '['):
		w.things(path, at, name, a.items, b.items)
	case a.raw == nil:
		w.add("added", path, w.sayAdded(path, at, name, b), nil, b.raw)
	case b.raw == nil:
		w.add("removed", path, w.sayRemoved(path, at, name, a), a.raw, nil)
	case w.cells(path, at, name, a, b):
	case ofThings(a) && ofThings(b):
		w.items(path, at, name, a.items, b.items)
	case a.kind == '{' && b.kind == '{' && !isText(a) && !isText(b):
		w.object(path, append(at[:len(at):len(at)], crumb{kind: name}), a.members, b.members)
	default:
		w.add("changed", path, w.sayChanged(path, at, name, a, b), a.raw, b.raw)
	}
}

// segment writes a key as one part of a path; a scenario's name may hold anything.
var segment = strings.NewReplacer("~", "~0", "/", "~1")

// things compares lists of things with keys.
func (w *differ) things(path string, at []crumb, name string, a, b []node) {
	old, now := map[string]node{}, map[string]node{}
	for _, x := range a {
		old[x.key()] = x
	}
	for _, x := range b {
		now[x.key()] = x
	}
	var kept, order []string
	for _, x := range b {
		k := x.key()
		was, ok := old[k]
		if !ok {
			w.add("added", path+"/"+segment.Replace(k), sayThing(at, name, w.tell.label(name, x), true), nil, x.raw)
			continue
		}
		order = append(order, k)
		if !bytes.Equal(was.raw, x.raw) {
			w.object(path+"/"+segment.Replace(k), append(at[:len(at):len(at)], crumb{name, w.tell.label(name, x)}), was.members, x.members)
		}
	}
	for _, x := range a {
		if _, ok := now[x.key()]; ok {
			kept = append(kept, x.key())
		} else {
			w.add("removed", path+"/"+segment.Replace(x.key()), sayThing(at, name, w.tell.label(name, x), false), x.raw, nil)
		}
	}
	if strings.Join(kept, " ") != strings.Join(order, " ") {
		w.add("changed", path, sayOrder(at, name), quoteList(kept), quoteList(order))
	}
}

// ofThings says that a list holds things without keys: actions, rows, people.
func ofThings(n node) bool {
	return n.kind == '[' && len(n.items) > 0 && !slices.ContainsFunc(n.items, func(x node) bool { return x.kind != '{' })
}

// items compares lists of things without keys: what stands before and after the change is the same, what is between is compared one by one.
func (w *differ) items(path string, at []crumb, name string, a, b []node) {
	first := 0
	for first < min(len(a), len(b)) && sameNode(a[first], b[first]) {
		first++
	}
	rest := 0
	for rest < min(len(a), len(b))-first && sameNode(a[len(a)-1-rest], b[len(b)-1-rest]) {
		rest++
	}
	was, now := a[first:len(a)-rest], b[first:len(b)-rest]
	both := min(len(was), len(now))
	for i := range both {
		if !sameNode(was[i], now[i]) {
			w.item(path+"/"+strconv.Itoa(first+i), at, name, first+i, was[i], now[i])
		}
	}
	for i, x := range now[both:] {
		n := first + both + i
		w.add("added", path+"/"+strconv.Itoa(n), sentence(at, rules.Say("{what}新增{nth}：{now}", "{what}新增{nth}：{now}", "{what}: {nth} added: {now}",
			"what", w.tell.member(path, name), "nth", nth(n), "now", w.shown(path+"/"+strconv.Itoa(n), name, x))), nil, x.raw)
	}
	for i, x := range was[both:] {
		n := first + both + i
		w.add("removed", path, sentence(at, rules.Say("{what}去掉{nth}（原为 {was}）", "{what}去掉{nth}（原為 {was}）", "{what}: {nth} removed (was {was})",
			"what", w.tell.member(path, name), "nth", nth(n), "was", w.shown(path, name, x))), x.raw, nil)
	}
}

// item compares one thing of a list without keys: member by member, or as a whole where it is people in a word.
func (w *differ) item(path string, at []crumb, name string, n int, a, b node) {
	_, who1 := w.tell.who(path, a)
	_, who2 := w.tell.who(path, b)
	if who1 || who2 {
		w.add("changed", path, w.sayChanged(path, at, name, a, b), a.raw, b.raw)
		return
	}
	w.object(path, append(at[:len(at):len(at)], crumb{name, nth(n)}), a.members, b.members)
}

// cells compares the cells of a row of a decision table, which stand under its columns.
func (w *differ) cells(path string, at []crumb, name string, a, b node) bool {
	parts := strings.Split(path, "/")
	if len(parts) != 6 || parts[1] != "rules" || parts[3] != "rows" || len(a.items) != len(b.items) {
		return false
	}
	rule, _ := w.tell.thing("rules", parts[2])
	side := map[string]string{"if": "in", "then": "out"}[name]
	columns, _ := rule.get(side)
	if side == "" || len(columns.items) != len(b.items) {
		return false
	}
	for i, x := range b.items {
		if sameNode(a.items[i], x) {
			continue
		}
		column := columns.items[i]
		label := column.label()
		if of, ok := w.tell.fieldName(w.tell.formAt(path), column.key()); ok && column.text("name") == "" {
			if named, has := column.get("name"); !has || !isText(named) {
				label = of
			}
		}
		here := path + "/" + strconv.Itoa(i)
		w.add("changed", here, sentence(at, rules.Say("“{what}”由 {was} 改为 {now}", "「{what}」由 {was} 改為 {now}", "“{what}” changed from {was} to {now}",
			"what", label, "was", w.cell(here, name, a.items[i]), "now", w.cell(here, name, x))), a.items[i].raw, x.raw)
	}
	return true
}

// cell is a cell of a decision table: nothing is any value there.
func (w *differ) cell(path, side string, n node) rules.Text {
	if string(n.raw) == `""` {
		if side == "if" {
			return rules.Say("不限", "不限", "any")
		}
		return rules.Say("空", "空", "empty")
	}
	return w.shown(path, side, n)
}

func quoteList(keys []string) json.RawMessage {
	raw, err := json.Marshal(keys)
	if err != nil {
		return nil
	}
	return raw
}

// isText says whether an object is a text by language.
func isText(n node) bool {
	if n.kind != '{' || len(n.members) == 0 {
		return false
	}
	for _, m := range n.members {
		if m.name != "zh-CN" && m.name != "zh-TW" && m.name != "en" {
			return false
		}
	}
	return true
}
