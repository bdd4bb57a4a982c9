//! The rules of connecting a bank: no I/O, no clock.
