//! The institutions with a behaviour of their own, for people who try things out and for tests.

use waycore::wire::Institution;

/// What a connection to a bank goes through; times in virtual milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Behaviour {
    /// From setup completion to `ready` and `active`.
    pub(crate) activation: i64,
    /// From creation until the e-mail address and the telephone number are there.
    pub(crate) provisioning: i64,
    /// Whether activation needs the delegated user to exist at the simulated bank.
    pub(crate) strict: bool,
    /// What becomes of it soon after its first sync.
    pub(crate) trouble: Option<Trouble>,
    pub(crate) creation: Creation,
    /// Whether each of its portals is a bank of its own to customers, with accounts of its own.
    pub(crate) portals_apart: bool,
}

/// A state that a connection does not leave by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) status: &'static str,
    /// Code and message.
    pub(crate) error: Option<(&'static str, &'static str)>,
}

/// What `POST /v1/connections` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Creation {
    /// 201 with a new connection.
    New,
    /// 200 with a setup that somebody began earlier.
    ExistingSetup,
    /// 200 with a connection that is ready.
    ExistingReady,
    /// 429 at first.
    RateLimited,
    /// 503.
    Unavailable,
}

const SECOND: i64 = 1_000;
const HOUR: i64 = 3_600 * SECOND;

/// Every bank without a rule of its own, listed or not, behaves like `sim-standard`.
const STANDARD: Behaviour = Behaviour {
    activation: 20 * SECOND,
    provisioning: 0,
    strict: false,
    trouble: None,
    creation: Creation::New,
    portals_apart: false,
};

const REAUTH_REQUIRED: Trouble = Trouble {
    status: "reauthRequired",
    error: Some(("reauth_required", "The bank no longer accepts the delegated user's password.")),
};
const ERRORED: Trouble =
    Trouble { status: "errored", error: Some(("bank_unreachable", "The bank's portal could not be read.")) };
const INVALID_CONFIG: Trouble = Trouble {
    status: "invalidConfig",
    error: Some(("invalid_portal_url", "The portal address does not lead to a sign-in page.")),
};
const PAUSED: Trouble = Trouble { status: "paused", error: None };
const REVOKED: Trouble = Trouble {
    status: "revoked",
    error: Some(("access_revoked", "The delegated user was removed at the bank.")),
};
const UNKNOWN_STATUS: Trouble = Trouble { status: "underReview", error: None };

/// Id, name and behaviour.
const SENTINELS: &[(&str, &str, Behaviour)] = &[
    ("sim-instant", "Instant Test Bank", Behaviour { activation: 3 * SECOND, ..STANDARD }),
    ("sim-standard", "Standard Test Bank", STANDARD),
    ("sim-slow", "Slow Test Bank", Behaviour { activation: 6 * HOUR, ..STANDARD }),
    ("sim-provisioning", "Provisioning Test Bank", Behaviour { provisioning: 120 * SECOND, ..STANDARD }),
    ("sim-portals", "Three Portals Test Bank", Behaviour { portals_apart: true, ..STANDARD }),
    ("sim-existing", "Existing Setup Test Bank", Behaviour { creation: Creation::ExistingSetup, ..STANDARD }),
    ("sim-ready", "Ready Test Bank", Behaviour { creation: Creation::ExistingReady, ..STANDARD }),
    ("sim-reauth", "Reauthentication Test Bank", Behaviour { trouble: Some(REAUTH_REQUIRED), ..STANDARD }),
    ("sim-errored", "Errored Test Bank", Behaviour { trouble: Some(ERRORED), ..STANDARD }),
    ("sim-invalid-config", "Wrong Portal Test Bank", Behaviour { trouble: Some(INVALID_CONFIG), ..STANDARD }),
    ("sim-paused", "Paused Test Bank", Behaviour { trouble: Some(PAUSED), ..STANDARD }),
    ("sim-revoked", "Revoked Test Bank", Behaviour { trouble: Some(REVOKED), ..STANDARD }),
    (
        "sim-unknown-status",
        "Unknown Status Test Bank",
        Behaviour { trouble: Some(UNKNOWN_STATUS), ..STANDARD },
    ),
    ("sim-strict", "Strict Test Bank", Behaviour { strict: true, ..STANDARD }),
    ("sim-rate-limited", "Rate Limited Test Bank", Behaviour { creation: Creation::RateLimited, ..STANDARD }),
    ("sim-unavailable", "Unavailable Test Bank", Behaviour { creation: Creation::Unavailable, ..STANDARD }),
];

impl Behaviour {
    pub(crate) fn of(institution_id: Option<&str>) -> Self {
        let known = SENTINELS.iter().find(|(id, _, _)| Some(*id) == institution_id);
        known.map_or(STANDARD, |(_, _, behaviour)| *behaviour)
    }
}

pub(crate) fn institutions() -> Vec<Institution> {
    SENTINELS.iter().map(|(id, name, _)| sentinel(id, name)).collect()
}

fn sentinel(id: &str, name: &str) -> Institution {
    let host = name.to_lowercase().replace(' ', "-");
    let portals = match id {
        "sim-portals" => vec![
            format!("https://business.{host}.example/login"),
            format!("https://corporate.{host}.example/Login?Region=EU"),
            format!("https://treasury.{host}.example/sign-in"),
        ],
        _ => vec![format!("https://portal.{host}.example/login")],
    };
    let mut portals = portals.into_iter();
    Institution {
        institution_id: id.to_owned(),
        name: name.to_owned(),
        canonical_portal_url: portals.next(),
        additional_portal_urls: portals.collect(),
    }
}
