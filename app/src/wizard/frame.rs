//! The stepper, the column of a step, and the quiet panel that says whose move it is.

use leptos::prelude::*;

use crate::{components::PageTitle, copy::pages::WIZARD, model::Connection};

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
pub(super) enum Mover {
    You,
    YourBank,
    Waycore,
}

/// What stands around a step.
pub(super) struct Frame {
    pub(super) step: WizardStep,
    pub(super) title: &'static str,
    /// Whose bank it is about, once that is known.
    pub(super) bank: Option<String>,
    pub(super) mover: Mover,
    pub(super) next: Vec<&'static str>,
}

/// Renders a step in its frame.
pub(super) fn frame(frame: Frame, content: AnyView) -> AnyView {
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
            <aside class="side-panel" aria-label=WIZARD.next_title>
                <h2>{WIZARD.whose_move}</h2>
                <Relay mover=frame.mover/>
                <h2>{WIZARD.next_title}</h2>
                <ol class="next-list">{next}</ol>
            </aside>
        </div>
    }
    .into_any()
}

/// Whose move it is in a connection's setup, as Waycore says it; at the bank while the user is being created.
pub(super) fn mover(connection: &Connection) -> Mover {
    match (connection.action_required_by.as_deref(), connection.next_action.as_deref()) {
        (Some("endUser"), Some("createDelegatedUser")) => Mover::YourBank,
        (Some("endUser"), _) => Mover::You,
        _ => Mover::Waycore,
    }
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
                {(step < current).then(|| view! { <span class="visually-hidden">" ("{WIZARD.done}")"</span> })}
            </li>
        }
    };
    view! {
        <ol class="stepper" aria-label=WIZARD.progress>
            {step(WizardStep::Details, WIZARD.step_details)} {step(WizardStep::User, WIZARD.step_user)}
            {step(WizardStep::Finish, WIZARD.step_finish)} {step(WizardStep::Activation, WIZARD.step_activation)}
        </ol>
    }
}

#[component]
fn Relay(mover: Mover) -> impl IntoView {
    let runner = move |who: Mover, text: &'static str| {
        let now = who == mover;
        view! {
            <li class=if now { "runner runner-now" } else { "runner" }>
                {text} {now.then(|| view! { <span class="runner-mark">{WIZARD.now}</span> })}
            </li>
        }
    };
    view! {
        <ol class="relay">
            {runner(Mover::You, WIZARD.you)} {runner(Mover::YourBank, WIZARD.your_bank)}
            {runner(Mover::Waycore, WIZARD.waycore)}
        </ol>
    }
}
