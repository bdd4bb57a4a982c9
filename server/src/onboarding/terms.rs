//! The proof that a person accepted the terms. Waycore takes none, so it is kept here.

use app::backend::Caller;
use app::copy;
use aws_lc_rs::digest::{SHA256, digest};
use domain::ids::ConnectionId;
use domain::timestamp::Timestamp;

use crate::store::TermsReceipt;

/// Receipts the sentence exactly as it stands beside the box. The text behind its link is never seen here.
pub(super) fn receipt(caller: &Caller, connection: &ConnectionId, now: Timestamp) -> TermsReceipt {
    let mut sentence_sha256 = [0; 32];
    sentence_sha256.copy_from_slice(digest(&SHA256, copy::pages::words().finish.terms.as_bytes()).as_ref());
    TermsReceipt {
        connection: connection.clone(),
        user: caller.user.clone(),
        sentence_sha256,
        link: copy::DELEGATED_USER_TERMS_LINK.to_owned(),
        language: copy::locale::language().code().to_owned(),
        accepted_at: now,
    }
}
