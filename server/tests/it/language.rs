//! In which language somebody is answered: as the host says, else as the browser wishes.

use serde_json::json;

use crate::browser::Browser;
use crate::host::{TestHost, host_token};

/// Somebody whose token may name a locale, in a browser with wishes of its own.
fn person<'a>(host: &'a TestHost, locale: Option<&str>, wishes: &str) -> Browser<'a> {
    let mut claims = json!({ "sub": "ana", "org": "acme", "roles": ["manager"] });
    if let Some(locale) = locale {
        claims["locale"] = json!(locale);
    }
    let token = format!("Bearer {}", host_token(claims));
    Browser::new(host, vec![("authorization", token), ("accept-language", wishes.to_owned())])
}

#[tokio::test]
async fn the_hosts_word_goes_before_the_browsers() {
    let host = TestHost::start_with_tokens().await;
    for (locale, wishes, lang, title) in [
        (None, "", "en", "Bank connections"),
        (None, "es-MX,es;q=0.9,en;q=0.5", "es-MX", "Conexiones bancarias"),
        (None, "fr;q=0.9,es;q=0.3", "es", "Conexiones bancarias"),
        (Some("es"), "en", "es", "Conexiones bancarias"),
        (Some("en-GB"), "es", "en-GB", "Bank connections"),
        // No catalogue speaks it, so it is no wish.
        (Some("fr"), "es", "es", "Conexiones bancarias"),
        (Some("not a tag"), "", "en", "Bank connections"),
        (None, ";q=,,;;q=2,*;q=x,es;q=0.9,-", "es", "Conexiones bancarias"),
    ] {
        let page = person(&host, locale, wishes).get("/").await;
        assert!(
            page.body.contains(&format!("<html lang=\"{lang}\" dir=\"ltr\"")),
            "{locale:?} {wishes}: {}",
            page.body
        );
        assert!(page.body.contains(&format!("<h1>{title}</h1>")), "{locale:?} {wishes}");
    }
}

#[tokio::test]
async fn refusals_speak_the_same_language() {
    let host = TestHost::start_with_tokens().await;
    let ana = person(&host, Some("es"), "en");
    let refused = ana.post_api("start_connection", &[]).await;
    assert!(refused.body.contains("Elija su banco en la lista."), "{}", refused.body);
    let gone = ana.get("/connections/conn_none").await;
    assert!(gone.body.contains("No encontrado"), "{}", gone.body);
    // Nobody is known yet: the browser is asked.
    let nobody = Browser::new(&host, vec![("accept-language", "es".to_owned())]);
    let signed_out = nobody.post_api("list_connections", &[]).await;
    assert!(signed_out.body.contains("Ha cerrado la sesión."), "{}", signed_out.body);
}

#[tokio::test]
async fn a_change_that_goes_on_by_itself_keeps_its_language() {
    let host = TestHost::start_with_tokens().await;
    let ana = person(&host, Some("es"), "en");
    let id = ana.start("sim-standard").await["id"].as_str().expect("an id").to_owned();
    let form = [("connection_id", id.as_str()), ("delegated_user_active", "on")];
    let refused = ana.post_api("submit_finish", &form).await;
    assert!(refused.body.contains("Acepte las condiciones de uso"), "{}", refused.body);
}
