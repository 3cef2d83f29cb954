package local

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDoctorChangesNothingAndNamesTheCure(t *testing.T) {
	t.Parallel()
	base := filepath.Dir(dataDir(t))
	file := filepath.Join(base, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		cfg  Config
		sick string // the one finding that is not OK; free disk is the machine's own affair
	}{
		"a folder that is to be made":  {Config{DataDir: filepath.Join(base, "new", "data")}, ""},
		"a folder that is there":       {Config{DataDir: base}, ""},
		"a path too long for sockets":  {Config{DataDir: filepath.Join(base, strings.Repeat("long", 25))}, ""},
		"a file in the folder's place": {Config{DataDir: file}, "data folder"},
		"a user that does not exist":   {Config{DataDir: base, User: "no-such-user"}, "a user for the servers"},
		"a disk without attributes":    {Config{DataDir: "/proc/sys"}, "extended attributes on the data disk"},
	} {
		seen := map[string]bool{}
		for _, f := range Doctor(t.Context(), tc.cfg) {
			seen[f.Name] = true
			sick := f.Name == tc.sick || (f.Name == "data folder" && tc.cfg.DataDir == "/proc/sys") // nobody can write there
			if !f.OK && f.Name != "free disk" && !sick || f.OK && f.Name == tc.sick {
				t.Errorf("%s: %s is OK: %v (%s)", name, f.Name, f.OK, f.Detail)
			}
			if f.OK != (f.Cure == "") || f.Detail == "" && f.Name != "" && !f.OK {
				t.Errorf("%s: %s is OK: %v, yet its cure is %q and its detail %q", name, f.Name, f.OK, f.Cure, f.Detail)
			}
		}
		if tc.sick != "" && !seen[tc.sick] {
			t.Errorf("%s: nothing was said about %s", name, tc.sick)
		}
	}
	left, err := os.ReadDir(base)
	if err != nil || len(left) != 1 {
		t.Errorf("Doctor left %d entries beside the test's file, %v", len(left)-1, err)
	}
}
