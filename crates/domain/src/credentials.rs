//! What the bank issued for the delegated user. It passes through and is kept nowhere.

use std::fmt;

use crate::visible::{has_invisible, is_blank, trim};

/// Longest value that a bank issued, in characters.
pub const LONGEST_ISSUED: usize = 1_000;

/// A password. It cannot be written out by accident: no `Serialize`, no `Display`, and a `Debug` that hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// At least one field that is worth sending. That there is nothing to send is a `None` of this type.
/// Its `Debug` says which fields there are and nothing else.
#[derive(Clone, PartialEq, Eq)]
pub struct NonEmptyCredentials {
    bank_username: Option<String>,
    bank_customer_id: Option<String>,
    password: Option<Password>,
}

impl NonEmptyCredentials {
    /// A field of which nothing can be seen was not filled. User name and customer id lose what cannot be seen at the
    /// ends, which comes from copying; a password is kept exactly, since white space can be part of it.
    pub fn from_fields(
        bank_username: Option<String>,
        bank_customer_id: Option<String>,
        password: Option<String>,
    ) -> Option<Self> {
        let trimmed = |text: String| trim(&text).to_owned();
        let credentials = Self {
            bank_username: filled(bank_username).map(trimmed),
            bank_customer_id: filled(bank_customer_id).map(trimmed),
            password: filled(password).map(Password),
        };
        match &credentials {
            Self { bank_username: None, bank_customer_id: None, password: None } => None,
            _ => Some(credentials),
        }
    }

    /// The field, of those that can be read, that holds a character nobody can see: a bank would refuse it.
    pub fn field_with_invisible(&self) -> Option<&'static str> {
        let fields = [("bank_username", &self.bank_username), ("bank_customer_id", &self.bank_customer_id)];
        fields
            .into_iter()
            .find(|(_, text)| text.as_deref().is_some_and(has_invisible))
            .map(|(field, _)| field)
    }

    /// The field that holds more than a bank issues.
    pub fn field_too_long(&self) -> Option<&'static str> {
        let fields = [
            ("bank_username", self.bank_username()),
            ("bank_customer_id", self.bank_customer_id()),
            ("password", self.password().map(Password::expose)),
        ];
        fields
            .into_iter()
            .find(|(_, text)| text.is_some_and(|text| text.chars().count() > LONGEST_ISSUED))
            .map(|(field, _)| field)
    }

    pub fn bank_username(&self) -> Option<&str> {
        self.bank_username.as_deref()
    }

    pub fn bank_customer_id(&self) -> Option<&str> {
        self.bank_customer_id.as_deref()
    }

    pub fn password(&self) -> Option<&Password> {
        self.password.as_ref()
    }
}

fn filled(field: Option<String>) -> Option<String> {
    field.filter(|text| !is_blank(text))
}

impl Password {
    /// The password itself, for the one request that carries it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for NonEmptyCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NonEmptyCredentials")
            .field("bank_username", &self.bank_username.is_some())
            .field("bank_customer_id", &self.bank_customer_id.is_some())
            .field("password", &self.password.is_some())
            .finish()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}
