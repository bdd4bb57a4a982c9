//! The delegated user that Waycore issues for a connection.

use waycore::wire::{Instructions, ProvisioningStatus};

use crate::ids::fingerprint;

/// Name and address are the documents'; the rest is the connection's own and the same at every reading.
pub(crate) fn instructions(connection_id: &str, provisioned: bool) -> Instructions {
    let number = fingerprint(connection_id);
    let mark = format!("{:08x}", number & 0xffff_ffff);
    let status = if provisioned { "provisioned".into() } else { ProvisioningStatus::Pending };
    Instructions {
        first_name: Some("Waycore".to_owned()),
        last_name: Some("Service".to_owned()),
        address: Some("12 New Fetter Lane, London, United Kingdom, EC4A 1JP".to_owned()),
        email: provisioned.then(|| format!("service-{mark}@delegates.waycore.example")),
        username: Some(format!("waycore{mark}")),
        // From the block that is kept for fiction: it rings nowhere.
        phone_number: provisioned.then(|| format!("+44 20 7946 0{:03}", number % 1_000)),
        email_provisioning_status: Some(status.clone()),
        phone_number_provisioning_status: Some(status),
    }
}
