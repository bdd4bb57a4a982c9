//! The banks' side of the world: accounts, what happens on them, and how much of it has been read.
//!
//! Nothing here is stored. A company's books are a pure function of the simulator's seed, the company, the bank and the
//! moment at which the bank became readable, so they are the same at every start; what a connection shows of them is
//! what there was when its last sync ended. All amounts are hundredths, all times virtual milliseconds.

mod account;
mod books;
mod company;
mod entry;
mod id;
mod library;
mod month;
mod view;

#[cfg(test)]
mod tests;

pub(crate) use entry::{End, Entry};
pub(crate) use library::Library;
pub(crate) use view::View;

/// A day in virtual milliseconds.
pub(crate) const DAY: i64 = 24 * 3_600_000;
