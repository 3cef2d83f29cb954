package main

import (
	"io"
	"net/url"
	"os"
	"strings"

	"sohoa/internal/client"
	"sohoa/internal/custody/keyring"
	"sohoa/internal/dossier"
	"sohoa/internal/fault"
	"sohoa/internal/postgres"
	"sohoa/internal/register"
	"sohoa/internal/wiring"
)

// newRegister opens the register; its identifiers are sealed with the keys of ring.
func newRegister(ring *keyring.Ring, cat *postgres.Catalogue) (*register.Service, error) {
	return register.New(register.Deps{Store: cat.Register(), Vault: wiring.Vault{Ring: ring}})
}

type registerCmd struct {
	Import registerImportCmd `cmd:"" help:"Take a list in from a CSV or XLSX file."`
	Export registerExportCmd `cmd:"" help:"Write a list to a CSV or XLSX file."`
	Show   registerShowCmd   `cmd:"" help:"Show the record with a code."`
	Delete registerDeleteCmd `cmd:"" help:"Mark a record as deleted."`
	Find   registerFindCmd   `cmd:"" help:"Find holders and their dossiers by number or card, read from standard input."`
	Link   registerLinkCmd   `cmd:"" help:"Make old and new number one holder's, by the text of a card read from standard input."`
	Pull   registerPullCmd   `cmd:"" help:"Fetch what changed in the procedure system, now."`
}

// registerKind is the argument that names a list.
type registerKind struct {
	List string `arg:"" name:"kind" enum:"units,procedures,holders,dossiers" help:"units, procedures, holders or dossiers."`
}

func (k registerKind) kind() register.Kind { return register.Kind(k.List) }

type registerShowCmd struct {
	remote
	Code string `arg:"" help:"Code of a dossier, procedure, unit or holder."`
}

// Help gives an example.
func (*registerShowCmd) Help() string {
	return "\nExample:\n  sohoa register show 000.00.53.H48-220921-0099\n"
}

func (c *registerShowCmd) Run(e *env) error {
	cl, err := c.client()
	if err != nil {
		return err
	}
	q := func() url.Values { return url.Values{"code": {c.Code}} }
	found := 0
	show := func(k register.Kind, v any) error {
		found++
		return printPretty(e.stdout, map[string]any{"list": k, "record": v})
	}
	code := c.Code
	if p, err := dossier.ParseProcedure(code); err == nil {
		code = p.Short // the long form is of the same procedure
	}
	for _, err := range []error{
		client.Register(e.ctx, cl, register.Dossiers, q(), func(d register.DossierRow) error { return show(register.Dossiers, d) }),
		client.Register(e.ctx, cl, register.Procedures, url.Values{"code": {code}}, func(p register.ProcedureRow) error { return show(register.Procedures, p) }),
		client.Register(e.ctx, cl, register.Units, q(), func(u register.UnitRow) error { return show(register.Units, u) }),
		client.Register(e.ctx, cl, register.Holders, q(), func(h register.HolderRow) error { return show(register.Holders, h) }),
	} {
		if err != nil {
			return err
		}
	}
	if found == 0 {
		return fault.New(fault.NotFound, "the register has nothing with the code %q", c.Code)
	}
	return nil
}

type registerDeleteCmd struct {
	remote
	registerKind
	Code string `arg:"" help:"Its code."`
}

func (c *registerDeleteCmd) Run(e *env) error {
	cl, err := c.client()
	if err != nil {
		return err
	}
	return cl.DeleteRegister(e.ctx, c.kind(), c.Code)
}

type registerFindCmd struct {
	remote
	Card bool `help:"What is read is the text of a card's QR, not a number a line."`
}

// Help says why there is no argument.
func (*registerFindCmd) Help() string {
	return "Numbers are read from standard input, one a line: arguments are seen by everybody on the machine. Exit 1 when nobody is found.\n\n" +
		"Example:\n  sohoa register find < number.txt\n"
}

func (c *registerFindCmd) Run(e *env) error {
	cl, err := c.client()
	if err != nil {
		return err
	}
	text, err := readSmall(os.Stdin)
	if err != nil {
		return err
	}
	numbers, card := strings.Fields(text), ""
	if c.Card {
		numbers, card = nil, text
	}
	f, err := cl.FindHolders(e.ctx, numbers, card)
	if err != nil {
		return err
	}
	if err := printPretty(e.stdout, f); err != nil {
		return err
	}
	if len(f.Holders) == 0 {
		return codeError(exitStalled)
	}
	return nil
}

type registerLinkCmd struct{ remote }

// Help gives an example.
func (*registerLinkCmd) Help() string {
	return "The text is CCCD|CMND|name|born|sex|address|issued, as a reader of QR codes types it.\n\nExample:\n  sohoa register link < card.txt\n"
}

func (c *registerLinkCmd) Run(e *env) error {
	cl, err := c.client()
	if err != nil {
		return err
	}
	card, err := readSmall(os.Stdin)
	if err != nil {
		return err
	}
	l, err := cl.LinkHolders(e.ctx, card)
	if err != nil {
		return err
	}
	return printPretty(e.stdout, l)
}

// readSmall reads what a person or a reader of codes types.
func readSmall(r io.Reader) (string, error) {
	b, err := io.ReadAll(io.LimitReader(r, 64<<10))
	return strings.TrimSpace(string(b)), err
}
