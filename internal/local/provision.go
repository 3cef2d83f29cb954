package local

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// provisionSQL makes roles and database where they are missing and sets the passwords of this start. Who may do what
// inside the schema is the migrations' business; here is only what they cannot do, not being a superuser.
//
// OwnerRole is a member of SearchRole, so that a migration can hand a function over to it.
const provisionSQL = `
\set ON_ERROR_STOP on
set client_min_messages = warning;
select format('create role %%I', r) from unnest(array['%[1]s', '%[2]s', '%[3]s']) r
	where not exists (select from pg_roles where rolname = r) \gexec
alter role %[1]s login nosuperuser nocreatedb nocreaterole nobypassrls password '%[5]s';
alter role %[2]s login nosuperuser nocreatedb nocreaterole nobypassrls password '%[6]s';
alter role %[3]s nologin nosuperuser bypassrls;
grant %[3]s to %[1]s;
select 'create database %[4]s owner %[1]s' where not exists (select from pg_database where datname = '%[4]s') \gexec
revoke all on database %[4]s from public;
grant connect on database %[4]s to %[2]s;
revoke connect on database postgres from public;
\connect %[4]s
alter schema public owner to %[1]s;
grant usage on schema public to %[2]s, %[3]s;
alter default privileges for role %[1]s in schema public grant select, insert, update, delete on tables to %[2]s;
alter default privileges for role %[1]s in schema public grant usage, select on sequences to %[2]s;
`

// provision runs provisionSQL. The passwords travel by standard input only, and are made of letters and digits.
func (p *Postgres) provision(ctx context.Context, ownerPassword, appPassword string) error {
	cmd, err := p.ClientCommand(ctx, "psql", "postgres", "--no-psqlrc", "--quiet", "--tuples-only", "--file=-")
	if err != nil {
		return err
	}
	cmd.Stdin = strings.NewReader(fmt.Sprintf(provisionSQL, OwnerRole, AppRole, SearchRole, Database, ownerPassword, appPassword))
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("make roles and database: %w: %s", err, bytes.TrimSpace(out))
	}
	return nil
}

// ClientCommand prepares one of the client programs that belong to the server (psql, pg_dump, pg_restore) to run as
// SuperRole on a database: for provisioning, backup and restore, which row-level security must not cut short.
func (p *Postgres) ClientCommand(ctx context.Context, program, database string, args ...string) (*exec.Cmd, error) {
	path, err := exec.LookPath(filepath.Join(p.bin, program))
	if err != nil {
		return nil, fmt.Errorf("the PostgreSQL client program %s is missing: run apt-get install postgresql-client: %w", program, err)
	}
	cmd := exec.CommandContext(ctx, path, append([]string{
		"--host=" + p.cfg.SocketDir, "--port=" + postgresPort, "--username=" + SuperRole, "--dbname=" + database, "--no-password",
	}, args...)...)
	cmd.Dir, cmd.Env, cmd.SysProcAttr = p.cfg.SocketDir, childEnv(), p.acct.attr()
	return cmd, nil
}
