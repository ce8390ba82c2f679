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
	share  *Program // of the points, by age; nil without decay
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
		if it.Decay != nil {
			p, ps := it.Decay.compile(env, at+"/decay")
			problems = append(problems, ps...)
			item.share = c.keep(p)
		}
		card.items = append(card.items, item)
	}
	c.card = card
	return problems
}

// compile makes the share of the points that is left, from 0 to 1.
func (d *Decay) compile(env *Env, path string) (*Program, []Problem) {
	since, problems := Compile(d.Since, env, Anything)
	problems = WithPath(problems, path+"/since")
	if since != nil && since.Type().Kind != KindDate && since.Type().Kind != KindDatetime {
		problems = append(problems, Errorf(path+"/since", "expr.type", Say("这里应得出日期，实际是{t}", "這裡應得出日期，實際是{t}",
			"This should give a date, but gives {t}", "t", since.Type().Say())))
	}
	days := d.Days.Expr
	if n, ok := d.Days.Decimal(); ok {
		days = n.String()
		if !n.IsPositive() {
			problems = append(problems, Errorf(path+"/days", "setting.range", Say("天数应大于 0", "天數應大於 0", "The number of days must be above 0")))
		}
	} else {
		_, ps := d.Days.Compile(env)
		problems = append(problems, WithPath(ps, path+"/days")...)
	}
	if HasErrors(problems) || d.Since == "" || days == "" {
		return nil, problems
	}
	from := d.Since
	if since.Type().Kind == KindDatetime {
		from = "date(" + from + ")"
	}
	share, ps := Compile("("+d.Since+") == nil ? 0 : max(0, min(1, 1 - days("+from+", today()) / ("+days+")))", env, Number)
	return share, append(problems, WithPath(unplaced(ps), path)...)
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
		d, ok := v.(decimal.Decimal)
		if ok && it.share != nil {
			share, err := it.share.Eval(s)
			if err != nil {
				return Decision{}, err
			}
			left, known := share.(decimal.Decimal)
			d, ok = d.Mul(left), known && !left.IsZero()
		}
		if ok {
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
