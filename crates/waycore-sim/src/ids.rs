//! Every id and key that the simulator gives out.
//!
//! They are unique over all runs and never used again, not even after a reset: a host keeps Waycore's ids
//! in its own database, and an id that came back for somebody else would look like that host's mistake.

use uuid::Uuid;

pub(crate) fn organization() -> String {
    format!("org_{}", Uuid::now_v7().simple())
}

/// The documents type entity ids as UUID.
pub(crate) fn entity() -> String {
    Uuid::now_v7().to_string()
}

/// The documents never type connection ids; their sample is `conn_123`.
pub(crate) fn connection() -> String {
    format!("conn_{}", Uuid::now_v7().simple())
}

pub(crate) fn webhook() -> String {
    format!("wh_{}", Uuid::now_v7().simple())
}

pub(crate) fn transfer() -> String {
    format!("trf_{}", Uuid::now_v7().simple())
}

pub(crate) fn event() -> String {
    format!("evt_{}", Uuid::now_v7().simple())
}

pub(crate) fn delivery() -> String {
    format!("dlv_{}", Uuid::now_v7().simple())
}

pub(crate) fn request() -> String {
    format!("req_{}", Uuid::now_v7().simple())
}

/// `way_<environment>_<key id>_<secret>`, as the documents print it for live.
pub(crate) fn api_key(environment: &str) -> String {
    format!("way_{environment}_{}_{}", random(1), random(4))
}

pub(crate) fn webhook_secret() -> String {
    format!("whsec_{}", random(4))
}

/// What a simulated bank issues for a delegated user.
pub(crate) fn password() -> String {
    let digits = random(2);
    format!("Dx-{}-{}", digits.get(..6).unwrap_or_default(), digits.get(6..12).unwrap_or_default())
}

/// So many times eight hexadecimal digits: the last of a UUID, which are neither time nor counter.
fn random(times: usize) -> String {
    (0..times).map(|_| Uuid::now_v7().simple().to_string().get(24..).unwrap_or_default().to_owned()).collect()
}

/// A number for a text that is the same at every start.
pub(crate) fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
