package local

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDefaultDataDir(t *testing.T) {
	t.Parallel()
	env := func(kv ...string) func(string) string {
		return func(k string) string {
			for i := 0; i < len(kv); i += 2 {
				if kv[i] == k {
					return kv[i+1]
				}
			}
			return ""
		}
	}
	if os.Geteuid() == 0 {
		if got, err := DefaultDataDir(env("HOME", "/root")); err != nil || got != "/var/lib/sohoa" {
			t.Errorf("root's data folder = %q, %v", got, err)
		}
		return
	}
	for name, tc := range map[string]struct {
		env  func(string) string
		want string
	}{
		"the data home, when it is set":       {env("XDG_DATA_HOME", "/x", "HOME", "/h"), "/x/sohoa"},
		"a relative data home does not count": {env("XDG_DATA_HOME", "x", "HOME", "/h"), "/h/.local/share/sohoa"},
		"below the home":                      {env("HOME", "/h"), "/h/.local/share/sohoa"},
		"nothing to go by":                    {env(), ""},
	} {
		got, err := DefaultDataDir(tc.env)
		if got != tc.want || (err != nil) != (tc.want == "") {
			t.Errorf("%s: %q, %v, want %q", name, got, err, tc.want)
		}
	}
}

func TestSecretsAreMadeOnceAndClosedToOthers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := loadSecrets(dir)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "secrets.json")
	if err := os.Chmod(path, 0o644); err != nil { // somebody restored it carelessly
		t.Fatal(err)
	}
	second, err := loadSecrets(dir)
	if err != nil || first != second {
		t.Errorf("the second look found other secrets, or %v", err)
	}
	st, err := os.Stat(path)
	if err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", st.Mode(), err)
	}
	for name, content := range map[string]string{
		"not JSON":          "{",
		"an empty secret":   `{"postgres_owner_password":"","postgres_app_password":"a","s3_access_key":"a","s3_secret_key":"a"}`,
		"a quote in a word": `{"postgres_owner_password":"a'; drop database sohoa; --","postgres_app_password":"a","s3_access_key":"a","s3_secret_key":"a"}`,
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := loadSecrets(dir); err == nil || !strings.Contains(err.Error(), "remove it") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLostSecretsCostARestartOnly(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	s, err := Start(t.Context(), Config{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	mustExec(t, s.OwnerDSN(), "create table kept (v text); insert into kept values ('here')")
	s.Stop()
	if err := os.Remove(filepath.Join(dir, "secrets.json")); err != nil {
		t.Fatal(err)
	}
	s = start(t, dir)
	if got, err := query(t, s.AppDSN(), "select v from kept"); err != nil || got != "here" {
		t.Errorf("with new secrets the row is %q, %v", got, err)
	}
}

func TestAKilledInitdbLeavesNoHalfCluster(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	acct, err := runAs("")
	if err != nil {
		t.Fatal(err)
	}
	if err := makeDataDir(dir, acct); err != nil {
		t.Fatal(err)
	}
	for _, half := range []string{"postgres.making", "postgres"} { // what a kill leaves, and what an old version left
		if err := os.MkdirAll(filepath.Join(dir, half, "base"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	start(t, dir)
	if _, err := os.Stat(filepath.Join(dir, "postgres.making")); !os.IsNotExist(err) {
		t.Errorf("the half cluster is still there: %v", err)
	}
}

func TestAClusterOfAnotherVersionNamesThePackage(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	if err := os.MkdirAll(filepath.Join(dir, "postgres"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "postgres", "PG_VERSION"), []byte("9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), Config{DataDir: dir}); err == nil || !strings.Contains(err.Error(), "postgresql-9") {
		t.Errorf("Start = %v", err)
	}
}
