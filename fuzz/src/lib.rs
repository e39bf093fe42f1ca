//! What the fuzz targets share: the targets as plain functions, and the tests' naive oracle that some of them ask.
#![allow(dead_code)] // the oracle's modules are those of the tests, which use all of them

#[path = "../../tests/common/mod.rs"]
mod common;

#[path = "../../tests/planted/boxes.rs"]
mod boxes;
#[path = "../../tests/oracle/checks.rs"]
mod checks;
#[path = "../../tests/oracle/claimed.rs"]
mod claimed;
#[path = "../../tests/oracle/forged.rs"]
mod forged;
#[path = "../../tests/oracle/forms.rs"]
mod forms;
#[path = "../../tests/oracle/mixed_forms.rs"]
mod mixed_forms;
#[path = "../../tests/oracle/mixed_instances.rs"]
mod mixed_instances;
#[path = "../../tests/planted/problems.rs"]
mod problems;
#[path = "../../tests/boxes/truth.rs"]
mod truth;

pub mod targets;

use common::counts::Counts;
use common::{curvature, exact};
