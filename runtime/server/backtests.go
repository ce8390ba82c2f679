package server

import (
	"net/http"

	"pipewright/rules"
	"pipewright/runtime/engine"
)

type backtestIn struct {
	// Form of the process whose records are looked at.
	Form string `json:"form"`
	// After is the page, and Draft the rev of the draft that the pages before were run through.
	After string `json:"after"`
	Draft int64  `json:"draft"`
}

type backtestOut struct {
	Draft int64 `json:"draft"`
	Total int   `json:"total"`
	Done  int   `json:"done"`
	// Withheld of the page were not run: who asks does not read them whole.
	Withheld int             `json:"withheld"`
	Items    []backRecordOut `json:"items"`
	Kinds    map[string]int  `json:"kinds"`
	Next     string          `json:"next"`
	Most     int             `json:"most"`
}

type backRecordOut struct {
	ID      string          `json:"id"`
	Title   string          `json:"title"`
	Stage   rules.Text      `json:"stage,omitzero"`
	Open    bool            `json:"open"`
	Changes []backChangeOut `json:"changes"`
}

type backChangeOut struct {
	Kind   string     `json:"kind"`
	Name   rules.Text `json:"name,omitzero"`
	Seq    int64      `json:"seq,omitempty"`
	At     instant    `json:"at"`
	From   rules.Text `json:"from,omitzero"`
	To     rules.Text `json:"to,omitzero"`
	DueWas instant    `json:"dueWas"`
	DueIs  instant    `json:"dueIs"`
}

// postBacktest runs a page of records through the draft. It changes nothing, so it can be asked again and goes on from any page.
func (s *Server) postBacktest(c *call) (any, error) {
	var in backtestIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	app, draft, err := s.Designer.CompileDraft(c.ctx(), c.Param("app"))
	if err != nil {
		return nil, err
	}
	if in.After != "" && in.Draft != draft.Rev {
		return nil, refuse(http.StatusConflict, "backtest.draft", rules.Say("草稿在回测途中改了，请重新开始", "草稿在回測途中改了，請重新開始", "The draft was changed while it was tested; please start again"))
	}
	p, err := s.Engine.Backtest(c.ctx(), c.user.ID, c.lang(), app, in.Form, in.After)
	if err != nil {
		return nil, err
	}
	out := backtestOut{Draft: draft.Rev, Total: p.Total, Done: p.Done, Withheld: p.Withheld, Items: []backRecordOut{}, Kinds: engine.BackCounts(p.Items), Next: p.Next, Most: engine.BacktestMost}
	for _, r := range p.Items {
		one := backRecordOut{ID: r.ID, Title: r.Title, Stage: r.Stage, Open: r.Open, Changes: []backChangeOut{}}
		for _, x := range r.Changes {
			one.Changes = append(one.Changes, backChangeOut{x.Kind, x.Name, x.Seq, instant(x.At), x.From, x.To, instant(x.DueWas), instant(x.DueIs)})
		}
		out.Items = append(out.Items, one)
	}
	return out, nil
}
