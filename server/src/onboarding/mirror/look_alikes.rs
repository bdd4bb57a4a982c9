//! Hosts that imitate a bank's domain, whatever the means: homographs, typosquatting, levelsquatting, combosquatting, or the
//! bank's label under another top-level domain.

mod brand_index;
mod domain_index;

use domain::suspicion::letters;

use super::words::Place;
use brand_index::BrandIndex;
use domain_index::DomainIndex;

/// The domains of all banks, by what an imitation has in common with them.
#[derive(Default)]
pub(super) struct LookAlikes {
    domains: DomainIndex,
    brands: BrandIndex,
}

impl LookAlikes {
    /// Adds the domain of a host, as DNS has it.
    pub(super) fn insert(&mut self, host: &str, place: Place) {
        let name = registrable(host);
        let letters = letters(&name);
        self.domains.insert(name, &letters, place);
        self.brands.insert(&letters, place);
    }

    /// Completes the index once all hosts are in it. `names` are those of all banks, folded: what is common in them is no brand.
    pub(super) fn complete<'a>(&mut self, names: impl Iterator<Item = &'a str>) {
        self.brands.complete(names);
    }

    /// The bank whose domain a host imitates.
    pub(super) fn imitated_by(&self, host: &str) -> Option<Place> {
        let own = registrable(host);
        if self.domains.contains(&own) {
            return None;
        }
        let own = letters(&own);
        self.domains.imitated_by(host, &own).or_else(|| self.brands.imitated_by(host, &own))
    }

    /// How many domains and labels are compared with the given host's.
    #[cfg(test)]
    pub(super) fn compared(&self, host: &str) -> usize {
        let own = letters(&registrable(host));
        self.domains.compared(&own) + self.brands.compared(host, &own)
    }
}

/// The last two labels, or three where a country has a short second one (`co.uk`, `com.au`): good enough to compare with, and
/// never used for more.
fn registrable(host: &str) -> String {
    let host = host.trim_end_matches('.');
    let mut last = host.rsplit('.').map(str::len);
    let in_two = matches!((last.next(), last.next()), (Some(2), Some(..=3)));
    let labels: Vec<&str> = host.rsplit('.').take(if in_two { 3 } else { 2 }).collect();
    labels.into_iter().rev().collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use domain::folding::fold;
    use domain::portal_url::PortalUrl;
    use http::Request;
    use serde_json::Value;
    use tower::ServiceExt as _;
    use waycore_sim::{SimOptions, Simulator};

    use super::*;

    /// The place of a bank is that of its address.
    fn domains(names: &[&str], addresses: &[&str]) -> LookAlikes {
        let mut domains = LookAlikes::default();
        for (place, host) in (0..).zip(addresses) {
            domains.insert(host, place);
        }
        domains.complete(names.iter().copied());
        domains
    }

    #[test]
    fn what_a_bank_is_called_under_another_domain_imitates_it() {
        let banks = domains(
            &[],
            &[
                "portal.instant-test-bank.example",
                "www.riverbank.co.uk",
                "login.ing.de",
                "secure.northmill.example",
                "mill.example",
                "online-banking.example",
                "onlinebanking.abc.ie",
            ],
        );
        for (host, bank) in [
            // Under another top-level domain, and with other hyphens.
            ("portal.instant-test-bank.com", Some(0)),
            ("portal.instant-test-bank.com.", Some(0)),
            ("instant-test-bank.co.uk", Some(0)),
            ("secure.instanttestbank.example", Some(0)),
            ("instant-testbank.example", Some(0)),
            ("i-n-s-t-a-n-t-test--bank.example", Some(0)),
            ("river-bank.com", Some(1)),
            ("riverbank.example", Some(1)),
            ("1nstant-test-bank.com", Some(0)),
            ("ínstant-test-bank.com", Some(0)),
            ("xn--nstant-test-bank-7rb.com", Some(0)),
            // With words beside it.
            ("portal-instant-test-bank.example", Some(0)),
            ("instant-test-bank-login.example", Some(0)),
            ("my-instant-test-bank-2.com", Some(0)),
            ("instanttestbanklogin.example", Some(0)),
            ("secureinstanttestbank.example", Some(0)),
            ("my-secureinstant-test-bankportal.example", Some(0)),
            ("northmillonline.com", Some(3)),
            // With a typo too.
            ("instnat-test-bank.com", Some(0)),
            ("my-instanttestbanc.co.uk", Some(0)),
            ("www.rivrbank.example", Some(1)),
            ("northmills.com", Some(3)),
            // In front of another domain.
            ("instant-test-bank.evil.example", Some(0)),
            ("instanttestbank.evil.example", Some(0)),
            ("www.login-northmill.evil.co.uk", Some(3)),
            ("riverbank.co.evil.example", Some(1)),
            // Banks' own.
            ("instant-test-bank.riverbank.co.uk", None),
            ("riverbank.instant-test-bank.example", None),
            // Another name, though some of it is the same.
            ("test-bank.example", None),
            ("instant-bank.example", None),
            ("mynorthmillers.com", None),
            ("new-river-banking.com", None),
            ("river.bank.com", None),
            ("riverbankers.com", None),
            // Too short to be of one bank alone.
            ("mill.com", None),
            ("mill-login.com", None),
            // What everybody calls a portal.
            ("online-banking.quiet-cove.com", None),
            ("onlinebanking.quiet-cove.ie", None),
            // Last labels are given by nobody who imitates.
            ("login.northmill", None),
        ] {
            assert_eq!(banks.imitated_by(host), bank, "{host}");
        }
    }

    #[test]
    fn a_typo_in_a_short_name_imitates_where_it_makes_no_other_word() {
        let banks = domains(&[], &["www.chase.com", "online.barclays.co.uk", "mbank.pl", "ally.com"]);
        for (host, bank) in [
            ("chase.net", Some(0)),
            ("chasse.net", Some(0)),
            ("secure.chasee.co.uk", Some(0)),
            ("chsae.org", Some(0)),
            ("chasse-login.net", Some(0)),
            ("mychase.net", Some(0)),
            ("barclay.net", Some(1)),
            ("barcleys.net", Some(1)),
            ("mmbank.com", Some(2)),
            // Other words, and other banks.
            ("phase.net", None),
            ("chose.net", None),
            ("chases.net", None),
            ("chas.net", None),
            ("nbank.de", None),
            ("bank.net", None),
            ("ally.net", None),
            ("chase.quiet-cove.net", None),
            ("chase-quiet-cove.net", None),
        ] {
            assert_eq!(banks.imitated_by(host), bank, "{host}");
        }
    }

    /// The simulator's banks: the folded name and the host of each portal.
    async fn simulators_banks() -> Vec<(String, Vec<String>)> {
        let simulator = Simulator::new(SimOptions::default()).expect("a simulator");
        let key = simulator.ensure_organization("host").api_key;
        let mut banks = Vec::new();
        let mut cursor = String::new();
        loop {
            let request = Request::get(format!("/v1/institutions?limit=500{cursor}"))
                .header("host", "localhost")
                .header("authorization", format!("Bearer {key}"))
                .body(Body::empty())
                .expect("a request");
            let answer = simulator.router().oneshot(request).await.expect("an answer").into_body();
            let page: Value =
                serde_json::from_slice(&to_bytes(answer, usize::MAX).await.expect("a body")).expect("JSON");
            for bank in page["data"].as_array().expect("banks") {
                let further = bank["additionalPortalUrls"].as_array().into_iter().flatten();
                let portals = further.chain([&bank["canonicalPortalUrl"]]).filter_map(Value::as_str);
                let hosts = portals.map(|url| PortalUrl::parse(url).expect(url).ascii_host());
                banks.push((fold(bank["name"].as_str().expect("a name")), hosts.collect()));
            }
            match page["pagination"]["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return banks,
            }
        }
    }

    fn index(banks: &[(String, Vec<String>)]) -> LookAlikes {
        let mut index = LookAlikes::default();
        for (place, (_, hosts)) in (0..).zip(banks) {
            hosts.iter().for_each(|host| index.insert(host, place));
        }
        index.complete(banks.iter().map(|(name, _)| name.as_str()));
        index
    }

    /// Each half of the simulator's banks, whose names are alike, is unknown to a list of the other half.
    #[tokio::test]
    async fn no_bank_of_the_list_and_few_others_pass_for_an_imitation() {
        let banks = simulators_banks().await;
        let whole = index(&banks);
        for host in banks.iter().flat_map(|(_, hosts)| hosts) {
            assert_eq!(whole.imitated_by(host), None, "{host}");
        }
        let (even, odd): (Vec<_>, Vec<_>) = (0..).zip(banks).partition(|(number, _)| number % 2 == 0);
        let bank = |(_, bank): (u32, _)| bank;
        let halves: [Vec<_>; 2] = [even.into_iter().map(bank).collect(), odd.into_iter().map(bank).collect()];
        let mut marked = [0, 0];
        for (known, others) in [(&halves[0], &halves[1]), (&halves[1], &halves[0])] {
            let known = index(known);
            for host in others.iter().filter_map(|(_, hosts)| hosts.first()) {
                let elsewhere = host.replace(".example", ".net");
                marked[0] += usize::from(known.imitated_by(host).is_some());
                marked[1] += usize::from(known.imitated_by(&elsewhere).is_some());
            }
        }
        assert!(marked.iter().all(|count| *count <= 200), "{marked:?} of 5,000");
    }

    #[test]
    fn what_many_banks_are_called_is_no_imitation() {
        let many = ["com", "org", "net", "de", "fr", "it"].map(|last| format!("citizens.{last}"));
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let names: Vec<String> = (0..13).map(|number| format!("citizens bank of county {number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        for (host, common, brand) in [
            ("citizens.quiet-cove.example", None, Some(0)),
            ("citizens.example", None, Some(0)),
            ("citizens-online.example", None, Some(0)),
            // No bank is called so.
            ("citizens-login.example", Some(0), Some(0)),
            ("my-citizens-secure.example", Some(0), Some(0)),
            ("citizens-security.example", None, Some(0)),
        ] {
            assert_eq!(domains(&names, &many).imitated_by(host), common, "{host}");
            assert_eq!(domains(&names[..12], &many).imitated_by(host), brand, "{host}");
        }
        // Words that make a label together.
        let names = ["first national bank"; 6];
        let banks = |names: &[&str]| {
            domains(names, &["firstnational.example"]).imitated_by("firstnational.quiet-cove.example")
        };
        assert_eq!((banks(&names[..5]), banks(&names)), (Some(0), None));
        // One bank with many domains is one.
        let mut own = LookAlikes::default();
        many.iter().for_each(|host| own.insert(host, 7));
        own.complete(["citizens"; 6].into_iter());
        assert_eq!(own.imitated_by("citizens.quiet-cove.example"), None);
    }

    #[test]
    fn a_brand_that_many_banks_share_is_imitated() {
        let lasts = ["es", "pl", "pt", "de", "com", "co.uk", "com.br"];
        let addresses = lasts.map(|last| format!("www.santander.{last}"));
        let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
        // Some companies of it have no domain of that name.
        let names = ["banco santander"; 14];
        let countries = domains(&names, &addresses);
        let names = ["barclays: one", "barclays: two", "barclays: three"].repeat(3);
        let one_domain = domains(&names, &["login.barclays.com"; 9]);
        for (host, banks) in [
            ("santander-login.com", &countries),
            ("santander.quiet-cove.com", &countries),
            ("santander.net", &countries),
            ("santandr.net", &countries),
            ("barclays.quiet-cove.com", &one_domain),
            ("barcleys.net", &one_domain),
        ] {
            assert_eq!(banks.imitated_by(host), Some(0), "{host}");
        }
    }
}
