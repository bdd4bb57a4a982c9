//! A text is searched for in so many transactions at a time.

use app::backend::{Onboarding as _, TransactionQuery};

use super::bench::{Bench, ana};

#[tokio::test]
async fn a_search_that_ends_before_everything_was_searched_says_so() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    for description in std::iter::once("Rent").chain(std::iter::repeat_n("Coffee", 24)) {
        bench.waycore.transaction(&id, description);
    }
    // Twenty pages are searched at a time.
    bench.waycore.page_size(1);
    let search = TransactionQuery { text: Some("rent".to_owned()), ..TransactionQuery::default() };
    let page = bench.port.list_transactions(&ana(), &id, search.clone()).await.unwrap();
    assert_eq!((page.transactions.len(), page.cut), (1, true));
    let older = TransactionQuery { cursor: page.next_cursor, ..search };
    let page = bench.port.list_transactions(&ana(), &id, older).await.unwrap();
    assert_eq!((page.transactions.len(), page.cut, page.next_cursor), (0, false, None));
}
