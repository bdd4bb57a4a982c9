//! Step 1: what may become a connection, and what is sent for it.

use app::backend::{Onboarding as _, StartConnection};
use app::model::Step;
use domain::user_error::ErrorCode;
use serde_json::json;
use waycore::Error;

use super::bench::{Bench, ana, bank, bo, refused, unlisted};

async fn sent(bench: &Bench) -> Vec<String> {
    let calls = bench.waycore.calls();
    calls.iter().filter_map(|call| call.strip_prefix("create_connection ")).map(str::to_owned).collect()
}

async fn check_refused(bench: &Bench, input: StartConnection, field: &str) {
    refused(bench.start(&ana(), input).await, ErrorCode::InvalidInput, Some(field));
    let calls = bench.waycore.calls();
    assert!(calls.iter().all(|call| call.starts_with("search_institutions")), "{calls:?}");
}

#[tokio::test]
async fn a_bank_of_the_catalog_is_connected_by_its_id() {
    let bench = Bench::new().await;
    let started = bench.start(&ana(), bank("harbour")).await.unwrap();
    assert!(!started.existing);
    assert_eq!(started.connection.display_name, "Harbour Bank");
    assert_eq!(started.connection.step, Step::DelegatedUser);
    assert_eq!(started.connection.version, 1);
    assert_eq!(sent(&bench).await, [r#"{"entityId":"ent_1","institutionId":"harbour"}"#]);
}

#[tokio::test]
async fn one_of_its_portals_may_be_chosen() {
    let bench = Bench::new().await;
    let with_portal =
        |portal: &str| StartConnection { portal_url: Some(portal.to_owned()), ..bank("meadow") };
    bench.start(&ana(), with_portal(" https://biz.meadow.example/ ")).await.unwrap();
    assert_eq!(
        sent(&bench).await,
        [r#"{"entityId":"ent_1","institutionId":"meadow","portalUrl":"https://biz.meadow.example/"}"#]
    );
    check_refused(&bench, with_portal("https://harbour.example/login"), "portal_url").await;
    check_refused(&bench, with_portal("https://biz.meadow.example/other"), "portal_url").await;
    // The form may send the field although nothing was chosen.
    bench.start(&ana(), with_portal(" ")).await.unwrap();
}

#[tokio::test]
async fn another_portal_of_a_connected_bank_needs_a_second_word() {
    let bench = Bench::new().await;
    let at = |portal: &str, ask_first| StartConnection {
        portal_url: Some(portal.to_owned()),
        ask_first,
        ..bank("meadow")
    };
    bench.start(&ana(), at("https://meadow.example/", true)).await.unwrap();
    assert!(bench.start(&ana(), at("https://meadow.example/", true)).await.unwrap().existing);
    sent(&bench).await;
    check_refused(&bench, at("https://biz.meadow.example/", true), "another").await;
    // Another customer's is none of this one's.
    bench.start(&bo(), at("https://biz.meadow.example/", true)).await.unwrap();
    assert!(!bench.start(&ana(), at("https://biz.meadow.example/", false)).await.unwrap().existing);
}

#[tokio::test]
async fn the_same_portal_in_other_words_and_a_revoked_connection_need_none() {
    let at = |portal: &str| StartConnection {
        portal_url: Some(portal.to_owned()),
        ask_first: true,
        ..bank("meadow")
    };
    let bench = Bench::new().await;
    let id = bench.start(&ana(), at("https://meadow.example/")).await.unwrap().connection.id;
    bench.waycore.change(&id, json!({"portalUrl": "https://MEADOW.example"}));
    bench.get(&ana(), &id).await.unwrap();
    assert!(bench.start(&ana(), at("https://meadow.example/")).await.unwrap().existing);
    bench.waycore.calls();
    check_refused(&bench, at("https://biz.meadow.example/"), "another").await;
    bench.waycore.change(&id, json!({"kind": "ready", "status": "revoked"}));
    bench.get(&ana(), &id).await.unwrap();
    bench.start(&ana(), at("https://biz.meadow.example/")).await.unwrap();
}

#[tokio::test]
async fn only_an_exact_id_is_a_bank_of_the_catalog() {
    let bench = Bench::new().await;
    for id in ["harb", "Harbour", "Harbour Bank", "harbour.example", "nowhere", "a\u{0}b"] {
        check_refused(&bench, bank(id), "institution_id").await;
    }
}

#[tokio::test]
async fn an_exact_id_is_found_behind_other_results() {
    let bench = Bench::new().await;
    for number in 0..7 {
        bench.waycore.bank(&format!("old-tower-{number}"), "Old Tower", &[]);
    }
    bench.waycore.bank("tower", "Tower", &[]);
    bench.waycore.page_size(2);
    bench.start(&ana(), bank("tower")).await.unwrap();
}

#[tokio::test]
async fn an_unlisted_bank_is_connected_by_its_portal_byte_for_byte() {
    let bench = Bench::new().await;
    let portal = "https://Portal.Unlisted.example:8443/Login/INDEX.jsp?Branch=007&x=%7e#Top";
    let started = bench.start(&ana(), unlisted("  Our Bank ", &format!(" {portal}\n"))).await.unwrap();
    assert_eq!(started.connection.display_name, "Our Bank");
    assert_eq!(sent(&bench).await, [format!(r#"{{"entityId":"ent_1","portalUrl":"{portal}"}}"#)]);
    // The name is kept here, and stays when the connection is found again.
    let again = bench.start(&ana(), unlisted("Other name", portal)).await.unwrap();
    assert!(again.existing);
    assert_eq!(again.connection.display_name, "Our Bank");
}

#[tokio::test]
async fn without_a_name_the_portals_host_is_the_name() {
    let bench = Bench::new().await;
    let started = bench.start(&ana(), unlisted(" ", "https://Unlisted.example/x")).await.unwrap();
    assert_eq!(started.connection.display_name, "unlisted.example");
}

#[tokio::test]
async fn a_portal_url_that_breaks_a_rule_is_refused_beside_its_field() {
    let bench = Bench::new().await;
    for portal in [
        "",
        "http://unlisted.example/",
        "unlisted.example",
        "https://",
        "https://ana:secret@unlisted.example/",
        "https://unlisted.example/a b",
        "https://0x7f.1/",
        "nonsense",
    ] {
        check_refused(&bench, unlisted("Our Bank", portal), "portal_url").await;
    }
    let too_long = format!("https://unlisted.example/{}", "a".repeat(2048));
    check_refused(&bench, unlisted("Our Bank", &too_long), "portal_url").await;
}

#[tokio::test]
async fn a_name_that_is_too_long_is_refused_beside_its_field() {
    let bench = Bench::new().await;
    check_refused(&bench, unlisted(&"x".repeat(201), "https://unlisted.example/"), "requested_name").await;
}

#[tokio::test]
async fn nothing_at_all_asks_for_a_bank() {
    let bench = Bench::new().await;
    check_refused(&bench, StartConnection::default(), "institution_id").await;
    let empty = StartConnection { unlisted: true, ..StartConnection::default() };
    check_refused(&bench, empty, "portal_url").await;
    let denied = StartConnection { not_listed: true, ..StartConnection::default() };
    check_refused(&bench, denied, "portal_url").await;
}

#[tokio::test]
async fn a_bank_of_the_catalog_has_to_be_picked_or_denied() {
    let bench = Bench::new().await;
    for input in [
        unlisted("harbour  BANK", "https://unlisted.example/"),
        unlisted("Our Bank", "https://HARBOUR.example/elsewhere"),
        unlisted("", "https://biz.meadow.example:8443/"),
    ] {
        check_refused(&bench, input.clone(), "institution_id").await;
        let denied = StartConnection { not_listed: true, ..input };
        bench.start(&ana(), denied).await.unwrap();
        assert_eq!(sent(&bench).await.len(), 1);
    }
    let similar = unlisted("Harbour Bank of the North", "https://harbour-north.example/");
    bench.start(&ana(), similar).await.unwrap();
}

#[tokio::test]
async fn a_suspicious_address_is_refused_until_it_is_confirmed() {
    let bench = Bench::new().await;
    bench.waycore.bank("lighthouse", "Lighthouse", &["https://www.lighthouse.example/"]);
    bench.mirrored().await;
    for (portal, host) in [
        ("https://192.0.2.7/", "192.0.2.7"),
        ("https://[2001:db8::1]/login", "[2001:db8::1]"),
        ("https://intranet/", "intranet"),
        ("https://xn--bcher-bank-9db.example/", "xn--bcher-bank-9db.example"),
        // One letter is Cyrillic.
        ("https://nоrthmill.example/", "xn--nrthmill-nbh.example"),
        ("https://harbuor.example/login", "harbuor.example"),
        ("https://hаrbour.example/", "xn--hrbour-3nf.example"),
        ("https://meadow.example.sign-in.example/", "meadow.example.sign-in.example"),
        ("https://192.0.2.7.elsewhere.example/", "192.0.2.7.elsewhere.example"),
        ("https://lighthouse.quiet-cove.example/", "lighthouse.quiet-cove.example"),
    ] {
        let typed = |checked: Option<&str>| StartConnection {
            address_checked: checked.map(str::to_owned),
            ..unlisted("Odd Bank", portal)
        };
        check_refused(&bench, typed(None), "address_checked").await;
        for form in [true, false] {
            let by_form = StartConnection { unlisted: form, ..typed(Some("")) };
            check_refused(&bench, by_form, "address_checked").await;
        }
        // What was ticked for another address counts for no other.
        check_refused(&bench, typed(Some("meadow.example")), "address_checked").await;
        bench.start(&ana(), typed(Some(host))).await.unwrap_or_else(|error| panic!("{portal}: {error:?}"));
        assert_eq!(sent(&bench).await, [format!(r#"{{"entityId":"ent_1","portalUrl":"{portal}"}}"#)]);
        assert!(bench.start(&ana(), typed(Some("true"))).await.unwrap().existing);
        bench.waycore.calls();
    }
    let plain = unlisted("Odd Bank", "https://bücher-bank.example/login");
    bench.start(&ana(), plain).await.unwrap();
    assert_eq!(
        sent(&bench).await,
        [r#"{"entityId":"ent_1","portalUrl":"https://bücher-bank.example/login"}"#]
    );
}

/// What becomes of an address of an unlisted bank once it is sent.
#[derive(Debug, PartialEq)]
enum Decision {
    Accepted,
    Refused(&'static str),
    ToConfirm(&'static str),
    /// A bank of the list is meant.
    LooksLike(&'static str),
}

#[tokio::test]
async fn help_says_of_every_address_what_sending_decides() {
    use Decision::{Accepted, LooksLike, Refused, ToConfirm};
    const INCOMPLETE: &str = "not a complete web address";
    let bench = Bench::new().await;
    bench.waycore.bank("lighthouse", "Lighthouse", &["https://www.lighthouse.example/"]);
    bench.mirrored().await;
    let too_long = format!("https://bank.example/{}", "x".repeat(2_048));
    for (address, decision) in [
        ("https://quiet-cove.example/login", Accepted),
        ("  https://BÜCHER-bank.example:8443/Login ", Accepted),
        ("https://quiet-cove.example./", Accepted),
        // What `PortalUrl` refuses.
        (too_long.as_str(), Refused("too long")),
        ("http://bank.example/", Refused("https://")),
        ("bank.example", Refused("https://")),
        ("https://ana:secret@bank.example/", Refused("user name")),
        ("https://", Refused(INCOMPLETE)),
        ("https:bank.example", Refused(INCOMPLETE)),
        ("https://bank.example/a b", Refused("spaces")),
        ("https://bank.example/\u{7}b", Refused("spaces")),
        ("https://bank.example/\u{200b}b", Refused("cannot be seen")),
        ("https://bank.example:65536/", Refused(INCOMPLETE)),
        ("https://bank..example/", Refused(INCOMPLETE)),
        ("https://bank%2eexample/", Refused(INCOMPLETE)),
        ("https://xn--a/", Refused(INCOMPLETE)),
        ("https://１２７.0.0.1/", Refused(INCOMPLETE)),
        // What a browser would open under another host.
        ("https://0x7f.1/", Refused(INCOMPLETE)),
        ("https://0X7F.0.0.1/", Refused(INCOMPLETE)),
        ("https://0x7f000001/", Refused(INCOMPLETE)),
        ("https://0177.0.0.1/", Refused(INCOMPLETE)),
        ("https://2130706433/", Refused(INCOMPLETE)),
        ("https://127.1/", Refused(INCOMPLETE)),
        ("https://192.0.2.7./", Refused(INCOMPLETE)),
        ("https://192.0.2.07/", Refused(INCOMPLETE)),
        ("https://1.2.3.4.5/", Refused(INCOMPLETE)),
        ("https://256.0.0.1/", Refused(INCOMPLETE)),
        ("https://bank.0x1/", Refused(INCOMPLETE)),
        ("https://[::::]/", Refused(INCOMPLETE)),
        ("https://[2001:0db8::1]/", Refused(INCOMPLETE)),
        ("https://[::ffff:192.0.2.7]/", Refused(INCOMPLETE)),
        // What has to be confirmed.
        ("https://192.0.2.7/login", ToConfirm("192.0.2.7")),
        ("https://[2001:DB8::1]:8443/", ToConfirm("[2001:db8::1]")),
        ("https://192.0.2.7.elsewhere.example/", ToConfirm("192.0.2.7.elsewhere.example")),
        ("https://intranet/", ToConfirm("intranet")),
        ("https://xn--bcher-bank-9db.example/", ToConfirm("xn--bcher-bank-9db.example")),
        ("https://сосо.example/", ToConfirm("xn--n1aahb.example")),
        ("https://harbuor.example/login", ToConfirm("harbuor.example")),
        ("https://lighthouse.quiet-cove.example/", ToConfirm("lighthouse.quiet-cove.example")),
        ("https://meadow.example.sign-in.example/", ToConfirm("meadow.example.sign-in.example")),
        // A bank of the list.
        ("https://meadow.example/other", LooksLike("meadow")),
    ] {
        let help = bench.port.coach_portal(&ana(), Some("Quiet Cove"), address).await.unwrap();
        let sent = bench.start(&ana(), unlisted("Quiet Cove", address)).await;
        let sent = sent.map_err(|error| (error.0.field.unwrap_or_default(), error.0.message));
        let said = match &help.notes[..] {
            [] => "",
            [note] => note.as_str(),
            notes => panic!("{address}: {notes:?}"),
        };
        match (&decision, &sent) {
            (Accepted, Ok(_)) => assert_eq!((said, &help.matched), ("", &None), "{address}"),
            (Refused(part), Err((field, message))) => {
                assert_eq!((field.as_str(), said), ("portal_url", message.as_str()), "{address}");
                assert!(said.contains(part), "{address}: {said}");
            }
            (ToConfirm(_), Err((field, message))) => {
                assert_eq!(field, "address_checked", "{address}");
                assert!(!said.is_empty() && message.starts_with(said), "{address}: {said} / {message}");
            }
            (LooksLike(bank), Err((field, _))) => {
                assert_eq!(field, "institution_id", "{address}");
                assert_eq!(help.matched.map(|bank| bank.institution_id).as_deref(), Some(*bank), "{address}");
            }
            (decision, sent) => panic!("{address}: {sent:?} instead of {decision:?}"),
        }
        let host = match decision {
            ToConfirm(host) => Some(host),
            _ => None,
        };
        assert_eq!(help.suspicious_host.as_deref(), host, "{address}");
    }
}

#[tokio::test]
async fn a_portal_that_the_catalog_lacks_is_sent_with_its_bank() {
    let bench = Bench::new().await;
    bench.mirrored().await;
    bench.waycore.calls();
    let own = |portal: &str| StartConnection { own_portal: Some(portal.to_owned()), ..bank("meadow") };
    for wrong in [
        "",
        " \u{200b}",
        "http://meadow.example/x",
        "https://me@meadow.example/x",
        "https://mea\u{200b}dow.example/",
    ] {
        check_refused(&bench, own(wrong), "own_portal").await;
    }
    // Of another bank, of nobody, and almost the bank's own.
    for suspicious in ["https://harbour.example/x", "https://192.0.2.7/", "https://meadov.example/"] {
        check_refused(&bench, own(suspicious), "address_checked").await;
    }
    let portal = "https://Corporate.Meadow-Savings.example:8443/Login?a=%7e";
    bench.start(&ana(), own(&format!("\u{feff}{portal}\u{200b} "))).await.unwrap();
    bench.start(&bo(), own("https://meadow.example/other/Login")).await.unwrap();
    // It is in the list after all.
    bench.start(&bo(), own("https://biz.meadow.example/")).await.unwrap();
    let with = |entity: &str, portal: &str| {
        format!(r#"{{"entityId":"{entity}","institutionId":"meadow","portalUrl":"{portal}"}}"#)
    };
    assert_eq!(
        sent(&bench).await,
        [
            with("ent_1", portal),
            with("ent_2", "https://meadow.example/other/Login"),
            with("ent_2", "https://biz.meadow.example/")
        ]
    );
    bench.waycore.fail("create_connection", Error::Invalid);
    let refused_by_waycore = bench.start(&ana(), own("https://old.meadow-savings.example/")).await;
    refused(refused_by_waycore, ErrorCode::InvalidInput, Some("own_portal"));
}

#[tokio::test]
async fn a_name_of_which_nothing_can_be_seen_is_refused() {
    let bench = Bench::new().await;
    for name in ["\u{200b}", " \u{ad}\u{2060} ", "\u{202e}", "Our \u{202e}bank", "Our\nbank"] {
        check_refused(&bench, unlisted(name, "https://unlisted.example/"), "requested_name").await;
    }
    let named = unlisted("\u{202e}Our\u{200d}Bank\u{200b}", "https://unlisted.example/");
    let started = bench.start(&ana(), named).await.unwrap();
    assert_eq!(started.connection.display_name, "Our\u{200d}Bank");
}

#[tokio::test]
async fn whoever_corrects_a_banks_address_has_said_which_bank_it_is() {
    let bench = Bench::new().await;
    let id = bench.start(&ana(), bank("harbour")).await.unwrap().connection.id;
    let corrected = StartConnection {
        again: Some(id),
        unlisted: true,
        ..unlisted("Harbour Bank", "https://new.harbour-online.example/")
    };
    // Of somebody else's connection nothing is known.
    let by_another = bench.start(&bo(), corrected.clone()).await;
    refused(by_another, ErrorCode::InvalidInput, Some("institution_id"));
    assert!(!bench.start(&ana(), corrected.clone()).await.unwrap().existing);
    let of_another_bank = StartConnection {
        requested_name: Some("Meadow Savings".to_owned()),
        portal_url: Some("https://meadow-online.example/".to_owned()),
        ..corrected
    };
    refused(bench.start(&ana(), of_another_bank).await, ErrorCode::InvalidInput, Some("institution_id"));
}

#[tokio::test]
async fn a_match_is_offered_by_its_name() {
    let bench = Bench::new().await;
    let error = bench.start(&ana(), unlisted("meadow savings", "https://x.example/")).await.unwrap_err();
    assert!(error.0.message.contains("Meadow Savings"), "{}", error.0.message);
}

#[tokio::test]
async fn a_double_click_makes_one_connection() {
    let bench = Bench::new().await;
    let ana = ana();
    let (one, two) = tokio::join!(bench.start(&ana, bank("harbour")), bench.start(&ana, bank("harbour")));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one.connection, two.connection);
    assert_ne!(one.existing, two.existing);
}

#[tokio::test]
async fn a_create_whose_answer_was_lost_is_read() {
    let bench = Bench::new().await;
    for input in [bank("harbour"), unlisted("Our Bank", "https://unlisted.example/")] {
        bench.waycore.lose_answer("create_connection");
        bench.start(&ana(), input).await.unwrap();
    }
    assert_eq!(bench.list(&ana()).await.connections.len(), 2);
}

#[tokio::test]
async fn a_create_whose_answer_was_lost_is_found_by_the_next_try() {
    let bench = Bench::new().await;
    bench.waycore.lose_answer("create_connection");
    bench.waycore.fail("list_connections", Error::Timeout);
    refused(bench.start(&ana(), bank("harbour")).await, ErrorCode::Unavailable, None);
    let started = bench.start(&ana(), bank("harbour")).await.unwrap();
    assert!(started.existing);
    assert_eq!(bench.list(&ana()).await.connections.len(), 1);
}

#[tokio::test]
async fn an_entity_that_waycore_no_longer_knows_stops_everything() {
    let bench = Bench::new().await;
    bench.started(&ana()).await;
    bench.waycore.fail("create_connection", Error::NotFound);
    refused(bench.start(&ana(), bank("meadow")).await, ErrorCode::EntityUnresolved, None);
    assert!(!bench.waycore.calls().iter().any(|call| call.starts_with("create_entity")));
}

#[tokio::test]
async fn a_bank_that_is_connected_already_needs_no_setup() {
    let bench = Bench::new().await;
    bench.connected(&ana()).await;
    let started = bench.start(&ana(), bank("harbour")).await.unwrap();
    assert!(started.existing);
    assert_eq!(started.connection.step, Step::Connected);
}

#[tokio::test]
async fn what_waycore_refuses_is_shown_beside_what_was_chosen() {
    let bench = Bench::new().await;
    bench.waycore.fail("create_connection", Error::Invalid);
    refused(bench.start(&ana(), bank("harbour")).await, ErrorCode::InvalidInput, Some("institution_id"));
    bench.waycore.fail("create_connection", Error::Invalid);
    let input = unlisted("Our Bank", "https://unlisted.example/");
    refused(bench.start(&ana(), input).await, ErrorCode::InvalidInput, Some("portal_url"));
    bench.waycore.fail("create_connection", Error::Unauthorized);
    refused(bench.start(&ana(), bank("harbour")).await, ErrorCode::Misconfigured, None);
}

#[tokio::test(start_paused = true)]
async fn a_row_that_cannot_be_read_leaves_no_create_open() {
    let bench = Bench::new().await;
    for existing in [false, true] {
        bench.fail_next_read();
        assert_eq!(bench.start(&ana(), bank("harbour")).await.unwrap().existing, existing);
        // An intent that stayed open would refuse this one.
        bench.start(&ana(), bank("harbour")).await.unwrap();
    }
    let rows = bench.audit().await;
    let told: Vec<_> =
        rows.iter().filter(|row| row.event == "connection_started").map(|row| row.detail.as_str()).collect();
    assert_eq!(told, ["created", "found"]);
}
