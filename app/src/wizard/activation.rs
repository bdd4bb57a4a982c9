//! Step 4: honest waiting.

use domain::status_label::StatusLabel;
use leptos::prelude::*;

use super::frame::{Frame, Mover, WizardStep, frame};
use crate::{
    backend::RequestScope,
    components::{ErrorNotice, Moment, StatusBadge, following},
    copy::pages::{ACTIVATION, SHELL, WIZARD},
    model::Connection,
};

/// Renders step 4. Without JavaScript the page reloads itself while `refresh` holds.
pub fn activation(scope: &RequestScope, connection: &Connection, refresh: bool) -> AnyView {
    let paths = &scope.site.paths;
    let unknown = connection.label == StatusLabel::Checking;
    let stop = format!("{}?refresh=off", paths.setup(&connection.id));
    let support = unknown
        .then(|| scope.site.support_url.clone())
        .flatten()
        .map(|href| view! { <p><a href=href rel="external">{SHELL.support}</a></p> });
    let content = view! {
        <ErrorNotice flash=scope.flash.clone()/>
        <p class="lead">{if unknown { ACTIVATION.checking } else { ACTIVATION.sentence }}</p>
        {support}
        <div class="panel waiting">
            <StatusBadge label=connection.label/>
            <p>{ACTIVATION.duration}</p>
            <p class="muted">
                {ACTIVATION.started} " "
                <Moment at=connection.updated_at.clone() now_millis=scope.now_millis/>
            </p>
        </div>
        <p>{ACTIVATION.leave}</p>
        {refresh
            .then(|| view! {
                <noscript>
                    <meta http-equiv="refresh" content="5"/>
                    <p>{ACTIVATION.refreshing} " " <a href=stop>{ACTIVATION.stop_refreshing}</a></p>
                </noscript>
            })}
        <div class="actions">
            <a class="button button-secondary" href=paths.list()>{WIZARD.finish_later}</a>
        </div>
        {following(scope, connection, None, true)}
    };
    let next = vec![ACTIVATION.next_1, ACTIVATION.next_2];
    let bank = Some(connection.display_name.clone());
    frame(
        Frame { step: WizardStep::Activation, title: ACTIVATION.title, bank, mover: Mover::Waycore, next },
        content.into_any(),
    )
}
