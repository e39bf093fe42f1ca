//! Faults of matrices and cells (format 2). `cells` has two convex classes (1,2), (2,1) with kappa 3 and three concave ones
//! (1,1), (1,-1), (1,0) with kappa -1, at w = 0.

use super::faults::Edit::Once;
use super::faults::{Edit, Fault};

const SECOND: Edit = Once("lowpoint-certificate 1", "lowpoint-certificate 2");
const NO_CURVATURE: Edit = Once("end\n", "curvature absent\nend\n");
const MATRIX: Edit = Once("rays", "matrix 3 3\nbalance 0 0\ncolumn 1 1\ncolumn -3 3\ncolumn -1 2");
/// (1,1) and (1,-1) both positive imply (1,0); the last leaf needs its path.
const CELLS: Edit = Once(
    "rays",
    "cells 6\nsplit 2\nsplit 3\nimplied 4 + 2 1 1\nleaf 0 1\npath 0 0 0\nbalance -1 2\n\
     leaf 1 3\npath 0 0\nbalance 4 -2\ncolumn -1 2\nleaf 2 3\npath 3\nbalance -2 -2\ncolumn -3 3\ncolumn -1 2",
);

macro_rules! matrix {
    ($name:literal, $from:literal, $to:literal) => {
        ($name, "cells", &[SECOND, NO_CURVATURE, MATRIX, Once($from, $to)])
    };
}

macro_rules! cells {
    ($name:literal, $from:literal, $to:literal) => {
        ($name, "cells", &[SECOND, NO_CURVATURE, CELLS, Once($from, $to)])
    };
}

/// Other proofs of the same claims.
pub const ACCEPTED: &[Fault] = &[
    ("cells.matrix", "cells", &[SECOND, NO_CURVATURE, MATRIX]),
    ("cells.cells", "cells", &[SECOND, NO_CURVATURE, CELLS]),
    cells!(
        "cells.one-cell",
        "cells 6\nsplit 2\nsplit 3\nimplied 4 + 2 1 1\nleaf 0 1\npath 0 0 0\nbalance -1 2\n\
         leaf 1 3\npath 0 0\nbalance 4 -2\ncolumn -1 2\nleaf 2 3\npath 3\nbalance -2 -2\n",
        "cells 1\nleaf 3 3\npath\nbalance 0 0\ncolumn 1 1\n"
    ),
    ("rays.matrix", "rays", &[SECOND, NO_CURVATURE, Once("rays", "matrix 1 1\nbalance 1 0\ncolumn 1 1")]),
    (
        "rays.cells",
        "rays",
        &[
            SECOND,
            NO_CURVATURE,
            Once("rays", "cells 3\nsplit 2\nleaf 0 1\npath 0\nbalance 2 1\nleaf 0 1\npath 0\nbalance 0 -1"),
        ],
    ),
    ("kinks.matrix", "kinks", &[SECOND, NO_CURVATURE, Once("multipliers 2 1", "matrix 0 2\nbalance 1")]),
    ("components.matrix", "components", &[SECOND, NO_CURVATURE, Once("multipliers 1 1", "matrix 0 1\nbalance 1")]),
];

/// Certificates that are read and not believed.
pub const REJECTED: &[Fault] = &[
    matrix!("cells.matrix-row-over", "balance 0 0", "balance 5 0"),
    matrix!("cells.matrix-balance-wrong", "balance 0 0", "balance 4 0"),
    matrix!("cells.matrix-column-wrong", "column -1 2", "column -1 -2"),
    matrix!("cells.matrix-column-missing", "matrix 3 3\nbalance 0 0\ncolumn 1 1", "matrix 2 3\nbalance 0 0"),
    matrix!("cells.matrix-column-too-short", "column 1 1", "column 1"),
    matrix!("cells.matrix-balance-too-long", "balance 0 0", "balance 0 0 0"),
    (
        "cells.tree-ends-before",
        "cells",
        &[
            SECOND,
            NO_CURVATURE,
            CELLS,
            Once("cells 6", "cells 5"),
            Once("leaf 2 3\npath 3\nbalance -2 -2\ncolumn -3 3\ncolumn -1 2\n", ""),
        ],
    ),
    cells!(
        "cells.tree-goes-on",
        "cells 6",
        "cells 7\nleaf 3 3\npath\nbalance 0 0\ncolumn 1 1\ncolumn -3 3\ncolumn -1 2"
    ),
    ("cells.no-steps", "cells", &[SECOND, NO_CURVATURE, Once("rays", "cells 0")]),
    cells!("cells.split-convex", "split 3", "split 0"),
    cells!("cells.split-on-path", "split 3", "split 2"),
    cells!("cells.split-unknown", "split 3", "split 5"),
    cells!("cells.implied-on-path", "implied 4 +", "implied 3 +"),
    cells!("cells.implied-other-sign", "implied 4 +", "implied 4 -"),
    cells!("cells.implied-not", "implied 4 + 2 1 1", "implied 4 + 2 1 2"),
    cells!("cells.implied-negative", "implied 4 + 2 1 1", "implied 4 + 2 1 -1"),
    cells!("cells.implied-too-short", "implied 4 + 2 1 1", "implied 4 + 2 1"),
    // The sum is right with eta = -1.
    cells!("cells.leaf-path-negative", "path 3\nbalance -2 -2", "path -3\nbalance 0 0"),
    cells!("cells.leaf-path-wrong", "path 3", "path 2"),
    cells!("cells.leaf-path-too-short", "path 0 0 0", "path 0 0"),
    cells!("cells.leaf-row-over", "path 3\nbalance -2 -2", "path f\nbalance -6 -6"),
    cells!(
        "cells.leaf-column-for-path",
        "leaf 1 3\npath 0 0\nbalance 4 -2",
        "leaf 2 3\npath 0 0\nbalance 4 -2\ncolumn -3 3"
    ),
    cells!("cells.halves-exchanged", "leaf 0 1\npath 0 0 0\nbalance -1 2", "leaf 0 1\npath 0 0 0\nbalance 1 -2"),
];

/// Texts outside the grammar.
pub const MALFORMED: &[Fault] = &[
    ("cells.matrix-in-first-version", "cells", &[MATRIX]),
    ("cells.cells-in-first-version", "cells", &[CELLS]),
    matrix!("cells.matrix-denominator-zero", "matrix 3 3", "matrix 3 0"),
    matrix!("cells.matrix-denominator-missing", "matrix 3 3", "matrix 3"),
    matrix!("cells.matrix-without-balance", "balance 0 0\n", ""),
    matrix!("cells.matrix-too-few-columns", "matrix 3 3", "matrix 4 3"),
    matrix!("cells.matrix-surplus-column", "matrix 3 3", "matrix 2 3"),
    cells!("cells.more-steps-than-lines", "cells 6", "cells 7"),
    cells!("cells.fewer-steps-than-lines", "cells 6", "cells 5"),
    cells!("cells.step-unknown", "split 3", "halve 3"),
    cells!("cells.split-two-classes", "split 3", "split 3 4"),
    cells!("cells.implied-without-sign", "implied 4 + 2", "implied 4 2"),
    cells!("cells.leaf-without-path", "path 0 0 0\n", ""),
];
