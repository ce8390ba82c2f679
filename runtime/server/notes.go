package server

import "pipewright/runtime/engine"

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
