//! Waycore's public API as documented: wire types, and the client behind the feature `client`.

pub mod wire;
