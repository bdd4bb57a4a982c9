//! Whose tokens say who is asking.

use app::backend::Role;

use super::reader::Reader;
use super::token_keys::TokenKeys;
use crate::identity::role_named;

/// What makes a host's token a good one.
#[derive(Debug, Clone)]
pub struct Token {
    /// `CONNECT_JWT_KEY` or `CONNECT_JWT_JWKS_URL`, and `CONNECT_JWT_ALGORITHMS`.
    pub keys: TokenKeys,
    /// `CONNECT_JWT_ISSUER`: the only `iss`; also half of a customer's name.
    pub issuer: String,
    /// `CONNECT_JWT_AUDIENCE`: must be among `aud`.
    pub audience: String,
    /// `CONNECT_JWT_COOKIE`: the cookie that carries the token when no `Authorization` is sent.
    pub cookie: Option<String>,
    /// `CONNECT_DEFAULT_ROLE`: the role of a token without `roles`; a person's.
    pub default_role: Role,
}

impl Token {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let keys = TokenKeys::read(reader);
        let issuer =
            reader.required("CONNECT_JWT_ISSUER", "the `iss` of your tokens", |text| Ok(text.to_owned()));
        let audience =
            reader.required("CONNECT_JWT_AUDIENCE", "the `aud` of your tokens", |text| Ok(text.to_owned()));
        let cookie = Self::read_cookie(reader);
        let default_role = reader.or("CONNECT_DEFAULT_ROLE", Role::Viewer, |text| match role_named(text) {
            Some(role @ (Role::Viewer | Role::Manager)) => Ok(role),
            // Each token without `roles` would be that of the host's backend.
            Some(Role::Provisioner) | None => {
                Err("must be viewer or manager, which are roles of people.".to_owned())
            }
        });
        Some(Self {
            keys: keys?,
            issuer: issuer?,
            audience: audience?,
            cookie: cookie?,
            default_role: default_role?,
        })
    }

    /// Outer `None`: wrong; inner `None`: unset.
    fn read_cookie(reader: &mut Reader<'_>) -> Option<Option<String>> {
        reader.or("CONNECT_JWT_COOKIE", None, |text| {
            let plain = |byte: u8| byte.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?={}".contains(&byte);
            match text.bytes().all(plain) {
                true => Ok(Some(text.to_owned())),
                false => Err("is not a cookie's name.".to_owned()),
            }
        })
    }
}
