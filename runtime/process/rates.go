package process

import (
	"maps"

	"github.com/shopspring/decimal"

	"pipewright/forms"
	"pipewright/rules"
)

// moneyOf is how expressions of the command change currencies. Rates are facts.
func (d *decider) moneyOf() *rules.Money {
	if d.money == nil {
		// An automation by the clock is about no record.
		d.money = &rules.Money{Base: forms.BaseCurrency(d.app.Def.Currency), Scale: forms.CurrencyScale, Rate: d.rate}
	}
	return d.money
}

// rate is the newest rate not after a day, or asks for it. One without a day is today's into the app's currency, and the record keeps
// it if this command writes it.
func (d *decider) rate(from, to string, on rules.Date) (r rules.Rate, ok, pending bool) {
	day := on
	if on == (rules.Date{}) {
		day = rules.DateOf(d.now, d.app.Zone)
	}
	key := "rate:" + from + "|" + to + "|" + day.String()
	fact, known := d.f.Rates[key]
	if !known {
		d.need(Need{Kind: NeedRate, Key: key, Rate: &RateNeed{From: from, To: to, Base: d.moneyOf().Base, On: day}})
		return r, false, true
	}
	if !fact.Missing && on == (rules.Date{}) {
		if d.used == nil {
			d.used = rules.Rates{}
		}
		d.used[from] = fact.Rate
	}
	return fact.Rate, !fact.Missing, false
}

// keepRates gives the record the rates it lacks: that of its currency, and those its formulas have asked for. A rate stays as it was
// when the record came into the currency, whatever becomes of the amounts; when it leaves a currency that no field of it names, that rate goes.
func (d *decider) keepRates(old forms.Values, res *forms.Result) {
	s := d.form.Schema
	if !s.Rated() {
		return
	}
	kept, _ := res.Values[rules.RatesName].(rules.Rates)
	kept = maps.Clone(kept)
	if kept == nil {
		kept = rules.Rates{}
	}
	code := s.CurrencyOf(res.Values)
	if was := s.CurrencyOf(old); old != nil && was != code && !s.NamesCurrency(was) {
		delete(kept, was)
	}
	if _, known := kept[code]; !known && code != s.BaseCurrency() {
		_, ok, pending := d.rate(code, s.BaseCurrency(), rules.Date{})
		if !ok && !pending {
			res.Problems = append(res.Problems, rules.Errorf("/data/"+s.Currency(), rateMissing, rules.NoRate(code, s.BaseCurrency(), rules.DateOf(d.now, d.app.Zone))))
		}
	}
	for from, r := range d.used {
		if _, known := kept[from]; !known {
			kept[from] = r
		}
	}
	if len(kept) == 0 {
		delete(res.Values, rules.RatesName)
		return
	}
	res.Values[rules.RatesName] = kept
}

// rateMissing is the code of a problem for want of a rate. It stops whatever would write the record, an import and an automation too.
const rateMissing = "rate.missing"

// unrated rejects when a rate is missing, for those who have no ear for other problems.
func (d *decider) unrated(ps []rules.Problem) *Rejection {
	for _, p := range ps {
		if p.Code == rateMissing {
			return reject(rateMissing, p.Message, p)
		}
	}
	return nil
}

// FindRate answers a need of kind NeedRate. newest is the newest rate entered for a pair of currencies and not after a day. A rate serves
// both ways, the newer of the two; where there is none the way goes by the app's currency.
func FindRate(n *RateNeed, newest func(from, to string, on rules.Date) (rules.Rate, bool, error)) (RateFact, error) {
	r, ok, err := eitherWay(n.From, n.To, n.On, newest)
	if err != nil || ok || n.From == n.Base || n.To == n.Base {
		return RateFact{Missing: !ok, Rate: r}, err
	}
	first, ok, err := eitherWay(n.From, n.Base, n.On, newest)
	if err != nil || !ok {
		return RateFact{Missing: true}, err
	}
	second, ok, err := eitherWay(n.Base, n.To, n.On, newest)
	if err != nil || !ok {
		return RateFact{Missing: true}, err
	}
	return RateFact{Rate: first.Then(second)}, nil
}

func eitherWay(from, to string, on rules.Date, newest func(from, to string, on rules.Date) (rules.Rate, bool, error)) (rules.Rate, bool, error) {
	there, okThere, err := newest(from, to, on)
	if err != nil {
		return rules.Rate{}, false, err
	}
	back, okBack, err := newest(to, from, on)
	if err != nil {
		return rules.Rate{}, false, err
	}
	if okBack && (!okThere || back.On.Compare(there.On) > 0) {
		return back.Inverse(), true, nil
	}
	return there, okThere, nil
}

// rate answers from the rates that a scenario is given.
func (s *scenario) rate(n *RateNeed) RateFact {
	fact, _ := FindRate(n, func(from, to string, on rules.Date) (best rules.Rate, ok bool, err error) {
		for _, g := range s.test.Given.Rates {
			day, dayErr := rules.ParseDate(g.Date)
			value, valueErr := decimal.NewFromString(g.Rate)
			if g.From != from || g.To != to || dayErr != nil || valueErr != nil || !value.IsPositive() || day.Compare(on) > 0 || ok && day.Compare(best.On) < 0 {
				continue
			}
			best, ok = rules.Rate{Num: value, Den: decimal.New(1, 0), On: day}, true
		}
		return best, ok, nil
	})
	return fact
}
