package designer

import (
	"slices"

	"pipewright/rules"
)

// paperMembers are what stands on the paper of a print, and how it looks.
var paperMembers = []string{"blocks", "body", "header", "footer", "css"}

// onPaper is what a paper is put together from: "blocks" or, where there are none, "body"; "" when nothing stands on it.
func onPaper(print node) string {
	for _, name := range paperMembers[:2] {
		v, there := print.get(name)
		if len(v.items)+len(v.members) > 0 || there && v.kind == 0 {
			return name
		}
	}
	return ""
}

// print merges a print that one side puts together from blocks and the other does not: half of one paper with half of the other would be none, so
// that what stands on it is one value.
func (m *merger) print(path string, at []crumb, base, mine, theirs node) node {
	var papers, rests [3]node
	for i, n := range []node{base, mine, theirs} {
		papers[i], rests[i] = n.parted(paperMembers)
	}
	paper := papers[1]
	switch {
	case sameNode(papers[1], papers[0]):
		paper = papers[2]
	case sameNode(papers[2], papers[0]):
	default:
		told := func(i int) rules.Text { return m.toldPaper(papers[0], papers[i]) }
		c := MergeConflict{Path: path + "/blocks", Kind: "changed", Place: sentence(at, rules.Say("纸上的内容", "紙上的內容", "what stands on the paper")),
			MineText: told(1), TheirsText: told(2), Base: papers[0].raw, Mine: papers[1].raw, Theirs: papers[2].raw}
		if m.ask(c, func() []MergeLine { return []MergeLine{{Base: told(0), Mine: told(1), Theirs: told(2)}} }) == Theirs {
			paper = papers[2]
		}
	}
	return objectNode(append(m.object(path, at, rests[0], rests[1], rests[2]).members, paper.members...))
}

// parted are the members of an object with these names, and the others.
func (n node) parted(names []string) (those, others node) {
	var in, out []member
	for _, x := range n.members {
		if slices.Contains(names, x.name) {
			in = append(in, x)
		} else {
			out = append(out, x)
		}
	}
	return objectNode(in), objectNode(out)
}

// toldPaper says what a paper is put together from.
func (m *merger) toldPaper(base, paper node) rules.Text {
	switch onPaper(paper) {
	case "":
		return rules.Say("没有内容", "沒有內容", "nothing")
	case "body":
		if onPaper(base) == "body" && !sameNode(paper, base) {
			return rules.Say("写成 HTML，有改动", "寫成 HTML，有改動", "written as HTML, changed")
		}
		return rules.Say("写成 HTML", "寫成 HTML", "written as HTML")
	}
	blocks, _ := paper.get("blocks")
	const few = 3
	names := m.tell.label("blocks", blocks.items[0])
	for _, b := range blocks.items[1:min(len(blocks.items), few)] {
		names = rules.Say("{a}、{b}", "{a}、{b}", "{a}, {b}", "a", names, "b", m.tell.label("blocks", b))
	}
	if more := len(blocks.items) - few; more > 0 {
		names = rules.Say("{a}，另有 {n} 块", "{a}，另有 {n} 塊", "{a}, and {n} more", "a", names, "n", more)
	}
	return rules.Say("由内容块组成：{names}", "由內容區塊組成：{names}", "made of blocks: {names}", "names", names)
}
