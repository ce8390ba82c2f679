package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// Rate says that from a day on one unit of From is worth Rate of To, until a newer one of the same pair. It is the company's, whatever
// the app. Records keep the rate they were written with, so entering, correcting or removing one changes nothing that is written.
type Rate struct {
	From string          `json:"from"`
	To   string          `json:"to"`
	Date rules.Date      `json:"date"`
	Rate decimal.Decimal `json:"rate"`
	// By and At tell who entered it last, and when.
	By string    `json:"by"`
	At time.Time `json:"at"`
	// Sample marks one that came with sample data and goes with it, unless somebody has entered it since.
	Sample bool `json:"sample,omitempty"`
}

const (
	// maxRates is the most rates entered at once.
	maxRates = 500
	// maxRateDigits bounds a rate on either side of the point.
	maxRateDigits = 12
)

func rateID(from, to string, on rules.Date) string { return from + "|" + to + "|" + on.String() }

func rateDay(on rules.Date) int64 { return on.At(0, 0, time.UTC).UnixMilli() }

// Rates lists the rates entered, the newest first, those of one pair together when it is named.
func (e *Engine) Rates(ctx context.Context, from, to, after string, limit int) (list []Rate, next string, err error) {
	filter := query.And{}
	for col, code := range map[string]string{"from": from, "to": to} {
		if code != "" {
			filter = append(filter, query.Cmp{Col: col, Op: query.Eq, Value: code})
		}
	}
	page, err := e.store.Query(ctx, collRates, query.Query{Filter: filter, Sort: []query.Sort{{Col: "day", Desc: true}}, Limit: limit, After: after})
	if err != nil {
		return nil, "", err
	}
	for _, d := range page.Docs {
		var r Rate
		if err := json.Unmarshal(d.Body, &r); err != nil {
			return nil, "", fmt.Errorf("engine: rate %s: %w", d.ID, err)
		}
		list = append(list, r)
	}
	return list, page.Next, nil
}

// SaveRates enters rates in the name of user; one of the same pair and day is replaced, and with the rate 0 it is taken out. Errors:
// *process.Rejection with every mistake at /items/n.
func (e *Engine) SaveRates(ctx context.Context, user string, list []Rate) error {
	if len(list) == 0 || len(list) > maxRates {
		return badRequest(rules.Say("一次录入 1 到 {max} 条汇率", "一次登錄 1 到 {max} 筆匯率", "Enter 1 to {max} rates at once", "max", maxRates))
	}
	var ps []rules.Problem
	seen := map[string]bool{}
	for i, r := range list {
		at := fmt.Sprintf("/items/%d", i)
		for member, code := range map[string]string{"from": r.From, "to": r.To} {
			if _, ok := forms.CurrencyScale(code); !ok {
				ps = append(ps, rules.Errorf(at+"/"+member, "field.invalid", rules.Say("“{code}”不是通行的 ISO 4217 货币代码", "「{code}」不是通行的 ISO 4217 貨幣代碼", "“{code}” is not an ISO 4217 currency in use", "code", clip(code, 12))))
			}
		}
		id := rateID(r.From, r.To, r.Date)
		switch {
		case r.From == r.To:
			ps = append(ps, rules.Errorf(at+"/to", "field.invalid", rules.Say("两种货币要不同", "兩種貨幣要不同", "The two currencies must differ")))
		case r.Date == (rules.Date{}):
			ps = append(ps, rules.Errorf(at+"/date", "field.invalid", rules.Say("要写日期，例如 2026-09-30", "要寫日期，例如 2026-09-30", "A date is needed, such as 2026-09-30")))
		case r.Rate.IsNegative() || !r.Rate.Round(maxRateDigits).Equal(r.Rate) || r.Rate.GreaterThanOrEqual(decimal.New(1, maxRateDigits)):
			ps = append(ps, rules.Errorf(at+"/rate", "field.invalid", rules.Say("汇率要大于 0，小数点前后最多 {n} 位", "匯率要大於 0，小數點前後最多 {n} 位", "A rate is above 0 and has at most {n} digits on either side of the point", "n", maxRateDigits)))
		case seen[id]:
			ps = append(ps, rules.Errorf(at, "key.duplicate", rules.Say("同一对货币同一天写了两次", "同一對貨幣同一天寫了兩次", "The same pair and day is given twice")))
		}
		seen[id] = true
	}
	if len(ps) > 0 {
		return badRequest(ps[0].Message, ps...)
	}
	now := e.instant()
	for _, r := range list {
		r.By, r.At, r.Sample = user, now, false
		if r.Rate.IsZero() {
			if err := e.removeRate(ctx, rateID(r.From, r.To, r.Date)); err != nil {
				return err
			}
			continue
		}
		if err := e.putRate(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) putRate(ctx context.Context, r Rate) error {
	return e.put(ctx, collRates, rateID(r.From, r.To, r.Date), map[string]any{"from": r.From, "to": r.To, "day": rateDay(r.Date)}, r)
}

// sampleRate is a rate of a template's sample.json: what its records in another currency need where the company has entered none.
type sampleRate struct {
	From string          `json:"from"`
	To   string          `json:"to"`
	Rate decimal.Decimal `json:"rate"`
}

// sampleRates enters the rates of sample data, as of today, for the pairs of which the company has none yet, either way.
func (e *Engine) sampleRates(ctx context.Context, user string, list []sampleRate, today rules.Date) error {
	for i, r := range list {
		if _, ok := forms.CurrencyScale(r.From); !ok || !r.Rate.IsPositive() {
			return sampleError(fmt.Sprintf("/rates/%d", i), fmt.Errorf("%q at %s is no rate", r.From, r.Rate))
		}
		known := false
		for _, pair := range [][2]string{{r.From, r.To}, {r.To, r.From}} {
			there, _, err := e.Rates(ctx, pair[0], pair[1], "", 1)
			if err != nil {
				return err
			}
			known = known || len(there) > 0
		}
		if known {
			continue
		}
		if err := e.putRate(ctx, Rate{From: r.From, To: r.To, Date: today, Rate: r.Rate, By: user, At: e.instant(), Sample: true}); err != nil {
			return err
		}
	}
	return nil
}

// dropSampleRates takes the rates of sample data out.
func (e *Engine) dropSampleRates(ctx context.Context, list []sampleRate) error {
	for _, r := range list {
		for after := ""; ; {
			there, next, err := e.Rates(ctx, r.From, r.To, after, store.MaxPage)
			if err != nil {
				return err
			}
			for _, x := range there {
				if x.Sample {
					if err := e.removeRate(ctx, rateID(x.From, x.To, x.Date)); err != nil {
						return err
					}
				}
			}
			if after = next; after == "" {
				break
			}
		}
	}
	return nil
}

func (e *Engine) removeRate(ctx context.Context, id string) error {
	for range maxTries {
		doc, err := e.store.Get(ctx, collRates, id)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if err = e.store.Delete(ctx, collRates, id, doc.Ver); err == nil {
			return nil
		} else if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrUnknown) {
			return err
		}
	}
	return conflict()
}

// rate brings the rate that a decision asks for.
func (f *fetcher) rate(ctx context.Context, n process.Need) error {
	fact, err := process.FindRate(n.Rate, func(from, to string, on rules.Date) (rules.Rate, bool, error) {
		page, err := f.e.store.Query(ctx, collRates, query.Query{
			Filter: query.And{query.Cmp{Col: "from", Op: query.Eq, Value: from}, query.Cmp{Col: "to", Op: query.Eq, Value: to}, query.Cmp{Col: "day", Op: query.Le, Value: rateDay(on)}},
			Sort:   []query.Sort{{Col: "day", Desc: true}}, Limit: 1,
		})
		if err != nil || len(page.Docs) == 0 {
			return rules.Rate{}, false, err
		}
		var r Rate
		if err := json.Unmarshal(page.Docs[0].Body, &r); err != nil {
			return rules.Rate{}, false, err
		}
		return rules.Rate{Num: r.Rate, Den: decimal.New(1, 0), On: r.Date}, r.Rate.IsPositive(), nil
	})
	if err != nil {
		return err
	}
	if f.facts.Rates == nil {
		f.facts.Rates = map[string]process.RateFact{}
	}
	f.facts.Rates[n.Key] = fact
	return nil
}
