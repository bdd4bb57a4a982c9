//! Invariant 1: nothing that the browser downloads can name the API key.

use super::{Checks, Tally};
use crate::test::tree::holds_none_of;

const TREE: [&str; 4] = ["--package", "frontend", "--target", "wasm32-unknown-unknown"];

pub(super) fn check(checks: &Checks, tally: &mut Tally) {
    tally.check("invariant 1, what the browser is compiled from", || {
        holds_none_of(checks.root(), &TREE, &["waycore", "waycore-sim", "server", "reqwest", "sqlx", "axum"])
    });
    for features in ["ssr", "hydrate"] {
        tally.check(&format!("invariant 1, what pages are compiled from ({features})"), || {
            let tree = ["--package", "app", "--features", features];
            holds_none_of(checks.root(), &tree, &["waycore", "waycore-sim", "server", "reqwest", "sqlx"])
        });
    }
}
