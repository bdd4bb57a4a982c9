//! From a connection to what a browser may see of it.

use app::backend::Caller;
use app::model;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::connection::{
    ActionRequiredBy, ConnectionState, Instructions, NextAction, Pending, Provisioning, Setup,
};
use domain::display_name;
use domain::ids::ConnectionId;
use domain::poll::Watched;
use domain::status_label::StatusLabel;
use domain::step::{Progress, Step, step};
use domain::timestamp::Timestamp;
use waycore::wire::{Connection, DateTime};

use super::UseCases;
use super::own::Own;
use super::reported_error::{ReportedError, without_message};
use crate::failure::{Failure, Missing};
use crate::security_log::SecurityEvent;
use crate::store::{Cause, ConnectionRecord, Observed, Overtaken, Reading, StoreError};

/// What was new about a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum New {
    Nothing,
    /// Its state is what it was.
    Details,
    State,
}

/// How often a connection is read until it is known which of two states of one moment is the later.
const MOST_READS: usize = 3;

impl UseCases {
    /// Keeps the state that was just read and shows it, together with what is kept about the connection here.
    pub(super) async fn show(
        &self,
        caller: &Caller,
        own: &Own,
        cause: Cause,
    ) -> Result<model::Connection, Failure> {
        let record = self.store.connection(self.tenant(caller), &own.connection.id).await?;
        self.keep(caller, own, record.as_ref(), cause).await
    }

    /// The same, with the record at hand.
    pub(super) async fn keep(
        &self,
        caller: &Caller,
        own: &Own,
        record: Option<&ConnectionRecord>,
        cause: Cause,
    ) -> Result<model::Connection, Failure> {
        Ok(self.keep_surely(caller, own, record, cause).await?.0)
    }

    /// The same, with what was new. Where another state of the same moment was kept while this one was under way, another
    /// reading tells which is the later.
    pub(super) async fn keep_surely(
        &self,
        caller: &Caller,
        own: &Own,
        record: Option<&ConnectionRecord>,
        cause: Cause,
    ) -> Result<(model::Connection, New), Failure> {
        let (mut shown, mut new) = self.keep_news(caller, own, record, cause).await?;
        for _ in 1..MOST_READS {
            if let Some(new) = new {
                return Ok((shown, new));
            }
            let own = self.read_own(caller, &own.connection.id, cause).await?;
            let record = self.store.connection(self.tenant(caller), &own.connection.id).await?;
            (shown, new) = self.keep_news(caller, &own, record.as_ref(), cause).await?;
        }
        Ok((shown, new.unwrap_or(New::Nothing)))
    }

    /// The same, of one reading. `None`: only another can tell what there is now.
    pub(super) async fn keep_news(
        &self,
        caller: &Caller,
        own: &Own,
        record: Option<&ConnectionRecord>,
        cause: Cause,
    ) -> Result<(model::Connection, Option<New>), Failure> {
        let mut shown = seen(own, record);
        let id = &own.connection.id;
        let reported = ReportedError::of(&own.wire).map(|error| error.to_string());
        let reading = Reading {
            connection: id,
            fingerprint: &fingerprint(&shown),
            body: &body(own),
            state: &state_word(own),
            cause,
            updated_at: own.connection.updated_at,
            asked_of: own.asked_of,
            watched: Watched::of(&own.connection.state),
            error: reported.as_deref(),
        };
        let now = self.clock.now();
        // Most readings find nothing new, and then nothing is written.
        if let Some(record) = record.filter(|record| record.is_as_in(&reading, now)) {
            shown.version = shown_version(record.version);
            return Ok((shown, Some(New::Nothing)));
        }
        let observed = self.store.observe(self.tenant(caller), reading, now).await;
        let observed = observed.map_err(|error| match error {
            // Waycore calls it this customer's, and these rows another's: nobody gets to see it.
            StoreError::Taken => {
                SecurityEvent::new("connection_moved").by(caller).about(id.as_str()).log();
                Missing::Foreign.into()
            }
            // The customer was forgotten while Waycore was asked.
            StoreError::Missing => Missing::NoEntityYet.into(),
            error => Failure::from(error),
        })?;
        let (version, is_new) = match observed {
            Observed::Kept { version, is_new } => (version, is_new),
            Observed::Overtaken(why) => {
                let new = (why == Overtaken::ByWhatIsLater).then_some(New::Nothing);
                return Ok((self.overtaken_by(caller, id).await?, new));
            }
        };
        if let (true, ConnectionState::Unrecognised(state)) = (is_new, &own.connection.state) {
            tracing::warn!(connection = %id, state, "Waycore reports a state that is not known");
        }
        shown.version = shown_version(version);
        let before = || Some(state_word(&Own::kept(record?)?));
        let new = match is_new {
            false => New::Nothing,
            true if before() == Some(state_word(own)) => New::Details,
            true => New::State,
        };
        Ok((shown, Some(new)))
    }

    /// What is known of a connection of which another state came late: no page goes back to that.
    async fn overtaken_by(&self, caller: &Caller, id: &ConnectionId) -> Result<model::Connection, Failure> {
        let record = self.store.connection(self.tenant(caller), id).await?;
        let known = record.as_ref().filter(|record| record.removed_at.is_none());
        let known = known.and_then(|record| Some(kept(&Own::kept(record)?, record)));
        known.ok_or_else(|| Missing::Unknown.into())
    }
}

/// Shows a connection as it was last read.
pub(super) fn kept(own: &Own, record: &ConnectionRecord) -> model::Connection {
    model::Connection { version: shown_version(record.version), ..seen(own, Some(record)) }
}

/// Shows a connection that was just read; `None` where it is not what it is known to be.
pub(super) fn as_known(own: &Own, record: &ConnectionRecord) -> Option<model::Connection> {
    let shown = seen(own, Some(record));
    let is_known = record.is_confirmed_by(&fingerprint(&shown), own.connection.updated_at, &body(own));
    is_known.then(|| model::Connection { version: shown_version(record.version), ..shown })
}

/// Shows a connection of which nothing that is on record can be read.
pub(super) fn without_record(own: &Own) -> model::Connection {
    seen(own, None)
}

/// The connection as it is stored.
fn body(own: &Own) -> String {
    // It is of types that have nothing that JSON cannot hold.
    serde_json::to_string(&without_message(&own.wire)).unwrap_or_default()
}

pub(super) fn shown_version(version: u64) -> i64 {
    i64::try_from(version).unwrap_or(i64::MAX)
}

/// The state for the history. A sync comes and goes all day and is no change of state.
fn state_word(own: &Own) -> String {
    [own.wire.kind(), own.wire.status().as_str()].join(" ")
}

/// What the customer has done so far, by the record.
pub(super) fn progress(record: Option<&ConnectionRecord>) -> Progress {
    record.map(|record| record.progress).unwrap_or_default()
}

fn seen(own: &Own, record: Option<&ConnectionRecord>) -> model::Connection {
    let connection = &own.connection;
    let state = &connection.state;
    let (last_synced_at, error_code) = facts(state);
    let (action_required_by, next_action) = whose_move(state);
    let requested_name = record.and_then(|record| record.requested_name.as_ref());
    let institution_name = connection.institution_name.as_deref();
    model::Connection {
        id: connection.id.to_string(),
        display_name: display_name(institution_name, requested_name, connection.portal_url.as_deref()),
        institution_id: connection.institution_id.as_ref().map(ToString::to_string),
        portal_url: connection.portal_url.clone(),
        kind: own.wire.kind().to_owned(),
        status: own.wire.status().as_str().to_owned(),
        sync_status: state.sync().map(|sync| sync.as_str()).and_then(filled),
        label: StatusLabel::of(state),
        step: shown_step(step(Some(connection), &progress(record))),
        action_required_by: action_required_by.map(|by| by.as_str()).and_then(filled),
        next_action: next_action.map(|next| next.as_str()).and_then(filled),
        instructions: setup(state).map(|setup| instructions(&setup.instructions)),
        credentials_present: credentials_present(state),
        setup: setup_facts(state, record, connection.updated_at),
        error_code: error_code.cloned().or_else(|| reported_code(&own.wire)),
        last_synced_at: last_synced_at.or_else(|| last_sync(&own.wire)).map(text),
        created_at: text(connection.created_at),
        updated_at: text(connection.updated_at),
        version: 0,
    }
}

/// Stands for everything that is shown, so that any change of it is a new version. It holds codes and no words: people of
/// different languages who read the same state must not change it for each other.
fn fingerprint(shown: &model::Connection) -> String {
    // These types have nothing that JSON cannot hold; should that change, every state looks alike.
    let json = serde_json::to_vec(&(shown, &shown.setup)).unwrap_or_default();
    URL_SAFE_NO_PAD.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &json))
}

/// What Waycore says of a setup, also of one that failed.
fn setup(state: &ConnectionState) -> Option<&Setup> {
    match state {
        ConnectionState::Draft(setup) => Some(setup),
        ConnectionState::ReauthRequired(fault)
        | ConnectionState::Errored(fault)
        | ConnectionState::InvalidConfig(fault)
        | ConnectionState::Paused(fault)
        | ConnectionState::Revoked(fault) => fault.setup.as_ref(),
        ConnectionState::PendingActivation(_)
        | ConnectionState::ActivatingReady(_)
        | ConnectionState::Connected(_)
        | ConnectionState::Unrecognised(_) => None,
    }
}

/// What is left of a setup whose turn at the bank is over.
fn pending(state: &ConnectionState) -> Option<&Pending> {
    match state {
        ConnectionState::PendingActivation(pending) | ConnectionState::ActivatingReady(pending) => {
            Some(pending)
        }
        ConnectionState::Draft(_)
        | ConnectionState::Connected(_)
        | ConnectionState::ReauthRequired(_)
        | ConnectionState::Errored(_)
        | ConnectionState::InvalidConfig(_)
        | ConnectionState::Paused(_)
        | ConnectionState::Revoked(_)
        | ConnectionState::Unrecognised(_) => None,
    }
}

/// Whether Waycore has credentials, as far as it says.
fn credentials_present(state: &ConnectionState) -> Option<bool> {
    match setup(state) {
        Some(setup) => Some(setup.credentials_present),
        None => pending(state)?.credentials_present,
    }
}

/// What is known of a setup and its credentials, from Waycore and from here.
fn setup_facts(
    state: &ConnectionState,
    record: Option<&ConnectionRecord>,
    updated_at: Timestamp,
) -> model::SetupFacts {
    let status = match setup(state) {
        Some(setup) => setup.status.as_ref(),
        None => pending(state).and_then(|pending| pending.status.as_ref()),
    };
    let issued = setup(state).map(|setup| &setup.instructions);
    let word = |status: Option<&Provisioning>| status.map(|status| status.as_str().to_owned());
    let sent = record.and_then(|record| record.credentials_sent);
    model::SetupFacts {
        status: status.cloned(),
        email_provisioning: word(issued.and_then(|issued| issued.email_provisioning.as_ref())),
        phone_provisioning: word(issued.and_then(|issued| issued.phone_provisioning.as_ref())),
        has_credentials: credentials_present(state) == Some(true),
        credentials_sent_at: sent.map(|sent| text(sent.at)),
        credentials_are_new: sent.is_some_and(|sent| updated_at <= sent.as_of),
    }
}

fn whose_move(state: &ConnectionState) -> (Option<&ActionRequiredBy>, Option<&NextAction>) {
    match (setup(state), pending(state)) {
        (Some(setup), _) => (Some(&setup.action_required_by), Some(&setup.next_action)),
        (None, Some(pending)) => (pending.action_required_by.as_ref(), pending.next_action.as_ref()),
        (None, None) => (None, None),
    }
}

fn facts(state: &ConnectionState) -> (Option<Timestamp>, Option<&String>) {
    match state {
        ConnectionState::Connected(ready) => (ready.last_synced_at, None),
        ConnectionState::ReauthRequired(fault)
        | ConnectionState::Errored(fault)
        | ConnectionState::InvalidConfig(fault)
        | ConnectionState::Paused(fault)
        | ConnectionState::Revoked(fault) => (fault.last_synced_at, fault.error_code.as_ref()),
        ConnectionState::Draft(_)
        | ConnectionState::PendingActivation(_)
        | ConnectionState::ActivatingReady(_)
        | ConnectionState::Unrecognised(_) => (None, None),
    }
}

/// When a ready connection was last synced, also where its status is not understood.
fn last_sync(wire: &Connection) -> Option<Timestamp> {
    match wire {
        Connection::Ready(ready) => ready.last_synced_at.as_ref().map(Timestamp::from),
        Connection::Setup(_) | Connection::Other(_) => None,
    }
}

/// The error code that a ready connection reports, also where its status says that it works, or is not understood.
fn reported_code(wire: &Connection) -> Option<String> {
    match wire {
        Connection::Ready(ready) => ready.error_code.clone().filter(|code| !code.trim().is_empty()),
        Connection::Setup(_) | Connection::Other(_) => None,
    }
}

fn shown_step(step: Step) -> model::Step {
    match step {
        Step::ConnectionDetails => model::Step::ConnectionDetails,
        Step::DelegatedUser => model::Step::DelegatedUser,
        Step::FinishSetup => model::Step::FinishSetup,
        Step::Activation => model::Step::Activation,
        Step::Connected => model::Step::Connected,
        Step::Recoverable(_) => model::Step::Recoverable,
        Step::Support(_) => model::Step::Support,
    }
}

/// What exists is given, also while Waycore still calls it pending.
fn instructions(issued: &Instructions) -> model::Instructions {
    model::Instructions {
        first_name: issued.first_name.clone(),
        last_name: issued.last_name.clone(),
        address: issued.address.clone(),
        username: issued.username.clone(),
        email: issued.email.clone(),
        phone_number: issued.phone_number.clone(),
    }
}

/// A word that Waycore left out arrives as an empty one.
fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// A moment as it is written.
pub(super) fn text(moment: Timestamp) -> String {
    DateTime::from(moment).as_str().to_owned()
}
