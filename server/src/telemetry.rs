//! Logs and the support code.
