package rules

import "encoding/json"

// Slot is one {{ expression }} of a text, with where it stands: the bytes From to To, braces included.
type Slot struct {
	From, To int
	// Source is the expression.
	Source string
}

// Slots finds the slots of a text. The problem says where one does not end; then there are none.
func Slots(src string) ([]Slot, []Problem) {
	var out []Slot
	for at := 0; ; {
		i := indexFrom(src, "{{", at)
		if i < 0 {
			return out, nil
		}
		end := slotEnd(src[i+2:])
		if end < 0 {
			p := Errorf("", "expr.syntax", Say("“{{”没有对应的“}}”", "「{{」沒有對應的「}}」", "“{{” has no “}}”"))
			p.Line, p.Col = placeOfByte(src, i)
			return nil, []Problem{p}
		}
		at = i + 2 + end + 2
		out = append(out, Slot{From: i, To: at, Source: src[i+2 : at-2]})
	}
}

// Compile compiles the expression of a slot of src. Line and column of the problems are those in src.
func (s Slot) Compile(src string, env *Env, want Type) (*Program, []Problem) {
	p, problems := Compile(s.Source, env, want)
	for i := range problems {
		problems[i].Line, problems[i].Col = shiftPlace(src, s.From+2, problems[i].Line, problems[i].Col)
		problems[i].Fix = s.within(src, problems[i].Fix)
	}
	return p, problems
}

// within is a fix of the slot's expression as one of the whole text; nil for an expression that stands there in another way, as in the
// attribute of a print.
func (s Slot) within(src string, fix *Fix) *Fix {
	var expression string
	if s.From+2 > s.To-2 || s.To > len(src) || src[s.From+2:s.To-2] != s.Source {
		return nil
	}
	if fix == nil || len(fix.Changes) != 1 || fix.Changes[0].Path != "" || json.Unmarshal(fix.Changes[0].Value, &expression) != nil {
		return nil
	}
	raw, err := json.Marshal(src[:s.From+2] + expression + src[s.To-2:])
	if err != nil {
		return nil
	}
	return &Fix{Title: fix.Title, Changes: []Change{{Path: "", Value: raw}}}
}
