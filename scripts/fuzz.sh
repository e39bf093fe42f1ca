#!/bin/sh
# Runs every fuzz target for so many seconds (default 60), one after the other, on the committed corpus and what earlier
# runs found. Needs a nightly toolchain and `cargo install cargo-fuzz`. Stops at the first finding.
#
#   scripts/fuzz.sh [SECONDS] [TARGET...]
set -eu
cd "$(dirname "$0")/../fuzz"
# cargo-fuzz sets flags of its own, which replace those of .cargo/config.toml.
[ "$(uname -m)" != x86_64 ] || export RUSTFLAGS="-C target-feature=+avx,+fma"
seconds=${1:-60}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- $(cargo +nightly fuzz list)

for target in "$@"; do
    length=4096
    case $target in
        *_npz) length=8192 dictionary=npz ;;
        *_json | model_safetensors) dictionary=json ;;
        certificate | *_text) length=8192 dictionary=certificate ;;
        *) dictionary= ;;
    esac
    # New inputs go to the first folder, which is not committed; scripts/fuzz-corpus.sh takes the best of them over.
    mkdir -p "found/$target" "regressions/$target"
    echo "== $target"
    RAYON_NUM_THREADS=1 cargo +nightly fuzz run --sanitizer none --no-trace-compares "$target" \
        "found/$target" "corpus/$target" "regressions/$target" -- \
        -max_total_time="$seconds" -max_len=$length ${dictionary:+-dict=dict/$dictionary.dict} \
        -rss_limit_mb=2048 -timeout=10 -print_final_stats=1
done
