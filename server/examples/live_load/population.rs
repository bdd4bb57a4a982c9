//! Whom the load is made of: customers with waiting connections, and people of theirs who look.

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::deployment::{Server, Waycore, bearer};
use crate::lines::Lines;
use crate::wire::Request;

/// Each customer waits for a connection to each of these.
const BANKS: [&str; 4] = ["sim-slow", "sim-standard", "sim-instant", "sim-reauth"];

/// Customers that are made side by side.
const AT_ONCE: usize = 16;

/// A customer of the host's, and what it waits for.
#[derive(Clone)]
pub(crate) struct Customer {
    pub(crate) org: String,
    number: usize,
    entity: String,
    /// In the order of the banks.
    connections: Vec<String>,
}

/// Somebody in a browser.
#[derive(Clone)]
pub(crate) struct Person {
    user: String,
    org: String,
    /// The address they come from, which no other customer's people have.
    address: String,
}

/// A connection, and what Waycore says it belongs to.
#[derive(Clone)]
pub(crate) struct Waiting {
    pub(crate) connection: String,
    pub(crate) entity: String,
}

/// Makes the customers and their waiting connections at Waycore, as if they had been set up before, and brings them to
/// the server's knowledge: the host imports each entity, and somebody of the customer looks at the list.
pub(crate) async fn settle(waycore: &Waycore, server: &Server, count: usize) -> Result<Vec<Customer>> {
    let (at_waycore, here) = (Lines::to(waycore.at), Lines::to(server.at));
    let mut workers = JoinSet::new();
    for worker in 0..AT_ONCE {
        let (at_waycore, here, key) = (at_waycore.clone(), here.clone(), format!("Bearer {}", waycore.key));
        workers.spawn(async move {
            let mut mine = Vec::new();
            for number in (worker..count).step_by(AT_ONCE) {
                let customer = at(&at_waycore, &key, number).await?;
                customer.import(&here).await?;
                mine.push(customer);
            }
            anyhow::Ok(mine)
        });
    }
    let mut customers = Vec::with_capacity(count);
    while let Some(mine) = workers.join_next().await {
        customers.extend(mine??);
    }
    customers.sort_by_key(|customer| customer.number);
    Ok(customers)
}

/// Every waiting connection, so that the next one is always another customer's.
pub(crate) fn in_turn(customers: &[Customer]) -> Vec<Waiting> {
    let of_bank = |bank: usize| {
        customers.iter().filter_map(move |customer| {
            let connection = customer.connections.get(bank)?.clone();
            Some(Waiting { connection, entity: customer.entity.clone() })
        })
    };
    (0..BANKS.len()).flat_map(of_bank).collect()
}

/// Makes a customer at Waycore.
async fn at(waycore: &Lines, key: &str, number: usize) -> Result<Customer> {
    let org = format!("customer-{number}");
    let headers = [("Authorization", key)];
    let entity = json!({ "externalEntityId": format!("load:{org}") });
    let entity = text(&waycore.post("/v1/entities", &headers, &entity).await?.json()?, "entityId")?;
    let mut connections = Vec::new();
    for bank in BANKS {
        let wanted = json!({ "entityId": entity, "institutionId": bank });
        let id = text(&waycore.post("/v1/connections", &headers, &wanted).await?.json()?, "id")?;
        let path = format!("/v1/connections/{id}/setupCompletion");
        let complete = Request { method: "PUT", path: &path, headers: &headers, body: &[] };
        waycore.ask(&complete).await?.json()?;
        connections.push(id);
    }
    Ok(Customer { org, number, entity, connections })
}

impl Customer {
    /// People of this customer.
    pub(crate) fn people(&self, count: usize) -> impl Iterator<Item = Person> {
        (0..count).map(|number| Person {
            user: format!("user-{number}"),
            org: self.org.clone(),
            address: address(self.number),
        })
    }

    async fn import(&self, server: &Lines) -> Result<()> {
        let address = address(self.number);
        // What the host's backend may ask is limited by its own customer, so it speaks as another one each time.
        let backend = bearer("backend", &format!("backend-{}", self.number), "provisioner");
        let headers = [("Authorization", backend.as_str()), ("X-Forwarded-For", &address)];
        let import = json!({ "org": self.org, "entityId": self.entity });
        server.post("/host/entities", &headers, &import).await?.json()?;
        let ana = bearer("user-0", &self.org, "manager");
        let headers = [
            ("Authorization", ana.as_str()),
            ("X-Forwarded-For", &address),
            ("Accept", "application/json"),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ];
        let list = Request { method: "POST", path: "/api/list_connections", headers: &headers, body: &[] };
        let listed = server.ask(&list).await?.json()?;
        let known = listed["connections"].as_array().map_or(0, Vec::len);
        if known != BANKS.len() {
            bail!("the server knows {known} connections of {}", self.org);
        }
        Ok(())
    }
}

impl Person {
    /// The headers of their requests.
    pub(crate) fn headers(&self) -> [(&'static str, String); 4] {
        [
            ("Authorization", bearer(&self.user, &self.org, "manager")),
            ("X-Forwarded-For", self.address.clone()),
            ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) a browser of theirs".to_owned()),
            ("Accept", "text/event-stream".to_owned()),
        ]
    }
}

fn address(number: usize) -> String {
    format!("10.{}.{}.{}", number >> 16 & 255, number >> 8 & 255, number & 255)
}

fn text(json: &Value, name: &str) -> Result<String> {
    Ok(json[name].as_str().with_context(|| format!("no {name} in {json}"))?.to_owned())
}
