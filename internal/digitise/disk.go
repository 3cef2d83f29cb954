package digitise

import (
	"errors"
	"syscall"

	"sohoa/internal/fault"
)

// spaceFault names a full disk, which is the operator's to mend.
func spaceFault(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fault.Wrap(fault.SpoolFull, err, "the work disk is full")
	}
	return err
}
