//! One movement on an account.

use waycore::wire::Rail;

/// Money that moves, from the moment the bank shows it until it is posted or falls away.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Its place among the account's entries; the id is made from it.
    pub(crate) number: u64,
    /// Which of the company's accounts, by its place.
    pub(crate) account: usize,
    /// Positive is money that comes in.
    pub(crate) amount: i64,
    /// From here on it is pending.
    pub(crate) begins: i64,
    pub(crate) ends: End,
    pub(crate) text: Text,
}

/// How a pending entry ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Posted(i64),
    /// A reservation that the merchant never took.
    FellAway(i64),
}

/// What a bank says about an entry; `None` where banks leave it out.
#[derive(Debug, Clone, Default)]
pub(crate) struct Text {
    pub(crate) description: String,
    pub(crate) rail: Option<Rail>,
    pub(crate) counterparty: Option<String>,
    pub(crate) counterparty_number: Option<String>,
    pub(crate) reference: Option<String>,
    pub(crate) merchant: Option<&'static str>,
    pub(crate) mcc: Option<&'static str>,
    pub(crate) category: Option<&'static str>,
    pub(crate) subcategory: Option<&'static str>,
    pub(crate) bai_code: Option<&'static str>,
}

impl Entry {
    pub(crate) fn posted_at(&self) -> Option<i64> {
        match self.ends {
            End::Posted(at) => Some(at),
            End::FellAway(_) => None,
        }
    }

    /// When it changes for the last time.
    pub(crate) fn ends_at(&self) -> i64 {
        match self.ends {
            End::Posted(at) | End::FellAway(at) => at,
        }
    }

    /// Whether a bank that is read at this moment shows it.
    pub(crate) fn is_shown(&self, at: i64) -> bool {
        let gone = matches!(self.ends, End::FellAway(end) if end <= at);
        self.begins <= at && !gone
    }

    pub(crate) fn is_posted(&self, at: i64) -> bool {
        self.posted_at().is_some_and(|posted| posted <= at)
    }
}
