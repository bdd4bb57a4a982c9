//! Transactions as a file, for a spreadsheet.

mod cell;
mod slots;

use std::collections::HashMap;
use std::time::Duration;

use app::backend::{Caller, Flash, RequestScope, TransactionQuery};
use app::copy::items_unreadable;
use app::copy::locale::{self, Locale, speaking};
use app::copy::pages::words;
use app::error::WireError;
use app::model::{Transaction, TransactionPage};
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, Request, State};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use http::{HeaderValue, header};

use self::slots::ExportSlot;
use super::{fetch_site, language, page, scope};
use crate::limits::too_many_of;
use crate::startup::AppState;
use crate::telemetry;

pub use slots::ExportSlots;

/// Spreadsheets take a file that does not begin with it for one in another encoding.
const BYTE_ORDER_MARK: &str = "\u{feff}";

const COLUMNS: usize = 9;

/// What a person is asked to wait whose customer has as many exports running as it may have.
const NEXT_EXPORT: Duration = Duration::from_secs(10);

/// The transactions that a connection's page shows with the same filters, all of them.
///
/// The first page decides the status. A failure after that ends the answer in the middle, so that a browser reports the
/// download as failed and nobody takes a part for the whole.
pub async fn transactions_csv(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(fields): Query<Vec<(String, String)>>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    if let Err(error) = fetch_site::check(&parts.headers) {
        return page::problem(&state, &parts, error).await;
    }
    let caller = match scope::caller(&state, &parts).await {
        Ok(caller) => caller,
        Err(error) => {
            // Back from a sign-in on another site, a browser would be refused the file.
            let mut page = parts.clone();
            page.uri = app::paths::Paths::new("", "").detail(&id).parse().unwrap_or_default();
            return page::no_caller(&state, &page, error.into()).await;
        }
    };
    let scope = scope::scope(&state, caller.clone(), &parts, Flash::default());
    let field = |name: &str| {
        let found = fields.iter().find(|(field, _)| field == name);
        found.map(|(_, value)| value.clone())
    };
    let query = app::pages::wanted(field, scope.now_millis);
    let Some(slot) = state.exports.take(&caller) else {
        return language::of_caller(&caller, async {
            page::problem(&state, &parts, too_many_of(&caller)(NEXT_EXPORT)).await
        })
        .await;
    };
    language::of_caller(&caller, async {
        match Export::begin(scope, id, query, slot).await {
            Ok((export, first)) => export.file(first),
            Err(error) => page::problem(&state, &parts, error).await,
        }
    })
    .await
}

/// What is needed to go on.
struct Export {
    scope: RequestScope,
    id: String,
    query: TransactionQuery,
    /// Names by id.
    accounts: HashMap<String, String>,
    /// Of the person who asked: what is read later is read outside of the request.
    locale: Locale,
    _slot: ExportSlot,
}

/// How far an export has come.
enum Written {
    /// Up to here, of which these bytes are to be sent.
    Begun(Vec<u8>, Option<String>),
    /// Up to this cursor.
    UpTo(String),
    /// Every row.
    AllRows,
    Everything,
}

impl Export {
    async fn begin(
        scope: RequestScope,
        id: String,
        query: TransactionQuery,
        slot: ExportSlot,
    ) -> Result<(Self, TransactionPage), WireError> {
        let caller: &Caller = &scope.caller;
        let first = scope.onboarding.export_transactions(caller, &id, query.clone()).await?;
        // Without the names the file is still complete: an account's id stands in their place.
        let accounts = scope.onboarding.list_accounts(caller, &id).await.unwrap_or_default();
        let accounts = accounts.accounts.into_iter().map(|account| (account.id, account.name)).collect();
        let locale = locale::current();
        Ok((Self { scope, id, query, accounts, locale, _slot: slot }, first))
    }

    fn file(self, first: TransactionPage) -> Response {
        let text = &words().detail;
        let head = [
            text.date,
            text.account,
            text.description,
            text.counterparty,
            text.reference,
            text.amount,
            text.currency,
            text.status,
            text.transaction_id,
        ];
        let mut begun = BYTE_ORDER_MARK.as_bytes().to_vec();
        begun.extend(lines([head.map(cell::text)]));
        begun.extend(lines(first.transactions.into_iter().map(|row| self.row(row))));
        let start = (self, Written::Begun(begun, first.next_cursor), first.unreadable);
        let body = stream::try_unfold(start, async |(export, written, unreadable)| {
            let after = |next: Option<String>| next.map_or(Written::AllRows, Written::UpTo);
            let (bytes, written, unreadable) = match written {
                Written::Begun(begun, next) => (begun, after(next), unreadable),
                Written::UpTo(cursor) => {
                    let page = export.page(cursor).await?;
                    let rows = lines(page.transactions.into_iter().map(|row| export.row(row)));
                    (rows, after(page.next_cursor), unreadable + page.unreadable)
                }
                Written::AllRows if unreadable > 0 => {
                    (lines([export.left_out(unreadable).await]), Written::Everything, unreadable)
                }
                Written::AllRows | Written::Everything => return Ok::<_, Interrupted>(None),
            };
            Ok(Some((Bytes::from(bytes), (export, written, unreadable))))
        });
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
            (
                header::CONTENT_DISPOSITION,
                HeaderValue::from_static("attachment; filename=\"transactions.csv\""),
            ),
        ];
        (headers, Body::from_stream(body)).into_response()
    }

    /// The last line of a file that lacks rows, in the place of a description.
    async fn left_out(&self, count: usize) -> [String; COLUMNS] {
        let mut row: [String; COLUMNS] = Default::default();
        row[2] = speaking(self.locale.clone(), async { items_unreadable(count) }).await;
        row
    }

    async fn page(&self, cursor: String) -> Result<TransactionPage, Interrupted> {
        let query = TransactionQuery { cursor: Some(cursor), ..self.query.clone() };
        let page = self.scope.onboarding.export_transactions(&self.scope.caller, &self.id, query);
        // The request is answered by now as far as its middleware can tell.
        let page = telemetry::answering(&self.scope.support_code, page).await;
        page.map_err(|error| Interrupted(error.0.code.as_str()))
    }

    fn row(&self, row: Transaction) -> [String; COLUMNS] {
        let text = |field: Option<String>| cell::text(field.unwrap_or_default());
        let account = self.accounts.get(&row.account_id).cloned().unwrap_or(row.account_id);
        [
            text(row.posted_date),
            cell::text(account),
            text(row.description.or(row.raw_description)),
            text(row.counterparty_name.or(row.merchant_name)),
            text(row.customer_reference.or(row.bank_reference)),
            cell::number(row.amount),
            cell::text(row.currency),
            cell::text(row.status),
            cell::text(row.id),
        ]
    }
}

/// A file that could not be completed. Its cause is in the log already.
#[derive(Debug, thiserror::Error)]
#[error("the file could not be completed: {0}")]
struct Interrupted(&'static str);

fn lines(rows: impl IntoIterator<Item = [String; COLUMNS]>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        // Writing to memory does not fail.
        let _ = writer.write_record(&row);
    }
    writer.into_inner().unwrap_or_default()
}
