//! The bank search, and one bank by its id.

use app::backend::Caller;
use app::model;
use domain::bank_choice::{SearchText, TextError};
use domain::ids::InstitutionId;

use super::catalog::{Found, shown};
use super::{UseCases, access};
use crate::failure::{Failure, InvalidInput, Missing};

/// How many banks a search gives.
const LIMIT: u16 = 20;

impl UseCases {
    /// An empty search finds nothing: the catalog has thousands of banks, and the first twenty mean nothing.
    pub(super) async fn search_institutions(
        &self,
        caller: &Caller,
        query: &str,
    ) -> Result<model::Institutions, Failure> {
        access::may_read(caller)?;
        let query = match SearchText::parse(query) {
            Ok(query) => query,
            Err(TextError::Empty) => return Ok(model::Institutions::default()),
            Err(error) => return Err(InvalidInput::Query(error).into()),
        };
        // One more than is given tells whether there are more.
        let Found { banks, unreadable } = self.banks(&query, LIMIT + 1).await?;
        Ok(model::Institutions {
            institutions: banks.iter().take(LIMIT.into()).map(shown).collect(),
            more: banks.len() > usize::from(LIMIT),
            unreadable,
            ..model::Institutions::default()
        })
    }

    pub(super) async fn institution(&self, caller: &Caller, id: &str) -> Result<model::Institution, Failure> {
        access::may_read(caller)?;
        let id = InstitutionId::parse(id.trim()).map_err(|_| Missing::Institution)?;
        let bank = self.bank(&id).await?.ok_or(Missing::Institution)?;
        Ok(shown(&bank))
    }
}
