//! What moved on the accounts behind a connection, filtered.
//!
//! Waycore filters by account and day. It does not search texts, so that is done here, over a bounded number of its pages.
//! Its cursor goes to the browser sealed, and opens for the same customer, connection and filter alone.

use app::backend::{Caller, TransactionQuery};
use app::model::{Transaction, TransactionPage};
use domain::ids::{AccountId, ConnectionId};
use waycore::wire::{self, Date};
use waycore::{Error, ListTransactions};

use super::money::is_of;
use super::own::connection_id;
use super::{UseCases, access};
use crate::failure::{Call, Failure, InvalidInput};

/// Rows of a page of Waycore's.
const ROWS: u16 = 100;

/// A page of ours is full with so many.
const ENOUGH: usize = 50;

/// Pages of Waycore's that are searched for one of ours.
const PAGES: usize = 20;

/// What is looked for.
struct Filter {
    account: Option<AccountId>,
    from: Option<Date>,
    to: Option<Date>,
    /// In lower case.
    text: Option<String>,
}

impl UseCases {
    pub(super) async fn list_transactions(
        &self,
        caller: &Caller,
        id: &str,
        query: TransactionQuery,
    ) -> Result<TransactionPage, Failure> {
        access::may_read(caller)?;
        let id = connection_id(id)?;
        let filter = Filter::read(&query)?;
        let context = filter.context(caller, &id);
        let mut cursor = match query.cursor.as_deref().filter(|cursor| !cursor.is_empty()) {
            Some(sealed) => Some(self.sealer.open(&context, sealed).ok_or(InvalidInput::Cursor)?),
            None => None,
        };
        self.own_connection(caller, &id).await?;
        let mut transactions = Vec::new();
        for _ in 0..PAGES {
            let asked = ListTransactions {
                connection_id: Some(id.clone()),
                account_id: filter.account.clone(),
                posted_from: filter.from,
                posted_before: filter.to.map(|day| day.plus_days(1)),
                cursor: cursor.clone(),
                limit: Some(ROWS),
                ..ListTransactions::default()
            };
            let page = self.waycore.list_transactions(&asked).await;
            let page = page.map_err(Failure::of(Call::ListTransactions))?;
            let fitting =
                page.data.into_iter().filter(|row| is_of(&id, &row.connection_id) && filter.fits(row));
            transactions.extend(fitting.map(transaction));
            let next = page.pagination.next_cursor.filter(|_| page.pagination.has_more);
            // One that leads where it came from would never end.
            if next.is_some() && next == cursor {
                let endless =
                    waycore::client::Nonsense::Endless(waycore::client::paging::Endless::RepeatedCursor);
                return Err(Failure::of(Call::ListTransactions)(Error::Nonsense(endless)));
            }
            cursor = next;
            if cursor.is_none() || transactions.len() >= ENOUGH {
                break;
            }
        }
        let next_cursor = cursor.and_then(|cursor| self.sealer.seal(&context, &cursor));
        Ok(TransactionPage { transactions, next_cursor })
    }
}

impl Filter {
    fn read(query: &TransactionQuery) -> Result<Self, InvalidInput> {
        let filled = |field: &Option<String>| {
            field.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(ToOwned::to_owned)
        };
        let day = |field: &Option<String>, name| {
            filled(field).map(|text| Date::parse(&text).map_err(|_| InvalidInput::Day(name))).transpose()
        };
        let account = filled(&query.account_id).map(AccountId::parse).transpose();
        let account = account.map_err(|_| InvalidInput::Account)?;
        let (from, to) = (day(&query.from, "from")?, day(&query.to, "to")?);
        if from.zip(to).is_some_and(|(from, to)| to < from) {
            return Err(InvalidInput::DaysReversed);
        }
        Ok(Self { account, from, to, text: filled(&query.text).map(|text| text.to_lowercase()) })
    }

    fn fits(&self, row: &wire::Transaction) -> bool {
        let Some(text) = &self.text else { return true };
        let fields = [
            &row.description,
            &row.raw_description,
            &row.merchant_name,
            &row.counterparty_name,
            &row.customer_reference,
            &row.bank_reference,
        ];
        fields.into_iter().flatten().any(|field| field.to_lowercase().contains(text))
    }

    /// Whose cursor, and for what.
    fn context(&self, caller: &Caller, id: &ConnectionId) -> String {
        let day = |day: &Option<Date>| day.map(|day| day.to_string());
        serde_json::json!([
            caller.customer.issuer,
            caller.customer.org,
            id.as_str(),
            self.account.as_ref().map(AccountId::as_str),
            day(&self.from),
            day(&self.to),
            self.text,
        ])
        .to_string()
    }
}

fn transaction(row: wire::Transaction) -> Transaction {
    Transaction {
        id: row.id,
        connection_id: row.connection_id,
        account_id: row.account_id,
        status: row.status.to_string(),
        posted_date: row.posted_date.map(|date| date.to_string()),
        updated_at: row.updated_at.as_str().to_owned(),
        amount: row.amount.to_string(),
        currency: row.currency,
        entry_type: row.entry_type.to_string(),
        description: row.description,
        rail: row.rail.map(|rail| rail.to_string()),
        raw_description: row.raw_description,
        customer_reference: row.customer_reference,
        bank_reference: row.bank_reference,
        bai_code: row.bai_code,
        category: row.category,
        subcategory: row.subcategory,
        mcc: row.mcc,
        merchant_name: row.merchant_name,
        counterparty_name: row.counterparty_name,
        counterparty_account_masked: row.counterparty_account_masked,
    }
}
