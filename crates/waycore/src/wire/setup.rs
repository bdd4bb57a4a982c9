//! What a connection in setup waits for (documents: getting-started/bank-onboarding-flow,
//! ref/connections/update-connection-credentials).

use serde::{Deserialize, Serialize};

use super::{
    lenient::{odd_as_absent, odd_as_default},
    open_enum::open_enum,
};

/// The `setup` object of a connection of kind `setup`.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Setup {
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub status: Option<SetupStatus>,
    #[serde(default, deserialize_with = "odd_as_default")]
    pub instructions: Instructions,
    /// Working credentials were handed over already; the only thing that is ever read back of them.
    #[serde(default, deserialize_with = "odd_as_default")]
    pub credentials_present: bool,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub action_required_by: Option<ActionRequiredBy>,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub next_action: Option<NextAction>,
}

/// What the customer types into the bank's form for the delegated user. Any value can be missing at first.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Instructions {
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub first_name: Option<String>,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub last_name: Option<String>,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub address: Option<String>,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub email: Option<String>,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub username: Option<String>,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub phone_number: Option<String>,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub email_provisioning_status: Option<ProvisioningStatus>,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub phone_number_provisioning_status: Option<ProvisioningStatus>,
}

open_enum! {
    /// Where the setup stands; the documents show one value.
    pub enum SetupStatus {
        AwaitingDelegatedUserCreation = "awaitingDelegatedUserCreation",
    }
}

open_enum! {
    /// Whose move it is. The documents print `endUser` and name three parties: the other two texts are our
    /// inference.
    pub enum ActionRequiredBy {
        EndUser = "endUser",
        Integrator = "integrator",
        Waycore = "waycore",
    }
}

open_enum! {
    /// What has to happen next; the documents give these three as examples.
    pub enum NextAction {
        CreateDelegatedUser = "createDelegatedUser",
        ProvideCredentials = "provideCredentials",
        ActivateConnection = "activateConnection",
    }
}

open_enum! {
    /// How far an e-mail address or a telephone number is; the documents show one value.
    pub enum ProvisioningStatus {
        Pending = "pending",
    }
}
