//! Transactions as a file, for a spreadsheet.

use std::collections::HashMap;

use app::backend::{Caller, Flash, RequestScope, TransactionQuery};
use app::copy::pages::words;
use app::error::WireError;
use app::model::{Transaction, TransactionPage};
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, Request, State};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use http::{HeaderValue, header};

use super::{language, page, scope};
use crate::startup::AppState;

/// Spreadsheets take a file that does not begin with it for one in another encoding.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// What a spreadsheet takes for the beginning of a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

const COLUMNS: usize = 9;

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
    let caller = match scope::caller(&state, &parts).await {
        Ok(caller) => caller,
        Err(error) => return page::no_caller(&state, &parts, error).await,
    };
    let scope = scope::scope(&state, caller.clone(), &parts, Flash::default());
    let field = |name: &str| {
        let found = fields.iter().find(|(field, _)| field == name);
        found.map(|(_, value)| value.clone())
    };
    let query = app::pages::wanted(field, scope.now_millis);
    language::of_caller(&caller, async {
        match Export::begin(scope, id, query).await {
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
}

impl Export {
    async fn begin(
        scope: RequestScope,
        id: String,
        query: TransactionQuery,
    ) -> Result<(Self, TransactionPage), WireError> {
        let caller: &Caller = &scope.caller;
        let first = scope.onboarding.export_transactions(caller, &id, query.clone()).await?;
        // Without the names the file is still complete: an account's id stands in their place.
        let accounts = scope.onboarding.list_accounts(caller, &id).await.unwrap_or_default();
        let accounts = accounts.into_iter().map(|account| (account.id, account.name)).collect();
        Ok((Self { scope, id, query, accounts }, first))
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
        begun.extend(lines([head.map(harmless)]));
        let rows = lines(first.transactions.into_iter().map(|row| self.row(row)));
        begun.extend(rows);
        let start = (self, Some(begun), first.next_cursor);
        let body = stream::try_unfold(start, async |(export, begun, cursor)| {
            if let Some(begun) = begun {
                return Ok(Some((Bytes::from(begun), (export, None, cursor))));
            }
            let Some(cursor) = cursor else { return Ok::<_, Interrupted>(None) };
            let page = export.page(cursor).await?;
            let rows = lines(page.transactions.into_iter().map(|row| export.row(row)));
            Ok(Some((Bytes::from(rows), (export, None, page.next_cursor))))
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

    async fn page(&self, cursor: String) -> Result<TransactionPage, Interrupted> {
        let query = TransactionQuery { cursor: Some(cursor), ..self.query.clone() };
        let page = self.scope.onboarding.export_transactions(&self.scope.caller, &self.id, query).await;
        page.map_err(|error| Interrupted(error.0.code.as_str()))
    }

    fn row(&self, row: Transaction) -> [String; COLUMNS] {
        let text = |field: Option<String>| harmless(field.unwrap_or_default());
        let account = self.accounts.get(&row.account_id).cloned().unwrap_or(row.account_id);
        [
            row.posted_date.unwrap_or_default(),
            harmless(account),
            text(row.description.or(row.raw_description)),
            text(row.counterparty_name.or(row.merchant_name)),
            text(row.customer_reference.or(row.bank_reference)),
            // A number that begins with a minus sign is a number.
            number(row.amount),
            harmless(row.currency),
            harmless(row.status),
            harmless(row.id),
        ]
    }
}

/// A file that could not be completed. Its cause is in the log already.
#[derive(Debug, thiserror::Error)]
#[error("the file could not be completed: {0}")]
struct Interrupted(&'static str);

/// A text that no spreadsheet computes.
fn harmless(text: impl Into<String>) -> String {
    let text = text.into();
    if text.starts_with(FORMULA) { ["'", &text].concat() } else { text }
}

fn number(text: String) -> String {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.'));
    if plain { text } else { harmless(text) }
}

fn lines(rows: impl IntoIterator<Item = [String; COLUMNS]>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        // Writing to memory does not fail.
        let _ = writer.write_record(&row);
    }
    writer.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("+49 30", "'+49 30"),
            ("-cmd", "'-cmd"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("\rx", "'\rx"),
            ("Rent = 5", "Rent = 5"),
            ("", ""),
        ] {
            assert_eq!(harmless(text), expected);
        }
    }

    #[test]
    fn an_amount_stays_a_number() {
        assert_eq!(number("-12.50".to_owned()), "-12.50");
        assert_eq!(number("-1+cmd".to_owned()), "'-1+cmd");
    }
}
