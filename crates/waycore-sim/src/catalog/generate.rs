//! Believable banks that do not exist, the same for a seed on every machine.

use std::collections::HashSet;

use waycore::wire::Institution;

use super::{fold::slug, names};
use crate::dice::Dice;

/// So many banks; fewer of a seed are the first of more.
pub(crate) fn institutions(seed: u64, count: usize) -> Vec<Institution> {
    let mut dice = Dice::new(seed);
    let mut taken = HashSet::with_capacity(count);
    let mut institutions = Vec::with_capacity(count);
    while institutions.len() < count {
        let name = names::bank(&mut dice);
        let id = slug(&name);
        let domain = domain(&id, &mut dice);
        if taken.contains(&id) || taken.contains(&domain) {
            continue;
        }
        institutions.push(institution(&id, name, &domain, &mut dice));
        taken.insert(id);
        taken.insert(domain);
    }
    institutions
}

fn institution(id: &str, name: String, domain: &str, dice: &mut Dice) -> Institution {
    let (host, path) = dice.pick(&[
        ("online", "/login"),
        ("www", "/business/login"),
        ("banking", "/"),
        ("ebanking", "/portal"),
        ("secure", "/auth/sign-in"),
        ("business", "/Login.aspx?lang=en"),
        ("my", "/corporate/"),
    ]);
    // About one bank in seven has portals for other kinds of customers.
    let further: &[&str] = match dice.below(14) {
        0 => &["https://treasury.{}/sign-in"],
        1 => &["https://corporate.{}/", "https://cash-management.{}/login?product=CM"],
        _ => &[],
    };
    Institution {
        institution_id: id.to_owned(),
        name,
        canonical_portal_url: Some(format!("https://{host}.{domain}{path}")),
        additional_portal_urls: further.iter().map(|address| address.replace("{}", domain)).collect(),
    }
}

/// Always below `.example`, which belongs to nobody.
fn domain(id: &str, dice: &mut Dice) -> String {
    match dice.below(3) {
        0 => format!("{id}.example"),
        1 => format!("{}.example", id.replace('-', "")),
        _ => {
            let plain = ["-bank", "-company", "-credit-union", "-building-society", "-savings"]
                .into_iter()
                .find_map(|ending| id.strip_suffix(ending))
                .unwrap_or(id);
            format!("{plain}.example")
        }
    }
}
