package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/custody/keyring"
	"sohoa/internal/pgtest"
	"sohoa/internal/register"
	"sohoa/internal/tabular"
	"sohoa/internal/web"
	"sohoa/internal/web/webtest"
)

// registry is a server with a register in Postgres, and commands that speak to it.
type registry struct {
	t   *testing.T
	url string
	dir string
}

func newRegistry(t *testing.T) *registry {
	t.Helper()
	keys := filepath.Join(t.TempDir(), "keys")
	ring, err := keyring.OpenOrCreate(keys, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	reg, err := newRegister(ring, pgtest.Catalogue(t))
	if err != nil {
		t.Fatal(err)
	}
	a := webtest.New(time.Now)
	a.Account("token", archive.Actor{Account: "city", Role: archive.Registrar})
	l := slog.New(slog.DiscardHandler)
	in, err := a.Intake(t.TempDir(), 1<<30, l)
	if err != nil {
		t.Fatal(err)
	}
	w, err := web.New(web.Deps{Intake: in, Retrieve: a.Retrieve(), Register: reg, Accounts: a, Logger: l, SpoolDir: t.TempDir(), MaxBytes: 1 << 30, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	s := httptest.NewServer(w)
	t.Cleanup(s.Close)
	return &registry{t: t, url: s.URL, dir: t.TempDir()}
}

// run runs sohoa register with the arguments.
func (r *registry) run(args ...string) (code int, stdout, stderr string) {
	r.t.Helper()
	var out, errs bytes.Buffer
	code = run(r.t.Context(), append([]string{"register", args[0], "--server", r.url, "--token", "token"}, args[1:]...), &out, &errs)
	return code, out.String(), errs.String()
}

func (r *registry) file(name, content string) string {
	r.t.Helper()
	path := filepath.Join(r.dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		r.t.Fatal(err)
	}
	return path
}

func (r *registry) spreadsheet(name string, rows ...[]string) string {
	r.t.Helper()
	var b bytes.Buffer
	w, err := tabular.WriteXLSX(&b)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, row := range rows {
		if err := w.Write(row); err != nil {
			r.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		r.t.Fatal(err)
	}
	return r.file(name, b.String())
}

// found brings in units and procedures.
func (r *registry) found() {
	r.t.Helper()
	units := r.file("don-vi.csv", "\ufeffMã đơn vị;Tên đơn vị;Mã đơn vị cấp trên\nU1;Phường Lê Chân;U0\nU0;Ủy ban nhân dân thành phố;\n")
	if code, out, errs := r.run("import", "units", units); code != exitDone || !strings.Contains(out, "2 new") {
		r.t.Fatalf("units: %d %s%s", code, out, errs)
	}
	procedures := r.spreadsheet("thu-tuc.xlsx", []string{"Mã TTHC", "Tên thủ tục", "Thời hạn bảo quản"}, []string{"1.001612.000.00.00.H48", "Hộ kinh doanh", "Vĩnh viễn"})
	if code, out, errs := r.run("import", "procedures", procedures); code != exitDone || !strings.Contains(out, "1 new") {
		r.t.Fatalf("procedures: %d %s%s", code, out, errs)
	}
}

const dossierFile = "Mã hồ sơ,Mã thủ tục,Mã đơn vị,Ngày tiếp nhận,Trạng thái,Chủ hồ sơ,Số CMND/CCCD,Ghi chú\n" +
	"H24.1-230523-0001,1.001612,U1,23/05/2023,Đã trả kết quả,Nguyễn Văn An,031085001234,x\n" +
	"H24.1-230523-0002,1.001612,U9,23/05/2023,,Trần Thị Bình,030123456,\n" +
	"H24.1-230523-0003,1.001612,U1,31/02/2023,,Lê Văn Cường,31085001234,\n"

func TestAFileOfDossiersIsPreviewedRefusedAndTakenWithoutItsBadRows(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	r.found()
	path := r.file("ho-so.csv", dossierFile)
	told := []string{
		"ho-so.csv:4: Ngày tiếp nhận: ", "ho-so.csv:4: Số CMND/CCCD: ", "a leading zero seems lost",
	}
	code, out, errs := r.run("import", "dossiers", path, "--preview")
	if code != exitDone || !strings.Contains(out, "Ghi chú") || !strings.Contains(out, "(not used)") || !strings.Contains(out, "1 new") || !strings.Contains(out, "nothing changed") {
		t.Errorf("preview: %d %s", code, out)
	}
	for _, s := range append(told, `ho-so.csv:3: Mã đơn vị: there is no unit "U9"; import the units first`) {
		if !strings.Contains(errs, s) {
			t.Errorf("preview does not say %q: %s", s, errs)
		}
	}
	if strings.Contains(out+errs, "85001234") || strings.Contains(out+errs, "030123456") {
		t.Errorf("a number is shown: %s%s", out, errs)
	}
	if code, _, errs := r.run("import", "dossiers", path); code != exitRejected || !strings.Contains(errs, "1 of 3 rows are bad") {
		t.Errorf("all or nothing: %d %s", code, errs)
	}
	lines := strings.SplitAfter(dossierFile, "\n")
	if code, out, errs := r.run("import", "dossiers", r.file("hai.csv", lines[0]+lines[1]+lines[2])); code != exitRejected || !strings.Contains(errs, "hai.csv:3: Mã đơn vị") || !strings.Contains(out, "nothing was taken") {
		t.Errorf("what only the server sees: %d %s%s", code, out, errs)
	}
	code, out, _ = r.run("import", "dossiers", path, "--skip-bad", "--json")
	var report register.Report
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != exitDone || report.Inserted != 1 || report.Skipped != 2 || report.Received != 3 || !report.Applied {
		t.Errorf("without its bad rows: %d %s", code, out)
	}
	code, out, _ = r.run("show", "H24.1-230523-0001")
	if code != exitDone || !strings.Contains(out, "031•••••1234") || !strings.Contains(out, `"status": "returned"`) {
		t.Errorf("show: %d %s", code, out)
	}
	if code, _, _ := r.run("show", "H24.1-230523-0002"); code != exitRejected {
		t.Errorf("show what was left out: %d", code)
	}
	for what, name := range map[string]string{"no headings that do": "x.csv", "an empty file": "leer.csv"} {
		if code, _, errs := r.run("import", "units", r.file(name, map[string]string{"x.csv": "a,b\n1,2\n"}[name])); code != exitRejected || !strings.Contains(errs, name+":1:") {
			t.Errorf("%s: %d %s", what, code, errs)
		}
	}
}

func TestWhatIsExportedIsImportedAgainAndChangesNothing(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	r.found()
	r.run("import", "dossiers", r.file("ho-so.csv", dossierFile), "--skip-bad")
	for _, k := range register.Kinds() {
		for _, ext := range []string{"csv", "xlsx"} {
			for _, l := range []string{"--no-english", "--english"} {
				path := filepath.Join(r.dir, fmt.Sprintf("%s%s.%s", k, l, ext))
				args := []string{"export", string(k), path}
				if l == "--english" {
					args = append(args, l)
				}
				if code, _, errs := r.run(args...); code != exitDone {
					t.Fatalf("export %s: %d %s", path, code, errs)
				}
				code, out, errs := r.run("import", string(k), path)
				if code != exitDone || !strings.Contains(out, " 0 new") || strings.Contains(out, ": 0 rows") {
					t.Errorf("import %s: %d %s%s", path, code, out, errs)
				}
				if (k == register.Units || k == register.Procedures) && !strings.Contains(out, " 0 changed") {
					t.Errorf("import %s changed something: %s", path, out)
				}
			}
		}
	}
	if _, out, _ := r.run("show", "H24.1-230523-0001"); !strings.Contains(out, "031•••••1234") {
		t.Errorf("the number is lost on the way: %s", out)
	}
	if code, _, _ := r.run("delete", "dossiers", "H24.1-230523-0001"); code != exitDone {
		t.Errorf("delete: %d", code)
	}
	if code, out, _ := r.run("export", "dossiers", "-"); code != exitDone || strings.Contains(out, "H24.1-230523-0001") {
		t.Errorf("what is deleted is written: %d %s", code, out)
	}
}
