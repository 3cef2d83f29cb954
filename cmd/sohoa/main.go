// Command sohoa digitises the paper results of administrative procedures: it takes scans into custody, recognises them, archives them as
// PDF/A and finds them again.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"sohoa/internal/fault"
)

// version is set when a release is linked.
var version = "dev" //nolint:gochecknoglobals // the linker writes it

// Exit codes, the same for every command.
const (
	exitDone     = 0
	exitStalled  = 1 // the system is at fault, or something is not done yet
	exitUsage    = 2
	exitRejected = 3 // the content is at fault
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// env is what commands get besides their flags.
type env struct {
	ctx    context.Context //nolint:containedctx // lives as long as the command
	stdout io.Writer
	stderr io.Writer
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (code int) {
	var c cli
	exited := -1
	parser, err := kong.New(&c,
		kong.Name("sohoa"),
		kong.Description("Số hóa kết quả thủ tục hành chính: digitise the paper results of administrative procedures.\n\n"+
			"Exit codes: 0 done, 1 stalled or system fault, 2 usage, 3 content rejected."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(c int) { exited = c }),
		kong.Vars{"version": version},
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		fmt.Fprintln(stderr, "sohoa:", err)
		return exitStalled
	}
	kctx, err := parser.Parse(args)
	if exited >= 0 { // --help
		return exited
	}
	if err != nil {
		fmt.Fprintf(stderr, "sohoa: %v\nsohoa: see sohoa --help\n", err)
		return exitUsage
	}
	return exitCode(stderr, kctx.Run(&env{ctx: ctx, stdout: stdout, stderr: stderr}))
}

// codeError is an error that has said all it has to say and only carries an exit code.
type codeError int

func (e codeError) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// usageError is a mistake on the command line that the parser cannot see.
type usageError struct{ error }

func exitCode(stderr io.Writer, err error) int {
	if err == nil {
		return exitDone
	}
	if c, ok := errors.AsType[codeError](err); ok {
		return int(c)
	}
	if d := fault.DetailOf(err); d != "" && fault.VerdictOf(err) == fault.Rejected {
		fmt.Fprintf(stderr, "sohoa: %s (%s)\n", d, fault.CodeOf(err))
		return exitRejected
	}
	fmt.Fprintln(stderr, "sohoa:", err)
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	return exitStalled
}
