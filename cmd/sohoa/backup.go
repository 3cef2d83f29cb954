package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"golang.org/x/term"

	"sohoa/internal/custody"
	"sohoa/internal/custody/backup"
	"sohoa/internal/objectstore"
	"sohoa/internal/postgres"
)

// passphraseEnv holds the passphrase that guards the keys of a backup.
const passphraseEnv = "SOHOA_BACKUP_PASSPHRASE"

// keyFiles are the files of a data folder that cannot be made again. secrets.json can: it only ties the servers of one start together.
func keyFiles() []string { return []string{tokenFile, keysFolder} }

// keysFolder is where the keys lie in the data folder.
const keysFolder = "keys"

type backupCmd struct {
	custodySettings
	Dir  string `arg:"" help:"Folder the backup goes to; made when missing. A second backup into it copies only what is new." type:"path"`
	JSON bool   `name:"json" help:"As JSON."`
}

// Help gives examples.
func (*backupCmd) Help() string {
	return "Writes the catalogue, every object and the keys. The system may run meanwhile: the catalogue is dumped first, and bytes are always\n" +
		"stored before the rows that name them. Token and keys are encrypted by the passphrase in " + passphraseEnv + ", or asked for.\n" +
		"Everything else is as readable as the archive itself: keep the folder as safe.\n" + whereHelp +
		"\nExamples:\n  sohoa backup /mnt/backup\n  " + passphraseEnv + "=… sohoa backup --json /mnt/backup\n"
}

func (c *backupCmd) Run(e *env) error {
	srv, err := c.open(e, anyTime)
	if err != nil {
		return err
	}
	defer srv.stop()
	src := backup.Source{Dump: srv.dump, Version: version, Now: now}
	if srv.data != "" {
		if src.Keys, err = backup.ReadKeys(srv.data, keyFiles()...); err != nil {
			return err
		}
	}
	if len(src.Keys) > 0 {
		if src.Secret, err = passphrase(e, true); err != nil {
			return err
		}
	}
	st, err := srv.store(e.ctx)
	if err != nil {
		return err
	}
	src.Store = objectstore.NewShelves(st)
	f, err := backup.Open(c.Dir)
	if err != nil {
		return err
	}
	tell := newTeller(e, c.JSON)
	src.Progress = func(n int, _ int64) { tell.set("objects", n) }
	seal, err := f.Make(e.ctx, src)
	tell.done()
	if err != nil {
		return err
	}
	if c.JSON {
		err = json.NewEncoder(e.stdout).Encode(seal)
	} else {
		_, err = fmt.Fprintf(e.stdout, "backup %s: %d objects, %d bytes\n", seal.Name, seal.Objects, seal.Bytes)
		for _, d := range seal.Damaged {
			fmt.Fprintln(e.stdout, "! left out, for its bytes have changed:", d)
		}
	}
	if err == nil && len(seal.Damaged) > 0 {
		err = codeError(exitStalled)
	}
	return err
}

// dump writes the database in pg_dump's custom format.
func (s *servers) dump(ctx context.Context, w io.Writer) error {
	args := []string{"--format=custom", "--exclude-table-data=*.rebuild_items"}
	if !s.private {
		args = append(args, "--no-owner", "--no-privileges")
	}
	cmd, err := s.client(ctx, "pg_dump", args...)
	if err != nil {
		return err
	}
	cmd.Stdout = w
	return runClient(cmd)
}

// load reads a dump into the database, all of it or nothing.
func (s *servers) load(ctx context.Context, dump *os.File) error {
	args := []string{"--exit-on-error", "--single-transaction"}
	if !s.private {
		args = append(args, "--no-owner", "--no-privileges")
	}
	cmd, err := s.client(ctx, "pg_restore", args...)
	if err != nil {
		return err
	}
	cmd.Stdin = dump
	return runClient(cmd)
}

// runClient runs a client program and makes its last words the error.
func runClient(cmd *exec.Cmd) error {
	var words bytes.Buffer
	cmd.Stderr = &words
	if err := cmd.Run(); err != nil {
		said := strings.TrimSpace(words.String())
		return fmt.Errorf("%s: %w: %s", cmd.Path, err, said[max(0, len(said)-2000):])
	}
	return nil
}

// passphrase comes from the environment or a terminal; a new one is asked for twice.
func passphrase(e *env, isNew bool) (string, error) {
	if p := os.Getenv(passphraseEnv); p != "" {
		return p, nil
	}
	fd := int(os.Stdin.Fd())
	if !term.IsTerminal(fd) {
		return "", usageError{fmt.Errorf("the keys are kept under a passphrase: set %s", passphraseEnv)}
	}
	ask := func(what string) (string, error) {
		fmt.Fprint(e.stderr, what)
		b, err := term.ReadPassword(fd)
		fmt.Fprintln(e.stderr)
		return string(b), err
	}
	p, err := ask("Passphrase for the keys: ")
	if err != nil || !isNew {
		return p, err
	}
	again, err := ask("Once more: ")
	switch {
	case err != nil:
		return "", err
	case p == "":
		return "", usageError{errors.New("an empty passphrase guards nothing")}
	case p != again:
		return "", usageError{errors.New("the two passphrases differ")}
	}
	return p, nil
}

type restoreCmd struct {
	custodySettings
	Dir    string `arg:"" help:"Folder the backup lies in." type:"existingdir"`
	Backup string `help:"Name of the backup; the newest when not named."`
	JSON   bool   `name:"json" help:"As JSON."`
}

// Help gives examples.
func (*restoreCmd) Help() string {
	return "Verifies the whole backup before it touches anything, and refuses a catalogue that holds something. Objects are put back create-only.\n" +
		"Where the object store outlived the database, what it took in since the backup is added from its records and manifests, so nothing\n" +
		"that was acknowledged is lost. sohoa up must be stopped; serve and work too, where the servers are named.\n" + whereHelp +
		"\nExamples:\n  sohoa restore /mnt/backup --data /srv/new\n  rm -r /srv/sohoa/postgres && sohoa restore /mnt/backup --data /srv/sohoa\n"
}

func (c *restoreCmd) Run(e *env) error {
	f, err := backup.Open(c.Dir)
	if err != nil {
		return err
	}
	b, err := f.Find(e.ctx, c.Backup)
	if err != nil {
		return err
	}
	tell := newTeller(e, c.JSON)
	defer tell.done()
	if _, err := b.Verify(e.ctx, func(n int) { tell.set("verified", n) }); err != nil {
		return err
	}
	var keys backup.Keys
	if b.HasKeys() && c.DatabaseURL == "" {
		secret, err := passphrase(e, false)
		if err != nil {
			return err
		}
		if keys, err = b.Keys(secret); err != nil {
			return usageError{err}
		}
	}
	srv, err := c.open(e, onlyStopped)
	if err != nil {
		return err
	}
	defer srv.stop()
	// Whatever refuses does so before anything is put.
	if err := noOtherKeys(srv, keys); err != nil {
		return err
	}
	if err := postgres.Clear(e.ctx, srv.ownerDSN); err != nil {
		return refused(err)
	}
	if srv.data != "" {
		if err := keys.Write(srv.data); err != nil {
			return err
		}
	}
	st, err := srv.store(e.ctx)
	if err != nil {
		return err
	}
	shelves := objectstore.NewShelves(st)
	if err := b.RestoreObjects(e.ctx, shelves, now(), func(n int) { tell.set("restored", n) }); err != nil {
		return err
	}
	r, err := c.restoreCatalogue(e, srv, b, st, tell)
	if err != nil {
		return err
	}
	tell.done()
	if !c.JSON {
		fmt.Fprintf(e.stdout, "backup %s restored: %d objects\n", b.Seal.Name, b.Seal.Objects)
	}
	return reportRebuild(e, r, c.JSON)
}

func noOtherKeys(srv *servers, keys backup.Keys) error {
	if srv.data == "" {
		return nil
	}
	clash, err := keys.Conflicts(srv.data)
	if err == nil && len(clash) > 0 {
		err = usageError{fmt.Errorf("%s holds other keys than the backup (%s): move them away, or name another data folder", srv.data, strings.Join(clash, ", "))}
	}
	return err
}

func (c *restoreCmd) restoreCatalogue(e *env, srv *servers, b *backup.Backup, st *objectstore.Store, tell *teller) (custody.RebuildReport, error) {
	dump, err := b.Dump()
	if err != nil {
		return custody.RebuildReport{}, err
	}
	defer dump.Close()
	if err := srv.load(e.ctx, dump); err != nil {
		return custody.RebuildReport{}, err
	}
	cat, err := srv.catalogue(e.ctx)
	if err != nil {
		return custody.RebuildReport{}, err
	}
	defer cat.Close()
	if err := cat.Restored(e.ctx, custodyActor, b.Seal.Name); err != nil {
		return custody.RebuildReport{}, err
	}
	deps := custody.RebuildDeps{Objects: objectstore.NewShelves(st), Catalogue: cat, Logger: srv.logger, Progress: tell.set}
	if deps.Holders, err = srv.holders(os.Getenv("SOHOA_KEYS"), st); err != nil {
		return custody.RebuildReport{}, err
	}
	m := custody.NewRebuilder(deps)
	return m.Merge(e.ctx, custodyActor)
}
