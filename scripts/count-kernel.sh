#!/usr/bin/env bash
# Lines of the kernel without tests, blank lines and comments, by file.
set -euo pipefail
cd "$(dirname "$0")/.."
total=0
for file in $(find src/kernel -name '*.rs' | sort); do
    lines=$(sed '/^#\[cfg(test)\]/,$d' "$file" | grep -cvE '^\s*(//|$)' || true)
    total=$((total + lines))
    printf '%6d %s\n' "$lines" "$file"
done
printf '%6d in all\n' "$total"
