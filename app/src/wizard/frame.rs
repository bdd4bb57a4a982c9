//! The stepper, the column of a step, and the quiet panel that says whose move it is.

use leptos::prelude::*;

use super::delegated_user::details;
use crate::{
    backend::RequestScope,
    components::PageTitle,
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

/// Who acts. `Bank` is a person's work at the bank, so it is never reported by Waycore.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mover {
    You,
    YourBank,
    Waycore,
    /// The product that mounts the flow, which Waycore calls the integrator.
    Us,
}

impl WizardStep {
    /// The step that a setup has come to.
    fn of(step: Step) -> Self {
        match step {
            Step::ConnectionDetails => Self::Details,
            Step::DelegatedUser => Self::User,
            Step::FinishSetup => Self::Finish,
            Step::Activation | Step::Connected | Step::Recoverable | Step::Support => Self::Activation,
        }
    }

    /// Who acts on this step; `said` is what Waycore says, which does not hear of all that is done here. Only that it
    /// waits for the product is never outdone.
    fn mover(self, said: Mover) -> Mover {
        match (self, said) {
            (_, Mover::Us) => Mover::Us,
            (Self::Details | Self::Finish, _) => Mover::You,
            (Self::User, said) => said,
            (Self::Activation, _) => Mover::Waycore,
        }
    }
}

impl Mover {
    /// Whose move it is in a connection's setup: the same that stands beside the step which it opens with.
    pub fn of(connection: &Connection) -> Self {
        WizardStep::of(connection.step).mover(mover(connection))
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
    /// What is being done, by whoever acts.
    pub(super) now: &'static str,
    pub(super) next: Vec<&'static str>,
}

/// Renders a step in its frame.
pub(super) fn frame(frame: Frame, content: AnyView) -> AnyView {
    let mover = frame.step.mover(frame.mover);
    let now = match (mover, frame.acts) {
        (Mover::Us, _) => words().wizard.now_us,
        (Mover::You, false) => words().wizard.now_manager,
        _ => frame.now,
    };
    let next = frame.next.into_iter().map(|text| view! { <li>{text}</li> }).collect_view();
    view! {
        <PageTitle text=frame.title/>
        <div class="wizard">
            <Stepper current=frame.step/>
            <div class="wizard-column">
                {frame.bank.map(|bank| view! { <p class="eyebrow">{bank}</p> })}
                <h1>{frame.title}</h1>
                {content}
            </div>
            <aside class="side-panel" aria-label=words().wizard.next_title>
                <h2>{words().wizard.whose_move}</h2>
                <Relay mover acts=frame.acts/>
                <p class="relay-now">{now}</p>
                <h2>{words().wizard.next_title}</h2>
                <ol class="next-list">{next}</ol>
            </aside>
        </div>
    }
    .into_any()
}

/// Whose move Waycore says it is, whatever the step; at the bank while the user is being created.
pub(super) fn mover(connection: &Connection) -> Mover {
    let prepared = details(connection).iter().all(|(_, _, value)| value.is_some());
    match (connection.action_required_by.as_deref(), connection.next_action.as_deref()) {
        (Some("integrator"), _) => Mover::Us,
        // Before the details are there, nobody can create the user.
        (Some("endUser"), Some("createDelegatedUser"))
            if !prepared && connection.step == Step::DelegatedUser =>
        {
            Mover::Waycore
        }
        (Some("endUser"), Some("createDelegatedUser")) => Mover::YourBank,
        (Some("endUser"), _) => Mover::You,
        _ => Mover::Waycore,
    }
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

/// You or your manager, your bank, Waycore; and the product where it is in between.
#[component]
fn Relay(mover: Mover, acts: bool) -> impl IntoView {
    let runner = move |who: Mover, text: &'static str| {
        let now = who == mover;
        view! {
            <li class=if now { "runner runner-now" } else { "runner" }>
                {text} " " {now.then(|| view! { <span class="runner-mark">{words().wizard.now}</span> })}
            </li>
        }
    };
    let you = if acts { words().wizard.you } else { words().wizard.manager };
    view! {
        <ol class="relay">
            {runner(Mover::You, you)} {runner(Mover::YourBank, words().wizard.your_bank)}
            {(mover == Mover::Us).then(|| runner(Mover::Us, words().wizard.us))}
            {runner(Mover::Waycore, words().wizard.waycore)}
        </ol>
    }
}
