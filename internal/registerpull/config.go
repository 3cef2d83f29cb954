package registerpull

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"sohoa/internal/register"
)

// Config says where the procedure system is and how it speaks. See docs/register-pull.md.
type Config struct {
	BaseURL string        `yaml:"base_url"` // https; http on this machine only
	Auth    Auth          `yaml:"auth"`
	Every   time.Duration `yaml:"every"`   // between rounds; 0: 15 minutes
	Overlap time.Duration `yaml:"overlap"` // how much earlier than the last round a round asks; 0: 10 minutes
	Timeout time.Duration `yaml:"timeout"` // of one request; 0: one minute
	MaxBody int64         `yaml:"max_body"`
	Bad     string        `yaml:"bad_records"` // skip, or stop (the default): one bad record stops its page
	Lists   map[register.Kind]List
}

// Auth is how a token is got: OAuth2 client credentials. Without a token URL requests carry none.
type Auth struct {
	TokenURL   string   `yaml:"token_url"`
	ClientID   string   `yaml:"client_id"`
	SecretEnv  string   `yaml:"client_secret_env"`  // name of a variable
	SecretFile string   `yaml:"client_secret_file"` // or a file
	Scopes     []string `yaml:"scopes"`
	InBody     bool     `yaml:"credentials_in_body"` // rather than as HTTP basic
}

// List says how one list is fetched.
type List struct {
	Path    string            `yaml:"path"`    // below BaseURL
	Query   map[string]string `yaml:"query"`   // sent with every request
	Records Path              `yaml:"records"` // of the array in an answer; empty: the answer is the array
	Since   Since             `yaml:"updated_since"`
	Paging  Paging            `yaml:"paging"`
	Deleted Flag              `yaml:"deleted"`
	Columns map[string]Value  `yaml:"columns"` // field of the register → where it is
}

// Since says how changes are asked for. Without a parameter every round fetches everything.
type Since struct {
	Param  string `yaml:"param"`
	Format string `yaml:"format"` // rfc3339 (the default), date, unix, unix_ms, or a layout of Go
}

// Paging says how the next page is asked for.
type Paging struct {
	Style string `yaml:"style"` // none, cursor, page or next
	Param string `yaml:"param"` // of the cursor or page number
	First *int   `yaml:"first"` // the first page's number; left out: 1
	Size  int    `yaml:"size"`  // records of a full page: a shorter one is the last; 0: not known
	Value Path   `yaml:"value"` // of the next cursor, or of the next page's URL; Link: the header
}

// Flag is a value that says a record was deleted.
type Flag struct {
	Path   Path     `yaml:"path"`
	Values []string `yaml:"values"` // empty: true, 1
}

const (
	maxConfigBytes = 1 << 20
	defaultMaxBody = 16 << 20
	largestBody    = 256 << 20
)

// The paging styles.
const (
	pagingNone   = "none"
	pagingCursor = "cursor"
	pagingPage   = "page"
	pagingNext   = "next"
)

// ReadConfig reads a configuration and checks it. A field that nobody knows is refused: it is a misspelling.
func ReadConfig(r io.Reader) (Config, error) {
	var c Config
	b, err := io.ReadAll(io.LimitReader(r, maxConfigBytes+1))
	if err != nil {
		return c, err
	}
	if len(b) > maxConfigBytes {
		return c, errors.New("the configuration is larger than 1 MiB")
	}
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	if err := d.Decode(&c); err != nil {
		return c, fmt.Errorf("the configuration cannot be read: %w", err)
	}
	return c, c.check()
}

func (c *Config) check() error {
	for _, d := range []struct {
		v         *time.Duration
		zero, min time.Duration
		name      string
	}{{&c.Every, 15 * time.Minute, time.Second, "every"}, {&c.Overlap, 10 * time.Minute, 0, "overlap"}, {&c.Timeout, time.Minute, time.Millisecond, "timeout"}} {
		if *d.v == 0 {
			*d.v = d.zero
		}
		if *d.v < d.min {
			return fmt.Errorf("%s: %s is too short", d.name, *d.v)
		}
	}
	if c.MaxBody == 0 {
		c.MaxBody = defaultMaxBody
	}
	if c.MaxBody < 0 || c.MaxBody > largestBody {
		return fmt.Errorf("max_body: at most %d bytes", largestBody)
	}
	switch c.Bad {
	case "":
		c.Bad = "stop"
	case "skip", "stop":
	default:
		return fmt.Errorf("bad_records: %q is neither skip nor stop", c.Bad)
	}
	if _, err := safeURL("base_url", c.BaseURL); err != nil {
		return err
	}
	if c.Auth.TokenURL != "" {
		if _, err := safeURL("auth.token_url", c.Auth.TokenURL); err != nil {
			return err
		}
		if c.Auth.ClientID == "" || (c.Auth.SecretEnv == "") == (c.Auth.SecretFile == "") {
			return errors.New("auth: name client_id, and one of client_secret_env and client_secret_file")
		}
	}
	if len(c.Lists) == 0 {
		return errors.New("lists: there is none; name units, procedures, holders or dossiers")
	}
	for k, l := range c.Lists {
		if _, err := register.ParseKind(string(k)); err != nil {
			return fmt.Errorf("lists: %w", err)
		}
		if err := l.check(k); err != nil {
			return fmt.Errorf("lists.%s.%w", k, err)
		}
	}
	return nil
}

func (l List) check(k register.Kind) error {
	if u, err := url.Parse(l.Path); err != nil || u.IsAbs() || u.Host != "" || slices.Contains(strings.Split(u.Path, "/"), "..") {
		return fmt.Errorf("path: %q is no path below base_url", l.Path)
	}
	switch p := l.Paging; p.Style {
	case "", pagingNone:
	case pagingCursor:
		if p.Param == "" || p.Value.empty() {
			return errors.New("paging: a cursor needs param and value")
		}
	case pagingPage:
		if p.Param == "" {
			return errors.New("paging: page numbers need param")
		}
	case pagingNext:
		if p.Value.empty() {
			return errors.New("paging: next needs value, the path of the next page's URL, or Link")
		}
	default:
		return fmt.Errorf("paging: there is no style %q; use none, cursor, page or next", p.Style)
	}
	fields := make([]string, 0, len(l.Columns))
	for f := range l.Columns {
		fields = append(fields, f)
	}
	for _, c := range register.Columns(k) {
		if i := slices.Index(fields, c.Field); i >= 0 {
			fields = slices.Delete(fields, i, i+1)
		} else if c.Required {
			return fmt.Errorf("columns: %s is missing", c.Field)
		}
	}
	if len(fields) > 0 {
		slices.Sort(fields)
		return fmt.Errorf("columns: the register has no %s", strings.Join(fields, ", "))
	}
	return nil
}

// first is the number of the first page.
func (p Paging) first() int {
	if p.First == nil {
		return 1
	}
	return *p.First
}

// safeURL takes https, and http where no line is crossed.
func safeURL(name, s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("%s: %q is no plain URL", name, s)
	}
	local := u.Hostname() == "localhost"
	if ip := net.ParseIP(u.Hostname()); ip != nil && ip.IsLoopback() {
		local = true
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !local) {
		return nil, fmt.Errorf("%s: %q is not https; a secret would cross the line open", name, s)
	}
	return u, nil
}

// secret reads the client's secret.
func (a Auth) secret(getenv func(string) string) (string, error) {
	if a.SecretEnv != "" {
		if s := getenv(a.SecretEnv); s != "" {
			return s, nil
		}
		return "", fmt.Errorf("the variable %s, which auth.client_secret_env names, is empty", a.SecretEnv)
	}
	f, err := os.Open(a.SecretFile)
	if err != nil {
		return "", fmt.Errorf("auth.client_secret_file: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 4<<10))
	if s := string(bytes.TrimSpace(b)); err != nil || s != "" {
		return s, err
	}
	return "", errors.New("auth.client_secret_file is empty")
}
