//! Transfers: money that a host asks to be moved (documents: transfers, ref/transfers/create-transfer).

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::Value;
use utoipa::ToSchema;
use waycore::wire::{Date, DateTime, Decimal};

use super::shelf::Labelled;
use crate::ids;

/// Virtual milliseconds from asking until the bank is spoken with, until it has answered, and until somebody there has
/// approved an external transfer.
const QUEUED: i64 = 5_000;
const EXECUTED: i64 = 15_000;
const APPROVED: i64 = 60_000;

/// Whether the money stays with the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Internal,
    External,
}

/// How the money travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Route {
    Internal,
    Ach,
    Wire,
    Swift,
    Fednow,
    Rtp,
    Sepa,
    Local,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum MoneyType {
    Money,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Money {
    #[serde(rename = "type")]
    pub(crate) money: MoneyType,
    #[serde(deserialize_with = "amount")]
    pub(crate) value: Decimal,
    #[schema(pattern = "^[A-Z0-9]{3,12}$")]
    pub(crate) currency: String,
}

/// Body of `POST /v1/transfers`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = TransferCreate)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Create {
    #[serde(rename = "type")]
    pub(crate) kind: Kind,
    pub(crate) amount: Money,
    pub(crate) source_account_id: String,
    /// Its shape is not documented: any object.
    #[schema(value_type = Object)]
    pub(crate) destination: serde_json::Map<String, Value>,
    pub(crate) transfer_type: Option<Route>,
    #[schema(min_length = 1, max_length = 140)]
    pub(crate) client_reference: Option<String>,
    pub(crate) execution_date: Option<Date>,
    #[schema(max_length = 500)]
    pub(crate) memo: Option<String>,
    pub(crate) skip_preflight: Option<bool>,
}

/// A transfer as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Transfer {
    pub(crate) id: String,
    pub(crate) create: Create,
    created_at: i64,
    /// When it was asked for, or asked for again.
    asked_at: i64,
    /// The account had too little when it was asked for.
    lacks_funds: bool,
}

/// A transfer as it goes over the wire; its shape is not documented beyond the request's and the states.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Transfer)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Body {
    id: String,
    #[schema(example = "queued")]
    status: &'static str,
    #[serde(flatten)]
    create: Create,
    failure_code: Option<&'static str>,
    created_at: DateTime,
    updated_at: DateTime,
}

/// Reads an amount, which is a text (documents: create-transfer). The client's type reads numbers too.
fn amount<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    Decimal::parse(String::deserialize(deserializer)?).map_err(D::Error::custom)
}

impl Transfer {
    pub(crate) fn new(create: Create, lacks_funds: bool, now: i64) -> Self {
        Self { id: ids::transfer(), create, created_at: now, asked_at: now, lacks_funds }
    }

    /// Asks again; gives whether that makes sense.
    pub(crate) fn retry(&mut self, lacks_funds: bool, now: i64) -> bool {
        let failed = self.state(now).0 == "failed";
        if failed {
            self.asked_at = now;
            self.lacks_funds = lacks_funds;
        }
        failed
    }

    pub(crate) fn body(&self, now: i64) -> Body {
        let (status, since) = self.state(now);
        Body {
            id: self.id.clone(),
            status,
            create: self.create.clone(),
            failure_code: (status == "failed").then_some("insufficient_funds"),
            created_at: DateTime::from_millis(self.created_at),
            updated_at: DateTime::from_millis(since),
        }
    }

    /// The state, and since when.
    fn state(&self, now: i64) -> (&'static str, i64) {
        let (queued, executed) = (self.asked_at + QUEUED, self.asked_at + EXECUTED);
        let approved = self.asked_at + APPROVED;
        match self.create.kind {
            _ if now < queued => ("queued", self.asked_at),
            _ if now < executed => ("executing", queued),
            _ if self.lacks_funds => ("failed", executed),
            Kind::External if now < approved => ("pending_bank_approval", executed),
            Kind::External => ("completed", approved),
            Kind::Internal => ("completed", executed),
        }
    }
}

impl Labelled for Transfer {
    fn id(&self) -> &str {
        &self.id
    }
}
