package pipetest

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// SmallDisk is a file system of its own, of a size that can be changed: for tests of a disk that is full. It lives in memory and in the
// mount namespace of a shell, which the kernel ends with the test, so nothing is left mounted however that ends. Inside a user
// namespace no privilege is needed.
type SmallDisk struct {
	// Dir is where it is seen from outside.
	Dir    string
	stdin  interface{ Write([]byte) (int, error) }
	answer *bufio.Scanner
}

// NewSmallDisk makes one of so many KiB.
func NewSmallDisk(t testing.TB, kib int) *SmallDisk {
	t.Helper()
	mount := t.TempDir()
	args := []string{"--mount"}
	if os.Geteuid() != 0 {
		args = append(args, "--user", "--map-root-user")
	}
	cmd := exec.CommandContext(t.Context(), "unshare", append(args, "sh", "-c",
		`mount -t tmpfs -o mode=0755,size="$1"k none "$0" && echo ok && while read k; do mount -o remount,size="$k"k "$0" && echo ok; done`,
		mount, fmt.Sprint(kib))...)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatalf("make a small disk: %v; util-linux has unshare", err)
	}
	t.Cleanup(func() {
		stdin.Close()
		_ = cmd.Wait()
	})
	d := &SmallDisk{Dir: filepath.Join("/proc", fmt.Sprint(cmd.Process.Pid), "root", mount), stdin: stdin, answer: bufio.NewScanner(stdout)}
	if !d.answer.Scan() {
		stdin.Close()
		t.Fatalf("make a small disk: %v, %s; mounting in a namespace must be allowed", cmd.Wait(), said.String())
	}
	return d
}

// Resize makes room or takes it.
func (d *SmallDisk) Resize(t testing.TB, kib int) {
	t.Helper()
	if _, err := fmt.Fprintln(d.stdin, kib); err != nil || !d.answer.Scan() {
		t.Fatalf("resize the small disk: %v", err)
	}
}
