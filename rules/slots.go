package rules

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
		problems[i].Fix = nil // it would replace the slot alone
	}
	return p, problems
}
