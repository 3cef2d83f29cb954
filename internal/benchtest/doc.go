// Package benchtest measures what the promises of speed are about, as ratios within one run: make bench runs it and docs/benchmarks.md
// says what it found. It holds only benchmarks; nothing here passes or fails by time.
package benchtest
