//! Every URL of the product, built in one place, below a base path that is known only at run time.

/// The header of a page's request for itself, after it heard of something: what it is to show was read then.
pub const AFTER_NEWS: &str = "connect-after-news";

/// The `<meta>` that says of which build a page is, and the header in which a page's request for another says so.
pub const BUILD: &str = "connect-build";

/// The URLs of one mount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// Empty, or `/` and segments, without a slash at the end.
    base: String,
    /// Where this build's assets are.
    assets: String,
    /// What tells this build from others.
    build: String,
}

impl Paths {
    /// `base` is the prefix that browsers see; `assets` is the path of the browser's files below it, such as `pkg/0a1b2c`.
    pub fn new(base: &str, assets: &str) -> Self {
        let base = base.trim_end_matches('/').to_owned();
        Self { assets: format!("{base}/{assets}"), build: assets.to_owned(), base }
    }

    /// The prefix without a slash at the end; empty at the root.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The mark of this build: a page of another one does not fit its program.
    pub fn build(&self) -> &str {
        &self.build
    }

    /// The cookie path of this mount.
    pub fn cookie_path(&self) -> &str {
        if self.base.is_empty() { "/" } else { &self.base }
    }

    pub fn list(&self) -> String {
        format!("{}/", self.base)
    }

    /// A part of the list; `filter` is the query's fields.
    pub fn list_part(&self, filter: &[(&str, String)]) -> String {
        format!("{}/{}", self.base, query(filter))
    }

    pub fn new_connection(&self) -> String {
        format!("{}/new", self.base)
    }

    pub fn new_unlisted(&self) -> String {
        format!("{}/new?unlisted=true", self.base)
    }

    pub fn new_with_query(&self, query: &str) -> String {
        format!("{}/new?query={}", self.base, encode(query))
    }

    pub fn new_with_institution(&self, institution: &str) -> String {
        format!("{}/new?institution={}", self.base, encode(institution))
    }

    /// Another connection in place of one whose address was wrong. What it begins with is read from that one, so that no
    /// link can put another address into the form.
    pub fn again(&self, connection: &str) -> String {
        format!("{}/new?again={}", self.base, encode(connection))
    }

    pub fn again_unlisted(&self, connection: &str) -> String {
        format!("{}/new?unlisted=true&again={}", self.base, encode(connection))
    }

    pub fn resume_draft(&self, draft: &str) -> String {
        format!("{}/new?draft={}", self.base, encode(draft))
    }

    pub fn resume_unlisted_draft(&self, draft: &str) -> String {
        format!("{}/new?unlisted=true&draft={}", self.base, encode(draft))
    }

    pub fn resume_listed_draft(&self, draft: &str) -> String {
        format!("{}/new?listed=true&draft={}", self.base, encode(draft))
    }

    pub fn detail(&self, connection: &str) -> String {
        format!("{}/connections/{}", self.base, encode(connection))
    }

    /// A connection's page with some of its transactions; `filter` is the query's fields.
    pub fn transactions(&self, connection: &str, filter: &[(&str, String)]) -> String {
        format!("{}{}", self.detail(connection), query(filter))
    }

    /// The same transactions as a file.
    pub fn transactions_csv(&self, connection: &str, filter: &[(&str, String)]) -> String {
        format!("{}/transactions.csv{}", self.detail(connection), query(filter))
    }

    pub fn remove(&self, connection: &str) -> String {
        format!("{}/remove", self.detail(connection))
    }

    pub fn sheet(&self, connection: &str) -> String {
        format!("{}/sheet", self.detail(connection))
    }

    pub fn setup(&self, connection: &str) -> String {
        format!("{}/setup", self.detail(connection))
    }

    pub fn setup_step(&self, connection: &str, step: SetupStep) -> String {
        format!("{}?step={}", self.setup(connection), step.name())
    }

    pub fn sign_in(&self) -> String {
        format!("{}/demo/sign-in", self.base)
    }

    pub fn sign_out(&self) -> String {
        format!("{}/demo/sign-out", self.base)
    }

    pub fn api(&self, name: &str) -> String {
        format!("{}/api/{name}", self.base)
    }

    /// Where pages hear what changed.
    pub fn events(&self) -> String {
        format!("{}/events", self.base)
    }

    /// The host's custom properties, named by what they hold.
    pub fn theme(&self, version: &str) -> String {
        format!("{}/theme/{version}.css", self.base)
    }

    pub fn asset(&self, file: &str) -> String {
        format!("{}/{file}", self.assets)
    }
}

/// The two steps that a draft connection can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetupStep {
    DelegatedUser,
    Finish,
}

impl SetupStep {
    /// As in `?step=`.
    pub fn name(self) -> &'static str {
        match self {
            Self::DelegatedUser => "delegated-user",
            Self::Finish => "finish",
        }
    }

    /// Reads `?step=`.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::DelegatedUser, Self::Finish].into_iter().find(|step| step.name() == text)
    }
}

/// An address without a query, with the local draft that leads there, if one does.
pub fn with_draft(address: String, draft: Option<&str>) -> String {
    match draft.filter(|draft| !draft.is_empty()) {
        Some(draft) => format!("{address}?draft={}", encode(draft)),
        None => address,
    }
}

/// The query of an address: fields that are filled in.
fn query(fields: &[(&str, String)]) -> String {
    let mut text = String::new();
    for (name, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
        text.push(if text.is_empty() { '?' } else { '&' });
        text.push_str(name);
        text.push('=');
        text.push_str(&encode(value));
    }
    text
}

/// Percent-encodes one path segment or query value.
pub fn encode(text: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_url_carries_the_base() {
        let paths = Paths::new("/apps/bank/", "pkg/abc");
        assert_eq!(paths.list(), "/apps/bank/");
        assert_eq!(
            paths.setup_step("c 1/é", SetupStep::Finish),
            "/apps/bank/connections/c%201%2F%C3%A9/setup?step=finish"
        );
        let filter = [("account", String::new()), ("text", "rent & co".to_owned())];
        assert_eq!(paths.transactions("c", &filter), "/apps/bank/connections/c?text=rent%20%26%20co");
        assert_eq!(paths.transactions_csv("c", &[]), "/apps/bank/connections/c/transactions.csv");
        assert_eq!(paths.asset("connect.css"), "/apps/bank/pkg/abc/connect.css");
        assert_eq!(Paths::new("/", "pkg/abc").list(), "/");
    }
}
