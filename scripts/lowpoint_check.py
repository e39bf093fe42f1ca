#!/usr/bin/env python3
"""A second checker of lowpoint's certificates, written from docs/FORMAT.md and nothing else of the first one.

It reads the data, the model and the certificate, rebuilds the statement and accepts, rejects or calls malformed, as
that page says. It needs Python 3.9 or later and its standard library. No floating-point number occurs: files are read
bit for bit, every number is a rational, and all conditions are decided in integers over common denominators. Only box
certificates (section 10) need more: the file lowpoint_box.py beside this one, and python-flint.

    python3 lowpoint_check.py --data DATA --model MODEL CERT

Exit codes: 0 accepted; 1 rejected, or another claim than `--claim`; 2 malformed, unreadable, not checked, or of a kind
or version that this checker does not know. The parts follow the page: 1 mathematics, 2 numbers, 3 grammar, 4 rules, 5 limits;
then the files and the command line.
"""

import argparse
import csv
import hashlib
import io
import itertools
import json
import os
import re
import struct
import sys
import traceback
import zipfile
import zlib
from fractions import Fraction
from operator import mul

if sys.version_info < (3, 9):
    sys.stderr.write("lowpoint_check.py needs Python 3.9 or later\n")
    sys.exit(2)

from math import comb, gcd, lcm  # noqa: E402 - an older version would end with 1 here, as if it had rejected

VERSION = "lowpoint_check 1, for certificates of formats 1, 2 and 3 (without box certificates)"

# Section 5: limits. Over the last five a certificate is rejected, over the others it is malformed.

MAX_CERTIFICATE_BYTES = 2**28
MAX_DECIMAL_CHARS = 4096
MAX_EXPONENT = 4096
MAX_HEX_DIGITS = 2**17
MAX_NEURONS = 1048576
MAX_SAMPLES = 16777216
MAX_COUNT = 2**64 - 1
MAX_COMPONENTS = 65536
MAX_RAY_RANK = 16
MAX_RAY_SETS = 200000
MAX_ERROR_BITS = 2**33
MAX_CURVATURE_PIECES = 4096
MAX_CURVATURE_VARIABLES = 256


# Outcomes


class Outcome:
    """What became of a certificate: `kind` is accepted, rejected, malformed, unreadable (the data or
    the model) or not checked (a box certificate without python-flint, or a very large one)."""

    def __init__(self, kind, place="", rule="", text=""):
        self.kind, self.place, self.rule, self.text = kind, place, rule, text

    def __repr__(self):
        words = [word for word in (self.place, self.rule, self.text) if word]
        return ": ".join([self.kind] + words)


class Unreadable(Exception):
    """The data, the model or an option is not what it should be."""


class Malformed(Exception):
    """The certificate is outside the grammar, at a line (0: as a whole)."""

    def __init__(self, line, text):
        super().__init__(text)
        self.line, self.text = line, text


class Unchecked(Exception):
    """The certificate is one that this program cannot check here: no verdict."""


class Rejected(Exception):
    """A side condition fails, of a rule; the place is added where it is known."""

    def __init__(self, rule, text, place=""):
        super().__init__(text)
        self.rule, self.text, self.place = rule, text, place


def require(condition, rule, text):
    """A side condition of a rule."""
    if not condition:
        raise Rejected(rule, text)


# Section 1: mathematics, in integers


def dot(a, b):
    return sum(map(mul, a, b))


def sign(value):
    return (value > 0) - (value < 0)


class Vector:
    """Rationals as integers `n` over one positive denominator `d`: a row of `fractions` of the page."""

    __slots__ = ("n", "d")

    def __init__(self, n, d):
        self.n, self.d = n, d

    @classmethod
    def of(cls, values):
        """Rationals over their least common denominator."""
        d = lcm(*(v.denominator for v in values))
        return cls([v.numerator * (d // v.denominator) for v in values], d)

    def is_zero(self):
        return not any(self.n)

    def bits(self):
        """The binary digits of the longest numerator, or of the denominator if that is longer."""
        return max([self.d.bit_length()] + [n.bit_length() for n in self.n])


class Network:
    """The parameters w_i, h_i (pairs of vectors) and the output bias (a vector, or None)."""

    def __init__(self, neurons, bias):
        self.neurons, self.bias = neurons, bias

    def replaced(self, i, neuron):
        neurons = list(self.neurons)
        neurons[i] = neuron
        return Network(neurons, self.bias)


class Problem:
    """The statement's data: samples x_k = x[k]/qx with the bias coordinate, targets y[k]/qy, weights c[k]/qc, the
    model, the slopes a+ = above/qa and a- = below/qa, the digests of the two files, and lw, lb, lh, lo of (4)."""

    def __init__(self, samples, model, digests, decay=None):
        x, y, weights = samples
        self.network, self.hidden_bias, slopes = model
        self.N, self.d, self.J, self.m = len(x), len(x[0]), len(y[0]), len(self.network.neurons)
        if self.hidden_bias:
            x = [row + [Fraction(1)] for row in x]
        self.x, self.qx = over_one_denominator(x)
        self.y, self.qy = over_one_denominator(y)
        c = Vector.of(weights) if weights is not None else Vector([1] * self.N, 1)
        self.c, self.qc = c.n, c.d
        a = Vector.of(slopes)
        self.slopes, (self.above, self.below), self.qa = slopes, a.n, a.d
        self.norms = [sum(map(abs, row)) for row in self.x]
        self.data_digest, self.model_digest = digests
        self.rays = [primitive(row) for row in self.x]
        self.penalty = decay(self.N, self.J) if decay else [Fraction(0)] * 4

    def error_bits(self):
        """floor(floor(2^33/N)/J), the limit of several rules."""
        return MAX_ERROR_BITS // self.N // self.J

    def activate(self, z):
        """qa rho(z)."""
        return z * self.above if z >= 0 else z * self.below


def over_one_denominator(rows):
    vector = Vector.of([value for row in rows for value in row])
    numbers = iter(vector.n)
    return [list(itertools.islice(numbers, len(row))) for row in rows], vector.d


def primitive(row):
    """The coprime integers x with the first nonzero one positive, and t, with row = t x; None for a zero row."""
    divisor = gcd(*row)
    if divisor == 0:
        return None
    if next(value for value in row if value) < 0:
        divisor = -divisor
    return tuple(value // divisor for value in row), divisor


def values(problem, network):
    """f(x_k) for all k as rows of integers over one denominator, and that denominator."""
    outputs = range(problem.J)
    living = [(w, h) for w, h in network.neurons if not h.is_zero()]
    bias = network.bias or Vector([0] * problem.J, 1)
    d = lcm(bias.d, *(w.d * h.d for w, h in living))
    scale = problem.qx * problem.qa
    f = [[bias.n[j] * (d // bias.d) * scale for j in outputs] for _ in range(problem.N)]
    for w, h in living:
        factor = d // (w.d * h.d)
        out = [value * factor for value in h.n]
        for row, x in zip(f, problem.x):
            activation = problem.activate(dot(w.n, x))
            if activation:
                for j in outputs:
                    row[j] += out[j] * activation
    return f, d * scale


def errors(problem, network):
    """e_k = f(x_k) - y_k as integers over one denominator, and that."""
    f, d = values(problem, network)
    common = lcm(d, problem.qy)
    one, other = common // d, common // problem.qy
    return [[a * one - b * other for a, b in zip(row, y)] for row, y in zip(f, problem.y)], common


def twice_loss(problem, network):
    """2 qc L as an integer over a square."""
    e, d = errors(problem, network)
    return sum(c * dot(row, row) for c, row in zip(problem.c, e) if c), d * d


def is_lower(problem, network, other):
    """Is the loss of the first strictly below that of the second?"""
    (a, d), (b, q) = twice_loss(problem, network), twice_loss(problem, other)
    return a * q < b * d


class Point:
    """All that section 1 says of one point: residuals eps_k = eps[k]/d, and the neurons' kinks and slope forms."""

    def __init__(self, problem, network):
        self.problem, self.network = problem, network
        e, d = errors(problem, network)
        self.eps = [[c * value for value in row] for c, row in zip(problem.c, e)]
        self.d = d * problem.qc
        self.z = {}
        self.forms = {}

    def preactivations(self, i):
        """w_i.x_k for all k, times the denominators of w_i and of the inputs."""
        if i not in self.z:
            w = self.network.neurons[i][0].n
            self.z[i] = [dot(w, x) for x in self.problem.x]
        return self.z[i]

    def kinks(self, i):
        return [k for k, z in enumerate(self.preactivations(i)) if z == 0]

    def slope_form(self, i):
        if i not in self.forms:
            self.forms[i] = SlopeForm(self, i)
        return self.forms[i]


class SlopeForm:
    """D_i: p[j] and kap[C][j] in integers over `d`; `classes` are the x_C, `members` pairs (k, qx t_k)."""

    def __init__(self, point, i):
        problem = point.problem
        above, below = problem.above, problem.below
        self.d = point.d * problem.qx * 2 * problem.qa
        width = range(len(problem.x[0]))
        sides = {1: [], -1: [], 0: []}
        numbers = {}
        self.classes, self.members = [], []
        for k, z in enumerate(point.preactivations(i)):
            sides[sign(z)].append(k)
            if z == 0 and problem.rays[k] is not None:
                direction, t = problem.rays[k]
                C = numbers.setdefault(direction, len(numbers))
                if C == len(self.classes):
                    self.classes.append(direction)
                    self.members.append([])
                self.members[C].append((k, t))
        slopes = [(sides[1], 2 * above), (sides[-1], 2 * below), (sides[0], above + below)]
        self.p = [[0 for _ in width] for _ in range(problem.J)]
        for samples, slope in slopes:
            if slope:
                for j, p in enumerate(self.p):
                    eps = [point.eps[k][j] for k in samples]
                    for a in width:
                        p[a] += slope * dot(eps, [problem.x[k][a] for k in samples])
        bend = above - below
        self.kap = [
            [bend * sum(abs(t) * point.eps[k][j] for k, t in members) for j in range(problem.J)]
            for members in self.members
        ]

    def is_zero(self):
        return not any(map(any, self.p)) and not any(map(any, self.kap))

    def at(self, u):
        """d D_i(u) for an integer u, one number for each output."""
        bends = [abs(dot(x, u)) for x in self.classes]
        return [dot(p, u) + sum(kap[j] * b for kap, b in zip(self.kap, bends)) for j, p in enumerate(self.p)]

    def combined(self, g):
        """The form (2) for a vector g."""
        p = [sum(n * row[a] for n, row in zip(g.n, self.p)) for a in range(len(self.p[0]))]
        return Form(p, [dot(g.n, kap) for kap in self.kap], self.classes, self.d * g.d)


class Form:
    """phi(u) = p.u + sum_C kap_C |x_C.u|, with p and kap in integers over `d` (2)."""

    def __init__(self, p, kap, classes, d):
        self.p, self.kap, self.classes, self.d = p, kap, classes, d


# Section 2: numbers

INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
FRACTION = re.compile(r"(-?(?:0|[1-9][0-9]*))/([1-9][0-9]*)")
DECIMAL = re.compile(r"(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?")
HEX = re.compile(r"-?(?:0|[1-9a-f][0-9a-f]*)")
COUNT = re.compile(r"0|[1-9][0-9]*")
EXPONENT = re.compile(r"0|-?[1-9][0-9]{0,3}")
DYADIC = re.compile(r"(-?[1-9a-f][0-9a-f]*)p(0|-?[1-9][0-9]{0,3})")


def rational(text):
    """A rational of the page, exactly; ValueError otherwise. int() itself would read more than the grammar has."""
    if len(text) > MAX_DECIMAL_CHARS:
        raise ValueError(f"longer than the limit of {MAX_DECIMAL_CHARS} characters")
    if text == "-0":
        raise ValueError("-0 is written 0")
    if INTEGER.fullmatch(text):
        return Fraction(int(text))
    match = FRACTION.fullmatch(text)
    if match:
        p, q = map(int, match.groups())
        if q == 1 or gcd(p, q) != 1:
            raise ValueError("the fraction is not in lowest terms")
        return Fraction(p, q)
    match = DECIMAL.fullmatch(text)
    if not match:
        raise ValueError("not an integer, a fraction p/q or a decimal")
    minus, whole, places, exponent = match.groups("")
    power = int(exponent or 0)
    if abs(power) > MAX_EXPONENT:
        raise ValueError(f"an exponent over {MAX_EXPONENT}")
    value = Fraction(int(minus + whole + places), 10 ** len(places))
    return value * 10**power if power >= 0 else value / 10**-power


def hexadecimal(text):
    if not HEX.fullmatch(text) or text == "-0":
        raise ValueError("not a hexadecimal integer")
    if len(text.lstrip("-")) > MAX_HEX_DIGITS:
        raise ValueError(f"more than {MAX_HEX_DIGITS} digits")
    return int(text, 16)


def exponent(text):
    if not EXPONENT.fullmatch(text):
        raise ValueError("not an exponent")
    return int(text)


def dyadic(text):
    """A finite IEEE double: 0, or an odd integer below 2^53 in hex times a power of two."""
    match = DYADIC.fullmatch(text)
    if text == "0":
        return Fraction(0)
    odd, power = (int(match[1], 16), int(match[2])) if match else (0, 0)
    length = odd.bit_length()
    if odd % 2 == 0 or length > 53 or power < -1074 or length + power > 1024:
        raise ValueError("not a float: 0, or an odd hexadecimal integer of at most 53 bits, p and an exponent")
    return odd * Fraction(2) ** power


def count(text, limit=MAX_COUNT):
    if not COUNT.fullmatch(text):
        raise ValueError("not a count")
    if len(text) > 20 or int(text) > limit:
        raise ValueError(f"over the limit of {limit}")
    return int(text)


# Section 3: grammar


class Lines:
    """The lines of a certificate, read one by one into words."""

    def __init__(self, text):
        if len(text) > MAX_CERTIFICATE_BYTES:
            raise Malformed(0, f"longer than the limit of {MAX_CERTIFICATE_BYTES} bytes")
        self.rest = text.split(b"\n")
        self.tail = self.rest.pop()
        self.number = 0

    def fail(self, text):
        raise Malformed(self.number, text)

    def take(self):
        """The next line's words."""
        self.number += 1
        if self.number > len(self.rest):
            found = "a line without line feed" if self.tail else "the end of the file"
            self.fail(f"expected a line that ends with a line feed, found {found}")
        try:
            return self.rest[self.number - 1].decode("ascii").split(" ")
        except UnicodeDecodeError:
            return self.fail("expected ASCII text, found other bytes")

    def line(self, name):
        """The words after a line's name."""
        words = self.take()
        if words[0] != name:
            self.fail(f"expected `{name}`, found `{short(words)}`")
        return words[1:]

    def exactly(self, words, *readers):
        """As many words as there are readers, each read."""
        if len(words) != len(readers):
            self.fail(f"expected {len(readers)} more words on the line, found {len(words)}")
        return [self.read(word, reader) for word, reader in zip(words, readers)]

    def read(self, word, reader):
        try:
            return reader(word)
        except ValueError as error:
            return self.fail(f"`{short([word])}`: {error}")

    def numbers(self, words, reader):
        return [self.read(word, reader) for word in words]

    def ascending(self, words):
        found = self.numbers(words, count)
        if any(a >= b for a, b in zip(found, found[1:])):
            self.fail("expected indices in ascending order")
        return found

    def fractions(self, words):
        if not words:
            self.fail("expected a denominator")
        d = self.read(words[0], positive)
        return Vector(self.numbers(words[1:], hexadecimal), d)

    def region(self):
        words = self.line("region")
        if words[:1] == ["none"]:
            self.exactly(words[1:])
            return None
        return self.exactly(words, radius, radius)

    def block(self, words):
        """Midpoints with an exponent before them."""
        if not words:
            self.fail("expected an exponent")
        return self.read(words[0], exponent), self.numbers(words[1:], dyadic)

    def end(self):
        self.exactly(self.line("end"))
        self.number += 1
        if self.number <= len(self.rest) or self.tail:
            self.fail("expected the end of the file, found more text")


def short(words):
    text = " ".join(words)
    return ascii(text if len(text) <= 60 else text[:59] + "...")[1:-1]


def positive(text):
    value = hexadecimal(text)
    if value <= 0:
        raise ValueError("not a positive denominator")
    return value


def one_of(*names):
    def read(word):
        if word not in names:
            raise ValueError("expected " + " or ".join(names))
        return word

    return read


def coefficient(word):
    """A coefficient of weight decay."""
    value = rational(word)
    if value < 0:
        raise ValueError("expected a number of at least 0")
    return value


def limited(limit):
    return lambda word: count(word, limit)


POINT_CLAIMS = ("local-minimum", "saddle", "not-stationary")
NEARBY_CLAIMS = ("local-minimum-nearby", "saddle-nearby")


class Certificate:
    """A certificate's lines, in their order."""

    def __init__(self, text):
        lines = Lines(text)
        version = lines.line("lowpoint-certificate") if not text.startswith(b"lowpoint-compact ") else compact(lines)
        (self.version,) = lines.exactly(version, one_of("1", "2", "3"))
        words = lines.line("claim")
        self.claim = lines.read(words[0] if words else "", one_of(*POINT_CLAIMS, *NEARBY_CLAIMS))
        self.distance_text, self.distance = "", None
        if self.claim in NEARBY_CLAIMS:
            (self.distance,) = lines.exactly(words[1:], rational)
            self.distance_text = words[1]
        else:
            lines.exactly(words[1:])
        (self.data,) = lines.exactly(lines.line("data"), digest)
        (self.model,) = lines.exactly(lines.line("model"), digest)
        biases = one_of("hidden-bias", "no-hidden-bias"), one_of("output-bias", "no-output-bias")
        self.shape = lines.exactly(lines.line("shape"), count, count, count, count, *biases)
        self.slopes = lines.exactly(lines.line("slopes"), rational, rational)
        self.penalty, self.box = [Fraction(0)] * 4, None
        if self.version == "3":
            self.penalty = lines.exactly(lines.line("penalty"), *[coefficient] * 4)
            (rests_on,) = lines.exactly(lines.line("rests-on"), one_of("exact", "intervals"))
            if rests_on == "intervals":
                self.box = Box(lines)
                return
        self.read_point(lines)
        self.region = lines.region()
        (self.bias,) = lines.exactly(lines.line("bias"), one_of("absent", "balanced", "descent"))
        (steps,) = lines.exactly(lines.line("neurons"), limited(MAX_NEURONS))
        self.steps = [self.read_step(lines, i) for i in range(steps)]
        self.curvature = ("absent",)
        if self.version != "1":
            self.read_curvature(lines)
        lines.end()

    def read_point(self, lines):
        replaced, bias = lines.exactly(lines.line("point"), limited(MAX_NEURONS), one_of("bias", "no-bias"))
        self.neurons, self.output_bias = [], None
        for _ in range(replaced):
            words = lines.line("input")
            i = lines.read(words[0] if words else "", limited(MAX_NEURONS))
            if self.neurons and self.neurons[-1][0] >= i:
                lines.fail("expected replaced neurons in ascending order")
            w = lines.fractions(words[1:])
            self.neurons.append((i, (w, lines.fractions(lines.line("output")))))
        if bias == "bias":
            self.output_bias = lines.fractions(lines.line("bias-at"))

    def read_step(self, lines, i):
        """One neuron: its kinks, the step's name and the rest of the step."""
        words = lines.line("neuron")
        if words[:2] != [str(i), "kinks"]:
            lines.fail(f"expected the step of neuron {i}")
        kinks = lines.ascending(words[2:])
        words = lines.take()
        name, words = words[0], words[1:]
        if name in ("uniform", "escape"):
            (number,) = lines.exactly(words, rational)
        elif name in ("zero-form", "open", "scalar", "stationary", "descent"):
            lines.exactly(words)
        else:
            lines.fail(f"expected the name of a rule on a neuron, found `{short([name])}`")
        if name in ("zero-form", "open"):
            return kinks, name, None
        if name in ("scalar", "stationary"):
            return kinks, name, self.read_form(lines)
        if name == "uniform":
            # One form after the other: the text ends long before the largest count.
            return kinks, name, (number, [self.read_form(lines) for _ in range(2 * self.shape[2])])
        u = lines.numbers(lines.line("direction"), hexadecimal)
        words = lines.line("output")
        if name == "escape":
            return kinks, name, (number, u, lines.fractions(words))
        return kinks, name, (u, lines.numbers(words, hexadecimal))

    def read_form(self, lines, outermost=True):
        """A FORM: its name and the rest."""
        words = lines.take()
        name, words = words[0], words[1:]
        if name in ("linear", "rays"):
            lines.exactly(words)
            return (name,)
        if name == "multipliers":
            return name, lines.fractions(words)
        if name == "matrix" and self.version != "1":
            return name, self.read_matrix(lines, words)
        if name == "cells" and self.version != "1":
            (steps,) = lines.exactly(words, count)
            return name, [self.read_cell(lines) for _ in range(steps)]
        if name == "components" and outermost:
            parts, d = lines.exactly(words, limited(MAX_COMPONENTS), positive)
            return name, d, [self.read_part(lines) for _ in range(parts)]
        return lines.fail(f"expected the name of a form, found `{short([name])}`")

    def read_part(self, lines):
        classes = lines.ascending(lines.line("classes"))
        share = lines.numbers(lines.line("share"), hexadecimal)
        return classes, share, self.read_form(lines, outermost=False)

    def read_cell(self, lines):
        words = lines.take()
        name, words = words[0], words[1:]
        if name == "split":
            return (name, *lines.exactly(words, count))
        if name == "implied":
            C, s = lines.exactly(words[:2], count, one_of("+", "-"))
            return name, C, 1 if s == "+" else -1, lines.fractions(words[2:])
        if name != "leaf":
            lines.fail(f"expected split, implied or leaf, found `{short([name])}`")
        return name, self.read_matrix(lines, words, leaf=True)

    def read_matrix(self, lines, words, leaf=False):
        columns, d = lines.exactly(words, count, positive)
        path = lines.numbers(lines.line("path"), hexadecimal) if leaf else None
        balance = lines.numbers(lines.line("balance"), hexadecimal)
        return Matrix(
            d, path, balance, [lines.numbers(lines.line("column"), hexadecimal) for _ in range(columns)]
        )

    def read_curvature(self, lines):
        words = lines.line("curvature")
        if words[:1] != ["descent"]:
            self.curvature = tuple(lines.exactly(words, one_of("absent", "positive")))
            return
        (step,) = lines.exactly(words[1:], rational)
        u, g, bias = [], [], None
        for _ in range(self.shape[3]):
            u.append(lines.numbers(lines.line("direction"), hexadecimal))
            g.append(lines.numbers(lines.line("output"), hexadecimal))
        if self.shape[5] == "output-bias":
            bias = lines.numbers(lines.line("bias-direction"), hexadecimal)
        self.curvature = "descent", step, u, g, bias


class Box:
    """The lines of a box certificate after its header (section 10); `region` is None or the two radii."""

    def __init__(self, lines):
        (self.system,) = lines.exactly(lines.line("system"), one_of("stationarity", "interpolation"))
        self.region = lines.region()
        words = lines.line("bias")
        self.bias = None if words == ["absent"] else lines.block(words)
        (neurons,) = lines.exactly(lines.line("neurons"), limited(MAX_NEURONS))
        self.neurons = [Role(lines, i) for i in range(neurons)]
        lines.end()


class Role:
    """What a box certificate says of one neuron; `value` is a ratio or a bias, `u` a direction, `j` another neuron."""

    def __init__(self, lines, i):
        words = lines.line("neuron")
        if len(words) < 2 or words[0] != str(i):
            lines.fail(f"expected the role of neuron {i}")
        self.name, words = words[1], words[2:]
        self.j = self.value = self.u = None
        if self.name == "split":
            self.j, self.value = lines.exactly(words, count, dyadic)
        elif self.name == "constant":
            (self.value,) = lines.exactly(words, dyadic)
        elif self.name == "twin":
            (self.j,) = lines.exactly(words, count)
        elif self.name == "escape":
            self.u = lines.numbers(words, dyadic)
        elif self.name in ("zero", "frozen"):
            lines.exactly(words)
        elif self.name == "live":
            lines.exactly(words)
            self.kinks, self.dependent, self.pinned = (
                lines.ascending(lines.line(name)) for name in ("kinks", "dependent", "pinned"))
            self.input, self.output, self.multipliers = (
                lines.block(lines.line(name)) for name in ("input", "output", "multipliers"))
        else:
            lines.fail(f"expected a role, found `{short([self.name])}`")


class Matrix:
    """The numbers of a `matrix` or `leaf`, over the denominator d; `path` only of a leaf."""

    def __init__(self, d, path, balance, columns):
        self.d, self.path, self.balance, self.columns = d, path, balance, columns


def compact(lines):
    lines.take()
    return lines.fail("a compact certificate leaves out what can be found again; restore it with `lowpoint complete`")


def digest(word):
    if not re.fullmatch("[0-9a-f]{64}", word):
        raise ValueError("expected 64 lower-case hexadecimal digits")
    return word


def radius(word):
    return None if word == "unbounded" else rational(word)


# Section 4: rules


def check_certificate(problem, certificate):
    """All side conditions in the page's order; Rejected names the first that fails."""
    place = "header"
    try:
        check_header(problem, certificate)
        if certificate.box is not None:
            check_box(problem, certificate)
            return
        if any(problem.penalty):
            place = "conclusion"
            check_refutes(certificate)
        place = "point"
        network = certified_point(problem, certificate)
        if certificate.distance is not None:
            check_distance(problem.network, network, certificate)
        place = "bias"
        point = Point(problem, network)
        check_bias(point, certificate.bias)
        place = "conclusion"
        require(len(certificate.steps) == problem.m, "conclusion", f"expected {problem.m} steps, one for each neuron")
        sides = []
        for i, step in enumerate(certificate.steps):
            place = f"neuron {i}"
            sides.append(check_neuron(point, i, step))
        place = "conclusion"
        check_conclusion(certificate)
        place = "curvature"
        if certificate.curvature[0] == "descent":
            check_curvature_descent(point, *certificate.curvature[1:])
        elif certificate.curvature[0] == "positive":
            check_curvature_positive(point, sides)
        place = "region"
        if certificate.region is not None:
            check_region(point, certificate)
    except Rejected as reject:
        reject.place = reject.place or place
        raise


def check_box(problem, certificate):
    """Section 10, in the file beside this one."""
    try:
        import flint  # noqa: F401
    except ImportError:
        raise Unchecked("box certificates need python-flint (pip install python-flint)") from None
    import lowpoint_box

    try:
        lowpoint_box.check(problem, certificate)
    except lowpoint_box.Refused as refused:
        raise Rejected(refused.rule, refused.text, refused.place) from None
    except lowpoint_box.TooLarge as large:
        raise Unchecked(str(large)) from None


def check_header(problem, certificate):
    """statement: the lines `shape`, `slopes` and `penalty` and the digests."""
    biases = ("hidden-bias" if problem.hidden_bias else "no-hidden-bias",
              "output-bias" if problem.network.bias else "no-output-bias")
    shape = [problem.N, problem.d, problem.J, problem.m, *biases]
    require(certificate.shape == shape, "statement", f"another shape: expected {shape}, found {certificate.shape}")
    require(certificate.slopes == problem.slopes, "statement", "another activation: the slopes differ")
    require(certificate.penalty == problem.penalty, "statement", "another weight decay: expected "
            f"{' '.join(map(str, problem.penalty))}, found {' '.join(map(str, certificate.penalty))}")
    require(certificate.data == problem.data_digest, "statement", f"another data file, not {problem.data_digest}")
    require(certificate.model == problem.model_digest, "statement", f"another model file, not {problem.model_digest}")


def check_refutes(certificate):
    """conclusion, with weight decay: the claim and the steps that are about exact points."""
    require(certificate.claim == "not-stationary", "conclusion", "with weight decay only not-stationary is exact")
    require({name for _, name, _ in certificate.steps} <= {"descent", "open"}, "conclusion",
            "with weight decay a step is descent or open")


def certified_point(problem, certificate):
    """statement: the point; the model with the certificate's changes."""
    network = Network(list(problem.network.neurons), problem.network.bias)
    if certificate.distance is None:
        require(not certificate.neurons and certificate.output_bias is None, "statement",
                "parameters are replaced, but the claim is about the model's own")
        return network
    for i, (w, h) in certificate.neurons:
        require(i < problem.m, "statement", f"there is no neuron {i}")
        require(len(w.n) == len(problem.x[0]), "statement", f"input weights of neuron {i} of another length")
        require(len(h.n) == problem.J, "statement", f"output weights of neuron {i} of another length")
        network.neurons[i] = w, h
    if certificate.output_bias is not None:
        require(network.bias is not None, "statement", "an output bias, where the model has none")
        require(len(certificate.output_bias.n) == problem.J, "statement", "an output bias of another length")
        network.bias = certificate.output_bias
    vectors = [v for neuron in network.neurons for v in neuron] + ([network.bias] if network.bias else [])
    common = 1
    for vector in vectors:
        common = lcm(common, vector.d)
        require(common.bit_length() <= problem.error_bits(), "statement",
                "over the limit: the common denominator of the point is too long")
    return network


def check_distance(model, network, certificate):
    """distance: every parameter within r of the model's."""
    r = certificate.distance
    require(r >= 0, "distance", "a negative distance")
    for i, (old, new) in enumerate(zip(model.neurons, network.neurons)):
        require(all(is_within(a, b, r) for a, b in zip(old, new)), "distance", f"neuron {i} is farther away")
    if network.bias is not None:
        require(is_within(model.bias, network.bias, r), "distance", "the output bias is farther away")


def is_within(a, b, r):
    bound = r.numerator * a.d * b.d
    return a is b or all(abs(x * b.d - y * a.d) * r.denominator <= bound for x, y in zip(a.n, b.n))


def check_bias(point, word):
    """bias: absent, balanced or descent, as it is."""
    found = "absent"
    if point.network.bias is not None:
        lo, bias = point.problem.penalty[3], point.network.bias
        slopes = [Fraction(sum(eps), point.d) + lo * Fraction(b, bias.d) for eps, b in zip(zip(*point.eps), bias.n)]
        found = "descent" if any(slopes) else "balanced"
    require(word == found, "bias", f"expected {found}, found {word}")


def check_neuron(point, i, step):
    """One step; the critical sides of the neuron's classes (see check_curvature_positive)."""
    stated, name, proof = step
    kinks = point.kinks(i)
    if stated != kinks:
        k = min(set(stated).symmetric_difference(kinks))
        raise Rejected("kinks", f"sample {k} is " + ("a kink that is not stated" if k in set(kinks) else "no kink"))
    w, h = point.network.neurons[i]
    form = point.slope_form(i)
    if name not in ("open", "descent"):
        require(all(dot(p, w.n) == 0 for p in form.p), "potential", "G(w) is not 0")
    if name == "zero-form":
        require(form.is_zero(), name, "the slope form is not 0")
        return [None] * len(form.classes)
    if name == "scalar":
        require(point.problem.J == 1 and not h.is_zero(), name, "only for one output, with h != 0")
        return prove(proof, form.combined(h))
    if name == "stationary":
        return prove(proof, form.combined(h))
    if name == "uniform":
        return check_uniform(point, form, h, *proof)
    if name == "escape":
        check_escape(point, i, form, *proof)
    elif name == "descent":
        u, g = proof
        require(len(u) == len(w.n) and len(g) == len(h.n), name, "a direction or an output of another length")
        # Twice a derivative over positive denominators: g.G(w) = g.p w/d(w), h.D(u) = h.D(u)/d(h).
        potential = sum(value * dot(p, w.n) for value, p in zip(g, form.p))
        slope = dot(h.n, form.at(u))
        derivative = potential * h.d + slope * w.d
        derivative += decay_slope(point.problem, w, h, u, g) * form.d * w.d * h.d
        require(derivative < 0, name, "the derivative along the direction is not negative")
    return None


def decay_slope(problem, w, h, u, g):
    """lw w'.u' + lb b u_b + lh h.g, the derivative of the second term of (4)."""
    lw, lb, lh, _ = problem.penalty
    coefficients = [lw] * problem.d + [lb] * problem.hidden_bias
    inputs = sum(l * value * change for l, value, change in zip(coefficients, w.n, u))
    return inputs / Fraction(w.d) + lh * Fraction(dot(h.n, g), h.d)


def check_uniform(point, form, h, tau, proofs):
    """uniform: 2J forms for g = h + s tau e_j."""
    require(tau > 0, "uniform", "tau is not positive")
    sides = [None] * len(form.classes)
    for number, proof in enumerate(proofs):
        g = Vector([n * tau.denominator for n in h.n], h.d * tau.denominator)
        g.n[number // 2] += (-1) ** number * tau.numerator * h.d
        found = prove(proof, form.combined(g))
        sides = None if sides is None or found is None else list(map(both, sides, found))
    return sides


def check_escape(point, i, form, t, u, g):
    """escape: a step of an unused neuron to a lower loss."""
    problem, (w, h) = point.problem, point.network.neurons[i]
    require(h.is_zero(), "escape", "h is not 0")
    require(len(u) == len(w.n) and len(g.n) == len(h.n), "escape", "a direction or an output of another length")
    require(t > 0, "escape", "the step is not positive")
    bits = longest(u) + longest(g.n) + g.d.bit_length()
    require(bits <= problem.error_bits(), "escape", "over the limit: the direction and the output are too long")
    require(any(form.at(u)), "escape", "D(u) = 0")
    moved = point.network.replaced(i, (stepped(w, t, u), g))
    require(is_lower(problem, moved, point.network), "escape", "the loss after the step is not lower")


def longest(numbers):
    return max((n.bit_length() for n in numbers), default=0)


def stepped(v, t, u):
    """v + t u."""
    return Vector([a * t.denominator + t.numerator * b * v.d for a, b in zip(v.n, u)], v.d * t.denominator)


# Section 4: FORM. Each proof returns the critical sides, one for each class: None (no condition), 0 (x_C.u = 0),
# 1 (x_C.u >= 0), -1 (x_C.u <= 0); `cells` does not say them, and returns None instead of the list.


def prove(proof, form):
    """FORM: phi >= 0."""
    name = proof[0]
    if name == "linear":
        require(not any(form.kap), name, "a class with kap != 0")
        require(not any(form.p), name, "p is not 0")
        return [None] * len(form.classes)
    if name == "multipliers":
        return prove_multipliers(form, proof[1])
    if name == "rays":
        return prove_rays(form)
    if name == "matrix":
        return prove_matrix(form, proof[1])
    if name == "cells":
        return prove_cells(form, proof[1])
    return prove_components(form, *proof[1:])


def both(a, b):
    """Two conditions together."""
    if a is None or a == b:
        return b
    return a if b is None else 0


def side(mu, bound):
    """The sign of v where bound |v| - mu v = 0, for |mu| <= bound."""
    if abs(mu) < bound:
        return 0
    return sign(mu) or None


def balances(form, d, terms):
    """p + sum of n x = 0 for the terms (n, x), n over d?"""
    total = [d * value for value in form.p]
    for n, x in terms:
        if n:
            n *= form.d
            total = [a + n * b for a, b in zip(total, x)]
    return not any(total)


def prove_multipliers(form, mu):
    require(len(mu.n) == len(form.classes), "multipliers", f"expected {len(form.classes)} multipliers")
    for C, (n, kap) in enumerate(zip(mu.n, form.kap)):
        require(abs(n) * form.d <= kap * mu.d, "multipliers", f"|mu| > kap for class {C}")
    require(balances(form, mu.d, zip(mu.n, form.classes)), "multipliers", "p + sum mu x is not 0")
    return [side(n * form.d, kap * mu.d) for n, kap in zip(mu.n, form.kap)]


def prove_rays(form):
    bent = [C for C, kap in enumerate(form.kap) if kap]
    kap = [form.kap[C] for C in bent]
    rank, columns = echelon([form.classes[C] for C in bent])
    require(rank <= MAX_RAY_RANK, "rays", f"over the limit: rank {rank}")
    require(echelon([form.classes[C] for C in bent] + [form.p])[0] == rank, "rays", "p is not in the span")
    sides = [None] * len(form.classes)
    if rank == 0:
        return sides
    require(comb(len(bent), rank - 1) <= MAX_RAY_SETS, "rays", "over the limit: too many sets of classes")
    # The complement: vectors that are 0 outside the pivot columns.
    vectors = [[form.classes[C][a] for a in columns] for C in bent]
    p = [form.p[a] for a in columns]
    seen = [set() for _ in bent]
    for ray in lines_orthogonal(vectors, null_space([], rank), 0):
        products = [dot(x, ray) for x in vectors]
        bends, slope = sum(k * abs(v) for k, v in zip(kap, products)), dot(p, ray)
        require(bends >= abs(slope), "rays", "a ray with phi < 0")
        for s in (1, -1):
            if bends + s * slope == 0:
                for found, v in zip(seen, products):
                    found.add(s * sign(v))
    for C, signs in zip(bent, seen):
        if not {1, -1} <= signs:
            sides[C] = 1 if 1 in signs else -1 if -1 in signs else 0
    return sides


def lines_orthogonal(vectors, basis, start):
    """A vector for each line orthogonal to independent vectors from `start` on, within the span of `basis`; the
    basis is kept orthogonal to those chosen before, so a dependent choice is seen at once."""
    if len(basis) == 1:
        yield basis[0]
        return
    for index in range(start, len(vectors) - len(basis) + 2):
        kept = cut(basis, vectors[index])
        if len(kept) < len(basis):
            yield from lines_orthogonal(vectors, kept, index + 1)


def cut(basis, row):
    """A basis of the vectors in the span of `basis` that are orthogonal to `row`."""
    products = [dot(row, b) for b in basis]
    pivot = next((a for a, v in enumerate(products) if v), None)
    if pivot is None:
        return basis
    lead, top = products[pivot], basis[pivot]
    rest = [(b, v) for a, (b, v) in enumerate(zip(basis, products)) if a != pivot]
    return [shortened([lead * x - v * y for x, y in zip(b, top)]) for b, v in rest]


def shortened(vector):
    divisor = gcd(*vector)
    return [value // divisor for value in vector] if divisor > 1 else vector


def echelon(rows):
    """The rank and the pivot columns, by elimination in integers."""
    rows = [shortened(list(row)) for row in rows if any(row)]
    columns = []
    while rows:
        column, lead = min(
            ((next(a for a, v in enumerate(row) if v), index) for index, row in enumerate(rows)), key=lambda e: e[0]
        )
        top = rows.pop(lead)
        columns.append(column)
        rest = []
        for row in rows:
            if row[column]:
                row = shortened([top[column] * x - row[column] * y for x, y in zip(row, top)])
            if any(row):
                rest.append(row)
        rows = rest
    return len(columns), columns


def prove_matrix(form, matrix):
    concave = [C for C, kap in enumerate(form.kap) if kap < 0]
    return matrix_conditions("matrix", form, matrix, concave, [])


def matrix_conditions(rule, form, matrix, concave, terms):
    """The conditions of `matrix` for these concave classes; `terms` are added to p + sum mu x."""
    convex = [C for C, kap in enumerate(form.kap) if kap > 0]
    require(len(matrix.columns) == len(concave), rule, f"expected {len(concave)} columns")
    for numbers in [matrix.balance] + matrix.columns:
        require(len(numbers) == len(convex), rule, f"expected {len(convex)} numbers in each list")
    slack = [form.kap[l] * matrix.d for l in convex]
    for column in matrix.columns:
        slack = [room - abs(n) * form.d for room, n in zip(slack, column)]
    for l, room, mu in zip(convex, slack, matrix.balance):
        require(abs(mu) * form.d <= room, rule, f"|mu| + sum |M| > kap in the row of class {l}")
    total = [(n, form.classes[l]) for n, l in zip(matrix.balance, convex)] + terms
    require(balances(form, matrix.d, total), rule, "p + sum mu x, or with the path, is not 0")
    sides = [None] * len(form.classes)
    for l, room, mu in zip(convex, slack, matrix.balance):
        sides[l] = side(mu * form.d, room)
    for k, column in zip(concave, matrix.columns):
        target = Form([form.kap[k] * v for v in form.classes[k]], None, None, form.d)
        found = [(n, form.classes[l]) for n, l in zip(column, convex)]
        require(balances(target, matrix.d, found), rule, f"sum M x is not |kap| x for concave class {k}")
        if all(sides[l] == 0 for n, l in zip(column, convex) if n):
            sides[k] = 0
    return sides


def prove_cells(form, steps):
    """The walk through the tree: `pending` are the paths of the cells not yet visited, the next one last."""
    concave = [C for C, kap in enumerate(form.kap) if kap < 0]
    pending = [[]]
    for number, (name, *proof) in enumerate(steps):
        require(pending, "cells", f"the tree ends before step {number}")
        path = pending.pop()
        if name == "leaf":
            prove_leaf(form, path, concave, *proof)
            continue
        C = proof[0]
        require(C in concave and C not in [j for j, _ in path], "cells",
                f"step {number}: expected a concave class that is not on the path, found {C}")
        if name == "split":
            pending += [path + [(C, -1)], path + [(C, 1)]]
            continue
        s, eta = proof[1:]
        require(len(eta.n) == len(path) and all(n >= 0 for n in eta.n), "cells",
                f"step {number}: expected a number >= 0 for each class of the path")
        combination = [sum(n * t * form.classes[j][a] for n, (j, t) in zip(eta.n, path)) for a in range(len(form.p))]
        require(combination == [s * eta.d * v for v in form.classes[C]], "cells",
                f"step {number}: the path does not imply the sign")
        pending.append(path + [(C, s)])
    require(not pending, "cells", "the steps end before the tree")


def prove_leaf(form, path, concave, matrix):
    eta = matrix.path
    require(len(eta) == len(path) and all(n >= 0 for n in eta), "cells",
            "expected a number >= 0 for each class of the path")
    # p + sum_j s_j kap_j x_j + sum mu x = sum_j eta_j s_j x_j, with p changed for the known signs.
    p = [v + sum(s * form.kap[j] * form.classes[j][a] for j, s in path) for a, v in enumerate(form.p)]
    signed = Form(p, form.kap, form.classes, form.d)
    on_path = {j for j, _ in path}
    terms = [(-n * s, form.classes[j]) for n, (j, s) in zip(eta, path)]
    matrix_conditions("cells", signed, matrix, [C for C in concave if C not in on_path], terms)


def prove_components(form, q, parts):
    taken = set()
    sides, silent = [None] * len(form.classes), False
    for number, (classes, share, proof) in enumerate(parts):
        for C in classes:
            require(C < len(form.classes) and C not in taken, "components", f"class {C} in part {number}")
            taken.add(C)
        require(len(share) == len(form.p), "components", f"part {number}: a share of another length")
        kap = [form.kap[C] * q for C in classes]
        found = prove(proof, Form([v * form.d for v in share], kap, [form.classes[C] for C in classes], form.d * q))
        if found is None:
            silent = True
            continue
        for C, condition in zip(classes, found):
            sides[C] = condition
    for C, kap in enumerate(form.kap):
        require(not kap or C in taken, "components", f"class {C} is in no part")
    for a, value in enumerate(form.p):
        total = sum(share[a] for _, share, _ in parts)
        require(total * form.d == value * q, "components", "the shares do not add up to p")
    return None if silent else sides


# Section 4: conclusion, curvature, region


def check_conclusion(certificate):
    """conclusion, last part: do the steps prove the claim?"""
    verdict = certificate.claim.replace("-nearby", "")
    names = [name for _, name, _ in certificate.steps]
    second, region = certificate.curvature[0], certificate.region is not None
    safe = {"zero-form", "scalar", "uniform"}

    def demand(condition, text):
        require(condition, "conclusion", text)

    if verdict == "not-stationary":
        demand(not region and second == "absent", "neither a region nor a second order proves this claim")
        demand(certificate.bias == "descent" or "descent" in names, "no direction of descent")
        return
    demand(certificate.bias != "descent", "the loss falls along the output bias")
    if verdict == "saddle":
        demand(not region, "a region, which only a local minimum has")
        demand(set(names) <= safe | {"stationary", "escape"}, "a step that does not prove the neuron stationary")
        demand(second == "descent" or second == "absent" and "escape" in names, "neither escape nor second order")
        return
    demand(second in ("absent", "positive"), "a descent of the second order")
    if second == "absent":
        demand(set(names) <= safe, "a step that is not safe")
        demand(region, "no region")
    else:
        demand(set(names) <= safe | {"stationary"}, "a step that does not prove the neuron stationary")
        demand(not region, "a region, of which the second order says nothing")


def check_region(point, certificate):
    """region: radii within r_w and r_h."""
    problem = point.problem
    for name, value in zip(("input", "output"), certificate.region):
        require(value is None or value > 0, "region", f"the radius of the {name} weights is not positive")
    r_w, r_h = certificate.region
    for i, (w, _) in enumerate(point.network.neurons):
        for z, norm in zip(point.preactivations(i), problem.norms):
            if z:
                require(r_w is not None and r_w.numerator * w.d * norm <= abs(z) * r_w.denominator, "region",
                        "the radius of the input weights is larger than proved")
    for (_, name, proof), (_, h) in zip(certificate.steps, point.network.neurons):
        if name in ("scalar", "uniform"):
            bound = Fraction(abs(h.n[0]), h.d) if name == "scalar" else proof[0] / problem.J
            require(r_h is not None and r_h <= bound, "region",
                    "the radius of the output weights is larger than proved")


def check_curvature_descent(point, t, u, g, bias):
    """curvature descent: a critical direction with Q < 0, and a step along it to a lower loss."""
    problem, network = point.problem, point.network
    rule = "curvature"
    for (w, h), a, b in zip(network.neurons, u, g):
        require(len(a) == len(w.n) and len(b) == len(h.n), rule, "a direction of another length")
    require((bias is None) == (network.bias is None), rule, "a direction of another length")
    require(bias is None or len(bias) == problem.J, rule, "a direction of another length")
    require(t > 0, rule, "the step is not positive")
    entries = itertools.chain(*u, *g, bias or [])
    bits = longest(entries) + t.numerator.bit_length() + t.denominator.bit_length()
    require(bits <= problem.error_bits(), rule, "over the limit: the direction and the step are too long")
    slopes = []
    for i, (_, h) in enumerate(network.neurons):
        found = point.slope_form(i).at(u[i])
        require(dot(h.n, found) == 0, rule, f"h.D(u) is not 0 for neuron {i}")
        slopes.append(Fraction(dot(g[i], found), point.slope_form(i).d))
    # df_k over the denominator of all its terms.
    d = lcm(*(v.d for neuron in network.neurons for v in neuron)) * problem.qx * problem.qa
    square = 0
    for k, x in enumerate(problem.x):
        change = [value * d for value in bias] if bias else [0] * problem.J
        for i, (w, h) in enumerate(network.neurons):
            z, v = point.preactivations(i)[k], dot(u[i], x)
            slope = problem.activate(v) if z == 0 else v * (problem.above if z > 0 else problem.below)
            one, other = problem.activate(z) * (d // (w.d * problem.qx * problem.qa)), slope * (d // (
                h.d * problem.qx * problem.qa))
            for j in range(problem.J):
                change[j] += g[i][j] * one + h.n[j] * other
        square += problem.c[k] * dot(change, change)
    require(sum(slopes) + Fraction(square, 2 * problem.qc * d * d) < 0, rule, "Q is not negative")
    moved = [(stepped(w, t, a), stepped(h, t, b)) for (w, h), a, b in zip(network.neurons, u, g)]
    moved = Network(moved, stepped(network.bias, t, bias) if bias is not None else None)
    require(is_lower(problem, moved, network), rule, "the loss after the step is not lower")


def check_curvature_positive(point, sides):
    """curvature positive: Q is positive definite on the span of every piece of the critical cone."""
    problem, rule = point.problem, "curvature"
    living = [i for i in range(problem.m) if not is_dead(point, i)]
    require(all(sides[i] is not None for i in living), rule, "cells do not say where the form vanishes")
    spans, opened = {}, []
    for i in living:
        form, w = point.slope_form(i), point.network.neurons[i][0]
        equations = [list(x) for x, s in zip(form.classes, sides[i]) if s == 0]
        fixed = next((a for a, n in enumerate(w.n) if n), None)
        if fixed is not None:
            equations.append([int(a == fixed) for a in range(len(w.n))])
        spans[i] = null_space(equations, len(w.n))
        for C, (x, s) in enumerate(zip(form.classes, sides[i])):
            if s is None and any(dot(x, b) for b in spans[i]):
                opened.append((i, C))
    V = sum(len(span) + problem.J for span in spans.values()) + (problem.J if point.network.bias else 0)
    require(V <= MAX_CURVATURE_VARIABLES, rule, f"over the limit: {V} variables")
    require(2 ** len(opened) <= MAX_CURVATURE_PIECES, rule, f"over the limit: 2^{len(opened)} pieces")
    bits = max(v.bits() for neuron in point.network.neurons for v in neuron)
    require(V * bits <= MAX_ERROR_BITS // problem.N, rule, "over the limit: the parameters are too long")
    for piece in itertools.product((1, -1), repeat=len(opened)):
        signs = {i: [s or 1 for s in sides[i]] for i in living}
        for (i, C), s in zip(opened, piece):
            signs[i][C] = s
        require(is_positive_definite(second_order(point, spans, signs, V)), rule, "Q is not positive definite")


def is_dead(point, i):
    """No kinks, and slope 0 on every sample."""
    problem = point.problem
    return all(z != 0 and (problem.above if z > 0 else problem.below) == 0 for z in point.preactivations(i))


def null_space(rows, width):
    """A basis of the vectors orthogonal to all rows, in integers."""
    basis = [[int(a == b) for b in range(width)] for a in range(width)]
    for row in rows:
        basis = cut(basis, row)
    return basis


def second_order(point, spans, signs, V):
    """A positive multiple of the matrix of 2 Q (3) on a piece, in the variables: for each neuron the coefficients of
    its span's basis, then g_i; then d. The first are scaled by qx qa d(h_i), the second by qx qa d(w_i)."""
    problem = point.problem
    unit = problem.qx * problem.qa
    scale = 2 * (point.d // problem.qc)  # 2 d(e_k); all is multiplied by 2 d(eps_k)
    matrix = [[0] * V for _ in range(V)]
    rows = [[[0] * V for _ in range(problem.J)] for _ in range(problem.N)]
    start = 0
    for i, span in spans.items():
        w, h = point.network.neurons[i]
        form, output = point.slope_form(i), start + len(span)
        slopes = [problem.above if z > 0 else problem.below for z in point.preactivations(i)]
        for members, s in zip(form.members, signs[i]):
            for k, t in members:
                slopes[k] = problem.above if t * s > 0 else problem.below
        for k, (x, z) in enumerate(zip(problem.x, point.preactivations(i))):
            for j, row in enumerate(rows[k]):
                row[output + j] = problem.activate(z)
                for b, direction in enumerate(span):
                    row[start + b] = h.n[j] * slopes[k] * dot(direction, x)
        for b, direction in enumerate(span):
            bends = [s * dot(x, direction) for s, x in zip(signs[i], form.classes)]
            for j, p in enumerate(form.p):
                slope = dot(p, direction) + sum(kap[j] * v for kap, v in zip(form.kap, bends))
                # D = slope / (2 d(eps) unit), times the scales unit d(h), unit d(w) and 2 d(eps).
                value = slope * unit * w.d * h.d
                matrix[start + b][output + j] += value
                matrix[output + j][start + b] += value
        start = output + problem.J
    if point.network.bias is not None:
        for outputs in rows:
            for j, row in enumerate(outputs):
                row[start + j] = 1
    for c, outputs in zip(problem.c, rows):
        for row in outputs if c else []:
            for a, value in enumerate(row):
                if value:
                    value *= c * scale
                    matrix[a] = [old + value * v for old, v in zip(matrix[a], row)]
    return matrix


def is_positive_definite(matrix):
    """Are all leading minors positive? Fraction-free elimination (Bareiss): the pivots are these minors."""
    size, before = len(matrix), 1
    for n in range(size):
        pivot = matrix[n][n]
        if pivot <= 0:
            return False
        for a in range(n + 1, size):
            row, factor = matrix[a], matrix[a][n]
            for b in range(a, size):
                row[b] = (pivot * row[b] - factor * matrix[n][b]) // before
            for b in range(n + 1, a):
                row[b] = matrix[b][a]
        before = pivot
    return True


# Files: data and models, every number as the rational it is


def read_file(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise Unreadable(f"{path}: the file cannot be read: {error.strerror}") from error


def load(data_path, model_path, options):
    """The problem of two files and the options."""
    data, model = read_file(data_path), read_file(model_path)
    samples = named(data_path, read_data, data, options)
    network = named(model_path, read_model, model, options)
    (neurons, hidden_bias) = network[0].neurons, network[1]
    inputs = len(neurons[0][0].n) - hidden_bias
    if (len(samples[0][0]), len(samples[1][0])) != (inputs, len(neurons[0][1].n)):
        raise Unreadable(f"{data_path} and {model_path}: the data have {len(samples[0][0])} inputs and "
                         f"{len(samples[1][0])} outputs, the model {inputs} and {len(neurons[0][1].n)}")
    digests = [hashlib.sha256(content).hexdigest() for content in (data, model)]
    return Problem(samples, network, digests, weight_decay(options))


def weight_decay(options):
    """lw, lb, lh, lo of (4) from N and J, by the conventions of the libraries (docs/decay.md); None without decay."""
    rate, decayed, alpha = (options.get(name) for name in ("weight_decay", "decay", "sklearn_alpha"))
    if rate is not None and alpha is not None:
        raise Unreadable("`--weight-decay` and `--sklearn-alpha` exclude each other")
    if decayed is not None and rate is None:
        raise Unreadable("`--decay` says which parameters `--weight-decay` decays, and needs it")
    if alpha is not None:
        return lambda N, J: [alpha, Fraction(0), alpha, Fraction(0)]
    if rate is None:
        return None
    # Of PyTorch's loss 1/(N J) sum |e|^2 + rate/2 |theta|^2, L is the N J/2-fold.
    biases = 0 if decayed == "weights" else 1
    return lambda N, J: [rate * N * J / 2 * share for share in (1, biases, 1, biases)]


def named(path, read, content, options):
    """Reads a file's content by the extension of its name; complaints begin with the name."""
    extension = os.path.splitext(path)[1].lower()
    try:
        return read(extension, content, options)
    except (Unreadable, ValueError) as error:
        raise Unreadable(f"{path}: {error}") from error


def read_data(extension, content, options):
    """Inputs, targets (both in rows) and weights or None."""
    targets = options.get("targets") or []
    if extension == ".csv":
        x, y, weights = read_csv(content, targets)
    elif extension not in (".npz", ".json"):
        raise Unreadable("expected a file name that ends in .npz, .csv or .json")
    elif targets:
        raise Unreadable("`--target` names columns of a csv file")
    elif extension == ".npz":
        x, y, weights = samples_of(npz_arrays(content))
    else:
        x, y, weights = read_json_data(content)
    if not (x and x[0] and y and y[0]):
        raise Unreadable("no samples, no inputs or no targets")
    if len(x) > MAX_SAMPLES:
        raise Unreadable(f"more samples than the limit of {MAX_SAMPLES}")
    if len(y) != len(x) or weights is not None and len(weights) != len(x):
        raise Unreadable("`x`, `y` and `weights` have different numbers of rows")
    if weights is not None and min(weights) < 0:
        raise Unreadable("`weights`: a negative sample weight")
    return x, y, weights


def samples_of(arrays):
    """x, y and weights of an .npz file; their names in any case."""
    found = {}
    for name, array in arrays.items():
        if name.lower() in found:
            raise Unreadable(f"`{name}`: the array occurs in two spellings")
        found[name.lower()] = array
    if not {"x", "y"} <= set(found) <= {"x", "y", "weights"}:
        raise Unreadable("expected the arrays x, y and optionally weights, found " + ", ".join(sorted(arrays)))
    weights = found["weights"].numbers((1,)) if "weights" in found else None
    return found["x"].rows(), found["y"].rows(), weights


def read_csv(content, targets):
    """A table with a header; the columns named as targets are the y, all others the x."""
    table = csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True)
    try:
        rows = [row for row in table if row]
    except csv.Error as error:
        raise Unreadable(f"not a csv file: {error}") from error
    if not rows:
        raise Unreadable("the header line is missing")
    header = rows.pop(0)
    if len(set(header)) != len(header) or len(set(targets)) != len(targets) or "" in header:
        raise Unreadable("a column name that occurs twice, or an empty one")
    if not targets or not set(targets) <= set(header):
        raise Unreadable("name each target column with `--target NAME`; the columns are " + ", ".join(header))
    x, y = [], []
    for line, row in enumerate(rows, 2):
        if len(row) != len(header):
            raise Unreadable(f"row {line}: expected {len(header)} cells, found {len(row)}")
        cells = {name: cell_number(cell, f"row {line}, column `{name}`") for name, cell in zip(header, row)}
        x.append([cells[name] for name in header if name not in targets])
        y.append([cells[name] for name in targets])
    return x, y, None


def cell_number(text, place):
    try:
        return rational(text)
    except ValueError as error:
        raise Unreadable(f"{place}: {error}") from error


def read_json(content):
    """JSON; bare numbers become what no reader below accepts."""
    bare = dict.fromkeys(("parse_int", "parse_float", "parse_constant"), lambda _: float)
    return parse_json(content, **bare)


def parse_json(content, **options):
    """JSON without repeated keys."""

    def unique(pairs):
        if len(dict(pairs)) != len(pairs):
            raise ValueError("a key occurs twice")
        return dict(pairs)

    try:
        return json.loads(content.decode("utf-8"), object_pairs_hook=unique, **options)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def json_object(value, place, needed, optional=()):
    if not isinstance(value, dict) or not set(needed) <= set(value) <= {*needed, *optional}:
        raise Unreadable(f"{place}: expected an object with the keys {', '.join(needed)} (optional: {optional})")
    return value


def json_list(value, place):
    if not isinstance(value, list):
        raise Unreadable(f"{place}: expected a list")
    return value


def json_number(value, place):
    if not isinstance(value, str):
        raise Unreadable(f"{place}: expected a number in quotes")
    return cell_number(value, place)


def json_vector(value, place):
    return [json_number(item, f"{place}[{a}]") for a, item in enumerate(json_list(value, place))]


def json_matrix(value, place):
    rows = [json_vector(row, f"{place}[{k}]") for k, row in enumerate(json_list(value, place))]
    if any(len(row) != len(rows[0]) for row in rows):
        raise Unreadable(f"{place}: rows of different lengths")
    return rows


def read_json_data(content):
    data = json_object(read_json(content), "the data", ("x", "y"), ("weights",))
    y = json_list(data["y"], "y")
    y = json_matrix(y, "y") if y and isinstance(y[0], list) else [[v] for v in json_vector(y, "y")]
    return json_matrix(data["x"], "x"), y, json_vector(data["weights"], "weights") if "weights" in data else None


def read_model(extension, content, options):
    """The network, whether it has a hidden bias, and the two slopes."""
    chosen = options.get("hidden"), options.get("output")
    if (chosen[0] is None) != (chosen[1] is None):
        raise Unreadable("`--hidden` and `--output` are only used together")
    own = None
    if extension == ".json":
        if chosen[0] is not None:
            raise Unreadable("`--hidden` and `--output` name tensors; the layers of a .json model have an order")
        layers, own = read_json_model(content)
    elif extension == ".npz":
        layers = two_layers(npz_arrays(content), True, *chosen)
    elif extension == ".safetensors":
        layers = two_layers(safetensors(content), False, *chosen)
    else:
        raise Unreadable("expected a file name that ends in .safetensors, .npz or .json")
    slope = options.get("negative_slope")
    slopes = [Fraction(1), slope or Fraction(0)]
    if own and slope is not None and slopes != own:
        raise Unreadable("the file and `--negative-slope` say different slopes")
    slopes = own or slopes
    if slopes[0] == slopes[1]:
        raise Unreadable("the activation's two slopes are equal")
    (w, hidden_bias), (h, output_bias) = layers
    if not w or not w[0] or not h or len(h[0]) != len(w):
        raise Unreadable("the two layers' weights do not fit together")
    if any(b is not None and len(b) != len(rows) for rows, b in layers):
        raise Unreadable("a bias and its weights do not fit together")
    if len(w) > MAX_NEURONS:
        raise Unreadable(f"more neurons than the limit of {MAX_NEURONS}")
    if hidden_bias is not None:
        w = [row + [b] for row, b in zip(w, hidden_bias)]
    neurons = [(Vector.of(row), Vector.of(column)) for row, column in zip(w, zip(*h))]
    bias = None if output_bias is None else Vector.of(output_bias)
    return Network(neurons, bias), hidden_bias is not None, slopes


def read_json_model(content):
    model = json_object(read_json(content), "the model", ("layers",), ("activation",))
    layers = json_list(model["layers"], "layers")
    if len(layers) != 2:
        raise Unreadable("layers: expected two, the hidden one and the output")
    slopes, read = None, []
    if "activation" in model:
        names = "positive_slope", "negative_slope"
        activation = json_object(model["activation"], "activation", names)
        slopes = [json_number(activation[name], name) for name in names]
    for number, layer in enumerate(layers):
        layer = json_object(layer, f"layers[{number}]", ("weight",), ("bias",))
        bias = layer.get("bias")
        read.append((json_matrix(layer["weight"], "weight"), None if bias is None else json_vector(bias, "bias")))
    return read, slopes


def two_layers(tensors, scalars, hidden, output):
    """The hidden layer and the output among tensors NAME.weight and NAME.bias, by the numbers in their names."""
    named_here = [name[: -len(".weight")] for name in tensors if name.endswith(".weight")]
    if hidden is None:
        if len(named_here) != 2:
            raise Unreadable("expected two tensors `*.weight`, found " + (", ".join(sorted(tensors)) or "none"))
        hidden, output = sorted(named_here, key=natural)
        known = {f"{name}.{kind}" for name in (hidden, output) for kind in ("weight", "bias")}
        if scalars:  # NumPy keeps single numbers beside the layers
            known |= {name for name, tensor in tensors.items() if not tensor.shape and not name.endswith(".bias")}
        others = set(tensors) - known
        if others:
            raise Unreadable("tensors that belong to neither layer: " + ", ".join(sorted(others)))
    else:
        hidden, output = (name[: -len(".weight")] if name.endswith(".weight") else name for name in (hidden, output))
    if hidden == output or hidden not in named_here or output not in named_here:
        raise Unreadable(f"no two layers `{hidden}` and `{output}`")
    weights = [tensors[f"{name}.weight"].parameters(2) for name in (hidden, output)]
    biases = [tensors.get(f"{name}.bias") for name in (hidden, output)]
    return [(rows, None if bias is None else bias.parameters(1)) for rows, bias in zip(weights, biases)]


def natural(name):
    """Sorts fc9 before fc10."""
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in re.split("([0-9]+)", name)]


class Array:
    """An array of numbers, decoded when it is asked for them."""

    def __init__(self, name, shape, kind, size, content, fortran=False, big=False):
        self.name, self.shape, self.kind, self.size = name, shape, kind, size
        self.content, self.fortran, self.order = content, fortran, "big" if big else "little"
        total = 1
        for n in shape:
            total *= n
        if len(content) != total * size:
            raise Unreadable(f"`{name}`: expected {total * size} bytes for shape {shape}, found {len(content)}")

    def numbers(self, dimensions):
        """The numbers in the order of the rows; there are one or two dimensions, as asked for, and no empty one."""
        if len(self.shape) not in dimensions or not self.content:
            raise Unreadable(f"`{self.name}`: the shape is {self.shape}, expected dimensions {dimensions}, not empty")
        size, found = self.size, []
        for place, at in enumerate(range(0, len(self.content), size)):
            bits = int.from_bytes(self.content[at:at + size], self.order)
            try:
                found.append(decoded(bits, self.kind, 8 * size))
            except ValueError as error:
                raise Unreadable(f"`{self.name}`, number {place}: {error}") from error
        if self.fortran and len(self.shape) == 2:
            rows, columns = self.shape
            found = [found[k + rows * a] for k in range(rows) for a in range(columns)]
        return found

    def rows(self, dimensions=(1, 2)):
        """Its rows; one dimension is a column."""
        numbers = iter(self.numbers(dimensions))
        width = self.shape[1] if len(self.shape) == 2 else 1
        return [list(itertools.islice(numbers, width)) for _ in range(self.shape[0])]

    def parameters(self, dimensions):
        """Rows or numbers of a layer, which are floats."""
        if self.kind not in ("f", "bf"):
            raise Unreadable(f"`{self.name}`: expected floats")
        return self.rows((2,)) if dimensions == 2 else self.numbers((1,))


MANTISSA = {("f", 16): 10, ("f", 32): 23, ("f", 64): 52, ("bf", 16): 7}


def decoded(bits, kind, width):
    """The rational that the bits are."""
    if kind == "b":
        if bits > 1:
            raise ValueError("a truth value is 0 or 1")
        return Fraction(bits)
    if kind in ("i", "u"):
        return Fraction(bits - 2**width if kind == "i" and bits >> (width - 1) else bits)
    places = MANTISSA[kind, width]
    mantissa, exponent = bits & (2**places - 1), bits >> places & (2 ** (width - 1 - places) - 1)
    if exponent == 2 ** (width - 1 - places) - 1:
        raise ValueError("expected a finite number, found " + ("nan" if mantissa else "an infinity"))
    if exponent:
        mantissa += 2**places
    power = max(exponent, 1) - (2 ** (width - 2 - places) - 1) - places
    value = Fraction(mantissa << power) if power >= 0 else Fraction(mantissa, 1 << -power)
    return -value if bits >> (width - 1) else value


def npz_arrays(content):
    """The arrays of a zip of .npy files, by name."""
    arrays = {}
    if content[:2] != b"PK":
        raise Unreadable("not a readable .npz archive")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.infolist():
                name, extension = os.path.splitext(entry.filename)
                if extension != ".npy" or name in arrays:
                    raise Unreadable(f"`{entry.filename}`: not an array, or one that occurs twice")
                if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise Unreadable(f"`{entry.filename}`: compressed in a way that NumPy does not write")
                arrays[name] = npy(name, archive.read(entry))
    except (zipfile.BadZipFile, zlib.error, struct.error, RuntimeError, OSError, EOFError) as error:
        raise Unreadable(f"not a readable .npz archive: {error}") from error
    return arrays


HEADER_ENTRY = re.compile(r"\s*'(\w+)'\s*:\s*('[^']*'|True|False|\([0-9, ]*\))\s*,?\s*", re.ASCII)


def npy(name, content):
    """An array of a .npy file."""
    if content[:6] != b"\x93NUMPY" or content[6:7] not in (b"\1", b"\2", b"\3"):
        raise Unreadable(f"`{name}`: not a .npy array")
    start = 10 if content[6] == 1 else 12
    end = start + int.from_bytes(content[8:start], "little")
    header, at = {}, 1
    text = content[start:end].decode("latin-1").strip().replace('"', "'")
    while at < len(text) - 1:
        entry = HEADER_ENTRY.match(text, at)
        if not entry or entry[1] in header:
            raise Unreadable(f"`{name}`: a header that cannot be read, or of Python objects or records")
        header[entry[1]], at = entry[2], entry.end()
    if sorted(header) != ["descr", "fortran_order", "shape"] or text[0] + text[-1] != "{}" or len(content) < end:
        raise Unreadable(f"`{name}`: the header is damaged")
    match = re.fullmatch("'([<>|])([fiub])([1248])'", header["descr"])
    fortran, shape = header["fortran_order"], re.fullmatch(r"\(((?:[0-9]+, *)*(?:[0-9]+)?)\)", header["shape"])
    if fortran not in ("True", "False") or not shape:
        raise Unreadable(f"`{name}`: the header is damaged")
    shape = tuple(int(n) for n in re.findall("[0-9]+", shape[1]))
    kind, size = match.group(2, 3) if match else ("", "0")
    if not match or kind == "f" and size == "1" or kind == "b" and size != "1" or match[1] == "|" and size != "1":
        raise Unreadable(f"`{name}`: dtype {header['descr']} is not supported; save plain numbers")
    return Array(name, shape, kind, int(size), content[end:], fortran == "True", match[1] == ">")


TENSOR_TYPES = {"F64": ("f", 8), "F32": ("f", 4), "F16": ("f", 2), "BF16": ("bf", 2), "BOOL": ("b", 1),
                "I64": ("i", 8), "I32": ("i", 4), "I16": ("i", 2), "I8": ("i", 1),
                "U64": ("u", 8), "U32": ("u", 4), "U16": ("u", 2), "U8": ("u", 1)}


def safetensors(content):
    """The tensors of a .safetensors file, by name; the file must be covered by them, one after the other."""
    start = 8 + int.from_bytes(content[:8], "little")
    if len(content) < max(start, 8) or content[8:9] != b"{":
        raise Unreadable("not a readable .safetensors file")
    try:
        header = parse_json(content[8:start])
        header.pop("__metadata__", None)
        entries = []
        for name, entry in header.items():
            shape, offsets = entry["shape"], entry["data_offsets"]
            if len(entry) != 3 or len(offsets) != 2 or any(type(n) is not int or n < 0 for n in [*shape, *offsets]):
                raise ValueError(name)
            entries.append((*offsets, name, entry["dtype"], tuple(shape)))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Unreadable(f"the header of the .safetensors file is damaged: {error}") from error
    tensors, at = {}, 0
    for begin, stop, name, dtype, shape in sorted(entries):
        if begin != at or not begin <= stop <= len(content) - start:
            raise Unreadable(f"`{name}`: its bytes do not follow the tensor before them within the file")
        if dtype not in TENSOR_TYPES:
            raise Unreadable(f"`{name}`: dtype {dtype!r} is not supported")
        tensors[name] = Array(name, shape, *TENSOR_TYPES[dtype], content[start + begin:start + stop])
        at = stop
    if at != len(content) - start:
        raise Unreadable("there are bytes after the last tensor")
    return tensors


# Command line

CLAIM_WORDS = {
    "local-minimum": "the parameters are a local minimum of the loss",
    "saddle": "the parameters are stationary but not a local minimum of the loss",
    "not-stationary": "the loss falls in some direction from the parameters",
    "local-minimum-nearby": "some point within sup-distance {} of the parameters is a local minimum of the loss",
    "saddle-nearby": "some point within sup-distance {} of the parameters is stationary but not a local minimum",
}


def check_problem(problem, content):
    """Accepted, rejected or malformed, for a problem that has been loaded."""
    try:
        certificate = Certificate(content)
        check_certificate(problem, certificate)
    except Malformed as error:
        return Outcome("malformed", f"line {error.line}", "", error.text)
    except Rejected as error:
        return Outcome("rejected", error.place, error.rule, error.text)
    except Unchecked as error:
        return Outcome("not checked", text=str(error))
    words = CLAIM_WORDS[certificate.claim].format(certificate.distance_text)
    return Outcome("accepted", "", certificate.claim, words)


def check(data_path, model_path, certificate_bytes, options=None):
    """The outcome for two files and a certificate. Options, each of them optional: `targets` (a list), `hidden`,
    `output` (names), `negative_slope`, `weight_decay`, `sklearn_alpha` (a Fraction) and `decay` (all or weights)."""
    try:
        problem = load(data_path, model_path, options or {})
    except Unreadable as error:
        return Outcome("unreadable", "", "", str(error))
    return check_problem(problem, certificate_bytes)


def arguments(words):
    parser = argparse.ArgumentParser(
        description="Accepts or rejects a certificate for the given data and model, in exact arithmetic.",
        epilog="exit code: 0 accepted, 1 rejected or another claim, 2 malformed or unreadable", allow_abbrev=False)

    class Once(argparse.Action):
        """An option that is given at most once."""

        def __call__(self, parser, given, value, option=None):
            if getattr(given, self.dest) is not None:
                parser.error(f"{option} is given twice")
            setattr(given, self.dest, value)

    parser.register("action", None, Once)
    add = parser.add_argument
    add("--data", required=True, help="the samples: .npz, .csv or exact .json")
    add("--model", required=True, help="the parameters: .safetensors, .npz or exact .json")
    add("certificate", metavar="CERT")
    add("--claim", choices=POINT_CLAIMS + NEARBY_CLAIMS, help="the verdict that the certificate must prove")
    add("--negative-slope", metavar="Q", type=rational, help="the activation's slope for negative arguments")
    add("--loss", choices=["squared"], help="the loss of a sample: squared, the default and only one")
    add("--weight-decay", metavar="Q", type=coefficient, help="PyTorch's weight_decay, with the mean squared error")
    add("--decay", choices=["all", "weights"], help="what --weight-decay decays (default: all)")
    add("--sklearn-alpha", metavar="Q", type=coefficient, help="the alpha of scikit-learn's MLPRegressor")
    add("--target", action="append", metavar="NAME", help="a csv column that is a target (may be repeated)")
    add("--hidden", metavar="NAME", help="the hidden layer's name in a tensor file")
    add("--output", metavar="NAME", help="the output layer's name in a tensor file")
    add("--version", action="version", version=VERSION)
    # argparse takes a value such as -1/3 for an option, unless it is joined to the one before.
    joined = []
    for word in words:
        if joined and joined[-1] == "--negative-slope":
            joined[-1] += "=" + word
        else:
            joined.append(word)
    return parser.parse_args(joined)


def main(words):
    given = arguments(words)
    options = {"targets": given.target, "hidden": given.hidden, "output": given.output,
               "negative_slope": given.negative_slope, "weight_decay": given.weight_decay, "decay": given.decay,
               "sklearn_alpha": given.sklearn_alpha}
    try:
        content = read_file(given.certificate)
    except Unreadable as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    outcome = check(given.data, given.model, content, options)
    if outcome.kind == "accepted":
        print(f"accepted: {outcome.rule}: {outcome.text}")
        if given.claim not in (None, outcome.rule):
            print(f"{given.certificate}: the certificate proves {outcome.rule}, not {given.claim}", file=sys.stderr)
            return 1
        return 0
    if outcome.kind == "not checked":
        print(f"not checked: {outcome.text}", file=sys.stderr)
        return 2
    if outcome.kind == "unreadable":
        print(f"error: {outcome.text}", file=sys.stderr)
        return 2
    place = ": ".join(word for word in (given.certificate, outcome.place, outcome.rule, outcome.text) if word)
    print(outcome.kind)
    print(place, file=sys.stderr)
    return 1 if outcome.kind == "rejected" else 2


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Exception:  # no verdict: not the exit code 1 with which Python would end
        traceback.print_exc()
        sys.exit(2)
