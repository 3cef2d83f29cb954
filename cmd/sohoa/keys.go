package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sohoa/internal/custody/backup"
	"sohoa/internal/custody/keyring"
	"sohoa/internal/local"
)

type keysCmd struct {
	List    keysListCmd    `cmd:"" help:"Show the keys, without their secrets."`
	Make    keysMakeCmd    `cmd:"" help:"Make the first keys, where there are none; sohoa up does so by itself."`
	Backup  keysBackupCmd  `cmd:"" help:"Write token and keys to a file, under a passphrase."`
	Restore keysRestoreCmd `cmd:"" help:"Put token and keys back."`
	Rotate  keysRotateCmd  `cmd:"" help:"Make a new key for what is encrypted from now on."`
}

// keyPlace says where the keys are: beside the administrator's token, in a data folder.
type keyPlace struct {
	Data string `env:"SOHOA_DATA" type:"path" help:"Data folder; /var/lib/sohoa as root."`
}

func (p keyPlace) dir() (string, error) {
	if p.Data != "" {
		return p.Data, nil
	}
	return local.DefaultDataDir(os.Getenv)
}

func (p keyPlace) ring() (*keyring.Ring, error) {
	data, err := p.dir()
	if err != nil {
		return nil, err
	}
	r, err := keyring.Open(filepath.Join(data, keysFolder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usageError{fmt.Errorf("%s holds no keys yet: sohoa keys make makes them, sohoa keys restore brings them back", data)}
	}
	return r, err
}

type keysListCmd struct {
	keyPlace
	JSON bool `name:"json" help:"As JSON."`
}

// Help gives an example.
func (*keysListCmd) Help() string { return "\nExample:\n  sohoa keys list\n" }

func (c *keysListCmd) Run(e *env) error {
	r, err := c.ring()
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(e.stdout).Encode(r.List())
	}
	for _, k := range r.List() {
		use := "reads what is old"
		if k.Current {
			use = "current"
		}
		fmt.Fprintf(e.stdout, "%-12s %-8s %s  %s\n", k.ID, k.Purpose, k.CreatedAt.Format(time.DateOnly), use)
	}
	return nil
}

type keysMakeCmd struct {
	keyPlace
}

// Help gives an example.
func (*keysMakeCmd) Help() string {
	return "Keys that are there stay as they are. Name the folder \"keys\" in the data folder to serve and work with SOHOA_KEYS, and keep a backup\n" +
		"elsewhere: what is sealed with a lost key is lost.\n\nExample:\n  sohoa keys make --data /var/lib/sohoa-keys\n"
}

func (c *keysMakeCmd) Run(e *env) error {
	data, err := c.dir()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return err
	}
	r, err := keyring.OpenOrCreate(filepath.Join(data, keysFolder), now())
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "%s: %d keys\n", filepath.Join(data, keysFolder), len(r.List()))
	return nil
}

type keysBackupCmd struct {
	keyPlace
	File string `arg:"" help:"File to write; must not be there." type:"path"`
}

// Help gives an example.
func (*keysBackupCmd) Help() string {
	return "What is encrypted in the archive can be read with these keys only: keep the file and its passphrase apart from the archive and from\n" +
		"each other. sohoa backup holds the keys too. The passphrase is in " + passphraseEnv + ", or asked for.\n\nExample:\n  sohoa keys backup /mnt/safe/sohoa-keys.age\n"
}

func (c *keysBackupCmd) Run(e *env) error {
	data, err := c.dir()
	if err != nil {
		return err
	}
	k, err := backup.ReadKeys(data, keyFiles()...)
	if err != nil {
		return err
	}
	if len(k) == 0 {
		return usageError{fmt.Errorf("%s holds no keys", data)}
	}
	secret, err := passphrase(e, true)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := k.Encrypt(&b, secret); err != nil {
		return err
	}
	f, err := os.OpenFile(c.File, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b.Bytes())
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.stdout, "%d files in %s\n", len(k), c.File)
	return err
}

type keysRestoreCmd struct {
	keyPlace
	File string `arg:"" help:"File that keys backup wrote." type:"existingfile"`
}

// Help gives an example.
func (*keysRestoreCmd) Help() string {
	return "Writes only what is missing; keys that are there and differ are never replaced.\n\nExample:\n  sohoa keys restore /mnt/safe/sohoa-keys.age --data /srv/sohoa\n"
}

func (c *keysRestoreCmd) Run(e *env) error {
	data, err := c.dir()
	if err != nil {
		return err
	}
	secret, err := passphrase(e, false)
	if err != nil {
		return err
	}
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	k, err := backup.Decrypt(f, secret)
	if err != nil {
		return usageError{err}
	}
	clash, err := k.Conflicts(data)
	if err != nil {
		return err
	}
	if len(clash) > 0 {
		return usageError{fmt.Errorf("%s holds other keys than the file (%s): move them away first", data, strings.Join(clash, ", "))}
	}
	if err := k.Write(data); err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.stdout, "%d files in %s\n", len(k), data)
	return err
}

type keysRotateCmd struct{ keyPlace }

// Help gives an example.
func (*keysRotateCmd) Help() string {
	return "What was encrypted before stays readable by the older keys, so keep them; back the keys up again afterwards. A running sohoa up uses\n" +
		"the new key from its next start.\n\nExample:\n  sohoa keys rotate && sohoa keys backup /mnt/safe/sohoa-keys-2.age\n"
}

func (c *keysRotateCmd) Run(e *env) error {
	r, err := c.ring()
	if err != nil {
		return err
	}
	k, err := r.Rotate(now())
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.stdout, "%s encrypts from now on; back the keys up again\n", k.ID)
	return err
}
