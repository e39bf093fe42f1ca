#!/usr/bin/env python3
"""Train a one-hidden-layer ReLU network on a scikit-learn data set and save it for lowpoint.

Writes DIR/NAME.data.npz (x [N,d], y [N] or [N,J], float64) and DIR/NAME-wM-sS.model.npz in PyTorch's naming and
orientation (0.weight [M,d], 0.bias [M], 2.weight [J,M], 2.bias [J]). Needs numpy, scipy and scikit-learn.

    python train_checkpoint.py --data diabetes --width 8 --seed 0 --out checkpoints
    python train_checkpoint.py --data wine --width 2 --lbfgs 5000
    python train_checkpoint.py --data diabetes --width 8 --sklearn --alpha 1.0
    python train_checkpoint.py --data iris-onehot --width 3 --seed 1
    python train_checkpoint.py --data diabetes --width 64 --weight-decay 0.005 --lbfgs 5000
"""

import argparse
import pathlib

import numpy as np
from sklearn import datasets


def standardised(a):
    return (a - a.mean(axis=0)) / a.std(axis=0)


def load(name):
    """The data set as float64 arrays x [N,d], y [N] or [N,J]."""
    if name == "diabetes":
        x, y = datasets.load_diabetes(return_X_y=True, scaled=False)
        x, y = standardised(x), standardised(y)
    elif name == "iris":
        x, y = datasets.load_iris(return_X_y=True)
        y = y - 1
    elif name == "iris-onehot":
        x, y = datasets.load_iris(return_X_y=True)
        x, y = standardised(x), np.eye(3)[y]
    elif name == "linnerud":
        x, y = datasets.load_linnerud(return_X_y=True)
        x, y = standardised(x), standardised(y)
    elif name == "wine":
        x, y = datasets.load_wine(return_X_y=True)
        x, y = standardised(x), y - 1
    else:
        x, y = datasets.load_digits(return_X_y=True)
        x, y = x / 16, y == 3
    return np.ascontiguousarray(x, dtype=np.float64), np.ascontiguousarray(y, dtype=np.float64)


class Network:
    """All parameters in one vector p = (W row by row, b, H row by row, c), with f(x) = c + H relu(W x + b)."""

    def __init__(self, x, y, width, decay=0.0):
        self.x, self.y, self.width, self.decay = x, y.reshape(len(y), -1), width, decay

    def split(self, p):
        m, d, outputs = self.width, self.x.shape[1], self.y.shape[1]
        w, b, h, c = np.split(p, np.cumsum([m * d, m, m * outputs]))
        return w.reshape(m, d), b, h.reshape(outputs, m), c

    def init(self, rng):
        """Uniform in +-1/sqrt(fan in), PyTorch's default for linear layers."""
        m, d, outputs = self.width, self.x.shape[1], self.y.shape[1]
        hidden, out = 1 / np.sqrt(d), 1 / np.sqrt(m)
        return np.concatenate([rng.uniform(-hidden, hidden, m * d + m), rng.uniform(-out, out, (m + 1) * outputs)])

    def loss_and_gradient(self, p):
        """The mean squared error (summed over outputs), with decay, and its gradient, with relu'(0) = 0 as in autograd.

        PyTorch's MSELoss is the mean over outputs too, and `weight_decay` adds decay/2 |p|^2 to it: here J times that.
        """
        w, b, h, c = self.split(p)
        z = self.x @ w.T + b
        r = np.maximum(z, 0)
        e = r @ h.T + c - self.y
        s = 2 / len(e) * e
        decay = self.decay * e.shape[1]
        back = (z > 0) * (s @ h)
        gradient = [(back.T @ self.x).ravel(), back.sum(axis=0), (s.T @ r).ravel(), s.sum(axis=0)]
        return np.vdot(e, e) / len(e) + decay / 2 * np.vdot(p, p), np.concatenate(gradient) + decay * p


def adam(net, p, steps, lr, lr_end):
    """Full-batch Adam: rate lr for the first half of the steps, then falling geometrically to lr_end."""
    mean, square, p = np.zeros_like(p), np.zeros_like(p), p.copy()
    half = steps // 2
    for t in range(1, steps + 1):
        rate = lr * (lr_end / lr) ** (max(0, t - half) / max(1, steps - half))
        _, g = net.loss_and_gradient(p)
        mean += 0.1 * (g - mean)
        square += 0.001 * (g * g - square)
        p -= rate * (mean / (1 - 0.9**t)) / (np.sqrt(square / (1 - 0.999**t)) + 1e-12)
    return p


def lbfgs(net, p, iterations):
    """Refinement by scipy's L-BFGS-B. At a kink it stops early; its result is kept only if the loss fell."""
    from scipy.optimize import minimize

    options = {"maxiter": iterations, "maxfun": 20 * iterations, "maxcor": 50, "ftol": 0.0, "gtol": 0.0}
    q = minimize(net.loss_and_gradient, p, jac=True, method="L-BFGS-B", options=options).x
    return q if net.loss_and_gradient(q)[0] < net.loss_and_gradient(p)[0] else p


def scikit_learn(net, seed, alpha, iterations):
    """MLPRegressor's coefs_ are [in,out]: transposed for PyTorch's [out,in]."""
    from sklearn.neural_network import MLPRegressor

    options = {"max_iter": iterations, "max_fun": 20 * iterations, "tol": 1e-12, "random_state": seed}
    m = MLPRegressor(hidden_layer_sizes=(net.width,), activation="relu", solver="lbfgs", alpha=alpha, **options)
    m.fit(net.x, net.y[:, 0] if net.y.shape[1] == 1 else net.y)
    parts = [m.coefs_[0].T.ravel(), m.intercepts_[0], m.coefs_[1].T.ravel(), m.intercepts_[1]]
    return np.concatenate(parts)


def arguments():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("--data", required=True, choices=["diabetes", "iris", "iris-onehot", "linnerud", "wine", "digits"])
    a.add_argument("--width", type=int, required=True, help="hidden neurons")
    a.add_argument("--seed", type=int, default=0)
    a.add_argument("--steps", type=int, default=100_000, help="Adam steps, or MLPRegressor's max_iter (default 100000)")
    a.add_argument("--lr", type=float, default=1e-2, help="Adam's rate in the first half (default 0.01)")
    a.add_argument("--lr-end", type=float, default=1e-8, help="Adam's rate at the end (default 1e-8)")
    a.add_argument("--lbfgs", type=int, default=0, metavar="N", help="then at most N iterations of L-BFGS")
    a.add_argument("--sklearn", action="store_true", help="train scikit-learn's MLPRegressor (lbfgs) instead")
    a.add_argument("--weight-decay", type=float, default=0.0, metavar="Q", help="of all parameters, as in PyTorch")
    a.add_argument("--alpha", type=float, default=1.0, help="weight decay of --sklearn (default 1.0)")
    a.add_argument("--out", type=pathlib.Path, default=pathlib.Path("."), metavar="DIR")
    return a.parse_args()


def main():
    a = arguments()
    x, y = load(a.data)
    net = Network(x, y, a.width, a.weight_decay)
    if a.sklearn:
        p = scikit_learn(net, a.seed, a.alpha, a.steps)
        name = f"{a.data}-sklearn-a{a.alpha}-w{a.width}-s{a.seed}"
    else:
        p = adam(net, net.init(np.random.default_rng(a.seed)), a.steps, a.lr, a.lr_end)
        p = lbfgs(net, p, a.lbfgs) if a.lbfgs else p
        decay = f"-d{a.weight_decay}" if a.weight_decay else ""
        name = f"{a.data}{decay}-w{a.width}-s{a.seed}"

    w, b, h, c = net.split(p)
    a.out.mkdir(parents=True, exist_ok=True)
    data, model = a.out / f"{a.data}.data.npz", a.out / f"{name}.model.npz"
    np.savez(data, x=x, y=y)  # np.savez dates every member 1980-01-01, so equal arrays give equal bytes
    np.savez(model, **{"0.weight": w, "0.bias": b, "2.weight": h, "2.bias": c})

    loss, g = net.loss_and_gradient(p)
    n = len(y)
    near = int((np.abs(x @ w.T + b) < 1e-6).sum())
    of = "squared error with decay" if a.weight_decay else "squared error"
    print(f"{model}: {of}, mean {loss:.12g} (half-sum {n * loss / 2:.12g})")
    print(f"largest gradient entry {np.abs(g).max():.3g} (of the half-sum {n / 2 * np.abs(g).max():.3g})")
    print(f"{near} of {n * a.width} preactivations are below 1e-6 in size")


if __name__ == "__main__":
    main()
