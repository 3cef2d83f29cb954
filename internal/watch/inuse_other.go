//go:build !linux && !windows

package watch

import "os"

// inUse reports whether the file cannot be opened; this system does not tell who else has it.
func inUse(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return !os.IsNotExist(err)
	}
	return f.Close() != nil
}
