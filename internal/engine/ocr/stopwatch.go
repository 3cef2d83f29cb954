//go:build cgo && linux

package ocr

import (
	"math"
	"time"

	"golang.org/x/sys/unix"
)

// stopwatch books processor seconds by stage: unlike seconds on the wall they are the same on a busy machine.
type stopwatch struct {
	seconds map[string]float64
	at      time.Duration
}

func startWatch() *stopwatch { return &stopwatch{map[string]float64{}, spent()} }

func (w *stopwatch) lap(stage string) {
	now := spent()
	w.seconds[stage] += math.Round((now-w.at).Seconds()*1000) / 1000
	w.at = now
}

// spent is the processor time this process has had. An engine reads one page at a time.
func spent() time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t) != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
