//! The file of a SQLite database: for its owner's eyes alone, and still the one that was opened.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// Rows name customers, people and banks.
const OWNER_ONLY: u32 = 0o600;
const OWNER_ONLY_FOLDER: u32 = 0o700;

/// Permissions of everybody on the machine.
const OTHERS: u32 = 0o007;

/// SQLite puts these after the file's name; it gives new ones the file's permissions.
const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// A database file that is open.
#[derive(Debug)]
pub(super) struct DatabaseFile {
    path: PathBuf,
    /// Device and inode, which a file of the same name that takes its place has not.
    identity: (u64, u64),
    is_gone: AtomicBool,
}

impl DatabaseFile {
    /// Remembers the file that is open under this name.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), identity: identity(path)?, is_gone: AtomicBool::new(false) })
    }

    /// Whether the file was found to be deleted or replaced.
    pub(super) fn is_gone(&self) -> bool {
        self.is_gone.load(Ordering::Relaxed)
    }

    /// Looks whether the file is still there. `false`: it was deleted or replaced, and what is written is lost.
    pub(super) fn check(&self) -> bool {
        // A folder that cannot be looked into for a moment says nothing.
        let found = match identity(&self.path) {
            Ok(found) => Some(found),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(_) => return !self.is_gone(),
        };
        let is_gone = found != Some(self.identity);
        if is_gone && !self.is_gone.swap(true, Ordering::Relaxed) {
            let path = self.path.display();
            tracing::error!(%path, "database file deleted or replaced, nothing is written any more: restart the server");
        }
        !self.is_gone()
    }

    /// Tries whether the file and its folder can be written, and changes neither.
    pub(super) fn can_be_written(&self) -> io::Result<()> {
        OpenOptions::new().write(true).open(&self.path)?;
        let trial = self.path.with_extension(format!("trial-{}", std::process::id()));
        let file = OpenOptions::new().write(true).create_new(true).mode(OWNER_ONLY).open(&trial)?;
        let written = fill(file);
        std::fs::remove_file(&trial)?;
        written
    }
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    let metadata = std::fs::metadata(path)?;
    Ok((metadata.dev(), metadata.ino()))
}

/// Makes the file and its folder where they are missing, for their owner alone. Takes the permissions of everybody on the
/// machine away from a file that is there; its group may be meant, for backups.
pub(super) fn prepare(path: &Path) -> io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(OWNER_ONLY).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => restrict(path),
        Err(error) => Err(error),
    }
}

/// Makes a folder where it is missing. One that is there may have another purpose, and stays as it is.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(OWNER_ONLY_FOLDER).create(folder)
}

fn restrict(path: &Path) -> io::Result<()> {
    let beside = BESIDE.map(|suffix| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    });
    for file in std::iter::once(path.to_owned()).chain(beside) {
        let mode = match std::fs::metadata(&file) {
            Ok(metadata) if metadata.is_file() => metadata.permissions().mode(),
            Ok(_) => continue,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        if mode & OTHERS == 0 {
            continue;
        }
        let tightened = std::fs::set_permissions(&file, Permissions::from_mode(mode & !OTHERS & 0o777));
        // It may be another user's, who lets this one write.
        if let Err(error) = tightened {
            let file = file.display();
            tracing::warn!(%file, %error, "database file is readable by everybody on this machine");
        }
    }
    Ok(())
}

/// A full disk is found by writing alone.
fn fill(mut file: File) -> io::Result<()> {
    use std::io::Write as _;
    file.write_all(&[0; 64 * 1024])?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_is_made_is_its_owners_alone_and_others_read_nothing_that_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("deep/data");
        make_folder(&inner).unwrap();
        assert_eq!([mode(&inner), mode(&folder.path().join("deep"))], [0o700, 0o700]);
        let path = inner.join("connect.db");
        prepare(&path).unwrap();
        assert_eq!(mode(&path), 0o600);
        for (before, after) in [(0o644, 0o640), (0o666, 0o660), (0o640, 0o640), (0o600, 0o600)] {
            let log = inner.join("connect.db-wal");
            std::fs::write(&log, "").unwrap();
            for file in [&path, &log] {
                std::fs::set_permissions(file, Permissions::from_mode(before)).unwrap();
            }
            prepare(&path).unwrap();
            assert_eq!([mode(&path), mode(&log)], [after, after], "{before:o}");
        }
    }

    #[test]
    fn a_file_is_gone_once_it_was_deleted_moved_or_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("connect.db");
        let open = || {
            prepare(&path).unwrap();
            DatabaseFile::of(&path).unwrap()
        };
        let file = open();
        assert!(file.check() && !file.is_gone());
        std::fs::remove_file(&path).unwrap();
        assert!(!file.check() && file.is_gone());
        let second = open();
        assert!(second.check() && !file.check(), "another file of the same name is another");
        std::fs::rename(&path, folder.path().join("elsewhere.db")).unwrap();
        assert!(!second.check());
        let third = open();
        std::fs::copy(folder.path().join("elsewhere.db"), folder.path().join("new.db")).unwrap();
        std::fs::rename(folder.path().join("new.db"), &path).unwrap();
        assert!(!third.check());
    }

    #[test]
    fn a_trial_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("connect.db");
        prepare(&path).unwrap();
        DatabaseFile::of(&path).unwrap().can_be_written().unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(std::fs::metadata(&path).unwrap().len(), 0);
    }
}
