//! The people of the demo.

use app::backend::{Caller, Customer, Role};
use domain::ids::{CustomerId, UserId};
use serde::{Deserialize, Serialize};

use crate::identity::role_named;

/// Who vouches for a demo's customers.
const ISSUER: &str = "demo";

/// Three people of two customers, so that one can see what a viewer sees, and what another customer does not.
const KNOWN: [(&str, &str, &str, &str); 3] =
    [("ana", "Ana", "acme", "manager"), ("vic", "Vic", "acme", "viewer"), ("bo", "Bo", "globex", "manager")];

/// Somebody who signed in; also what the cookie holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Person {
    user: UserId,
    org: CustomerId,
    role: String,
}

/// Why the form was not good enough to sign in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotSignedIn {
    #[error("Give a user of 1 to 200 characters: ana, vic, bo, or anybody else together with an org.")]
    User,
    #[error("Give an org of 1 to 200 characters: only ana, vic and bo have one of their own.")]
    Org,
    #[error("Give one of the roles viewer, manager and provisioner.")]
    Role,
}

impl Person {
    /// Known people are who they are, whatever else the form says; anybody else needs an org.
    pub(super) fn sign_in(user: &str, org: &str, role: &str) -> Result<Self, NotSignedIn> {
        if let Some((user, _, org, role)) = KNOWN.into_iter().find(|known| known.0 == user) {
            return Self::new(user, org, role);
        }
        Self::new(user, org, if role.is_empty() { "manager" } else { role })
    }

    /// Reads [`Self::to_session`] back.
    pub(super) fn from_session(session: &str) -> Option<Self> {
        serde_json::from_str(session).ok()
    }

    /// What the cookie holds.
    pub(super) fn to_session(&self) -> String {
        serde_json::json!(self).to_string()
    }

    /// As the onboarding knows them. A role that no form could have given is the least.
    pub(super) fn into_caller(self) -> Caller {
        let name =
            KNOWN.into_iter().find(|known| known.0 == self.user.as_str()).map(|known| known.1.to_owned());
        Caller {
            role: role_named(&self.role).unwrap_or(Role::Viewer),
            name: Some(name.unwrap_or_else(|| self.user.to_string())),
            org_name: Some(capitalised(self.org.as_str())),
            customer: Customer { issuer: ISSUER.to_owned(), org: self.org.to_string() },
            user: self.user,
            locale: None,
        }
    }

    fn new(user: &str, org: &str, role: &str) -> Result<Self, NotSignedIn> {
        let user = UserId::parse(user).map_err(|_| NotSignedIn::User)?;
        let org = CustomerId::parse(org).map_err(|_| NotSignedIn::Org)?;
        let role = role_named(role).map(|_| role.to_owned()).ok_or(NotSignedIn::Role)?;
        Ok(Self { user, org, role })
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(user: &str, org: &str, role: &str, expected: Result<(&str, Role), NotSignedIn>) {
        let person = Person::sign_in(user, org, role);
        let person = person.map(|person| Person::from_session(&person.to_session()).unwrap().into_caller());
        let found = person.map(|caller| (caller.customer.org, caller.role));
        assert_eq!(found, expected.map(|(org, role)| (org.to_owned(), role)), "{user} {org} {role}");
    }

    #[test]
    fn known_people_have_their_place_and_others_say_theirs() {
        check("ana", "", "", Ok(("acme", Role::Manager)));
        check("vic", "", "", Ok(("acme", Role::Viewer)));
        check("bo", "", "", Ok(("globex", Role::Manager)));
        check("vic", "globex", "manager", Ok(("acme", Role::Viewer)));
        check("eve", "initech", "", Ok(("initech", Role::Manager)));
        check("eve", "initech", "viewer", Ok(("initech", Role::Viewer)));
        check("eve", "initech", "provisioner", Ok(("initech", Role::Provisioner)));
        check("eve", "", "", Err(NotSignedIn::Org));
        check("", "initech", "", Err(NotSignedIn::User));
        check("eve", "initech", "admin", Err(NotSignedIn::Role));
    }

    #[test]
    fn a_person_has_a_name_to_show() {
        let caller = Person::sign_in("ana", "", "").unwrap().into_caller();
        assert_eq!((caller.name.as_deref(), caller.org_name.as_deref()), (Some("Ana"), Some("Acme")));
    }
}
