//! How calls are made steady: tried again where that can do no harm, held back where it could.

mod breaker;
mod budget;
mod not_before;

pub(super) use breaker::Breaker;
pub use breaker::BreakerState;
pub(super) use budget::Budget;
pub(super) use not_before::{NotBefore, Refusal};
