//! Every call as it goes out: method, address, body.

use domain::ids::{AccountId, EntityId, InstitutionId, TransactionId, WebhookId};
use waycore::{
    Error, ListAccounts, ListBalances, ListTransactions, SyncTransactions, Waycore,
    client::{Client, TransactionSort},
    wire::{
        AccountStatus, AccountType, Date, EventType, Rail, TransactionStatus, WebhookCreate, WebhookUpdate,
    },
};

use super::world::{World, answer};
use super::*;

/// Makes a call against an answer, and looks at the one request that it sent.
async fn check<T>(
    status: u16,
    body: Value,
    call: impl AsyncFnOnce(Client) -> Result<T, Error>,
    expected: &str,
) -> T {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let world = World::new([answer(status).body(body).into()]);
    let result = call(world.client()).await.expect(expected);
    let requests = world.requests();
    let [request] = requests.as_slice() else { panic!("one request: {requests:?}") };
    let sent = request.body.as_deref().map(|body| format!(" {}", String::from_utf8_lossy(body)));
    let (path, query) = (request.url.path(), request.url.query().map(|query| format!("?{query}")));
    let shown = format!("{} {path}{}{}", request.method, query.unwrap_or_default(), sent.unwrap_or_default());
    assert_eq!(shown, expected);
    result
}

fn page(row: Value) -> Value {
    json!({"data": [row], "pagination": {"hasMore": false, "nextCursor": null}, "meta": {"requestId": "r"}})
}

fn account() -> AccountId {
    AccountId::parse("acc_1").expect("an id")
}

fn webhook() -> WebhookId {
    WebhookId::parse("wh_1").expect("an id")
}

#[tokio::test(start_paused = true)]
async fn single_objects() {
    let entity = EntityId::parse("ent_1").expect("an id");
    let path = "GET /v1/entities/ent_1";
    let found = check(200, fixture("entity.json"), async |c| c.get_entity(&entity).await, path).await;
    assert!(found.is_default_org_entity);
    let bank = InstitutionId::parse("chase").expect("an id");
    let body = json!({"institutionId": "chase", "name": "Chase"});
    check(200, body, async |c| c.get_institution(&bank).await, "GET /v1/institutions/chase").await;
    check(200, fixture("account.json"), async |c| c.get_account(&account()).await, "GET /v1/accounts/acc_1")
        .await;
    let id = TransactionId::parse("tx_1").expect("an id");
    let path = "GET /v1/transactions/tx_1";
    check(200, fixture("transaction.json"), async |c| c.get_transaction(&id).await, path).await;
}

#[tokio::test(start_paused = true)]
async fn a_sync_and_a_removal() {
    let path = "PUT /v1/connections/conn_123/sync";
    check(202, Value::Null, async |c| c.sync_connection(&connection_id()).await, path).await;
    let path = "DELETE /v1/connections/conn_123";
    for status in [200, 202, 204] {
        check(status, Value::Null, async |c| c.delete_connection(&connection_id()).await, path).await;
    }
}

#[tokio::test(start_paused = true)]
async fn accounts_and_balances() {
    let body = || page(fixture("account.json"));
    check(200, body(), async |c| c.list_accounts(&ListAccounts::default()).await, "GET /v1/accounts").await;
    let filter = ListAccounts {
        connection_id: Some(connection_id()),
        account_type: Some(AccountType::MoneyMarket),
        currency: Some("EUR".to_owned()),
        status: Some(AccountStatus::Open),
        cursor: Some("next".to_owned()),
        limit: Some(900),
    };
    let path = "GET /v1/accounts?connectionId=conn_123&type=moneyMarket&currency=EUR&status=open&cursor=next&limit=500";
    check(200, body(), async |c| c.list_accounts(&filter).await, path).await;
    let filter = ListBalances {
        entity_id: Some(EntityId::parse("ent_1").expect("an id")),
        account_id: Some(account()),
        from: Date::parse("2026-01-01").ok(),
        before: Date::parse("2026-02-01").ok(),
        ..ListBalances::default()
    };
    let path = "GET /v1/balances?entityId=ent_1&accountId=acc_1&dateGte=2026-01-01&dateLt=2026-02-01";
    let rows =
        check(200, page(fixture("balance.json")), async |c| c.list_balances(&filter).await, path).await;
    assert_eq!(rows.data[0].ledger_balance.as_ref().map(|money| money.as_str()), Some("1000.00"));
}

#[tokio::test(start_paused = true)]
async fn transactions() {
    let body = || page(fixture("transaction.json"));
    let all = ListTransactions::default();
    check(200, body(), async |c| c.list_transactions(&all).await, "GET /v1/transactions").await;
    let filter = ListTransactions {
        connection_id: Some(connection_id()),
        account_id: Some(account()),
        status: Some(TransactionStatus::Posted),
        rail: Some(Rail::FasterPayments),
        posted_from: Date::parse("2026-01-01").ok(),
        posted_before: Date::parse("2026-02-01").ok(),
        sort: TransactionSort::LatestUpdated,
        cursor: None,
        limit: Some(0),
    };
    let path = "GET /v1/transactions?connectionId=conn_123&accountId=acc_1&status=posted&rail=fasterPayments\
        &postedDateGte=2026-01-01&postedDateLt=2026-02-01&sort=-updatedAt&limit=1";
    check(200, body(), async |c| c.list_transactions(&filter).await, path).await;
    let from =
        SyncTransactions { account_id: Some(account()), cursor: Some("c".to_owned()), ..Default::default() };
    let path = "GET /v1/transactions/sync?accountId=acc_1&cursor=c";
    let batch =
        check(200, fixture("transactions-sync.json"), async |c| c.sync_transactions(&from).await, path).await;
    assert_eq!((batch.events.len(), batch.has_more), (3, true));
}

#[tokio::test(start_paused = true)]
async fn webhooks() {
    let created = fixture("webhook-created.json");
    let create = WebhookCreate {
        url: "https://host.example/hook".to_owned(),
        events: vec![EventType::ConnectionStatusChanged, EventType::Test],
        metadata: None,
    };
    let path = r#"POST /v1/webhooks {"url":"https://host.example/hook","events":["connection.status_changed","test"]}"#;
    check(201, created.clone(), async |c| c.create_webhook(&create).await, path).await;
    let one = created["webhook"].clone();
    check(200, page(one.clone()), async |c| c.list_webhooks(Some("x")).await, "GET /v1/webhooks?cursor=x")
        .await;
    check(200, one.clone(), async |c| c.get_webhook(&webhook()).await, "GET /v1/webhooks/wh_1").await;
    let update = WebhookUpdate { active: Some(false), metadata: Some(None), ..WebhookUpdate::default() };
    let path = r#"PATCH /v1/webhooks/wh_1 {"active":false,"metadata":null}"#;
    check(200, one, async |c| c.update_webhook(&webhook(), &update).await, path).await;
    check(204, Value::Null, async |c| c.delete_webhook(&webhook()).await, "DELETE /v1/webhooks/wh_1").await;
    check(202, Value::Null, async |c| c.test_webhook(&webhook()).await, "POST /v1/webhooks/wh_1/test").await;
}
