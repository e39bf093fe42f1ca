#!/usr/bin/env python3
"""Times lowpoint on slope forms (scripts/forms.py) against other solvers on the same question: is phi >= 0?

    python bench_forms.py [--forms W1,W2] [--sizes 10,20 40,80] [--peers z3,cvc5 | none] [--lowpoint PATH] [--limit S]
    python bench_forms.py --scaling [--extra-args "--max-cells 100000"]

`prove --at point` is timed as a whole process (files read, certificate written and checked again), and so is
lowpoint-check, which lies beside lowpoint: min / median of --runs. A peer runs once, in its own process, and only the
processor time of its solving counts (form_peers.py says what each is asked); nothing runs at the same time. "> S" is a
run stopped at the limit, "skipped" one of a peer that was stopped at every form of the size before (--all: run it).
Answers (phi >= 0: yes or no) that contradict lowpoint's or each other's are an error.

--scaling: time against the number K of concave classes: W2 slack, and forms that the matrix certificate (C6) cannot
prove, 1 % below the edge of phi >= 0 and 1 % above it; "matrix" says up to where C6 could. --extra-args go to `prove`.

Needs target/release/lowpoint and lowpoint-check; for peers z3-solver, cvc5, highspy and numpy from PyPI and `esolver`
(Debian: qsopt-ex); for --scaling numpy and scipy.
"""

import argparse
import importlib.metadata
import json
import pathlib
import shlex
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import forms

ROOT = pathlib.Path(__file__).resolve().parent.parent
SIZES = {
    "W1": ["10,20", "40,80", "100,200", "200,400"],
    "W2": ["6,12,4", "8,16,8", "10,20,10", "20,40,20", "40,80,40"],
}
KINDS = {
    "W1": [("planted", 0), ("unplanted", 0), ("unplanted", 1)],
    "W2": [("slack", 0), ("tight", 0), ("scaled", 0)],
}
PEERS = {
    "W1": ["z3", "z3-dual", "cvc5", "cvc5-dual", "qsopt", "qsopt-dual"],
    "W2": ["z3", "z3-ite", "cvc5", "highs"],
}
HIGHS_CLASSES = 14
ANSWERS = {"local-minimum": "nonnegative", "not-stationary": "negative"}


def run_peer(peer, folder, limit):
    """Seconds (None: stopped at the limit) and answer."""
    command = [sys.executable, str(ROOT / "scripts/form_peers.py"), peer, str(folder / "form.json"), str(limit)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == -signal.SIGXCPU:
        return None, "unknown"
    if done.returncode:
        raise SystemExit(f"{peer}: {done.stderr}")
    seconds, answer = done.stdout.split()
    return float(seconds), answer


def timed(command, limit):
    start = time.perf_counter()
    try:
        done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return None, None
    return time.perf_counter() - start, done


def repeated(command, args):
    times = []
    for _ in range(args.runs):
        seconds, done = timed(command, args.limit)
        if seconds is None:
            return f"> {args.limit:g}", None
        times.append(seconds)
        if seconds > 5:
            break
    return f"{min(times):.3f} / {statistics.median(times):.3f}", done


def prove(folder, args):
    """lowpoint's answer and the cells: answer, route, prove, certificate, check."""
    files = ["--data", folder / "data.json", "--model", folder / "model.json"]
    certificate = folder / "certificate"
    extra = shlex.split(args.extra_args)
    command = [args.lowpoint, "prove", "--at", "point", *files, "-o", certificate, "--format", "json", *extra]
    took, done = repeated(command, args)
    if done is None:
        return "unknown", ["-", "-", took, "-", "-"]
    if done.returncode == 2:
        raise SystemExit(done.stderr)
    result = json.loads(done.stdout)
    verdict, (neuron,) = result["verdict"], result["neurons"]
    if verdict not in ANSWERS:
        return "unknown", [verdict, "-", took, "-", "-"]
    check, done = repeated([args.lowpoint.with_name("lowpoint-check"), *files, certificate], args)
    if done is None or done.returncode != 0:
        raise SystemExit(f"the certificate of {folder.name} is not accepted")
    return ANSWERS[verdict], [verdict, neuron.get("route") or "-", took, certificate.stat().st_size, check]


def row(*cells):
    print("| " + " | ".join(str(c) for c in cells) + " |", flush=True)


def header(*cells):
    row(*cells)
    print("|" + "---|" * len(cells), flush=True)


def compare(family, sizes, args, folder):
    asked = PEERS[family] if args.peers is None else [p for p in args.peers if p in PEERS[family] + ["cvc5-ite"]]
    found = ["verdict", "route", "prove s", "bytes", "check s"] if args.lowpoint else []
    print(f"\n{family}, seconds, limit {args.limit:g} s:\n")
    header("size", "kind", *found, *asked)
    stopped = set()
    for size in sizes:
        solved = set()
        numbers = [int(n) for n in size.split(",")]
        for kind, seed in KINDS[family]:
            name = f"{kind}-{seed}" if family == "W1" and kind == "unplanted" else kind
            form = forms.make(family, kind, numbers, seed)
            place = folder / f"{family}-{name}-{size}"
            form.write(place)
            answer, cells = prove(place, args) if args.lowpoint else ("unknown", [])
            known, peers = {answer}, []
            for peer in asked:
                if peer == "highs" and numbers[2] > HIGHS_CLASSES:
                    peers.append("-")
                    continue
                if peer in stopped:
                    peers.append("skipped")
                    continue
                seconds, theirs = run_peer(peer, place, args.limit)
                known.add(theirs)
                if seconds is not None:
                    solved.add(peer)
                mark = {"nonnegative": "yes", "negative": "no"}.get(theirs, "?")
                peers.append(f"> {args.limit:g}" if seconds is None else f"{seconds:.3f} {mark}")
            row(size, name, *cells, *peers)
            if {"nonnegative", "negative"} <= known:
                raise SystemExit(f"{place.name}: two answers")
        stopped = set() if args.all else set(asked) - solved


def scaling(args, folder):
    found = ["verdict", "route", "prove s", "bytes", "check s"]
    print("\nW2 slack, d = 10, 20 convex classes:\n")
    header("K", *found)
    for k in 2, 4, 8, 12, 16, 20, 30, 40:
        place = folder / f"W2-slack-{k}"
        forms.make("W2", "slack", [10, 20, k]).write(place)
        row(k, *prove(place, args)[1])
    print("\nForms beyond the matrix certificate, rank r, 2r convex classes:\n")
    header("r", "K", "matrix", "phi at", *found)
    for r in args.ranks:
        for k in 4, 6, 8, 10, 12, 14:
            for kind, percent in ("below", "99 %"), ("above", "101 %"):
                form = forms.make("edge", kind, [r, 2 * r, k])
                place = folder / f"edge-{kind}-{r}-{k}"
                form.write(place)
                answer, cells = prove(place, args)
                row(r, k, form.note, percent, *cells)
                if answer not in ("unknown", {"below": "nonnegative", "above": "negative"}[kind]):
                    raise SystemExit(f"{place.name}: the answer should be the other one")


def versions(args):
    named = [f"Python {sys.version.split()[0]}"]
    for package in "z3-solver", "cvc5", "highspy", "numpy", "scipy":
        try:
            named.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            pass
    if shutil.which("esolver"):
        text = subprocess.run(["esolver", "-v"], capture_output=True, text=True)
        named += [line.removeprefix("Using ") for line in (text.stdout + text.stderr).splitlines() if "build" in line]
    if args.lowpoint:
        named.append(subprocess.run([args.lowpoint, "--version"], capture_output=True, text=True).stdout.strip())
    return ", ".join(named)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--forms", default="W1,W2")
    parser.add_argument("--sizes", nargs="*", help="of all forms with as many numbers (W1: d,M; W2: d,P,K)")
    parser.add_argument("--peers", type=lambda s: [] if s == "none" else s.split(","), help="default: all")
    parser.add_argument("--lowpoint", default=ROOT / "target/release/lowpoint", help="none: peers only",
                        type=lambda s: None if s == "none" else pathlib.Path(s).resolve())
    parser.add_argument("--limit", type=float, default=30.0, metavar="S")
    parser.add_argument("--all", action="store_true", help="ask every peer at every size")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--scaling", action="store_true")
    parser.add_argument("--ranks", type=int, nargs="*", default=[3, 4, 5, 6], help="of --scaling")
    parser.add_argument("--extra-args", default="", help="for lowpoint prove, as one word")
    parser.add_argument("--keep", type=pathlib.Path, metavar="DIR", help="keep the problems and certificates there")
    args = parser.parse_args()
    print(versions(args))
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.keep or pathlib.Path(temporary)
        if args.scaling:
            return scaling(args, folder)
        for family in args.forms.split(","):
            numbers = SIZES[family][0].count(",")
            sizes = [s for s in args.sizes if s.count(",") == numbers] if args.sizes else SIZES[family]
            compare(family, sizes, args, folder)


if __name__ == "__main__":
    main()
