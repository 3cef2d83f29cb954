package pdfatest

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sohoa/internal/roottest"
)

// Level is the profile that renditions are judged by, in veraPDF's spelling.
const Level = "2u"

// judgeTimeout bounds one veraPDF run, whatever it is given.
const judgeTimeout = 15 * time.Minute

var errNoVerdict = errors.New("no verdict")

// Verdict is what veraPDF said about one file.
type Verdict struct {
	Path      string
	Compliant bool
	Passed    int    // rules that hold
	Failed    []Rule // rules that do not
	Exception string // why the file could not be judged at all
}

// Rule is a rule that a file breaks.
type Rule struct {
	Clause      string // of ISO 19005
	Test        int
	Description string
	Where       []string // a few of the places, each with veraPDF's message
}

// OK reports whether the file was judged and breaks no rule.
func (v Verdict) OK() bool {
	return v.Compliant && v.Exception == "" && len(v.Failed) == 0 && v.Passed > 0
}

func (v Verdict) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: compliant=%t, %d rules hold, %d broken", filepath.Base(v.Path), v.Compliant, v.Passed, len(v.Failed))
	if v.Exception != "" {
		fmt.Fprintf(&b, "\n  could not be judged: %s", v.Exception)
	}
	for _, r := range v.Failed {
		fmt.Fprintf(&b, "\n  %s test %d: %s", r.Clause, r.Test, r.Description)
		for _, w := range r.Where {
			fmt.Fprintf(&b, "\n    %s", w)
		}
	}
	return b.String()
}

// Validate fails the test unless veraPDF finds that every file is PDF/A-2u with no rule broken. Give it all files of a test at once: they
// share one Java machine.
func Validate(t testing.TB, paths ...string) {
	t.Helper()
	if len(paths) == 0 {
		t.Fatal("no file to judge")
	}
	verdicts, err := Judge(t.Context(), Level, paths...)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range verdicts {
		if !v.OK() {
			t.Errorf("veraPDF: %s", v)
		}
	}
}

// Judge asks veraPDF about each file by the profile of level ("2u", "1b" …) and answers in the order of paths. An error means that
// there is no verdict, not that a file is bad.
func Judge(ctx context.Context, level string, paths ...string) ([]Verdict, error) {
	jar, err := jarPath(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, judgeTimeout)
	defer cancel()
	home, err := os.MkdirTemp("", "verapdf") // it writes its settings there
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(home)

	verdicts := make([]Verdict, 0, len(paths))
	for part := range slices.Chunk(paths, 500) { // a command line has a length
		got, err := judge(ctx, jar, home, level, part)
		if err != nil {
			return nil, err
		}
		verdicts = append(verdicts, got...)
	}
	return verdicts, nil
}

func judge(ctx context.Context, jar, home, level string, paths []string) ([]Verdict, error) {
	args := []string{
		"-Xmx1500m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Djava.awt.headless=true", "-Duser.home=" + home,
		"-cp", jar, "org.verapdf.apps.GreenfieldCliWrapper",
		"--format", "xml", "--flavour", level, "--nonpdfext", "--maxfailuresdisplayed", "3",
	}
	names := make([]string, len(paths))
	for i, p := range paths {
		abs, err := filepath.Abs(p)
		if err != nil {
			return nil, err
		}
		info, err := os.Stat(abs)
		if err != nil {
			return nil, err
		}
		if !info.Mode().IsRegular() {
			return nil, fmt.Errorf("%s is no file to judge", p)
		}
		names[i] = abs
	}
	cmd := exec.CommandContext(ctx, "java", append(args, names...)...)
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	runErr := cmd.Run()
	var exit *exec.ExitError
	if runErr != nil && !errors.As(runErr, &exit) { // it exits non-zero when a file fails
		return nil, fmt.Errorf("run veraPDF: %w", runErr)
	}
	verdicts, err := readReport(out.Bytes())
	if err != nil {
		return nil, fmt.Errorf("veraPDF: %w\n%s", errors.Join(runErr, err), log.Bytes())
	}
	byName := map[string]Verdict{}
	for _, v := range verdicts {
		byName[v.Path] = v
	}
	ordered := make([]Verdict, len(paths))
	for i, n := range names {
		v, ok := byName[n]
		if !ok {
			return nil, fmt.Errorf("veraPDF said nothing about %s: %w\n%s", n, errors.Join(errNoVerdict, runErr), log.Bytes())
		}
		v.Path = paths[i]
		ordered[i] = v
	}
	return ordered, nil
}

// readReport reads veraPDF's XML report.
func readReport(b []byte) ([]Verdict, error) {
	var report struct {
		Jobs []struct {
			Name      string `xml:"item>name"`
			Exception string `xml:"taskException>exceptionMessage"`
			Reports   []struct {
				Compliant bool   `xml:"isCompliant,attr"`
				End       string `xml:"jobEndStatus,attr"`
				Details   struct {
					Passed int `xml:"passedRules,attr"`
					Failed int `xml:"failedRules,attr"`
					Rules  []struct {
						Clause      string `xml:"clause,attr"`
						Test        int    `xml:"testNumber,attr"`
						Status      string `xml:"status,attr"`
						Description string `xml:"description"`
						Checks      []struct {
							Context string `xml:"context"`
							Message string `xml:"errorMessage"`
						} `xml:"check"`
					} `xml:"rule"`
				} `xml:"details"`
			} `xml:"validationReport"`
		} `xml:"jobs>job"`
	}
	if err := xml.Unmarshal(b, &report); err != nil {
		return nil, fmt.Errorf("read its report: %w", err)
	}
	var verdicts []Verdict
	for _, j := range report.Jobs {
		v := Verdict{Path: j.Name, Exception: strings.TrimSpace(j.Exception)}
		if len(j.Reports) != 1 && v.Exception == "" {
			v.Exception = fmt.Sprintf("%d validation reports", len(j.Reports))
		}
		for _, r := range j.Reports {
			v.Compliant = r.Compliant
			v.Passed = r.Details.Passed
			if r.End != "normal" {
				v.Exception = "validation ended as " + r.End
			}
			for _, rule := range r.Details.Rules {
				if rule.Status == "passed" {
					continue
				}
				f := Rule{Clause: rule.Clause, Test: rule.Test, Description: rule.Description}
				for _, c := range rule.Checks {
					f.Where = append(f.Where, c.Context+": "+c.Message)
				}
				v.Failed = append(v.Failed, f)
			}
			if len(v.Failed) != r.Details.Failed {
				return nil, fmt.Errorf("%s: %d rules reported as broken, %d counted", j.Name, len(v.Failed), r.Details.Failed)
			}
		}
		verdicts = append(verdicts, v)
	}
	return verdicts, nil
}

// jarPath finds veraPDF, fetching it the first time.
func jarPath(ctx context.Context) (string, error) {
	root, err := roottest.Module()
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, "sh", filepath.Join(root, "deploy/tools/verapdf/fetch.sh"))
	var log bytes.Buffer
	cmd.Stderr = &log
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("veraPDF is missing (apt-get install maven default-jre-headless, then deploy/tools/verapdf/fetch.sh): %w\n%s", err, log.Bytes())
	}
	return strings.TrimSpace(string(out)), nil
}
