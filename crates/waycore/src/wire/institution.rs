//! Institutions: the catalog of banks (documents: institutions, getting-started/bank-onboarding-flow).
//!
//! No reference page is public; these are the fields that the documents' prose names.

use serde::{Deserialize, Serialize};

use super::lenient::{odd_as_absent, texts_only};

/// A bank of the catalog. Being absent from it does not stop onboarding.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Institution {
    pub institution_id: String,
    pub name: String,
    /// The portal to show by default, "when known".
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub canonical_portal_url: Option<String>,
    /// Further portals to offer.
    #[serde(default, deserialize_with = "texts_only")]
    pub additional_portal_urls: Vec<String>,
}
