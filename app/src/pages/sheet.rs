//! What a bank's administrator needs, on one sheet of paper.

use domain::portal_url::PortalUrl;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{has_sheet, shown_by_detail};
use crate::{
    backend::{Kept, RequestScope},
    components::{KeptNotice, PageTitle, go, load},
    copy::pages::words,
    model::Connection,
    wizard::{Shown, details, guidance, rights},
};

/// The details of the delegated user and what to do with them. A setup that is past that has no sheet.
#[component]
pub fn SheetPage() -> impl IntoView {
    let id = use_params_map().read_untracked().get("id").unwrap_or_default();
    load(
        |scope| async move { scope.onboarding.look_at_connection(&scope.caller, &id).await },
        |scope, seen: Kept<Connection>| {
            let paths = &scope.site.paths;
            if has_sheet(&seen.what) {
                return sheet(&scope, seen);
            }
            let by_detail = shown_by_detail(&seen.what);
            go(&if by_detail { paths.detail(&seen.what.id) } else { paths.setup(&seen.what.id) })
        },
    )
}

fn sheet(scope: &RequestScope, seen: Kept<Connection>) -> AnyView {
    let connection = seen.what;
    let details = details(&connection);
    let none = details.is_empty().then(|| view! { <p>{words().sheet.preparing}</p> });
    let rows = details.into_iter().map(|(term, shown)| {
        let shown = match shown {
            Shown::Ready(value) => view! { <dd class="exact" translate="no">{value}</dd> }.into_any(),
            Shown::Pending(Some(value)) => view! {
                <dd><span class="exact" translate="no">{value}</span> <span class="pending">{words().user.not_active}</span></dd>
            }
            .into_any(),
            Shown::Pending(None) => view! { <dd>{words().sheet.preparing}</dd> }.into_any(),
        };
        view! { <div><dt>{term.name}</dt>{shown}</div> }
    });
    let rows = rows.collect_view();
    let portal = connection.portal_url.clone().map(|text| {
        let parsed = PortalUrl::parse(&text).ok();
        let encoded = parsed.and_then(|portal| portal.encoded_host()).map(|host| [" (", &host, ")"].concat());
        view! { <div><dt>{words().sheet.portal}</dt><dd translate="no">{text} {encoded}</dd></div> }
    });
    let paths = &scope.site.paths;
    let back = if shown_by_detail(&connection) {
        let name = connection.display_name.clone();
        view! { <a href=paths.detail(&connection.id) translate="no">{name}</a> }.into_any()
    } else {
        view! { <a href=paths.setup(&connection.id)>{words().wizard.back_to_setup}</a> }.into_any()
    };
    view! {
        <PageTitle text=words().sheet.title/>
        <div class="column sheet">
            <p class="back screen-only">{back}</p>
            <h1>{words().sheet.title}</h1>
            <p class="lead">{words().sheet.lead}</p>
            <p class="muted screen-only">{words().sheet.print}</p>
            <KeptNotice as_of=seen.as_of now_millis=scope.now_millis/>
            {rights()}
            {none}
            <dl class="facts">
                <div><dt>{words().sheet.bank}</dt><dd translate="no">{connection.display_name.clone()}</dd></div>
                {portal}
                {rows}
                <div><dt>{words().sheet.guide}</dt><dd translate="no">{scope.site.guide(&connection)}</dd></div>
            </dl>
            {guidance()}
            <section class="guidance">
                <h2>{words().sheet.after}</h2>
                <p>{words().sheet.after_text}</p>
            </section>
        </div>
    }
    .into_any()
}
