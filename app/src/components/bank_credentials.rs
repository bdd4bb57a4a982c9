//! The three fields of what a bank issued for the delegated user.

use leptos::prelude::*;

use super::TextField;
use crate::{backend::Flash, copy::pages::words};

/// Username, customer id and password, all optional. They are in no draft, and of what comes back with a message the
/// password is never a part.
#[component]
pub fn BankCredentials(flash: Flash) -> impl IntoView {
    let refused = flash.error_on("password");
    let described = refused.is_some().then_some("password-error");
    view! {
        <p class="hint">{words().finish.not_yours}</p>
        <TextField id="bank_username" label=words().finish.username optional=words().finish.optional
            value=flash.value("bank_username") error=flash.error_on("bank_username")/>
        <TextField id="bank_customer_id" label=words().finish.customer_id optional=words().finish.optional
            value=flash.value("bank_customer_id") error=flash.error_on("bank_customer_id")/>
        <div class="field">
            <label class="label" for="password">{words().finish.password}</label>
            <span class="optional" aria-hidden="true">{words().finish.optional}</span>
            {refused.map(|text| view! { <p class="field-error" id="password-error">{text}</p> })}
            // Asks the password manager for none: the customer's own must not be offered here.
            <input id="password" name="password" type="password" autocomplete="new-password"
                aria-describedby=described/>
        </div>
    }
}
