//! Transactions (documents: transactions, ref/transactions/get-transaction).

use serde::{Deserialize, Serialize};

use super::{Date, DateTime, Decimal, lenient::odd_as_absent, open_enum::open_enum};

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
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub posted_date: Option<Date>,
    pub updated_at: DateTime,
    /// Positive is money that came in.
    pub amount: Decimal,
    pub currency: String,
    pub entry_type: EntryType,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub description: Option<String>,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub rail: Option<Rail>,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub raw_description: Option<String>,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub customer_reference: Option<String>,
    /// What older documents call the customer reference. An answer may have both.
    #[serde(default, skip_serializing, deserialize_with = "odd_as_absent")]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub payment_reference: Option<String>,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub bank_reference: Option<String>,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub bai_code: Option<String>,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub category: Option<String>,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub subcategory: Option<String>,
    /// Merchant category code.
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub mcc: Option<String>,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub merchant_name: Option<String>,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub counterparty_name: Option<String>,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub counterparty_account_masked: Option<String>,
}

impl Transaction {
    /// The customer's reference under either of its names, and none if it is empty.
    pub fn customers_reference(&self) -> Option<&str> {
        let names = [&self.customer_reference, &self.payment_reference];
        names.into_iter().flatten().map(String::as_str).find(|text| !text.trim().is_empty())
    }
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
