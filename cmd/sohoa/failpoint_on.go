//go:build failpoints

package main

import (
	"log/slog"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// failpoint ends the process with SIGKILL at named places, for the kill tests. SOHOA_FAILPOINTS is name=probability, comma separated;
// with SOHOA_FAILPOINT_GATE they work only while that file exists. Only a binary built with -tags failpoints looks at them.
func failpoint(logger *slog.Logger) func(string) {
	odds := map[string]float64{}
	for _, part := range strings.Split(os.Getenv("SOHOA_FAILPOINTS"), ",") {
		name, p, ok := strings.Cut(part, "=")
		if f, err := strconv.ParseFloat(p, 64); ok && err == nil {
			odds[name] = f
		}
	}
	gate := os.Getenv("SOHOA_FAILPOINT_GATE")
	return func(name string) {
		if gate != "" {
			if _, err := os.Stat(gate); err != nil {
				return
			}
		}
		if p := odds[name]; p > 0 && rand.Float64() < p {
			logger.Warn("failpoint", "name", name)
			if mark := os.Getenv("SOHOA_FAILPOINT_LOG"); mark != "" {
				if f, err := os.OpenFile(mark, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600); err == nil {
					_, _ = f.WriteString(name + "\n")
					_ = f.Close()
				}
			}
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
}
