//! A Waycore in memory. It does what the documents say, until it is told otherwise.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use domain::credentials::NonEmptyCredentials;
use domain::ids::{AccountId, ConnectionId, EntityId, InstitutionId, TransactionId, WebhookId};
use domain::portal_url::same_portal;
use serde_json::{Value, json};
use waycore::wire::{
    Account, Balance, Connection, ConnectionCreate, Date, Entity, EntityCreate, Institution, Meta, Page,
    Pagination, Transaction, TransactionsSync, Webhook, WebhookCreate, WebhookUpdate,
};
use waycore::{
    Created, Error, ListAccounts, ListBalances, ListConnections, ListTransactions, SyncTransactions, Unclear,
    Waycore,
};

/// When the fake's first connection is made; every change is a second later than the one before.
const BEGIN: i64 = 1_700_000_000_000;

#[derive(Default)]
pub(crate) struct FakeWaycore(Mutex<World>);

#[derive(Default)]
struct World {
    entities: Vec<Value>,
    institutions: Vec<Value>,
    connections: Vec<Value>,
    transactions: Vec<Value>,
    calls: Vec<String>,
    failures: HashMap<&'static str, VecDeque<Fault>>,
    ignores_filters: bool,
    failing_after: Option<(&'static str, &'static str, Error)>,
    hides_entities_once: bool,
    returns_existing_entities: bool,
    refuses_second_completion: bool,
    answers_creates_with: Option<String>,
    ends_syncs_at: Option<String>,
    page_size: usize,
    hides_ends: bool,
    slow_by: Duration,
    is_down: bool,
    nonsense_about: Option<String>,
    listed_odd: Option<String>,
    silent_about: Option<String>,
    hangs: bool,
    ticks: i64,
    began: Option<tokio::time::Instant>,
}

struct Fault {
    error: Error,
    /// Whether the request takes effect all the same.
    applied: bool,
}

impl FakeWaycore {
    pub(crate) fn new() -> Self {
        let fake = Self::default();
        fake.bank("harbour", "Harbour Bank", &["https://harbour.example/login"]);
        fake.bank("meadow", "Meadow Savings", &["https://meadow.example/", "https://biz.meadow.example/"]);
        fake
    }

    /// A row of the catalog as it is.
    pub(crate) fn odd_bank(&self, row: Value) {
        self.world(|world| world.institutions.push(row));
    }

    /// From now on its time is that of the test, in whole seconds: what changes within one has the same `updatedAt`.
    pub(crate) fn keeps_time(&self) {
        self.world(|world| world.began = Some(tokio::time::Instant::now()));
    }

    pub(crate) fn bank(&self, id: &str, name: &str, portals: &[&str]) {
        self.world(|world| {
            world.institutions.push(json!({
                "institutionId": id, "name": name,
                "canonicalPortalUrl": portals.first(),
                "additionalPortalUrls": portals.iter().skip(1).collect::<Vec<_>>(),
            }));
        });
    }

    pub(crate) fn entity(&self, id: &str, external_id: &str, is_default: bool) {
        self.entity_with(id, external_id, is_default, json!({}));
    }

    /// An entity that was made with some metadata.
    pub(crate) fn entity_with(&self, id: &str, external_id: &str, is_default: bool, metadata: Value) {
        self.world(|world| world.add_entity(id, external_id, is_default, metadata));
    }

    /// Something that moved on an account of a connection, before what was given here already.
    pub(super) fn transaction(&self, connection: &str, description: &str) {
        self.add_transaction(connection, "posted", Some("2026-01-01"), description);
    }

    /// Something that is about to move, and may have a day already.
    pub(super) fn pending(&self, connection: &str, day: Option<&str>) {
        self.add_transaction(connection, "pending", day, "Card");
    }

    fn add_transaction(&self, connection: &str, status: &str, day: Option<&str>, description: &str) {
        self.world(|world| {
            let moment = "2026-01-01T00:00:00Z";
            world.transactions.push(json!({
                "id": format!("txn_{}", world.transactions.len()), "connectionId": connection,
                "accountId": "acc_1", "status": status, "postedDate": day, "updatedAt": moment,
                "amount": "-1.00", "currency": "EUR", "entryType": "debit", "description": description,
            }));
        });
    }

    /// A connection of an entity's that was made elsewhere.
    pub(crate) fn connection(&self, id: &str, entity: &str) {
        self.world(|world| world.add_connection(id, entity, None, Some("https://elsewhere.example/")));
    }

    /// Changes fields of a connection, those of its setup included, and its `updatedAt`.
    pub(crate) fn change(&self, id: &str, fields: Value) {
        self.world(|world| world.change(id, fields));
    }

    /// Makes a connection a connected one.
    pub(crate) fn connect(&self, id: &str) {
        self.change(id, json!({"kind": "ready", "status": "active", "syncStatus": "idle"}));
    }

    /// The next such call fails, and takes no effect.
    pub(crate) fn fail(&self, call: &'static str, error: Error) {
        self.world(|world| {
            world.failures.entry(call).or_default().push_back(Fault { error, applied: false })
        });
    }

    /// After the next call of the one kind, the next of the other fails.
    pub(crate) fn fail_after(&self, first: &'static str, then: &'static str, error: Error) {
        self.world(|world| world.failing_after = Some((first, then, error)));
    }

    /// The answer of the next such call is lost.
    pub(crate) fn lose_answer(&self, call: &'static str) {
        let fault = Fault { error: Error::Unknown(Unclear::Timeout), applied: true };
        self.world(|world| world.failures.entry(call).or_default().push_back(fault));
    }

    /// The connection breaks before the answer to the next such call, which has taken effect or not.
    pub(crate) fn break_connection(&self, call: &'static str, applied: bool) {
        let fault = Fault { error: Error::Unknown(Unclear::NoAnswer), applied };
        self.world(|world| world.failures.entry(call).or_default().push_back(fault));
    }

    /// From now on a connection is listed with a field that is not of the documented form, and read as it is.
    pub(crate) fn list_odd(&self, id: &str) {
        self.world(|world| world.listed_odd = Some(id.to_owned()));
    }

    /// Removes a connection as if somebody had done it elsewhere.
    pub(crate) fn vanish(&self, id: &str) {
        self.world(|world| world.connections.retain(|row| row["id"] != id));
    }

    /// From now on, reads of connections and transactions take so long.
    pub(crate) fn slow_down(&self, by: Duration) {
        self.world(|world| world.slow_by = by);
    }

    /// From now on, or not any more, every call fails.
    pub(crate) fn is_down(&self, is_down: bool) {
        self.world(|world| world.is_down = is_down);
    }

    /// It answers nothing about one connection or one entity, and everything else.
    pub(crate) fn is_silent_about(&self, id: &str) {
        self.world(|world| world.silent_about = Some(id.to_owned()));
    }

    /// The same, and it takes its time.
    pub(crate) fn hangs_about(&self, id: &str) {
        self.world(|world| (world.silent_about, world.hangs) = (Some(id.to_owned()), true));
    }

    /// From now on what is said of one connection makes no sense.
    pub(crate) fn talk_nonsense_about(&self, id: &str) {
        self.world(|world| world.nonsense_about = Some(id.to_owned()));
    }

    async fn wait(&self) {
        let by = self.world(|world| world.slow_by);
        if !by.is_zero() {
            tokio::time::sleep(by).await;
        }
    }

    async fn hang<T>(&self, answer: &Result<T, Error>) {
        if matches!(answer, Err(Error::Timeout)) && self.world(|world| world.hangs) {
            tokio::time::sleep(Duration::from_secs(15)).await;
        }
    }

    /// The next list of entities is empty.
    pub(crate) fn hides_entities_once(&self) {
        self.world(|world| world.hides_entities_once = true);
    }

    /// From now on a create with an external id that is taken answers with what is there.
    pub(crate) fn returns_existing_entities(&self) {
        self.world(|world| world.returns_existing_entities = true);
    }

    pub(crate) fn ignore_filters(&self) {
        self.world(|world| world.ignores_filters = true);
    }

    pub(crate) fn refuse_second_completion(&self) {
        self.world(|world| world.refuses_second_completion = true);
    }

    pub(crate) fn answer_creates_with(&self, id: &str) {
        self.world(|world| world.answers_creates_with = Some(id.to_owned()));
    }

    /// From now on a sync is over when it is answered.
    pub(crate) fn ends_syncs_at(&self, moment: &str) {
        self.world(|world| world.ends_syncs_at = Some(moment.to_owned()));
    }

    pub(crate) fn page_size(&self, rows: usize) {
        self.world(|world| world.page_size = rows);
    }

    /// From now on, or not any more, its first page of banks or transactions is all it gives, and does not say whether there is
    /// more.
    pub(crate) fn hide_ends(&self, hides: bool) {
        self.world(|world| world.hides_ends = hides);
    }

    pub(crate) fn has_been_called(&self, call: &str) -> bool {
        self.world(|world| world.calls.iter().any(|made| made.starts_with(call)))
    }

    /// What was called since the last time this was asked.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.world(|world| std::mem::take(&mut world.calls))
    }

    fn world<T>(&self, work: impl FnOnce(&mut World) -> T) -> T {
        work(&mut self.0.lock().unwrap())
    }

    /// Notes the call, lets it take effect, and fails if it was told to.
    fn answer<T>(
        &self,
        call: &'static str,
        detail: &str,
        work: impl FnOnce(&mut World) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.world(|world| {
            world.calls.push([call, detail].join(" ").trim_end().to_owned());
            if let Some((_, then, error)) = world.failing_after.take_if(|(first, ..)| *first == call) {
                world.failures.entry(then).or_default().push_back(Fault { error, applied: false });
            }
            if world.is_down {
                return Err(Error::Server { status: 503, retry_after: None });
            }
            match world.failures.get_mut(call).and_then(VecDeque::pop_front) {
                Some(Fault { error, applied: true }) => work(world).and(Err(error)),
                Some(Fault { error, applied: false }) => Err(error),
                None => work(world),
            }
        })
    }
}

impl World {
    fn now(&mut self) -> String {
        match self.began {
            None => self.ticks += 1,
            Some(began) => self.ticks = i64::try_from(began.elapsed().as_secs()).unwrap(),
        }
        waycore::wire::DateTime::from_millis(BEGIN + self.ticks * 1000).as_str().to_owned()
    }

    fn add_entity(&mut self, id: &str, external_id: &str, is_default: bool, metadata: Value) {
        let now = self.now();
        self.entities.push(json!({
            "entityId": id, "externalEntityId": external_id, "isDefaultOrgEntity": is_default,
            "createdAt": now, "updatedAt": now, "metadata": metadata,
        }));
    }

    fn add_connection(&mut self, id: &str, entity: &str, institution: Option<&str>, portal: Option<&str>) {
        let now = self.now();
        let name = self.institutions.iter().find(|row| row["institutionId"] == json!(institution));
        let name = name.map(|row| row["name"].clone());
        self.connections.push(json!({
            "id": id, "entityId": entity, "kind": "setup", "status": "draft", "createdAt": now, "updatedAt": now,
            "institutionId": institution, "institutionName": name, "portalUrl": portal,
            "setup": {
                "status": "awaitingDelegatedUserCreation",
                "instructions": {"firstName": "Waycore", "email": null, "emailProvisioningStatus": "pending"},
                "credentialsPresent": false, "actionRequiredBy": "endUser", "nextAction": "createDelegatedUser",
            },
        }));
    }

    fn find(&mut self, id: &str) -> Result<&mut Value, Error> {
        self.connections.iter_mut().find(|row| row["id"] == id).ok_or(Error::NotFound)
    }

    fn change(&mut self, id: &str, fields: Value) {
        let now = self.now();
        let row = self.find(id).unwrap();
        row["updatedAt"] = json!(now);
        for (name, value) in fields.as_object().unwrap() {
            match name.as_str() {
                "nextAction" | "actionRequiredBy" | "credentialsPresent" => {
                    row["setup"][name] = value.clone()
                }
                _ => row[name] = value.clone(),
            }
        }
    }

    fn page(&self, rows: Vec<Value>, cursor: Option<&str>) -> Page<Value> {
        self.page_of(usize::MAX, rows, cursor)
    }

    fn page_of(&self, limit: usize, rows: Vec<Value>, cursor: Option<&str>) -> Page<Value> {
        let size = if self.page_size == 0 { limit } else { limit.min(self.page_size) };
        let from: usize = cursor.map(|cursor| cursor.parse().unwrap()).unwrap_or_default();
        let has_more = rows.len() > from.saturating_add(size);
        let pagination = Pagination { has_more, next_cursor: has_more.then(|| (from + size).to_string()) };
        Page::new(rows.into_iter().skip(from).take(size).collect(), pagination, Meta::default())
    }

    /// The page as the client reads it, with or without its end.
    fn shown<T: serde::de::DeserializeOwned>(&self, page: Page<Value>) -> Page<T> {
        let mut page = serde_json::to_value(page).unwrap();
        if self.hides_ends {
            page.as_object_mut().unwrap().remove("pagination");
        }
        typed(page)
    }
}

fn typed<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

/// The page as the client reads it: without the rows that are not of the documented form.
fn typed_page<T: serde::de::DeserializeOwned>(page: Page<Value>) -> Page<T> {
    typed(serde_json::to_value(page).unwrap())
}

#[async_trait]
impl Waycore for FakeWaycore {
    async fn list_entities(&self, external_entity_id: &str) -> Result<Page<Entity>, Error> {
        self.answer("list_entities", external_entity_id, |world| {
            let hides = std::mem::take(&mut world.hides_entities_once);
            let matches = |row: &&Value| {
                !hides && (world.ignores_filters || row["externalEntityId"] == external_entity_id)
            };
            let rows = world.entities.iter().filter(matches).cloned().collect();
            Ok(typed_page(world.page(rows, None)))
        })
    }

    async fn create_entity(&self, entity: &EntityCreate) -> Result<Entity, Error> {
        // Another request may run in between, as it could on a network.
        tokio::task::yield_now().await;
        self.answer("create_entity", &entity.external_entity_id, |world| {
            let same = |row: &&Value| row["externalEntityId"] == entity.external_entity_id;
            if let Some(known) = world.entities.iter().find(same).filter(|_| world.returns_existing_entities)
            {
                return Ok(typed(known.clone()));
            }
            let id = format!("ent_{}", world.entities.len() + 1);
            let metadata = Value::Object(entity.metadata.clone().unwrap_or_default());
            world.add_entity(&id, &entity.external_entity_id, false, metadata);
            Ok(typed(world.entities.last().unwrap().clone()))
        })
    }

    async fn search_institutions(
        &self,
        query: &str,
        _limit: u16,
        cursor: Option<&str>,
    ) -> Result<Page<Institution>, Error> {
        self.answer("search_institutions", query, |world| {
            let query = query.to_lowercase();
            let matches = |row: &&Value| row.to_string().to_lowercase().contains(&query);
            let rows = world.institutions.iter().filter(matches).cloned().collect();
            Ok(world.shown(world.page(rows, cursor)))
        })
    }

    async fn create_connection(&self, connection: &ConnectionCreate) -> Result<Created, Error> {
        let body = serde_json::to_string(connection).unwrap();
        tokio::task::yield_now().await;
        self.answer("create_connection", &body, |world| {
            let (institution, portal) =
                (connection.institution_id.as_deref(), connection.portal_url.as_deref());
            let same = |row: &&Value| {
                row["entityId"] == connection.entity_id
                    && match institution {
                        Some(institution) => {
                            let portals = (row["portalUrl"].as_str(), portal);
                            let other =
                                matches!(portals, (Some(one), Some(other)) if !same_portal(one, other));
                            row["institutionId"] == institution && !other
                        }
                        None => row["portalUrl"] == json!(portal),
                    }
            };
            if let Some(id) = world.answers_creates_with.take() {
                return Ok(Created { connection: typed(world.find(&id)?.clone()), existing: true });
            }
            if let Some(row) = world.connections.iter().find(same) {
                return Ok(Created { connection: typed(row.clone()), existing: true });
            }
            let id = format!("conn_{}", world.connections.len() + 1);
            world.add_connection(&id, &connection.entity_id, institution, portal);
            Ok(Created { connection: typed(world.find(&id)?.clone()), existing: false })
        })
    }

    async fn get_connection(&self, id: &ConnectionId) -> Result<Connection, Error> {
        let answer = self.answer("get_connection", id.as_str(), |world| {
            if world.silent_about.as_deref() == Some(id.as_str()) {
                return Err(Error::Timeout);
            }
            if world.nonsense_about.as_deref() == Some(id.as_str()) {
                return Err(Error::Nonsense(waycore::client::Nonsense::Body));
            }
            Ok(typed(world.find(id.as_str())?.clone()))
        });
        // What it says was so when it was asked.
        self.wait().await;
        self.hang(&answer).await;
        answer
    }

    async fn list_connections(&self, filter: &ListConnections) -> Result<Page<Connection>, Error> {
        let entity = filter.entity_id.as_ref().map(|id| id.as_str());
        let answer = self.answer("list_connections", entity.unwrap_or_default(), |world| {
            if entity.is_some() && entity == world.silent_about.as_deref() {
                return Err(Error::Timeout);
            }
            let status = filter.status.as_ref().map(|status| status.as_str());
            let matches = |row: &&Value| {
                world.ignores_filters
                    || (entity.is_none_or(|entity| row["entityId"] == entity)
                        && status.is_none_or(|status| row["status"] == status))
            };
            let mut rows: Vec<Value> = world.connections.iter().rev().filter(matches).cloned().collect();
            let odd = world.listed_odd.as_deref();
            for row in rows.iter_mut().filter(|row| odd.is_some() && row["id"].as_str() == odd) {
                row["updatedAt"] = json!("yesterday");
            }
            Ok(typed_page(world.page(rows, filter.cursor.as_deref())))
        });
        self.wait().await;
        self.hang(&answer).await;
        answer
    }

    async fn put_credentials(
        &self,
        id: &ConnectionId,
        credentials: &NonEmptyCredentials,
    ) -> Result<Connection, Error> {
        let body = serde_json::to_string(&waycore::wire::Credentials::from(credentials)).unwrap();
        self.answer("put_credentials", &body, |world| {
            world
                .change(id.as_str(), json!({"credentialsPresent": true, "nextAction": "activateConnection"}));
            Ok(typed(world.find(id.as_str())?.clone()))
        })
    }

    async fn complete_setup(&self, id: &ConnectionId) -> Result<(), Error> {
        tokio::task::yield_now().await;
        self.answer("complete_setup", id.as_str(), |world| {
            let refuses = world.refuses_second_completion;
            let row = world.find(id.as_str())?;
            if refuses && row["completed"] == true {
                return Err(Error::Conflict { retry_after: None });
            }
            row["completed"] = json!(true);
            // Still a draft: the documents do not say when the status changes.
            world.change(
                id.as_str(),
                json!({"actionRequiredBy": "waycore", "nextAction": "activateConnection"}),
            );
            Ok(())
        })
    }

    async fn sync_connection(&self, id: &ConnectionId) -> Result<(), Error> {
        self.answer("sync_connection", id.as_str(), |world| {
            let fields = match &world.ends_syncs_at {
                Some(moment) => json!({"syncStatus": "idle", "lastSyncedAt": moment}),
                None => json!({"syncStatus": "syncing"}),
            };
            world.change(id.as_str(), fields);
            Ok(())
        })
    }

    async fn delete_connection(&self, id: &ConnectionId) -> Result<(), Error> {
        self.answer("delete_connection", id.as_str(), |world| {
            world.find(id.as_str())?;
            world.connections.retain(|row| row["id"] != id.as_str());
            Ok(())
        })
    }

    // The onboarding makes none of these calls; one that it makes by mistake is seen, and finds nothing.

    async fn get_entity(&self, _id: &EntityId) -> Result<Entity, Error> {
        self.answer("get_entity", "", |_| Err(Error::NotFound))
    }

    async fn get_institution(&self, _id: &InstitutionId) -> Result<Institution, Error> {
        self.answer("get_institution", "", |_| Err(Error::NotFound))
    }

    async fn list_accounts(&self, _filter: &ListAccounts) -> Result<Page<Account>, Error> {
        self.answer("list_accounts", "", |_| Err(Error::NotFound))
    }

    async fn get_account(&self, _id: &AccountId) -> Result<Account, Error> {
        self.answer("get_account", "", |_| Err(Error::NotFound))
    }

    async fn list_balances(&self, _filter: &ListBalances) -> Result<Page<Balance>, Error> {
        self.answer("list_balances", "", |_| Err(Error::NotFound))
    }

    async fn list_transactions(&self, filter: &ListTransactions) -> Result<Page<Transaction>, Error> {
        let answer = self.answer("list_transactions", "", |world| {
            let fits = |row: &&Value| {
                let day = row["postedDate"].as_str().map(|day| Date::parse(day).unwrap());
                let by_day = filter.posted_from.is_none_or(|from| day.is_some_and(|day| day >= from))
                    && filter.posted_before.is_none_or(|before| day.is_some_and(|day| day < before));
                let status = filter.status.as_ref();
                by_day && status.is_none_or(|status| row["status"] == status.as_str())
            };
            let rows = world.transactions.iter().filter(|row| world.ignores_filters || fits(row)).cloned();
            let limit = filter.limit.map_or(usize::MAX, usize::from);
            Ok(world.shown(world.page_of(limit, rows.collect(), filter.cursor.as_deref())))
        });
        self.wait().await;
        answer
    }

    async fn get_transaction(&self, _id: &TransactionId) -> Result<Transaction, Error> {
        self.answer("get_transaction", "", |_| Err(Error::NotFound))
    }

    async fn sync_transactions(&self, _from: &SyncTransactions) -> Result<TransactionsSync, Error> {
        self.answer("sync_transactions", "", |_| Err(Error::NotFound))
    }

    async fn create_webhook(&self, _webhook: &WebhookCreate) -> Result<Webhook, Error> {
        self.answer("create_webhook", "", |_| Err(Error::NotFound))
    }

    async fn list_webhooks(&self, _cursor: Option<&str>) -> Result<Page<Webhook>, Error> {
        self.answer("list_webhooks", "", |_| Err(Error::NotFound))
    }

    async fn get_webhook(&self, _id: &WebhookId) -> Result<Webhook, Error> {
        self.answer("get_webhook", "", |_| Err(Error::NotFound))
    }

    async fn update_webhook(&self, _id: &WebhookId, _update: &WebhookUpdate) -> Result<Webhook, Error> {
        self.answer("update_webhook", "", |_| Err(Error::NotFound))
    }

    async fn delete_webhook(&self, _id: &WebhookId) -> Result<(), Error> {
        self.answer("delete_webhook", "", |_| Err(Error::NotFound))
    }

    async fn test_webhook(&self, _id: &WebhookId) -> Result<(), Error> {
        self.answer("test_webhook", "", |_| Err(Error::NotFound))
    }
}
