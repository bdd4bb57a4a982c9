//! A text is searched for in so many transactions at a time.

use std::time::Duration;

use app::backend::{Onboarding as _, Region, TransactionQuery};

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

#[tokio::test]
async fn a_text_is_found_however_it_is_encoded() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    bench.waycore.transaction(&id, "O’Brien – Café Étoile");
    for (text, found) in [
        ("o'brien - cafe\u{301}", 1),
        ("\u{200b}ÉTOILE ", 1),
        ("\u{200b}", 1),
        ("etoile", 0),
        // A text that is longer than any field is cut, and fits nothing.
        (&"x".repeat(100_000), 0),
    ] {
        let search = TransactionQuery { text: Some(text.to_owned()), ..TransactionQuery::default() };
        let page = bench.port.list_transactions(&ana(), &id, search).await.unwrap();
        assert_eq!(page.transactions.len(), found, "{text:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_shows_what_was_found_in_time() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    for description in ["Rent", "Coffee", "Rent", "Coffee", "Rent"] {
        bench.waycore.transaction(&id, description);
    }
    // Two of these pages come within the eight seconds that a search may take.
    bench.waycore.page_size(1);
    bench.waycore.slow_down(Duration::from_secs(3));
    let search = TransactionQuery { text: Some("rent".to_owned()), ..TransactionQuery::default() };
    let look = async |query| bench.port.look_at_money(&ana(), &id, query).await.unwrap().transactions;
    let Region::Here(page) = look(search.clone()).await else { panic!("something was found") };
    assert_eq!((page.transactions.len(), page.cut), (1, true));
    let older = TransactionQuery { cursor: page.next_cursor, ..search.clone() };
    let Region::Here(page) = look(older.clone()).await else { panic!("it goes on where it stopped") };
    assert_eq!((page.transactions.len(), page.cut), (1, true));
    let nothing = TransactionQuery { text: Some("no such thing".to_owned()), ..TransactionQuery::default() };
    let Region::Here(page) = look(nothing).await else { panic!("something was searched") };
    assert_eq!((page.transactions.len(), page.cut, page.next_cursor.is_some()), (0, true, true));
    bench.waycore.slow_down(Duration::from_secs(9));
    assert_eq!(look(search).await, Region::Silent, "not one page came");
    assert_eq!(look(older).await, Region::Silent);
}

#[tokio::test(start_paused = true)]
async fn a_page_waits_longer_for_what_somebody_asked_for() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    bench.waycore.transaction(&id, "Rent");
    bench.waycore.slow_down(Duration::from_secs(2));
    // The bench's today is 14 November 2023: a page goes back to 16 August by itself.
    for (from, comes) in [(None, false), (Some("2023-08-16"), false), (Some("2020-11-14"), true)] {
        let query = TransactionQuery { from: from.map(ToOwned::to_owned), ..TransactionQuery::default() };
        let money = bench.port.look_at_money(&ana(), &id, query).await.unwrap();
        assert_eq!(matches!(money.transactions, Region::Here(_)), comes, "{from:?}");
    }
}

#[tokio::test]
async fn everything_that_is_pending_is_shown_or_said_to_be_cut() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    // Those with a day come first, and fill a page.
    (0..60).for_each(|_| bench.waycore.pending(&id, Some("2023-11-10")));
    (0..120).for_each(|_| bench.waycore.pending(&id, None));
    // The bench's today is 14 November 2023. A page size of 0 is as many rows as are asked for.
    for (from, to, page_size, shown, cut) in [
        (Some("2023-11-01"), None, 0, 120, false),
        (Some("2023-11-01"), None, 50, 120, false),
        (Some("2023-11-01"), Some("2023-11-14"), 0, 120, false),
        (Some("2023-11-01"), Some("2023-11-15"), 0, 120, false),
        (None, Some("2023-11-14"), 0, 120, false),
        (Some("2023-11-01"), Some("2023-11-13"), 0, 0, false),
        (None, Some("2023-11-13"), 0, 0, false),
        // Twenty pages are read, of which fifteen are of those with a day.
        (Some("2023-11-01"), None, 4, 20, true),
    ] {
        bench.waycore.page_size(page_size);
        let [from, to] = [from, to].map(|day| day.map(str::to_owned));
        let query = TransactionQuery { from, to, ..TransactionQuery::default() };
        for is_file in [false, true] {
            let page = match is_file {
                true => bench.port.export_transactions(&ana(), &id, query.clone()).await.unwrap(),
                false => bench.port.list_transactions(&ana(), &id, query.clone()).await.unwrap(),
            };
            let without_day = page.transactions.iter().filter(|row| row.posted_date.is_none()).count();
            assert_eq!((without_day, page.cut), (shown, cut), "{query:?}, pages of {page_size}, {is_file}");
        }
    }
}

#[tokio::test]
async fn a_page_that_does_not_say_whether_it_is_the_last_is_not_taken_for_all() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    (0..3).for_each(|_| bench.waycore.transaction(&id, "Rent"));
    for (hides_ends, cut) in [(false, false), (true, true)] {
        bench.waycore.hide_ends(hides_ends);
        let query = TransactionQuery::default();
        let page = bench.port.list_transactions(&ana(), &id, query).await.unwrap();
        assert_eq!((page.transactions.len(), page.unreadable, page.cut), (3, usize::from(cut), cut));
    }
}

#[tokio::test]
async fn a_transaction_that_comes_twice_is_shown_once() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    (0..3).for_each(|_| bench.waycore.pending(&id, None));
    // What is pending is then among the rows of the days as well.
    bench.waycore.ignore_filters();
    let query = TransactionQuery { from: Some("2023-11-01".to_owned()), ..TransactionQuery::default() };
    let page = bench.port.list_transactions(&ana(), &id, query).await.unwrap();
    assert_eq!(page.transactions.len(), 3);
}
