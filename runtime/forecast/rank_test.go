package forecast

import (
	"testing"
	"time"
)

func TestRank(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ n, percent, want int }{{1, 50, 1}, {2, 50, 1}, {3, 50, 2}, {10, 50, 5}, {10, 90, 9}, {11, 90, 10}, {1, 90, 1}, {20, 100, 20}, {20, 0, 1}} {
		var list []time.Duration
		for i := range c.n {
			list = append(list, time.Duration(i+1))
		}
		if got, ok := Rank(list, c.percent); !ok || got != time.Duration(c.want) {
			t.Errorf("%d %% of %d: %d, want %d", c.percent, c.n, got, c.want)
		}
	}
	if _, ok := Rank(nil, 50); ok {
		t.Error("of nothing")
	}
}
