package designer

import (
	"encoding/json"
	"slices"

	"pipewright/rules"
)

// identity is what an item of a list is known by; "" when it has nothing of the kind.
type identity func(node) string

// identityOf finds what the items of a list are known by on all sides: a key or name, the role of a grant, or, for words, the word itself. It
// is nil for what is no list, and for a list whose items cannot be told apart. A list that is not there counts as empty.
func identityOf(name string, lists ...node) identity {
	word := func(n node) string {
		var s string
		if n.kind != 0 || json.Unmarshal(n.raw, &s) != nil {
			return ""
		}
		return s
	}
	kinds := []identity{node.key, word}
	if name == "grants" {
		kinds = []identity{func(n node) string {
			role, _ := n.get("role")
			return word(role)
		}}
	}
	for _, by := range kinds {
		if !slices.ContainsFunc(lists, func(n node) bool { return !n.told(by) }) {
			return by
		}
	}
	return nil
}

// told says whether every item of a list is known by something of its own.
func (n node) told(by identity) bool {
	if n.absent() {
		return true
	}
	seen := map[string]bool{}
	for _, x := range n.items {
		id := by(x)
		if id == "" || seen[id] {
			return false
		}
		seen[id] = true
	}
	return n.kind == '['
}

// ordered are the lists in which it matters who comes first.
var ordered = []string{"steps"}

func (m *merger) things(path string, at []crumb, name string, by identity, base, mine, theirs node) node {
	b, x, y := itemsBy(base, by), itemsBy(mine, by), itemsBy(theirs, by)
	if replacedByBoth(b, x, y) {
		if m.conflict("changed", path, sentence(at, memberWord(name)), m.toldChange(path, name, base, mine), m.toldChange(path, name, base, theirs), base, mine, theirs) == Theirs {
			return theirs
		}
		return mine
	}
	kept := map[string]node{}
	for _, id := range union(b.order, x.order, y.order) {
		if v := m.thing(path+"/"+segment.Replace(id), at, name, b.by[id], x.by[id], y.by[id]); !v.absent() {
			kept[id] = v
		}
	}
	var out []node
	for _, id := range m.order(path, at, name, kept, b.order, x.order, y.order) {
		out = append(out, kept[id])
	}
	return listNode(out)
}

// replacedByBoth says of lists of words that both sides took the same word out and put another in its place.
func replacedByBoth(b, x, y itemList) bool {
	if !b.words || !x.words || !y.words {
		return false
	}
	gone := slices.ContainsFunc(b.order, func(w string) bool { return x.by[w].absent() && y.by[w].absent() })
	adds := func(one, other itemList) bool {
		return slices.ContainsFunc(one.order, func(w string) bool { return b.by[w].absent() && other.by[w].absent() })
	}
	return gone && adds(x, y) && adds(y, x)
}

// thing merges one item of a list; an absent node is an item that is not there.
func (m *merger) thing(path string, at []crumb, list string, base, mine, theirs node) node {
	switch {
	case sameNode(mine, theirs), sameNode(theirs, base):
		return mine
	case sameNode(mine, base):
		return theirs
	case list == "prints" && onPaper(mine) != onPaper(theirs) && !mine.absent() && !theirs.absent():
		return m.print(path, append(at[:len(at):len(at)], crumb{list, m.tell.label(list, mine)}), base, mine, theirs)
	case !mine.absent() && !theirs.absent():
		return m.object(path, append(at[:len(at):len(at)], crumb{list, m.tell.label(list, mine)}), base, mine, theirs)
	}
	told := func(to node) rules.Text {
		if to.absent() {
			return sayThing(nil, list, m.tell.label(list, base), false)
		}
		w := m.differ()
		w.object(path, nil, base.members, to.members)
		return toldAll(w.out)
	}
	place := whereAt(append(at[:len(at):len(at)], crumb{list, m.tell.label(list, base)}))
	if m.conflict("removed", path, place, told(mine), told(theirs), base, mine, theirs) == Theirs {
		return theirs
	}
	return mine
}

// itemList is a list with its items by what they are known by.
type itemList struct {
	order []string
	by    map[string]node
	words bool
}

func itemsBy(list node, by identity) itemList {
	out := itemList{by: map[string]node{}, words: true}
	for _, x := range list.items {
		id := by(x)
		out.order, out.by[id] = append(out.order, id), x
		out.words = out.words && x.kind == 0
	}
	return out
}

// order puts the kept items in order: those of the base as the side that moved them has them, and what each side added after what it
// stands after there. Two sides that moved them otherwise are a conflict.
func (m *merger) order(path string, at []crumb, name string, kept map[string]node, base, mine, theirs []string) []string {
	first := base
	moved := func(side []string) bool {
		return !slices.Equal(common(side, base), common(base, side))
	}
	switch {
	case moved(mine) && moved(theirs):
		first = mine
		if !slices.Equal(common(mine, theirs), common(theirs, mine)) && m.orderConflict(path, at, name, base, mine, theirs) == Theirs {
			first = theirs
		}
	case moved(mine):
		first = mine
	case moved(theirs):
		first = theirs
	}
	var out []string
	for _, id := range common(first, base) {
		if !kept[id].absent() {
			out = append(out, id)
		}
	}
	// What the side that moved took out, and the other's choice brings back, stands after what it stood after.
	out = weave(out, among(base, kept), nil)
	ours, other := among(mine, kept), among(theirs, kept)
	if slices.Contains(ordered, name) && sameGap(out, ours, other) && m.orderConflict(path, at, name, base, mine, theirs) == Theirs {
		return weave(out, other, ours)
	}
	if firstNew(other, ours, out) < firstNew(ours, other, out) {
		ours, other = other, ours
	}
	return weave(out, ours, other)
}

func (m *merger) orderConflict(path string, at []crumb, name string, base, mine, theirs []string) Side {
	told := func(to []string) rules.Text { return rules.Plain(clip(joined(to))) }
	return m.conflict("order", path, sayOrder(at, name), told(mine), told(theirs), listOf(base), listOf(mine), listOf(theirs))
}

func listOf(keys []string) node {
	out := node{raw: quoteList(keys), kind: '['}
	for _, k := range keys {
		out.items = append(out.items, node{raw: body(k)})
	}
	return out
}

func joined(keys []string) string {
	out := ""
	for i, k := range keys {
		if i > 0 {
			out += ", "
		}
		out += k
	}
	return out
}

// weave puts the keys of the lists that out lacks after what they stand after in their list; of two that stand after the same, those of the
// first list come first.
func weave(out []string, lists ...[]string) []string {
	skeleton := slices.Clone(out)
	behind := map[string][]string{}
	for _, list := range lists {
		last := ""
		for _, id := range list {
			switch {
			case slices.Contains(skeleton, id):
				last = id
			case !slices.Contains(out, id):
				behind[last] = append(behind[last], id)
				out = append(out, id)
			}
		}
	}
	woven := slices.Clone(behind[""])
	for _, id := range skeleton {
		woven = append(append(woven, id), behind[id]...)
	}
	return woven
}

// firstNew is the least of the keys that only one side added, so that the order of two sides' additions does not depend on which is whose.
func firstNew(side, other, out []string) string {
	least := "\U0010ffff"
	for _, id := range side {
		if !slices.Contains(other, id) && !slices.Contains(out, id) {
			least = min(least, id)
		}
	}
	return least
}

// sameGap says whether both sides added something of their own after the same item.
func sameGap(out, mine, theirs []string) bool {
	gaps := func(side, other []string) []string {
		var at []string
		last := ""
		for _, id := range side {
			if slices.Contains(out, id) {
				last = id
			} else if !slices.Contains(other, id) {
				at = append(at, last)
			}
		}
		return at
	}
	theirGaps := gaps(theirs, mine)
	return slices.ContainsFunc(gaps(mine, theirs), func(g string) bool { return slices.Contains(theirGaps, g) })
}

// common are the keys of a list that are in another, too.
func common(list, other []string) []string {
	var out []string
	for _, id := range list {
		if slices.Contains(other, id) {
			out = append(out, id)
		}
	}
	return out
}

// among are the keys of a list that are kept.
func among(list []string, kept map[string]node) []string {
	var out []string
	for _, id := range list {
		if !kept[id].absent() {
			out = append(out, id)
		}
	}
	return out
}

func union(lists ...[]string) []string {
	var out []string
	seen := map[string]bool{}
	for _, list := range lists {
		for _, id := range list {
			if !seen[id] {
				seen[id] = true
				out = append(out, id)
			}
		}
	}
	return out
}
