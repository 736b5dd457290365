# What is built beside the sources lies in the user's cache and is used again by every checkout.
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/kubectl-nodeusage
export CARGO_TARGET_DIR ?= $(CACHE)/target

CARGO_DENY_VERSION := 0.20.2
CARGO_DENY := $(CACHE)/cargo-deny-$(CARGO_DENY_VERSION)/bin/cargo-deny
MSRV := $(shell sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
HOST := $(shell rustc -vV | sed -n 's/^host: //p')
NODES ?= 500
SIZES ?= 50 500 5000

.PHONY: demo test lint advisories msrv dist compiled bench own cluster-up cluster-down

## A table of a simulated cluster; needs no cluster and no network once it is built.
demo: own
	@cargo run --quiet --locked -- --demo

## Cargo tells by the age of the sources whether they were built, and not by which checkout they are in.
own:
	@last="$(CARGO_TARGET_DIR)/checkout"; [ "$$(cat "$$last" 2>/dev/null)" = "$(CURDIR)" ] || \
	  { mkdir -p "$(CARGO_TARGET_DIR)" && cargo clean --quiet --package kubectl-nodeusage && echo "$(CURDIR)" >"$$last"; }

## Everything that must hold. Builds a real control plane the first time, which takes some ten minutes.
test: own lint msrv
	bin=$$(tests/cluster/build) && python=$$(tests/python/environment) && tools=$$(tests/packaging/build) && \
	  $(MAKE) --no-print-directory --jobs=2 dist compiled && \
	  NODEUSAGE_TEST_BIN="$$bin" NODEUSAGE_TEST_PYTHON="$$python" NODEUSAGE_TEST_TOOLS="$$tools" \
	  NODEUSAGE_TEST_ARCHIVE="$(CURDIR)/dist/$$(cut -d' ' -f3 dist/SHA256SUMS)" INSTA_UPDATE=no \
	  cargo test --locked --no-fail-fast --lib --tests

lint: own $(CARGO_DENY)
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --quiet
	$(CARGO_DENY) --locked check bans licenses sources
	tests/cluster/lint
	"$$(tests/packaging/build)/actionlint"

## Known weaknesses of the dependencies; asks the network.
advisories: $(CARGO_DENY)
	$(CARGO_DENY) --locked check advisories

## The oldest Rust that is promised builds it.
msrv: own
	@command -v rustup >/dev/null || { echo "rustup is missing; install it: https://rustup.rs" >&2; exit 1; }
	cargo +$(MSRV) check --locked --all-targets

## What a release has for this kind of machine, and its checksum.
dist: own
	archive=$$(release/archive $(HOST)) && cd dist && sha256sum -- "$${archive##*/}" >SHA256SUMS

## The tests and what they run, while the optimized program is built beside them.
compiled: own
	cargo test --locked --no-run --lib --tests
	cargo build --locked --example pod

bench: own
	benches/compare $(SIZES)

## A control plane that stays: prints its kubeconfig.
cluster-up:
	@bin=$$(tests/cluster/build) && "$$bin/control-plane" up --nodes $(NODES)

cluster-down:
	@bin=$$(tests/cluster/build) && "$$bin/control-plane" down

$(CARGO_DENY):
	cargo install cargo-deny --version $(CARGO_DENY_VERSION) --locked --root $(CACHE)/cargo-deny-$(CARGO_DENY_VERSION)
