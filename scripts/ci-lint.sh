#!/usr/bin/env bash
# The formatter and clippy, warnings denied by flags of their own (an exported RUSTFLAGS would replace the project's).
set -euo pipefail
cd "$(dirname "$0")/.."
cargo fmt --check
cargo clippy --locked --all-targets -- -D warnings
cargo clippy --locked --no-default-features --lib --bins -- -D warnings
# The fuzz targets share the tests' code: that they compile needs no fuzzer.
cargo check --locked --manifest-path fuzz/Cargo.toml --target-dir target/fuzz --no-default-features --lib
