"""What is usually shown instead of a proof, in floats: the gradient and the Hessian as automatic differentiation gives them.

Needs numpy. Usage: scripts/float_evidence.py DATA.npz MODEL.npz [...]
For each pair prints the largest entry of the gradient of L = 1/2 sum (f - y)^2, the extreme eigenvalues of the Hessian of the
activation cell that the floats lie in (derivative 0 at z <= 0, as automatic differentiation has it), and the number of
pre-activations within 1e-6 of a kink.
"""

import sys

import numpy as np


def evidence(data, model):
    x, y = data["x"].astype(float), data["y"].astype(float).reshape(len(data["x"]), -1)[:, 0]
    names = sorted(model.files)
    weights = [n for n in names if model[n].ndim == 2]
    (w, h) = (model[n].astype(float) for n in weights)
    bias = model[weights[0].replace("weight", "bias")] if weights[0].replace("weight", "bias") in names else None
    out = model[weights[1].replace("weight", "bias")] if weights[1].replace("weight", "bias") in names else None
    if bias is not None:
        x, w = np.hstack([x, np.ones((len(x), 1))]), np.hstack([w, bias.reshape(-1, 1).astype(float)])
    h = h.ravel()
    z = x @ w.T
    on = (z > 0).astype(float)
    residual = np.maximum(z, 0) @ h + (0 if out is None else float(out.ravel()[0])) - y
    # df/dw_i = h_i on_i x, df/dh_i = relu(z_i), df/db = 1; the second derivatives are those of h_i on_i w_i.x.
    jacobian = np.hstack([(on[:, :, None] * h[None, :, None] * x[:, None, :]).reshape(len(x), -1), np.maximum(z, 0)]
                         + ([] if out is None else [np.ones((len(x), 1))]))
    hessian = jacobian.T @ jacobian
    m, d = w.shape
    for i in range(m):
        mixed = (residual * on[:, i]) @ x
        hessian[i * d:(i + 1) * d, m * d + i] += mixed
        hessian[m * d + i, i * d:(i + 1) * d] += mixed
    values = np.linalg.eigvalsh(hessian)
    return np.abs(jacobian.T @ residual).max(), values[0], values[-1], int((np.abs(z) < 1e-6).sum())


def main():
    for data, model in zip(sys.argv[1::2], sys.argv[2::2]):
        gradient, least, most, near = evidence(np.load(data), np.load(model))
        print(f"{model}: |gradient| {gradient:.3g}, eigenvalues {least:.3g} to {most:.3g}, {near} pre-activations within 1e-6")


main()
