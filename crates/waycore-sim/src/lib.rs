//! A simulator of Waycore's public API that runs anywhere.
