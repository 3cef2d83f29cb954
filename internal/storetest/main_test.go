package storetest

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"sohoa/internal/local/gateway"
)

// TestMain lets the test binary play the programs that the tests start: the gateway, and a process that stores.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer stop()
		switch os.Args[1] {
		case "gateway":
			exit(gateway.Serve(ctx, os.Stdin))
		case "store":
			exit(playStore(ctx, os.Args[2], os.Args[3] == "sync"))
		}
	}
	os.Exit(m.Run())
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}
