//! The demo's sign-in.

use leptos::prelude::*;

use crate::{backend::Site, components::PageTitle, copy::pages::words, shell::standalone};

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
            <PageTitle text=words().sign_in.title/>
            <div class="column">
                <h1>{words().sign_in.title}</h1>
                <p class="lead">{words().sign_in.lead}</p>
                <div class="stack">
                    {person("ana", words().sign_in.ana)} {person("bo", words().sign_in.bo)} {person("vic", words().sign_in.vic)}
                </div>
                <details class="disclosure" open=refused>
                    <summary>{words().sign_in.other}</summary>
                    <form method="post" action=action.clone() data-external="" class="stack">
                        {refused.then(|| view! { <p role="alert" class="field-error">{words().sign_in.unknown}</p> })}
                        {other_return.map(|path| view! { <input type="hidden" name="return_to" value=path/> })}
                        <label class="field">
                            <span class="label">{words().sign_in.user}</span>
                            <input name="user" autocomplete="off"/>
                        </label>
                        <label class="field">
                            <span class="label">{words().sign_in.org}</span>
                            <input name="org" autocomplete="off"/>
                        </label>
                        <button class="button button-primary">{words().sign_in.sign_in}</button>
                    </form>
                </details>
            </div>
        }
        .into_any()
    })
}
