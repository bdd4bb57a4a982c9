//! Step 1: which bank, and which of its portals.

use domain::portal_url::PortalUrl;
use leptos::prelude::*;

use super::{
    bank_field::{SearchForm, another_portal, bank_search},
    frame::{Frame, Mover, WizardStep, frame},
    popular_banks::popular_banks,
    portal_fields::unlisted_bank,
    search_results::search_results,
};
use crate::{
    backend::{Flash, RequestScope, Suggested},
    components::{ErrorNotice, Notice, Tone, mark_verbatim, verbatim_names},
    copy::pages::words,
    islands::DraftKeeper,
    model::{Connection, Institution, Institutions},
    paths::Paths,
};

/// What the page knows before it renders.
#[derive(Default)]
pub struct Details {
    /// The search text of a search without JavaScript.
    pub query: String,
    /// Banks to choose from by radio button.
    pub results: Option<Institutions>,
    pub unlisted: bool,
    /// The catalog's bank that an unlisted one seems to be.
    pub matched: Option<Institution>,
    /// The one that a message about an address of another bank names.
    pub named: Option<Institution>,
    /// The local draft to resume.
    pub draft: Option<String>,
    /// Banks to begin with, before anything is typed.
    pub suggested: Suggested,
    /// What the company has connected, or is connecting.
    pub held: Vec<Connection>,
    /// Why the search without JavaScript was refused.
    pub refused: Option<String>,
    /// The connection whose address was wrong: the new one begins with what that has.
    pub again: Option<Connection>,
}

impl Details {
    /// The portal to begin with.
    pub(super) fn portal(&self) -> String {
        self.again.as_ref().and_then(|again| again.portal_url.clone()).unwrap_or_default()
    }

    /// The bank's name to begin with.
    fn name(&self) -> String {
        self.again.as_ref().map(|again| again.display_name.clone()).unwrap_or_default()
    }

    /// Names and addresses that a message may hold: of the bank that seems to be meant, of those to choose from, and of what was
    /// typed.
    fn exact(&self, flash: &Flash) -> Vec<String> {
        let listed = self.results.iter().flat_map(|found| &found.institutions);
        let banks = self.matched.iter().chain(&self.named).chain(listed).flat_map(verbatim_names);
        let typed = ["portal_url", "own_portal"].map(|field| PortalUrl::parse(&flash.value(field)).ok());
        let hosts = typed.iter().flatten().flat_map(|portal| [portal.readable_host(), portal.ascii_host()]);
        banks.chain(hosts).collect()
    }

    /// The form for a bank that is not in the list, with what is known already.
    pub(super) fn unlisted_path(&self, paths: &Paths) -> String {
        match &self.again {
            Some(again) => paths.again_unlisted(&again.id),
            None => paths.new_unlisted(),
        }
    }
}

/// Renders step 1.
pub fn connection_details(scope: &RequestScope, details: Details) -> AnyView {
    let paths = &scope.site.paths;
    let lead = if details.unlisted { words().details.unlisted_lead } else { words().details.lead };
    let again = details.again.as_ref().map(|_| again_notice(details.unlisted));
    let exact = details.exact(&scope.flash);
    let body = match details.results {
        Some(_) => search_results(paths, scope, details, exact.clone()),
        None => live_form(paths, scope, details, exact.clone()),
    };
    let content = view! {
        <p class="lead">{lead}</p>
        <ErrorNotice flash=scope.flash.clone() exact/>
        {again}
        {body}
    };
    frame(
        Frame {
            step: WizardStep::Details,
            title: words().details.title,
            bank: None,
            mover: Mover::You,
            acts: scope.caller.role.changes(),
            now: words().wizard.now_choose,
            next: vec![words().details.next_1, words().details.next_2, words().details.next_3],
        },
        content.into_any(),
    )
}

/// What to correct, and what becomes of the connection that is there.
fn again_notice(unlisted: bool) -> AnyView {
    let text = &words().details;
    let correct = if unlisted { text.again_address } else { text.again_portal };
    view! { <Notice tone=Tone::Info title=text.again_title><p>{correct}</p> <p>{text.again_stays}</p></Notice> }
        .into_any()
}

/// Tells the server which connection the page began with, should it have a question.
pub(super) fn again_field(details: &Details) -> Option<AnyView> {
    let id = details.again.as_ref()?.id.clone();
    Some(view! { <input type="hidden" name="again" value=id/> }.into_any())
}

/// Shown by the keeper once there is a draft: how long it stays, and the way out that leaves it there.
pub(super) fn draft_saved(paths: &Paths) -> AnyView {
    let text = &words().details;
    view! {
        <p class="hint" id="draft-saved" hidden>
            {text.saved_on_device} " " <a href=paths.list()>{text.keep_draft}</a>
        </p>
    }
    .into_any()
}

fn live_form(paths: &Paths, scope: &RequestScope, details: Details, exact: Vec<String>) -> AnyView {
    let flash = &scope.flash;
    let unlisted = details.unlisted;
    let is_suspicious = flash.error_on("address_checked").is_some();
    let matched = details.matched.as_ref().map(|bank| {
        let href = paths.new_with_institution(&bank.institution_id);
        let choose = match is_suspicious {
            true => mark_verbatim(&crate::copy::use_instead(&bank.name, &bank.domain), &exact),
            false => view! {
                {words().details.choose_match} " " <span translate="no">{bank.name.clone()} ", " {bank.domain.clone()}</span>
            }
            .into_any(),
        };
        view! { <p class="choose-match"><a class="button button-secondary" href=href><span>{choose}</span></a></p> }
    });
    let switch = if unlisted {
        view! { <a href=paths.new_connection() data-switch="listed">{words().details.listed}</a> }
    } else {
        view! { <a href=paths.new_unlisted() data-switch="unlisted">{words().details.not_listed}</a> }
    };
    let draft = details.draft.clone().unwrap_or_default();
    let again = again_field(&details);
    let fields = if unlisted {
        unlisted_bank(flash, details.name(), details.portal(), exact)
    } else {
        bank_search(scope, details.held, exact)
    };
    let hidden_draft = draft.clone();
    let popular = popular_banks(paths, details.suggested, &draft);
    view! {
        {(!unlisted).then(|| view! {
            <noscript><SearchForm paths=paths.clone() query=String::new() refused=None/></noscript>
        })}
        <form method="post" action=paths.api("start_connection") class="stack" novalidate
            data-scope=scope.draft_scope.clone() data-draft=draft data-portal=flash.value("portal_url")>
            {matched}
            {fields}
            // Filled in by the keeper: they tell the server what to come back to.
            <input type="hidden" name="draft" value=hidden_draft/>
            <input type="hidden" name="scripted"/>
            {again}
            {another_portal(flash)}
            {popular}
            <DraftKeeper/>
            {draft_saved(paths)}
            <p class="switch">{switch}</p>
            <div class=if unlisted { "actions" } else { "actions needs-script" }>
                <button class="button button-primary">{words().details.continue_on}</button>
                <a href=paths.list() data-cancel="">{words().wizard.cancel}</a>
            </div>
        </form>
        {(!unlisted).then(|| view! { <noscript><p><a href=paths.list()>{words().wizard.cancel}</a></p></noscript> })}
    }
    .into_any()
}
