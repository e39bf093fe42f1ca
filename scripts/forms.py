#!/usr/bin/env python3
"""Random slope forms phi(u) = p.u + sum_i kap_i |x_i.u| with integer p, kap_i and x_i, and their files for lowpoint.

A form becomes a ReLU network of one neuron with w = 0, h = 1 and no biases, and samples x_i and -x_i of residual
kap_i: their two halves add up to kap_i |x_i.u|. Where p != 0, samples p and -p of residuals 1 and -1 add p.u. So the
network is a local minimum iff phi >= 0, and not stationary otherwise. The network being 0, residuals are -y.
The same seed gives the same form.

    python forms.py W2 tight 10,20,10 --out DIR      writes DIR/data.json and DIR/model.json

needs nothing; the edge forms (see `edge`) need numpy and scipy.
"""

import argparse
import itertools
import json
import math
import pathlib
import random
from dataclasses import dataclass


@dataclass
class Form:
    """p and the pairs (kap_i, x_i); `note` says what the maker knows of it, for a table's last column."""

    p: list
    classes: list
    note: str = ""

    def data(self):
        samples = [(s, kap) for kap, x in self.classes for s in (x, [-v for v in x])]
        if any(self.p):
            samples += [(self.p, 1), ([-v for v in self.p], -1)]
        return {"x": [[str(v) for v in x] for x, _ in samples], "y": [[str(-residual)] for _, residual in samples]}

    def model(self):
        layers = [{"weight": [["0"] * len(self.p)], "bias": None}, {"weight": [["1"]], "bias": None}]
        return {"layers": layers}

    def write(self, folder):
        """The data and the model as files; also form.json, which the peers read."""
        folder = pathlib.Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        peers = {"p": self.p, "classes": self.classes}
        for name, content in ("data", self.data()), ("model", self.model()), ("form", peers):
            (folder / f"{name}.json").write_text(json.dumps(content))


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


def combination(factors, vectors):
    return [dot(factors, column) for column in zip(*vectors)]


def vectors(rng, count, d, size=9):
    """`count` integer vectors uniform in [-size, size]^d, none of them 0."""
    draw = lambda: [rng.randint(-size, size) for _ in range(d)]
    return [next(v for v in iter(draw, None) if any(v)) for _ in range(count)]


def w1(kind, d, m, seed=0):
    """Convex: is -p in the zonotope of a_i x_i? a uniform in [1, 9].

    planted    p = -sum_i a_i s_i x_i with |s_i| in {1, 2, 3}/4 (times 4, to stay integral): yes.
    unplanted  p = -sum_i a_i s_i x_i, rounded down, s_i uniform in [-3/2, 3/2]: near the zonotope's boundary for
               m = 2d, on either side.
    """
    rng = random.Random(f"W1 {kind} {d} {m} {seed}")
    x = vectors(rng, m, d)
    a = [rng.randint(1, 9) for _ in range(m)]
    if kind == "planted":
        s = [rng.choice([-1, 1]) * rng.randint(1, 3) for _ in range(m)]
        return Form(combination([-ai * si for ai, si in zip(a, s)], x), list(zip([4 * ai for ai in a], x)))
    s = [rng.randint(-1500, 1500) for _ in range(m)]
    p = [v // 1000 for v in combination([-ai * si for ai, si in zip(a, s)], x)]
    return Form(p, list(zip(a, x)))


def w2(kind, d, convex, concave, seed=0):
    """Nonconvex: sum_i p_i |x_i.u| - sum_k |y_k.u| with y = lam x, p_i = max(1, sum_k |lam_ki|), so phi >= 0.

    slack   lam_ki uniform in {-1, 0, 1}.
    tight   lam_ki = t_k sign(x_i.u) m_ki for a u, t_k = +-1, m_ki in {0, 1}, no row or column of m zero: phi(u) = 0.
    scaled  tight with p times 19/20 (all of it times 20): phi(u) < 0.
    """
    rng = random.Random(f"W2 {'slack' if kind == 'slack' else 'tight'} {d} {convex} {concave} {seed}")
    x = vectors(rng, convex, d)
    if kind == "slack":
        lam = [[rng.randint(-1, 1) for _ in range(convex)] for _ in range(concave)]
    else:
        signs = [0]
        while 0 in signs:
            signs = [(v > 0) - (v < 0) for v in combination(vectors(rng, 1, d)[0], list(zip(*x)))]
        m = [[0]]
        while not (all(map(any, m)) and all(map(any, zip(*m)))):
            m = [[rng.randint(0, 1) for _ in range(convex)] for _ in range(concave)]
        lam = [[t * s * used for s, used in zip(signs, row)] for row in m for t in [rng.choice([-1, 1])]]
    p = [max(1, sum(map(abs, column))) for column in zip(*lam)]
    up, down = (19, 20) if kind == "scaled" else (1, 1)
    y = [combination(row, x) for row in lam]
    return Form([0] * d, [(up * pi, xi) for pi, xi in zip(p, x)] + [(-down, yk) for yk in y])


def edge(kind, r, convex, concave, seed=0):
    """Mixed, beyond the matrix certificate: sum_i |x_i.u| - c sum_k b_k |y_k.u| in rank r, c at 99 % (below) or 101 %
    (above) of the largest with phi >= 0, times 10^4 and rounded. The vectors are rounded ones of a sphere of radius 9.

    b is a vertex of { b >= 0 : phi(u) >= 0 on the rays u of the arrangement, c = 1 }, so phi is close to 0 in many
    directions. Forms with a matrix certificate (C6) beyond 98 % of the largest c are drawn anew: only rays or cells
    prove these. With fewer than three concave classes C6 is complete, by |s| + |t| = max(|s + t|, |s - t|).
    """
    if concave < 3:
        raise ValueError("the matrix certificate decides fewer than three concave classes")
    rng = random.Random(f"edge {r} {convex} {concave} {seed}")
    while True:
        x, y = even_vectors(rng, convex, r), even_vectors(rng, concave, r)
        b, highest = weights(x, y)
        by_matrix = matrix_factor(x, y, b)
        if by_matrix < 0.98 * highest:
            break
    down = highest * 10000 * (0.99 if kind == "below" else 1.01)
    classes = [(10000, xi) for xi in x] + [(-round(down * bk), yk) for bk, yk in zip(b, y)]
    return Form([0] * r, classes, f"{100 * by_matrix / highest:.0f} %")


def even_vectors(rng, count, r):
    normals = [[rng.gauss(0, 1) for _ in range(r)] for _ in range(count)]
    return [[round(9 * v / math.hypot(*n)) for v in n] for n in normals]


def weights(x, y):
    """Integers b in [1, 50], a rounded vertex as `edge` says, and the largest c with phi >= 0 for them, in floats."""
    import numpy as np
    from scipy.optimize import linprog

    rows = np.array(x + y, dtype=float)
    subsets = np.array(list(itertools.combinations(range(len(rows)), rows.shape[1] - 1)))
    values = []
    for part in np.array_split(subsets, len(subsets) // 20000 + 1):
        _, sizes, right = np.linalg.svd(rows[part])
        values.append(np.abs(right[sizes[:, -1] > 1e-9][:, -1, :] @ rows.T))
    values = np.concatenate(values)
    up, down = values[:, : len(x)].sum(axis=1), values[:, len(x) :]
    used = np.arange(min(len(up), 1000))
    while True:  # the linear program over all rays, by adding those that it violates
        b = linprog(-np.ones(len(y)), A_ub=down[used], b_ub=up[used], method="highs").x
        slack = up - down @ b
        if slack.min() > -1e-7:
            break
        used = np.union1d(used, np.argsort(slack)[:500])
    b = [max(1, round(50 * v / max(b))) for v in b]
    below = down @ b
    return b, np.min(up[below > 1e-9] / below[below > 1e-9])


def matrix_factor(x, y, b):
    """The largest c with a matrix Gam: sum_i x_i Gam_ik = c b_k y_k and sum_k |Gam_ik| <= 1 for all i."""
    import numpy as np
    from scipy.optimize import linprog
    from scipy.sparse import block_diag, csr_matrix, eye, hstack, kron

    up = csr_matrix(np.array(x, dtype=float).T)
    down = (np.array(y, dtype=float).T * b).T.reshape(-1, 1)
    n, k = len(x), len(y)
    gam = block_diag([up] * k)
    equal = hstack([gam, -gam, -csr_matrix(down)])
    rows = kron(np.ones((1, 2 * k)), eye(n))
    bound = hstack([rows, csr_matrix((n, 1))])
    cost = np.zeros(2 * n * k + 1)
    cost[-1] = -1
    found = linprog(cost, A_ub=bound, b_ub=np.ones(n), A_eq=equal, b_eq=np.zeros(equal.shape[0]), method="highs")
    return -found.fun


MAKERS = {
    "W1": (w1, ["planted", "unplanted"]),
    "W2": (w2, ["slack", "tight", "scaled"]),
    "edge": (edge, ["below", "above"]),
}


def make(family, kind, size, seed=0):
    return MAKERS[family][0](kind, *size, seed=seed)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("family", choices=MAKERS)
    parser.add_argument("kind", choices=[kind for _, kinds in MAKERS.values() for kind in kinds])
    parser.add_argument("size", help="W1: d,M; W2: d,P,K; edge: r,P,K")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", default=".", metavar="DIR")
    args = parser.parse_args()
    make(args.family, args.kind, [int(n) for n in args.size.split(",")], args.seed).write(args.out)


if __name__ == "__main__":
    main()
