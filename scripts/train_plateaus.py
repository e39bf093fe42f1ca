#!/usr/bin/env python3
"""The first experiment of Wu, Simsek and Ged (ICLR 2025): training that passes two saddles on its way to a minimum.

Five points x with a hidden bias, no output bias, 50 ReLU neurons, all weights drawn normal with standard deviation
8e-6, full-batch gradient descent on the mean squared error. Writes DIR/wu-exp1.data.json (the exact decimals) and
DIR/wu-exp1-{plateau1,plateau2,final}.model.npz (0.weight [50,1], 0.bias [50], 2.weight [1,50]). Needs numpy.

    python train_plateaus.py --seed 0 --out checkpoints
"""

import argparse
import json
import pathlib

import numpy as np

X = ["-1", "-0.6", "-0.1", "0.3", "0.7"]
Y = ["0.28", "-0.1", "0.03", "0.23", "-0.22"]
WIDTH, DEVIATION = 50, 8e-6
EVERY = 1000  # steps between two looks at the loss
FLAT = 1e-6  # a plateau: the half-sum loss falls by less than this from look to look


def descend(seed, steps, lr):
    """Plain gradient descent; the snapshots (step, half-sum loss, W with its bias column, h)."""
    x = np.stack([np.array(X, dtype=float), np.ones(len(X))], axis=1)
    y = np.array(Y, dtype=float)
    rng = np.random.default_rng(seed)
    w, h = rng.normal(0, DEVIATION, (WIDTH, 2)), rng.normal(0, DEVIATION, WIDTH)
    snapshots = []
    for step in range(steps + 1):
        z = x @ w.T
        r = np.maximum(z, 0)
        e = r @ h - y
        if step % EVERY == 0 or step == steps:
            snapshots.append((step, e @ e / 2, w.copy(), h.copy()))
        rate = lr * 2 / len(y)  # of the mean of e^2
        gw, gh = ((z > 0) * np.outer(e, h)).T @ x, e @ r
        w -= rate * gw
        h -= rate * gh
    return snapshots


def plateaus(snapshots):
    """The middle snapshot of every maximal flat stretch, the last stretch excepted: that one is the end."""
    middles, start = [], 0
    for i in range(1, len(snapshots)):
        if snapshots[i - 1][1] - snapshots[i][1] >= FLAT:
            if i - start > 2:
                middles.append(snapshots[(start + i - 1) // 2])
            start = i
    return middles


def save(path, snapshot):
    step, loss, w, h = snapshot
    np.savez(path, **{"0.weight": w[:, :1], "0.bias": w[:, 1], "2.weight": h[None, :]})
    size = np.maximum(np.abs(w).max(axis=1), np.abs(h))  # what --zero-below is compared with
    grown = np.sort(size[size > 1e-2])
    small = size[size <= 1e-2].max(initial=0)
    print(f"{path}: step {step}, loss (half-sum) {loss:.17g}, largest small neuron {small:.2g}, "
          f"{len(grown)} grown neurons from {grown.min(initial=np.inf):.2g}")


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("--seed", type=int, default=0)
    a.add_argument("--steps", type=int, default=600_000)
    a.add_argument("--lr", type=float, default=1e-3)
    a.add_argument("--out", type=pathlib.Path, default=pathlib.Path("."), metavar="DIR")
    a = a.parse_args()

    snapshots = descend(a.seed, a.steps, a.lr)
    found = plateaus(snapshots)
    a.out.mkdir(parents=True, exist_ok=True)
    data = {"x": [[v] for v in X], "y": [[v] for v in Y]}
    (a.out / "wu-exp1.data.json").write_text(json.dumps(data, indent=1) + "\n")
    for i, snapshot in enumerate(found, 1):
        save(a.out / f"wu-exp1-plateau{i}.model.npz", snapshot)
    save(a.out / "wu-exp1-final.model.npz", snapshots[-1])
    if len(found) != 2:
        raise SystemExit(f"found {len(found)} plateaus instead of two\nhint: another --seed, or more --steps")


if __name__ == "__main__":
    main()
