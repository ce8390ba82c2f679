package rules

import "strings"

// Nearest finds the known name closest to a mistaken one, "" if none is close. sure is true when a fix may be offered:
// the only name within one typing mistake, or the same letters in another case.
func Nearest(name string, known []string) (best string, sure bool) {
	if len(name) == 0 || len(name) > 60 {
		return "", false
	}
	limit := 1
	if len(name) >= 5 {
		limit = 2
	}
	dist, ties := limit+1, 0
	for _, k := range known {
		if k == name {
			continue
		}
		if strings.EqualFold(k, name) {
			return k, true
		}
		if abs := len(k) - len(name); abs > limit || abs < -limit {
			continue
		}
		switch d := distance(name, k, limit); {
		case d < dist:
			best, dist, ties = k, d, 0
		case d == dist && d <= limit:
			ties++
		}
	}
	if dist > limit {
		return "", false
	}
	return best, dist == 1 && ties == 0 && len(name) >= 4
}

// distance is the edit distance with neighbouring letters swapped counting once; more than limit is not told apart.
func distance(a, b string, limit int) int {
	prev2 := []int(nil)
	prev := make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur := make([]int, len(b)+1)
		cur[0] = i
		low := i
		for j := 1; j <= len(b); j++ {
			c := 1
			if a[i-1] == b[j-1] {
				c = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+c)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
			low = min(low, cur[j])
		}
		if low > limit {
			return limit + 1
		}
		prev2, prev = prev, cur
	}
	return prev[len(b)]
}
