//! The state file: the world as JSON, so that a restart finds it as it was.
//!
//! The file is whole at every moment: it is written beside its place, flushed to the disk and renamed.
//! Journal, faults and the speed belong to the process and are not kept.

mod lock;

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use waycore::json::BYTE_ORDER_MARK;

use self::lock::{Lock, LockError};
use crate::{
    clock::{Clock, RealTime, Speed},
    world::{World, organization::Organization},
};

const WHAT: &str = "waycore-sim state";
const SCHEMA: u32 = 2;

/// Links that are followed to the file; a system's own limit is 40 too.
const MAX_LINKS: usize = 40;

/// Why a state file is not used. Each is one sentence for the person who started the simulator.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StateError {
    #[error("the state file {path} cannot be read: {cause}", path = .0.display(), cause = .1)]
    Unreadable(PathBuf, io::Error),
    #[error("the state file {path} is a folder or a device: name a file", path = .0.display())]
    NoFile(PathBuf),
    #[error(
        "the state file {path} is torn or damaged ({cause}); move it away to begin with an empty simulator",
        path = .0.display(), cause = .1
    )]
    Torn(PathBuf, String),
    #[error(
        "the file {path} is not a state file of this simulator; name another one with --state",
        path = .0.display()
    )]
    Foreign(PathBuf),
    #[error(
        "the state file {path} has schema {found} and this version reads schema {SCHEMA}; move it away to begin \
         with an empty simulator",
        path = .0.display(), found = .1
    )]
    OtherSchema(PathBuf, u64),
    #[error(
        "the state file {path} is in use by {holder}: end that one first, or name another file",
        path = .0.display(),
        holder = .1.map_or("another simulator".to_owned(), |id| format!("another simulator, process {id}"))
    )]
    InUse(PathBuf, Option<u32>),
    #[error("the state file {path} cannot be locked: {cause}", path = .0.display(), cause = .1)]
    NoLock(PathBuf, io::Error),
    #[error("the state file {path} cannot be written: {cause}", path = .0.display(), cause = .1)]
    Unwritable(PathBuf, io::Error),
    #[error(
        "the state file {path} cannot be replaced, because it is mounted by itself: mount the folder that it is in",
        path = .0.display()
    )]
    Mounted(PathBuf),
}

/// A state file that this simulator alone uses, until it is dropped.
#[derive(Debug)]
pub(crate) struct StateFile {
    /// As it was named, for messages.
    named: PathBuf,
    /// Where the file is: a link stays a link, and what it points to is replaced.
    place: PathBuf,
    _lock: Lock,
}

/// The file's outer part, which every schema has.
#[derive(Deserialize)]
struct Envelope {
    what: Option<String>,
    schema: Option<u64>,
}

#[derive(Deserialize)]
struct Loaded {
    organizations: Vec<Saved<Organization>>,
}

#[derive(Serialize)]
struct Stored<'a> {
    what: &'static str,
    schema: u32,
    organizations: Vec<Saved<&'a Organization>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Saved<T> {
    virtual_millis: i64,
    organization: T,
}

impl StateFile {
    /// Takes the file for this simulator, and makes its folder when it is missing.
    pub(crate) fn open(named: PathBuf) -> Result<Self, StateError> {
        let place = followed(&named);
        if fs::metadata(&place).is_ok_and(|found| !found.is_file()) {
            return Err(StateError::NoFile(named));
        }
        if let Err(cause) = fs::create_dir_all(folder_of(&place)) {
            return Err(StateError::Unwritable(named, cause));
        }
        match Lock::take(&beside(&place, ".lock")) {
            Ok(lock) => Ok(Self { named, place, _lock: lock }),
            Err(LockError::Held { by }) => Err(StateError::InUse(named, by)),
            Err(LockError::Unwritable(cause)) => Err(StateError::Unwritable(named, cause)),
            Err(LockError::Unsupported(cause)) => Err(StateError::NoLock(named, cause)),
        }
    }

    /// Reads the world back; `None` where there is no file yet, or an empty one. Virtual time goes on from where it was
    /// saved, at this process' speed.
    pub(crate) fn load(&self, speed: Speed, real: RealTime) -> Result<Option<World>, StateError> {
        let bytes = match fs::read(&self.place) {
            Ok(bytes) => bytes,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(StateError::Unreadable(self.named.clone(), cause)),
        };
        // Some editors put a byte order mark before a text.
        let json = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&bytes);
        if json.trim_ascii().is_empty() {
            return Ok(None);
        }
        let torn = |cause: String| StateError::Torn(self.named.clone(), cause);
        let value: serde_json::Value =
            serde_json::from_slice(json).map_err(|cause| torn(cause.to_string()))?;
        match serde_json::from_value::<Envelope>(value.clone()) {
            Ok(Envelope { what: Some(what), schema: Some(schema) }) if what == WHAT => {
                if schema != u64::from(SCHEMA) {
                    return Err(StateError::OtherSchema(self.named.clone(), schema));
                }
            }
            Ok(_) | Err(_) => return Err(StateError::Foreign(self.named.clone())),
        }
        // Names the place in the file: a whole world is hard to search by hand.
        let loaded: Loaded =
            serde_path_to_error::deserialize(value).map_err(|cause| torn(cause.to_string()))?;
        let mut world = World::new(speed);
        for saved in loaded.organizations {
            let id = &saved.organization.id;
            if world.resident(id).is_some() {
                return Err(torn(format!("the organization {id} is in it twice")));
            }
            let clock = Clock::starting_at(saved.virtual_millis, speed, real);
            world.settle(saved.organization, clock, saved.virtual_millis);
        }
        Ok(Some(world))
    }

    /// Puts the new content in the place of the old, readable by the owner alone: it holds keys.
    pub(crate) fn write(&self, content: &[u8]) -> Result<(), StateError> {
        replace(&self.place, content).map_err(|cause| self.unwritable(cause))
    }

    fn unwritable(&self, cause: io::Error) -> StateError {
        match cause.kind() {
            io::ErrorKind::ResourceBusy => StateError::Mounted(self.named.clone()),
            _ => StateError::Unwritable(self.named.clone(), cause),
        }
    }
}

/// The world as the file holds it.
pub(crate) fn encode(world: &World, real: RealTime) -> Result<Vec<u8>, serde_json::Error> {
    let organizations = world.residents().map(|resident| Saved {
        virtual_millis: resident.clock.now(real),
        organization: &resident.organization,
    });
    serde_json::to_vec(&Stored { what: WHAT, schema: SCHEMA, organizations: organizations.collect() })
}

/// Where a chain of links ends, whether there is a file yet or not.
fn followed(named: &Path) -> PathBuf {
    let mut place = named.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&place) {
            Ok(target) => place = folder_of(&place).join(target),
            Err(_) => break,
        }
    }
    place
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The file of the same name with this ending.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn replace(place: &Path, content: &[u8]) -> io::Result<()> {
    let new = beside(place, ".new");
    // One left behind by a crash may have other rights.
    remove(&new)?;
    let written = fill(&new, content).and_then(|()| fs::rename(&new, place));
    if written.is_err() {
        // A full disk should not be filled further; the cause of the failure matters more than what is left of it.
        let _ = remove(&new);
        return written;
    }
    // The rename itself is safe only when the folder is on the disk; where folders cannot be flushed, the
    // file is still whole.
    if let Ok(folder) = File::open(folder_of(place)) {
        let _ = folder.sync_all();
    }
    Ok(())
}

fn fill(new: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = private().create_new(true).open(new)?;
    file.write_all(content)?;
    file.sync_all()
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// For writing, by the owner alone.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_mounted_by_itself_is_explained() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = StateFile::open(folder.path().join("sim.json")).expect("a state file");
        let busy = file.unwritable(io::ErrorKind::ResourceBusy.into()).to_string();
        assert!(busy.ends_with("mounted by itself: mount the folder that it is in"), "{busy}");
        let full = file.unwritable(io::ErrorKind::StorageFull.into()).to_string();
        assert!(full.contains("cannot be written: no storage space"), "{full}");
    }
}
