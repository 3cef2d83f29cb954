// Package gatewayorder is what the supervisor and the gateway process agree on. It is apart from both, so that only the program that
// serves links the gateway's library.
package gatewayorder

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Order is what the gateway process reads from its standard input: secrets stay out of arguments and environment.
type Order struct {
	Dir       string `json:"dir"`    // ObjectsDir and VersionsDir lie in it
	Listen    string `json:"listen"` // a socket path, or host:port
	AccessKey string `json:"access_key"`
	SecretKey string `json:"secret_key"`
	Region    string `json:"region"`
}

// Folders below Order.Dir, and the path that answers when the gateway is up.
const (
	ObjectsDir  = "objects"
	VersionsDir = "versions"
	HealthPath  = "/healthz"
)

// CheckXattr tries what the gateway keeps its metadata in.
func CheckXattr(dir string) error {
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
		return fmt.Errorf("the file system of %s does not give extended attributes back (%w): use ext4, xfs or btrfs for the data folder", dir, err)
	}
	return nil
}
