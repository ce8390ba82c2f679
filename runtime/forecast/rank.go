package forecast

import "time"

// Rank is the smallest of ascending durations that at least so many percent of them do not exceed (the nearest rank): 50 is the median, 90 what
// nine of ten stay within. ok is false without any.
func Rank(sorted []time.Duration, percent int) (d time.Duration, ok bool) {
	n := len(sorted)
	if n == 0 {
		return 0, false
	}
	return sorted[min(max((percent*n+99)/100, 1), n)-1], true
}
