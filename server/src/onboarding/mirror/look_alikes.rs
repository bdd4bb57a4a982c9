//! Hosts that imitate a bank's domain, whatever the means: homographs, typosquatting, levelsquatting, combosquatting, or the
//! bank's label under another top-level domain.

mod brand_index;
mod domain_index;

use domain::suspicion::letters;

use super::words::{Place, Words};
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
        if self.domains.insert(name, &letters, place) {
            self.brands.insert(&letters, place);
        }
    }

    /// Forgets what many banks have called their domains, and single words that many have in their names.
    pub(super) fn forget_common_labels(&mut self, words: &Words) {
        self.brands.forget_common(words);
    }

    /// The bank whose domain a host imitates.
    pub(super) fn imitated_by(&self, host: &str) -> Option<Place> {
        let own = registrable(host);
        if self.domains.contains(&own) {
            return None;
        }
        self.domains.imitated_by(host, &letters(&own)).or_else(|| self.brands.imitated_by(host))
    }

    /// How many domains and labels are compared with the given host's.
    #[cfg(test)]
    pub(super) fn compared(&self, host: &str) -> usize {
        self.domains.compared(&letters(&registrable(host))) + BrandIndex::compared(host)
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
    use super::*;

    /// The place of a bank is that of its address.
    fn domains(names: &[&str], addresses: &[&str]) -> LookAlikes {
        let mut domains = LookAlikes::default();
        for (place, host) in (0..).zip(addresses) {
            domains.insert(host, place);
        }
        domains.forget_common_labels(&Words::new(names.iter().copied()));
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
            ("northmills.com", None),
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
    fn what_many_banks_are_called_is_no_imitation() {
        let many: Vec<String> =
            ["com", "org", "net", "de", "fr", "it"].map(|last| format!("citizens.{last}")).into();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(domains(&[], &many[..5]).imitated_by("citizens-login.example"), Some(0));
        assert_eq!(domains(&[], &many).imitated_by("citizens-login.example"), None);
        // A word of names is nobody's own, either.
        let names = ["community bank", "first community", "community trust", "a community", "b community"];
        let banks = |names: &[&str]| {
            domains(names, &["community.example"]).imitated_by("community.quiet-cove.example")
        };
        assert_eq!(banks(&names), Some(0));
        assert_eq!(banks(&[names.as_slice(), &["community c"]].concat()), None);
        // One bank with many domains is one.
        let mut own = LookAlikes::default();
        many.iter().for_each(|host| own.insert(host, 7));
        own.forget_common_labels(&Words::new(std::iter::empty()));
        assert_eq!(own.imitated_by("citizens-login.example"), Some(7));
    }
}
