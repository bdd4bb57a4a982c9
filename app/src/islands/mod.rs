//! What ships as wasm: one island a file. Each also renders on the server, so that the page stands without it.

mod bank_search;
mod connection_form;
mod copy_button;
mod draft_link;
mod draft_list;
mod live;
mod unlisted_bank;

pub use connection_form::ConnectionForm;
pub use copy_button::CopyButton;
pub use draft_link::DraftLink;
pub use draft_list::DraftList;
pub use live::Live;
