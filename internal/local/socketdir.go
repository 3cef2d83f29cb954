package local

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
)

// socketMax is what sockaddr_un holds, less its closing NUL.
const socketMax = 107

// longestSocket is the longest file name put into a socket folder; Postgres adds ".lock" to a plain file, not a socket.
const longestSocket = "/.s.PGSQL.5432"

// socketDir makes the folder for sockets: below dir, or, where that path is too long for a socket, one below /run or
// /tmp whose name is derived from dir.
func socketDir(dir string, a account) (string, error) {
	near := filepath.Join(dir, "run")
	if len(near)+len(longestSocket) <= socketMax {
		return near, a.ownDir(near)
	}
	sum := sha256.Sum256([]byte(dir))
	far := filepath.Join(farBase(), fmt.Sprintf("sohoa-%d-%s", a.uid, hex.EncodeToString(sum[:8])))
	// In a shared folder somebody else may have made it first; ownDir refuses what is not ours.
	if st, err := os.Lstat(far); err == nil && !st.IsDir() {
		return "", fmt.Errorf("%s is in the way of the socket folder", far)
	}
	return far, a.ownDir(far)
}

// farBase is a folder with a short name in which we may make another.
func farBase() string {
	if os.Geteuid() == 0 {
		return "/run"
	}
	return "/tmp"
}
