package designer

import (
	"bytes"
	"encoding/json"
	"fmt"
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
	w := &differ{out: []Difference{}}
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

// key is what a thing is known by among its like: its key, or the name of a scenario, which has none.
func (n node) key() string {
	k, ok := n.get("key")
	if !ok {
		k, ok = n.get("name")
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

type differ struct{ out []Difference }

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
		w.add("added", path, sayAdded(at, name, b), nil, b.raw)
	case b.raw == nil:
		w.add("removed", path, sayRemoved(at, name, a), a.raw, nil)
	case a.kind == '{' && b.kind == '{' && !isText(a) && !isText(b):
		w.object(path, append(at[:len(at):len(at)], crumb{kind: name}), a.members, b.members)
	default:
		w.add("changed", path, sayChanged(at, name, a, b), a.raw, b.raw)
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
			w.add("added", path+"/"+segment.Replace(k), sayThing(at, name, x, true), nil, x.raw)
			continue
		}
		order = append(order, k)
		if !bytes.Equal(was.raw, x.raw) {
			w.object(path+"/"+segment.Replace(k), append(at[:len(at):len(at)], crumb{name, x.label()}), was.members, x.members)
		}
	}
	for _, x := range a {
		if _, ok := now[x.key()]; ok {
			kept = append(kept, x.key())
		} else {
			w.add("removed", path+"/"+segment.Replace(x.key()), sayThing(at, name, x, false), x.raw, nil)
		}
	}
	if strings.Join(kept, " ") != strings.Join(order, " ") {
		w.add("changed", path, sayOrder(at, name), quoteList(kept), quoteList(order))
	}
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
