package designer

import (
	"encoding/json"
	"slices"
	"strings"

	"pipewright/rules"
	"pipewright/runtime/process"
)

// follow gives what one side has renamed the same key in the base and on the other side, with every place there that names it. What a side
// renamed is then the same thing for all three, and changed on one side only. A rename that the other side cannot take, because the key
// means something else there, is left: the thing is then removed here and added there, and what conflicts is told. A thing that both sides have
// renamed, each otherwise, is asked about: it is one thing still, under the key that counts, with the other among its former keys.
func (m *merger) follow(base, mine, theirs **process.Definition) {
	for _, sides := range [][2]**process.Definition{{theirs, mine}, {mine, theirs}} {
		side, other := sides[0], sides[1]
		refused := map[string]bool{}
		for {
			path, to, ok := firstRename(*base, *side, refused)
			if !ok {
				break
			}
			refused[path] = true
			if m.renamedTwice(path, base, mine, theirs) {
				continue
			}
			nextBase, _, problems := process.Rename(*base, path, to)
			if rules.HasErrors(problems) {
				continue
			}
			nextOther, _, problems := process.Rename(*other, path, to)
			if rules.HasErrors(problems) {
				if there, _ := process.Uses(*other, path); there != nil || problems[0].Code != "ref.unknown" {
					continue
				}
				nextOther = *other // the other side has taken it out
			}
			*base, *other = nextBase, nextOther
		}
	}
}

// renamedTwice says whether both sides have given a thing of the base another key, each its own, and gives it the one that counts on all sides.
func (m *merger) renamedTwice(path string, base, mine, theirs **process.Definition) bool {
	i := strings.LastIndexByte(path, '/')
	list, former := path[:i], path[i+1:]
	was, ok := nodeOf(*base)
	if !ok {
		return false
	}
	var keys [2]string
	for n, side := range []*process.Definition{*mine, *theirs} {
		now, ok := nodeOf(side)
		if !ok {
			return false
		}
		old, there := itemsBy(nodeAt(was, list), node.key), itemsBy(nodeAt(now, list), node.key)
		for _, key := range there.order {
			if formerKey(old, there, key) == former {
				keys[n] = key
			}
		}
	}
	if keys[0] == "" || keys[1] == "" || keys[0] == keys[1] {
		return false
	}
	at := list + "/" + keys[0] + "/key"
	wins, loses, side := keys[0], keys[1], theirs
	if m.choose[at] == Theirs {
		wins, loses, side = keys[1], keys[0], mine
	}
	nextBase, _, problems := process.Rename(*base, path, wins)
	if rules.HasErrors(problems) {
		return false
	}
	nextSide, _, problems := process.Rename(*side, list+"/"+loses, wins)
	if rules.HasErrors(problems) {
		return false
	}
	*base, *side = nextBase, nextSide
	var told [3]node
	for n, key := range []string{former, keys[0], keys[1]} {
		told[n] = node{raw: body(key)}
	}
	m.conflict("changed", at, sentence(crumbsTo(was, path), memberWord("key")), m.toldText(told[1]), m.toldText(told[2]), told[0], told[1], told[2])
	return true
}

func nodeOf(def *process.Definition) (node, bool) {
	raw, err := json.Marshal(def)
	if err != nil {
		return node{}, false
	}
	n, err := readNode(string(raw))
	return n, err == nil
}

// nodeAt is what stands at a key path, an absent node if nothing does.
func nodeAt(n node, path string) node {
	for _, part := range strings.Split(strings.TrimPrefix(path, "/"), "/") {
		if n.kind == '[' {
			n = itemsBy(n, node.key).by[part]
		} else {
			n, _ = n.get(part)
		}
	}
	return n
}

// crumbsTo are the things on the way to a thing, that one included.
func crumbsTo(n node, path string) []crumb {
	var out []crumb
	list := ""
	for _, part := range strings.Split(strings.TrimPrefix(path, "/"), "/") {
		if n.kind == '[' {
			n = itemsBy(n, node.key).by[part]
			out = append(out, crumb{list, n.label()})
		} else {
			list = part
			n, _ = n.get(part)
		}
	}
	return out
}

// firstRename finds a thing of next that was called otherwise in base: its path there, and what it is called now.
func firstRename(base, next *process.Definition, refused map[string]bool) (path, to string, ok bool) {
	from, ok := nodeOf(base)
	if !ok {
		return "", "", false
	}
	now, ok := nodeOf(next)
	if !ok {
		return "", "", false
	}
	return renameIn("", from, now, refused)
}

func renameIn(path string, base, next node, refused map[string]bool) (string, string, bool) {
	for _, m := range next.members {
		was, ok := base.get(m.name)
		if !ok {
			continue
		}
		at := path + "/" + m.name
		if !m.value.keyed() || !was.keyed() {
			if m.value.kind == '{' && was.kind == '{' {
				if p, to, ok := renameIn(at, was, m.value, refused); ok {
					return p, to, true
				}
			}
			continue
		}
		old, now := itemsBy(was, node.key), itemsBy(m.value, node.key)
		for _, key := range now.order {
			if former := formerKey(old, now, key); former != "" && !refused[at+"/"+former] && !strings.Contains(former, "/") {
				return at + "/" + former, key, true
			}
			if old.by[key].absent() {
				continue
			}
			if p, to, ok := renameIn(at+"/"+key, old.by[key], now.by[key], refused); ok {
				return p, to, true
			}
		}
	}
	return "", "", false
}

// formerKey is the key that a thing had in the older list, if it has another now.
func formerKey(old, now itemList, key string) string {
	if !old.by[key].absent() {
		return ""
	}
	was, _ := now.by[key].get("was")
	var former []string
	if json.Unmarshal(was.raw, &former) != nil {
		return ""
	}
	slices.Reverse(former)
	for _, k := range former {
		if !old.by[k].absent() && now.by[k].absent() {
			return k
		}
	}
	return ""
}
