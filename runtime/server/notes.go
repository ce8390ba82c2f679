package server

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"pipewright/runtime/engine"
	"pipewright/runtime/org"
)

// called are the people whom a text names as people write a name, with @ before it: the longest name that stands there, and of two people of one name
// neither.
func called(text string, users []org.User) (out []string) {
	for rest := text; ; {
		i := strings.IndexByte(rest, '@')
		if i < 0 {
			return out
		}
		rest = rest[i+1:]
		name, who := "", []string(nil)
		for _, u := range users {
			if !u.Active || u.Name == "" || len(u.Name) < len(name) || !begins(rest, u.Name) {
				continue
			}
			if u.Name != name {
				name, who = u.Name, nil
			}
			who = append(who, u.ID)
		}
		if len(who) == 1 && !slices.Contains(out, who[0]) {
			out = append(out, who[0])
		}
	}
}

// begins tells whether a text begins with a name, and no longer word in letters that are written together.
func begins(text, name string) bool {
	after, ok := strings.CutPrefix(text, name)
	last, _ := utf8.DecodeLastRuneInString(name)
	next, _ := utf8.DecodeRuneInString(after)
	return ok && !(last < utf8.RuneSelf && next < utf8.RuneSelf && (unicode.IsLetter(next) || unicode.IsDigit(next)))
}

// noteEntryOut is a note on a record, or on one that it points to.
type noteEntryOut struct {
	Seq      int64     `json:"seq"`
	By       *mini     `json:"by"`
	At       instant   `json:"at"`
	Text     string    `json:"text"`
	Mentions []string  `json:"mentions"`
	Record   linkedOut `json:"record"`
}

func wireNote(n *engine.Note) noteEntryOut {
	out := noteEntryOut{Seq: n.Seq, At: instant(n.At), Text: n.Text, Mentions: list(n.Mentions), Record: wireLinked(n.Record)}
	if n.By != "" {
		out.By = &mini{n.By, n.Name}
	}
	return out
}

func (s *Server) getNotes(c *call) (any, error) {
	n, err := c.limitParam(50)
	if err != nil {
		return nil, err
	}
	around := c.Query("around")
	notes, next, err := s.Engine.Notes(c.ctx(), c.user.ID, c.Param("id"), around == "1" || around == "true", n, c.Query("after"))
	if err != nil {
		return nil, err
	}
	out := make([]noteEntryOut, len(notes))
	for i := range notes {
		out[i] = wireNote(&notes[i])
	}
	return page(out, next), nil
}
