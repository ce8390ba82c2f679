package forecast

import (
	"time"

	"github.com/shopspring/decimal"
)

// Pace is what a time's closed records and the open ones of now say about how fast business comes in.
type Pace struct {
	// Open are open now; Won and Lost closed in the time, Value is what was won and Took how long that took, all together.
	Open, Won, Lost int64
	Value           decimal.Decimal
	Took            time.Duration
}

// Add sums two up.
func (p Pace) Add(o Pace) Pace {
	return Pace{p.Open + o.Open, p.Won + o.Won, p.Lost + o.Lost, p.Value.Add(o.Value), p.Took + o.Took}
}

// Velocity is the mean amount won, the share of wins as a fraction, the mean days from begin to win, and what comes in a day: open × mean ×
// rate ÷ days. Each is nil without anything to tell it from. Amounts are rounded to scale decimals, half up.
func (p Pace) Velocity(scale int32) (mean, rate, days, velocity *decimal.Decimal) {
	at := func(d decimal.Decimal) *decimal.Decimal { return &d }
	won := decimal.NewFromInt(p.Won)
	if closed := p.Won + p.Lost; closed > 0 {
		rate = at(won.DivRound(decimal.NewFromInt(closed), 4))
	}
	if p.Won == 0 {
		return nil, rate, nil, nil
	}
	mean = at(p.Value.DivRound(won, scale))
	day := decimal.NewFromInt((24 * time.Hour).Milliseconds())
	took := decimal.NewFromInt(p.Took.Milliseconds())
	days = at(took.DivRound(won.Mul(day), 1))
	if took.IsPositive() {
		// open × value ÷ won × won ÷ closed ÷ (took ÷ won ÷ day), rounded once.
		above := decimal.NewFromInt(p.Open).Mul(p.Value).Mul(won).Mul(day)
		velocity = at(above.DivRound(decimal.NewFromInt(p.Won+p.Lost).Mul(took), scale))
	}
	return mean, rate, days, velocity
}
