//! A form as a browser without JavaScript sends it.

use app::api::{self, PORTAL_OF};
use axum::body::Bytes;
use domain::visible::is_blank;
use leptos::server_fn::ServerFn;
use percent_encoding::percent_decode;

/// The fields of a form as they were sent.
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    pub(super) fn read(body: &[u8]) -> Self {
        Self(serde_urlencoded::from_bytes(body).unwrap_or_default())
    }

    /// A field that is filled in.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(field, _)| field == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !is_blank(value))
    }

    pub(super) fn keep(self, names: &[&str]) -> Vec<(String, String)> {
        self.0.into_iter().filter(|(name, _)| names.contains(&name.as_str())).collect()
    }
}

/// Returns the first field whose value is not UTF-8. A lossy value would differ from what was typed.
pub(super) fn damaged(body: &[u8]) -> Option<String> {
    body.split(|byte| *byte == b'&').find_map(|field| {
        let middle = field.iter().position(|byte| *byte == b'=')?;
        let (name, value) = (&field[..middle], &field[middle + 1..]);
        let is_text = percent_decode(value).decode_utf8().is_ok();
        (!is_text).then(|| percent_decode(name).decode_utf8_lossy().into_owned())
    })
}

/// The body of a form as the function reads it. In a list of banks each has radio buttons of its own for its portals, all
/// of which are sent; what counts are those of the bank that was chosen.
pub(super) fn with_chosen_portal(function: &str, body: Bytes) -> Bytes {
    if function != api::StartConnection::PATH || damaged(&body).is_some() {
        return body;
    }
    let Fields(mut fields) = Fields::read(&body);
    let bank = fields.iter().find(|(name, _)| name == "institution_id").map(|(_, bank)| bank.clone());
    let chosen = [PORTAL_OF, &bank.unwrap_or_default()].concat();
    let portal = fields.iter().find(|(name, _)| *name == chosen).map(|(_, portal)| portal.clone());
    let before = fields.len();
    fields.retain(|(name, _)| !name.starts_with(PORTAL_OF));
    if fields.len() == before {
        return body;
    }
    fields.extend(portal.map(|portal| ("portal_url".to_owned(), portal)));
    serde_urlencoded::to_string(&fields).map_or(body, Bytes::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_no_text_is_found() {
        for (body, expected) in [
            (&b""[..], None),
            (b"a", None),
            (b"a=1&b=%C3%A9+%2B%", None),
            (b"a=\xc3\xa9", None),
            (b"a=%EF%BF%BD", None),
            (b"%ff=1&a=2", None),
            (b"a=%ff", Some("a")),
            (b"a=1&b%5F=x%C3&c=%ff", Some("b_")),
            (b"a=\xff", Some("a")),
            (b"a=x=%ed%a0%80", Some("a")),
        ] {
            assert_eq!(damaged(body).as_deref(), expected, "{}", body.escape_ascii());
        }
    }

    #[test]
    fn the_portal_is_that_of_the_chosen_bank() {
        let sent = |body: &'static str| {
            let body = with_chosen_portal(api::StartConnection::PATH, Bytes::from_static(body.as_bytes()));
            String::from_utf8_lossy(&body).into_owned()
        };
        let both = "portal_of%3Aa%5B1=https%3A%2F%2Fa.example&institution_id=b&portal_of%3Ab=https%3A%2F%2Fb.example";
        assert_eq!(sent(both), "institution_id=b&portal_url=https%3A%2F%2Fb.example");
        assert_eq!(sent("institution_id=c&portal_of%3Ab=x"), "institution_id=c");
        assert_eq!(sent("portal_of%3Ab=x"), "");
        // What has no such fields stays as it is, to the byte.
        assert_eq!(sent("portal_url=https://a.example/?x=%7e"), "portal_url=https://a.example/?x=%7e");
    }
}
