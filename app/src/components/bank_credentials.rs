//! The three fields of what a bank issued for the delegated user.

use leptos::prelude::*;

use super::TextField;
use crate::{backend::Flash, copy::pages::FINISH};

/// Username, customer id and password, all optional. They are in no draft, and of what comes back with a message the
/// password is never a part.
#[component]
pub fn BankCredentials(flash: Flash) -> impl IntoView {
    let refused = flash.error_on("password");
    let described = refused.is_some().then_some("password-error");
    view! {
        <p class="hint">{FINISH.not_yours}</p>
        <TextField id="bank_username" label=FINISH.username optional=FINISH.optional
            value=flash.value("bank_username") error=flash.error_on("bank_username")/>
        <TextField id="bank_customer_id" label=FINISH.customer_id optional=FINISH.optional
            value=flash.value("bank_customer_id") error=flash.error_on("bank_customer_id")/>
        <div class="field">
            <label class="label" for="password">{FINISH.password}</label>
            <span class="optional" aria-hidden="true">{FINISH.optional}</span>
            {refused.map(|text| view! { <p class="field-error" id="password-error">{text}</p> })}
            // Asks the password manager for none: the customer's own must not be offered here.
            <input id="password" name="password" type="password" autocomplete="new-password"
                aria-describedby=described/>
        </div>
    }
}
