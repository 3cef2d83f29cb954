package killtest

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// tell runs a command of sohoa on the data folder, beside the up that runs on it, and returns the last object it prints.
func tell(t *testing.T, bin, data string, args ...string) map[string]any {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), bin, append(args, "--data", data, "--json")...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("sohoa %v: %v\n%s%s", args, err, out.Bytes(), errs.Bytes())
	}
	lines := bytes.Split(bytes.TrimSpace(out.Bytes()), []byte("\n"))
	var last map[string]any
	if err := json.Unmarshal(lines[len(lines)-1], &last); err != nil {
		t.Fatalf("sohoa %v printed %q: %v", args, out.Bytes(), err)
	}
	return last
}

func number(t *testing.T, m map[string]any, key string) int {
	t.Helper()
	n, ok := m[key].(float64)
	if !ok {
		t.Fatalf("no number %q in %v", key, m)
	}
	return int(n)
}

// wantSound lets the program judge its own stores, from which nothing can be hidden by the API: each object is as its row says, each object
// without a row gets an orphan mark and there are no more of these than sends that nobody promised, and the audit trail is unbroken.
func wantSound(t *testing.T, bin, data string, archived, sent int) {
	t.Helper()
	first := tell(t, bin, data, "sweep", "--grace", "1s")
	second := tell(t, bin, data, "sweep", "--grace", "1s")
	t.Logf("%d papers sent, %d archived; first sweep %v, second %v", sent, archived, first, second)
	// A send that was cut off leaves a master, and perhaps its record.
	if n, most := number(t, first, "marked"), 2*(sent-archived); n > most {
		t.Errorf("%d objects without a row, at most %d sends were cut off", n, sent-archived)
	}
	if number(t, second, "marked") != 0 || number(t, second, "foreign") != 0 {
		t.Errorf("after a sweep there are still objects without row and mark: %v", second)
	}
	if looked, least := number(t, second, "looked"), 5*archived; looked < least { // master, record, manifest, rendition, page result
		t.Errorf("the sweep looked at %d objects, there must be %d at least", looked, least)
	}
	verify := tell(t, bin, data, "verify", "--all")
	objects, ok := verify["objects"].(map[string]any)
	if !ok {
		t.Fatalf("verify printed %v", verify)
	}
	for _, kind := range []string{"master", "accession", "manifest", "rendition", "result"} {
		if number(t, objects, kind) != archived {
			t.Errorf("verify read %v of kind %s, want %d", objects[kind], kind, archived)
		}
	}
	if number(t, verify, "failed") != 0 {
		t.Errorf("verify found %v", verify)
	}
	if audit := tell(t, bin, data, "audit", "verify"); audit["bad"] != "" || number(t, audit, "events") < 5*archived {
		t.Errorf("audit trail: %v", audit)
	}
}

// wantNoProcess waits until no program works in the data folder: neither kills nor the stop leave an orphan.
func wantNoProcess(t *testing.T, data string) {
	t.Helper()
	var left []string
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		left = nil
		lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range lines {
			line, err := os.ReadFile(path)
			cwd, _ := os.Readlink(filepath.Join(filepath.Dir(path), "cwd"))
			if err == nil && (bytes.Contains(line, []byte(data)) || len(cwd) >= len(data) && cwd[:len(data)] == data) {
				left = append(left, string(bytes.ReplaceAll(line, []byte{0}, []byte{' '})))
			}
		}
		if len(left) == 0 {
			return
		}
	}
	t.Errorf("still running after the stop: %q", left)
}
