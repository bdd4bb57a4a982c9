//! Lists that end, and lists that would not.

use futures_util::TryStreamExt as _;
use waycore::{
    Error, ListConnections, SyncTransactions, Waycore,
    client::{
        Nonsense,
        paging::{self, Endless},
    },
};

use super::world::{Reply, World, answer};
use super::*;

fn page(rows: usize, has_more: bool, cursor: Option<&str>) -> Reply {
    let rows: Vec<Value> = vec![fixture("connection-ready.json"); rows];
    let body = json!({"data": rows, "pagination": {"hasMore": has_more, "nextCursor": cursor}});
    answer(200).body(body.to_string()).into()
}

/// How many rows a list of these pages has, and how many requests it took.
async fn walk(pages: Vec<Reply>, bound: usize) -> (Result<usize, Error>, usize) {
    let world = World::new(pages);
    let client = world.client();
    let pages = paging::pages(bound, |cursor| {
        let client = client.clone();
        async move { client.list_connections(&ListConnections { cursor, ..ListConnections::default() }).await }
    });
    let rows = pages.map_ok(|page| page.data.len()).try_fold(0, async |sum, rows| Ok(sum + rows)).await;
    (rows, world.times().len())
}

#[tokio::test(start_paused = true)]
async fn a_list_is_read_to_its_end() {
    assert_eq!(walk(vec![page(0, false, None)], 9).await, (Ok(0), 1));
    assert_eq!(
        walk(vec![page(2, true, Some("a")), page(3, true, Some("b")), page(1, false, None)], 9).await,
        (Ok(6), 3)
    );
    assert_eq!(walk(vec![page(2, true, Some("a")), page(0, false, Some("rest"))], 9).await, (Ok(2), 2));
}

#[tokio::test(start_paused = true)]
async fn the_next_page_is_asked_for_by_its_cursor() {
    let world = World::new([page(1, true, Some("a&b=c")), page(1, false, None)]);
    let client = world.client();
    let listing = paging::listing(9, |cursor| {
        let filter = ListConnections { cursor, limit: Some(500), ..ListConnections::default() };
        let client = client.clone();
        async move { client.list_connections(&filter).await }
    });
    assert_eq!(listing.await.expect("two pages").rows.len(), 2);
    let queries: Vec<_> = world.requests().iter().map(|one| one.url.query().map(str::to_owned)).collect();
    assert_eq!(queries, [Some("limit=500".to_owned()), Some("cursor=a%26b%3Dc&limit=500".to_owned())]);
}

/// The rows that were read count: they are whole, whatever is said of the next ones.
#[tokio::test(start_paused = true)]
async fn a_list_that_cannot_be_followed_ends_and_keeps_its_rows() {
    let more = |rows, cursor: &str| page(rows, true, Some(cursor));
    let numbered = |rows| (0..20).map(|number: usize| more(rows, &number.to_string())).collect::<Vec<_>>();
    // Rows, rows that could not be read, whether it is whole, and requests.
    for (pages, expected) in [
        (vec![more(1, "a")], (2, 1, false, 2)),
        (vec![more(1, "a"), more(1, "b"), more(1, "a")], (3, 1, false, 3)),
        (vec![page(1, true, None)], (1, 1, false, 1)),
        (vec![page(1, true, Some(""))], (1, 1, false, 1)),
        (vec![more(2, "a"), page(1, true, None)], (3, 1, false, 2)),
        // An empty page may stand before others.
        (vec![more(0, "a"), more(0, "b"), page(2, false, None)], (2, 0, true, 3)),
        (vec![more(0, "a")], (0, 1, false, 2)),
        (numbered(0), (0, 0, false, 5)),
        (numbered(1), (5, 0, false, 5)),
    ] {
        let world = World::new(pages);
        let client = world.client();
        let listing = paging::listing(5, |cursor| {
            let client = client.clone();
            async move { client.list_connections(&ListConnections { cursor, ..ListConnections::default() }).await }
        });
        let listing = listing.await.expect("what was read");
        let found = (listing.rows.len(), listing.unreadable.len(), listing.is_whole, world.times().len());
        assert_eq!(found, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_that_fails_ends_the_list() {
    let pages = vec![page(2, true, Some("a")), answer(500).into()];
    assert_eq!(walk(pages, 9).await, (Err(Error::Server { status: 500, retry_after: None }), 2));
}

#[tokio::test(start_paused = true)]
async fn a_row_that_makes_no_sense_costs_itself_on_whatever_page_it_is() {
    let odd = |has_more: bool, cursor: Option<&str>| -> Reply {
        let row = json!({"id": "conn_odd", "kind": "ready"});
        let body = json!({"data": [row], "pagination": {"hasMore": has_more, "nextCursor": cursor}});
        answer(200).body(body.to_string()).into()
    };
    for pages in [
        vec![odd(true, Some("a")), page(3, false, None)],
        vec![page(2, true, Some("a")), odd(true, Some("b")), page(1, false, None)],
        vec![page(3, true, Some("a")), odd(false, None)],
    ] {
        let world = World::new(pages);
        let client = world.client();
        let listing = paging::listing(9, |cursor| {
            let client = client.clone();
            async move { client.list_connections(&ListConnections { cursor, ..ListConnections::default() }).await }
        });
        let listing = listing.await.expect("the other rows");
        let ids: Vec<_> = listing.unreadable.iter().map(|row| row.id.as_deref()).collect();
        assert_eq!((listing.rows.len(), ids, listing.is_whole), (3, vec![Some("conn_odd")], true));
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_longer_than_what_is_read_says_so() {
    let pages = (0..20).map(|number| page(1, true, Some(&number.to_string())));
    let world = World::new(pages);
    let client = world.client();
    let listing = paging::listing(5, |cursor| {
        let client = client.clone();
        async move { client.list_connections(&ListConnections { cursor, ..ListConnections::default() }).await }
    });
    let listing = listing.await.expect("a part of it");
    assert_eq!((listing.rows.len(), listing.is_whole), (5, false));
}

/// Nobody can tell whether there is more.
#[tokio::test(start_paused = true)]
async fn a_list_of_which_a_page_does_not_say_whether_it_is_the_last_is_not_taken_for_whole() {
    let row = || fixture("connection-ready.json");
    for silent in [json!({ "data": [row()] }), json!({ "data": [row()], "pagination": "none" })] {
        let world = World::new([page(2, true, Some("a")), answer(200).body(silent.to_string()).into()]);
        let client = world.client();
        let listing = paging::listing(9, |cursor| {
            let client = client.clone();
            async move { client.list_connections(&ListConnections { cursor, ..ListConnections::default() }).await }
        });
        let listing = listing.await.expect("what can be read");
        assert_eq!((listing.rows.len(), listing.is_whole), (3, false), "{silent}");
    }
}

fn batch(events: usize, has_more: bool, cursor: &str) -> Reply {
    let event = fixture("transactions-sync.json")["events"][0].clone();
    let body = json!({"events": vec![event; events], "hasMore": has_more, "nextCursor": cursor});
    answer(200).body(body.to_string()).into()
}

/// The events of each batch and the cursor to keep.
async fn follow(from: Option<&str>, batches: Vec<Reply>) -> Result<Vec<(usize, Option<String>)>, Error> {
    let world = World::new(batches);
    let client = world.client();
    let stream = paging::batches(4, from.map(str::to_owned), |cursor| {
        let client = client.clone();
        async move { client.sync_transactions(&SyncTransactions { cursor, ..SyncTransactions::default() }).await }
    });
    let batches: Vec<_> = stream.try_collect().await?;
    Ok(batches.into_iter().map(|(events, cursor)| (events.len(), cursor)).collect())
}

#[tokio::test(start_paused = true)]
async fn the_stream_begins_with_nothing_but_a_cursor() {
    let kept = |events, cursor: &str| (events, Some(cursor.to_owned()));
    assert_eq!(follow(None, vec![batch(0, false, "head")]).await, Ok(vec![kept(0, "head")]));
    let batches = vec![batch(2, true, "a"), batch(1, false, "b")];
    assert_eq!(follow(Some("head"), batches).await, Ok(vec![kept(2, "a"), kept(1, "b")]));
    let still = vec![batch(0, false, "head")];
    assert_eq!(follow(Some("head"), still).await, Ok(vec![kept(0, "head")]), "nothing new");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_goes_round_in_circles_is_an_error() {
    let circle = vec![batch(1, true, "a"), batch(1, true, "head")];
    let error = follow(Some("head"), circle).await.expect_err("a circle");
    assert_eq!(error, Error::Nonsense(Nonsense::Endless(Endless::RepeatedCursor)));
    let long = (0..9).map(|number| batch(1, true, &number.to_string())).collect();
    let error = follow(None, long).await.expect_err("too long");
    assert_eq!(error, Error::Nonsense(Nonsense::Endless(Endless::TooManyPages)));
}
