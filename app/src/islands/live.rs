//! Watches a connection while its page is open, and brings the page up to date when it changes.

use leptos::prelude::*;

use crate::model::Step;

/// Asks every five seconds while the page is visible, until it is left. The page itself is rendered by the server, so
/// a change is shown by fetching the page again, softly.
#[island]
pub fn Live(connection_id: String, version: i64, step: Step) -> impl IntoView {
    let trouble = RwSignal::new(false);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        let id = connection_id.clone();
        leptos::task::spawn_local(async move { watch(id, version, step, trouble).await });
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = (connection_id, version, step);
    view! {
        <p class="hint" role="status">
            {move || trouble.get().then_some(crate::copy::islands().live_trouble)}
        </p>
    }
}

#[cfg(feature = "hydrate")]
async fn watch(id: String, version: i64, step: Step, trouble: RwSignal<bool>) {
    use crate::browser::{navigation, page};
    let visit = navigation::visit_count();
    loop {
        page::sleep(5_000).await;
        page::visible().await;
        if navigation::visit_count() != visit {
            return;
        }
        match crate::api::get_connection(Some(id.clone())).await {
            Ok(now) if now.connection.version != version || now.connection.step != step => {
                if navigation::visit_count() == visit {
                    crate::browser::announce(crate::copy::status_label(now.connection.label));
                    navigation::refresh();
                }
                return;
            }
            Ok(_) => trouble.set(false),
            Err(_) if navigation::visit_count() != visit => return,
            Err(_) => trouble.set(true),
        }
    }
}
