package server

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"pipewright/rules"
	"pipewright/runtime/engine"
)

// momentOut is a record as it stood.
type momentOut struct {
	recordOut
	// At is when the last thing before had happened, Seq its number; Next when the following did, null when this is how it stands now.
	At         instant         `json:"at"`
	Seq        int64           `json:"seq"`
	Next       instant         `json:"next"`
	Checklist  map[string]bool `json:"checklist"`
	Activities map[string]bool `json:"activities"`
}

// getMoment answers a record at ?time, or right after the entry ?seq of its timeline.
func (s *Server) getMoment(c *call) (any, error) {
	seq, err := c.seqParam()
	if err != nil {
		return nil, err
	}
	var at time.Time
	if seq == 0 {
		if at, err = time.Parse(time.RFC3339, c.Query("time")); err != nil {
			return nil, badRequest(rules.Say("time 要写成 2026-03-02T09:00:00+08:00 这样的时刻", "time 要寫成 2026-03-02T09:00:00+08:00 這樣的時刻", "time must be an instant like 2026-03-02T09:00:00+08:00"))
		}
	}
	m, err := s.Engine.Moment(c.ctx(), c.user.ID, c.Param("id"), at, seq)
	if err != nil {
		return nil, err
	}
	out := momentOut{recordOut: wireRecord(m.View), At: instant(m.At), Seq: m.Seq, Next: instant(m.Next), Checklist: map[string]bool{}, Activities: map[string]bool{}}
	for key := range m.State.Checklist {
		out.Checklist[key] = true
	}
	for key := range m.State.Activities {
		out.Activities[key] = true
	}
	return out, nil
}

// seqParam is ?seq, the number of an entry of a timeline; 0 when it is not given.
func (c *call) seqParam() (int64, error) {
	given := c.Query("seq")
	if given == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(given, 10, 64)
	if err != nil || n < 1 {
		return 0, badRequest(rules.Say("seq 是时间线上一条的序号", "seq 是時間線上一條的序號", "seq is the number of an entry of the timeline"))
	}
	return n, nil
}

type whyOut struct {
	Text    rules.Text `json:"text"`
	Field   string     `json:"field,omitempty"`
	Formula string     `json:"formula,omitempty"`
	Inputs  []whyInput `json:"inputs"`
	Release int        `json:"release"`
	At      instant    `json:"at"`
	By      *mini      `json:"by"`
	// Event is set when an event was asked about.
	Event *reasonOut `json:"event,omitempty"`
}

type whyInput struct {
	Name  string          `json:"name"`
	Value json.RawMessage `json:"value"`
}

// reasonOut is why an event came about: the rules that had a say with their inputs as they were, the people and how they were found.
type reasonOut struct {
	Seq            int64        `json:"seq"`
	Type           string       `json:"type"`
	Automation     string       `json:"automation,omitempty"`
	AutomationName rules.Text   `json:"automationName,omitzero"`
	Rules          []ruleWhyOut `json:"rules"`
	Who            []rules.Text `json:"who"`
	People         []personWhy  `json:"people"`
	Records        []linkedOut  `json:"records"`
}

type ruleWhyOut struct {
	// Kind is if, leave, enter, set, skip or run.
	Kind    string          `json:"kind"`
	Path    string          `json:"path"`
	Name    rules.Text      `json:"name,omitzero"`
	Formula string          `json:"formula"`
	Value   json.RawMessage `json:"value"`
	Problem *noteOut        `json:"problem,omitempty"`
	Inputs  []whyInput      `json:"inputs"`
}

type personWhy struct {
	mini
	State  string     `json:"state"`
	Reason rules.Text `json:"reason,omitzero"`
}

// getWhy explains a value (?path=/data/amount) or an event (?seq=12).
func (s *Server) getWhy(c *call) (any, error) {
	seq, err := c.seqParam()
	if err != nil {
		return nil, err
	}
	if seq > 0 {
		return s.whyEvent(c, seq)
	}
	field, ok := strings.CutPrefix(c.Query("path"), "/data/")
	if !ok || field == "" {
		return nil, badRequest(rules.Say("path 应像 /data/amount", "path 應像 /data/amount", "path must look like /data/amount"))
	}
	w, err := s.Engine.Why(c.ctx(), c.user.ID, c.Param("id"), field)
	if err != nil {
		return nil, err
	}
	out := whyOut{Field: w.Field, Formula: w.Formula, Inputs: wireInputs(w.Inputs), Release: w.Release, At: instant(w.At), By: c.mini(w.By)}
	switch {
	case w.Formula != "":
		out.Text = rules.Say("按公式 {f} 计算", "按公式 {f} 計算", "Computed by {f}", "f", w.Formula)
	case w.By != "":
		out.Text = rules.Say("由 {who} 填写", "由 {who} 填寫", "Given by {who}", "who", c.dir.Name(w.By))
	default:
		out.Text = rules.Say("还没有值", "還沒有值", "It has no value yet")
	}
	return out, nil
}

func wireInputs(in []engine.WhyInput) []whyInput {
	out := make([]whyInput, len(in))
	for i := range in {
		out[i] = whyInput{in[i].Name, in[i].Value}
	}
	return out
}

func (s *Server) whyEvent(c *call, seq int64) (any, error) {
	r, err := s.Engine.Reason(c.ctx(), c.user.ID, c.Param("id"), seq)
	if err != nil {
		return nil, err
	}
	e := &reasonOut{Seq: r.Seq, Type: r.Type, Automation: r.Automation, AutomationName: r.AutomationName, Rules: []ruleWhyOut{}, Who: list(r.Who), People: []personWhy{}, Records: []linkedOut{}}
	for _, used := range r.Rules {
		one := ruleWhyOut{Kind: used.Kind, Path: used.Path, Name: used.Name, Formula: used.Formula, Value: used.Value, Inputs: wireInputs(used.Inputs)}
		if one.Value == nil {
			one.Value = json.RawMessage("null")
		}
		if used.Problem != nil {
			one.Problem = &notes([]rules.Problem{*used.Problem})[0]
		}
		e.Rules = append(e.Rules, one)
	}
	for _, p := range r.People {
		e.People = append(e.People, personWhy{mini{p.User, p.Name}, p.State, p.Reason})
	}
	for _, l := range r.Facts {
		e.Records = append(e.Records, wireLinked(l))
	}
	return whyOut{Text: r.Text, Inputs: []whyInput{}, Release: r.Release, At: instant(r.At), By: c.mini(r.By), Event: e}, nil
}

type anchorOut struct {
	Day       string  `json:"day"`
	TakenAt   instant `json:"takenAt"`
	Heads     int     `json:"heads"`
	Root      string  `json:"root"`
	Previous  string  `json:"previous"`
	Key       string  `json:"key"`
	Signature string  `json:"signature"`
}

func (s *Server) getAnchors(c *call) (any, error) {
	n, err := c.limitParam(50)
	if err != nil {
		return nil, err
	}
	anchors, next, err := s.Engine.Anchors(c.ctx(), n, c.Query("after"))
	if err != nil {
		return nil, err
	}
	out := make([]anchorOut, len(anchors))
	for i, a := range anchors {
		out[i] = anchorWire(a)
	}
	return page(out, next), nil
}

// getAnchor answers an anchor as it is handed out: the same that verify reads from a file.
func (s *Server) getAnchor(c *call) (any, error) {
	a, heads, err := s.Engine.Anchor(c.ctx(), c.Param("day"))
	if err != nil {
		return nil, err
	}
	return engine.Witness{Anchor: *a, Heads: heads}, nil
}
