package hostile

import (
	goruntime "runtime"
	"syscall"
	"time"
)

// worked is the processor time that a run takes on its thread.
func worked(run func()) time.Duration {
	goruntime.LockOSThread()
	defer goruntime.UnlockOSThread()
	spent := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_THREAD, &u); err != nil {
			panic(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before := spent()
	run()
	return spent() - before
}
