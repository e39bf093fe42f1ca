#!/bin/sh
# Replaces the committed corpus by the fewest inputs that reach all that the found and the committed ones reach.
#
#   scripts/fuzz-corpus.sh [TARGET...]
set -eu
cd "$(dirname "$0")/../fuzz"
# cargo-fuzz sets flags of its own, which replace those of .cargo/config.toml.
[ "$(uname -m)" != x86_64 ] || export RUSTFLAGS="-C target-feature=+avx,+fma"
[ $# -gt 0 ] || set -- $(cargo +nightly fuzz list)

for target in "$@"; do
    rm -rf "smallest/$target"
    mkdir -p "smallest/$target" "found/$target"
    cargo +nightly fuzz run --sanitizer none --no-trace-compares "$target" \
        "smallest/$target" "found/$target" "corpus/$target" -- -set_cover_merge=1 -use_counters=0 -max_len=2048
    rm -rf "corpus/$target"
    mv "smallest/$target" "corpus/$target"
done
