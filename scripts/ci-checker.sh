#!/usr/bin/env bash
# The checker alone: it must build without anything that searches, and say how much it is.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --locked --release --no-default-features --bin lowpoint-check
echo "crates in the checker build: $(cargo tree --locked --no-default-features --edges normal --prefix none | sort -u | wc -l)"
scripts/count-kernel.sh | tail -n 1
