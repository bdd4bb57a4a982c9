//! Transactions (documents: transactions, ref/transactions/get-transaction).

use serde::{Deserialize, Serialize};

use super::{Date, DateTime, Decimal, open_enum::open_enum};

/// Money that moved, or is about to.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Transaction {
    pub id: String,
    pub connection_id: String,
    pub account_id: String,
    pub status: TransactionStatus,
    /// `null` while it is pending.
    #[serde(default)]
    pub posted_date: Option<Date>,
    pub updated_at: DateTime,
    /// Positive is money that came in.
    pub amount: Decimal,
    pub currency: String,
    pub entry_type: EntryType,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub rail: Option<Rail>,
    #[serde(default)]
    pub raw_description: Option<String>,
    /// Older documents call it `paymentReference`.
    #[serde(default, alias = "paymentReference")]
    pub customer_reference: Option<String>,
    #[serde(default)]
    pub bank_reference: Option<String>,
    #[serde(default)]
    pub bai_code: Option<String>,
    #[serde(default)]
    pub category: Option<String>,
    #[serde(default)]
    pub subcategory: Option<String>,
    /// Merchant category code.
    #[serde(default)]
    pub mcc: Option<String>,
    #[serde(default)]
    pub merchant_name: Option<String>,
    #[serde(default)]
    pub counterparty_name: Option<String>,
    #[serde(default)]
    pub counterparty_account_masked: Option<String>,
}

open_enum! {
    /// How far a transaction is; the documents say that only `pending` and `posted` are sent today.
    pub enum TransactionStatus {
        Pending = "pending",
        Posted = "posted",
        Reversed = "reversed",
        Cancelled = "cancelled",
        Unknown = "unknown",
    }
}

open_enum! {
    /// Which way the money went.
    pub enum EntryType {
        Credit = "credit",
        Debit = "debit",
    }
}

open_enum! {
    /// How the money travelled. The documents' list is cut off after these.
    pub enum Rail {
        InternalTransfer = "internalTransfer",
        Card = "card",
        Ach = "ach",
        SepaCredit = "sepaCredit",
        SepaDebit = "sepaDebit",
        Wire = "wire",
        Swift = "swift",
        FasterPayments = "fasterPayments",
    }
}
