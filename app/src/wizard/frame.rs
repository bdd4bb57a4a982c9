//! The stepper, the column of a step, and the quiet panel that says who has to act.

use leptos::prelude::*;

use crate::{
    backend::{RequestScope, request_scope},
    components::{PageTitle, Support},
    copy::pages::words,
    model::{Connection, Step},
};

/// The four steps, in order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum WizardStep {
    Details,
    User,
    Finish,
    Activation,
}

impl WizardStep {
    /// Which screen it is, for the browser: several are at one address.
    fn screen(self) -> &'static str {
        match self {
            Self::Details => "details",
            Self::User => "user",
            Self::Finish => "finish",
            Self::Activation => "activation",
        }
    }
}

/// Who acts, in Waycore's terms: a person's work at the bank is the customer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mover {
    You,
    Waycore,
    /// The product that mounts the flow, which Waycore calls the integrator.
    Us,
}

impl Mover {
    /// Who has to act in a connection's setup: Waycore's `actionRequiredBy` decides, unless what was done here since is later.
    pub fn of(connection: &Connection) -> Self {
        let asks_customer = match connection.action_required_by.as_deref() {
            Some("integrator") => return Self::Us,
            Some(by) => by == "endUser",
            None => connection.next_action.as_deref() == Some("createDelegatedUser"),
        };
        let next = connection.next_action.as_deref();
        let can_be_done = matches!(next, Some("createDelegatedUser" | "provideCredentials"));
        match connection.step {
            // Waycore goes on only when the setup is completed here.
            Step::ConnectionDetails | Step::FinishSetup => Self::You,
            // Waycore was told that the setup is complete, and does not say so yet; or it names nothing that a customer can do.
            Step::Activation if connection.status == "draft" || !can_be_done => Self::Waycore,
            Step::Connected => Self::Waycore,
            Step::DelegatedUser | Step::Activation | Step::Recoverable | Step::Support => {
                if asks_customer {
                    Self::You
                } else {
                    Self::Waycore
                }
            }
        }
    }

    /// What has to be done, said to a reader who `acts` for the customer or only looks on. `None`: Waycore acts, and each
    /// page says by itself what it does.
    pub fn request(self, acts: bool) -> Option<&'static str> {
        let text = &words().wizard;
        match self {
            Self::You if acts => Some(text.now_asked),
            Self::You => Some(text.now_manager),
            Self::Us => Some(text.now_us),
            Self::Waycore => None,
        }
    }
}

/// What stands around a step.
pub(super) struct Frame {
    pub(super) step: WizardStep,
    pub(super) title: &'static str,
    /// Whose bank it is about, once that is known.
    pub(super) bank: Option<String>,
    pub(super) mover: Mover,
    /// Whether the reader is one of those who act; for a viewer, a manager does.
    pub(super) acts: bool,
    /// What the customer does, where the customer acts; else what Waycore does.
    pub(super) now: &'static str,
    pub(super) next: Vec<&'static str>,
}

/// Renders a step in its frame.
pub(super) fn frame(frame: Frame, content: AnyView) -> AnyView {
    let mover = frame.mover;
    // A step says more exactly what its reader has to do.
    let is_up_to_reader = mover == Mover::You && frame.acts;
    let now = mover.request(frame.acts).filter(|_| !is_up_to_reader).unwrap_or(frame.now);
    let next = frame.next.into_iter().map(|text| view! { <li>{text}</li> }).collect_view();
    view! {
        <PageTitle text=frame.title/>
        <div class="wizard" data-screen=frame.step.screen()>
            <Stepper current=frame.step/>
            <div class="wizard-column">
                {frame.bank.map(|bank| view! { <p class="eyebrow" translate="no">{bank}</p> })}
                <h1>{frame.title}</h1>
                {content}
            </div>
            <aside class="side-panel" aria-label=words().wizard.next_title>
                <h2>{words().wizard.whose_move}</h2>
                <Relay mover acts=frame.acts/>
                <p class="relay-now">{now}</p>
                {(mover == Mover::Us).then(request_scope).flatten().map(|scope| view! { <Support scope/> })}
                <h2>{words().wizard.next_title}</h2>
                <ol class="next-list">{next}</ol>
            </aside>
        </div>
    }
    .into_any()
}

/// That Waycore has what the bank issued, and since when if it was sent from here.
pub(super) fn credentials_sent(connection: &Connection) -> Option<AnyView> {
    let text = &words().finish;
    if !connection.setup.has_credentials {
        return None;
    }
    Some(match connection.setup.credentials_sent_at.clone() {
        Some(at) => {
            let exact = crate::copy::locale::moment(&at);
            view! { <p>{text.sent_on} " " <time datetime=at>{exact}</time> "."</p> }.into_any()
        }
        None => view! { <p>{text.sent}</p> }.into_any(),
    })
}

/// Renders Waycore's setup and provisioning statuses, to be quoted to support.
pub(super) fn setup_status(connection: &Connection) -> Option<AnyView> {
    let text = &words().wizard;
    let facts = &connection.setup;
    let codes = [
        ("setup", &facts.status),
        ("email", &facts.email_provisioning),
        ("phoneNumber", &facts.phone_provisioning),
    ];
    let codes = codes.into_iter().filter_map(|(name, code)| Some([name, ": ", code.as_ref()?].concat()));
    let codes = codes.collect::<Vec<_>>().join(", ");
    (!codes.is_empty()).then(|| {
        view! { <p class="hint">{text.status_at_waycore} ": " <code translate="no">{codes}</code></p> }
            .into_any()
    })
}

/// The way out of a setup that nobody wants any more.
pub(super) fn remove_link(scope: &RequestScope, connection: &Connection) -> Option<AnyView> {
    let href = scope.site.paths.remove(&connection.id);
    let may = scope.caller.role.changes();
    may.then(|| view! { <p class="switch"><a href=href>{words().wizard.remove}</a></p> }.into_any())
}

#[component]
fn Stepper(current: WizardStep) -> impl IntoView {
    let step = move |step: WizardStep, text: &'static str| {
        let (class, marker) = match step.cmp(&current) {
            std::cmp::Ordering::Less => ("step step-done", None),
            std::cmp::Ordering::Equal => ("step step-current", Some("step")),
            std::cmp::Ordering::Greater => ("step", None),
        };
        view! {
            <li class=class aria-current=marker>
                {text}
                {(step < current).then(|| view! { <span class="visually-hidden">" ("{words().wizard.done}")"</span> })}
            </li>
        }
    };
    view! {
        <ol class="stepper" aria-label=words().wizard.progress>
            {step(WizardStep::Details, words().wizard.step_details)} {step(WizardStep::User, words().wizard.step_user)}
            {step(WizardStep::Finish, words().wizard.step_finish)} {step(WizardStep::Activation, words().wizard.step_activation)}
        </ol>
    }
}

/// You or your manager, your bank, Waycore; and the product where it is in between. The bank only does what the customer
/// asks of it, so it never has to act by itself.
#[component]
fn Relay(mover: Mover, acts: bool) -> impl IntoView {
    let runner = move |who: Option<Mover>, text: &'static str| {
        let now = who == Some(mover);
        view! {
            <li class=if now { "runner runner-now" } else { "runner" }>
                {text} " " {now.then(|| view! { <span class="runner-mark">{words().wizard.now}</span> })}
            </li>
        }
    };
    let you = if acts { words().wizard.you } else { words().wizard.manager };
    view! {
        <ol class="relay">
            {runner(Some(Mover::You), you)} {runner(None, words().wizard.your_bank)}
            {(mover == Mover::Us).then(|| runner(Some(mover), words().wizard.us))}
            {runner(Some(Mover::Waycore), words().wizard.waycore)}
        </ol>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_acts_follows_what_waycore_asks_for_unless_something_later_was_done_here() {
        let rows = [
            // Waycore asks the customer: it is the customer's turn, wherever the work is done.
            (Step::DelegatedUser, "draft", Some("endUser"), "createDelegatedUser", Mover::You),
            (Step::DelegatedUser, "draft", Some("endUser"), "somethingNew", Mover::You),
            (Step::FinishSetup, "draft", Some("endUser"), "provideCredentials", Mover::You),
            (Step::Activation, "pendingActivation", Some("endUser"), "provideCredentials", Mover::You),
            (Step::Activation, "active", Some("endUser"), "createDelegatedUser", Mover::You),
            // Waycore asks itself, or somebody whom nobody knows.
            (Step::DelegatedUser, "draft", Some("waycore"), "createDelegatedUser", Mover::Waycore),
            (Step::DelegatedUser, "draft", Some("auditor"), "createDelegatedUser", Mover::Waycore),
            (Step::Activation, "pendingActivation", Some("waycore"), "activateConnection", Mover::Waycore),
            (Step::Activation, "pendingActivation", Some("endUser"), "activateConnection", Mover::Waycore),
            (Step::Activation, "pendingActivation", None, "", Mover::Waycore),
            // It does not say whom it asks.
            (Step::DelegatedUser, "draft", None, "createDelegatedUser", Mover::You),
            (Step::DelegatedUser, "draft", None, "somethingNew", Mover::Waycore),
            // It does not hear of a confirmation, and waits for the completion.
            (Step::FinishSetup, "draft", Some("waycore"), "createDelegatedUser", Mover::You),
            // It was told of the completion, and does not say so yet.
            (Step::Activation, "draft", Some("endUser"), "activateConnection", Mover::Waycore),
            // The setup failed, and Waycore says who acts.
            (Step::Recoverable, "errored", Some("endUser"), "createDelegatedUser", Mover::You),
            (Step::Recoverable, "reauthRequired", Some("waycore"), "activateConnection", Mover::Waycore),
            (Step::Support, "paused", Some("endUser"), "createDelegatedUser", Mover::You),
            (Step::Support, "paused", Some("integrator"), "createDelegatedUser", Mover::Us),
            // It waits for the product.
            (Step::DelegatedUser, "draft", Some("integrator"), "createDelegatedUser", Mover::Us),
            (Step::FinishSetup, "draft", Some("integrator"), "createDelegatedUser", Mover::Us),
            (Step::Activation, "draft", Some("integrator"), "activateConnection", Mover::Us),
        ];
        for (step, status, by, next, expected) in rows {
            let connection = Connection {
                step,
                status: status.to_owned(),
                action_required_by: by.map(str::to_owned),
                next_action: Some(next.to_owned()).filter(|next| !next.is_empty()),
                ..Connection::default()
            };
            assert_eq!(Mover::of(&connection), expected, "{step:?} {status} {by:?} {next}");
        }
    }
}
