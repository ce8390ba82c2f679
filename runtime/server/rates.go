package server

import (
	"fmt"

	"github.com/shopspring/decimal"

	"pipewright/rules"
	"pipewright/runtime/engine"
)

// rateOut is an exchange rate: from date on, one unit of from is worth rate of to.
type rateOut struct {
	From string  `json:"from"`
	To   string  `json:"to"`
	Date string  `json:"date"`
	Rate string  `json:"rate"`
	By   *mini   `json:"by"`
	At   instant `json:"at"`
}

type rateIn struct {
	From string `json:"from"`
	To   string `json:"to"`
	Date string `json:"date"`
	// Rate is a decimal as text; null or left out takes the rate of that pair and day out.
	Rate *string `json:"rate"`
}

type ratesIn struct {
	Items []rateIn `json:"items"`
}

// getRates lists exchange rates, newest first; ?from and ?to narrow it.
func (s *Server) getRates(c *call) (any, error) {
	n, err := c.limitParam(100)
	if err != nil {
		return nil, err
	}
	list, next, err := s.Engine.Rates(c.ctx(), c.Query("from"), c.Query("to"), c.Query("after"), n)
	if err != nil {
		return nil, err
	}
	out := make([]rateOut, len(list))
	for i, r := range list {
		out[i] = rateOut{r.From, r.To, r.Date.String(), r.Rate.String(), c.mini(r.By), instant(r.At)}
	}
	return page(out, next), nil
}

// putRates enters, replaces and takes out exchange rates.
func (s *Server) putRates(c *call) (any, error) {
	var in ratesIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	list := make([]engine.Rate, len(in.Items))
	var ps []rules.Problem
	for i, r := range in.Items {
		at := fmt.Sprintf("/items/%d", i)
		day, err := rules.ParseDate(r.Date)
		if err != nil {
			ps = append(ps, rules.Errorf(at+"/date", "field.invalid", rules.Say("要写日期，例如 2026-09-30", "要寫日期，例如 2026-09-30", "A date is needed, such as 2026-09-30")))
		}
		list[i] = engine.Rate{From: r.From, To: r.To, Date: day}
		if r.Rate == nil {
			continue
		}
		value, err := decimal.NewFromString(*r.Rate)
		if err != nil || len(*r.Rate) > 30 || !value.IsPositive() {
			ps = append(ps, rules.Errorf(at+"/rate", "field.invalid", rules.Say("汇率应写成文字，例如 \"7.1234\"", "匯率應寫成文字，例如 \"7.1234\"", "A rate is written as text, such as \"7.1234\", and above 0")))
			continue
		}
		list[i].Rate = value
	}
	if len(ps) > 0 {
		return nil, badRequest(ps[0].Message, ps...)
	}
	if err := s.Engine.SaveRates(c.ctx(), c.user.ID, list); err != nil {
		return nil, err
	}
	return s.getRates(c)
}
