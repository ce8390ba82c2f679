package server

import (
	"maps"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"pipewright/rules"
	"pipewright/runtime/forecast"
)

// precedentsOut is what closed records did that stood where a record stands. Enough is false, and nothing else told, when too few have closed.
type precedentsOut struct {
	Enough bool `json:"enough"`
	// Least is how many closed records anything is said of at least.
	Least int    `json:"least"`
	Stage string `json:"stage,omitempty"`
	// Good is the end that counts as won: "won", or "done" where the process knows no winning.
	Good  string `json:"good,omitempty"`
	Won   int    `json:"won"`
	Other int    `json:"other"`
	// Here is how long this record has been in the stage, in days.
	Here      *string    `json:"here,omitempty"`
	Ways      []wayOut   `json:"ways"`
	WonTook   *tookOut   `json:"wonTook"`
	OtherTook *tookOut   `json:"otherTook"`
	Habits    []habitOut `json:"habits"`
	// At is when this was counted, from Records that closed since Since.
	At      instant `json:"at"`
	Since   instant `json:"since"`
	Records int     `json:"records"`
}

// wayOut is a stage that N of the won went on to; Took is null where too few to say.
type wayOut struct {
	To   string     `json:"to"`
	Name rules.Text `json:"name"`
	N    int        `json:"n"`
	Took *tookOut   `json:"took"`
}

// tookOut is how long N stays took, in days: half no longer than Median, nine of ten no longer than Most.
type tookOut struct {
	N      int    `json:"n"`
	Median string `json:"median"`
	Most   string `json:"most"`
}

type habitOut struct {
	Kind    string     `json:"kind"`
	Key     string     `json:"key"`
	Name    rules.Text `json:"name"`
	Won     int        `json:"won"`
	WonOf   int        `json:"wonOf"`
	Other   int        `json:"other"`
	OtherOf int        `json:"otherOf"`
}

type countedOut struct {
	At      instant `json:"at"`
	Since   instant `json:"since"`
	Records int     `json:"records"`
	// Stages are those of which there is something to tell.
	Stages []string `json:"stages"`
}

// daysOf is a time in days with one decimal.
func daysOf(d time.Duration) string {
	return decimal.NewFromInt(max(d, 0).Milliseconds()).DivRound(decimal.NewFromInt((24 * time.Hour).Milliseconds()), 1).String()
}

func tookWire(t forecast.Took) *tookOut {
	if t.N == 0 {
		return nil
	}
	return &tookOut{t.N, daysOf(t.Median), daysOf(t.Most)}
}

// getPrecedents tells what closed records did that stood where this one stands.
func (s *Server) getPrecedents(c *call) (any, error) {
	p, err := s.Engine.Precedents(c.ctx(), c.user.ID, c.Param("id"))
	if err != nil {
		return nil, err
	}
	out := precedentsOut{Least: forecast.MinPrecedents, Ways: []wayOut{}, Habits: []habitOut{}}
	if p == nil {
		return out, nil
	}
	here := daysOf(s.Now().Sub(p.Entered))
	out.Enough, out.Stage, out.Good, out.Won, out.Other, out.Here = true, p.Stage.Def.Key, p.Good, p.Won, p.Other, &here
	out.WonTook, out.OtherTook = tookWire(p.WonTook), tookWire(p.OtherTook)
	out.At, out.Since, out.Records = instant(p.At), instant(p.Since), p.Records
	for _, w := range p.Ways {
		out.Ways = append(out.Ways, wayOut{w.To, w.Name, w.N, tookWire(w.Took)})
	}
	for _, h := range p.Habits {
		out.Habits = append(out.Habits, habitOut{h.Kind, h.Key, h.Name, h.Won, h.WonOf, h.Other, h.OtherOf})
	}
	return out, nil
}

// postPrecedents counts a process anew, for who has just closed or taken in many records.
func (s *Server) postPrecedents(c *call) (any, error) {
	n, err := s.Engine.CountPrecedents(c.ctx(), c.Param("app"), c.Param("process"))
	if err != nil {
		return nil, err
	}
	return countedOut{instant(n.At), instant(n.Since), n.Records, append([]string{}, slices.Sorted(maps.Keys(n.Stages))...)}, nil
}
