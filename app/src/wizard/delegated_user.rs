//! Step 2: what to type at the bank.

use leptos::prelude::*;

use domain::connection::{Detail, Provisioning};

use super::frame::{Frame, Mover, WizardStep, frame, remove_link, setup_status};
use crate::{
    backend::RequestScope,
    components::{BankPortalLink, ErrorNotice, Notice, Support, Tone, following},
    copy::pages::words,
    islands::CopyValues,
    model::Connection,
};

/// Renders step 2.
pub fn delegated_user(scope: &RequestScope, connection: &Connection, draft: Option<String>) -> AnyView {
    let paths = &scope.site.paths;
    let content = view! {
        <p class="lead">{words().user.lead_own}</p>
        <ErrorNotice flash=scope.flash.clone()/>
        {rights()}
        {instructions(connection)}
        {support_if_pending(scope, connection)}
        <div class="actions">
            <BankPortalLink portal=connection.portal_url.clone() simulated=scope.site.simulated_portal(connection)
                text=words().user.open_portal/>
            <a href=scope.site.guide(connection) target="_blank" rel="noopener noreferrer">
                {words().user.guide}
                <span class="visually-hidden">" ("{words().user.new_tab}")"</span>
            </a>
        </div>
        {guidance()}
        <p><a href=paths.sheet(&connection.id)>{words().user.sheet}</a></p>
        {if scope.caller.role.changes() {
            view! {
                <form method="post" action=paths.api("confirm_user_created") class="actions">
                    <input type="hidden" name="connection_id" value=connection.id.clone()/>
                    <button class="button button-primary">{words().user.created}</button>
                    <a href=paths.list()>{words().wizard.finish_later}</a>
                </form>
            }
            .into_any()
        } else {
            view! {
                <p class="muted">{words().wizard.viewer}</p>
                <p><a href=paths.list()>{words().wizard.finish_later}</a></p>
            }
            .into_any()
        }}
        {remove_link(scope, connection)}
        {setup_status(connection)}
        <CopyValues/>
        {following(scope, connection, draft, Some(String::new()))}
    };
    let next = vec![words().user.next_1, words().user.next_2];
    let bank = Some(connection.display_name.clone());
    frame(
        Frame {
            step: WizardStep::User,
            title: words().user.title,
            bank,
            mover: Mover::of(connection),
            acts: scope.caller.role.changes(),
            now: now(connection),
            next,
        },
        content.into_any(),
    )
}

fn now(connection: &Connection) -> &'static str {
    let words = &words().wizard;
    match (Mover::of(connection), connection.next_action.as_deref()) {
        (Mover::Waycore, Some("createDelegatedUser")) => words.now_prepare,
        (Mover::Waycore, _) => words.now_wait,
        _ if is_pending(connection) => words.now_create_later,
        _ => words.now_create,
    }
}

fn is_pending(connection: &Connection) -> bool {
    let details = details(connection);
    details.is_empty() || details.iter().any(|(_, detail)| matches!(detail, Shown::Pending(_)))
}

/// Who helps when a value never comes.
fn support_if_pending(scope: &RequestScope, connection: &Connection) -> Option<AnyView> {
    is_pending(connection).then(|| {
        view! { <div class="muted"><p>{words().user.still_missing}</p> <Support scope=scope.clone()/></div> }
            .into_any()
    })
}

/// What the user may do at the bank: it is chosen while the details are typed, so it stands before them.
pub fn rights() -> AnyView {
    let text = &words().user;
    view! { <Notice tone=Tone::Caution title=text.rights_title><p>{text.rights}</p></Notice> }.into_any()
}

/// How the user signs in at the bank, and who else has to approve it there.
pub fn guidance() -> AnyView {
    view! {
        <section class="guidance">
            <h2>{words().user.codes_title}</h2>
            <p>{words().user.codes}</p>
            <h2>{words().user.second_title}</h2>
            <p>{words().user.second}</p>
        </section>
    }
    .into_any()
}

/// A detail of the delegated user.
#[derive(Clone, Copy)]
pub struct Term {
    pub name: &'static str,
    /// The name of the button that copies it.
    pub copy: &'static str,
}

/// What of a detail is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    Ready(String),
    /// Not usable yet, whether there is a value or not.
    Pending(Option<String>),
}

/// The details that there are, or that are being set up, in the order of a bank's form.
pub fn details(connection: &Connection) -> Vec<(Term, Shown)> {
    let text = &words().user;
    let given = connection.instructions.clone().unwrap_or_default();
    let (email, phone) = (&connection.setup.email_provisioning, &connection.setup.phone_provisioning);
    let rows = [
        (text.first_name, text.copy_first_name, given.first_name, &None),
        (text.last_name, text.copy_last_name, given.last_name, &None),
        (text.address, text.copy_address, given.address, &None),
        (text.username, text.copy_username, given.username, &None),
        (text.email, text.copy_email, given.email, email),
        (text.phone, text.copy_phone, given.phone_number, phone),
    ];
    let shown = rows.into_iter().filter_map(|(name, copy, value, status)| {
        let value = value.filter(|value| !value.trim().is_empty());
        let status = status.as_deref().and_then(Provisioning::parse);
        let shown = match Detail::of(value.as_deref(), status.as_ref()) {
            Detail::Absent => return None,
            Detail::Pending(value) => Shown::Pending(value.map(str::to_owned)),
            Detail::Ready(value) => Shown::Ready(value.to_owned()),
        };
        Some((Term { name, copy }, shown))
    });
    shown.collect()
}

/// The details in a panel, each with a button that copies it. [`CopyValues`] serves the buttons.
pub fn instructions(connection: &Connection) -> AnyView {
    let text = &words().user;
    let details = details(connection);
    let none = details.is_empty().then(preparing);
    let rows = details.into_iter().map(|(term, shown)| {
        let shown = match shown {
            Shown::Ready(value) => view! {
                <span class="issued" translate="no">{value.clone()}</span>
                <button type="button" class="copy" aria-label=term.copy data-copy=value
                    data-copied=format!("{} {}", term.name, text.copied)>
                    <svg viewBox="0 0 16 16" aria-hidden="true" class="icon">
                        <path class="icon-copy" d="M6 6h7v7H6zM3 10V3h7"></path>
                        <path class="icon-done" d="M3 8.5l3.5 3.5L13 5"></path>
                    </svg>
                </button>
            }
            .into_any(),
            Shown::Pending(Some(value)) => view! {
                <span>
                    <span class="issued" translate="no">{value}</span>
                    <span class="pending">{text.not_active}</span>
                </span>
            }
            .into_any(),
            Shown::Pending(None) => preparing(),
        };
        view! { <div class="detail-row"><dt>{term.name}</dt><dd>{shown}</dd></div> }
    });
    view! {
        <section class="panel" aria-labelledby="details-title">
            <h2 id="details-title">{text.details}</h2>
            <p class="hint">{text.details_hint}</p>
            {none}
            <dl class="details">{rows.collect_view()}</dl>
        </section>
    }
    .into_any()
}

/// Said where a value will be.
fn preparing() -> AnyView {
    view! {
        <span class="muted needs-script">{words().user.preparing}</span>
        <noscript>{words().user.preparing_reload}</noscript>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Instructions, SetupFacts};

    #[test]
    fn what_is_absent_is_left_out_and_what_is_pending_is_waited_for() {
        let all = |email: Option<&str>, status: Option<&str>| {
            let instructions = Instructions {
                first_name: Some("Waycore".to_owned()),
                last_name: Some(" ".to_owned()),
                email: email.map(str::to_owned),
                ..Instructions::default()
            };
            let setup = SetupFacts { email_provisioning: status.map(str::to_owned), ..SetupFacts::default() };
            let connection = Connection { instructions: Some(instructions), setup, ..Connection::default() };
            let details = details(&connection).into_iter();
            details.map(|(term, shown)| (term.name, shown)).collect::<Vec<_>>()
        };
        let name = ("First name", Shown::Ready("Waycore".to_owned()));
        let ready = Shown::Ready("a@b.example".to_owned());
        let pending = Shown::Pending(Some("a@b.example".to_owned()));
        for (email, status, expected) in [
            (None, None, None),
            (None, Some("provisioned"), None),
            (None, Some("pending"), Some(Shown::Pending(None))),
            (Some("a@b.example"), Some("pending"), Some(pending)),
            (Some("a@b.example"), Some("provisioned"), Some(ready.clone())),
            (Some("a@b.example"), None, Some(ready)),
        ] {
            let mut rows = vec![name.clone()];
            rows.extend(expected.map(|shown| ("Email", shown)));
            assert_eq!(all(email, status), rows, "{email:?} {status:?}");
        }
        assert_eq!(details(&Connection::default()).len(), 0);
    }
}
