//! The JSON of the server functions, as docs/reference.md names it. The server writes it with serde; the browser reads it
//! with its own parser (`api::js`).

use domain::status_label::StatusLabel;
#[cfg(feature = "ssr")]
use serde::{Deserialize, Serialize};

/// A bank connection as a browser may see it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Connection {
    pub id: String,
    /// The institution's name, else the name that the customer gave, else the portal's host.
    pub display_name: String,
    pub institution_id: Option<String>,
    pub portal_url: Option<String>,
    /// Waycore's `kind`, unchanged.
    pub kind: String,
    /// Waycore's `status`, unchanged; unknown values included.
    pub status: String,
    pub sync_status: Option<String>,
    /// By its name for programs: no word of a language travels.
    #[cfg_attr(feature = "ssr", serde(with = "label_name"))]
    pub label: StatusLabel,
    pub step: Step,
    pub action_required_by: Option<String>,
    pub next_action: Option<String>,
    #[cfg_attr(feature = "ssr", serde(default, skip_serializing_if = "Option::is_none"))]
    pub instructions: Option<Instructions>,
    #[cfg_attr(feature = "ssr", serde(default, skip_serializing_if = "Option::is_none"))]
    pub credentials_present: Option<bool>,
    /// For pages alone.
    #[cfg_attr(feature = "ssr", serde(skip))]
    pub setup: SetupFacts,
    #[cfg_attr(feature = "ssr", serde(default, skip_serializing_if = "Option::is_none"))]
    pub error_code: Option<String>,
    /// RFC 3339, as the next two.
    pub last_synced_at: Option<String>,
    pub created_at: String,
    pub updated_at: String,
    /// Grows whenever what is known of the connection changes, at Waycore or here.
    pub version: i64,
}

impl Connection {
    /// Returns true while the first sync of a connected bank runs. One that has not begun may never begin, so no page says
    /// that data is being fetched.
    pub fn is_first_sync(&self) -> bool {
        self.label == StatusLabel::Connected && self.last_synced_at.is_none() && self.is_syncing()
    }

    /// Data is being fetched at this moment.
    pub fn is_syncing(&self) -> bool {
        self.sync_status.as_deref() == Some("syncing")
    }
}

/// An account behind a connection, as Waycore documents it. No island reads one.
#[cfg(feature = "ssr")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    pub id: String,
    pub connection_id: String,
    #[serde(rename = "type")]
    pub account_type: String,
    pub currency: String,
    pub name: String,
    pub status: String,
    /// RFC 3339, as every time here.
    pub created_at: String,
    pub updated_at: String,
    pub official_name: Option<String>,
    pub masked_number: Option<String>,
    pub account_number: Option<String>,
    pub routing_number: Option<String>,
    pub swift_bic: Option<String>,
    /// Decimal text, as the next.
    pub current_balance: Option<String>,
    pub available_balance: Option<String>,
    pub balance_as_of: Option<String>,
}

/// The answer of `list_accounts`.
#[cfg(feature = "ssr")]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Accounts {
    pub accounts: Vec<Account>,
    /// How many accounts are not in it because Waycore's answer about them could not be read.
    #[serde(skip_serializing_if = "is_zero")]
    pub unreadable: usize,
}

/// A transaction, as Waycore documents it. No island reads one.
#[cfg(feature = "ssr")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Transaction {
    pub id: String,
    pub connection_id: String,
    pub account_id: String,
    pub status: String,
    /// `YYYY-MM-DD`; `None` while it is pending.
    pub posted_date: Option<String>,
    /// RFC 3339.
    pub updated_at: String,
    /// Decimal text; positive is money that came in.
    pub amount: String,
    pub currency: String,
    pub entry_type: String,
    pub description: Option<String>,
    pub rail: Option<String>,
    pub raw_description: Option<String>,
    pub customer_reference: Option<String>,
    pub bank_reference: Option<String>,
    pub bai_code: Option<String>,
    pub category: Option<String>,
    pub subcategory: Option<String>,
    pub mcc: Option<String>,
    pub merchant_name: Option<String>,
    pub counterparty_name: Option<String>,
    pub counterparty_account_masked: Option<String>,
}

/// The answer of `list_transactions`.
#[cfg(feature = "ssr")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TransactionPage {
    /// The latest first.
    pub transactions: Vec<Transaction>,
    /// Ours: good for the same customer and filter alone.
    pub next_cursor: Option<String>,
    /// How many transactions are not in it because Waycore's answer about them could not be read.
    #[serde(skip_serializing_if = "is_zero")]
    pub unreadable: usize,
    /// No more was searched for a text in one go, so that there may be more that fits. For pages alone.
    #[serde(skip)]
    pub cut: bool,
}

/// Which screen a connection asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub enum Step {
    #[default]
    ConnectionDetails,
    DelegatedUser,
    FinishSetup,
    Activation,
    Connected,
    Recoverable,
    Support,
}

impl Step {
    /// As it travels.
    pub fn name(self) -> &'static str {
        match self {
            Self::ConnectionDetails => "connectionDetails",
            Self::DelegatedUser => "delegatedUser",
            Self::FinishSetup => "finishSetup",
            Self::Activation => "activation",
            Self::Connected => "connected",
            Self::Recoverable => "recoverable",
            Self::Support => "support",
        }
    }

    /// Reads what [`name`](Self::name) writes.
    pub fn parse(name: &str) -> Option<Self> {
        const ALL: [Step; 7] = [
            Step::ConnectionDetails,
            Step::DelegatedUser,
            Step::FinishSetup,
            Step::Activation,
            Step::Connected,
            Step::Recoverable,
            Step::Support,
        ];
        ALL.into_iter().find(|step| step.name() == name)
    }
}

/// What the customer types at the bank to create the delegated user. `None`: there is none, or not yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Instructions {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub address: Option<String>,
    pub username: Option<String>,
    pub email: Option<String>,
    pub phone_number: Option<String>,
}

/// What is known of a setup and its credentials, beside what programs are given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(Serialize))]
pub struct SetupFacts {
    /// Waycore's word for where the setup stands, unchanged, as the next two.
    pub status: Option<String>,
    pub email_provisioning: Option<String>,
    pub phone_provisioning: Option<String>,
    /// Waycore has credentials.
    pub has_credentials: bool,
    /// When they were last sent from here, RFC 3339. They themselves are kept nowhere.
    pub credentials_sent_at: Option<String>,
    /// Waycore has reported nothing since they were sent.
    pub credentials_are_new: bool,
}

/// A bank of Waycore's catalog.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Institution {
    pub institution_id: String,
    pub name: String,
    /// Host of the first portal; empty when Waycore knows no portal.
    pub domain: String,
    /// The canonical portal first, if there is one.
    pub portals: Vec<String>,
    /// Waycore names no canonical portal, or none that can be used: none of `portals` is the usual one.
    #[cfg_attr(feature = "ssr", serde(default, skip_serializing_if = "std::ops::Not::not"))]
    pub no_usual_portal: bool,
    /// The name, then the domain, in parts of which every second was typed. For our own search field, which asks for them.
    #[cfg_attr(feature = "ssr", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub name_parts: Vec<String>,
    #[cfg_attr(feature = "ssr", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub domain_parts: Vec<String>,
}

impl Institution {
    /// Which of the portals is the usual one.
    pub(crate) fn usual_portal(&self) -> Option<usize> {
        (!self.no_usual_portal).then_some(0)
    }
}

#[cfg(feature = "ssr")]
impl Institution {
    /// The same bank, with what was typed marked in it.
    pub fn marked(self, typed: &domain::bank_choice::SearchText) -> Self {
        let (name_parts, domain_parts) = crate::matched::parts(&self.name, &self.domain, typed);
        Self { name_parts, domain_parts, ..self }
    }
}

/// Answer of `list_connections`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct ConnectionPage {
    pub connections: Vec<Connection>,
    pub next_cursor: Option<String>,
    /// How many connections are in no part of the list because what is known about them could not be read.
    #[cfg(feature = "ssr")]
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unreadable: usize,
}

/// Answer of `search_institutions`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Institutions {
    pub institutions: Vec<Institution>,
    /// More banks match than are listed. For our own search field, which asks for it.
    #[cfg(feature = "ssr")]
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
    /// Banks of the catalog that no search finds because Waycore's data about them could not be read.
    #[cfg(feature = "ssr")]
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unreadable: usize,
    /// All of this in words. For our own search field, which asks for it.
    #[cfg_attr(feature = "ssr", serde(default, skip_serializing_if = "String::is_empty"))]
    pub news: String,
}

/// Answer of `coach_portal`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(Serialize, Deserialize))]
pub struct Advice {
    /// Sentences for the person who types.
    #[cfg(feature = "ssr")]
    pub notes: Vec<String>,
    /// Where the bank that seems to be meant can be chosen, and the words of the link; both empty if there is none.
    #[cfg(feature = "ssr")]
    pub href: String,
    #[cfg(feature = "ssr")]
    pub choose: String,
    /// All of this as a page shows it, for the browser, which only puts it there.
    pub html: String,
    /// The host of a suspicious address, which has to be confirmed; empty for any other.
    pub confirm: String,
}

/// Answer of `start_connection`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(Serialize, Deserialize))]
pub struct Started {
    pub connection: Connection,
    /// Waycore returned a connection that was there before.
    pub existing: bool,
}

/// Answer of every call that ends with one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(Serialize, Deserialize))]
pub struct OneConnection {
    pub connection: Connection,
}

/// Answer of a server function that has nothing to say but that it worked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(Serialize, Deserialize))]
pub struct Nothing {}

#[cfg(feature = "ssr")]
mod label_name {
    use domain::status_label::StatusLabel;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(label: &StatusLabel, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(label.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<StatusLabel, D::Error> {
        let name = String::deserialize(from)?;
        Ok(StatusLabel::parse(&name).unwrap_or(StatusLabel::Checking))
    }
}

/// Whether a count can be left out.
#[cfg(feature = "ssr")]
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_travels_by_its_name() {
        for name in [
            "connectionDetails",
            "delegatedUser",
            "finishSetup",
            "activation",
            "connected",
            "recoverable",
            "support",
        ] {
            let step = Step::parse(name).expect(name);
            assert_eq!(step.name(), name);
            #[cfg(feature = "ssr")]
            assert_eq!(serde_json::to_value(step).expect("serialises"), name);
        }
        assert_eq!(Step::parse("elsewhere"), None);
    }
}
