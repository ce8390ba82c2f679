package rules

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// The analysis of a decision table cuts each input's values into segments between which no cell can tell a difference:
// the constants its cells compare with, and what lies between them. A row is then a box of segments, found by running
// its cells on one value of each; gaps, overlaps and rows that never apply are differences of boxes. A cell that does
// more than compare its own input with constants cannot be cut so; its row is then left out of what is claimed.

// segment is one value that stands for all its neighbours between two constants.
type segment struct {
	value any
	label string
}

// box is, for each input, which segments it holds.
type box [][]bool

// maxBoxes bounds the work; beyond it nothing is claimed.
const maxBoxes = 4000

func analyseTable(r *Rule, types []Type, cells [][]cell, path string) []Problem {
	segments := make([][]segment, len(r.In))
	for j := range r.In {
		segments[j] = inputSegments(j, r.In[j].Key, types[j], cells)
	}
	boxes := make([]box, len(r.Rows))
	whole := true
	for i := range r.Rows {
		boxes[i] = rowBox(r, segments, cells[i])
		whole = whole && boxes[i] != nil
	}
	problems := impossible(boxes, path)
	switch r.Hit {
	case "", "unique":
		problems = append(problems, overlaps(boxes, path)...)
	case "first":
		problems = append(problems, unreachable(boxes, path)...)
	case "collect", "collectSum":
		return problems
	}
	if !whole {
		return problems
	}
	rest := []box{universe(segments)}
	for _, b := range boxes {
		if rest = subtractAll(rest, b); len(rest) > maxBoxes {
			return problems
		}
	}
	if len(rest) > 0 {
		p := Warnf(path+"/rows", "table.gap", Say(
			"没有一行适用于这种情况：{case}。结果会是空值", "沒有一列適用於這種情況：{case}。結果會是空值",
			"No row applies to this case: {case}. The result will be empty", "case", describe(r, segments, rest[0])))
		if r.Hit == "first" {
			p.Fix = defaultRow(r, path)
		}
		problems = append(problems, p)
	}
	return problems
}

// defaultRow adds a last row for whatever the others leave, so that the empty result is there to be seen and filled.
func defaultRow(r *Rule, path string) *Fix {
	raw, err := json.Marshal(Row{If: make([]string, len(r.In)), Then: make([]string, len(r.Out))})
	if err != nil {
		return nil
	}
	return &Fix{Title: Say("在末尾加一行“其他情况”", "在末尾加一列「其他情況」", "Add a last row for all other cases"),
		Changes: []Change{{Path: path + "/rows/" + strconv.Itoa(len(r.Rows)), Value: raw}}}
}

// rowBox finds the box of a row; nil if it cannot be told.
func rowBox(r *Rule, segments [][]segment, row []cell) box {
	b := make(box, len(row))
	for j, c := range row {
		if segments[j] == nil {
			if c.prog != nil {
				return nil
			}
			b[j] = []bool{true}
			continue
		}
		b[j] = make([]bool, len(segments[j]))
		if c.prog != nil {
			if _, ok := cellConstants(c.expr, r.In[j].Key); !ok {
				return nil
			}
		}
		for k, s := range segments[j] {
			met := true
			if c.prog != nil {
				var err error
				if met, err = c.prog.Test(&Scope{Names: map[string]any{r.In[j].Key: s.value}}); err != nil {
					return nil
				}
			}
			b[j][k] = met
		}
	}
	return b
}

// universe is every case but those with an empty input: a table need not say what an empty field decides, and rarely does.
func universe(segments [][]segment) box {
	b := make(box, len(segments))
	for j, s := range segments {
		b[j] = make([]bool, max(1, len(s)))
		for k := range b[j] {
			b[j][k] = len(s) == 0 || s[k].value != nil
		}
	}
	return b
}

// common is what two boxes share in one input; empty says that it is nothing.
func common(a, b []bool) (out []bool, empty bool) {
	out, empty = make([]bool, len(a)), true
	for k := range a {
		if out[k] = a[k] && b[k]; out[k] {
			empty = false
		}
	}
	return out, empty
}

func (b box) meets(o box) bool {
	for j := range b {
		if _, empty := common(b[j], o[j]); empty {
			return false
		}
	}
	return true
}

// minus is what is left of b without o, as boxes that do not meet each other.
func (b box) minus(o box) []box {
	if !b.meets(o) {
		return []box{b}
	}
	var out []box
	left := append(box{}, b...)
	for j := range b {
		outside, any := make([]bool, len(b[j])), false
		for k := range b[j] {
			if outside[k] = b[j][k] && !o[j][k]; outside[k] {
				any = true
			}
		}
		if any {
			piece := append(box{}, left...)
			piece[j] = outside
			out = append(out, piece)
		}
		left[j], _ = common(b[j], o[j])
	}
	return out
}

func subtractAll(boxes []box, o box) []box {
	var out []box
	for _, b := range boxes {
		out = append(out, b.minus(o)...)
		if len(out) > maxBoxes {
			break
		}
	}
	return out
}

// impossible are rows that no value can meet, such as [5..1).
func impossible(boxes []box, path string) []Problem {
	var problems []Problem
	for i, b := range boxes {
		if b.void() {
			problems = append(problems, Warnf(path+"/rows/"+strconv.Itoa(i), "table.unreachable", Say(
				"第 {n} 行永远不会用到：没有值能满足它的条件", "第 {n} 列永遠不會用到：沒有值能滿足它的條件",
				"Row {n} never applies: no value meets its conditions", "n", i+1)))
		}
	}
	return problems
}

// void says that a row is known and holds no case.
func (b box) void() bool {
	return b != nil && !b.meets(b)
}

func overlaps(boxes []box, path string) []Problem {
	var problems []Problem
	for i := range boxes {
		for k := range i {
			if boxes[i] == nil || boxes[k] == nil || !boxes[i].meets(boxes[k]) {
				continue
			}
			problems = append(problems, Errorf(path+"/rows/"+strconv.Itoa(i), "table.overlap", Say(
				"第 {b} 行和第 {a} 行会同时适用；unique 要求每种情况只有一行。可改用 first", "第 {b} 列和第 {a} 列會同時適用；unique 要求每種情況只有一列。可改用 first",
				"Row {b} and row {a} apply at the same time, but unique allows one row a case. first would take the upper one", "a", k+1, "b", i+1)))
			break
		}
	}
	return problems
}

func unreachable(boxes []box, path string) []Problem {
	var problems []Problem
	for i, b := range boxes {
		if b == nil || b.void() {
			continue
		}
		rest := []box{b}
		for _, earlier := range boxes[:i] {
			if earlier != nil {
				rest = subtractAll(rest, earlier)
			}
			if len(rest) == 0 || len(rest) > maxBoxes {
				break
			}
		}
		if len(rest) == 0 {
			problems = append(problems, Warnf(path+"/rows/"+strconv.Itoa(i), "table.unreachable", Say(
				"第 {n} 行永远不会用到：上面的行已包括它的所有情况", "第 {n} 列永遠不會用到：上面的列已包括它的所有情況",
				"Row {n} never applies: the rows above cover all its cases", "n", i+1)))
		}
	}
	return problems
}

// describe names one case of a box; inputs that do not matter are left out.
func describe(r *Rule, segments [][]segment, b box) string {
	var parts []string
	for j, in := range r.In {
		if n := len(segments[j]) - 1; n < 0 || !slices.Contains(b[j][:n], false) {
			continue
		}
		parts = append(parts, in.Key+" "+segments[j][slices.Index(b[j], true)].label)
	}
	if len(parts) == 0 {
		return "…"
	}
	return strings.Join(parts, "; ")
}
