//! Causes inside, one exhaustive match to the safe message outside.
