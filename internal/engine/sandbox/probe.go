//go:build cgo && linux

package sandbox

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Attempts tries what the sandbox must prevent and reports each outcome: the error, or "" where the attempt went through.
// The numbers of the addresses do not matter: nothing is listening where the sandbox holds.
func Attempts() map[string]string {
	out := map[string]string{}
	note := func(what string, err error) {
		out[what] = ""
		if err != nil {
			out[what] = err.Error()
		}
	}
	note("open /etc/passwd", openFile("/etc/passwd", unix.O_RDONLY))
	note("create a file", openFile("/tmp/sohoa-ocr-attempt", unix.O_CREAT|unix.O_WRONLY))
	note("connect by TCP", connect(unix.AF_INET, unix.SOCK_STREAM, &unix.SockaddrInet4{Port: 9, Addr: [4]byte{127, 0, 0, 1}}))
	note("send by UDP", connect(unix.AF_INET, unix.SOCK_DGRAM, &unix.SockaddrInet4{Port: 9, Addr: [4]byte{127, 0, 0, 1}}))
	note("connect by unix socket", connect(unix.AF_UNIX, unix.SOCK_STREAM, &unix.SockaddrUnix{Name: "\x00sohoa-ocr-attempt"}))
	note("open a unix socket pair", socketPair())
	note("fork", fork())
	note("execute a program", unix.Exec("/bin/true", []string{"true"}, nil))
	return out
}

func openFile(path string, flags int) error {
	fd, err := unix.Open(path, flags|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	return os.NewFile(uintptr(fd), path).Close()
}

func connect(domain, kind int, to unix.Sockaddr) error {
	fd, err := unix.Socket(domain, kind|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("socket: %w", err)
	}
	defer unix.Close(fd) //nolint:errcheck // nothing was written
	if err := unix.Connect(fd, to); err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	return nil
}

func socketPair() error {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		return fmt.Errorf("socketpair: %w", err)
	}
	_ = unix.Close(fds[0])
	_ = unix.Close(fds[1])
	return nil
}

// fork makes the bare system call: a child that should not exist ends at once.
func fork() error {
	pid, _, errno := unix.RawSyscall6(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
	switch {
	case errno != 0:
		return fmt.Errorf("clone: %w", errno)
	case pid == 0:
		unix.RawSyscall(unix.SYS_EXIT_GROUP, 0, 0, 0)
	}
	return nil
}
