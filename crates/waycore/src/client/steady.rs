//! How calls are made steady: tried again where that can do no harm, held back where it could.

mod breaker;
mod budget;
mod not_before;
mod shares;
mod token_bucket;

pub use breaker::BreakerState;
pub(super) use breaker::{Breaker, Scope};
pub(super) use budget::Budget;
pub(super) use not_before::{Key, NotBefore, Refusal};
pub(super) use shares::{Share, Shares};
