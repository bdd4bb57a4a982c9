//! Everything that renders. Compiled twice: with `ssr` into the server, with `hydrate` into the browser's wasm.
//!
//! Pages and components render on the server only; what must be interactive is an island. `api` is the one way from
//! an island to the server, and `backend` is the one way from a page or a server function to anything behind it.

#![recursion_limit = "512"]
#![allow(unreachable_pub, reason = "what Leptos' macros generate is public, whatever the module is")]

pub mod api;
#[cfg(feature = "ssr")]
pub mod backend;
#[cfg(feature = "hydrate")]
pub mod browser;
#[cfg(feature = "ssr")]
pub mod components;
pub mod copy;
pub mod error;
pub mod islands;
#[cfg(feature = "ssr")]
pub mod matched;
pub mod model;
#[cfg(feature = "ssr")]
pub mod pages;
pub mod paths;
#[cfg(feature = "ssr")]
pub mod shell;
#[cfg(feature = "ssr")]
pub mod wizard;
