//go:build cgo && linux

package sandbox

import (
	"fmt"

	seccomp "github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/sys/unix"
)

// calls are what the Go runtime, glibc, leptonica and tesseract need while pages are read. Everything else gets EPERM: open,
// socket, connect, fork, execve, ptrace, mount … Names that an architecture does not have are left out.
func calls() []string {
	return []string{
		"read", "write", "readv", "writev", "close", "fstat", "newfstatat", "lseek", "dup", "dup2", "dup3", "fcntl", "poll", "ppoll", "pipe2",
		"mmap", "munmap", "mprotect", "mremap", "madvise", "brk", "mincore", "membarrier",
		"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "restart_syscall",
		"futex", "set_robust_list", "rseq", "sched_yield", "sched_getaffinity", "getcpu",
		"nanosleep", "clock_nanosleep", "clock_gettime", "clock_getres", "gettimeofday", "time", "getrandom",
		"getpid", "gettid", "getppid", "exit", "exit_group", "prctl", "arch_prctl",
		"epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "eventfd2",
	}
}

func filter() error {
	info, err := arch.GetInfo("")
	if err != nil {
		return fmt.Errorf("architecture: %w", err)
	}
	var names []string
	for _, n := range calls() {
		if _, ok := info.SyscallNames[n]; ok {
			names = append(names, n)
		}
	}
	pid := uint64(unix.Getpid()) //nolint:gosec // positive
	err = seccomp.LoadFilter(seccomp.Filter{
		NoNewPrivs: true,
		Flag:       seccomp.FilterFlagTSync,
		Policy: seccomp.Policy{
			DefaultAction: seccomp.ActionErrno,
			Syscalls: []seccomp.SyscallGroup{{
				// clone3 hides its flags in memory; glibc and Go fall back to clone when it does not exist.
				Action: seccomp.ActionErrno | seccomp.Action(unix.ENOSYS),
				Names:  []string{"clone3"},
			}, {
				Action: seccomp.ActionAllow,
				Names:  names,
				NamesWithCondtions: []seccomp.NameWithConditions{
					// Threads, never processes.
					{Name: "clone", Conditions: seccomp.ArgumentConditions{{Argument: 0, Operation: seccomp.BitsSet, Value: unix.CLONE_THREAD}}},
					// The runtime interrupts its own threads, and glibc aborts by a signal to itself.
					{Name: "tgkill", Conditions: seccomp.ArgumentConditions{{Argument: 0, Operation: seccomp.Equal, Value: pid}}},
				},
			}},
		},
	})
	if err != nil {
		return fmt.Errorf("load filter: %w", err)
	}
	return nil
}
