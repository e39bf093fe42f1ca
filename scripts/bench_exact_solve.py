#!/usr/bin/env python3
"""Compares the exact solver with FLINT on the same dense random systems.

Needs `pip install python-flint`; builds the example itself. Usage: scripts/bench_exact_solve.py [n ...] [--bits B]
Runs FLINT's fmpz_mat.solve and examples/bench_exact_solve.rs alternately, five times each, and prints medians and
ratios; stops if the solutions differ. Both times are for solving only, in-process, after one untimed solve in the same
process; FLINT runs on one thread, the example on RAYON_NUM_THREADS threads (all processors where unset).
"""

import argparse
import os
import random
import statistics
import subprocess
import tempfile
import time

import flint

ROUNDS = 5
Q = 2**61 - 1


def system(n, bits, seed=1):
    r = random.Random(seed * 1000 + n)
    draw = lambda: r.randrange(-(2**bits) + 1, 2**bits)
    return [[draw() for _ in range(n)] for _ in range(n)], [draw() for _ in range(n)]


def checksum(x, n):
    fractions = [x[j, 0] for j in range(n)]
    return sum((j + 1) * int(v.p) * pow(int(v.q), -1, Q) for j, v in enumerate(fractions)) % Q


def run_flint(a, b):
    start = time.perf_counter()
    x = a.solve(b)
    seconds = time.perf_counter() - start
    return seconds, checksum(x, a.nrows())


def run_example(binary, path):
    output = subprocess.run([binary, path, "2"], check=True, capture_output=True, text=True).stdout
    words = output.splitlines()[-1].split()
    return float(words[words.index("seconds") + 1]), int(words[words.index("checksum") + 1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("n", type=int, nargs="*", default=[50, 100, 200])
    parser.add_argument("--bits", type=int, default=53)
    arguments = parser.parse_args()
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    subprocess.run(["cargo", "build", "-q", "--release", "--example", "bench_exact_solve"], cwd=root, check=True)
    target = os.environ.get("CARGO_TARGET_DIR", os.path.join(root, "target"))
    binary = os.path.join(target, "release", "examples", "bench_exact_solve")
    print(f"{'n':>5} {'FLINT s':>9} {'ours s':>9} {'FLINT/ours':>10}   (medians of {ROUNDS}, {arguments.bits}-bit entries)")
    for n in arguments.n:
        rows, right = system(n, arguments.bits)
        a, b = flint.fmpz_mat(rows), flint.fmpz_mat([[v] for v in right])
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write(" ".join(map(str, [n] + [v for row in rows for v in row] + right)))
            file.flush()
            run_flint(a, b)
            pairs = [(run_flint(a, b), run_example(binary, file.name)) for _ in range(ROUNDS)]
        if len({total for pair in pairs for _, total in pair}) != 1:
            raise SystemExit(f"n = {n}: the solutions differ")
        theirs, ours = (statistics.median(pair[k][0] for pair in pairs) for k in (0, 1))
        print(f"{n:>5} {theirs:>9.4f} {ours:>9.4f} {theirs / ours:>10.2f}")


if __name__ == "__main__":
    main()
