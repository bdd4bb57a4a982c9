//! How much is tried where a test repeats itself: a sample by default, and all of it in `cargo xtask soak`.

/// The first number by default, the second in a soak.
pub(crate) fn sample_or_all<T>(sample: T, all: T) -> T {
    if std::env::var_os("CONNECT_SOAK").is_some() { all } else { sample }
}
