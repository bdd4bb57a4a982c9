//! The use cases against a Waycore that can be told to misbehave.
