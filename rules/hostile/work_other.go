//go:build !linux

package hostile

import "time"

// worked is the time that a run takes.
func worked(run func()) time.Duration {
	before := time.Now()
	run()
	return time.Since(before)
}
