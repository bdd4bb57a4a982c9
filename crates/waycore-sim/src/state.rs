//! The state file: the world as JSON, so that a restart finds it as it was.
//!
//! The file is whole at every moment: it is written beside its place, flushed to the disk and renamed.
//! Journal, faults and the speed belong to the process and are not kept.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    clock::{Clock, RealTime, Speed},
    world::{World, organization::Organization},
};

const WHAT: &str = "waycore-sim state";
const SCHEMA: u32 = 2;

/// Why a state file is not used. Each is one sentence for the person who started the simulator.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StateError {
    #[error("the state file {path} cannot be read: {cause}", path = .0.display(), cause = .1)]
    Unreadable(PathBuf, io::Error),
    #[error(
        "the state file {path} is torn or damaged ({cause}); move it away to begin with an empty simulator",
        path = .0.display(), cause = .1
    )]
    Torn(PathBuf, serde_json::Error),
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
    #[error("the state file {path} cannot be written: {cause}", path = .0.display(), cause = .1)]
    Unwritable(PathBuf, io::Error),
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

/// Reads the world back; `None` where there is no file yet. Virtual time goes on from where it was saved, at
/// this process' speed.
pub(crate) fn load(path: &Path, speed: Speed, real: RealTime) -> Result<Option<World>, StateError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(StateError::Unreadable(path.to_owned(), cause)),
    };
    let torn = |cause| StateError::Torn(path.to_owned(), cause);
    let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(torn)?;
    match serde_json::from_value::<Envelope>(value.clone()) {
        Ok(Envelope { what: Some(what), schema: Some(schema) }) if what == WHAT => {
            if schema != u64::from(SCHEMA) {
                return Err(StateError::OtherSchema(path.to_owned(), schema));
            }
        }
        Ok(_) | Err(_) => return Err(StateError::Foreign(path.to_owned())),
    }
    let loaded: Loaded = serde_json::from_value(value).map_err(torn)?;
    let mut world = World::new(speed);
    for saved in loaded.organizations {
        let clock = Clock::starting_at(saved.virtual_millis, speed, real);
        world.settle(saved.organization, clock, saved.virtual_millis);
    }
    Ok(Some(world))
}

/// The world as the file holds it.
pub(crate) fn encode(world: &World, real: RealTime) -> Result<Vec<u8>, serde_json::Error> {
    let organizations = world.residents().map(|resident| Saved {
        virtual_millis: resident.clock.now(real),
        organization: &resident.organization,
    });
    serde_json::to_vec(&Stored { what: WHAT, schema: SCHEMA, organizations: organizations.collect() })
}

/// Puts the new content in the place of the old, readable by the owner alone: it holds keys.
pub(crate) fn write(path: &Path, content: &[u8]) -> Result<(), StateError> {
    replace(path, content).map_err(|cause| StateError::Unwritable(path.to_owned(), cause))
}

fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder)?;
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    // One left behind by a crash may have other rights.
    if let Err(error) = fs::remove_file(&beside)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    let mut file = private().open(&beside)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    // The rename itself is safe only when the folder is on the disk; where folders cannot be flushed, the
    // file is still whole.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
