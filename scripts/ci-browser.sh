#!/usr/bin/env bash
# The report's pages in a real browser. Without one, and without a way to install it, this fails.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v chromium >/dev/null; then
    as_root=$([ "$(id -u)" = 0 ] || echo sudo)
    $as_root apt-get update -q
    $as_root apt-get install -y -q --no-install-recommends chromium
fi
chromium --version 2>/dev/null
# So many tests, so that a renamed one is noticed.
output=$(cargo test --release --locked --test report -- --ignored browser:: 2>&1) || {
    echo "$output"
    exit 1
}
echo "$output"
grep -q '^test result: ok. 2 passed' <<<"$output"
