//! Why a request has no caller.

use domain::user_error::ErrorCode;

/// Why nobody is asking, for the log; outside only [`SignedOut::code`] is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignedOut {
    /// Neither a token nor a session came along.
    #[error("no token and no session")]
    Absent,
    /// `Authorization` holds something else than one bearer token.
    #[error("Authorization is not one bearer token")]
    NotBearer,
    /// The token is not a token, or not in the one algorithm.
    #[error("the token is malformed or of another algorithm")]
    Malformed,
    /// It names a key that the host does not have, or none of several.
    #[error("the host has no such key")]
    UnknownKey,
    /// It was not signed with the key.
    #[error("the signature is wrong")]
    BadSignature,
    /// It, or the session, has expired.
    #[error("expired")]
    Expired,
    /// Its `nbf` lies ahead.
    #[error("not valid yet")]
    NotYetValid,
    /// Somebody else issued it.
    #[error("from another issuer")]
    WrongIssuer,
    /// It is meant for somebody else.
    #[error("for another audience")]
    WrongAudience,
    /// A required claim is missing or not what it must be.
    #[error("a required claim is missing or wrong")]
    BadClaims,
    /// The person is known, and `roles` names no role that is.
    #[error("the roles claim names no known role")]
    NoKnownRole,
}

impl SignedOut {
    /// What the person is told: to sign in, or that signing in again would not help.
    pub fn code(self) -> ErrorCode {
        match self {
            Self::NoKnownRole => ErrorCode::Forbidden,
            Self::Absent
            | Self::NotBearer
            | Self::Malformed
            | Self::UnknownKey
            | Self::BadSignature
            | Self::Expired
            | Self::NotYetValid
            | Self::WrongIssuer
            | Self::WrongAudience
            | Self::BadClaims => ErrorCode::SignedOut,
        }
    }
}
