//! The browser's files, carried inside the program.
