//! Builds the router and runs it.
