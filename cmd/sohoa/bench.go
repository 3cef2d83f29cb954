package main

import (
	"os"
	"time"

	"sohoa/internal/describe"
	"sohoa/internal/digitise"
	"sohoa/internal/pdfa"
)

type benchCmd struct {
	Accuracy   benchAccuracyCmd   `cmd:"" help:"Character and word error rates on pages whose text is known."`
	Confidence benchConfidenceCmd `cmd:"" help:"Chances that were said of words, against how many were right."`
	Fields     benchFieldsCmd     `cmd:"" help:"Fields found, on papers whose fields are known."`
	Size       benchSizeCmd       `cmd:"" help:"Bytes a page of master, full rendition and access copy."`
}

// fileDeps opens the real parts that work on single files.
func fileDeps(jobs int, pageDeadline time.Duration) (digitise.FileDeps, func(), error) {
	logger := quietUnlessDebug(newLogger(os.Stderr, false))
	engine, err := newEngine(jobs, pageDeadline, logger)
	if err != nil {
		return digitise.FileDeps{}, nil, err
	}
	rd, err := newReader("", logger)
	if err != nil {
		_ = engine.Close()
		return digitise.FileDeps{}, nil, err
	}
	return digitise.FileDeps{Reader: rd, Engine: engine, Writer: pdfa.Writer{}, Checker: pdfa.Checker{}, Describer: describe.Describer{}}, func() {
		_ = engine.Close()
		_ = rd.Close()
	}, nil
}
