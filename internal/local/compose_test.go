package local

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"go.yaml.in/yaml/v3"

	"sohoa/internal/postgres"
)

// composeFile is what the tests look at in docker-compose.yml. That the file as a whole is valid was shown by compose-go.
type composeFile struct {
	Services map[string]struct {
		Image       string
		Restart     string
		Environment map[string]string
		Healthcheck struct{ Test []string }
		Ports       []string
	}
	Configs map[string]struct{ Content string }
}

func readCompose(t *testing.T) (composeFile, string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "docker-compose.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var c composeFile
	if err := yaml.Unmarshal(b, &c); err != nil {
		t.Fatal(err)
	}
	return c, string(b)
}

func TestComposeHasNoDefaultSecretAndWatchesItsServices(t *testing.T) {
	t.Parallel()
	c, text := readCompose(t)
	if len(c.Services) != 7 {
		t.Errorf("%d services, want 7", len(c.Services))
	}
	for name, s := range c.Services {
		if s.Restart != "no" && len(s.Healthcheck.Test) == 0 {
			t.Errorf("%s has no health check", name)
		}
		if strings.HasSuffix(s.Image, ":latest") || s.Image != "" && !strings.Contains(s.Image, ":") {
			t.Errorf("%s takes whatever image is newest: %s", name, s.Image)
		}
		for _, p := range s.Ports {
			if name != "serve" || !strings.Contains(p, "127.0.0.1") {
				t.Errorf("%s publishes %s", name, p)
			}
		}
	}
	secret := regexp.MustCompile(`\$\{(\w*(?:PASSWORD|_KEY))([^}]*)\}`)
	seen := 0
	for _, m := range secret.FindAllStringSubmatch(text, -1) {
		if seen++; !strings.HasPrefix(m[2], ":?") {
			t.Errorf("%s may be missing or empty: ${%s%s}", m[1], m[1], m[2])
		}
	}
	if seen < 6 {
		t.Errorf("only %d uses of secrets were found", seen)
	}
	for _, line := range []string{`save ""`, "appendonly no", "maxmemory-policy noeviction", "requirepass ${"} {
		if !strings.Contains(c.Configs["redis"].Content, line) {
			t.Errorf("the Redis settings lack %q", line)
		}
	}
}

// TestComposeRolesAreThoseOfTheEmbeddedDatabase runs the container's start script against a fresh server, as the
// container would, then the migrations, and compares with what Start provides.
func TestComposeRolesAreThoseOfTheEmbeddedDatabase(t *testing.T) {
	t.Parallel()
	c, _ := readCompose(t)
	dir := dataDir(t)
	acct, err := runAs("")
	if err != nil {
		t.Fatal(err)
	}
	if err := makeDataDir(dir, acct); err != nil {
		t.Fatal(err)
	}
	sockets, err := socketDir(dir, acct)
	if err != nil {
		t.Fatal(err)
	}
	pg, err := StartPostgres(t.Context(), PostgresConfig{
		Dir: filepath.Join(dir, "postgres"), SocketDir: sockets, Logger: slog.New(slog.DiscardHandler), Trust: true, Volatile: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pg.Stop)
	mustExec(t, pg.DSN(SuperRole, "", "postgres"), "create database "+Database) // the container's own doing (POSTGRES_DB)

	script := exec.CommandContext(t.Context(), "/bin/sh")
	script.Stdin = strings.NewReader(strings.ReplaceAll(c.Configs["roles"].Content, "$$", "$"))
	script.Env = append(childEnv(), "PGHOST="+sockets, "POSTGRES_USER="+SuperRole, "POSTGRES_DB="+Database,
		"SOHOA_DB_OWNER_PASSWORD=ownersecret", "SOHOA_DB_APP_PASSWORD=appsecret")
	if out, err := script.CombinedOutput(); err != nil {
		t.Fatalf("the start script: %v: %s", err, out)
	}

	embedded := start(t, dataDir(t))
	for name, dsn := range map[string][2]string{
		"compose":  {pg.DSN(OwnerRole, "ownersecret", Database), pg.DSN(AppRole, "appsecret", Database)},
		"embedded": {embedded.OwnerDSN(), embedded.AppDSN()},
	} {
		if err := postgres.Migrate(t.Context(), dsn[0], slog.New(slog.DiscardHandler)); err != nil {
			t.Errorf("%s: migrations as %s: %v", name, OwnerRole, err)
		}
		if got, err := query(t, dsn[1], "select count(*)::text from accessions"); err != nil || got != "0" {
			t.Errorf("%s: %s reads %q, %v", name, AppRole, got, err)
		}
	}
	if a, b := privileges(t, pg.DSN(AppRole, "appsecret", Database)), privileges(t, embedded.AppDSN()); a != b {
		t.Errorf("rights differ:\ncompose  %s\nembedded %s", a, b)
	}
}

// privileges describes the roles and what the application's role may do, in one comparable line.
func privileges(t *testing.T, dsn string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	var out string
	err = conn.QueryRow(t.Context(), `
		select (select string_agg(concat_ws(':', rolname, rolsuper, rolcreatedb, rolcreaterole, rolcanlogin, rolbypassrls), ' ' order by rolname)
			from pg_roles where rolname like 'sohoa%') || ' | ' ||
		(select string_agg(concat_ws(':', r.rolname, m.rolname), ' ' order by 1) from pg_auth_members am
			join pg_roles r on r.oid = am.roleid join pg_roles m on m.oid = am.member where m.rolname like 'sohoa%') || ' | ' ||
		(select string_agg(concat_ws(':', relname, relkind, has_table_privilege(oid, 'SELECT'), has_table_privilege(oid, 'INSERT'),
			has_table_privilege(oid, 'UPDATE'), has_table_privilege(oid, 'DELETE'), has_table_privilege(oid, 'TRUNCATE')), ' ' order by relname)
			from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')) || ' | ' ||
		concat_ws(':', has_database_privilege('sohoa', 'CREATE'), has_database_privilege('sohoa', 'TEMP'), has_database_privilege('postgres', 'CONNECT'),
			has_schema_privilege('public', 'CREATE'))`).Scan(&out)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
