package forecast

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

func TestVelocity(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	n := decimal.RequireFromString
	for _, c := range []struct {
		p    Pace
		want string
	}{
		{Pace{}, " | | | "}, {Pace{Open: 5, Lost: 2}, " | 0| | "},
		{Pace{Open: 10, Won: 2, Lost: 2, Value: n("200.00"), Took: 20 * day}, "100| 0.5| 10| 50"}, // 10 × 100 × 50% ÷ 10 days
		{Pace{Open: 1, Won: 3, Lost: 0, Value: n("100.00"), Took: 3 * day}, "33.33| 1| 1| 33.33"},
		{Pace{Open: 0, Won: 1, Lost: 2, Value: n("9.99"), Took: day / 2}, "9.99| 0.3333| 0.5| 0"},
		{Pace{Open: 4, Won: 1, Value: n("1.00")}, "1| 1| 0| "},
	} {
		mean, rate, days, velocity := c.p.Velocity(2)
		got := ""
		for i, d := range []*decimal.Decimal{mean, rate, days, velocity} {
			if i > 0 {
				got += "| "
			}
			if d != nil {
				got += d.String()
			} else if i == 0 {
				got += " "
			}
		}
		if got != c.want {
			t.Errorf("%+v: %q, want %q", c.p, got, c.want)
		}
	}
	if sum := (Pace{1, 1, 1, n("1"), day}).Add(Pace{2, 0, 1, n("2"), day}); sum.Open != 3 || sum.Lost != 2 || sum.Value.String() != "3" || sum.Took != 2*day {
		t.Errorf("%+v", sum)
	}
}
