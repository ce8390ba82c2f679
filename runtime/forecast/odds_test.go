package forecast

import "testing"

func TestOdds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		won, closed, want int
		ok                bool
	}{{0, 0, 0, false}, {19, 19, 0, false}, {0, 20, 5, true}, {20, 20, 95, true}, {10, 20, 50, true}, {1, 3, 0, false}, {37, 98, 38, true}, {0, 1000, 1, true}, {5000, 5000, 99, true}, {21, 20, 0, false}, {-1, 20, 0, false}} {
		if got, ok := Odds(c.won, c.closed); got != c.want || ok != c.ok {
			t.Errorf("%d of %d: %d %v, want %d %v", c.won, c.closed, got, ok, c.want, c.ok)
		}
	}
}
