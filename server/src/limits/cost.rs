//! What a request costs, in requests that show a page: work that is more than that uses up more of a limit.

use std::num::NonZeroU32;

use app::api;
use http::Uri;
use leptos::server_fn::ServerFn;
use url::form_urlencoded;

/// How many requests a request counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cost(u32);

impl Cost {
    const PAGE: Self = Self(1);
    /// A search in the catalog of banks.
    const SEARCH: Self = Self(2);
    /// A text or days that are looked for in thousands of transactions.
    const FILTER: Self = Self(5);
    /// All transactions as a file.
    const EXPORT: Self = Self(10);

    /// The cost of a request by its address, inside of this mount.
    pub(crate) fn of(uri: &Uri) -> Self {
        let path = uri.path();
        let has = |searched: &[&str]| {
            // As the pages read it: a field is the same however it is encoded.
            let mut fields = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
            fields.any(|(name, value)| searched.contains(&&*name) && !value.is_empty())
        };
        if path.ends_with("/transactions.csv") {
            Self::EXPORT
        } else if path.starts_with("/connections/") && has(&["text", "from", "to"])
            // Its fields are in the body.
            || path == api::ListTransactions::PATH
        {
            Self::FILTER
        } else if [api::SearchInstitutions::PATH, api::CoachPortal::PATH].contains(&path)
            || path == "/new" && has(&["query"])
        {
            Self::SEARCH
        } else {
            Self::PAGE
        }
    }

    pub(super) fn requests(self) -> NonZeroU32 {
        NonZeroU32::new(self.0).unwrap_or(NonZeroU32::MIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_more_work_costs_more() {
        for (uri, cost) in [
            ("/", Cost::PAGE),
            ("/new", Cost::PAGE),
            ("/new?query=", Cost::PAGE),
            ("/new?institution=a", Cost::PAGE),
            ("/new?query=bank", Cost::SEARCH),
            ("/new?draft=1&query=bank", Cost::SEARCH),
            ("/api/search_institutions", Cost::SEARCH),
            ("/api/coach_portal", Cost::SEARCH),
            ("/api/get_connection", Cost::PAGE),
            ("/connections/a", Cost::PAGE),
            ("/connections/a?account=a&from=&text=", Cost::PAGE),
            ("/connections/a?from=2026-01-01", Cost::FILTER),
            ("/connections/a?to=2026-01-01", Cost::FILTER),
            ("/connections/a?te%78t=rent", Cost::FILTER),
            ("/api/list_transactions", Cost::FILTER),
            ("/new?%71uery=bank", Cost::SEARCH),
            ("/connections/a?from=2026-01-01&text=rent", Cost::FILTER),
            ("/connections/a/transactions.csv", Cost::EXPORT),
            ("/connections/a/transactions.csv?text=rent", Cost::EXPORT),
        ] {
            assert_eq!(Cost::of(&uri.parse().unwrap()), cost, "{uri}");
        }
    }
}
