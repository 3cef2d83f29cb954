//go:build cgo && linux

// Command sohoa-ocr is the recognition engine: a child process that reads pages framed on its standard input and answers on its
// standard output (package ocrproto). It is the only program of sohoa with cgo, and the only one that decodes pictures.
//
//	sohoa-ocr [--tessdata DIR]            serve a host; this is what sohoa's workers start
//	sohoa-ocr --version [--tessdata DIR]  say what it is and which layers of its sandbox hold, as JSON, and end
//
// It ends when its input ends. Exit codes: 0 done, 1 it could not start or the conversation broke, 2 usage.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"sohoa/internal/engine/lept"
	"sohoa/internal/engine/ocr"
	"sohoa/internal/engine/sandbox"
	"sohoa/internal/ocrproto"
)

// program is this engine's name and version; it is part of what results are stored under.
const program = "sohoa-ocr/1"

func main() {
	if err := run(os.Args[1:], os.Getenv); err != nil {
		fmt.Fprintln(os.Stderr, "sohoa-ocr:", err)
		if errors.Is(err, errUsage) {
			os.Exit(2)
		}
		os.Exit(1)
	}
}

var errUsage = errors.New("usage: sohoa-ocr [--version] [--tessdata DIR]")

func run(args []string, getenv func(string) string) error {
	flags := flag.NewFlagSet("sohoa-ocr", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	version := flags.Bool("version", false, "")
	tessdata := flags.String("tessdata", tessdataDir(getenv), "")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		return errUsage
	}
	layers, err := sandbox.Start(*tessdata)
	if err != nil {
		return fmt.Errorf("set up the sandbox: %w", err)
	}
	out, err := takeStdout()
	if err != nil {
		return err
	}
	lept.Silence()
	r, err := ocr.Open(ocr.Default(), *tessdata, program)
	if err != nil {
		return err
	}
	defer r.Close()
	s := server{reader: r, tests: getenv("SOHOA_OCR_TEST") == "1"}
	hello := ocrproto.Hello{
		Engine: r.Engine(), Settings: r.Settings().Hash(), Model: r.Settings().Language + "@" + r.Settings().Model,
		Library: lept.Version(), PID: os.Getpid(),
		Sandbox: append(layers, sandbox.Seal()),
	}
	if *version {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		return enc.Encode(hello)
	}
	if err := ocrproto.WriteHello(out, hello); err != nil {
		return fmt.Errorf("greet: %w", err)
	}
	return s.serve(os.Stdin, out)
}

// tessdataDir is where the model is looked for: TESSDATA_PREFIX, else the first of the distribution's places that has it.
func tessdataDir(getenv func(string) string) string {
	if dir := getenv("TESSDATA_PREFIX"); dir != "" {
		return dir
	}
	const debian = "/usr/share/tesseract-ocr/5/tessdata"
	for _, dir := range []string{debian, "/usr/share/tessdata", "/usr/local/share/tessdata"} {
		if _, err := os.Stat(dir + "/" + ocr.Default().Language + ".traineddata"); err == nil {
			return dir
		}
	}
	return debian
}

// takeStdout keeps standard output for frames alone: what C libraries print goes to standard error from here on.
func takeStdout() (*os.File, error) {
	fd, err := unix.FcntlInt(1, unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, fmt.Errorf("keep standard output: %w", err)
	}
	if err := unix.Dup3(2, 1, 0); err != nil {
		return nil, fmt.Errorf("keep standard output: %w", err)
	}
	return os.NewFile(uintptr(fd), "frames"), nil
}
