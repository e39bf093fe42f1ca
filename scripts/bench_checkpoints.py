#!/usr/bin/env python3
"""Times proving and checking checkpoints against the python-flint peer, in one run.

    python bench_checkpoints.py [--runs N] DATA.npz MODEL.npz [DATA.npz MODEL.npz ...]

Expects target/release/lowpoint and target/release/lowpoint-check. For each checkpoint it polishes and proves, checks
the certificate, and lets bench_peer_pipeline.py solve and check the same pattern of kinks, in turn; it prints medians
of whole processes (the peer's own two figures leave out its start and its search). Needs numpy and python-flint.
"""

import argparse
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time
from fractions import Fraction

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent


def timed(command):
    start = time.perf_counter()
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    return time.perf_counter() - start, done


def pattern(certificate, data, model):
    """The peer's pattern: the certificate's kinks, and the samples whose side differs from the model's."""
    lines = [line.split(" ") for line in certificate.read_text().splitlines()]
    kinks = [[int(k) for k in words[3:]] for words in lines if words[0] == "neuron"]
    x = np.concatenate([data["x"], np.ones((len(data["x"]), 1))], axis=1)
    before = np.concatenate([model["0.weight"], model["0.bias"][:, None]], axis=1)
    after = before.copy()
    for words in lines:
        if words[0] == "input":
            denominator = int(words[2], 16)
            after[int(words[1])] = [float(Fraction(int(n, 16), denominator)) for n in words[3:]]
    changed = np.sign(x @ before.T) != np.sign(x @ after.T)
    flipped = [sorted(set(np.flatnonzero(changed[:, i]).tolist()) - set(kinks[i])) for i in range(len(kinks))]
    return {"kinks": kinks, "flipped": flipped}


def bench(data, model, runs):
    with tempfile.TemporaryDirectory() as folder:
        certificate, shape = pathlib.Path(folder) / "certificate", pathlib.Path(folder) / "pattern.json"
        files = ["--data", data, "--model", model]
        prove = [ROOT / "target/release/lowpoint", "prove", "--at", "near", *files, "-o", certificate, "--format", "json"]
        check = [ROOT / "target/release/lowpoint-check", *files, certificate]
        peer = [sys.executable, ROOT / "scripts/bench_peer_pipeline.py", data, model, shape]
        times = {"prove": [], "check": [], "peer solve": [], "peer check": []}
        for _ in range(runs):
            seconds, done = timed(prove)
            result = json.loads(done.stdout)
            times["prove"].append(seconds)
            seconds, done = timed(check)
            assert done.returncode == 0, done.stderr
            times["check"].append(seconds)
            shape.write_text(json.dumps(pattern(certificate, np.load(data), np.load(model))))
            _, done = timed(peer)
            found = re.findall(r"(solve|check)\D*([0-9.]+) ?s", done.stdout)
            for name, value in found:
                times[f"peer {name}"].append(float(value))
        medians = {name: statistics.median(v) if v else float("nan") for name, v in times.items()}
        kinks = sum(n["kinks"] for n in result["neurons"])
        print(f"{pathlib.Path(model).name}: {result['verdict']}, distance {result.get('distance')}, {kinks} kinks,")
        print(f"    {certificate.stat().st_size} bytes; " + ", ".join(f"{k} {v:.3f} s" for k, v in medians.items()))
        ratios = medians["peer solve"] / medians["prove"], medians["peer check"] / medians["check"]
        print(f"    peer/lowpoint: prove {ratios[0]:.2f}, check {ratios[1]:.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("files", nargs="+")
    args = parser.parse_args()
    for data, model in zip(args.files[::2], args.files[1::2]):
        bench(data, model, args.runs)


if __name__ == "__main__":
    main()
