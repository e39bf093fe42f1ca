#!/usr/bin/env python3
"""A peer for timing: the exact polish of a one-hidden-layer ReLU network with python-flint.

    python bench_peer_pipeline.py DATA.npz MODEL.npz PATTERN.json

PATTERN is {"kinks": [[k, ...], ...], "flipped": [[k, ...], ...]}: per neuron the samples that shall lie exactly on its
kink, and those on the other side than in the model ("flipped" may be absent; a bare list of lists is the kinks).
Holding every h_i fixed, it solves THEORY.md T6's system for u_i = |h_i| w_i, the output bias c and multipliers mu,

    s_i sum_{k active} eps_k x_k + sum_{k in K_i} mu_ik x_k = 0,   u_i.x_k = 0 (k in K_i),   sum_k eps_k = 0,

with s_i = sign h_i, eps = f - y, then checks the strict signs and 0 <= mu_ik <= s_i eps_k exactly (sufficient for a
local minimum; necessary too where a neuron's kink inputs are independent). Needs numpy and python-flint.
"""

import json
import sys
import time

import numpy as np
from flint import fmpq, fmpq_mat, fmpz, fmpz_mat, nmod_mat


def dyadic(values):
    """Floats as integers over one power of two: (integers, exponent), value = integer / 2^exponent."""
    ratios = [float(v).as_integer_ratio() for v in values]
    exponent = max(q.bit_length() - 1 for _, q in ratios)
    return [p << (exponent - q.bit_length() + 1) for p, q in ratios], exponent


class Problem:
    """Integer data: x_kj = X_kj / 2^S_j, y_k = Y_k / 2^T. Unknowns are v_ij = u_ij 2^(T - S_j) and 2^T c."""

    def __init__(self, data, model, pattern):
        x = np.concatenate([data["x"], np.ones((len(data["x"]), 1))], axis=1)
        self.w = np.concatenate([model["0.weight"], model["0.bias"][:, None]], axis=1)
        self.h, self.c = model["2.weight"].ravel(), float(model["2.bias"][0])
        assert np.all(self.h != 0), "a neuron has output weight zero"
        self.m, self.d, self.n = len(self.w), x.shape[1], len(x)
        columns = [dyadic(column) for column in x.T]
        self.S = [s for _, s in columns]
        self.X = [list(row) for row in zip(*(ints for ints, _ in columns))]
        self.Y, self.T = dyadic(data["y"].ravel())
        self.s = [1 if h > 0 else -1 for h in self.h]
        lists = pattern if isinstance(pattern, list) else pattern["kinks"]
        assert len(lists) == self.m, f"{len(lists)} lists of kinks for {self.m} neurons"
        v, _ = fmpq_mat(self.m, self.d, self.start()[:-1]).numer_denom()  # positive multiples of the w_i
        self.side = [[(z > 0) - (z < 0) for z in row] for row in (v * fmpz_mat(self.X).transpose()).tolist()]
        for i, flipped in enumerate([] if isinstance(pattern, list) else pattern.get("flipped", [])):
            for k in flipped:
                self.side[i][k] *= -1
        for i, kinks in enumerate(lists):
            for k in kinks:
                self.side[i][k] = 0
        self.kinks = [(i, k) for i in range(self.m) for k in range(self.n) if self.side[i][k] == 0]

    def system(self):
        """The symmetric integer matrix and right-hand side, unknowns in the order v, 2^T c, mu."""
        size = self.m * self.d + 1
        zero = [0] * self.d
        z = fmpz_mat([
            [s * v for i, s in enumerate(self.s) for v in (self.X[k] if self.side[i][k] > 0 else zero)] + [1]
            for k in range(self.n)
        ])
        full = [row + [0] * len(self.kinks) for row in (z.transpose() * z).tolist()]
        full += [[0] * (size + len(self.kinks)) for _ in self.kinks]
        for q, (i, k) in enumerate(self.kinks):
            for j, v in enumerate(self.X[k]):
                full[i * self.d + j][size + q] = full[size + q][i * self.d + j] = v
        rhs = (z.transpose() * fmpz_mat(self.n, 1, self.Y)).tolist() + [[0]] * len(self.kinks)
        return fmpz_mat(full), fmpz_mat(rhs)

    def start(self):
        """The checkpoint as v and 2^T c."""
        v = [exact(self.w[i, j]) * abs(exact(self.h[i])) * fmpq(2) ** (self.T - self.S[j])
             for i in range(self.m) for j in range(self.d)]
        return v + [exact(self.c) * fmpq(2) ** self.T]


def exact(v):
    return fmpq(*float(v).as_integer_ratio())


def solve(problem):
    """The solution as (integer column, common denominator), and the number of free variables."""
    a, b = problem.system()
    try:
        return *a.solve(b).numer_denom(), 0
    except ZeroDivisionError:
        pass
    # Singular: pivot columns modulo a prime index a nonsingular principal block, as the matrix is symmetric.
    reduced, rank = nmod_mat(a, 2**61 - 1).rref()
    size, table = a.nrows(), reduced.tolist()
    pivots = [next(j for j in range(size) if int(table[r][j])) for r in range(rank)]
    free = sorted(set(range(size)) - set(pivots))
    z, rows = problem.start() + [fmpq(0)] * len(problem.kinks), a.tolist()  # what the free variables keep
    rhs = [[fmpq(b[r, 0]) - sum((rows[r][f] * z[f] for f in free), fmpq(0))] for r in pivots]
    right, scale = fmpq_mat(rhs).numer_denom()
    part = fmpz_mat([[rows[r][col] for col in pivots] for r in pivots]).solve(right)
    for q, col in enumerate(pivots):
        z[col] = part[q, 0] / scale
    return *fmpq_mat(size, 1, z).numer_denom(), len(free)


def check(problem, z, den):
    """Everything again from the data: preactivations, kinks, residuals, equations, multipliers. Faults by name."""
    p, size, faults = problem, problem.m * problem.d + 1, {"sign": 0, "multiplier": 0, "equation": 0}
    z, x = [v[0] for v in z.tolist()], fmpz_mat(p.X)
    pre = (fmpz_mat(p.m, p.d, z[: size - 1]) * x.transpose()).tolist()
    eps = [z[size - 1] - den * y for y in p.Y]
    for i in range(p.m):
        for k, v in enumerate(pre[i]):
            faults["sign"] += (v > 0) - (v < 0) != p.side[i][k]
            eps[k] += p.s[i] * max(v, fmpz(0))
    force = [[p.s[i] * e if v > 0 else fmpz(0) for e, v in zip(eps, pre[i])] for i in range(p.m)]
    for (i, k), mu in zip(p.kinks, z[size:]):
        force[i][k] += mu
        faults["multiplier"] += not 0 <= mu <= p.s[i] * eps[k]
    faults["equation"] = sum(v != 0 for row in (fmpz_mat(force) * x).tolist() for v in row) + (sum(eps, fmpz(0)) != 0)
    half_sum = fmpq(sum((e * e for e in eps), fmpz(0)), 2 * den * den) / fmpq(4) ** p.T
    return faults, half_sum


def main():
    data, model, pattern = sys.argv[1:]
    problem = Problem(np.load(data), np.load(model), json.load(open(pattern)))
    clock = time.perf_counter()
    z, den, free = solve(problem)
    solved = time.perf_counter()
    faults, half_sum = check(problem, z, den)
    checked = time.perf_counter()
    start = problem.start()
    scale = [abs(exact(problem.h[i])) * fmpq(2) ** (problem.T - s) for i in range(problem.m) for s in problem.S]
    scale.append(fmpq(2) ** problem.T)
    moved = max(abs(fmpq(z[r, 0], den) - start[r]) / scale[r] for r in range(len(start)))
    kinks = len(problem.kinks)
    print(f"unknowns {len(start) + kinks}, kinks {kinks}, free {free}, denominator {den.bit_length()} bits")
    print(f"half-sum loss {decimal(half_sum)}, moved {decimal(moved)}")
    print(f"solve {solved - clock:.3f} s, check {checked - solved:.3f} s")
    print("accepted: a local minimum" if not any(faults.values()) else f"not settled: faults {faults}")
    return 1 if any(faults.values()) else 0


def decimal(q):
    return int(q.p * 10**18 // q.q) / 1e18


if __name__ == "__main__":
    sys.exit(main())
