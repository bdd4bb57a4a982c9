//! From what was typed in step 1 to the bank that was chosen.

use app::backend::{Caller, StartConnection};
use domain::bank_choice::{BankChoice, Institution, RequestedName};
use domain::ids::{ConnectionId, InstitutionId};
use domain::portal_url::{PortalUrl, PortalUrlError};
use domain::visible::trim;
use url::Url;

use super::UseCases;
use super::own::Own;
use super::step_one::Suspicious;
use crate::failure::{Failure, InvalidInput};

impl UseCases {
    /// The choice, if it can be one. A bank of the catalog is chosen by its id alone: no text selects one, and none
    /// that the catalog knows is connected as unlisted unless the customer says that it is a different bank.
    pub(super) async fn chosen_bank(
        &self,
        caller: &Caller,
        input: &StartConnection,
    ) -> Result<BankChoice, Failure> {
        let portal = filled(input.portal_url.as_deref());
        match filled(input.institution_id.as_deref()) {
            Some(id) => self.supported(input, id, portal).await,
            None => self.unsupported(caller, input, portal).await,
        }
    }

    async fn supported(
        &self,
        input: &StartConnection,
        id: &str,
        portal: Option<&str>,
    ) -> Result<BankChoice, Failure> {
        let institution = InstitutionId::parse(id).map_err(|_| InvalidInput::UnknownBank)?;
        let bank = self.bank(&institution).await?.ok_or(InvalidInput::UnknownBank)?;
        if let Some(own) = &input.own_portal {
            return self.at_own_portal(input, &bank, own).await;
        }
        let portal = match portal {
            Some(text) => Some(bank.portal(text).ok_or(InvalidInput::PortalNotOfBank)?.clone()),
            None => None,
        };
        Ok(BankChoice::Supported { institution, portal })
    }

    /// "My portal is not here": Waycore takes the address together with the bank, and may refuse it.
    async fn at_own_portal(
        &self,
        input: &StartConnection,
        bank: &Institution,
        own: &str,
    ) -> Result<BankChoice, Failure> {
        let institution = bank.id.clone();
        if let Some(listed) = bank.portal(own) {
            return Ok(BankChoice::Supported { institution, portal: Some(listed.clone()) });
        }
        let portal = portal_url(own).map_err(InvalidInput::OwnPortal)?;
        self.refuse_suspicious(input, &portal, Some(bank)).await?;
        Ok(BankChoice::AtOwnPortal { institution, portal })
    }

    async fn unsupported(
        &self,
        caller: &Caller,
        input: &StartConnection,
        portal: Option<&str>,
    ) -> Result<BankChoice, Failure> {
        // One of which nothing can be seen was filled in, and is refused.
        let name = input.requested_name.as_deref().filter(|name| !name.trim().is_empty());
        let name = name.map(RequestedName::parse).transpose();
        let requested_name = name.map_err(InvalidInput::RequestedName)?;
        let Some(portal) = portal else {
            // Nothing at all means that no bank was picked; whoever speaks of an unlisted one lacks its portal.
            let unlisted = requested_name.is_some() || input.not_listed || input.unlisted;
            let missing = InvalidInput::PortalUrl(PortalUrlError::Empty);
            return Err(if unlisted { missing } else { InvalidInput::BankMissing }.into());
        };
        let portal = portal_url(portal).map_err(InvalidInput::PortalUrl)?;
        if !input.not_listed
            && let Some(bank) = self.bank_like(requested_name.as_ref(), Some(&portal)).await?
            && !self.corrects(caller, input, &bank.id).await?
        {
            return Err(InvalidInput::LooksLike(bank.name).into());
        }
        self.refuse_suspicious(input, &portal, None).await?;
        Ok(BankChoice::Unsupported { requested_name, portal })
    }

    /// Refuses a suspicious address until the person has confirmed it.
    async fn refuse_suspicious(
        &self,
        input: &StartConnection,
        portal: &PortalUrl,
        bank: Option<&Institution>,
    ) -> Result<(), Failure> {
        let is_confirmed = input
            .address_checked
            .as_deref()
            .is_some_and(|checked| matches!(checked, "true" | "on") || checked == portal.ascii_host());
        if is_confirmed {
            return Ok(());
        }
        match self.suspicious(portal, bank).await? {
            Some(Suspicious { reason, .. }) => Err(InvalidInput::OddAddress(reason).into()),
            None => Ok(()),
        }
    }

    /// Whether it is the bank's own connection whose address is corrected: which bank it is was said before.
    async fn corrects(
        &self,
        caller: &Caller,
        input: &StartConnection,
        bank: &InstitutionId,
    ) -> Result<bool, Failure> {
        let again = filled(input.again.as_deref()).and_then(|id| ConnectionId::parse(id).ok());
        let Some(id) = again else { return Ok(false) };
        let record = self.store.connection(self.tenant(caller), &id).await?;
        let own = record.as_ref().and_then(Own::kept);
        Ok(own.is_some_and(|own| own.connection.institution_id.as_ref() == Some(bank)))
    }
}

/// The product's own rule, and the standard's: both have to see the same host, or a browser would open another one
/// than the one that was compared. The text itself stays as it was typed.
pub(super) fn portal_url(text: &str) -> Result<PortalUrl, PortalUrlError> {
    let portal = PortalUrl::parse(text)?;
    let standard = Url::parse(portal.as_str()).map_err(|_| PortalUrlError::Malformed)?;
    let same_host = standard.host_str().is_some_and(|host| host == portal.ascii_host());
    if same_host && standard.scheme() == "https" { Ok(portal) } else { Err(PortalUrlError::Malformed) }
}

fn filled(field: Option<&str>) -> Option<&str> {
    field.map(trim).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<&str, PortalUrlError>) {
        let portal = portal_url(text);
        assert_eq!(portal.as_ref().map(PortalUrl::as_str), expected.as_ref().copied(), "{text}");
    }

    #[test]
    fn the_text_stays_as_it_was_typed() {
        for text in [
            "https://Bank.example/A/../B?x=%7e&y#z",
            "HTTPS://bank.example:443",
            "https://127.0.0.1/",
            "https://BÜCHER-bank.example:8443/Login",
            "https://xn--bcher-bank-9db.example/",
            "https://bank.example/приветствие",
        ] {
            check(text, Ok(text));
        }
    }

    #[test]
    fn an_address_that_a_browser_reads_differently_is_refused() {
        check("https://0x7f.1/", Err(PortalUrlError::Malformed));
        check("https://2130706433/", Err(PortalUrlError::Malformed));
        check("https://1.2.3.4.5/", Err(PortalUrlError::Malformed));
        check("https://[::::]/", Err(PortalUrlError::Malformed));
        check("https://１２７.0.0.1/", Err(PortalUrlError::Malformed));
        check("https://xn--a/", Err(PortalUrlError::Malformed));
        check("http://bank.example/", Err(PortalUrlError::NotHttps));
    }
}
