package local

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is whom the server programs run as. The zero value means "as we are".
type account struct {
	name     string
	uid, gid int
	drop     bool // we are root and must become this user
}

// runAs picks the account: Postgres refuses to run as root, so root steps down to name, or to postgres.
func runAs(name string) (account, error) {
	if os.Geteuid() != 0 {
		me := account{uid: os.Geteuid(), gid: os.Getegid(), name: strconv.Itoa(os.Geteuid())}
		if u, err := user.Current(); err == nil {
			me.name = u.Username
		}
		if name != "" && name != me.name {
			return account{}, fmt.Errorf("cannot become user %q without being root: start as root, or as %q itself", name, name)
		}
		return me, nil
	}
	if name == "" {
		name = "postgres"
	}
	u, err := user.Lookup(name)
	if err != nil {
		return account{}, fmt.Errorf("Postgres does not run as root and there is no user %q to run it as: install postgresql (it makes one), or name another user: %w", name, err)
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	if err := errors.Join(err1, err2); err != nil {
		return account{}, err
	}
	if uid == 0 {
		return account{}, errors.New("Postgres does not run as root: name an unprivileged user")
	}
	return account{name: name, uid: uid, gid: gid, drop: true}, nil
}

// attr makes a child run as the account.
func (a account) attr() *syscall.SysProcAttr {
	if !a.drop {
		return &syscall.SysProcAttr{}
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}}
}

// ownDir makes a folder that only the account may enter, and mends owner and mode of one that is there.
func (a account) ownDir(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	st, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !st.IsDir() {
		return fmt.Errorf("%s is not a folder", dir)
	}
	if sys, ok := st.Sys().(*syscall.Stat_t); ok && int(sys.Uid) != a.uid {
		if !a.drop {
			return fmt.Errorf("%s belongs to another user (uid %d)", dir, sys.Uid)
		}
		if err := os.Lchown(dir, a.uid, a.gid); err != nil {
			return err
		}
	}
	if st.Mode().Perm() != 0o700 {
		return os.Chmod(dir, 0o700)
	}
	return nil
}

// canReach reports whether the account may pass through every folder above path.
func (a account) canReach(path string) error {
	if !a.drop {
		return nil
	}
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		st, err := os.Stat(dir)
		if err != nil {
			return err
		}
		sys, ok := st.Sys().(*syscall.Stat_t)
		if !ok {
			return nil
		}
		bit := os.FileMode(0o001)
		switch {
		case int(sys.Uid) == a.uid:
			bit = 0o100
		case int(sys.Gid) == a.gid:
			bit = 0o010
		}
		if st.Mode().Perm()&bit == 0 {
			return fmt.Errorf("user %q cannot pass through %s (mode %04o): choose another data folder, or run chmod o+x %s",
				a.name, dir, st.Mode().Perm(), dir)
		}
		if dir == filepath.Dir(dir) {
			return nil
		}
	}
}

// OwnDir makes a folder that only the account of the server programs may enter; user as in PostgresConfig.
func OwnDir(dir, user string) error {
	a, err := runAs(user)
	if err != nil {
		return err
	}
	return a.ownDir(dir)
}
