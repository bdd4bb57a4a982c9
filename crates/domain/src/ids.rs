//! The identifiers of the product, each a type of its own: an entity id can never stand where a connection id is meant.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Longest identifier that is accepted, in characters.
pub const LONGEST_ID: usize = 200;

/// Why a text cannot be an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidId {
    #[error("the identifier is empty")]
    Empty,
    #[error("the identifier is longer than {LONGEST_ID} characters")]
    TooLong,
    #[error("the identifier begins or ends with white space, or holds a control character")]
    Characters,
}

fn check(text: &str) -> Result<(), InvalidId> {
    if text.is_empty() {
        return Err(InvalidId::Empty);
    }
    if text.chars().count() > LONGEST_ID {
        return Err(InvalidId::TooLong);
    }
    if text.trim().len() != text.len() || text.chars().any(char::is_control) {
        return Err(InvalidId::Characters);
    }
    Ok(())
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// Takes a text as an identifier: 1 to 200 characters, none of them a control character, and no white
            /// space at the ends. Nothing is rewritten, because the other side compares the exact text.
            pub fn parse(text: impl Into<String>) -> Result<Self, InvalidId> {
                let text = text.into();
                check(&text)?;
                Ok(Self(text))
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::parse(text)
            }
        }
    };
}

id! {
    /// A connection at Waycore: one bank of one customer.
    ConnectionId
}
id! {
    /// An entity at Waycore: what a customer of the host is called there. It never reaches a browser.
    EntityId
}
id! {
    /// A bank account behind a connection.
    AccountId
}
id! {
    /// A movement on an account.
    TransactionId
}
id! {
    /// A registration for Waycore's events.
    WebhookId
}
id! {
    /// A bank in Waycore's catalog.
    InstitutionId
}
id! {
    /// A customer as its host names it.
    CustomerId
}
id! {
    /// A person as the host names them.
    UserId
}
id! {
    /// A draft in the browser's own storage; made there, and never sent to Waycore.
    DraftId
}

impl UserId {
    /// The product itself, where it acts and no person does.
    pub fn product() -> Self {
        Self("waycore-connect".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_parse(text: &str, expected: Result<(), InvalidId>) {
        assert_eq!(ConnectionId::parse(text).map(|id| assert_eq!(id.as_str(), text)), expected, "{text:?}");
    }

    #[test]
    fn an_identifier_is_kept_as_it_came_or_refused() {
        check_parse("conn_123", Ok(()));
        check_parse("11111111-2222-3333-4444-555555555555", Ok(()));
        check_parse("two words", Ok(()));
        check_parse("Zürich", Ok(()));
        check_parse("", Err(InvalidId::Empty));
        check_parse(" conn_123", Err(InvalidId::Characters));
        check_parse("conn_123\n", Err(InvalidId::Characters));
        check_parse("conn\u{0}123", Err(InvalidId::Characters));
        check_parse(&"é".repeat(200), Ok(()));
        check_parse(&"é".repeat(201), Err(InvalidId::TooLong));
    }

    #[test]
    fn json_is_the_bare_text_and_is_checked_on_the_way_in() {
        let id = EntityId::parse("ent_1").unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), r#""ent_1""#);
        assert_eq!(serde_json::from_str::<EntityId>(r#""ent_1""#).unwrap(), id);
        assert!(serde_json::from_str::<EntityId>(r#""""#).is_err());
    }
}
