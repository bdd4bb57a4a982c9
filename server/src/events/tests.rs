//! Live pages as a whole: replicas, deliveries, faults and open pages, in virtual time and at random.
//!
//! A schedule is decided by its seed alone. `CONNECT_SCHEDULES` says how many are tried, `CONNECT_SCHEDULE` which one
//! alone. With `CONNECT_SOAK` (`cargo xtask soak`) the tests that repeat themselves do so more often.

mod page;
mod streams;
mod world;

use std::time::Duration;

use tokio::time::Instant;

use self::world::World;
use super::takeover::Takeover;

/// Some ten seconds' worth.
const SCHEDULES: u64 = 60;

/// Whatever happened: the page's last state is Waycore's, versions only grow, nothing goes back, and no change is
/// announced twice. The page says so itself at every event.
#[test]
fn whatever_happens_on_the_way_the_page_ends_up_right() {
    let setting = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seeds = match setting("CONNECT_SCHEDULE") {
        Some(seed) => seed..seed + 1,
        None => 0..setting("CONNECT_SCHEDULES").unwrap_or(SCHEDULES),
    };
    for seed in seeds {
        live_through(seed);
    }
}

/// One that failed fails again, for whoever looks into it.
#[test]
fn a_schedule_that_is_tried_again_is_the_same() {
    for seed in 0..sample_or_all(5, 25) {
        assert_eq!(live_through(seed), live_through(seed), "schedule {seed}");
    }
}

/// The first number by default, the second in a soak.
fn sample_or_all(sample: u64, all: u64) -> u64 {
    if std::env::var_os("CONNECT_SOAK").is_some() { all } else { sample }
}

/// Tries a schedule; gives what Waycore was asked.
fn live_through(seed: u64) -> Vec<String> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    fastrand::seed(seed);
    runtime.block_on(async {
        let mut world = World::new(seed).await;
        world.live_through().await;
        world.settle().await;
        world.check();
        world.calls()
    })
}

#[tokio::test(start_paused = true)]
async fn a_change_is_shown_within_a_second_of_its_delivery_and_within_six_without() {
    let (mut world, page) = World::watched(0).await;
    world.change(0);
    world.deliver(0, Duration::ZERO);
    tokio::time::sleep(Duration::from_secs(1)).await;
    world.check_page(page);
    world.change(0);
    tokio::time::sleep(Duration::from_secs(6)).await;
    world.check_page(page);
}

/// Whenever it happens between two questions.
#[tokio::test(start_paused = true)]
async fn a_page_that_asks_shows_a_change_within_six_seconds_without_any_delivery() {
    for millis in (0..5_000).step_by(sample_or_all(1_700, 100) as usize) {
        let mut world = World::new(7).await;
        let page = world.open_asking_page(0);
        tokio::time::sleep(Duration::from_millis(20_000 + millis)).await;
        for _ in 0..2 {
            world.change(0);
            tokio::time::sleep(Duration::from_millis(5_700)).await;
            world.check_connection(page, 0);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_that_asks_and_knows_everything_is_answered_after_a_few_seconds_or_where_streams_are_too_many()
{
    let world = World::new(7).await;
    let answered_within = async || {
        let known = world.poll(0).await;
        let (began, known) =
            (Instant::now(), known.lines().find_map(|line| line.strip_prefix("id: ")).unwrap());
        let told = world.poll_after(0, known).await;
        assert!(told.contains("conn_0"), "the present state: {told}");
        began.elapsed()
    };
    let waited = answered_within().await;
    assert!((Duration::from_secs(4)..Duration::from_secs(5)).contains(&waited), "{waited:?}");
    let mut pages = Vec::new();
    for _ in 0..6 {
        pages.push(world.open_in_one_browser().await);
    }
    assert_eq!(answered_within().await, Duration::ZERO);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(pages.iter().all(|page| !page.is_finished()), "it ends no stream of that browser");
}

#[tokio::test(start_paused = true)]
async fn one_list_serves_all_who_wait_however_many_pages_are_open() {
    let mut world = World::new(7).await;
    world.await_activation();
    tokio::time::sleep(Duration::from_secs(130)).await;
    let reads = |world: &World| world.calls().iter().filter(|call| *call == "list_connections").count();
    world.calls();
    tokio::time::sleep(Duration::from_secs(120)).await;
    let unwatched = reads(&world);
    assert!((2..=6).contains(&unwatched), "one list of each kind a minute: {unwatched}");
    for page in 0..200 {
        world.open_page(page % 2).await;
    }
    tokio::time::sleep(Duration::from_secs(10)).await;
    world.calls();
    tokio::time::sleep(Duration::from_secs(50)).await;
    let watched = reads(&world);
    assert!((9..=13).contains(&watched), "one every five seconds: {watched}");
}

#[tokio::test(start_paused = true)]
async fn however_many_are_activated_at_once_one_look_finds_all() {
    let mut world = World::new(7).await;
    let many = world.many_wait(60).await;
    world.open_page(0).await;
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert_eq!(world.waiting().await, 60);
    world.activate(&many);
    world.calls();
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(world.waiting().await, 0);
    let singly = world.calls().iter().filter(|call| call.starts_with("get_connection")).count();
    assert!(singly <= 9, "the page's three drafts, every five seconds, and none of the sixty: {singly}");
}

#[tokio::test(start_paused = true)]
async fn drafts_that_somebody_waits_for_are_read_singly_up_to_twenty_and_above_that_by_a_list() {
    for (drafts, singles, lists) in [(15, 150..=250, 0..=2), (40, 0..=2, 9..=13)] {
        let mut world = World::new(7).await;
        world.many_drafts(drafts).await;
        world.open_page(0).await;
        tokio::time::sleep(Duration::from_secs(20)).await;
        world.calls();
        tokio::time::sleep(Duration::from_secs(50)).await;
        let calls = world.calls();
        let count = |name: &str| calls.iter().filter(|call| call.starts_with(name)).count();
        let read = (count("get_connection"), calls.iter().filter(|call| *call == "list_connections").count());
        assert!(singles.contains(&read.0) && lists.contains(&read.1), "{drafts}: {read:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn drafts_are_read_every_five_seconds_even_while_deliveries_are_reliable() {
    for (drafts, read) in [(3, "get_connection conn_many_0"), (40, "list_connections")] {
        let mut world = World::new(7).await;
        world.many_drafts(drafts).await;
        world.open_page(0).await;
        for _ in 0..3 {
            world.change(1);
            world.deliver(1, Duration::ZERO);
            tokio::time::sleep(Duration::from_secs(5)).await;
        }
        world.calls();
        tokio::time::sleep(Duration::from_secs(50)).await;
        let calls = world.calls();
        // No delivery announces the details that Waycore prepares for a delegated user.
        let count = calls.iter().filter(|call| *call == read).count();
        assert!((9..=13).contains(&count), "{drafts}: {count} of {read} in {calls:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn deliveries_that_do_not_say_what_they_are_about_are_one_list_for_all_that_come_together() {
    let (mut world, page) = World::watched(0).await;
    world.change(0);
    world.calls();
    (0..500).for_each(|_| world.deliver_unnamed());
    tokio::time::sleep(Duration::from_secs(1)).await;
    world.check_page(page);
    tokio::time::sleep(Duration::from_secs(9)).await;
    let lists = world.calls().iter().filter(|call| *call == "list_connections").count();
    assert!(
        (1..=4).contains(&lists),
        "two for all of them, and two for what waits for activation now: {lists}"
    );
    assert_eq!(world.inbox().await.waiting, 0);
}

#[tokio::test(start_paused = true)]
async fn ten_minutes_without_waycore_are_over_within_ten_seconds() {
    let (mut world, page) = World::watched(0).await;
    world.is_down(true);
    for _ in 0..5 {
        world.change(1);
        world.deliver(1, Duration::ZERO);
        tokio::time::sleep(Duration::from_secs(120)).await;
    }
    // No webhook announces this one.
    world.change(0);
    let asked = world.calls().len();
    assert!(asked < 1_000, "one that is down is left alone: {asked}");
    world.is_down(false);
    tokio::time::sleep(Duration::from_secs(10)).await;
    world.check_page(page);
    let size = world.inbox().await;
    assert_eq!((size.waiting, size.parked), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_deliveries_for_a_connection_is_one_read_a_second() {
    let mut world = World::new(7).await;
    tokio::time::sleep(Duration::from_secs(20)).await;
    world.calls();
    // Ten seconds of them: far more than one a second in either case.
    let deliveries = sample_or_all(500, 5_000);
    for delivery in 0..deliveries {
        world.deliver(0, Duration::from_millis(delivery * 10_000 / deliveries));
    }
    tokio::time::sleep(Duration::from_secs(15)).await;
    let reads = world.calls().iter().filter(|call| call.starts_with("get_connection")).count();
    assert!((8..=12).contains(&reads), "ten seconds of deliveries: {reads}");
    assert_eq!(world.inbox().await.waiting, 0);
}

#[tokio::test(start_paused = true)]
async fn a_dead_replica_is_replaced_within_ten_seconds() {
    let (mut world, page) = World::watched(1).await;
    world.crash(0);
    world.change(0);
    tokio::time::sleep(Duration::from_secs(10)).await;
    world.check_page(page);
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_fails_for_a_reason_of_its_own_is_parked_and_the_others_are_not() {
    let (mut world, page) = World::watched(0).await;
    world.talk_nonsense_about(1);
    world.deliver(1, Duration::ZERO);
    tokio::time::sleep(Duration::from_secs(1)).await;
    world.change(0);
    world.deliver(0, Duration::ZERO);
    tokio::time::sleep(Duration::from_secs(1)).await;
    world.check_connection(page, 0);
    tokio::time::sleep(Duration::from_secs(60)).await;
    let size = world.inbox().await;
    assert_eq!((size.waiting, size.parked), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn one_that_waycore_is_silent_about_slows_no_other_and_is_parked() {
    let (mut world, page) = World::watched(0).await;
    world.is_silent_about(1);
    world.deliver(1, Duration::ZERO);
    for second in 0..60 {
        if second % 10 == 0 {
            world.change(0);
        }
        world.deliver(0, Duration::ZERO);
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        world.check_connection(page, 0);
    }
    let size = world.inbox().await;
    assert_eq!((size.waiting, size.parked), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn one_that_waycore_is_silent_about_is_no_reason_to_read_lists_more_often() {
    let mut world = World::new(7).await;
    world.await_activation();
    world.open_page(0).await;
    tokio::time::sleep(Duration::from_secs(130)).await;
    // It leaves the list, so it is read by itself, in vain.
    world.is_silent_about(1);
    world.change(1);
    world.calls();
    tokio::time::sleep(Duration::from_secs(60)).await;
    let lists = world.calls().iter().filter(|call| *call == "list_connections").count();
    assert!((9..=16).contains(&lists), "one every five seconds, and the page's own: {lists}");
}

#[tokio::test(start_paused = true)]
async fn one_that_hangs_while_its_page_is_open_holds_up_no_list() {
    let mut world = World::new(7).await;
    for page in 0..2 {
        world.open_page(page).await;
    }
    world.await_activation();
    for _ in 0..2 {
        world.change(1);
        tokio::time::sleep(Duration::from_secs(65)).await;
    }
    world.hangs_about(1);
    world.calls();
    tokio::time::sleep(Duration::from_secs(60)).await;
    let calls = world.calls();
    let count = |name: &str| calls.iter().filter(|call| call.starts_with(name)).count();
    let (lists, singles) = (count("list_connections"), count("get_connection conn_1"));
    assert!(lists >= 12, "one every five seconds: {lists}");
    assert!((2..=5).contains(&singles), "one at a time: {singles}");
}

#[tokio::test(start_paused = true)]
async fn one_that_leaves_the_list_and_hangs_holds_up_no_other() {
    let mut world = World::new(7).await;
    let page = world.open_page(0).await;
    world.await_activation();
    tokio::time::sleep(Duration::from_secs(20)).await;
    world.hangs_about(1);
    world.change(1);
    tokio::time::sleep(Duration::from_secs(8)).await;
    for connection in [0, 2] {
        world.change(connection);
        tokio::time::sleep(Duration::from_secs(6)).await;
        world.check_connection(page, connection);
    }
    // Also where deliveries say that something happened, and not to what.
    for connection in [0, 2] {
        world.change(connection);
        world.deliver_unnamed();
        tokio::time::sleep(Duration::from_secs(3)).await;
        world.check_connection(page, connection);
    }
}

#[tokio::test(start_paused = true)]
async fn when_waycore_says_to_wait_nothing_is_asked_until_then() {
    let mut world = World::new(7).await;
    let many = world.many_wait(30).await;
    world.open_page(0).await;
    tokio::time::sleep(Duration::from_secs(20)).await;
    world.activate(&many);
    world.says_to_wait(Duration::from_secs(20));
    world.calls();
    tokio::time::sleep(Duration::from_secs(18)).await;
    let asked = world.calls();
    assert!(asked.len() <= 3, "a list, one that it did not tell of, and the answer to wait: {asked:?}");
    tokio::time::sleep(Duration::from_secs(12)).await;
    assert_eq!(world.waiting().await, 0, "all are found as soon as it is over");
}

#[tokio::test(start_paused = true)]
async fn what_is_open_is_read_again_once_a_minute_also_while_waycore_is_slow_about_another_customer() {
    let mut world = World::new(7).await;
    let _others = world.another_customer_looks().await;
    world.open_page(0).await;
    world.hangs_about_the_other();
    tokio::time::sleep(Duration::from_secs(3)).await;
    world.calls();
    tokio::time::sleep(Duration::from_secs(600)).await;
    let own = world.calls().iter().filter(|call| *call == "list_connections ent_1").count();
    assert!((10..=11).contains(&own), "in ten minutes: {own}");
}

#[tokio::test(start_paused = true)]
async fn what_nobody_announced_is_seen_all_the_same() {
    let (mut world, page) = World::watched(0).await;
    world.set_mute(true);
    world.change(1);
    world.deliver(1, Duration::ZERO);
    tokio::time::sleep(Duration::from_secs(3)).await;
    world.set_mute(false);
    tokio::time::sleep(Duration::from_secs(21)).await;
    world.check_page(page);
}

#[tokio::test(start_paused = true)]
async fn what_is_active_and_has_yet_to_sync_is_right_within_six_seconds_on_a_list_too() {
    let (mut world, page) = World::watched(0).await;
    world.is_about_to_sync(1);
    world.deliver(1, Duration::ZERO);
    tokio::time::sleep(Duration::from_secs(2)).await;
    world.change(1);
    tokio::time::sleep(Duration::from_secs(6)).await;
    world.check_connection(page, 1);
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_first_sync_is_known_within_six_seconds_although_nothing_announces_it() {
    let mut world = World::new(7).await;
    world.begins_to_sync(0).await;
    // Deliveries are reliable, so what they announce is not asked for.
    for _ in 0..3 {
        world.change(1);
        world.deliver(1, Duration::ZERO);
        world.poll(0).await;
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
    assert!(world.poll(0).await.contains(r#""syncStatus":"syncing""#));
    world.ends_to_sync(0);
    tokio::time::sleep(Duration::from_secs(6)).await;
    let told = world.poll(0).await;
    assert!(told.contains(r#""syncStatus":"idle""#) && !told.contains("syncing"), "{told}");
    world.calls();
    for _ in 0..4 {
        world.poll(0).await;
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
    let calls = world.calls();
    let reads = calls.iter().filter(|call| call.ends_with("conn_0")).count();
    assert!(reads <= 1, "one that rests is not asked about: {calls:?}");
}

#[tokio::test(start_paused = true)]
async fn a_first_sync_that_does_not_begin_is_not_waited_for_for_ever() {
    // The clock of the world begins at 2027-01-15T08:00:00Z.
    for (changed_at, expected) in [("2027-01-15T07:59:00Z", 3..=10), ("2027-01-14T08:00:00Z", 0..=1)] {
        let mut world = World::new(7).await;
        world.has_not_synced(0, changed_at).await;
        world.poll(0).await;
        world.calls();
        for _ in 0..6 {
            tokio::time::sleep(Duration::from_secs(5)).await;
            world.poll(0).await;
        }
        let calls = world.calls();
        let reads = calls.iter().filter(|call| call.ends_with("conn_0")).count();
        assert!(expected.contains(&reads), "{changed_at}: {calls:?}");
    }
}

/// No page shows that the hour of waiting is over, so that nothing has to change then; what comes later is found like any
/// other change.
#[tokio::test(start_paused = true)]
async fn an_open_page_learns_of_a_first_sync_that_begins_after_its_hour() {
    let mut world = World::new(7).await;
    // Of the hour, half a minute is left.
    world.has_not_synced(0, "2027-01-15T07:00:30Z").await;
    let stay_open = async |world: &World, seconds: u64| {
        for _ in 0..seconds / 5 {
            world.poll(0).await;
            tokio::time::sleep(Duration::from_secs(5)).await;
        }
    };
    stay_open(&world, 40).await;
    world.calls();
    stay_open(&world, 30).await;
    let calls = world.calls();
    assert!(calls.iter().filter(|call| call.ends_with("conn_0")).count() <= 1, "it is over: {calls:?}");
    world.syncs_from(0, "2027-01-15T08:02:00Z");
    stay_open(&world, 65).await;
    let told = world.poll(0).await;
    assert!(told.contains(r#""syncStatus":"syncing""#), "{told}");
    world.has_synced_at(0, "2027-01-15T08:03:00Z");
    tokio::time::sleep(Duration::from_secs(6)).await;
    let told = world.poll(0).await;
    assert!(told.contains(r#""syncStatus":"idle""#) && !told.contains("syncing"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn first_syncs_are_read_singly_up_to_twenty_and_above_that_by_one_list_of_everything() {
    for (syncs, singles, lists) in [(15, 150..=250, 0..=2), (40, 0..=60, 9..=13)] {
        let mut world = World::new(7).await;
        world.many_sync(syncs).await;
        world.open_page(0).await;
        tokio::time::sleep(Duration::from_secs(20)).await;
        world.calls();
        tokio::time::sleep(Duration::from_secs(50)).await;
        let calls = world.calls();
        let count = |name: &str| calls.iter().filter(|call| call.starts_with(name)).count();
        let read = (count("get_connection"), calls.iter().filter(|call| *call == "list_connections").count());
        assert!(singles.contains(&read.0) && lists.contains(&read.1), "{syncs}: {read:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_that_asked_and_was_left_is_watched_no_longer_whoever_else_asks() {
    let mut world = World::new(7).await;
    for connection in [0, 1] {
        (0..3).for_each(|_| world.change(connection));
        world.deliver(connection, Duration::ZERO);
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    world.poll(1).await;
    for seconds in (0..60).step_by(5) {
        world.poll(0).await;
        if seconds == 20 {
            world.calls();
        }
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
    let calls = world.calls();
    let read = |id: &str| calls.iter().filter(|call| call.ends_with(id)).count();
    assert!(read("conn_0") >= 7, "{calls:?}");
    assert!(read("conn_1") <= 1, "once a minute, with everything else: {calls:?}");
}

#[tokio::test(start_paused = true)]
async fn one_that_waycore_did_not_know_for_once_is_found_again() {
    let (mut world, page) = World::watched(0).await;
    world.denies_once();
    world.deliver(1, Duration::ZERO);
    tokio::time::sleep(Duration::from_secs(70)).await;
    world.change(1);
    tokio::time::sleep(Duration::from_secs(70)).await;
    world.check_connection(page, 1);
}

#[tokio::test(start_paused = true)]
async fn the_seventh_page_of_a_browser_ends_the_first() {
    let world = World::new(7).await;
    let mut pages = Vec::new();
    for _ in 0..7 {
        pages.push(world.open_in_one_browser().await);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let ended: Vec<bool> = pages.iter().map(|page| page.is_finished()).collect();
    assert_eq!(ended, [true, false, false, false, false, false, false]);
    assert!(!world.has_room(), "the first does not make the second end");
    pages.pop().unwrap().abort();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(world.has_room());
}

#[test]
fn a_socket_is_taken_only_when_the_head_is_sent() {
    let takeover = Takeover::default();
    assert!(!takeover.is_due());
    let _body = takeover.body(|_| {});
    assert!(!takeover.is_due(), "nobody has asked for the body yet");
}
