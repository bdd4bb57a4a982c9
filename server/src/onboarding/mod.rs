//! Implements the port, one file per use case.
