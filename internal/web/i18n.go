package web

import (
	"embed"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// The messages, one file per language, flat. A test holds the files to the same keys, and the pages to keys that exist.
//
//go:embed locale/*.json
var locale embed.FS //nolint:gochecknoglobals // go:embed needs a variable; nothing writes it

const (
	defaultLanguage = "vi"
	languageCookie  = "sohoa_language"
	themeCookie     = "sohoa_theme"
)

func languages() []string { return []string{"vi", "en"} }

// messages holds what is said, by language and key.
type messages map[string]map[string]string

func loadMessages() (messages, error) {
	m := messages{}
	for _, lang := range languages() {
		b, err := locale.ReadFile("locale/" + lang + ".json")
		if err != nil {
			return nil, err
		}
		var in map[string]string
		if err := json.Unmarshal(b, &in); err != nil {
			return nil, fmt.Errorf("messages in %s: %w", lang, err)
		}
		m[lang] = in
	}
	return m, nil
}

// say gives a message; numbers and names fill its verbs. A key without a message is shown as it is.
func (m messages) say(lang, key string, args ...any) string {
	s, ok := m[lang][key]
	if !ok {
		return key
	}
	if len(args) == 0 {
		return s
	}
	return fmt.Sprintf(s, args...)
}

func (m messages) has(lang, key string) bool { _, ok := m[lang][key]; return ok }

// languageOf takes the language a person chose, else the first of the browser's that there is, else Vietnamese.
func languageOf(r *http.Request) string {
	if c, err := r.Cookie(languageCookie); err == nil && slices.Contains(languages(), c.Value) {
		return c.Value
	}
	for tag := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") { // browsers list them by preference
		tag, _, _ = strings.Cut(strings.TrimSpace(tag), ";")
		tag, _, _ = strings.Cut(strings.ToLower(tag), "-")
		if slices.Contains(languages(), tag) {
			return tag
		}
	}
	return defaultLanguage
}

// indochina is the time that people see: +07:00 all year.
func indochina() *time.Location { return time.FixedZone("+07:00", 7*60*60) }

func showTime(t time.Time) string { return t.In(indochina()).Format("02/01/2006 15:04") }

// showDate turns YYYY-MM-DD into dd/mm/yyyy.
func showDate(s string) string {
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return t.Format("02/01/2006")
	}
	return s
}

// number groups digits by thousands as the language does.
func number(lang string, n int64) string {
	sep := "."
	if lang == "en" {
		sep = ","
	}
	s := fmt.Sprint(n)
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + sep + s[i:]
	}
	return sign + s
}

// showBytes gives a size in the unit a person would choose.
func showBytes(lang string, n int64) string {
	const unit = 1024
	if n < unit {
		return number(lang, n) + " B"
	}
	f, i := float64(n)/unit, 0
	for ; f >= unit && i < 3; i++ {
		f /= unit
	}
	s := fmt.Sprintf("%.1f", f)
	if lang == "vi" {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s + " " + []string{"KiB", "MiB", "GiB", "TiB"}[i]
}

// duration gives a time span in the largest unit that says enough.
func (m messages) duration(lang string, seconds int) string {
	for _, u := range []struct {
		key string
		of  int
	}{{"unit.days", 48 * 3600}, {"unit.hours", 2 * 3600}, {"unit.minutes", 120}} {
		if seconds >= u.of {
			each := map[string]int{"unit.days": 24 * 3600, "unit.hours": 3600, "unit.minutes": 60}[u.key]
			return m.say(lang, u.key, number(lang, int64(seconds/each)))
		}
	}
	return m.say(lang, "unit.seconds", number(lang, int64(seconds)))
}
