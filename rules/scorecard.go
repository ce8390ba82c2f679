package rules

import (
	"strconv"

	"github.com/shopspring/decimal"
)

// scoreRule is a compiled scorecard. The total is kept between 0 and max (when there is one); the band is the one with
// the highest threshold reached, null below the lowest.
type scoreRule struct {
	max   *Program
	bands []scoreBand
	items []scoreItem
}

type scoreBand struct {
	key  string
	from *Program
}

type scoreItem struct {
	key    string
	points *Program
	when   *Program
}

func (c *CompiledRule) compileScore(env *Env, path string) []Problem {
	var problems []Problem
	r, card := c.Rule, &scoreRule{}
	slot := func(n NumberSlot, at string) *Program {
		p, ps := n.Compile(env)
		problems = append(problems, WithPath(ps, at)...)
		return c.keep(p)
	}
	card.max = slot(r.Max, path+"/max")
	for i, b := range r.Bands {
		at := path + "/bands/" + keyOr(b.Key, i)
		p := slot(b.From, at+"/from")
		if b.From.IsZero() {
			problems = append(problems, Errorf(at+"/from", "score.bands", Say("档位要写从多少分起", "檔位要寫從多少分起", "A band needs the score it begins at")))
		}
		for _, other := range r.Bands[:i] {
			x, ok := other.From.Decimal()
			y, ok2 := b.From.Decimal()
			if ok && ok2 && x.Equal(y) {
				problems = append(problems, Errorf(at+"/from", "score.bands", Say("档位“{a}”和“{b}”的起点相同", "檔位「{a}」和「{b}」的起點相同",
					"The bands “{a}” and “{b}” begin at the same score", "a", other.Key, "b", b.Key)))
			}
		}
		card.bands = append(card.bands, scoreBand{b.Key, p})
	}
	if len(r.Items) == 0 {
		problems = append(problems, Warnf(path+"/items", "score.empty", Say("评分卡没有评分项，总分总是 0", "評分卡沒有評分項，總分總是 0", "The scorecard has no items; its total is always 0")))
	}
	for i, it := range r.Items {
		at := path + "/items/" + keyOr(it.Key, i)
		item := scoreItem{key: it.Key, points: slot(it.Points, at+"/points")}
		if it.Points.IsZero() {
			problems = append(problems, Errorf(at+"/points", "score.points", Say("评分项要写分数", "評分項要寫分數", "An item needs its points")))
		}
		if it.If != "" {
			p, ps := Compile(it.If, env, Bool)
			problems = append(problems, WithPath(ps, at+"/if")...)
			item.when = c.keep(p)
		}
		card.items = append(card.items, item)
	}
	c.card = card
	return problems
}

func keyOr(key string, i int) string {
	if key != "" {
		return key
	}
	return strconv.Itoa(i)
}

func (k *scoreRule) decide(s *Scope) (Decision, error) {
	total, hit, rows := decimal.Zero, []any{}, []int(nil)
	for i, it := range k.items {
		if it.when != nil {
			ok, err := it.when.Test(s)
			if err != nil {
				return Decision{}, err
			}
			if !ok {
				continue
			}
		}
		v, err := it.points.Eval(s)
		if err != nil {
			return Decision{}, err
		}
		if d, ok := v.(decimal.Decimal); ok {
			total = total.Add(d)
			hit = append(hit, it.key)
			rows = append(rows, i)
		}
	}
	if k.max != nil {
		v, err := k.max.Eval(s)
		if err != nil {
			return Decision{}, err
		}
		if d, ok := v.(decimal.Decimal); ok && total.Cmp(d) > 0 {
			total = d
		}
	}
	if total.IsNegative() {
		total = decimal.Zero
	}
	var band any
	var best decimal.Decimal
	for _, b := range k.bands {
		v, err := b.from.Eval(s)
		if err != nil {
			return Decision{}, err
		}
		if from, ok := v.(decimal.Decimal); ok && total.Cmp(from) >= 0 && (band == nil || from.Cmp(best) > 0) {
			band, best = b.key, from
		}
	}
	return Decision{Value: map[string]any{"total": total, "band": band, "items": hit}, Rows: rows}, nil
}
