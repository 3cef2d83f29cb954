//go:build cgo && linux

// Package sandbox takes from the engine what it does not need before it sees the first page: the network, the file system, other
// programs, and rights that root may have.
//
// It works in three stages of the same program, told apart by one environment variable:
//
//	(none)     the program was started by somebody: set the environment that tesseract's threads and malloc need from the
//	           start, and exec into
//	restrict   a constructor enters new user and network namespaces while there is one thread; then no_new_privs, no core
//	           files, and a landlock domain that holds the model, the loaded libraries and this program; exec into
//	serve      the restrictions hold for every thread, having come through exec. Once the model is loaded, Seal puts on a
//	           seccomp filter that knows only the calls that reading needs: no open, no socket, no fork, no exec.
//
// After the exec of an unmapped user no capability is left, not even in the new namespaces. A layer that this kernel does not
// have is left out and reported; nothing is reported as held that was not tried: Layers probes each one.
package sandbox

// #include "enter.h"
import "C"

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"sohoa/internal/ocrproto"
)

const (
	stageKey   = "SOHOA_OCR_STAGE"
	layersKey  = "SOHOA_OCR_LAYERS"
	restricted = "restrict"
	serving    = "serve"
)

// Start brings the program into its last stage: it returns there, with the layers so far; in the earlier ones it does not return
// unless exec fails. readable are the paths that stay readable.
func Start(readable ...string) ([]ocrproto.Layer, error) {
	switch os.Getenv(stageKey) {
	case serving:
		var layers []ocrproto.Layer
		if err := json.Unmarshal([]byte(os.Getenv(layersKey)), &layers); err != nil {
			return nil, fmt.Errorf("read %s: %w", layersKey, err)
		}
		return layers, nil
	case restricted:
		// What is restricted here belongs to this thread, and exec keeps the thread that calls it.
		runtime.LockOSThread()
		b, err := json.Marshal(restrict(readable))
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", layersKey, err)
		}
		return nil, again(map[string]string{stageKey: serving, layersKey: string(b)})
	default:
		return nil, again(map[string]string{
			stageKey: restricted,
			// tesseract's threads cost more than they bring, and glibc would keep an arena for each thread of the Go runtime.
			"OMP_THREAD_LIMIT": "1", "MALLOC_ARENA_MAX": "1",
			"GOMAXPROCS": "2", "GOMEMLIMIT": "160MiB", "GOTRACEBACK": "single",
		})
	}
}

// again executes this program anew with the same arguments and a changed environment.
func again(change map[string]string) error {
	env := slices.DeleteFunc(os.Environ(), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		_, changed := change[name]
		return changed
	})
	for k, v := range change {
		env = append(env, k+"="+v)
	}
	exe, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find own program: %w", err)
	}
	if err := syscall.Exec(exe, os.Args, env); err != nil { //nolint:gosec // this very program
		return fmt.Errorf("exec own program: %w", err)
	}
	return nil
}

// restrict sets up every layer that comes before exec.
func restrict(readable []string) []ocrproto.Layer {
	layer := func(name string, err error) ocrproto.Layer {
		if err != nil {
			return ocrproto.Layer{Name: name, Detail: err.Error()}
		}
		return ocrproto.Layer{Name: name, Held: true}
	}
	entered := func(errno C.int) error {
		switch {
		case errno < 0:
			return errors.New("not tried")
		case errno > 0:
			return syscall.Errno(errno)
		}
		return nil
	}
	var none unix.Rlimit
	return []ocrproto.Layer{
		layer(ocrproto.LayerNoNewPrivs, unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)),
		layer(ocrproto.LayerNoCore, unix.Setrlimit(unix.RLIMIT_CORE, &none)),
		layer(ocrproto.LayerUserNS, entered(C.so_user_errno)),
		layer(ocrproto.LayerNetNS, entered(C.so_net_errno)),
		layer(ocrproto.LayerLandlock, landlock(readable)),
	}
}

// Seal puts on the seccomp filter and reports its layer. Call it when the model is loaded.
func Seal() ocrproto.Layer {
	if err := filter(); err != nil {
		return ocrproto.Layer{Name: ocrproto.LayerSeccomp, Detail: err.Error()}
	}
	return ocrproto.Layer{Name: ocrproto.LayerSeccomp, Held: true}
}
