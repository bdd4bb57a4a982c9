//! Ids of accounts and transactions: UUIDs that belong to a connection, made and not kept.

use std::fmt;

use uuid::{Builder, Uuid};

use crate::ids::fingerprint;

/// The newest documents type these ids as UUID. Ids order as their texts do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Id(Uuid);

impl Id {
    pub(crate) fn account(connection_id: &str, place: usize) -> Self {
        Self::new("account", connection_id, place, 0)
    }

    pub(crate) fn transaction(connection_id: &str, account: usize, number: u64) -> Self {
        Self::new("transaction", connection_id, account, number)
    }

    /// The account's place and the entry's number, if it is an id of this connection's.
    pub(crate) fn parse_transaction(connection_id: &str, id: &str) -> Option<(usize, u64)> {
        let given = Uuid::parse_str(id).ok()?;
        let mask = mask("transaction", connection_id);
        let bytes = given.as_bytes();
        let account = usize::from(bytes[9] ^ mask[1]);
        let number = u32::from_be_bytes([bytes[10], bytes[11], bytes[12], bytes[13]]) ^ word(&mask);
        let (account, number) = (account, u64::from(number));
        (Self::transaction(connection_id, account, number).0 == given).then_some((account, number))
    }

    fn new(what: &str, connection_id: &str, place: usize, number: u64) -> Self {
        let mask = mask(what, connection_id);
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&mask);
        bytes[8] = mask[0];
        bytes[9] = place as u8 ^ mask[1];
        bytes[10..14].copy_from_slice(&(number as u32 ^ word(&mask)).to_be_bytes());
        bytes[14..].copy_from_slice(&mask[6..]);
        Self(Builder::from_random_bytes(bytes).into_uuid())
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn mask(what: &str, connection_id: &str) -> [u8; 8] {
    fingerprint(&format!("{what} {connection_id}")).to_be_bytes()
}

fn word(mask: &[u8; 8]) -> u32 {
    u32::from_be_bytes([mask[2], mask[3], mask[4], mask[5]])
}
