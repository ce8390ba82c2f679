package rules

import (
	"strings"

	"github.com/expr-lang/expr/parser/lexer"
)

// cell is a compiled condition of a decision table. A nil program is always met.
type cell struct {
	prog *Program
	expr string // the whole expression the cell stands for
}

func blank(s string) bool {
	s = strings.TrimSpace(s)
	return s == "" || s == "-"
}

// tests are the operators a cell may begin with; the input stands before them unseen.
var tests = []string{"==", "!=", "<", "<=", ">", ">=", "in", "contains", "startsWith", "endsWith", "matches"}

// compileCell compiles the condition in one cell. A cell is
//
//	empty or -              always met
//	> 100                   a test of the input; also "> 100 and <= 500", "not in ['a']"
//	100, 'a', date('…')     the input equals it
//	['a', 'b']              the input is one of them
//	100..500                the input lies between, both ends included
//	[100..500) (0..1]       the same, a round bracket leaving its end out
//	an expression           met when it is true, for conditions over other fields
func compileCell(src, input string, t Type, env *Env) (cell, []Problem) {
	if blank(src) {
		return cell{}, nil
	}
	if text, _, ok := interval(src, input); ok {
		p, ps := Compile(text, env, Bool)
		return cell{p, text}, unplaced(ps)
	}
	tokens, f := scan(src)
	if f != nil {
		return cell{}, []Problem{f.problem(src)}
	}
	text, added := withInput(src, input, tokens)
	if added == nil {
		if from, to, ok := between(src, tokens); ok {
			text = input + " >= " + from + " and " + input + " <= " + to
			p, ps := Compile(text, env, Bool)
			return cell{p, text}, unplaced(ps)
		}
		p, ps := CompileChoice(src, env, Anything, t.Choices())
		if HasErrors(ps) {
			return cell{}, ps
		}
		lead := input + " == ("
		switch k := p.Type().Kind; {
		case k == KindList:
			lead = input + " in ("
		case t.Kind == KindList:
			lead = input + " contains ("
		case k == KindBool && t.Kind != KindBool:
			return cell{p, src}, ps
		}
		text, added = lead+src+")", []int{0}
		q, ps := Compile(text, env, Bool)
		return cell{q, text}, moved(ps, added, len([]rune(lead)))
	}
	p, ps := Compile(text, env, Bool)
	return cell{p, text}, moved(ps, added, len([]rune(input))+1)
}

// withInput puts the input before every test that has nothing on its left. added are the places, in characters of the
// new text; nil if there is none.
func withInput(src, input string, tokens []lexer.Token) (text string, added []int) {
	runes := []rune(src)
	var b strings.Builder
	last, grown := 0, 0
	start := true // an operand is expected here
	for i, t := range tokens {
		at := t
		if start && t.Is(lexer.Operator, "not") && i+1 < len(tokens) && tokens[i+1].Is(lexer.Operator, tests...) {
			b.WriteString(string(runes[last:at.From]) + input + " ")
			added = append(added, at.From+grown)
			last, grown, start = at.From, grown+len([]rune(input))+1, false
			continue
		}
		if start && t.Is(lexer.Operator, tests...) {
			b.WriteString(string(runes[last:at.From]) + input + " ")
			added = append(added, at.From+grown)
			last, grown = at.From, grown+len([]rune(input))+1
		}
		start = t.Is(lexer.Operator, "and", "or", "&&", "||") || start && t.Is(lexer.Operator, "not", "!") || start && t.Is(lexer.Bracket, "(")
	}
	b.WriteString(string(runes[last:]))
	return b.String(), added
}

// between recognises a..b.
func between(src string, tokens []lexer.Token) (from, to string, ok bool) {
	depth := 0
	runes := []rune(src)
	for _, t := range tokens {
		switch {
		case t.Is(lexer.Bracket, "(", "[", "{"):
			depth++
		case t.Is(lexer.Bracket):
			depth--
		case depth == 0 && t.Is(lexer.Operator, ".."):
			if ok {
				return "", "", false
			}
			from, to, ok = strings.TrimSpace(string(runes[:t.From])), strings.TrimSpace(string(runes[t.To:])), true
		}
	}
	return from, to, ok && from != "" && to != ""
}

// interval recognises [a..b), (a..b] and the like. inner is where the part between the brackets begins, in characters.
func interval(src, input string) (text string, inner int, ok bool) {
	s := strings.TrimSpace(src)
	if len(s) < 2 || !strings.ContainsRune("[(", rune(s[0])) || !strings.ContainsRune("])", rune(s[len(s)-1])) {
		return "", 0, false
	}
	part := s[1 : len(s)-1]
	tokens, f := scan(part)
	if f != nil {
		return "", 0, false
	}
	from, to, ok := between(part, tokens)
	if !ok {
		return "", 0, false
	}
	above, below := " >= ", " <= "
	if s[0] == '(' {
		above = " > "
	}
	if s[len(s)-1] == ')' {
		below = " < "
	}
	return input + above + from + " and " + input + below + to, len([]rune(src[:strings.Index(src, s)])) + 1, true
}

// moved brings the columns of problems back to the cell as written. Fixes would replace the whole, so they go.
func moved(ps []Problem, added []int, width int) []Problem {
	for i := range ps {
		ps[i].Fix = nil
		if ps[i].Line != 1 {
			continue
		}
		col := ps[i].Col - 1
		shift := 0
		for _, at := range added {
			if at < col {
				shift += min(width, col-at)
			}
		}
		ps[i].Col = col - shift + 1
	}
	return ps
}

// unplaced drops places that do not belong to the cell as written.
func unplaced(ps []Problem) []Problem {
	for i := range ps {
		ps[i].Line, ps[i].Col, ps[i].Fix = 0, 0, nil
	}
	return ps
}
