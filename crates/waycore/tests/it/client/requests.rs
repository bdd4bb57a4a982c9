//! What goes out, byte for byte, and what an answer becomes.

use domain::{bank_choice::BankChoice, ids::InstitutionId, portal_url::PortalUrl};
use waycore::{
    Created, Error, ListConnections, Waycore,
    wire::{ConnectionCreate, ConnectionStatus, EntityCreate},
};

use super::*;

#[track_caller]
fn check(request: &Request, method: &str, path_and_query: &str, body: &str) {
    let url = &request.url;
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    assert_eq!(request.method.as_str(), method);
    assert_eq!(format!("{}{query}", url.path()), path_and_query);
    assert_eq!(String::from_utf8_lossy(&request.body), body);
    assert_eq!(request.headers["authorization"], format!("Bearer {KEY}"));
    assert_eq!(request.headers["accept"], "application/json");
    let content_type = request.headers.get("content-type").map(|value| value.to_str().expect("text"));
    assert_eq!(content_type, Some("application/json").filter(|_| !body.is_empty()));
    assert!(request.headers.get("referer").is_none());
}

fn page_of(row: Value) -> Value {
    json!({"data": [row], "pagination": {"hasMore": true, "nextCursor": "next"}, "meta": {"requestId": "req_1"}})
}

#[tokio::test]
async fn looking_for_an_entity() {
    let server = answering_json(page_of(fixture("entity.json"))).await;
    let page = client(&server.uri()).list_entities("shop:a&b=c/d e").await.expect("a page");
    assert!(!page.data.is_empty() && page.pagination.has_more);
    assert_eq!(page.meta.request_id.as_deref(), Some("req_1"));
    check(&only_request(&server).await, "GET", "/v1/entities?externalEntityId=shop%3Aa%26b%3Dc%2Fd+e", "");
}

#[tokio::test]
async fn creating_an_entity() {
    for status in [200, 201] {
        let server = answering(ResponseTemplate::new(status).set_body_json(fixture("entity.json"))).await;
        let entity = EntityCreate { external_entity_id: "shop:acme".to_owned(), name: None, metadata: None };
        let created = client(&server.uri()).create_entity(&entity).await.expect("an entity");
        assert_eq!(created.entity_id, "11111111-2222-3333-4444-555555555555");
        check(&only_request(&server).await, "POST", "/v1/entities", r#"{"externalEntityId":"shop:acme"}"#);
    }
}

#[tokio::test]
async fn searching_for_a_bank() {
    let bank = json!({"institutionId": "chase", "name": "Chase"});
    let server = answering_json(page_of(bank)).await;
    let client = client(&server.uri());
    let page = client.search_institutions("crédit & co", 20, None).await.expect("a page");
    assert_eq!(page.data[0].institution_id, "chase");
    let path = "/v1/institutions?query=cr%C3%A9dit+%26+co&limit=20";
    check(&only_request(&server).await, "GET", path, "");
}

async fn check_search(query: &str, limit: u16, cursor: Option<&str>, expected: &str) {
    let server = answering_json(page_of(json!({"institutionId": "chase", "name": "Chase"}))).await;
    client(&server.uri()).search_institutions(query, limit, cursor).await.expect("a page");
    check(&only_request(&server).await, "GET", expected, "");
}

#[tokio::test]
async fn walking_through_the_catalog() {
    check_search("", 0, None, "/v1/institutions?limit=1").await;
    check_search("", 501, Some("a+b/=="), "/v1/institutions?limit=500&cursor=a%2Bb%2F%3D%3D").await;
}

async fn create(status: u16, choice: BankChoice) -> (Created, Request) {
    let server =
        answering(ResponseTemplate::new(status).set_body_json(fixture("connection-setup.json"))).await;
    let request = ConnectionCreate::new(&entity_id(), &choice);
    let created = client(&server.uri()).create_connection(&request).await.expect("a connection");
    (created, only_request(&server).await)
}

#[tokio::test]
async fn starting_a_connection_says_whether_there_was_one() {
    let institution = InstitutionId::parse("chase").expect("an id");
    let choice = BankChoice::Supported { institution, portal: None };
    let (created, request) = create(201, choice.clone()).await;
    assert!(!created.existing);
    assert_eq!(created.connection.kind(), "setup");
    check(&request, "POST", "/v1/connections", r#"{"entityId":"ent_1","institutionId":"chase"}"#);
    let (created, _) = create(200, choice).await;
    assert!(created.existing);
}

#[tokio::test]
async fn a_portal_address_arrives_byte_for_byte() {
    let typed = "HTTPS://Bank.EXAMPLE:443/A/../Login%2f?Next=%7e&é=ü#Top";
    let portal = PortalUrl::parse(typed).expect("a portal");
    let (_, request) = create(201, BankChoice::Unsupported { requested_name: None, portal }).await;
    let body = format!(r#"{{"entityId":"ent_1","portalUrl":"{typed}"}}"#);
    check(&request, "POST", "/v1/connections", &body);
}

#[tokio::test]
async fn reading_a_connection() {
    let server = answering_json(fixture("connection-ready.json")).await;
    let connection = client(&server.uri()).get_connection(&connection_id()).await.expect("a connection");
    assert_eq!(connection.kind(), "ready");
    check(&only_request(&server).await, "GET", "/v1/connections/conn_123", "");
}

#[tokio::test]
async fn an_id_cannot_leave_its_place_in_the_path() {
    let server = own_server().await;
    Mock::given(path("/v1/connections/..%2Fentities%3Fa"))
        .respond_with(ResponseTemplate::new(200).set_body_json(fixture("connection-ready.json")))
        .mount(&server)
        .await;
    let id = ConnectionId::parse("../entities?a").expect("an id");
    client(&server.uri()).get_connection(&id).await.expect("its own path");
}

#[tokio::test]
async fn an_id_that_no_path_can_name_is_not_sent() {
    let server = answering_json(fixture("connection-ready.json")).await;
    let client = client(&server.uri());
    for text in [".", ".."] {
        let id = ConnectionId::parse(text).expect("an id");
        assert_eq!(client.get_connection(&id).await, Err(Error::NotFound));
        assert_eq!(client.complete_setup(&id).await, Err(Error::NotFound));
    }
    assert_eq!(server.received_requests().await.map(|requests| requests.len()), Some(0));
}

async fn check_list(filter: ListConnections, expected: &str) {
    let server = answering_json(fixture("list-connections.json")).await;
    let page = client(&server.uri()).list_connections(&filter).await.expect("a page");
    assert_eq!(page.data.len(), 2);
    check(&only_request(&server).await, "GET", expected, "");
}

#[tokio::test]
async fn listing_connections() {
    check_list(ListConnections::default(), "/v1/connections").await;
    let filter = ListConnections { entity_id: Some(entity_id()), ..Default::default() };
    check_list(filter, "/v1/connections?entityId=ent_1").await;
    let filter = ListConnections {
        entity_id: Some(entity_id()),
        status: Some(ConnectionStatus::PendingActivation),
        institution_id: InstitutionId::parse("chase").ok(),
        cursor: Some("a b".to_owned()),
        limit: Some(1000),
    };
    let query = "entityId=ent_1&status=pendingActivation&institutionId=chase&cursor=a+b&limit=500";
    check_list(filter, &format!("/v1/connections?{query}")).await;
}

async fn check_credentials(fields: [Option<&str>; 3], expected: &str) {
    let server = answering_json(fixture("connection-setup.json")).await;
    let [username, customer_id, password] = fields.map(|field| field.map(str::to_owned));
    let credentials = NonEmptyCredentials::from_fields(username, customer_id, password).expect("filled");
    client(&server.uri()).put_credentials(&connection_id(), &credentials).await.expect("accepted");
    check(&only_request(&server).await, "PUT", "/v1/connections/conn_123/credentials", expected);
}

#[tokio::test]
async fn only_filled_credentials_are_sent() {
    check_credentials([Some("wsvc"), None, None], r#"{"bankUsername":"wsvc"}"#).await;
    check_credentials([None, Some("42"), None], r#"{"bankCustomerId":"42"}"#).await;
    check_credentials([None, None, Some(r#" p"w\ "#)], r#"{"password":" p\"w\\ "}"#).await;
    check_credentials(
        [Some("wsvc"), Some("42"), Some("pw")],
        r#"{"bankUsername":"wsvc","bankCustomerId":"42","password":"pw"}"#,
    )
    .await;
}

#[tokio::test]
async fn completing_the_setup_sends_nothing_and_reads_nothing() {
    let answers = [
        ResponseTemplate::new(200).set_body_string("anything"),
        ResponseTemplate::new(202),
        ResponseTemplate::new(204),
    ];
    for answer in answers {
        let server = answering(answer).await;
        client(&server.uri()).complete_setup(&connection_id()).await.expect("accepted");
        let request = only_request(&server).await;
        check(&request, "PUT", "/v1/connections/conn_123/setupCompletion", "");
        assert_eq!(request.headers["content-length"], "0");
    }
}
