package papercode

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"sohoa/internal/fold"
)

// part is one value of a code, with its key where it has one.
type part struct{ key, value string }

// maxParts bounds how many parts of a code are looked at.
const maxParts = 64

// partsOf takes a code apart, however it is written.
func partsOf(text string) []part {
	parts := jsonParts(text)
	if parts == nil {
		parts = addressParts(text)
	}
	if parts == nil {
		parts = plainParts(text)
	}
	out := parts[:0]
	for _, p := range parts {
		p.key, p.value = strings.TrimSpace(p.key), strings.TrimSpace(p.value)
		if p.value != "" && len(out) < maxParts {
			out = append(out, p)
		}
	}
	return out
}

// jsonParts are the members of an object, or the elements of an array; what is nested is not looked into. nil when it is neither.
func jsonParts(text string) []part {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if text[0] != '{' && text[0] != '[' || d.Decode(&v) != nil || d.More() {
		return nil
	}
	out := []part{}
	scalar := func(key string, v any) {
		switch v := v.(type) {
		case string:
			out = append(out, part{key, v})
		case json.Number:
			out = append(out, part{key, v.String()})
		}
	}
	switch v := v.(type) {
	case map[string]any:
		for _, k := range keysInOrder(text, v) {
			scalar(k, v[k])
		}
	case []any:
		for _, e := range v {
			scalar("", e)
		}
	}
	return out
}

// keysInOrder gives the keys of an object as they stand in the text, so that the same text always reads the same.
func keysInOrder(text string, m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	at := func(k string) int {
		quoted, _ := json.Marshal(k)
		if i := bytes.Index([]byte(text), quoted); i >= 0 {
			return i
		}
		return len(text) // written with escapes
	}
	slices.SortFunc(keys, func(a, b string) int {
		if d := at(a) - at(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	return keys
}

// addressParts are the parameters of an address and, where they name nothing, its path; nil when it is no address.
func addressParts(text string) []part {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil
	}
	out := []part{{"system", u.Host}}
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		k, v, _ := strings.Cut(pair, "=")
		if k, err = url.QueryUnescape(k); err != nil {
			continue
		}
		if v, err = url.QueryUnescape(v); err == nil {
			out = append(out, part{k, v})
		}
	}
	for seg := range strings.SplitSeq(u.Path, "/") {
		if strings.ContainsAny(seg, "0123456789") { // words of a path are no part of what it says
			out = append(out, part{"", seg})
		}
	}
	return out
}

// plainParts cuts at the first of stroke, semicolon, line end and tab that is there, and each piece at its first = or colon when what
// stands before it is written as a key is.
func plainParts(text string) []part {
	sep := ""
	for _, s := range []string{"|", ";", "\n", "\t", "&"} {
		if strings.Contains(text, s) {
			sep = s
			break
		}
	}
	if sep == "" {
		sep = "\x00"
	}
	var out []part
	for piece := range strings.SplitSeq(text, sep) {
		p := part{"", piece}
		for _, eq := range []string{"=", ":"} {
			if k, v, ok := strings.Cut(piece, eq); ok && keyOf(k) != "" && !strings.ContainsAny(k, "0123456789/") { // 23/05/2023 14:30 has no key
				p = part{k, v}
				break
			}
		}
		out = append(out, p)
	}
	return out
}

// What keys mean.
const (
	keyDossier   = "dossier"
	keyProcedure = "procedure"
	keyOwner     = "owner"
	keyName      = "name"
	keySystem    = "system"
	keyTime      = "time"
	keyUntil     = "until"
	keyUnknown   = "?" // a key that means something else
)

// keyOf gives the meaning of a key as Vietnamese and English systems write it; empty without key.
func keyOf(key string) string {
	k := strings.ReplaceAll(fold.Plain(key), " ", "")
	switch k {
	case "":
		return ""
	case "dossier", "dossiercode", "mahoso", "sohoso", "hoso", "mahs", "sohs", "hs", "code":
		return keyDossier
	case "procedure", "procedurecode", "mathutuc", "thutuc", "matthc", "tthc", "mathutuchanhchinh", "matt":
		return keyProcedure
	case "owner", "ownerid", "madinhdanh", "chuhoso", "chusohuu", "machuhoso", "sodinhdanh", "cccd", "cmnd", "mst", "masothue", "dinhdanh":
		return keyOwner
	case "name", "papername", "tengiayto", "giayto", "tenketqua", "ten", "title":
		return keyName
	case "system", "hethong", "issuer", "source", "nguon":
		return keySystem
	case "time", "at", "issuedat", "issued", "thoigian", "ngaycap", "ngay", "ngayky", "date":
		return keyTime
	case "until", "validity", "validuntil", "hieuluc", "thoihan", "hieulucden", "thoihanhieuluc", "ngayhethan", "hethan", "expires", "exp", "cogiatriden":
		return keyUntil
	}
	return keyUnknown
}
