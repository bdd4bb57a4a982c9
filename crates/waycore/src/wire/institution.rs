//! Institutions: the catalog of banks (documents: institutions, getting-started/bank-onboarding-flow).
//!
//! No reference page is public; these are the fields that the documents' prose names.

use serde::{Deserialize, Serialize};

use super::null_as_default;

/// A bank of the catalog. Being absent from it does not stop onboarding.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Institution {
    pub institution_id: String,
    pub name: String,
    /// The portal to show by default, "when known".
    #[serde(default)]
    pub canonical_portal_url: Option<String>,
    /// Further portals to offer.
    #[serde(default, deserialize_with = "null_as_default")]
    pub additional_portal_urls: Vec<String>,
}
