//! Why a request has no caller.

use domain::user_error::ErrorCode;

/// Why nobody is asking, for the log. A customer reads what [`SignedOut::code`] stands for, and after a second refusal the
/// reason in words of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignedOut {
    /// Neither a token nor a session came along.
    #[error("no token and no session")]
    Absent,
    /// `Authorization` was sent twice with a bearer token: which one is meant is not known.
    #[error("more than one bearer token")]
    SeveralTokens,
    /// The token is not a token.
    #[error("the token is malformed")]
    Malformed,
    /// It is encrypted (RFC 7516), and only signed ones are taken.
    #[error("the token is encrypted, not only signed")]
    Encrypted,
    /// Its algorithm is not the one that the key is for.
    #[error("alg is {found}, expected {expected}")]
    WrongAlgorithm {
        /// What the keys are for.
        expected: String,
        /// The parameter as JSON, cut to a readable length.
        found: String,
    },
    /// Its header demands an extension by `crit` (RFC 7515, section 4.1.11), and none is implemented.
    #[error("the token's crit header demands an extension")]
    CriticalExtension,
    /// It names a key that the host does not have, or none of several.
    #[error("the host has no such key")]
    UnknownKey,
    /// The host's keys cannot be read, so nobody's session can be checked.
    #[error("the host's key set cannot be read")]
    KeysUnavailable,
    /// It was not signed with the key.
    #[error("the signature is wrong")]
    BadSignature,
    /// It, or the session, has expired.
    #[error("expired")]
    Expired,
    /// Its `nbf` lies ahead.
    #[error("not valid yet")]
    NotYetValid,
    /// Its `exp` lies more than a year ahead, as one in milliseconds does.
    #[error("exp lies more than a year ahead: it counts seconds, not milliseconds")]
    ExpiresTooLate,
    /// Somebody else issued it.
    #[error("iss is {found}, expected {expected:?}")]
    WrongIssuer {
        /// The setting.
        expected: String,
        /// The claim as JSON, cut to a readable length.
        found: String,
    },
    /// It is meant for somebody else.
    #[error("aud is {found}, expected {expected:?}")]
    WrongAudience {
        /// The setting.
        expected: String,
        /// The claim as JSON, cut to a readable length.
        found: String,
    },
    /// The claim of this name is required and missing.
    #[error("the claim {0} is missing")]
    MissingClaim(&'static str),
    /// The claim of this name is not what it must be.
    #[error("the claim {0} cannot be used")]
    BadClaim(&'static str),
    /// The person is known, and `roles` names no role that is.
    #[error("the roles claim names no known role")]
    NoKnownRole,
}

impl SignedOut {
    /// What the person is told: to sign in, that signing in again would not help, or to wait.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::NoKnownRole => ErrorCode::Forbidden,
            Self::KeysUnavailable => ErrorCode::Unavailable,
            Self::Absent
            | Self::SeveralTokens
            | Self::Malformed
            | Self::Encrypted
            | Self::WrongAlgorithm { .. }
            | Self::CriticalExtension
            | Self::UnknownKey
            | Self::BadSignature
            | Self::Expired
            | Self::NotYetValid
            | Self::ExpiresTooLate
            | Self::WrongIssuer { .. }
            | Self::WrongAudience { .. }
            | Self::MissingClaim(_)
            | Self::BadClaim(_) => ErrorCode::SignedOut,
        }
    }
}
