package main

import (
	"context"
	"encoding/json"

	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"sohoa/internal/archive"
	"sohoa/internal/client"
	"sohoa/internal/fault"
	"sohoa/internal/local"
)

// remote says which server a command speaks to. Without a word it is the one that up runs on this machine.
type remote struct {
	Server string `env:"SOHOA_SERVER" help:"Server's URL; found by itself when sohoa up runs here."`
	Token  string `env:"SOHOA_TOKEN" help:"Token; better in the environment than on the command line."`
	Data   string `env:"SOHOA_DATA" type:"path" help:"Folder of the local sohoa up, to find server and token."`
}

func (r remote) client() (*client.Client, error) {
	server, token := r.Server, r.Token
	if server == "" || token == "" {
		data := r.Data
		if data == "" {
			d, err := local.DefaultDataDir(os.Getenv)
			if err != nil {
				return nil, err
			}
			data = d
		}
		for _, f := range []struct {
			value *string
			name  string
		}{{&server, urlFile}, {&token, tokenFile}} {
			if *f.value != "" {
				continue
			}
			b, err := os.ReadFile(filepath.Join(data, f.name))
			if err != nil {
				return nil, usageError{fmt.Errorf("no server is known: start sohoa up, or name one with --server and --token (or SOHOA_SERVER and SOHOA_TOKEN); looked in %s", data)}
			}
			*f.value = strings.TrimSpace(string(b))
		}
	}
	c, err := client.New(server, token)
	if err != nil {
		return nil, usageError{err}
	}
	return c, nil
}

// subject is what an id or name given on the command line stands for.
type subject struct {
	kind string // documents, accessions, batches
	id   string
}

func findSubject(ctx context.Context, c *client.Client, unit, idOrName string) (subject, error) {
	if archive.ValidID(idOrName) {
		if _, err := c.Document(ctx, archive.DocumentID(idOrName)); err == nil {
			return subject{"documents", idOrName}, nil
		} else if fault.CodeOf(err) != fault.DocumentUnknown {
			return subject{}, err
		}
		if _, err := c.Accession(ctx, archive.AccessionID(idOrName)); err == nil {
			return subject{"accessions", idOrName}, nil
		} else if fault.CodeOf(err) != fault.AccessionUnknown {
			return subject{}, err
		}
		if _, err := c.Batch(ctx, archive.BatchID(idOrName)); err == nil {
			return subject{"batches", idOrName}, nil
		} else if fault.CodeOf(err) != fault.BatchUnknown {
			return subject{}, err
		}
	}
	b, err := c.BatchByName(ctx, unit, idOrName)
	if fault.CodeOf(err) == fault.BatchUnknown {
		return subject{}, fault.New(fault.NotFound, "there is no batch, document or accession %q", idOrName)
	}
	return subject{"batches", string(b.ID)}, err
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

func printPretty(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
