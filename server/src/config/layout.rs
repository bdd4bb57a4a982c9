//! The host product's page chrome around the flow.

use super::links::Link;
use super::reader::Reader;
use super::theme::Theme;

/// How the pages look like the host's own.
///
/// The HTML is put into every page as it is, so it has to be the host's and never a customer's. The pages' content
/// security policy allows no inline style and no script in it, and of foreign addresses those that are named here.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// HTML at the top of the body.
    pub before: String,
    /// HTML at its end.
    pub after: String,
    /// Style sheets, after ours: they win.
    pub style_sheets: Vec<Link>,
    /// From where else these load images and fonts: origins such as `https://cdn.example.com`.
    pub asset_origins: Vec<Link>,
    /// Custom properties; `CONNECT_THEME_FILE`.
    pub theme: Theme,
    /// A picture instead of our name; `CONNECT_LOGO_URL`.
    pub logo: Option<Link>,
    /// The way back into the host's product; `CONNECT_HOME_URL`.
    pub home: Option<Link>,
}

impl Layout {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let theme = reader.or("CONNECT_THEME_FILE", Theme::default(), |path| {
            let text = std::fs::read_to_string(path)
                .map_err(|error| format!("names a file that cannot be read: {error}."))?;
            Theme::parse(&text)
        });
        Some(Self {
            theme: theme?,
            logo: reader.optional("CONNECT_LOGO_URL", Link::parse),
            home: reader.optional("CONNECT_HOME_URL", Link::parse),
            ..Self::default()
        })
    }
}
