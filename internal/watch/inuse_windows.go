package watch

import (
	"errors"

	"golang.org/x/sys/windows"
)

// inUse reports whether anybody has the file open: it is opened without sharing.
func inUse(path string) bool {
	p, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return true
	}
	h, err := windows.CreateFile(p, windows.GENERIC_READ, 0, nil, windows.OPEN_EXISTING, windows.FILE_ATTRIBUTE_NORMAL, 0)
	if err != nil {
		return !errors.Is(err, windows.ERROR_FILE_NOT_FOUND)
	}
	_ = windows.CloseHandle(h) // opened for reading only
	return false
}
