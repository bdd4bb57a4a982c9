//! The catalog: five thousand banks and the sentinels, and how they are found.

use std::collections::HashSet;

use rstest::rstest;
use serde_json::{Value, json};
use waycore_sim::{SimOptions, Simulator};

use crate::support::{Host, column};

/// The whole catalog, page by page.
async fn catalog(host: &Host) -> Vec<Value> {
    let mut institutions = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = host.get(&format!("/v1/institutions?limit=500{cursor}")).await.json(200);
        institutions.extend(page["data"].as_array().expect("a list").iter().cloned());
        match page["pagination"]["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return institutions,
        }
    }
}

async fn of_seed(seed: u64) -> Vec<Value> {
    let options = SimOptions { seed, speed: 0.0, ..SimOptions::default() };
    catalog(&Host::of(Simulator::new(options).expect("a simulator")).await).await
}

#[tokio::test]
async fn the_catalog_is_the_same_at_every_start() {
    assert_eq!(of_seed(7).await, of_seed(7).await);
    assert_ne!(of_seed(7).await, of_seed(8).await);
}

#[tokio::test]
async fn five_thousand_banks_besides_the_sentinels_are_on_example_domains() {
    let host = Host::new().await;
    let institutions = catalog(&host).await;
    let generated: Vec<&Value> = institutions
        .iter()
        .filter(|institution| !institution["institutionId"].as_str().is_some_and(|id| id.starts_with("sim-")))
        .collect();
    assert_eq!(generated.len(), 5_000);
    let distinct =
        |field: &str| institutions.iter().map(|bank| bank[field].as_str()).collect::<HashSet<_>>().len();
    assert_eq!((distinct("institutionId"), distinct("name")), (institutions.len(), institutions.len()));
    let mut several = 0;
    for bank in &institutions {
        let additional = bank["additionalPortalUrls"].as_array().expect("a list");
        several += usize::from(!additional.is_empty());
        for portal in additional.iter().chain([&bank["canonicalPortalUrl"]]) {
            let host = portal
                .as_str()
                .and_then(|url| url.strip_prefix("https://"))
                .and_then(|url| url.split('/').next());
            assert!(host.is_some_and(|host| host.ends_with(".example")), "{bank}");
        }
    }
    assert!((300..2_000).contains(&several), "some banks have several portals: {several}");
}

#[rstest]
#[case("sim-instant", "Instant Test Bank")]
#[case("sim-standard", "Standard Test Bank")]
#[case("sim-provisioning", "Provisioning Test Bank")]
#[case("sim-portals", "Three Portals Test Bank")]
#[tokio::test]
async fn a_sentinel_is_found_first_by_its_id_and_its_name(#[case] id: &str, #[case] name: &str) {
    let host = Host::new().await;
    for query in
        [id.to_owned(), id.to_uppercase(), name.replace(' ', "%20"), name.to_lowercase().replace(' ', "+")]
    {
        let found = host.get(&format!("/v1/institutions?query={query}")).await.json(200);
        assert_eq!(column(&found, "institutionId").first().map(String::as_str), Some(id), "{query}");
    }
    let institution = host.get(&format!("/v1/institutions/{id}")).await.json(200);
    assert_eq!(institution["name"], name);
}

#[tokio::test]
async fn a_bank_is_found_by_portal_address_host_and_domain() {
    let host = Host::new().await;
    let bank = catalog(&host).await.into_iter().nth(2_500).expect("a bank");
    let portal = bank["canonicalPortalUrl"].as_str().expect("a portal").to_owned();
    let portal_host = portal.trim_start_matches("https://").split('/').next().expect("a host").to_owned();
    let domain = portal_host.split_once('.').expect("a domain").1.to_owned();
    let deeper = format!("https://{portal_host}/some/other/page%3Fquery");
    for query in [portal, portal_host.to_uppercase(), domain, deeper] {
        let query = query.replace('?', "%3F").replace('=', "%3D").replace('&', "%26");
        let found = host.get(&format!("/v1/institutions?query={query}")).await.json(200);
        assert_eq!(found["data"][0], bank, "{query}");
    }
}

#[tokio::test]
async fn every_result_of_a_search_has_every_word() {
    let host = Host::new().await;
    let found = host.get("/v1/institutions?query=%20community%20CREDIT%20&limit=500").await.json(200);
    let names = column(&found, "name");
    assert!(names.len() > 10, "{names:?}");
    for name in names {
        assert!(name.contains("Community") && name.contains("Credit"), "{name}");
    }
    let accents = host.get("/v1/institutions?query=credit%20de%20cheneval").await.json(200);
    assert!(column(&accents, "name").iter().any(|name| name == "Crédit de Chêneval"), "{accents}");
    assert_eq!(host.get("/v1/institutions?query=zzzzqqq").await.json(200)["data"], json!([]));
}

#[tokio::test]
async fn an_institution_that_is_not_there_is_not_found() {
    Host::new().await.get("/v1/institutions/no-such-bank").await.refused(404, "not_found");
}
