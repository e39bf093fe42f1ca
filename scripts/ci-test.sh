#!/usr/bin/env bash
# The README's test command.
set -euo pipefail
cd "$(dirname "$0")/.."
# The second checker judges boxes with python-flint, in an environment of its own; where that cannot be had, the tests say so.
if python3 -m venv target/python && target/python/bin/python -m pip install --quiet --disable-pip-version-check python-flint; then
    export PYTHON="$PWD/target/python/bin/python"
fi
cargo test --release --locked
