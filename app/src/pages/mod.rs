//! One file a screen.

mod detail;
mod list;
mod money;
mod new;
mod problem;
mod remove;
mod setup;
mod sheet;
mod sign_in;
mod state;

pub use detail::DetailPage;
pub use list::ListPage;
pub use money::wanted;
pub use new::NewPage;
pub use problem::{NotFoundPage, problem_document};
pub use remove::RemovePage;
pub use setup::SetupPage;
pub use sheet::SheetPage;
pub use sign_in::sign_in_document;

use domain::status_label::StatusLabel;

use crate::{
    model::{Connection, Step},
    wizard::details,
};

/// Whether a connection is shown by its detail page; else by its setup. The two pages send to each other by this one
/// rule, so that they can never send in a circle.
fn shown_by_detail(connection: &Connection) -> bool {
    match connection.step {
        Step::Connected | Step::Recoverable | Step::Support => true,
        // A state that nobody knows, of a connection that was ready once.
        Step::Activation => connection.label == StatusLabel::Checking && connection.kind != "setup",
        Step::ConnectionDetails | Step::DelegatedUser | Step::FinishSetup => false,
    }
}

/// Whether there is a sheet for the bank's administrator: while the delegated user is to be created, and where a setup
/// failed and may go on, as long as Waycore gives the user's details.
fn has_sheet(connection: &Connection) -> bool {
    match connection.step {
        Step::DelegatedUser | Step::FinishSetup => true,
        Step::Recoverable | Step::Support => {
            connection.label != StatusLabel::Revoked && !details(connection).is_empty()
        }
        Step::ConnectionDetails | Step::Activation | Step::Connected => false,
    }
}
