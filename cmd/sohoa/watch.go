package main

import (
	"os"
	"path/filepath"
	"strings"

	"sohoa/internal/local"
	"sohoa/internal/watch"
)

// watchCmd is the scanner's agent. The same one alone, for Windows and macOS as well, is cmd/sohoa-watch.
type watchCmd struct {
	watch.Command `embed:""`
	Data          string `env:"SOHOA_DATA" type:"path" help:"Folder of the local sohoa up, to find server and token."`
}

func (c *watchCmd) Run(e *env) error {
	c.findLocal(os.Getenv)
	return c.Command.Run(e.ctx, e.stdout, e.stderr)
}

// findLocal takes server and token of the up that runs on this machine where none is named.
func (c *watchCmd) findLocal(getenv func(string) string) {
	if c.Server != "" {
		return
	}
	data := c.Data
	if data == "" {
		d, err := local.DefaultDataDir(getenv)
		if err != nil {
			return
		}
		data = d
	}
	url, err := os.ReadFile(filepath.Join(data, urlFile))
	if err != nil {
		return // the command says what is missing
	}
	c.Server = strings.TrimSpace(string(url))
	if c.TokenFile == "" && getenv("SOHOA_TOKEN") == "" {
		c.TokenFile = filepath.Join(data, tokenFile)
	}
}
