//! The wasm entry: starts the browser side of `app`.
