"""Section 10 of docs/FORMAT.md, box certificates, for lowpoint_check.py: its only part that needs python-flint.

Interval arithmetic is that of Arb: balls of `PRECISION` binary digits, rounded outward, and comparisons that are true
only where they hold for all members. Whatever can be decided exactly (the distance, the pattern, ranks) is decided in
rationals. Nothing here was taken from the first checker: the page is the common source.
"""

from fractions import Fraction

from flint import arb, arb_mat, ctx, fmpq, fmpz_mat

PRECISION = 128
MAX_UNKNOWNS = 8192
# Above this the matrices of this program take minutes; no verdict then.
MOST_UNKNOWNS = 1500
MOST_PIECES = 2**14
RADII = range(-1022, 257)


class Refused(Exception):
    """A side condition fails."""

    def __init__(self, place, rule, text):
        super().__init__(text)
        self.place, self.rule, self.text = place, rule, text


class TooLarge(Exception):
    """More unknowns than this program takes on."""


def check(problem, certificate):
    """All conditions of section 10 after those on the header; Refused names the first that fails."""
    before, ctx.prec = ctx.prec, PRECISION
    try:
        check_distance(problem, certificate)
        pattern = Pattern(problem, certificate.box)
        box = Enclosure(problem, certificate.box, pattern, over_the_box=True)
        pattern.take_signs(problem, certificate.box, box)
        box.evaluate()
        check_signs(problem, certificate, pattern, box)
        pattern.check_size(problem)
        check_constants(problem, certificate.box, pattern, box)
        if pattern.stationarity:
            check_slack(problem, certificate.box, pattern, box)
        check_krawczyk(problem, certificate.box, pattern, box)
        check_conclusion(problem, certificate)
        if certificate.claim == "saddle-nearby":
            check_escapes(problem, certificate.box, box)
        else:
            check_zeros(problem, certificate.box, pattern, box)
        if certificate.claim == "local-minimum-nearby" and pattern.stationarity and problem.J > 1:
            check_curvature(problem, pattern, box)
        if certificate.box.region is not None:
            check_region(problem, certificate, pattern, box)
    finally:
        ctx.prec = before


def require(condition, place, rule, text):
    if not condition:
        raise Refused(place, rule, text)


# Distance and claim


def check_distance(problem, certificate):
    """distance: every value that a parameter has in the box, in rationals; `pattern` counts them."""
    r, box = certificate.distance or Fraction(0), certificate.box

    def near(values, model, least=None):
        least = len(model.n) if least is None else least
        model = [Fraction(n, model.d) for n in model.n]
        far = any(abs(mid - old) + radius > r for (mid, radius), old in zip(values, model))
        require(len(values) >= least and not far, "point", "distance", "a parameter may be farther away")

    require(r >= 0, "point", "distance", "a negative distance")
    if box.bias is not None and problem.network.bias is not None:
        e, mids = box.bias
        near([(mid, power(e)) for mid in mids], problem.network.bias, least=0)
    require(len(box.neurons) == problem.m, "point", "distance", f"expected {problem.m} neurons")
    for i, (w, h) in enumerate(problem.network.neurons):
        role, scale = box.neurons[i], Fraction(1)
        if role.name == "split":
            leader = box.neurons[role.j] if role.j < problem.m else None
            require(leader is not None and leader.name == "live", "point", "distance", "the leader is not live")
            role, scale = leader, role.value
        if role.name == "live":
            values = held_values(role)
            near([(scale * mid, abs(scale) * radius) for mid, radius in values[0]], w)
            near([(scale * mid, abs(scale) * radius) for mid, radius in values[1]], h)
        elif role.name in ("zero", "escape", "constant"):
            last = role.value if role.name == "constant" else Fraction(0)
            near([(Fraction(0), 0)] * (len(w.n) - 1) + [(last, 0)], w)
            near([(Fraction(0), 0)] * problem.J, h)


def power(exponent):
    return Fraction(2) ** exponent


def held_values(role):
    """The w_i and h_i of a live neuron as pairs (midpoint, radius); held numbers have radius 0."""
    pinned, (e, w), (q, h) = set(role.pinned), role.input, role.output
    inputs = [(mid, 0 if a in pinned else power(e)) for a, mid in enumerate(w)]
    return inputs, [(mid, 0 if len(w) + j in pinned else power(q)) for j, mid in enumerate(h)]


def check_conclusion(problem, certificate):
    """conclusion: the claim, what it needs of neurons at zero, and where a region is."""
    local, box = certificate.claim == "local-minimum-nearby", certificate.box
    require(local or certificate.claim == "saddle-nearby", "conclusion", "conclusion", "the claim is not about a box")
    has = local and (problem.J == 1 or box.system == "interpolation")
    require((box.region is not None) == has, "conclusion", "conclusion",
            "expected a region for a local minimum with one output or no loss, and only there")
    escapes = any(role.name == "escape" for role in box.neurons)
    require(local or escapes, "conclusion", "conclusion", "no neuron at zero that escapes")


# Pattern: what a certificate says of the activation, in rationals


class Class:
    """Parallel kinks: x_C is the input of the first sample; `members` are pairs (k, t_k)."""

    def __init__(self, x):
        self.x, self.members = x, []


class Pattern:
    """Classes, held numbers, the multiples T_i and the signs; `unknowns` are triples (kind, i, number)."""

    def __init__(self, problem, box):
        self.stationarity = box.system == "stationarity"
        self.decay = decay_of(problem)
        self.has_decay = any(problem.penalty)
        place = "conclusion"
        if self.has_decay:
            lw, lb, lh, _ = problem.penalty
            require(self.stationarity and lw > 0 and lh > 0, place, "pattern",
                    "expected no weight decay, or decay on input and output weights for stationarity")
        require((box.bias is None) == (problem.network.bias is None), "bias", "pattern",
                "expected an output bias as the model has it")
        if box.bias is not None:
            check_block(box.bias, problem.J, "bias")
        self.classes, self.signs = {}, {}
        for i, role in enumerate(box.neurons):
            if role.name == "live":
                self.check_live(problem, box, i, role)
            else:
                self.check_role(problem, box, i, role)
        self.multiple = {i: Fraction(1) for i in self.classes}
        for role in box.neurons:
            if role.name == "split":
                self.multiple[role.j] += role.value**2
        self.find_unknowns(problem, box)

    def check_live(self, problem, box, i, role):
        place, width = f"neuron {i}", len(problem.x[0])
        require(all(k < problem.N for k in role.kinks), place, "pattern", "there is no such sample")
        require(self.stationarity or not role.kinks, place, "pattern", "kinks in an interpolation")
        self.classes[i] = classes = classes_of(problem, role.kinks)
        for block, size in ((role.input, width), (role.output, problem.J), (role.multipliers, len(classes))):
            check_block(block, size, place)
        require(all(C < len(classes) for C in role.dependent), place, "pattern", "there is no such class")
        require(all(a < width + problem.J for a in role.pinned), place, "pattern", "there is no such coordinate")
        free = [cls.x for C, cls in enumerate(classes) if C not in set(role.dependent)]
        rank = rank_of(free)
        for C in role.dependent:
            require(rank_of(free + [classes[C].x]) == rank, place, "pattern",
                    f"class {C} is not in the span of the classes whose multiplier is unknown")

    def check_role(self, problem, box, i, role):
        place = f"neuron {i}"
        leader = box.neurons[role.j] if role.j is not None and role.j < problem.m else None
        live = leader is not None and leader.name == "live"
        decayed = self.has_decay and self.stationarity
        if role.name == "split":
            require(decayed and problem.J == 1 and live and role.value > 0, place, "pattern",
                    "expected weight decay, one output, a live leader and a positive ratio")
        elif role.name in ("zero", "escape"):
            require(decayed, place, "pattern", "expected weight decay")
            require(role.name == "zero" or len(role.u) == len(problem.x[0]), place, "pattern",
                    "a direction of another length")
        elif role.name == "constant":
            require(decayed and problem.hidden_bias and self.decay[-1] == 0 and role.value != 0, place, "pattern",
                    "expected weight decay, and a hidden bias without it that is not zero")
        else:
            require(not self.has_decay, place, "pattern", "expected no weight decay")
            require(role.name == "frozen" or problem.J == 1 and live, place, "pattern",
                    "expected one output and a live neuron")

    def find_unknowns(self, problem, box):
        """The unknowns, and how many equations there are."""
        self.unknowns = [("b", 0, j) for j in range(problem.J if problem.network.bias else 0)]
        width = len(problem.x[0])
        for i in self.classes:
            pinned = set(box.neurons[i].pinned)
            self.unknowns += [("w", i, a) for a in range(width) if a not in pinned]
            self.unknowns += [("h", i, j) for j in range(problem.J) if width + j not in pinned]
        self.parameters = len(self.unknowns)
        for i, classes in self.classes.items():
            dependent = set(box.neurons[i].dependent)
            self.unknowns += [("nu", i, C) for C in range(len(classes)) if C not in dependent]
        require(len(self.unknowns) <= MAX_UNKNOWNS, "conclusion", "pattern", "over the limit: too many unknowns")
        if not self.stationarity:
            seen = {}
            for k, row in enumerate(zip(problem.x, problem.y)):
                seen.setdefault(tuple(map(tuple, row)), k)
            self.samples = sorted(seen.values())

    def check_size(self, problem):
        """pattern: as many unknowns as equations."""
        if not self.stationarity:
            require(len(self.samples) * problem.J == len(self.unknowns), "conclusion", "pattern",
                    f"expected {len(self.samples) * problem.J} unknowns, found {len(self.unknowns)}")
        if len(self.unknowns) > MOST_UNKNOWNS:
            raise TooLarge(f"{len(self.unknowns)} unknowns, more than {MOST_UNKNOWNS}")

    def take_signs(self, problem, box, values):
        """The strict signs over the box; 0 for kinks, and throughout where w_i is held at 0 (interpolation)."""
        for i in self.classes:
            role, kinks = box.neurons[i], set(box.neurons[i].kinks)
            if not self.stationarity and is_held_at_zero(role):
                self.signs[i] = [0] * problem.N
                continue
            self.signs[i] = strict_signs(values.z[i], kinks, f"neuron {i}")
        for i, role in enumerate(box.neurons):
            if role.name == "twin":
                self.signs[i] = strict_signs(values.z[i], (), f"neuron {i}")
                require(self.signs[i] == self.signs[role.j] and 0 not in self.signs[i], f"neuron {i}", "signs",
                        "another side than the leader's on a sample")
            elif role.name == "frozen":
                found = strict_signs(values.z[i], (), f"neuron {i}")
                require(all(problem.slopes[s < 0] == 0 for s in found), f"neuron {i}", "signs",
                        "a slope that is not 0")
        if self.stationarity:
            self.check_pins(problem, box, values)

    def check_pins(self, problem, box, values):
        """pattern: every held coordinate of a live neuron has an equation that follows from the others."""
        width = len(problem.x[0])

        def value(i, a):
            return values.w[i][a] if a < width else values.h[i][a - width]

        def is_gauge(i, pins):
            return len(pins) <= 1 and all(is_strict(value(i, a)) for a in pins)

        left = {}
        for i in self.classes:
            left[i] = self.without_bias(problem, box.neurons[i], i)
            if not self.has_decay and not is_gauge(i, left[i]):
                left[i] = self.without_redundant(problem, i, left[i])
        for i, pins in left.items():
            group = [t for t in left if self.signs[t] == self.signs[i]]
            if self.has_decay:
                holds = not pins or len(pins) == 1 and any(not left[t] and is_strict(value(t, pins[0])) for t in group)
            else:
                holds = is_gauge(i, pins) or (
                    len(pins) == len(group) and all(left[t] == pins for t in group) and all(a < width for a in pins)
                    and is_strict(arb_mat([[value(t, a) for a in pins] for t in group]).det()))
            require(holds, f"neuron {i}", "pattern", f"more held coordinates than follow from others: {pins}")

    def without_bias(self, problem, role, i):
        """The held coordinates but for those of a neuron that is nowhere active, and a hidden bias that the output bias gives."""
        pinned, width = list(role.pinned), len(problem.x[0])
        if not self.has_decay and self.is_flat_neuron(problem, role, i):
            return []
        one_side = not role.kinks and len(set(self.signs[i])) == 1
        plain = problem.hidden_bias and problem.penalty[1] == 0 and has_plain_bias(problem)
        if plain and one_side and width - 1 in pinned:
            pinned.remove(width - 1)
        return pinned

    def without_redundant(self, problem, i, pinned):
        """The coordinates but for input weights whose column is in the span of the free ones' where the neuron is active."""
        rows = [x for x, s in zip(problem.x, self.signs[i]) if s == 0 or problem.slopes[s < 0] != 0]
        columns = [a for a in range(len(problem.x[0])) if any(row[a] for row in rows)]
        free = [a for a in columns if a not in pinned]

        def rank(chosen):
            return fmpz_mat([[int(row[a]) for a in chosen] for row in rows]).rank() if chosen else 0

        held, least = [a for a in columns if a in pinned], rank(free)
        if rank(free + held) > least:
            held = [a for a in held if rank(free + [a]) == least]
        return [a for a in pinned if a not in held and (a in columns or a >= len(problem.x[0]))]

    def is_flat_neuron(self, problem, role, i):
        """No kinks, and slope 0 on all samples."""
        return not role.kinks and all(problem.slopes[s < 0] == 0 for s in self.signs[i])


def check_block(block, size, place):
    e, mids = block
    require(len(mids) == size, place, "pattern", f"expected {size} numbers, found {len(mids)}")
    require(e in RADII, place, "pattern", f"expected a radius between 2^-1022 and 2^256, found 2^{e}")


def decay_of(problem):
    """l_a for every input coordinate."""
    lw, lb, _, _ = problem.penalty
    return [lw] * problem.d + [lb] * problem.hidden_bias


def classes_of(problem, kinks):
    found, first = {}, {}
    for k in kinks:
        if problem.rays[k] is None:
            continue
        direction, t = problem.rays[k]
        if direction not in found:
            found[direction], first[direction] = Class([Fraction(v, problem.qx) for v in problem.x[k]]), t
        found[direction].members.append((k, Fraction(t, first[direction])))
    return list(found.values())


def rank_of(rows):
    """The rank of rational rows, by elimination."""
    rows, rank = [list(row) for row in rows], 0
    for column in range(len(rows[0]) if rows else 0):
        lead = next((r for r in range(rank, len(rows)) if rows[r][column]), None)
        if lead is None:
            continue
        rows[rank], rows[lead] = rows[lead], rows[rank]
        for r in range(rank + 1, len(rows)):
            factor = rows[r][column] / rows[rank][column]
            if factor:
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[rank])]
        rank += 1
    return rank


def is_held_at_zero(role):
    pinned = set(role.pinned)
    return all(a in pinned and mid == 0 for a, mid in enumerate(role.input[1]))


def is_strict(value):
    return bool(value > 0 or value < 0)


def strict_signs(values, kinks, place):
    found = []
    for k, z in enumerate(values):
        if k in kinks:
            found.append(0)
            continue
        require(is_strict(z), place, "signs", f"no strict sign on sample {k}, which is no stated kink: {z.str(6)}")
        found.append(1 if z > 0 else -1)
    return found


# Enclosures. Squares are products: the power of a ball around 0 is none of Arb's numbers.


def number(value):
    """An enclosure of a rational."""
    return arb(fmpq(value.numerator, value.denominator))


def ball(mid, exponent):
    """All numbers within 2^exponent of a midpoint."""
    return arb(number(mid), arb(2) ** exponent)


def dot(a, b):
    return sum((x * y for x, y in zip(a, b)), arb(0))


class Enclosure:
    """The network's values, at the midpoints or over the box."""

    def __init__(self, problem, box, pattern, over_the_box):
        self.problem, self.box, self.pattern = problem, box, pattern

        def block(entry, held=lambda a: False):
            e, mids = entry
            return [ball(mid, e) if over_the_box and not held(a) else number(mid) for a, mid in enumerate(mids)]

        self.x = [[number(Fraction(v, problem.qx)) for v in row] for row in problem.x]
        self.y = [[number(Fraction(v, problem.qy)) for v in row] for row in problem.y]
        self.c = [number(Fraction(v, problem.qc)) for v in problem.c]
        self.b = block(box.bias) if box.bias is not None else [arb(0)] * problem.J
        self.w, self.h, self.nu = {}, {}, {}
        for i, role in enumerate(box.neurons):
            if role.name == "live":
                pinned, dependent, width = set(role.pinned), set(role.dependent), len(role.input[1])
                self.w[i] = block(role.input, lambda a: a in pinned)
                self.h[i] = block(role.output, lambda j: width + j in pinned)
                self.nu[i] = block(role.multipliers, lambda C: C in dependent)
            elif role.name in ("twin", "frozen"):
                w, h = problem.network.neurons[i]
                self.w[i] = [number(Fraction(n, w.d)) for n in w.n]
                self.h[i] = [number(Fraction(n, h.d)) for n in h.n]
        self.inputs = arb_mat(self.x)
        self.z = {}
        if self.w:
            columns = sorted(self.w)
            product = self.inputs * arb_mat([self.w[i] for i in columns]).transpose()
            entries = iter(product.entries())
            rows = [[next(entries) for _ in columns] for _ in self.x]
            self.z = {i: [row[n] for row in rows] for n, i in enumerate(columns)}

    def evaluate(self):
        """f and eps, once the signs are known."""
        problem, pattern = self.problem, self.pattern
        slopes = {1: number(problem.slopes[0]), -1: number(problem.slopes[1]), 0: arb(0)}
        self.s = {i: [slopes[sign] for sign in signs] for i, signs in pattern.signs.items()}
        self.multiple = {i: number(pattern.multiple.get(i, Fraction(1))) for i in self.s}
        self.activation = {i: [s * z for s, z in zip(self.s[i], self.z[i])] for i in self.s}
        self.f = []
        for k in range(problem.N):
            row = list(self.b)
            for i, values in self.activation.items():
                value = values[k] * self.multiple[i]
                row = [f + h * value for f, h in zip(row, self.h[i])]
            self.f.append(row)
        self.errors = [[a - b for a, b in zip(f, y)] for f, y in zip(self.f, self.y)]
        self.eps = [[c * e for e in row] for c, row in zip(self.c, self.errors)]
        self.slope = {i: [dot(self.h[i], eps) for eps in self.eps] for i in self.s}  # h_i.eps_k

    def sums(self, weights):
        """sum_k weights_k x_k."""
        return list((arb_mat([weights]) * self.inputs).entries())

    def equations(self):
        """F(z), in the order of the unknowns (stationarity) or of the samples."""
        problem, pattern = self.problem, self.pattern
        if not pattern.stationarity:
            return [e for k in pattern.samples for e in self.errors[k]]
        lh, lo = number(problem.penalty[2]), number(problem.penalty[3])
        decay = [number(l) for l in pattern.decay]
        input_slopes = {}
        for i, classes in pattern.classes.items():
            total = self.sums([s * v for s, v in zip(self.s[i], self.slope[i])])
            total = [self.multiple[i] * (g + l * w) for g, l, w in zip(total, decay, self.w[i])]
            for cls, nu in zip(classes, self.nu[i]):
                total = [g + nu * number(v) for g, v in zip(total, cls.x)]
            input_slopes[i] = total
        found = []
        for kind, i, a in pattern.unknowns:
            if kind == "b":
                found.append(sum((eps[a] for eps in self.eps), arb(0)) + lo * self.b[a])
            elif kind == "w":
                found.append(input_slopes[i][a])
            elif kind == "h":
                value = dot(self.activation[i], [eps[a] for eps in self.eps])
                found.append(self.multiple[i] * (value + lh * self.h[i][a]))
            else:
                found.append(dot([number(v) for v in pattern.classes[i][a].x], self.w[i]))
        return found

    def output_derivatives(self):
        """d f(x_k)_j by the unknown parameters, a row for each k and j."""
        problem, pattern = self.problem, self.pattern
        rows, zero, one = [], arb(0), arb(1)
        for k in range(problem.N):
            x = self.x[k]
            for j in range(problem.J):
                factor = {i: self.multiple[i] * self.s[i][k] * self.h[i][j] for i in pattern.classes}
                output = {i: self.multiple[i] * self.activation[i][k] for i in pattern.classes}
                row = []
                for kind, i, a in pattern.unknowns[:pattern.parameters]:
                    if kind == "w":
                        row.append(factor[i] * x[a])
                    elif a == j:
                        row.append(one if kind == "b" else output[i])
                    else:
                        row.append(zero)
                rows.append(row)
        return rows

    def second_derivatives(self):
        """The matrix of second derivatives by the unknown parameters (stationarity)."""
        problem, pattern = self.problem, self.pattern
        rows = self.output_derivatives()
        weighted = [[self.c[r // problem.J] * v for v in row] for r, row in enumerate(rows)]
        matrix = arb_mat(rows).transpose() * arb_mat(weighted)
        _, _, lh, lo = map(number, problem.penalty)
        mixed = {(i, j): self.sums([s * eps[j] for s, eps in zip(self.s[i], self.eps)])
                 for i in pattern.classes for j in range(problem.J)}
        places = {unknown: n for n, unknown in enumerate(pattern.unknowns)}
        for (kind, i, a), n in places.items():
            if kind == "b":
                matrix[n, n] += lo
            elif kind == "h":
                matrix[n, n] += self.multiple[i] * lh
            elif kind == "w":
                matrix[n, n] += self.multiple[i] * number(pattern.decay[a])
                for j in range(problem.J):
                    m = places.get(("h", i, j))
                    if m is not None:
                        value = self.multiple[i] * mixed[i, j][a]
                        matrix[n, m] += value
                        matrix[m, n] += value
        return matrix

    def class_rows(self):
        """The rows x_C at the unknown w_i, of all classes: pairs (i, C) and numbers by unknown parameter."""
        pattern = self.pattern
        for i, classes in pattern.classes.items():
            for C, cls in enumerate(classes):
                yield (i, C), [number(cls.x[a]) if kind == "w" and owner == i else arb(0)
                               for kind, owner, a in pattern.unknowns[:pattern.parameters]]

    def derivative(self):
        """F'(z)."""
        problem, pattern = self.problem, self.pattern
        if not pattern.stationarity:
            rows = self.output_derivatives()
            return arb_mat([rows[k * problem.J + j] for k in pattern.samples for j in range(problem.J)])
        inner, rows = self.second_derivatives(), dict(self.class_rows())
        size, n = len(pattern.unknowns), pattern.parameters
        full = [[arb(0)] * size for _ in range(size)]
        entries = iter(inner.entries())
        for a in range(n):
            full[a][:n] = [next(entries) for _ in range(n)]
        for at, (_, i, C) in enumerate(pattern.unknowns[n:], n):
            for a, value in enumerate(rows[i, C]):
                full[a][at] = full[at][a] = value
        return arb_mat(full)


# Conditions over the box


def check_signs(problem, certificate, pattern, box):
    """signs, last part: h_i of live neurons."""
    if problem.J == 1 and pattern.stationarity and certificate.claim == "local-minimum-nearby":
        for i in pattern.classes:
            if pattern.is_flat_neuron(problem, certificate.box.neurons[i], i):
                continue
            h = box.h[i][0]
            require(is_strict(h), f"neuron {i}", "signs", "the output weight may be 0 in the box")


def check_slack(problem, box, pattern, values):
    """slack: every kink bends upward, its multiplier strictly within the bounds."""
    above, below = problem.slopes
    be, ga = number((above + below) / 2), number((above - below) / 2)
    for i, classes in pattern.classes.items():
        for C, (cls, nu) in enumerate(zip(classes, values.nu[i])):
            e1 = dot([values.slope[i][k] for k, _ in cls.members], [number(t) for _, t in cls.members])
            e2 = dot([values.slope[i][k] for k, _ in cls.members], [number(abs(t)) for _, t in cls.members])
            bound = values.multiple[i] * ga * e2
            require(bound > 0, f"neuron {i}", "slack", f"class {C} may bend downward")
            require(abs(nu - values.multiple[i] * be * e1) < bound, f"neuron {i}", "slack",
                    f"the multiplier of class {C} may be outside of its bounds")


def check_krawczyk(problem, box, pattern, values):
    """krawczyk: exactly one zero in the box."""
    size = len(pattern.unknowns)
    if size == 0:
        return
    middle = Enclosure(problem, box, pattern, over_the_box=False)
    middle.evaluate()
    radii = [arb(2) ** radius_of(box, unknown) for unknown in pattern.unknowns]
    derivative = values.derivative()
    try:
        inverse = derivative.mid().inv().mid()
    except ZeroDivisionError:
        raise Refused("conclusion", "krawczyk", "the derivative at the midpoints is singular") from None
    step = (inverse * arb_mat([[v] for v in middle.equations()])).entries()
    rest = iter((arb_mat(size, size, [arb(int(a == b)) for a in range(size) for b in range(size)])
                 - inverse * derivative).entries())
    for n in range(size):
        reach = abs(step[n]) + sum((abs(next(rest)) * r for r in radii), arb(0))
        require(reach < radii[n], "conclusion", "krawczyk", f"the image of the box is not inside it: unknown {n}, "
                f"{reach.str(6)} for a radius of {radii[n].str(6)}")


def radius_of(box, unknown):
    kind, i, _ = unknown
    role = box.neurons[i] if kind != "b" else None
    return {"b": lambda: box.bias, "w": lambda: role.input, "h": lambda: role.output,
            "nu": lambda: role.multipliers}[kind]()[0]


def has_plain_bias(problem):
    """An output bias without decay: the residuals add up to zero."""
    return problem.network.bias is not None and problem.penalty[3] == 0


def check_constants(problem, box, pattern, values):
    """zero: neurons that are constant on all samples, from which no direction leads down."""
    lh = number(problem.penalty[2])
    for i, role in enumerate(box.neurons):
        if role.name != "constant":
            continue
        place, slope = f"neuron {i}", problem.slopes[role.value < 0]
        require(slope == 0 or problem.J == 1 and has_plain_bias(problem), place, "zero",
                "the hidden bias is not stationary")
        for j in range(problem.J if slope else 0):
            p = values.sums([number(slope) * eps[j] for eps in values.eps])
            total = sum((v * v / number(l) for v, l in zip(p, pattern.decay) if l), arb(0))
            require(total <= lh, place, "zero", "a direction may lead down")


def check_zeros(problem, box, pattern, values):
    """zero: neurons at zero from which no direction leads down, for a local minimum."""
    zeros = [i for i, role in enumerate(box.neurons) if role.name in ("zero", "escape")]
    if zeros:
        place, plain = f"neuron {zeros[0]}", has_plain_bias(problem)
        require(all(box.neurons[i].name == "zero" for i in zeros), place, "zero", "a neuron that escapes")
        require(problem.J == 1, place, "zero", "several outputs")
        require(nothing_falls(problem, pattern, values, plain), place, "zero", "a direction may lead down")


def nothing_falls(problem, pattern, values, plain):
    """|G(u)| <= sqrt(lh sum l_a u_a^2) for all u? Pieces of the faces of a cube, halved where undecided."""
    width = len(problem.x[0])
    pieces = [[(Fraction(s), Fraction(0)) if a == b else (Fraction(0), Fraction(1)) for b in range(width)]
              for a in range(width) for s in (1, -1)]
    for _ in range(MOST_PIECES):
        if not pieces:
            return True
        piece = pieces.pop()
        if is_flat(problem, pattern, values, plain, piece):
            continue
        a = max(range(width), key=lambda b: piece[b][1])
        mid, radius = piece[a]
        pieces += [piece[:a] + [(mid + s * radius / 2, radius / 2)] + piece[a + 1:] for s in (1, -1)]
    return False


def is_flat(problem, pattern, values, plain, piece):
    """Does the inequality hold on a box of directions?"""
    u = [arb(number(mid), number(radius)) for mid, radius in piece]
    products = (values.inputs * arb_mat([[v] for v in u])).entries()
    above, below = map(number, problem.slopes)
    lh, decay = number(problem.penalty[2]), [number(l) for l in pattern.decay]
    eps = [row[0] for row in values.eps]
    slopes = [above if z > 0 else below if z < 0 else arb(0) for z in products]
    p = values.sums([s * e for s, e in zip(slopes, eps)])
    bent = [e * ((above + below) * z + (above - below) * abs(z)) / 2
            for e, z in zip(eps, products) if not (z > 0 or z < 0)]
    one_side = not bent and len({bool(z > 0) for z in products}) == 1
    if one_side and plain and problem.hidden_bias:
        p[-1] = arb(0)  # the slope times the sum of the residuals, which vanishes
    if not bent and all(l > 0 or v == 0 for v, l in zip(p, decay)):
        if sum((v * v / l for v, l in zip(p, decay) if l > 0), arb(0)) <= lh:
            return True
    squares = lh * sum((l * v * v for l, v in zip(decay, u)), arb(0))
    bound = squares.lower()
    value = dot(p, u) + sum(bent, arb(0))
    return bound >= 0 and value * value <= bound


def check_escapes(problem, box, values):
    """escape: neurons at zero from which a stated direction leads down."""
    above, below = problem.slopes
    for i, role in enumerate(box.neurons):
        if role.name != "escape":
            continue
        u, totals = role.u, [arb(0)] * problem.J
        for row, eps in zip(problem.x, values.eps):
            z = sum(v * a for v, a in zip(row, u)) / Fraction(problem.qx)
            value = number(z * (above if z >= 0 else below))
            totals = [total + e * value for total, e in zip(totals, eps)]
        bound = problem.penalty[2] * sum(l * v * v for l, v in zip(decay_of(problem), u))
        require(dot(totals, totals) > number(bound), f"neuron {i}", "escape", "the direction may not lead down")


def check_curvature(problem, pattern, values):
    """curvature: H + s E^T E is positive definite over the box, for a power of two s."""
    size = pattern.parameters
    if size == 0:
        return
    matrix = values.second_derivatives()
    rows = [row for _, row in values.class_rows()]
    if not rows:
        require(is_positive_definite(matrix), "curvature", "curvature", "not shown to be positive definite")
        return
    square = arb_mat(rows).transpose() * arb_mat(rows)
    ratio = max(abs(v).mid() for v in matrix.entries()) / max(abs(v).mid() for v in square.entries())
    for exponent in (10, 30, 0, 50):
        if is_positive_definite(matrix + square * (ratio.mid() * arb(2) ** exponent).mid()):
            return
    raise Refused("curvature", "curvature", "not shown to be positive definite on the critical space")


def is_positive_definite(matrix):
    """A symmetric matrix of balls: with L L^T its middle, L^-1 M L^-T is close to 1."""
    size = matrix.nrows()
    try:
        lower = cholesky(matrix.mid())
        inverse = arb_mat(lower).inv().mid()
    except (ZeroDivisionError, ValueError):
        return False
    close = iter((inverse * matrix * inverse.transpose()).entries())
    for a in range(size):
        distance = sum((abs(next(close) - int(a == b)) for b in range(size)), arb(0))
        if not distance < 1:
            return False
    return True


def cholesky(matrix):
    """Approximate lower factor of the middle of a matrix; ValueError where a pivot is not positive."""
    size, entries = matrix.nrows(), matrix.entries()
    lower = [[arb(0)] * size for _ in range(size)]
    for a in range(size):
        for b in range(a + 1):
            value = (entries[a * size + b] - dot(lower[a][:b], lower[b][:b])).mid()
            if a != b:
                lower[a][b] = (value / lower[b][b]).mid()
            elif value > 0:
                lower[a][a] = value.sqrt().mid()
            else:
                raise ValueError("a pivot that is not positive")
    return lower


def check_region(problem, certificate, pattern, values):
    """region: radii within r_w and r_h."""
    box, (r_w, r_h) = certificate.box, certificate.box.region
    for name, value in zip(("input", "output"), certificate.box.region):
        require(value is None or value > 0, "region", "region", f"the radius of the {name} weights is not positive")
    if not pattern.stationarity:
        return
    norms = [Fraction(n, problem.qx) for n in problem.norms]
    for i, role in enumerate(box.neurons):
        scale, leader = (role.value, role.j) if role.name == "split" else (Fraction(1), i)
        if role.name == "constant":
            preactivations, signs = [number(role.value)] * problem.N, [1] * problem.N
        elif leader in values.z:
            preactivations = values.z[leader]
            signs = pattern.signs.get(leader, [1] * problem.N)
        else:
            continue
        for z, s, norm in zip(preactivations, signs, norms):
            if s:
                require(r_w is not None and number(r_w * norm) <= number(scale) * abs(z), "region", "region",
                        "the radius of the input weights is larger than proved")
        if role.name in ("live", "split"):
            require(r_h is not None and number(r_h) <= number(scale) * abs(values.h[leader][0]), "region", "region",
                    "the radius of the output weights is larger than proved")
