package server

import (
	"fmt"
	"strconv"

	"github.com/shopspring/decimal"

	"pipewright/rules"
	"pipewright/runtime/engine"
	"pipewright/runtime/forecast"
)

type forecastOut struct {
	Process string     `json:"process"`
	Form    string     `json:"form"`
	Name    rules.Text `json:"name"`
	// What is "amount" or "count".
	What     string            `json:"what"`
	Currency string            `json:"currency,omitempty"`
	Months   []string          `json:"months"`
	Rows     []forecastRowOut  `json:"rows"`
	Totals   []forecastCellOut `json:"totals"`
	Whole    forecastCellOut   `json:"whole"`
	// Undated and Overdue are open records that are in no month.
	Undated forecastRestOut `json:"undated"`
	Overdue forecastRestOut `json:"overdue"`
	// Blind: the caller may not see the amounts of the records.
	Blind bool `json:"blind,omitempty"`
}

type forecastRowOut struct {
	// Subject is "user:" or "team:" and the id; "user:" alone is what has no owner.
	Subject string `json:"subject"`
	Name    string `json:"name"`
	Parent  int    `json:"parent"`
	Depth   int    `json:"depth"`
	// Plans: the caller may enter targets and calls here.
	Plans bool              `json:"plans"`
	Cells []forecastCellOut `json:"cells"`
	Whole forecastCellOut   `json:"whole"`
}

type forecastCellOut struct {
	Won      string  `json:"won"`
	Open     string  `json:"open"`
	Weighted string  `json:"weighted"`
	Computed string  `json:"computed"`
	Expected string  `json:"expected"`
	Target   *string `json:"target"`
	// Attained and OnCourse are fractions of the target.
	Attained  *string       `json:"attained"`
	OnCourse  *string       `json:"onCourse"`
	Own       *planEntryOut `json:"own,omitempty"`
	Call      *planEntryOut `json:"call,omitempty"`
	WonCount  int64         `json:"wonCount"`
	OpenCount int64         `json:"openCount"`
	WonWhere  string        `json:"wonWhere"`
	OpenWhere string        `json:"openWhere"`
}

type forecastRestOut struct {
	Count    int64  `json:"count"`
	Weighted string `json:"weighted"`
	Where    string `json:"where"`
}

type planEntryOut struct {
	Value  string  `json:"value"`
	Reason string  `json:"reason,omitempty"`
	By     *mini   `json:"by"`
	At     instant `json:"at"`
}

// getForecast is a year of a process, or ?months from ?from on; ?what is amount or count.
func (s *Server) getForecast(c *call) (any, error) {
	what := c.Query("what")
	if what == "" {
		what = forecast.Amount
	}
	first, ok := forecast.ParseMonth(c.Query("from"))
	n, err := strconv.Atoi(c.Query("months"))
	if c.Query("months") == "" {
		n, err = 12, nil
	}
	if !ok || err != nil {
		return nil, badRequest(rules.Say("from 要写月份，例如 2026-01；months 是月数", "from 要寫月份，例如 2026-01；months 是月數", "from is a month, such as 2026-01, and months a number"))
	}
	f, err := s.Engine.Forecast(c.ctx(), c.user.ID, c.Param("app"), c.Param("process"), what, first, n)
	if err != nil {
		return nil, err
	}
	return forecastWire(c, f), nil
}

func forecastWire(c *call, f *engine.Forecast) forecastOut {
	last := len(f.Months) - 1
	out := forecastOut{Process: f.Process.Def.Key, Form: f.Process.Form.Def.Key, Name: f.Process.Def.Name, What: f.What, Currency: f.Value.Currency, Blind: f.Blind,
		Rows: []forecastRowOut{}, Whole: cellWire(c, f, forecast.Whole(f.Totals), -1, 0, last)}
	for m, month := range f.Months {
		out.Months = append(out.Months, month.String())
		out.Totals = append(out.Totals, cellWire(c, f, f.Totals[m], -1, m, m))
	}
	undated, overdue := f.RestWheres()
	out.Undated = forecastRestOut{f.Undated.OpenCount, f.Figure(&f.Undated.Weighted).String(), undated}
	out.Overdue = forecastRestOut{f.Overdue.OpenCount, f.Figure(&f.Overdue.Weighted).String(), overdue}
	for i, r := range f.Rows {
		row := forecastRowOut{Subject: r.Subject.String(), Parent: r.Parent, Depth: r.Depth, Plans: r.Plans, Whole: cellWire(c, f, r.Whole, i, 0, last)}
		if t, ok := c.dir.Team(r.Subject.ID); ok && r.Subject.Kind == "team" {
			row.Name = t.Name
		} else if r.Subject.ID != "" {
			row.Name = c.dir.Name(r.Subject.ID)
		}
		for m := range f.Months {
			row.Cells = append(row.Cells, cellWire(c, f, r.Cells[m], i, m, m))
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

func cellWire(c *call, f *engine.Forecast, cell forecast.Cell, row, from, to int) forecastCellOut {
	text := func(d *decimal.Decimal) *string {
		if d == nil {
			return nil
		}
		t := f.Figure(d).String()
		return &t
	}
	percent := func(d *decimal.Decimal) *string {
		if d == nil {
			return nil
		}
		t := d.Shift(-2).String()
		return &t
	}
	entry := func(e *forecast.Entry) *planEntryOut {
		if e == nil {
			return nil
		}
		return &planEntryOut{*text(&e.Value), e.Reason, c.mini(e.By), instant(e.At)}
	}
	won, computed := cell.Won, cell.Computed()
	if f.What == forecast.Count {
		won = decimal.NewFromInt(cell.WonCount)
		computed = decimal.NewFromInt(cell.WonCount + cell.OpenCount)
	}
	out := forecastCellOut{Won: *text(&won), Open: *text(&cell.Open), Weighted: *text(&cell.Weighted), Computed: *text(&computed), Expected: *text(&cell.Expected), Target: text(cell.Target),
		Attained: percent(forecast.Share(won, cell.Target)), OnCourse: percent(forecast.Share(cell.Expected, cell.Target)), Own: entry(cell.Own), Call: entry(cell.Call),
		WonCount: cell.WonCount, OpenCount: cell.OpenCount}
	out.WonWhere, out.OpenWhere = f.Wheres(row, from, to)
	return out
}

type planIn struct {
	// What is "amount", "count" or "call".
	What  string       `json:"what"`
	Items []planItemIn `json:"items"`
}

// planItemIn is one figure: a decimal as text, null to take it out. Was is what the caller saw there.
type planItemIn struct {
	Subject string  `json:"subject"`
	Month   string  `json:"month"`
	Value   *string `json:"value"`
	Was     *string `json:"was"`
	Reason  string  `json:"reason"`
}

// putPlan enters targets or calls.
func (s *Server) putPlan(c *call) (any, error) {
	var in planIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	var ps []rules.Problem
	items := make([]engine.Planned, len(in.Items))
	for i, it := range in.Items {
		at := fmt.Sprintf("/items/%d", i)
		items[i].Reason = it.Reason
		var ok bool
		if items[i].Subject, ok = forecast.ParseSubject(it.Subject); !ok {
			ps = append(ps, rules.Errorf(at+"/subject", "field.invalid", rules.Say("写 user:编号 或 team:标识", "寫 user:編號 或 team:標識", "Write user: or team: and an id")))
		}
		if items[i].Month, ok = forecast.ParseMonth(it.Month); !ok {
			ps = append(ps, rules.Errorf(at+"/month", "field.invalid", rules.Say("要写月份，例如 2026-09", "要寫月份，例如 2026-09", "A month is needed, such as 2026-09")))
		}
		for member, v := range map[string]struct {
			from *string
			to   **decimal.Decimal
		}{"value": {it.Value, &items[i].Value}, "was": {it.Was, &items[i].Was}} {
			if v.from == nil {
				continue
			}
			d, err := decimal.NewFromString(*v.from)
			if err != nil || len(*v.from) > 40 || d.Exponent() < -20 || d.Exponent() > 20 {
				ps = append(ps, rules.Errorf(at+"/"+member, "field.invalid", rules.Say("数应写成文字，例如 \"120000.00\"", "數應寫成文字，例如 \"120000.00\"", "A figure is written as text, such as \"120000.00\"")))
				continue
			}
			*v.to = &d
		}
	}
	if len(ps) > 0 {
		return nil, badRequest(ps[0].Message, ps...)
	}
	return nil, s.Engine.SavePlan(c.ctx(), c.user.ID, c.Param("app"), c.Param("process"), in.What, items)
}

type planChangeOut struct {
	Month  string  `json:"month"`
	Was    *string `json:"was"`
	Now    *string `json:"now"`
	Reason string  `json:"reason,omitempty"`
	By     *mini   `json:"by"`
	At     instant `json:"at"`
}

// getPlanHistory tells the changes of ?what of ?subject in ?year.
func (s *Server) getPlanHistory(c *call) (any, error) {
	subject, ok := forecast.ParseSubject(c.Query("subject"))
	year, err := strconv.Atoi(c.Query("year"))
	if !ok || err != nil {
		return nil, badRequest(rules.Say("要写 subject 和 year", "要寫 subject 和 year", "subject and year are needed"))
	}
	list, err := s.Engine.PlanHistory(c.ctx(), c.user.ID, c.Param("app"), c.Param("process"), c.Query("what"), subject, year)
	if err != nil {
		return nil, err
	}
	text := func(d *decimal.Decimal) *string {
		if d == nil {
			return nil
		}
		t := d.String()
		return &t
	}
	out := make([]planChangeOut, len(list))
	for i, h := range list {
		out[i] = planChangeOut{h.Month, text(h.Was), text(h.Now), h.Reason, c.mini(h.By), instant(h.At)}
	}
	return page(out, ""), nil
}
