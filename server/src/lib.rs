//! The host backend: identity, entity map, state machine, and the waycore-connect program.
