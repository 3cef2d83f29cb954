package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
	"golang.org/x/sys/unix"
)

// gatewayOrder is what the gateway process reads from its standard input: secrets stay out of arguments and environment.
type gatewayOrder struct {
	Dir       string `json:"dir"`    // objects/ and versions/ lie in it
	Listen    string `json:"listen"` // a socket path, or host:port
	AccessKey string `json:"access_key"`
	SecretKey string `json:"secret_key"`
	Region    string `json:"region"`
}

const (
	objectsDir  = "objects"
	versionsDir = "versions"
	healthPath  = "/healthz"

	gatewayConnections = 1024
	gatewayRequests    = 512
)

// ServeGateway is the whole of the gateway process: it reads its order from in, serves S3 until ctx ends, and returns.
//
// It wants a process of its own: the library changes the working folder for good, prints to standard output and
// allows one gateway a process (docs/adr/0013).
func ServeGateway(ctx context.Context, in io.Reader) error {
	var o gatewayOrder
	if err := json.NewDecoder(in).Decode(&o); err != nil {
		return fmt.Errorf("gateway order: %w", err)
	}
	root, versions := filepath.Join(o.Dir, objectsDir), filepath.Join(o.Dir, versionsDir)
	for _, dir := range []string{root, versions} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	if err := checkXattr(root); err != nil {
		return err
	}
	if err := removeRemains(root); err != nil {
		return err
	}
	unix.Umask(0o077)
	opts := posix.PosixOpts{VersioningDir: versions}
	opts.SetNewDirPerm(0o700)
	opts.SetNewFilePerm(0o600)
	be, err := posix.New(root, meta.XattrMeta{}, opts)
	if err != nil {
		return fmt.Errorf("open objects: %w", err)
	}
	err = embedgw.RunVersityGW(ctx, be, &embedgw.Config{
		RootUserAccess: o.AccessKey, RootUserSecret: o.SecretKey, Region: o.Region,
		Ports: []string{o.Listen}, SocketPerm: "0600", HealthPath: healthPath,
		MaxConnections: gatewayConnections, MaxRequests: gatewayRequests, MultipartMaxParts: 10000,
		KeepAlive: true, Quiet: true, DisableACLs: true,
	})
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// removeRemains frees what uploads that a kill cut off have left: the library's temporary files, which have a name only
// until a bucket's first upload has made the folder for nameless ones. Nobody else serves the folder now.
func removeRemains(root string) error {
	remains, err := filepath.Glob(filepath.Join(root, "*", posix.MetaTmpDir, "*"))
	if err != nil {
		return err
	}
	for _, path := range remains {
		if st, err := os.Lstat(path); err != nil || !st.Mode().IsRegular() {
			continue // folders belong to part-wise uploads, which we do not make
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// checkXattr tries what the gateway keeps its metadata in.
func checkXattr(dir string) error {
	f, err := os.CreateTemp(dir, ".xattr-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()); _ = f.Close() }()
	const name = "user.sohoa.probe"
	if err := unix.Fsetxattr(int(f.Fd()), name, []byte("x"), 0); err != nil {
		return fmt.Errorf("the file system of %s keeps no extended attributes (%w), in which the object store keeps checksums and locks: use ext4, xfs or btrfs for the data folder", dir, err)
	}
	var b [8]byte
	if n, err := unix.Fgetxattr(int(f.Fd()), name, b[:]); err != nil || string(b[:n]) != "x" {
		return fmt.Errorf("the file system of %s does not give extended attributes back (%v): use ext4, xfs or btrfs for the data folder", dir, err)
	}
	return nil
}
