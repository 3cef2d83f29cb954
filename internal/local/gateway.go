package local

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"sohoa/internal/local/gatewayorder"
)

// GatewayConfig says where and how the S3 gateway runs.
type GatewayConfig struct {
	// Command is the program that calls gateway.Serve, with its arguments. A program at another path than our own must
	// be executable for the account.
	Command []string
	Dir     string // objects, their older versions and metadata
	Listen  string // a socket path of at most 107 bytes, or host:port
	User    string // whom to run as when we are root; "" means postgres, like the database
	Logger  *slog.Logger

	AccessKey, SecretKey string
}

// Region is the region name that the gateway answers to.
const Region = "us-east-1"

// Gateway is a running private S3 gateway. It is safe for concurrent use.
type Gateway struct {
	cfg   GatewayConfig
	acct  account
	child *child
}

// StartGateway starts the gateway and waits until it answers.
func StartGateway(ctx context.Context, cfg GatewayConfig) (*Gateway, error) {
	acct, err := runAs(cfg.User)
	if err != nil {
		return nil, err
	}
	if len(cfg.Command) == 0 {
		return nil, errors.New("gateway: no command")
	}
	if err := acct.canReach(cfg.Dir); err != nil {
		return nil, err
	}
	for _, dir := range []string{cfg.Dir, filepath.Join(cfg.Dir, gatewayorder.ObjectsDir), filepath.Join(cfg.Dir, gatewayorder.VersionsDir)} {
		if err := acct.ownDir(dir); err != nil {
			return nil, err
		}
	}
	if err := gatewayorder.CheckXattr(cfg.Dir); err != nil { // said here too, in our own words and at once
		return nil, err
	}
	order, err := json.Marshal(gatewayorder.Order{
		Dir: cfg.Dir, Listen: cfg.Listen, AccessKey: cfg.AccessKey, SecretKey: cfg.SecretKey, Region: Region,
	})
	if err != nil {
		return nil, err
	}
	g := &Gateway{cfg: cfg, acct: acct}
	g.child, err = startChild(ctx, cfg.Logger, spec{
		name: "gateway",
		command: func() *exec.Cmd {
			cmd := exec.Command(cfg.Command[0], cfg.Command[1:]...) //nolint:noctx // its supervisor ends it, in order
			cmd.Dir, cmd.SysProcAttr, cmd.Stdin = cfg.Dir, acct.attr(), bytes.NewReader(order)
			// The collector frees what large bodies leave behind before it is much.
			cmd.Env = append(childEnv(), "GOMEMLIMIT=256MiB", "HOME=/nonexistent")
			return cmd
		},
		prepare:   g.clearSocket,
		ready:     g.health,
		deathSig:  syscall.SIGKILL, // an object appears whole or not at all
		stopSteps: []stopStep{{syscall.SIGTERM, 10 * time.Second}},
		readyWait: 30 * time.Second,
	})
	if err != nil {
		return nil, err
	}
	return g, nil
}

// Stop ends the gateway after the requests it is serving.
func (g *Gateway) Stop() { g.child.stop() }

// PID is the gateway's process id, 0 while it is down.
func (g *Gateway) PID() int { return g.child.PID() }

// Ready reports whether the gateway answers.
func (g *Gateway) Ready() bool { return g.child.Ready() }

// Endpoint is the address as objectstore.Deps takes it.
func (g *Gateway) Endpoint() string {
	if g.onSocket() {
		return "unix://" + g.cfg.Listen
	}
	return g.cfg.Listen
}

func (g *Gateway) onSocket() bool { return strings.HasPrefix(g.cfg.Listen, "/") }

func (g *Gateway) clearSocket(context.Context) error {
	if !g.onSocket() {
		return nil
	}
	if len(g.cfg.Listen) > socketMax {
		return fmt.Errorf("socket path %s has %d bytes, at most %d are allowed", g.cfg.Listen, len(g.cfg.Listen), socketMax)
	}
	if err := os.Remove(g.cfg.Listen); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// health asks the gateway's own health page.
func (g *Gateway) health(ctx context.Context, _ int) error {
	network := "tcp"
	if g.onSocket() {
		network = "unix"
	}
	client := http.Client{
		Timeout: 2 * time.Second,
		Transport: &http.Transport{
			DisableKeepAlives: true,
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return (&net.Dialer{}).DialContext(ctx, network, g.cfg.Listen)
			},
		},
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost"+gatewayorder.HealthPath, nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	return nil
}
