//! Daily balances (documents: accounts).

use serde::{Deserialize, Serialize};

use super::{Date, DateTime, Decimal, lenient::odd_as_absent, open_enum::open_enum};

/// An account's balance at the end of a day. Rows are projections that change: read them again after a sync.
///
/// The documents name the fields in prose and print no body; only the day and the ids are relied on to be there.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Balance {
    pub date: Date,
    pub account_id: String,
    pub connection_id: String,
    pub entity_id: String,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub ledger_balance: Option<Decimal>,
    /// The sum of the day's posted transactions; pending ones do not count.
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub posted_transaction_delta: Option<Decimal>,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub source: Option<BalanceSource>,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub updated_at: Option<DateTime>,
}

open_enum! {
    /// Who says what the balance was.
    pub enum BalanceSource {
        BankProvided = "bankProvided",
        Derived = "derived",
    }
}
