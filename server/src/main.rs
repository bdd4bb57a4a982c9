//! The waycore-connect program.
fn main() {}
