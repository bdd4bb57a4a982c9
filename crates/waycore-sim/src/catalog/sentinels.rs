//! The institutions with a behaviour of their own, for people who try things out and for tests.

use waycore::wire::Institution;

/// How long a connection takes, in virtual milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Behaviour {
    /// From setup completion to `ready` and `active`.
    pub(crate) activation: i64,
    /// From creation until the e-mail address and the telephone number are there.
    pub(crate) provisioning: i64,
}

const STANDARD: Behaviour = Behaviour { activation: 20_000, provisioning: 0 };

impl Behaviour {
    /// Every bank without a rule of its own, listed or not, behaves like `sim-standard`.
    pub(crate) fn of(institution_id: Option<&str>) -> Self {
        match institution_id {
            Some("sim-instant") => Self { activation: 3_000, ..STANDARD },
            Some("sim-provisioning") => Self { provisioning: 120_000, ..STANDARD },
            _ => STANDARD,
        }
    }
}

pub(crate) fn institutions() -> Vec<Institution> {
    vec![
        sentinel("sim-instant", "Instant Test Bank", &["https://portal.instant-test-bank.example/login"]),
        sentinel("sim-standard", "Standard Test Bank", &["https://portal.standard-test-bank.example/login"]),
        sentinel(
            "sim-provisioning",
            "Provisioning Test Bank",
            &["https://portal.provisioning-test-bank.example/login"],
        ),
        sentinel(
            "sim-portals",
            "Three Portals Test Bank",
            &[
                "https://business.three-portals-test-bank.example/login",
                "https://corporate.three-portals-test-bank.example/Login?Region=EU",
                "https://treasury.three-portals-test-bank.example/sign-in",
            ],
        ),
    ]
}

fn sentinel(id: &str, name: &str, portals: &[&str]) -> Institution {
    let mut portals = portals.iter().map(|portal| (*portal).to_owned());
    Institution {
        institution_id: id.to_owned(),
        name: name.to_owned(),
        canonical_portal_url: portals.next(),
        additional_portal_urls: portals.collect(),
    }
}
