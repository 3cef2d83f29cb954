// Command sohoa-watch is the agent of the scanner's workstation alone: `sohoa watch` for machines that run nothing else of sohoa, Windows and
// macOS among them.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"sohoa/internal/watch"
)

// version is set when a release is linked.
var version = "dev" //nolint:gochecknoglobals // the linker writes it

type cli struct {
	watch.Command
	Version kong.VersionFlag `help:"Show the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	var c cli
	kong.Parse(&c, kong.Name("sohoa-watch"), kong.Vars{"version": version}, kong.UsageOnError(),
		kong.Description("Hands in whatever a scanner puts into a folder. Exit codes: 0 ended, 1 fault, 80 usage.\n\n"+c.Help()))
	err := c.Run(ctx, os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "sohoa-watch:", err)
		os.Exit(1)
	}
}
