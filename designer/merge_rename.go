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
// means something else there, is left: the thing is then removed here and added there, and what conflicts is told.
func follow(base, mine, theirs **process.Definition) {
	for _, sides := range [][2]**process.Definition{{theirs, mine}, {mine, theirs}} {
		side, other := sides[0], sides[1]
		refused := map[string]bool{}
		for {
			path, to, ok := firstRename(*base, *side, refused)
			if !ok {
				break
			}
			refused[path] = true
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

// firstRename finds a thing of next that was called otherwise in base: its path there, and what it is called now.
func firstRename(base, next *process.Definition, refused map[string]bool) (path, to string, ok bool) {
	a, errA := json.Marshal(base)
	b, errB := json.Marshal(next)
	if errA != nil || errB != nil {
		return "", "", false
	}
	from, errA := readNode(string(a))
	now, errB := readNode(string(b))
	if errA != nil || errB != nil {
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
