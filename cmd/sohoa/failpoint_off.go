//go:build !failpoints

package main

import "log/slog"

// failpoint is nothing in a product build; see failpoint_on.go.
func failpoint(*slog.Logger) func(string) { return nil }
