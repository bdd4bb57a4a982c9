//! What can be wrong with what a person typed, beside which field it is shown, and in which words.

use app::copy;
use app::copy::pages::words;
use domain::bank_choice::TextError;
use domain::portal_url::PortalUrlError;

/// Input that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvalidInput {
    /// Neither a bank nor a portal was given.
    BankMissing,
    /// The catalog has no bank with the id that was given.
    UnknownBank,
    /// An unlisted bank seems to be this one of the catalog.
    LooksLike(String),
    /// The address of a portal is suspicious, for this reason, and nobody has said that it is right.
    OddAddress(String),
    /// The portal is none of the bank that was chosen.
    PortalNotOfBank,
    /// Another portal of the bank is connected.
    AnotherPortal,
    PortalUrl(PortalUrlError),
    /// The same of an address that was typed because the bank's portal was not in the list.
    OwnPortal(PortalUrlError),
    RequestedName(TextError),
    Query(TextError),
    /// A cursor that was not made here.
    Cursor,
    /// A day that is none, in the field `from` or `to`.
    Day(&'static str),
    /// The last day is before the first.
    DaysReversed,
    /// Text that can be no account's id.
    Account,
    UserNotActive,
    TermsNotAccepted,
    /// A value that a bank issued holds a character that cannot be seen, in this field.
    Invisible(&'static str),
    /// The value in this field is longer than what a bank issues.
    TooLong(&'static str),
    /// None of the values that a bank issues.
    NothingEntered,
    /// A password that was typed before is missing now.
    PasswordDropped,
    /// Not the name of the connection that is to be removed.
    Confirmation,
    /// Nothing was typed to confirm a removal.
    ConfirmationMissing,
}

impl InvalidInput {
    /// The field's name in docs/reference.md.
    pub(super) fn field(&self) -> &'static str {
        match self {
            Self::BankMissing | Self::UnknownBank | Self::LooksLike(_) => "institution_id",
            Self::PortalNotOfBank | Self::PortalUrl(_) => "portal_url",
            Self::OwnPortal(_) => "own_portal",
            Self::OddAddress(_) => "address_checked",
            Self::AnotherPortal => "another",
            Self::RequestedName(_) => "requested_name",
            Self::Query(_) => "query",
            Self::Cursor => "cursor",
            Self::Day(field) | Self::Invisible(field) | Self::TooLong(field) => field,
            Self::DaysReversed => "to",
            Self::Account => "account_id",
            Self::UserNotActive => "delegated_user_active",
            Self::TermsNotAccepted => "accept_terms",
            Self::NothingEntered => "bank_username",
            Self::PasswordDropped => "password",
            Self::Confirmation | Self::ConfirmationMissing => "confirmation",
        }
    }

    /// The sentence beside the field.
    pub(crate) fn message(&self) -> String {
        let errors = copy::errors();
        let sentence = match self {
            Self::LooksLike(bank) => return copy::looks_like(bank),
            Self::OddAddress(reason) => return [reason, " ", words().refused.odd_address].concat(),
            Self::BankMissing => errors.choose_bank,
            Self::UnknownBank => errors.unknown_bank,
            Self::PortalNotOfBank => errors.portal_not_of_bank,
            Self::AnotherPortal => words().refused.another_portal,
            Self::PortalUrl(error) | Self::OwnPortal(error) => match error {
                PortalUrlError::Empty => errors.portal_missing,
                PortalUrlError::TooLong => errors.portal_too_long,
                PortalUrlError::NotHttps => errors.portal_not_https,
                PortalUrlError::UserInfo => errors.portal_user_info,
                PortalUrlError::Spaces => errors.portal_spaces,
                PortalUrlError::Invisible => errors.portal_invisible,
                PortalUrlError::NoHost | PortalUrlError::Malformed => errors.portal_malformed,
            },
            Self::RequestedName(error) | Self::Query(error) => match error {
                TextError::TooLong => errors.name_too_long,
                TextError::Invisible | TextError::ControlCharacter => errors.text_invisible,
                TextError::Empty => errors.unreadable_form,
            },
            Self::Cursor => errors.unreadable_form,
            Self::Day(_) => words().refused.day,
            Self::DaysReversed => words().refused.days_reversed,
            Self::Account => errors.unreadable_form,
            Self::UserNotActive => errors.user_active_missing,
            Self::TermsNotAccepted => errors.terms_missing,
            Self::Invisible(_) => errors.text_invisible,
            Self::TooLong(_) => errors.issued_too_long,
            Self::NothingEntered => words().refused.nothing_entered,
            Self::PasswordDropped => words().finish.password_again,
            Self::Confirmation => words().refused.confirmation,
            Self::ConfirmationMissing => words().refused.confirmation_missing,
        };
        sentence.to_owned()
    }
}
