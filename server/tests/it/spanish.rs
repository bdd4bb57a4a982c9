//! Somebody whose browser asks for Spanish, as it is written in Mexico, reads nothing else.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use crate::answer::Answer;
use crate::browser::Browser;
use crate::host::TestHost;
use crate::html::{between, text};
use crate::money_page::has_amount;

const MONTHS: [&str; 13] =
    ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "sept", "oct", "nov", "dic"];

/// Sentences and longer phrases of a catalogue. Single words may be the same in both, or part of a name.
fn phrases(language: &str) -> HashSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../app/src/copy").join(language);
    let files = fs::read_dir(folder).expect("a catalogue");
    let code = files.map(|file| fs::read_to_string(file.expect("a file").path()).expect("a text"));
    let mut said = HashSet::new();
    for code in code {
        // What stands between two quotes; none of the catalogues escapes one in a sentence that counts.
        for text in code.split('"').skip(1).step_by(2) {
            if text.split_whitespace().count() >= 2 && !text.contains(['{', '}', '\\', '\n']) {
                said.insert(text.to_owned());
            }
        }
    }
    said
}

struct Catalogues {
    english: Vec<String>,
}

impl Catalogues {
    fn read() -> Self {
        let (english, spanish) = (phrases("en"), phrases("es"));
        assert!(english.contains("Connect a bank") && spanish.contains("Conectar un banco"));
        assert!(english.len() > 200 && spanish.len() > 200, "{} and {}", english.len(), spanish.len());
        Self { english: english.difference(&spanish).cloned().collect() }
    }

    /// Fails where a page says something in English, in its text, its title or its labels.
    #[track_caller]
    fn check(&self, page: &Answer, heading: &str) {
        let (_, title) = between(&page.body, "<h1", "</h1>").split_once('>').expect("the end of the tag");
        assert_eq!(text(title), heading, "{}", page.body);
        assert!(page.body.contains("<html lang=\"es-MX\""), "{heading}");
        let labels = page.body.split("aria-label=\"").skip(1).filter_map(|label| label.split('"').next());
        let read = [text(&page.body)].into_iter().chain(labels.map(text)).collect::<Vec<_>>().join("\n");
        let english: Vec<_> = self.english.iter().filter(|said| read.contains(said.as_str())).collect();
        assert_eq!(english, Vec::<&String>::new(), "English on {heading}");
    }
}

/// Ana in a browser that asks for Mexican Spanish.
async fn ana(host: &TestHost) -> Browser<'_> {
    let form = [("user", "ana"), ("org", "acme"), ("role", "manager")];
    let session = host.signed_out().post_form("/demo/sign-in", &form).await;
    let session = session.cookie().expect("the demo signs everybody in").to_owned();
    Browser::new(host, vec![("cookie", session), ("accept-language", "es-MX,es;q=0.9".to_owned())])
}

#[tokio::test]
async fn a_whole_setup_is_in_spanish_up_to_the_amounts() {
    let host = TestHost::start().await;
    let catalogues = Catalogues::read();
    let ana = ana(&host).await;
    catalogues.check(&ana.get("/").await, "Conexiones bancarias");
    for path in ["/new", "/new?unlisted=true", "/new?query=test%20bank", "/new?query=no%20such%20bank"] {
        catalogues.check(&ana.get(path).await, "Datos de la conexión");
    }
    let form = [("unlisted", "true"), ("requested_name", "Banco de la Casa"), ("portal_url", "")];
    let refused = ana.post_form("/api/start_connection", &form).await;
    let message = refused.cookie().expect("a message").to_owned();
    let page = self::ana(&host).await.with_cookie(&message).get(refused.goes_to()).await;
    assert!(
        page.body.contains("id=\"portal_url-error\" class=\"field-error\"><span>Escriba la dirección"),
        "{}",
        page.body
    );
    catalogues.check(&page, "Datos de la conexión");

    let id = ana.start("sim-instant").await["id"].as_str().expect("an id").to_owned();
    let at = |page: &str| format!("/connections/{id}{page}");
    catalogues.check(&ana.get(&at("/setup")).await, "Cree el usuario delegado");
    catalogues.check(&ana.get(&at("/sheet")).await, "Cree un usuario en el banco");
    catalogues.check(&ana.get(&at("/setup?step=finish")).await, "Termine la configuración");
    let form = [("connection_id", id.as_str()), ("delegated_user_active", "true"), ("accept_terms", "true")];
    let refused = ana.post_form("/api/submit_finish", &form[..1]).await;
    catalogues.check(&refused, "Termine la configuración");
    let activation = ana.post_form("/api/submit_finish", &form).await.goes_to().to_owned();
    catalogues.check(&ana.get(&activation).await, "Activando su conexión");
    host.waycore.wait_virtually(3_600).await;

    let page = ana.get(&at("")).await;
    catalogues.check(&page, "Instant Test Bank");
    assert!(text(&page.body).contains("Conectado"), "{}", page.body);
    // Mexico groups by commas, where Spain does by points.
    let accounts = between(&page.body, "aria-labelledby=\"accounts\"", "</section>");
    assert!(accounts.contains("<li>"), "{accounts}");
    for account in accounts.split("<li>").skip(1).map(text) {
        assert!(has_amount(&account), "{account}");
    }
    // The first rows of some banks are pending, and have no day yet.
    let mut days = page.body.split("transaction-day\">").skip(1).map(|cell| text(between(cell, "", "</td>")));
    let day = days.find(|day| day.chars().any(|c| c.is_ascii_digit())).expect("a row that is posted");
    let parts: Vec<&str> = day.split(' ').collect();
    assert!(
        matches!(parts[..], [day, month, year] if day.parse::<u8>().is_ok()
        && MONTHS.contains(&month.trim_end_matches('.')) && year.len() == 4),
        "{day}"
    );
    let chart = text(between(&page.body, "<figcaption>Saldo</figcaption>", "</figure>"));
    assert!(has_amount(&chart), "{chart}");
    let label = text(between(&page.body, "aria-label=\"Saldo: ", "\""));
    assert!(has_amount(between(&label, "Mínimo: ", ", ")), "{label}");

    catalogues.check(&ana.get(&at("/remove")).await, "Eliminar la conexión");
    let nothing = ana.get("/no-such-page").await;
    assert_eq!(nothing.status, 404);
    catalogues.check(&nothing, "No encontrado");
}
