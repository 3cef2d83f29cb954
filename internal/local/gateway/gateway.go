// Package gateway is the embedded S3 gateway's process: github.com/versity/versitygw over a folder.
package gateway

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

	"sohoa/internal/local/gatewayorder"
)

const (
	gatewayConnections = 1024
	gatewayRequests    = 512
)

// Serve is the whole of the gateway process: it reads its order from in, serves S3 until ctx ends, and returns.
//
// It wants a process of its own: the library changes the working folder for good, prints to standard output and
// allows one gateway a process (docs/adr/0013).
func Serve(ctx context.Context, in io.Reader) error {
	var o gatewayorder.Order
	if err := json.NewDecoder(in).Decode(&o); err != nil {
		return fmt.Errorf("gateway order: %w", err)
	}
	root, versions := filepath.Join(o.Dir, gatewayorder.ObjectsDir), filepath.Join(o.Dir, gatewayorder.VersionsDir)
	for _, dir := range []string{root, versions} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	if err := gatewayorder.CheckXattr(root); err != nil {
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
		Ports: []string{o.Listen}, SocketPerm: "0600", HealthPath: gatewayorder.HealthPath,
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
