//! Bank accounts (documents: accounts, ref/accounts/get-account, ref/accounts/list-accounts).

use serde::{Deserialize, Serialize};

use super::{
    DateTime, Decimal, Metadata,
    lenient::{odd_as_absent, odd_as_default},
    open_enum::open_enum,
};

/// An account behind a connection. Accounts appear as the connection activates and syncs; they are read-only.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    pub id: String,
    /// The connection says whose account it is: an account has no entity of its own.
    pub connection_id: String,
    #[serde(rename = "type")]
    pub account_type: AccountType,
    /// ISO 4217 or longer: three to twelve capital letters and digits.
    pub currency: String,
    pub name: String,
    pub status: AccountStatus,
    /// The connection's own.
    pub created_at: DateTime,
    /// The balance's time, or the connection's `updatedAt` where there is no balance.
    pub updated_at: DateTime,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub official_name: Option<String>,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub masked_number: Option<String>,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub account_number: Option<String>,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub routing_number: Option<String>,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub swift_bic: Option<String>,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub current_balance: Option<Decimal>,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub available_balance: Option<Decimal>,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub balance_as_of: Option<DateTime>,
    #[serde(default, deserialize_with = "odd_as_default")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub metadata: Metadata,
}

open_enum! {
    /// What kind of account it is.
    pub enum AccountType {
        Checking = "checking",
        Savings = "savings",
        MoneyMarket = "moneyMarket",
        CreditCard = "creditCard",
        Loan = "loan",
        Investment = "investment",
        Wallet = "wallet",
        OtherKind = "other",
        Unknown = "unknown",
    }
}

open_enum! {
    /// Whether the bank still runs the account.
    pub enum AccountStatus {
        Open = "open",
        Closed = "closed",
        Unknown = "unknown",
    }
}
