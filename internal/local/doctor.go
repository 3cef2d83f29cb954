package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"sohoa/internal/local/gatewayorder"
)

// Finding is one thing the embedded servers need of this machine.
type Finding struct {
	Name   string
	OK     bool
	Detail string // what was found
	Cure   string // what to do about it; empty when OK
}

// comfortFree is the free disk below which Doctor complains: a day of a small office.
const comfortFree = 5 << 30

// Doctor looks at everything Start needs and changes nothing: a folder that is missing is judged by the nearest one above it.
func Doctor(ctx context.Context, cfg Config) []Finding {
	var found []Finding
	add := func(name string, err error, detail, cure string) {
		f := Finding{Name: name, OK: err == nil, Detail: detail}
		if err != nil {
			f.Detail, f.Cure = err.Error(), cure
		}
		found = append(found, f)
	}
	bin, major, err := findPostgres()
	add("PostgreSQL server programs", err, fmt.Sprintf("version %d in %s", major, bin), "apt-get install postgresql")
	if err == nil {
		_, err = os.Stat(filepath.Join(bin, "psql"))
		add("PostgreSQL client programs", err, "psql in "+bin, "apt-get install postgresql-client")
	}
	redisDetail, err := doctorRedis(ctx)
	add("Redis server program", err, redisDetail, "apt-get install redis-server")

	acct, userErr := runAs(cfg.User)
	add("a user for the servers", userErr, acct.name, "start as an unprivileged user, or as root with the package postgresql installed")

	dir, err := filepath.Abs(cfg.DataDir)
	if err != nil {
		add("data folder", err, "", "name the data folder by an absolute path")
		return found
	}
	near, err := nearest(dir)
	if err != nil {
		add("data folder", err, "", "choose another data folder")
		return found
	}
	if userErr == nil {
		err = acct.canReach(filepath.Join(near, "x"))
		if near == dir && err == nil {
			err = writable(dir)
		}
		add("data folder", err, dir, "choose another data folder, or open the folders above it for passing through (chmod o+x)")
	}
	if version, err := os.ReadFile(filepath.Join(dir, "postgres", "PG_VERSION")); err == nil {
		v := strings.TrimSpace(string(version))
		_, err := findPostgresFor(v)
		add("programs for the data at hand", err, "written by PostgreSQL "+v, "install that version, or move the data with sohoa backup and restore")
	}
	add("extended attributes on the data disk", doctorXattr(near), "kept", "put the data folder on ext4, xfs or btrfs")
	free, err := freeBytes(near)
	if err == nil && free < comfortFree {
		err = fmt.Errorf("%d MiB left", free>>20)
	}
	add("free disk", err, fmt.Sprintf("%d GiB", free>>30), "make room, or choose a data folder on another disk: 0.54 MB a page was measured for scans")
	if where := filepath.Join(dir, "run") + longestSocket; len(where) > socketMax {
		add("socket path", nil, fmt.Sprintf("the data folder's path is too long for sockets, they will be below %s", farBase()), "")
	} else {
		add("socket path", nil, where, "")
	}
	return found
}

func doctorRedis(ctx context.Context) (detail string, err error) {
	bin, err := findRedis()
	if err != nil {
		return "", err
	}
	version, major, err := redisVersion(ctx, bin)
	if err == nil && major < redisOldest {
		err = fmt.Errorf("%s is version %s, at least %d is needed", bin, version, redisOldest)
	}
	return fmt.Sprintf("version %s at %s", version, bin), err
}

// doctorXattr tries the disk; where we may not write, it has nothing to say before the folder is made.
func doctorXattr(dir string) error {
	err := gatewayorder.CheckXattr(dir)
	if errors.Is(err, os.ErrPermission) {
		return fmt.Errorf("cannot be tried in %s: %w", dir, err)
	}
	return err
}

// nearest is dir or the closest folder above it that exists.
func nearest(dir string) (string, error) {
	for {
		st, err := os.Stat(dir)
		switch {
		case err == nil && !st.IsDir():
			return "", fmt.Errorf("%s is not a folder", dir)
		case err == nil:
			return dir, nil
		case !errors.Is(err, os.ErrNotExist):
			return "", err
		}
		dir = filepath.Dir(dir)
	}
}

func writable(dir string) error {
	f, err := os.CreateTemp(dir, ".probe-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}
