package designer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"pipewright/rules"
	"pipewright/runtime/process"
)

// Side is one of the two that changed a definition.
type Side string

// The sides of a merge.
const (
	Mine   Side = "mine"
	Theirs Side = "theirs"
)

// MergeConflict is a place that both sides changed, each otherwise. A value that is missing was not there, or was taken out.
type MergeConflict struct {
	// Path is the key path of the place, Area the member of the definition it is in.
	Path string `json:"path"`
	Area string `json:"area"`
	// Kind is "changed", "removed" (one side took out what the other changed) or "order".
	Kind string `json:"kind"`
	// Place names it in the words of a business admin; MineText and TheirsText say what each side made of it.
	Place      rules.Text `json:"place"`
	MineText   rules.Text `json:"mineText"`
	TheirsText rules.Text `json:"theirsText"`
	// Lines are the places within it where the three differ.
	Lines  []MergeLine     `json:"lines"`
	Base   json.RawMessage `json:"base,omitempty"`
	Mine   json.RawMessage `json:"mine,omitempty"`
	Theirs json.RawMessage `json:"theirs,omitempty"`
	// Chosen is the side that was picked, empty while nobody has.
	Chosen Side `json:"chosen,omitempty"`
}

// Merged is what two sides made of one definition.
type Merged struct {
	// Definition is canonical and holds the changes of both; where they conflict, what was chosen, and mine where nothing was.
	Definition string
	Conflicts  []MergeConflict
}

// Open counts the conflicts that nobody has decided.
func (m Merged) Open() int {
	n := 0
	for _, c := range m.Conflicts {
		if c.Chosen == "" {
			n++
		}
	}
	return n
}

// Merge puts together what two sides made of one definition. What only one of them changed is taken from that one: things with keys are
// matched by them wherever they stand, and by their former keys where a side has renamed them (two that renamed one thing otherwise are a conflict); a name is merged language by language, a list
// of words word by word; everything else is one value. choose names the side that counts at the path of a conflict.
//
// A rule, an action or a list of people that both changed is a conflict as a whole: half of one with half of the other might be neither's
// meaning. So is what stands on a paper that one side puts together from blocks and the other writes as HTML. web/src/model/threeWay.ts does the same for two editors of a draft, in the browser, and testdata/merge.json holds both to the same answers.
//
// Errors: bad.request and check.failed when one of the three is no definition of the right shape.
func Merge(base, mine, theirs string, choose map[string]Side) (Merged, error) {
	var defs [3]*process.Definition
	for i, text := range []string{base, mine, theirs} {
		def, err := sound([]byte(text))
		if err != nil {
			return Merged{}, err
		}
		defs[i] = def
	}
	m := &merger{tell: &teller{}, choose: choose, conflicts: []MergeConflict{}}
	m.follow(&defs[0], &defs[1], &defs[2])
	var nodes [3]node
	for i, def := range defs {
		text, err := process.Format(def)
		if err != nil {
			return Merged{}, fmt.Errorf("designer: merge: %w", err)
		}
		if nodes[i], err = readNode(string(text)); err != nil {
			return Merged{}, err
		}
	}
	m.tell = &teller{nodes[1:]}
	whole := m.object("", nil, nodes[0], nodes[1], nodes[2])
	def, problems := process.Parse(whole.raw)
	if def == nil || rules.HasErrors(problems) {
		return Merged{}, fmt.Errorf("designer: merge: %s", firstError(problems))
	}
	text, err := process.Format(def)
	if err != nil {
		return Merged{}, fmt.Errorf("designer: merge: %w", err)
	}
	return Merged{Definition: string(text), Conflicts: m.conflicts}, nil
}

type merger struct {
	tell      *teller
	choose    map[string]Side
	conflicts []MergeConflict
}

// conflict notes a place and answers the side that counts there.
func (m *merger) conflict(kind, path string, place, mineText, theirsText rules.Text, base, mine, theirs node) Side {
	return m.ask(MergeConflict{Path: path, Kind: kind, Place: place, MineText: mineText, TheirsText: theirsText, Base: base.raw, Mine: mine.raw, Theirs: theirs.raw},
		func() []MergeLine { return m.lines(path, base, mine, theirs) })
}

func (m *merger) ask(c MergeConflict, lines func() []MergeLine) Side {
	if i := slices.IndexFunc(m.conflicts, func(asked MergeConflict) bool { return asked.Path == c.Path }); i >= 0 {
		if m.conflicts[i].Chosen == Theirs {
			return Theirs // one question for one place
		}
		return Mine
	}
	c.Area, _, _ = strings.Cut(strings.TrimPrefix(c.Path, "/"), "/")
	if chosen := m.choose[c.Path]; chosen == Mine || chosen == Theirs {
		c.Chosen = chosen
	}
	c.Lines = lines()
	m.conflicts = append(m.conflicts, c)
	if c.Chosen == Theirs {
		return Theirs
	}
	return Mine
}

func (n node) absent() bool { return n.raw == nil }

func sameNode(a, b node) bool { return bytes.Equal(a.raw, b.raw) }

// value merges what stands at one member; an absent node is a member that is not there.
func (m *merger) value(path string, at []crumb, name string, base, mine, theirs node) node {
	switch {
	case sameNode(mine, theirs), sameNode(theirs, base):
		return mine
	case sameNode(mine, base):
		return theirs
	}
	if by := identityOf(name, base, mine, theirs); by != nil {
		return m.things(path, at, name, by, base, mine, theirs)
	}
	if mine.kind == '{' && theirs.kind == '{' && (base.kind == '{' || base.absent()) && inParts(path, base, mine, theirs) {
		return m.object(path, append(at[:len(at):len(at)], crumb{kind: name}), base, mine, theirs)
	}
	kind := "changed"
	if mine.absent() || theirs.absent() {
		kind = "removed"
	}
	place, told := sentence(at, memberWord(name)), func(to node) rules.Text { return m.toldChange(path, name, base, to) }
	if language, ok := languageWords[name]; ok && len(at) > 0 {
		of := at[len(at)-1]
		place = sentence(at[:len(at)-1], rules.Say("{what}（{language}）", "{what}（{language}）", "{what} ({language})", "what", memberWord(of.kind), "language", language))
		told = m.toldText
	}
	if m.conflict(kind, path, place, told(mine), told(theirs), base, mine, theirs) == Theirs {
		return theirs
	}
	return mine
}

// languageWords name the languages of a text.
var languageWords = map[string]rules.Text{
	"zh-CN": rules.Say("简体中文", "簡體中文", "Simplified Chinese"),
	"zh-TW": rules.Say("繁体中文", "繁體中文", "Traditional Chinese"),
	"en":    rules.Say("英文", "英文", "English"),
}

// toldText says what a side made of a text in one language.
func (m *merger) toldText(to node) rules.Text {
	if to.absent() {
		return rules.Say("去掉", "去掉", "removed")
	}
	return rules.Say("改为{now}", "改為{now}", "now {now}", "now", m.differ().shown("", "", to))
}

// inParts says whether an object is merged member by member: texts by their languages, the rights of a stage by what they do with
// fields, the layout down to the place of a stage.
func inParts(path string, nodes ...node) bool {
	if strings.HasPrefix(path, "/layout") {
		return strings.Count(path, "/") <= 2
	}
	if strings.HasSuffix(path, "/fields") {
		return true
	}
	return !slices.ContainsFunc(nodes, func(n node) bool { return !n.absent() && !isText(n) })
}

func (m *merger) object(path string, at []crumb, base, mine, theirs node) node {
	var out []member
	var names []string
	for _, n := range []node{mine, theirs} {
		for _, x := range n.members {
			if !slices.Contains(names, x.name) {
				names = append(names, x.name)
			}
		}
	}
	for _, name := range names {
		b, _ := base.get(name)
		x, _ := mine.get(name)
		y, _ := theirs.get(name)
		if v := m.value(path+"/"+segment.Replace(name), at, name, b, x, y); !v.absent() {
			out = append(out, member{name, v})
		}
	}
	return objectNode(out)
}

func objectNode(members []member) node {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, x := range members {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(body(x.name))
		b.WriteByte(':')
		b.Write(x.value.raw)
	}
	b.WriteByte('}')
	return node{raw: b.Bytes(), members: members, kind: '{'}
}

func listNode(items []node) node {
	var b bytes.Buffer
	b.WriteByte('[')
	for i, x := range items {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(x.raw)
	}
	b.WriteByte(']')
	return node{raw: b.Bytes(), items: items, kind: '['}
}

// toldChange says in a few words what a side made of a member.
func (m *merger) toldChange(path, name string, from, to node) rules.Text {
	w := m.differ()
	w.value(path, nil, name, from, to)
	return toldAll(w.out)
}

// toldAll is the first few of some differences in one text.
func toldAll(list []Difference) rules.Text {
	const few = 3
	if len(list) == 0 {
		return rules.Say("没有改动", "沒有改動", "unchanged")
	}
	out := list[0].Text
	for _, d := range list[1:min(len(list), few)] {
		out = rules.Say("{a}；{b}", "{a}；{b}", "{a}; {b}", "a", out, "b", d.Text)
	}
	if more := len(list) - few; more > 0 {
		out = rules.Say("{a}；另有 {n} 处", "{a}；另有 {n} 處", "{a}; and {n} more", "a", out, "n", more)
	}
	return out
}

func (m *merger) differ() *differ { return &differ{tell: m.tell} }

// lines lines the three sides of a conflict up.
func (m *merger) lines(path string, base, mine, theirs node) []MergeLine {
	_, member := cutLast(path)
	return append([]MergeLine{}, m.tell.sides(path, member, nil, base, mine, theirs)...)
}

func cutLast(path string) (before, last string) {
	i := strings.LastIndex(path, "/")
	return path[:max(i, 0)], path[i+1:]
}
