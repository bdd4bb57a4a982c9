//! Server-rendered components, one a file.

mod badge;
mod bank_credentials;
mod bank_portal_link;
mod chart;
mod countdown;
mod following;
mod load;
mod moment;
mod notice;
mod page_title;
mod problem;
mod self_refresh;
mod support;
mod text_field;
mod verbatim;

pub use badge::StatusBadge;
pub use bank_credentials::{BankCredentials, password_to_repeat};
pub use bank_portal_link::BankPortalLink;
pub use chart::Charts;
pub use countdown::Countdown;
pub use following::{following, following_all, says};
pub use load::{go, load};
pub use moment::Moment;
pub use notice::{ErrorNotice, KeptNotice, Notice, Tone};
pub use page_title::PageTitle;
pub use problem::{Problem, problem_title};
pub use self_refresh::SelfRefresh;
pub use support::Support;
pub use text_field::{LONGEST_TYPED, TextField};
pub use verbatim::{mark_verbatim, verbatim_names};
