//! The demo's sign-in.

use leptos::prelude::*;

use crate::{backend::Site, components::PageTitle, copy::pages::SIGN_IN, shell::standalone};

/// The document in which a visitor of the demo chooses who to be. `return_to` is where the visitor was going.
pub fn sign_in_document(site: Site, return_to: Option<String>, refused: bool) -> impl IntoView {
    let action = site.paths.sign_in();
    standalone(site, move || {
        let person = |user: &'static str, text: &'static str| {
            let return_to = return_to.clone();
            view! {
                <form method="post" action=action.clone() data-external="">
                    <input type="hidden" name="user" value=user/>
                    {return_to.map(|path| view! { <input type="hidden" name="return_to" value=path/> })}
                    <button class="button button-secondary button-wide">{text}</button>
                </form>
            }
        };
        let other_return = return_to.clone();
        view! {
            <PageTitle text=SIGN_IN.title/>
            <div class="column">
                <h1>{SIGN_IN.title}</h1>
                <p class="lead">{SIGN_IN.lead}</p>
                <div class="stack">
                    {person("ana", SIGN_IN.ana)} {person("bo", SIGN_IN.bo)} {person("vic", SIGN_IN.vic)}
                </div>
                <details class="disclosure" open=refused>
                    <summary>{SIGN_IN.other}</summary>
                    <form method="post" action=action.clone() data-external="" class="stack">
                        {refused.then(|| view! { <p role="alert" class="field-error">{SIGN_IN.unknown}</p> })}
                        {other_return.map(|path| view! { <input type="hidden" name="return_to" value=path/> })}
                        <label class="field">
                            <span class="label">{SIGN_IN.user}</span>
                            <input name="user" autocomplete="off"/>
                        </label>
                        <label class="field">
                            <span class="label">{SIGN_IN.org}</span>
                            <input name="org" autocomplete="off"/>
                        </label>
                        <button class="button button-primary">{SIGN_IN.sign_in}</button>
                    </form>
                </details>
            </div>
        }
        .into_any()
    })
}
