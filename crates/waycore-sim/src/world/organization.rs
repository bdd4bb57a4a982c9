//! An organization: a world of its own, with its own keys, objects and clock.

use serde::{Deserialize, Serialize};

use waycore::wire;

use super::books::Books;
use super::webhook::Registration;
use crate::ids;

/// Which of Waycore's two environments a key is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Environment {
    Live,
    /// Nothing here is a real bank, so this is what an organization is when nobody says otherwise.
    #[default]
    Test,
}

/// What a key may do; the documents name these.
pub(crate) const SCOPES: [&str; 10] = [
    "entities:read",
    "entities:write",
    "connections:read",
    "connections:write",
    "accounts:read",
    "transactions:read",
    "webhooks:read",
    "webhooks:write",
    // The documents do not publish these two names.
    "transfers:read",
    "transfers:write",
];

/// One of each environment.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Both<T> {
    pub(crate) live: T,
    pub(crate) test: T,
}

/// How an organization differs from the others. It stays over a reset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Settings {
    pub(crate) scopes: Vec<String>,
    /// The simulated banks ask for a second administrator's approval of the delegated user.
    pub(crate) require_bank_approval: bool,
    /// The status of a sync that is refused for the cooldown: 429 or 409, because the documents disagree.
    pub(crate) cooldown_status: u16,
    /// Where everything that happens in the organization's own environment is delivered to.
    pub(crate) webhook_url: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Organization {
    pub(crate) id: String,
    /// The environment of the key that its maker was given.
    pub(crate) environment: Environment,
    pub(crate) settings: Settings,
    pub(crate) api_keys: Both<String>,
    pub(crate) webhook_secret: String,
    pub(crate) books: Both<Books>,
}

impl Environment {
    pub(crate) const BOTH: [Self; 2] = [Self::Live, Self::Test];

    pub(crate) fn other(self) -> Self {
        match self {
            Self::Live => Self::Test,
            Self::Test => Self::Live,
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }
}

impl<T> Both<T> {
    pub(crate) fn of(make: impl Fn(Environment) -> T) -> Self {
        Self { live: make(Environment::Live), test: make(Environment::Test) }
    }

    pub(crate) fn get(&self, environment: Environment) -> &T {
        match environment {
            Environment::Live => &self.live,
            Environment::Test => &self.test,
        }
    }

    pub(crate) fn get_mut(&mut self, environment: Environment) -> &mut T {
        match environment {
            Environment::Live => &mut self.live,
            Environment::Test => &mut self.test,
        }
    }

    /// The one of this environment to change, and the other to look at.
    pub(crate) fn split(&mut self, environment: Environment) -> (&mut T, &T) {
        match environment {
            Environment::Live => (&mut self.live, &self.test),
            Environment::Test => (&mut self.test, &self.live),
        }
    }

    pub(crate) fn each(&self) -> [&T; 2] {
        [&self.live, &self.test]
    }

    pub(crate) fn each_mut(&mut self) -> [&mut T; 2] {
        [&mut self.live, &mut self.test]
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            scopes: SCOPES.into_iter().map(str::to_owned).collect(),
            require_bank_approval: false,
            cooldown_status: 429,
            webhook_url: None,
        }
    }
}

impl Organization {
    pub(crate) fn new(id: String, environment: Environment, settings: Settings, now: i64) -> Self {
        let mut organization = Self {
            api_keys: Both::of(|environment| ids::api_key(environment.as_str())),
            webhook_secret: ids::webhook_secret(),
            books: Both::default(),
            environment,
            settings,
            id,
        };
        organization.clear(now);
        organization
    }

    /// Back to the start: only keys and settings stay.
    pub(crate) fn clear(&mut self, now: i64) {
        self.books = Both::of(|environment| {
            let books = Books::new(&self.id, now);
            match &self.settings.webhook_url {
                Some(url) if environment == self.environment => {
                    books.with_webhook(url, &self.webhook_secret, now)
                }
                Some(_) | None => books,
            }
        });
    }

    /// Delivers what happens in the organization's own environment to `url`, and no longer to the address that was set here
    /// before. Addresses that were registered over the API stay.
    pub(crate) fn deliver_to(&mut self, url: &str, now: i64) {
        self.settings.webhook_url = Some(url.to_owned());
        let registrations = &mut self.books.get_mut(self.environment).webhooks.registrations;
        let own = registrations.newest_first().find(|(_, known)| known.secret == self.webhook_secret);
        match own.map(|(_, known)| known.id.clone()).and_then(|id| registrations.get_mut(&id)) {
            Some(known) => {
                let update = wire::WebhookUpdate { url: Some(url.to_owned()), ..Default::default() };
                known.update(update, now);
            }
            None => registrations.put(Registration::of_everything(
                url.to_owned(),
                self.webhook_secret.clone(),
                now,
            )),
        }
    }

    /// The books that hold the connection. Ids are unique over both environments.
    pub(crate) fn books_with(&mut self, connection_id: &str) -> Option<&mut Books> {
        self.books.each_mut().into_iter().find(|books| books.connections.get(connection_id).is_some())
    }
}
