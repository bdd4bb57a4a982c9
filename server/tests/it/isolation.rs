//! Another customer's connection answers, wherever its id is put and however it is written, exactly as one that does
//! not exist; and nothing is done to it.

use std::collections::HashMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::answer::Answer;
use crate::browser::Browser;
use crate::host::TestHost;
use crate::soak::sample_or_all;

const CUSTOMERS: [&str; 3] = ["acme", "globex", "initech"];
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const PAGES: [&str; 7] = ["", "/", "/setup", "/setup?step=finish", "/remove", "/sheet", "/transactions.csv"];
const FUNCTIONS: [&str; 8] = [
    "get_connection",
    "confirm_user_created",
    "submit_finish",
    "update_credentials",
    "sync_connection",
    "remove_connection",
    "list_accounts",
    "list_transactions",
];

/// Of the same form as the ids that Waycore gives.
const MISSING: &str = "conn_00000000000070008000000000000000";

/// Where an id can stand.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    Path { method: &'static str, page: &'static str },
    Field { function: &'static str, accept: Accept },
    Query { function: &'static str },
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Accept {
    Json,
    Html,
}

/// How an id can be written.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Writing {
    Plain,
    Percent,
    TwicePercent,
    UpperCase,
    SpaceBehind,
    DotBefore,
    NulBehind,
}

impl Writing {
    const ALL: [Self; 7] = [
        Self::Plain,
        Self::Percent,
        Self::TwicePercent,
        Self::UpperCase,
        Self::SpaceBehind,
        Self::DotBefore,
        Self::NulBehind,
    ];

    /// As it stands in a path or a query.
    fn write(self, id: &str) -> String {
        let percent = |sign: &str| id.bytes().map(|byte| format!("{sign}{byte:02X}")).collect();
        match self {
            Self::Plain => id.to_owned(),
            Self::Percent => percent("%"),
            Self::TwicePercent => percent("%25"),
            Self::UpperCase => id.to_uppercase(),
            Self::SpaceBehind => format!("{id}%20"),
            Self::DotBefore => format!("./{id}"),
            Self::NulBehind => format!("{id}%00"),
        }
    }
}

fn places() -> Vec<Place> {
    let paths = PAGES.iter().flat_map(|page| METHODS.iter().map(|method| Place::Path { method, page }));
    let fields = FUNCTIONS.iter().flat_map(|function| {
        let fields = [Accept::Json, Accept::Html].map(|accept| Place::Field { function, accept });
        fields.into_iter().chain([Place::Query { function }])
    });
    paths.chain(fields).collect()
}

/// Everything that a form with an id could hold, so that nothing else is what is wrong with it.
fn form(id: &str) -> String {
    format!(
        "connection_id={id}&bank_username=u&password=from-the-bank&delegated_user_active=on&accept_terms=on\
         &confirmation=Standard+Test+Bank"
    )
}

async fn ask(person: &Browser<'_>, place: Place, id: &str) -> Answer {
    match place {
        Place::Path { method, page } => person.send_as(method, &format!("/connections/{id}{page}")).await,
        Place::Field { function, accept } => {
            let accept = if accept == Accept::Json { "application/json" } else { "text/html" };
            person.post_body(&format!("/api/{function}"), accept, form(id)).await
        }
        Place::Query { function } => {
            let path = format!("/api/{function}?{}", form(id));
            person.post_body(&path, "application/json", String::new()).await
        }
    }
}

/// All that somebody could tell two answers apart by, without what is new in each answer.
fn seen(answer: &Answer, id: &str, writing: Writing) -> String {
    let policy = answer.header("content-security-policy").unwrap_or_default();
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap_or("no nonce");
    let request = answer.header("x-request-id").expect("every answer has one");
    let headers = answer.headers.iter().map(|(name, value)| format!("{name}: {value:?}\n"));
    let mut all = format!("{}\n{}\n{}", answer.status, headers.collect::<String>(), answer.body);
    // What a form's answer takes along to the next page is signed, with its time.
    if let Some(cookie) = answer.cookie() {
        let (_, value) = cookie.split_once('=').expect("a cookie has a value");
        let inside = value.split('.').nth(1).map(|inside| URL_SAFE_NO_PAD.decode(inside).expect("base64"));
        all = all.replace(value, &String::from_utf8(inside.unwrap_or_default()).expect("text"));
    }
    // An id comes back as it was written, as it was read, or in the writing that a URL has for either.
    let written = writing.write(id);
    let (escaped, upper) = (written.replace('%', "%25"), id.to_uppercase());
    let all = all.replace(nonce, "NONCE").replace(request, "REQUEST");
    [&escaped, &written, id, &upper].into_iter().fold(all, |all, writing| all.replace(writing, "ID"))
}

/// The connections of one customer: what others may try.
struct Targets {
    standing: Vec<String>,
    removed: String,
}

async fn connect(person: &Browser<'_>, host: &TestHost) -> Targets {
    let start = async |bank: &str| person.start(bank).await["id"].as_str().expect("an id").to_owned();
    let removed = start("sim-portals").await;
    let removal = [("connection_id", removed.as_str()), ("confirmation", "Three Portals Test Bank")];
    person.post_api("remove_connection", &removal).await.ok();
    let ready = start("sim-instant").await;
    let finish = [("connection_id", ready.as_str()), ("delegated_user_active", "on"), ("accept_terms", "on")];
    person.post_api("submit_finish", &finish).await.ok();
    host.waycore.wait_virtually(60).await;
    let activating = start("sim-slow").await;
    let finish = [("connection_id", activating.as_str()), finish[1], finish[2]];
    person.post_api("submit_finish", &finish).await.ok();
    let draft = start("sim-standard").await;
    Targets { standing: vec![ready, activating, draft], removed }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_asked_about_anothers_connection_is_answered_as_about_none() {
    // Several servers, because each of them would refuse so many requests at once.
    let host = TestHost::start_replicas(16).await;
    let mut people = Vec::new();
    let mut targets = Vec::new();
    // Two customers already cover both directions.
    for org in &CUSTOMERS[..sample_or_all(2, CUSTOMERS.len())] {
        let person = host.signed_in_as("ana", org).await;
        targets.push(connect(&person, &host).await);
        people.push(person);
    }
    let before = host.waycore.changes().await;
    let mut cases = 0;
    for (asks, person) in people.iter().enumerate() {
        let mut to_none = HashMap::new();
        // How an id is written does not depend on who writes it.
        let writings = &Writing::ALL
            [..if asks == 0 { Writing::ALL.len() } else { sample_or_all(1, Writing::ALL.len()) }];
        for place in places() {
            for writing in writings.iter().copied() {
                let answer = ask(person, place, &writing.write(MISSING)).await;
                assert!(answer.status.as_u16() >= 300 || answer.body.is_empty(), "{answer:?}");
                to_none.insert((place, writing), seen(&answer, MISSING, writing));
            }
        }
        for owned in targets.iter().enumerate().filter(|(owner, _)| *owner != asks).map(|(_, owned)| owned) {
            let guessed = owned.standing.iter().map(|id| guess(id));
            // Ids are parsed before ownership is checked, so one connection covers all encodings.
            let (in_all_writings, in_one) = owned.standing.split_at(sample_or_all(1, owned.standing.len()));
            let written =
                in_all_writings.iter().flat_map(|id| writings.iter().map(|writing| (id.clone(), *writing)));
            let others = in_one.iter().chain([&owned.removed]).cloned();
            let plain = guessed.chain(others).map(|id| (id, Writing::Plain));
            for (id, writing) in written.chain(plain) {
                for place in places() {
                    let written = writing.write(&id);
                    let answer = ask(person, place, &written).await;
                    assert_eq!(
                        seen(&answer, &id, writing),
                        to_none[&(place, writing)],
                        "{written}: {answer:?}"
                    );
                    cases += 1;
                }
                // Waycore's journal forgets its oldest requests, and has no new ones that change something.
                assert!(before.ends_with(&host.waycore.changes().await), "something was done");
            }
        }
    }
    for (person, owned) in people.iter().zip(&targets) {
        assert_eq!(person.list().await.len(), owned.standing.len(), "its owner finds everything as it was");
    }
    println!("isolation: {cases} cases");
    assert!(cases >= sample_or_all(1_000, 5_000), "{cases}");
}

/// The id with its last digit changed.
fn guess(id: &str) -> String {
    let (rest, last) = id.split_at(id.len() - 1);
    format!("{rest}{}", if last == "0" { "1" } else { "0" })
}
