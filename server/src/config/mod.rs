//! Settings: read from the environment once, at boot, into one documented struct per concern.

mod environment;

pub use environment::Environment;
