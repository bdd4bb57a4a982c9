//! What ships as wasm: one island a file.
//!
//! An island holds only what moves. Labels, hints, errors and buttons around it are server components, and what an
//! island must know stands in `data-` attributes of the element around it, as the server component that places it
//! writes them: reading typed properties with serde would cost every customer 16 kB.

mod bank_search;
mod copy_values;
mod draft_keeper;
mod draft_list;
mod follow;

pub use bank_search::BankSearch;
#[cfg(feature = "ssr")]
pub use bank_search::SearchField;
pub use copy_values::CopyValues;
pub use draft_keeper::DraftKeeper;
pub use draft_list::DraftList;
pub use follow::Follow;
