//! The simulated world: organizations, what belongs to them, and what was asked of them.

mod body;
pub(crate) mod books;
pub(crate) mod connection;
pub(crate) mod entity;
mod instructions;
pub(crate) mod lifecycle;
pub(crate) mod organization;
pub(crate) mod overrides;
pub(crate) mod shelf;
pub(crate) mod syncs;
pub(crate) mod transfer;
pub(crate) mod webhook;

use std::collections::{BTreeMap, HashMap};

use crate::{
    clock::{Advance, Clock, RealTime, Speed},
    faults::Faults,
    journal::Journal,
};
use connection::Connection;
use organization::{Environment, Organization};

/// Everything that requests can see or change.
#[derive(Debug)]
pub(crate) struct World {
    residents: BTreeMap<String, Resident>,
    /// API key to the organization's id and the environment that the key is bound to.
    keys: HashMap<String, (String, Environment)>,
    /// The speed of organizations that come later.
    pub(crate) speed: Speed,
    pub(crate) journal: Journal,
    pub(crate) faults: Faults,
}

/// An organization with the clock that it lives by.
#[derive(Debug)]
pub(crate) struct Resident {
    pub(crate) organization: Organization,
    pub(crate) clock: Clock,
    /// The virtual time up to which the state file knows what happened.
    kept_until: i64,
}

impl World {
    pub(crate) fn new(speed: Speed) -> Self {
        Self {
            residents: BTreeMap::new(),
            keys: HashMap::new(),
            speed,
            journal: Journal::default(),
            faults: Faults::default(),
        }
    }

    pub(crate) fn settle(&mut self, organization: Organization, clock: Clock, kept_until: i64) {
        let id = organization.id.clone();
        for environment in Environment::BOTH {
            let key = organization.api_keys.get(environment).clone();
            self.keys.insert(key, (id.clone(), environment));
        }
        self.residents.insert(id, Resident { organization, clock, kept_until });
    }

    /// The virtual time of each organization.
    pub(crate) fn times(&self, real: RealTime) -> Vec<(String, i64)> {
        self.residents.iter().map(|(id, resident)| (id.clone(), resident.clock.now(real))).collect()
    }

    /// The state file now holds the world as it was at these times.
    pub(crate) fn kept(&mut self, times: Vec<(String, i64)>) {
        for (id, time) in times {
            if let Some(resident) = self.residents.get_mut(&id) {
                resident.kept_until = time;
            }
        }
    }

    pub(crate) fn resident(&self, organization_id: &str) -> Option<&Resident> {
        self.residents.get(organization_id)
    }

    pub(crate) fn resident_mut(&mut self, organization_id: &str) -> Option<&mut Resident> {
        self.residents.get_mut(organization_id)
    }

    pub(crate) fn residents(&self) -> impl Iterator<Item = &Resident> {
        self.residents.values()
    }

    pub(crate) fn residents_mut(&mut self) -> impl Iterator<Item = &mut Resident> {
        self.residents.values_mut()
    }

    pub(crate) fn by_key(&self, api_key: &str) -> Option<(&Resident, Environment)> {
        let (id, environment) = self.keys.get(api_key)?;
        Some((self.resident(id)?, *environment))
    }

    /// The organization that a connection belongs to.
    pub(crate) fn owner_of_connection(&mut self, connection_id: &str) -> Option<&mut Resident> {
        self.residents.values_mut().find(|resident| {
            let holds = |books: &&books::Books| books.connections.get(connection_id).is_some();
            resident.organization.books.each().iter().any(holds)
        })
    }

    /// Sets the clocks of one organization, or of all and of those to come.
    pub(crate) fn set_clocks(
        &mut self,
        organization_id: Option<&str>,
        advance: Option<Advance>,
        speed: Option<Speed>,
        real: RealTime,
    ) {
        if let (None, Some(speed)) = (organization_id, speed) {
            self.speed = speed;
        }
        for (id, resident) in &mut self.residents {
            if organization_id.is_some_and(|wanted| wanted != id) {
                continue;
            }
            if let Some(advance) = advance {
                resident.clock.advance(advance, real);
            }
            if let Some(speed) = speed {
                resident.clock.set_speed(speed, real);
            }
        }
    }

    /// Back to the start for one organization, or for all: its objects, clock, journal and faults.
    pub(crate) fn reset(&mut self, organization_id: Option<&str>, first_speed: Speed, real: RealTime) {
        if organization_id.is_none() {
            self.speed = first_speed;
        }
        self.journal.forget(organization_id);
        self.faults.remove(organization_id, None);
        for (id, resident) in &mut self.residents {
            if organization_id.is_none_or(|wanted| wanted == id) {
                resident.clock = Clock::starting_at(real.unix_millis, first_speed, real);
                resident.organization.clear(real.unix_millis);
            }
        }
    }
}

impl Resident {
    /// Makes an event of each change since the last look, for those who want to hear of it.
    pub(crate) fn notice(&mut self, real: RealTime) {
        let now = self.clock.now(real);
        for books in self.organization.books.each_mut() {
            books.webhooks.notice(&books.connections, now);
        }
    }

    /// Whether time has changed this connection, or any, since the state file was written.
    pub(crate) fn has_unkept_change(&self, connection_id: Option<&str>, real: RealTime) -> bool {
        let now = self.clock.now(real);
        let changed = |connection: &Connection| {
            lifecycle::state(connection, now).updated_at
                != lifecycle::state(connection, self.kept_until).updated_at
        };
        self.organization.books.each().into_iter().any(|books| match connection_id {
            Some(id) => books.connections.get(id).is_some_and(changed),
            None => books.connections.newest_first().any(|(_, connection)| changed(connection)),
        })
    }
}
