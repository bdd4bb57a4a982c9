//! Which bank of the catalog an unlisted one seems to be, so that a page can offer it.

use app::backend::Caller;
use app::model;
use domain::bank_choice::RequestedName;
use domain::portal_url::PortalUrl;

use super::catalog::shown;
use super::{UseCases, access};
use crate::failure::Failure;

impl UseCases {
    /// Works with whatever can be read of the input: its mistakes are told when it is sent.
    pub(super) async fn match_institution(
        &self,
        caller: &Caller,
        requested_name: Option<&str>,
        portal_url: &str,
    ) -> Result<Option<model::Institution>, Failure> {
        access::may_read(caller)?;
        let name = requested_name.and_then(|name| RequestedName::parse(name).ok());
        let portal = PortalUrl::parse(portal_url).ok();
        let bank = self.bank_like(name.as_ref(), portal.as_ref()).await?;
        Ok(bank.as_ref().map(shown))
    }
}
