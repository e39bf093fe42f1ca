//! A problem, and what follows from a point of it, by the definitions of docs/FORMAT.md, section 1.

use crate::common::instance::{Instance, Net};
use crate::common::linear::{Q, dot, integer};
use lowpoint::kernel::linear::Fractions;
use lowpoint::kernel::problem::Problem;
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};
use std::rc::Rc;

pub struct Setting {
    /// x_k, with the bias coordinate where there is a hidden bias.
    pub rows: Vec<Vec<Q>>,
    pub y: Vec<Vec<Q>>,
    pub c: Vec<Q>,
    /// a+ and a-.
    pub slopes: [Q; 2],
    /// lw, lb, lh, lo.
    pub penalty: [Q; 4],
    pub hidden_bias: bool,
    pub model: Net,
    pub digests: [String; 2],
}

/// Everything that the rules refer to, at one point.
pub struct Local {
    pub setting: Rc<Setting>,
    pub net: Net,
    pub loss: Q,
    /// w_i.x_k.
    pub z: Vec<Vec<Q>>,
    /// eps_k.
    pub eps: Vec<Vec<Q>>,
    pub slopes: Vec<Slope>,
}

/// D_i(u)_j = p_j.u + sum_C kap_Cj |x_C.u|.
pub struct Slope {
    /// K_i.
    pub kinks: Vec<usize>,
    /// p_j.
    pub linear: Vec<Vec<Q>>,
    pub classes: Vec<Class>,
}

/// Kinks whose inputs are parallel.
pub struct Class {
    /// x_C.
    pub x: Vec<Q>,
    /// kap_Cj.
    pub kappa: Vec<Q>,
}

impl Setting {
    pub fn new(problem: &Problem) -> Self {
        let (dataset, network) = (problem.dataset(), problem.network());
        let q = dataset.input_denominator();
        let bias = network.has_hidden_bias().then(Q::one);
        let row = |x: &Vec<BigInt>| x.iter().map(|v| Q::new(v.clone(), q.clone())).chain(bias.clone()).collect();
        let values = |f: &Fractions| -> Vec<Q> { f.rationals().collect() };
        let targets: Vec<Vec<Q>> = dataset.targets().iter().map(values).collect();
        let count = dataset.sample_count();
        let activation = network.activation();
        Self {
            rows: dataset.inputs().iter().map(row).collect(),
            y: (0..count).map(|k| targets.iter().map(|t| t[k].clone()).collect()).collect(),
            c: dataset.weights().map_or_else(|| vec![Q::one(); count], values),
            slopes: [activation.positive.clone(), activation.negative.clone()],
            penalty: problem.penalty().coefficients().map(Clone::clone),
            hidden_bias: network.has_hidden_bias(),
            model: Net {
                w: network.neurons().iter().map(|n| values(&n.input)).collect(),
                h: network.neurons().iter().map(|n| values(&n.output)).collect(),
                bias: network.output_bias().map(values),
            },
            digests: [problem.digests().data.clone(), problem.digests().model.clone()],
        }
    }

    /// N, d, J, m.
    pub fn sizes(&self) -> [u64; 4] {
        let inputs = self.rows[0].len() - usize::from(self.hidden_bias);
        [self.rows.len(), inputs, self.outputs(), self.model.w.len()].map(|n| n as u64)
    }

    pub fn outputs(&self) -> usize {
        self.y[0].len()
    }

    pub fn rho(&self, z: &Q) -> Q {
        z * &self.slopes[usize::from(z.is_negative())]
    }

    /// f(x_k) - y_k.
    fn error(&self, net: &Net, k: usize) -> Vec<Q> {
        let mut f = net.bias.clone().unwrap_or_else(|| vec![Q::zero(); self.outputs()]);
        for (w, h) in net.w.iter().zip(&net.h) {
            let activation = self.rho(&dot(w, &self.rows[k]));
            f.iter_mut().zip(h).for_each(|(f, h)| *f += h * &activation);
        }
        f.iter().zip(&self.y[k]).map(|(f, y)| f - y).collect()
    }

    pub fn loss(&self, net: &Net) -> Q {
        let square = |k: usize| self.error(net, k).iter().map(|e| e * e).sum::<Q>() * &self.c[k];
        (0..self.rows.len()).map(square).sum::<Q>() / integer(2)
    }

    /// For the oracle, which wants inputs in short integers over one denominator.
    pub fn instance(&self) -> Option<Instance> {
        let q = self.rows.iter().flatten().fold(BigInt::one(), |m, v| m.lcm(v.denom()));
        let short = |v: &Q| (v * Q::from_integer(q.clone())).to_integer().to_i32().map(i64::from);
        let rows = self.rows.iter().map(|r| r.iter().map(short).collect::<Option<Vec<i64>>>());
        Some(Instance {
            rows: rows.collect::<Option<_>>()?,
            q: q.to_i64()?,
            hidden_bias: self.hidden_bias,
            slopes: self.slopes.clone(),
            c: Some(self.c.clone()),
            y: self.y.clone(),
            net: self.model.clone(),
        })
    }
}

impl Local {
    pub fn new(setting: &Rc<Setting>, net: &Net) -> Self {
        let errors: Vec<Vec<Q>> = (0..setting.rows.len()).map(|k| setting.error(net, k)).collect();
        let eps = errors.iter().zip(&setting.c).map(|(e, c)| e.iter().map(|e| e * c).collect()).collect();
        let z = net.w.iter().map(|w| setting.rows.iter().map(|x| dot(w, x)).collect()).collect();
        let square = |(e, c): (&Vec<Q>, &Q)| e.iter().map(|e| e * e).sum::<Q>() * c;
        let loss = errors.iter().zip(&setting.c).map(square).sum::<Q>() / integer(2);
        let mut local = Self { setting: setting.clone(), net: net.clone(), loss, z, eps, slopes: Vec::new() };
        local.slopes = (0..net.w.len()).map(|i| local.slope_form(i)).collect();
        local
    }

    /// sum_k eps_k, and with an output bias lo times it.
    pub fn bias_sums(&self) -> Vec<Q> {
        let sum = |j: usize| self.eps.iter().map(|e| e[j].clone()).sum::<Q>();
        let decay = |j: usize| self.net.bias.as_ref().map_or_else(Q::zero, |b| &self.setting.penalty[3] * &b[j]);
        (0..self.setting.outputs()).map(|j| sum(j) + decay(j)).collect()
    }

    /// lw w'.u' + lb b u_b + lh h.g for neuron `i`.
    pub fn decay(&self, i: usize, u: &[Q], g: &[Q]) -> Q {
        let ([lw, lb, lh, _], setting) = (&self.setting.penalty, &self.setting);
        let (w, h) = (&self.net.w[i], &self.net.h[i]);
        let inputs = w.len() - usize::from(setting.hidden_bias);
        lw * dot(&w[..inputs], &u[..inputs]) + lb * dot(&w[inputs..], &u[inputs..]) + lh * dot(h, g)
    }

    /// sum_k eps_k value(k).
    fn sum(&self, value: impl Fn(usize) -> Q) -> Vec<Q> {
        let mut sum = vec![Q::zero(); self.setting.outputs()];
        for (k, eps) in self.eps.iter().enumerate() {
            let value = value(k);
            if !value.is_zero() {
                sum.iter_mut().zip(eps).for_each(|(s, e)| *s += e * &value);
            }
        }
        sum
    }

    /// G(w_i).
    pub fn potential(&self, i: usize) -> Vec<Q> {
        self.sum(|k| self.setting.rho(&self.z[i][k]))
    }

    /// D_i(u), sample by sample.
    pub fn slope(&self, i: usize, u: &[Q]) -> Vec<Q> {
        self.sum(|k| self.derivative(i, k, &dot(u, &self.setting.rows[k])))
    }

    /// rho'(w_i.x_k; t).
    pub fn derivative(&self, i: usize, k: usize, t: &Q) -> Q {
        let z = &self.z[i][k];
        let side = if z.is_zero() { t } else { z };
        t * &self.setting.slopes[usize::from(side.is_negative())]
    }

    fn slope_form(&self, i: usize) -> Slope {
        let setting = &self.setting;
        let [above, below] = &setting.slopes;
        let (even, odd) = ((above + below) / integer(2), (above - below) / integer(2));
        let kinks: Vec<usize> = (0..setting.rows.len()).filter(|&k| self.z[i][k].is_zero()).collect();
        let slope = |k: usize| match &self.z[i][k] {
            z if z.is_zero() => &even,
            z if z.is_negative() => below,
            _ => above,
        };
        let columns = (0..setting.rows[0].len()).map(|a| self.sum(|k| slope(k) * &setting.rows[k][a]));
        let columns: Vec<Vec<Q>> = columns.collect();
        let linear = (0..setting.outputs()).map(|j| columns.iter().map(|c| c[j].clone()).collect()).collect();
        let mut classes: Vec<Class> = Vec::new();
        for &k in &kinks {
            let Some((t, x)) = primitive(&setting.rows[k]) else { continue };
            let place = classes.iter().position(|c| c.x == x).unwrap_or_else(|| {
                classes.push(Class { x, kappa: vec![Q::zero(); setting.outputs()] });
                classes.len() - 1
            });
            let bend = t.abs() * &odd;
            classes[place].kappa.iter_mut().zip(&self.eps[k]).for_each(|(kappa, e)| *kappa += e * &bend);
        }
        Slope { kinks, linear, classes }
    }
}

/// t and x_C with x = t x_C, coprime integers of which the first that is not 0 is positive.
pub fn primitive(x: &[Q]) -> Option<(Q, Vec<Q>)> {
    let first = x.iter().find(|v| !v.is_zero())?;
    let common = x.iter().fold(BigInt::one(), |m, v| m.lcm(v.denom()));
    let content = x.iter().fold(BigInt::zero(), |g, v| g.gcd(&(v.numer() * (&common / v.denom()))));
    let t = Q::new(content, common) * integer(if first.is_negative() { -1 } else { 1 });
    let direction = x.iter().map(|v| v / &t).collect();
    Some((t, direction))
}
