# sohoa: make run, make test. Everything else is listed by make help.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
export PATH := $(CURDIR)/.cache/go/bin:$(PATH)
export GOFLAGS := -mod=readonly
# Some service managers and containers name no home, and Go wants one for its cache.
HOME ?= $(CURDIR)/.cache/home
export HOME
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
TOOLS := .cache/tools

.PHONY: help build agents run demo test test-long lint bench bench-peers generate deps deps-test tools clean

help: ## show this
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

build: ## build both programs into bin/
	@mkdir -p bin
	CGO_ENABLED=0 go build -ldflags '-s -w -X main.version=$(VERSION)' -o bin/sohoa ./cmd/sohoa
	CGO_ENABLED=1 go build -ldflags '-s -w' -o bin/sohoa-ocr ./cmd/sohoa-ocr

agents: ## build the scanner's agent for Windows, macOS and Linux into bin/agents/
	@mkdir -p bin/agents
	@for t in windows/amd64 windows/arm64 darwin/amd64 darwin/arm64 linux/amd64 linux/arm64; do \
	  out=bin/agents/sohoa-watch-$${t%/*}-$${t#*/}; case $$t in windows/*) out=$$out.exe;; esac; \
	  CGO_ENABLED=0 GOOS=$${t%/*} GOARCH=$${t#*/} go build -ldflags '-s -w -X main.version=$(VERSION)' -o $$out ./cmd/sohoa-watch; \
	done; ls -l bin/agents

run: deps build ## install what is missing, build, start everything, archive a sample batch, stay up
	@deploy/demo.sh run

demo: deps build ## the same, and exit 0 once every sample is archived, found and fetched bit for bit
	@deploy/demo.sh demo

test: deps-test ## the tests; under 15 minutes on 2 cores
	@deploy/test.sh

test-long: deps-test ## chaos, fuzz and load as well
	@deploy/test.sh long

lint: deps tools ## format, vet, golangci-lint, govulncheck
	@deploy/lint.sh

bench: deps-test build ## measure; writes the table that docs/benchmarks.md explains
	@deploy/bench.sh

bench-peers: deps-test build ## set ours beside plain tesseract and OCRmyPDF
	@deploy/bench-peers.sh

generate: tools ## write what is generated: sqlc, OpenAPI
	cd schemas && ../$(TOOLS)/sqlc generate
	go test ./internal/web -run OpenAPI -update

deps:
	@deploy/deps.sh run

deps-test:
	@deploy/deps.sh test

tools:
	@deploy/tools/install.sh $(TOOLS)

clean: ## remove what was built
	rm -rf bin .cache
