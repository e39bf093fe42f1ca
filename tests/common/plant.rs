//! Planted box certificates: network, kinks and multipliers first, then residuals for which the equations of section 10
//! of docs/FORMAT.md hold exactly, then the targets that give these residuals. The midpoints are the exact zero.

use super::instance::{Instance, Net};
use super::linear::{Q, dot, integer, null_space, q};
use super::rng::Rng;
use lowpoint::kernel::problem::Digests;
use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};

/// What a certificate says of one neuron, but for the numbers, which are those of the network.
#[derive(Clone)]
pub enum Role {
    /// Held coordinates (w_i first, then h_i), held classes, and the multipliers of the classes.
    Live {
        pinned: Vec<usize>,
        dependent: Vec<usize>,
        nu: Vec<Q>,
    },
    /// w_i and h_i are this multiple of those of neuron j, whose role is `Live`.
    Split(usize, Q),
    Zero,
    Escape(Vec<Q>),
    Constant,
    Frozen,
    Twin(usize),
}

impl Role {
    /// A live neuron without kinks that holds these coordinates.
    pub fn live(pinned: &[usize]) -> Self {
        Self::Live { pinned: pinned.to_vec(), dependent: Vec::new(), nu: Vec::new() }
    }
}

/// A network at a stationary point.
pub struct Plant {
    /// The targets are found by [`Plant::solve`].
    pub instance: Instance,
    /// Coefficient of decay of input and output weights; none of the biases.
    pub alpha: Q,
    pub roles: Vec<Role>,
    /// Residuals that are given: sample, output, value.
    pub given: Vec<(usize, usize, Q)>,
    /// Further conditions on the residuals of a scalar output: factors of all eps_k, and the sum.
    pub conditions: Vec<(Vec<Q>, Q)>,
    pub claim: &'static str,
    pub system: &'static str,
}

impl Plant {
    fn kinks(&self, i: usize) -> Vec<usize> {
        let net = &self.instance.net;
        let bent = net.w[i].iter().any(|w| !w.is_zero());
        let zero = |k: &usize| bent && self.instance.preactivation(&net.w[i], *k).is_zero();
        (0..self.instance.rows.len()).filter(zero).collect()
    }

    fn slope(&self, i: usize, k: usize) -> Q {
        let z = self.instance.preactivation(&self.instance.net.w[i], k);
        match (z.is_zero(), z.is_positive()) {
            (true, _) => Q::zero(),
            (_, true) => self.instance.slopes[0].clone(),
            _ => self.instance.slopes[1].clone(),
        }
    }

    /// The inputs of the classes' first samples.
    fn classes(&self, i: usize) -> Vec<Vec<i64>> {
        let mut found: Vec<Vec<i64>> = Vec::new();
        for k in self.kinks(i) {
            let row = &self.instance.rows[k];
            let parallel = |x: &Vec<i64>| (0..row.len()).all(|a| (0..a).all(|b| x[a] * row[b] == x[b] * row[a]));
            if row.iter().any(|v| *v != 0) && !found.iter().any(parallel) {
                found.push(row.clone());
            }
        }
        found
    }

    /// The conditions on the residuals, one unknown for each sample and output, and the constant last.
    fn equations(&self) -> Vec<Vec<Q>> {
        let (n, outputs) = (self.instance.rows.len(), self.instance.outputs());
        let net = &self.instance.net;
        let free = self.instance.width() - usize::from(self.instance.hidden_bias);
        let row = |entry: &dyn Fn(usize, usize) -> Q, constant: Q| -> Vec<Q> {
            let entries = (0..n).flat_map(|k| (0..outputs).map(move |j| (k, j))).map(|(k, j)| entry(k, j));
            entries.chain([constant]).collect()
        };
        let x = |k: usize, a: usize| q(self.instance.rows[k][a], self.instance.q);
        let mut rows = Vec::new();
        for (i, role) in self.roles.iter().enumerate() {
            let Role::Live { nu, .. } = role else { continue };
            let multiple = self.multiple(i);
            let classes = self.classes(i);
            assert_eq!(classes.len(), nu.len(), "multipliers of neuron {i}");
            for a in 0..self.instance.width() {
                let pull: Q = nu.iter().zip(&classes).map(|(nu, x)| nu * q(x[a], self.instance.q)).sum();
                let decay = if a < free { &self.alpha * &net.w[i][a] } else { Q::zero() };
                rows.push(row(&|k, j| self.slope(i, k) * &net.h[i][j] * x(k, a), pull / &multiple + decay));
            }
            for out in 0..outputs {
                let z = |k: usize| self.instance.preactivation(&net.w[i], k);
                let entry = |k: usize, j: usize| if j == out { self.slope(i, k) * z(k) } else { Q::zero() };
                rows.push(row(&entry, &self.alpha * &net.h[i][out]));
            }
        }
        for out in 0..if net.bias.is_some() { outputs } else { 0 } {
            rows.push(row(&|_, j| if j == out { Q::one() } else { Q::zero() }, Q::zero()));
        }
        for (k, j, value) in &self.given {
            let entry = |a: usize, b: usize| if (a, b) == (*k, *j) { Q::one() } else { Q::zero() };
            rows.push(row(&entry, -value.clone()));
        }
        rows.extend(self.conditions.iter().map(|(factors, sum)| row(&|k, _| factors[k].clone(), -sum.clone())));
        rows
    }

    /// T_i.
    fn multiple(&self, i: usize) -> Q {
        let square = |role: &Role| match role {
            Role::Split(j, t) if *j == i => t * t,
            _ => Q::zero(),
        };
        Q::one() + self.roles.iter().map(square).sum::<Q>()
    }

    /// Finds residuals, and with them the targets; `size` scales the part that no condition determines.
    pub fn solve(mut self, seed: u64, size: Q) -> Self {
        let (n, outputs) = (self.instance.rows.len(), self.instance.outputs());
        let mut eps = vec![Q::zero(); n * outputs];
        if self.system == "stationarity" {
            let width = n * outputs + 1;
            let mut basis = null_space(self.equations(), width);
            let whole = basis.pop().filter(|v| v[width - 1].is_one());
            eps = whole.expect("the conditions on the residuals contradict each other");
            let mut rng = Rng::new(seed);
            for v in &basis {
                let factor = &size * q(rng.range(-8, 8), 8);
                eps.iter_mut().zip(v).for_each(|(e, v)| *e += &factor * v);
            }
        }
        self.instance.y = (0..n)
            .map(|k| {
                let f = self.instance.value(&self.instance.net, k);
                (0..outputs).map(|j| &f[j] - &eps[k * outputs + j] / self.instance.weight(k)).collect()
            })
            .collect();
        self
    }

    /// G(u), for one output.
    pub fn potential(&self, u: &[Q]) -> Q {
        let eps = self.instance.residuals(&self.instance.net);
        let values = eps.iter().enumerate().map(|(k, e)| &e[0] * self.instance.rho(self.instance.preactivation(u, k)));
        values.sum()
    }

    /// The least |w_i.x_k|/|x_k|_1 with strict signs, and the least |h_i| of live and split neurons.
    pub fn radii(&self) -> (Q, Q) {
        let net = &self.instance.net;
        let strict = |i: usize, k: usize| {
            let norm = q(self.instance.rows[k].iter().map(|v| v.abs()).sum(), self.instance.q);
            Some(self.instance.preactivation(&net.w[i], k).abs() / norm).filter(|v| !v.is_zero())
        };
        let bent = |i: &usize| !matches!(self.roles[*i], Role::Zero | Role::Escape(_));
        let inputs = (0..self.roles.len()).filter(bent);
        let inputs = inputs.flat_map(|i| (0..self.instance.rows.len()).filter_map(move |k| strict(i, k)));
        let tied = |i: &usize| matches!(self.roles[*i], Role::Live { .. } | Role::Split(..));
        let outputs = (0..self.roles.len()).filter(tied).map(|i| net.h[i][0].abs());
        (inputs.min().unwrap_or_else(Q::zero), outputs.min().unwrap_or_else(Q::zero))
    }

    /// The instance with a model that is 2^-20 away in every parameter of live neurons and the output bias.
    pub fn displaced(&self) -> Instance {
        let mut instance = self.instance.clone();
        let far = q(1, 1 << 20);
        for (i, role) in self.roles.iter().enumerate() {
            if matches!(role, Role::Live { .. }) {
                instance.net.w[i].iter_mut().for_each(|w| *w += &far);
                instance.net.h[i].iter_mut().for_each(|h| *h -= &far);
            }
        }
        instance.net.bias.iter_mut().flatten().for_each(|b| *b += &far);
        instance
    }

    /// Region radii that are a little smaller than the largest ones, for a local minimum of one output.
    fn region(&self) -> String {
        let less = |v: Q| if v.is_zero() { "unbounded".to_string() } else { (v * q(1023, 1024)).to_string() };
        match (self.system, self.claim, self.instance.outputs()) {
            ("interpolation", ..) => "region unbounded unbounded".to_string(),
            (_, "local-minimum-nearby", 1) => {
                let (inputs, outputs) = self.radii();
                format!("region {} {}", less(inputs), less(outputs))
            }
            _ => "region none".to_string(),
        }
    }

    /// The certificate, with boxes of radius 2^exponent around the exact zero; the distance is 2^-19.
    pub fn text(&self, digests: &Digests, exponent: i32) -> String {
        let (instance, net) = (&self.instance, &self.instance.net);
        let (free, hidden) = (instance.width() - usize::from(instance.hidden_bias), instance.hidden_bias);
        let word = |has: bool, name: &str| if has { name.to_string() } else { format!("no-{name}") };
        let [above, below] = &instance.slopes;
        let mut lines = vec![
            "lowpoint-certificate 3".to_string(),
            format!("claim {} 1/{}", self.claim, 1 << 19),
            format!("data {}", digests.data),
            format!("model {}", digests.model),
            format!(
                "shape {} {free} {} {} {} {}",
                instance.rows.len(),
                instance.outputs(),
                net.w.len(),
                word(hidden, "hidden-bias"),
                word(net.bias.is_some(), "output-bias")
            ),
            format!("slopes {above} {below}"),
            format!("penalty {0} 0 {0} 0", self.alpha),
            "rests-on intervals".to_string(),
            format!("system {}", self.system),
            self.region(),
            net.bias.as_ref().map_or("bias absent".into(), |bias| block("bias", exponent, bias)),
            format!("neurons {}", net.w.len()),
        ];
        let list = |name: &str, numbers: &[usize]| {
            numbers.iter().fold(name.to_string(), |line, number| format!("{line} {number}"))
        };
        for (i, role) in self.roles.iter().enumerate() {
            match role {
                Role::Live { pinned, dependent, nu } => lines.extend([
                    format!("neuron {i} live"),
                    list("kinks", &self.kinks(i)),
                    list("dependent", dependent),
                    list("pinned", pinned),
                    block("input", exponent, &net.w[i]),
                    block("output", exponent, &net.h[i]),
                    block("multipliers", exponent, nu),
                ]),
                Role::Split(j, t) => lines.push(format!("neuron {i} split {j} {}", float(t))),
                Role::Zero => lines.push(format!("neuron {i} zero")),
                Role::Escape(u) => {
                    lines.push(u.iter().fold(format!("neuron {i} escape"), |line, v| format!("{line} {}", float(v))));
                }
                Role::Constant => lines.push(format!("neuron {i} constant {}", float(&net.w[i][free]))),
                Role::Frozen => lines.push(format!("neuron {i} frozen")),
                Role::Twin(j) => lines.push(format!("neuron {i} twin {j}")),
            }
        }
        lines.push("end\n".to_string());
        lines.join("\n")
    }
}

fn block(name: &str, exponent: i32, values: &[Q]) -> String {
    values.iter().fold(format!("{name} {exponent}"), |line, value| format!("{line} {}", float(value)))
}

/// A FLOAT of section 10.
pub fn float(value: &Q) -> String {
    if value.is_zero() {
        return "0".to_string();
    }
    let places = value.denom().bits() - 1;
    assert_eq!(*value.denom(), BigInt::one() << places, "{value} is no float");
    let zeros = value.numer().trailing_zeros().unwrap_or(0);
    format!("{:x}p{}", value.numer() >> zeros, zeros as i64 - places as i64)
}

fn rationals(rows: &[&[i64]]) -> Vec<Vec<Q>> {
    rows.iter().map(|row| row.iter().map(|v| integer(*v)).collect()).collect()
}

/// The rows that are given, then others from a grid that are not orthogonal to w; a bias coordinate 1 last.
fn samples(seed: u64, count: usize, first: &[&[i64]], w: &[i64]) -> Vec<Vec<i64>> {
    let mut rng = Rng::new(seed);
    let mut rows: Vec<Vec<i64>> = first.iter().map(|row| row.to_vec()).collect();
    while rows.len() < count {
        let row = vec![rng.range(-5, 5), rng.range(-5, 5), 1];
        let product: i64 = row.iter().zip(w).map(|(x, w)| x * w).sum();
        if !rows.contains(&row) && product != 0 {
            rows.push(row);
        }
    }
    rows
}

/// An instance without targets; the hidden bias is the last coordinate.
fn instance(rows: Vec<Vec<i64>>, w: &[&[i64]], h: &[&[i64]], bias: Option<&[i64]>, slopes: [Q; 2]) -> Instance {
    let y = vec![vec![Q::zero(); h[0].len()]; rows.len()];
    let bias = bias.map(|b| b.iter().map(|v| integer(*v)).collect());
    let net = Net { w: rationals(w), h: rationals(h), bias };
    Instance { rows, q: 1, hidden_bias: true, slopes, c: None, y, net }
}

fn relu() -> [Q; 2] {
    [integer(1), integer(0)]
}

fn kinked(pinned: &[usize], dependent: &[usize], nu: &[Q]) -> Role {
    Role::Live { pinned: pinned.to_vec(), dependent: dependent.to_vec(), nu: nu.to_vec() }
}

/// Weight decay, one output: kinks, a split neuron, constant neurons on both sides.
pub fn decayed(slopes: [Q; 2]) -> Plant {
    // 3 x + 4 y = 0 at (4, -3), (-4, 3) and (0, 0); with the bias coordinate these are three classes of rank 2.
    let rows = samples(3, 20, &[&[4, -3, 1], &[-4, 3, 1], &[0, 0, 1], &[4, -3, 1]], &[3, 4, 0]);
    let rising = if slopes[0] > slopes[1] { 1 } else { -1 };
    let h = [[5 * rising], [10 * rising], [0], [0], [5]];
    let h: Vec<&[i64]> = h.iter().map(|h| &h[..]).collect();
    let w: [&[i64]; 5] = [&[3, 4, 0], &[6, 8, 0], &[0, 0, 2], &[0, 0, -1], &[4, -3, 0]];
    let mut instance = instance(rows, &w, &h, Some(&[1]), slopes);
    instance.net.w[4][2] = q(1, 2);
    let factors = |a: usize| instance.rows.iter().map(|row| integer(row[a])).collect::<Vec<_>>();
    let constants = [(factors(0), q(1, 2)), (factors(1), q(-1, 4))];
    let half = (&instance.slopes[0] + &instance.slopes[1]) / integer(2);
    // Each multiplier is that of the middle of its interval, but for a little.
    let middle = |eps: i64| integer(5 * 5 * rising * eps) * &half;
    let nu = vec![middle(2) + q(1, 2), middle(1) - q(1, 4), middle(3)];
    let given = [1, 1, 3, 1].iter().enumerate().map(|(k, eps)| (k, 0, integer(*eps))).collect();
    Plant {
        roles: vec![
            kinked(&[], &[2], &nu),
            Role::Split(0, integer(2)),
            Role::Constant,
            Role::Constant,
            Role::live(&[]),
        ],
        instance,
        alpha: integer(1),
        given,
        conditions: constants.into(),
        claim: "local-minimum-nearby",
        system: "stationarity",
    }
    .solve(1, q(1, 2))
}

/// Weight decay, one output, a neuron at zero that escapes and one that need not be judged.
pub fn escaping() -> Plant {
    let rows = samples(5, 14, &[&[4, -3, 1]], &[3, 4, 0]);
    let instance = instance(rows, &[&[3, 4, 0], &[0, 0, 0], &[0, 0, 0]], &[&[5], &[0], &[0]], Some(&[2]), relu());
    let nu = vec![q(25, 2)];
    let mut plant = Plant {
        roles: vec![kinked(&[], &[], &nu), Role::Zero, Role::Zero],
        instance,
        alpha: integer(1),
        given: vec![(0, 0, integer(5))],
        conditions: Vec::new(),
        claim: "saddle-nearby",
        system: "stationarity",
    }
    .solve(2, integer(4));
    let mut rng = Rng::new(1);
    let leads_down = |u: &Vec<Q>| {
        let value = plant.potential(u);
        &value * &value > dot(&u[..2], &u[..2])
    };
    let u = std::iter::repeat_with(|| (0..3).map(|_| q(rng.range(-4, 4), 4)).collect::<Vec<_>>());
    let u = u.take(1000).find(leads_down).expect("no direction that leads down");
    plant.roles[1] = Role::Escape(u);
    plant
}

/// Weight decay so strong that every neuron is at zero.
pub fn collapsed() -> Plant {
    let rows = samples(6, 6, &[], &[0, 0, 1]);
    let instance = instance(rows, &[&[0, 0, 0], &[0, 0, 0]], &[&[0], &[0]], Some(&[2]), relu());
    let roles = vec![Role::Zero, Role::Zero];
    let (claim, system) = ("local-minimum-nearby", "stationarity");
    Plant { roles, instance, alpha: integer(40), given: vec![], conditions: vec![], claim, system }.solve(4, q(1, 1))
}

/// No decay, one output: kinks, a gauge, a neuron on one side of all samples, a twin and a frozen neuron.
pub fn scalar() -> Plant {
    let rows = samples(7, 24, &[&[2, -1, 1], &[-1, -1, 1]], &[0, 1, 1]);
    let w: [&[i64]; 5] = [&[0, 1, 1], &[1, 2, 40], &[2, 1, 60], &[1, 1, -30], &[3, -1, 1]];
    let mut instance = instance(rows, &w, &[&[2], &[-1], &[3], &[1], &[-2]], Some(&[1]), relu());
    // Off every sample.
    instance.net.w[4][2] = q(1, 2);
    Plant {
        roles: vec![
            kinked(&[1], &[], &[q(2, 1), q(1, 1)]),
            Role::live(&[0, 2]),
            Role::Twin(1),
            Role::Frozen,
            Role::live(&[3]),
        ],
        instance,
        alpha: Q::zero(),
        given: vec![(0, 0, integer(2)), (1, 0, integer(1))],
        conditions: Vec::new(),
        claim: "local-minimum-nearby",
        system: "stationarity",
    }
    .solve(3, integer(1))
}

/// Several outputs, without decay (alpha 0) or with: kinks, and without decay gauges and a frozen neuron. Large
/// residuals (`size`) make it a point that is no minimum.
pub fn vector(alpha: Q, size: Q) -> Plant {
    let rows = samples(8, 24, &[&[4, -3, 1], &[-4, 3, 1]], &[3, 4, 0]);
    let decays = !alpha.is_zero();
    let w: [&[i64]; 3] = [&[3, 4, 0], &[4, -3, 3], if decays { &[0, 0, -1] } else { &[1, 1, -30] }];
    let last: &[i64] = if decays { &[0, 0] } else { &[1, 1] };
    let mut instance = instance(rows, &w, &[&[4, 3], &[-3, 4], last], Some(&[1, 0]), relu());
    instance.net.w[1][2] = q(7, 2);
    let (eps, live) = (q(1, 16), |pins: &[usize]| if decays { vec![] } else { pins.to_vec() });
    let given = vec![(0, 0, eps.clone()), (0, 1, eps.clone()), (1, 0, eps.clone()), (1, 1, eps.clone())];
    Plant {
        roles: vec![
            kinked(&live(&[0]), &[], &[q(3, 16), q(1, 4)]),
            Role::live(&live(&[3])),
            if decays { Role::Constant } else { Role::Frozen },
        ],
        instance,
        alpha,
        given,
        conditions: Vec::new(),
        claim: "local-minimum-nearby",
        system: "stationarity",
    }
    .solve(5, size)
}

/// Weight decay, several outputs, two neurons with the same direction and kinks: one coordinate is held against turning them
/// into each other.
pub fn turned() -> Plant {
    let mut plant = vector(integer(1), q(1, 64));
    let double = |values: &[Q]| values.iter().map(|v| v * integer(2)).collect::<Vec<Q>>();
    let (w, h) = (double(&plant.instance.net.w[0]), double(&plant.instance.net.h[0]));
    (plant.instance.net.w[2], plant.instance.net.h[2]) = (w, h);
    plant.roles[2] = kinked(&[0], &[], &[q(3, 8), q(1, 2)]);
    plant.solve(5, q(1, 64))
}

/// Several outputs, no decay, two neurons with the same signs: two input weights of each are held against mixing them.
pub fn mixed() -> Plant {
    let mut plant = vector(integer(0), q(1, 64));
    let net = &mut plant.instance.net;
    net.w.push(vec![q(65, 8), integer(-6), integer(7)]);
    net.h.push(vec![integer(1), integer(1)]);
    plant.roles[1] = Role::live(&[0, 1]);
    plant.roles.push(Role::live(&[0, 1]));
    plant.solve(5, q(1, 64))
}

/// The same function with two more inputs, held coordinates given anew: one is always zero, the other and the first add up
/// to one, as one-hot columns do.
fn widened(mut plant: Plant, pinned: &[&[usize]]) -> Plant {
    plant.instance.rows.iter_mut().for_each(|row| {
        row.splice(2..2, [0, row[2] - row[0]]);
    });
    for (i, w) in plant.instance.net.w.iter_mut().enumerate() {
        // v (1 - x) + v x - v is nothing.
        let v = integer(i as i64 + 1);
        w[0] += &v;
        w[2] -= &v;
        w.splice(2..2, [q(-3, 2), v]);
    }
    let live = plant.roles.iter_mut().filter_map(|role| match role {
        Role::Live { pinned, .. } => Some(pinned),
        _ => None,
    });
    live.zip(pinned).for_each(|(held, pinned)| *held = pinned.to_vec());
    plant
}

/// One output, and inputs that depend on each other. The second neuron has one side: its hidden bias is held by the output
/// bias, and may still span.
pub fn redundant() -> Plant {
    widened(scalar(), &[&[2, 3, 5], &[1, 2, 3, 4], &[0, 2, 5]])
}

/// Several outputs, and inputs that depend on each other.
pub fn redundant_vector() -> Plant {
    widened(vector(integer(0), q(1, 64)), &[&[2, 3, 5], &[0, 2, 6]])
}

/// As many unknowns as equations f(x_k) = y_k; a sample occurs twice, one neuron is held at zero.
pub fn interpolating() -> Plant {
    let rows = [[1, 2, 1], [1, 2, 1], [3, 1, 1], [0, 2, 1], [-1, 3, 1], [-4, -1, 1]];
    let rows = rows.iter().map(|row| row.to_vec()).collect();
    let mut instance = instance(rows, &[&[1, 1, 0], &[-1, 2, 0], &[0, 0, 0]], &[&[2], &[-1], &[4]], Some(&[1]), relu());
    instance.net.w[0][2] = q(1, 2);
    instance.net.w[1][2] = q(1, 4);
    Plant {
        roles: vec![Role::live(&[3]), Role::live(&[0, 1, 2]), Role::live(&[0, 1, 2, 3])],
        instance,
        alpha: Q::zero(),
        given: Vec::new(),
        conditions: Vec::new(),
        claim: "local-minimum-nearby",
        system: "interpolation",
    }
    .solve(0, Q::zero())
}
