//! The state of a connection in words, and what can be done about it.

use domain::status_label::StatusLabel;
use leptos::prelude::*;

use crate::{
    backend::{Done, RequestScope},
    components::{BankCredentials, Notice, Tone},
    copy::pages::words,
    model::{Connection, Step},
};

/// What happened, and what is to be done about it by whoever may.
pub(super) fn state_notice(scope: &RequestScope, connection: &Connection) -> AnyView {
    let (tone, title, text) = match connection.label {
        StatusLabel::Connected => (Tone::Positive, words().detail.connected_title, words().detail.connected),
        StatusLabel::ReauthenticationRequired => {
            (Tone::Caution, words().detail.reauth_title, words().detail.reauth)
        }
        StatusLabel::Error => (Tone::Negative, words().detail.errored_title, words().detail.errored),
        StatusLabel::NeedsCorrection => (Tone::Caution, words().detail.invalid_title, words().detail.invalid),
        StatusLabel::Paused => (Tone::Info, words().detail.paused_title, words().detail.paused),
        StatusLabel::Revoked => (Tone::Info, words().detail.revoked_title, words().detail.revoked),
        StatusLabel::SetupInProgress | StatusLabel::Activating | StatusLabel::Checking => {
            (Tone::Info, words().detail.checking_title, words().detail.checking)
        }
    };
    let needs_help = connection.step != Step::Connected;
    let support = needs_help
        .then(|| scope.site.support_url.clone())
        .flatten()
        .map(|href| view! { <p><a href=href rel="external">{words().shell.support}</a></p> });
    let code = connection
        .error_code
        .clone()
        .filter(|_| needs_help)
        .map(|code| view! { <p class="muted">{words().detail.error_code} ": " <code>{code}</code></p> });
    let address = connection.portal_url.clone().filter(|_| connection.label == StatusLabel::NeedsCorrection);
    let address = address.map(|url| view! { <p class="address"><code>{url}</code></p> });
    let again = again(scope, connection);
    let to_do = to_do(connection.label, scope.caller.role.changes()).map(|text| view! { <p>{text}</p> });
    view! { <Notice tone title><p>{text}</p> {to_do} {address} {code} {again} {support}</Notice> }.into_any()
}

/// What a manager has to do. Whoever may only look reads that a manager can do it, as the page has nothing to do it with.
fn to_do(label: StatusLabel, changes: bool) -> Option<&'static str> {
    let text = &words().detail;
    let (manager, viewer) = match label {
        StatusLabel::ReauthenticationRequired => (Some(text.reauth_to_do), text.reauth_viewer),
        StatusLabel::NeedsCorrection => (Some(text.invalid_to_do), text.invalid_viewer),
        StatusLabel::Revoked => (Some(text.revoked_to_do), text.revoked_viewer),
        StatusLabel::Connected
        | StatusLabel::Error
        | StatusLabel::Paused
        | StatusLabel::SetupInProgress
        | StatusLabel::Activating
        | StatusLabel::Checking => (None, text.viewer),
    };
    if changes { manager } else { Some(viewer) }
}

/// Where a manager begins anew. Either way that is another connection: this one stays until it is removed.
fn again(scope: &RequestScope, connection: &Connection) -> Option<AnyView> {
    let paths = &scope.site.paths;
    let (href, text) = match connection.label {
        StatusLabel::Revoked => (paths.new_connection(), words().detail.reconnect),
        StatusLabel::NeedsCorrection => (paths.again(&connection.id), words().detail.start_again),
        _ => return None,
    };
    let link = || view! { <p><a class="button button-secondary" href=href>{text}</a></p> }.into_any();
    scope.caller.role.changes().then(link)
}

/// That something was done which the state below does not show yet. The browser says it aloud too.
pub(super) fn done_notice(done: Done) -> AnyView {
    let (title, text) = match done {
        Done::HandedOver => (words().detail.handed_over_title, words().detail.handed_over),
        Done::Asked => (words().detail.sync_asked_title, words().detail.sync_asked),
        Done::Removed => (words().list.removed_title, words().list.removed),
    };
    view! {
        <div role="status" data-said="">
            <Notice tone=Tone::Positive title><p>{text}</p></Notice>
        </div>
    }
    .into_any()
}

/// What the bank issued can be handed over again, on the same connection and by any manager.
pub(super) fn repair(scope: &RequestScope, connection: &Connection) -> Option<AnyView> {
    let asked = connection.label == StatusLabel::ReauthenticationRequired && scope.caller.role.changes();
    let action = scope.site.paths.api("update_credentials");
    let form = || {
        view! {
            <section aria-labelledby="repair">
                <h2 id="repair">{words().detail.repair}</h2>
                <form method="post" action=action class="stack narrow" autocomplete="off" novalidate>
                    <input type="hidden" name="connection_id" value=connection.id.clone()/>
                    <BankCredentials flash=scope.flash.clone()/>
                    <div class="actions">
                        <button class="button button-primary">{words().detail.hand_over}</button>
                    </div>
                </form>
            </section>
        }
        .into_any()
    };
    asked.then(form)
}
