#!/usr/bin/env python3
"""One peer on one form: is phi >= 0? Prints seconds and answer; ends by SIGXCPU at the limit. bench_forms.py runs it.

    python form_peers.py PEER form.json SECONDS

Seconds are those of the processor (each peer runs one thread), so other work on the machine costs a peer little. Only
the solving counts: not imports, nor stating the problem (z3 and cvc5 read one SMT-LIB text, in QF_LRA), except
that QSopt_ex reads its file within the time. phi being homogeneous, phi(u) <= -1 is asked in place of phi(u) < 0.

    z3, cvc5            a u with phi(u) <= -1; a_i >= |x_i.u| for convex classes, one disjunction for a concave one
    z3-ite, cvc5-ite    the same, with every |.| as if-then-else
    z3-dual, cvc5-dual  convex forms: lam in [-1, 1] with sum_i kap_i lam_i x_i = -p
    qsopt, qsopt-dual   convex forms: the minimum of phi, bounded by -1; lam. Exact simplex, `esolver`
    highs               lam for all 2^(K-1) signs of the K concave classes (p = 0), in floats, each program starting
                        from the last one's basis; stops at the first without a lam
"""

import json
import math
import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile

NONNEGATIVE, NEGATIVE, UNKNOWN = "nonnegative", "negative", "unknown"


def processor_seconds():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def number(v):
    return str(v) if v >= 0 else f"(- {-v})"


def linear(vector, name):
    terms = [f"(* {number(v)} {name}{i})" for i, v in enumerate(vector) if v]
    return f"(+ {' '.join(terms)} 0 0)"


def smt_primal(p, classes, ite):
    lines = ["(set-logic QF_LRA)"] + [f"(declare-const u{j} Real)" for j in range(len(p))]
    terms = [linear(p, "u")]
    broken = any(p)  # with p = 0, u and -u are alike: one concave class gets its sign
    for i, (kap, x) in enumerate(classes):
        lines += [f"(declare-const v{i} Real)", f"(assert (= v{i} {linear(x, 'u')}))"]
        if ite:
            terms.append(f"(* {number(kap)} (ite (>= v{i} 0) v{i} (- v{i})))")
            continue
        lines.append(f"(declare-const a{i} Real)")
        terms.append(f"(* {number(kap)} a{i})")
        if kap > 0:
            lines += [f"(assert (>= a{i} v{i}))", f"(assert (>= a{i} (- v{i})))"]
        elif broken:
            lines.append(f"(assert (or (<= a{i} v{i}) (<= a{i} (- v{i}))))")
        else:
            lines.append(f"(assert (<= a{i} v{i}))")
            broken = True
    return "\n".join([*lines, f"(assert (<= (+ {' '.join(terms)}) (- 1)))"])


def smt_dual(p, classes):
    lines = ["(set-logic QF_LRA)"]
    for i in range(len(classes)):
        lines += [f"(declare-const l{i} Real)", f"(assert (<= (- 1) l{i}))", f"(assert (<= l{i} 1))"]
    for j in range(len(p)):
        lines.append(f"(assert (= {linear([kap * x[j] for kap, x in classes], 'l')} {number(-p[j])}))")
    return "\n".join(lines)


def smt(solver, text, satisfiable, unsatisfiable):
    if solver == "z3":
        import z3

        problem = z3.SolverFor("QF_LRA")
        problem.from_string(text)
        solve = problem.check
    else:
        import cvc5

        problem = cvc5.Solver()
        parser = cvc5.InputParser(problem)
        parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "form")
        names = parser.getSymbolManager()
        while not (command := parser.nextCommand()).isNull():
            command.invoke(problem, names)
        solve = problem.checkSat
    return lambda: {"sat": satisfiable, "unsat": unsatisfiable}.get(str(solve()), UNKNOWN)


def sum_text(vector, name):
    return " ".join(f"{v:+d} {name}{i}" for i, v in enumerate(vector) if v) or f"0 {name}0"


def qsopt(p, classes, dual):
    if dual:
        rows = [f"{sum_text([kap * x[j] for kap, x in classes], 'l')} = {-p[j]}" for j in range(len(p))]
        cost, bounds = "l0", [f"-1 <= l{i} <= 1" for i in range(len(classes))]
    else:
        rows = [f"{sum_text(x, 'u')} {sign} a{i} {test} 0" for i, (_, x) in enumerate(classes)
                for sign, test in (("-", "<="), ("+", ">="))]
        cost = f"{sum_text(p, 'u')} {sum_text([kap for kap, _ in classes], 'a')}"
        rows.append(f"{cost} >= -1")
        bounds = [f"u{j} free" for j in range(len(p))]
    constraints = "\n".join(f" r{i}: {row}" for i, row in enumerate(rows))
    folder = tempfile.TemporaryDirectory()
    file = pathlib.Path(folder.name) / "form.lp"
    file.write_text(f"Minimize\n obj: {cost}\nSubject To\n{constraints}\nBounds\n" + "\n".join(bounds) + "\nEnd\n")

    def solve():
        done = subprocess.run(["esolver", "-L", "-O", "form.sol", "form.lp"], cwd=folder.name, capture_output=True)
        solution = pathlib.Path(folder.name) / "form.sol"
        if -done.returncode == signal.SIGXCPU:
            os.kill(os.getpid(), signal.SIGXCPU)
        if done.returncode or not solution.exists():
            return UNKNOWN
        lines = [line.strip() for line in solution.read_text().splitlines()]
        if dual:  # "status = OPTIMAL", or "status = INFEASIBLE"
            return {"OPTIMAL": NONNEGATIVE, "INFEASIBLE": NEGATIVE}.get(lines[0].rsplit(" ")[-1], UNKNOWN)
        value = next((line for line in lines if line.startswith("Value")), "")
        return {"Value = 0": NONNEGATIVE, "Value = -1": NEGATIVE}.get(value, UNKNOWN)

    return solve


def highs(p, classes):
    import highspy
    import numpy as np

    up = np.array([[kap * v for v in x] for kap, x in classes if kap > 0], dtype=float).T
    down = np.array([[kap * v for v in x] for kap, x in classes if kap < 0], dtype=float)
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    d, n = up.shape
    for _ in range(n):
        solver.addVar(-1.0, 1.0)
    columns = np.arange(n, dtype=np.int32)
    for j in range(d):
        solver.addRow(0.0, 0.0, n, columns, up[j])

    def solve():
        signs = np.ones(len(down))
        for step in range(1, 2 ** max(0, len(down) - 1) + 1):
            for j, value in enumerate(-np.array(p, dtype=float) - signs @ down):
                solver.changeRowBounds(j, value, value)
            solver.run()
            if solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
                return NEGATIVE
            if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                return UNKNOWN
            flip = (step & -step).bit_length()  # Gray code; sign 0 stays
            if flip < len(signs):
                signs[flip] *= -1
        return NONNEGATIVE

    return solve


def main():
    peer, file, limit = sys.argv[1:]
    form = json.loads(pathlib.Path(file).read_text())
    p, classes = form["p"], form["classes"]
    name, _, way = peer.partition("-")
    if name == "qsopt":
        solve = qsopt(p, classes, way == "dual")
    elif name == "highs":
        solve = highs(p, classes)
    elif way == "dual":
        solve = smt(name, smt_dual(p, classes), NONNEGATIVE, NEGATIVE)
    else:
        solve = smt(name, smt_primal(p, classes, way == "ite"), NEGATIVE, NONNEGATIVE)
    start = processor_seconds()
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(start + float(limit)), resource.RLIM_INFINITY))
    answer = solve()
    print(processor_seconds() - start, answer)


if __name__ == "__main__":
    main()
