//! A lock that one process at a time holds, and that says which.

use std::{
    fs::{File, TryLockError},
    io::{self, Read as _, Seek as _, Write as _},
    path::Path,
    process,
};

use super::private;

/// Held until it is dropped, or until the process ends in whatever way.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

/// Why a lock is not taken.
#[derive(Debug)]
pub(super) enum LockError {
    /// Another process holds it. Its id is not known in the moment before it is written.
    Held {
        by: Option<u32>,
    },
    Unwritable(io::Error),
    /// The file system has no locks.
    Unsupported(io::Error),
}

impl Lock {
    /// Locks the file at `path`, which is made when it is missing and stays: a file that is removed can be locked twice.
    pub(super) fn take(path: &Path) -> Result<Self, LockError> {
        let mut file =
            private().read(true).create(true).truncate(false).open(path).map_err(LockError::Unwritable)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LockError::Held { by: holder(&mut file) }),
            Err(TryLockError::Error(cause)) => return Err(LockError::Unsupported(cause)),
        }
        sign(&mut file).map_err(LockError::Unwritable)?;
        Ok(Self { _file: file })
    }
}

fn sign(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", process::id())
}

fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
