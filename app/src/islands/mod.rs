//! What ships as wasm: one island a file.
//!
//! An island marks where a page is alive. What stands there is written by server components, and what has to move is
//! moved by `browser`, with the attributes that those components write. Signals and views in the browser would cost every
//! customer as much again as all that the islands do.

mod bank_search;
mod copy_values;
mod draft_keeper;
mod draft_list;
mod empty_view;
mod follow;
mod portal_coach;

pub use bank_search::BankSearch;
pub use copy_values::CopyValues;
pub use draft_keeper::DraftKeeper;
pub use draft_list::DraftList;
pub use follow::Follow;
pub use portal_coach::PortalCoach;
