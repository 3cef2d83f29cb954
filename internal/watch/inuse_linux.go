package watch

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// inUse reports whether somebody has the file open for writing: the kernel grants a read lease only where nobody has. Where it cannot
// tell (a network share, another owner's file) nobody is supposed to.
func inUse(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return !errors.Is(err, os.ErrNotExist)
	}
	defer f.Close() // gives the lease back
	_, err = unix.FcntlInt(f.Fd(), unix.F_SETLEASE, unix.F_RDLCK)
	return errors.Is(err, unix.EAGAIN)
}
