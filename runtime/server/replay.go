package server

import (
	"encoding/json"

	"pipewright/rules"
	"pipewright/runtime/process"
)

type replayIn struct {
	// Definition is the draft as it stands in the editor; without it, as it was saved.
	Definition json.RawMessage `json:"definition"`
	Automation string          `json:"automation"`
}

// replayedOut says how often an automation would have run in the last days; see engine.Replayed.
type replayedOut struct {
	How     string              `json:"how"`
	From    instant             `json:"from"`
	To      instant             `json:"to"`
	Count   int                 `json:"count"`
	Days    []int               `json:"days"`
	Found   int                 `json:"found"`
	Records []replayedRecordOut `json:"records"`
	Looked  int                 `json:"looked"`
	Partial bool                `json:"partial"`
	// Withheld were left out: who asks does not read them whole.
	Withheld int            `json:"withheld"`
	Failed   int            `json:"failed"`
	Problem  *rules.Problem `json:"problem"`
}

type replayedRecordOut struct {
	ID     string  `json:"id"`
	Title  string  `json:"title"`
	Number string  `json:"number"`
	Times  int     `json:"times"`
	Last   instant `json:"last"`
}

// postReplay holds an automation of the draft against the last 30 days.
func (s *Server) postReplay(c *call) (any, error) {
	var in replayIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	app, err := s.compiledDraft(c, in.Definition)
	if err != nil {
		return nil, err
	}
	r, err := s.Engine.Replay(c.ctx(), c.user.ID, app, in.Automation)
	if err != nil {
		return nil, err
	}
	out := replayedOut{How: r.How, From: instant(r.From), To: instant(r.To), Count: r.Count, Days: r.Days, Found: r.Found, Records: []replayedRecordOut{},
		Looked: r.Looked, Partial: r.Partial, Withheld: r.Withheld, Failed: r.Failed, Problem: r.Problem}
	for _, one := range r.Records {
		out.Records = append(out.Records, replayedRecordOut{one.ID, one.Title, one.Number, one.Times, instant(one.Last)})
	}
	return out, nil
}

type triggersIn struct {
	// Definition is the draft as it stands in the editor; without it, as it was saved.
	Definition json.RawMessage `json:"definition"`
}

// setsOffOut says that an action of one automation sets off another; see process.SetsOff.
type setsOffOut struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Path  string `json:"path"`
	What  string `json:"what"`
	Later bool   `json:"later"`
	Loop  bool   `json:"loop"`
}

// postTriggers is which automation of the draft sets off which. It answers for a draft that has problems, too, as far as it can be read.
func (s *Server) postTriggers(c *call) (any, error) {
	var in triggersIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	text := in.Definition
	if len(text) == 0 {
		d, err := s.Designer.Draft(c.ctx(), c.Param("app"))
		if err != nil {
			return nil, err
		}
		text = json.RawMessage(d.Definition)
	}
	out := []setsOffOut{}
	def, _ := process.Parse(text)
	if def == nil {
		return page(out, ""), nil
	}
	opts, err := s.Designer.Among(c.ctx())
	if err != nil {
		return nil, err
	}
	app, _ := process.Compile(def, nil, 0, opts)
	for _, e := range app.TriggerGraph() {
		out = append(out, setsOffOut(e))
	}
	return page(out, ""), nil
}
