package forecast

// MinClosed is how many closed records a probability is taken from at least: fewer say too little.
const MinClosed = 20

// Odds is the chance of winning, in whole percent from 1 to 99, of a record of which closed ones won were won among closed (Laplace: one more
// of each, so that a short run of luck is not taken for certainty). ok is false when too few are closed.
func Odds(won, closed int) (percent int, ok bool) {
	if closed < MinClosed || won < 0 || won > closed {
		return 0, false
	}
	n := closed + 2
	percent = (200*(won+1) + n) / (2 * n) // half up
	return min(max(percent, 1), 99), true
}
