//! The three fields of what a bank issued for the delegated user.

use leptos::prelude::*;

use super::{LONGEST_TYPED, TextField};
use crate::{
    backend::{Flash, PASSWORD_DROPPED},
    copy::pages::words,
};

/// Username, customer id and password, all optional. They are in no draft, and of what comes back with a message the
/// password is never a part: where one was typed, the form asks for it again, or for going on without one.
#[component]
pub fn BankCredentials(flash: Flash) -> impl IntoView {
    let text = &words().finish;
    let dropped = !flash.value(PASSWORD_DROPPED).is_empty();
    let refused = flash.error_on("password").or_else(|| dropped.then(|| text.password_again.to_owned()));
    let described = refused.is_some().then_some("password-error");
    let invalid = refused.is_some().then_some("true");
    let without = !flash.value("without_password").is_empty();
    view! {
        <p class="hint">{text.not_yours}</p>
        <TextField id="bank_username" label=text.username optional=text.optional
            value=flash.value("bank_username") error=flash.error_on("bank_username")/>
        <TextField id="bank_customer_id" label=text.customer_id optional=text.optional
            value=flash.value("bank_customer_id") error=flash.error_on("bank_customer_id")/>
        <div class="field">
            <label class="label" for="password">{text.password}</label>
            <span class="optional" aria-hidden="true">{text.optional}</span>
            {refused.map(|text| view! { <p class="field-error" id="password-error">{text}</p> })}
            // Asks password managers for none: the customer's own must not be offered here.
            <input id="password" name="password" type="password" maxlength=LONGEST_TYPED autocomplete="new-password"
                data-1p-ignore="" data-bwignore="" data-form-type="other" data-lpignore="true" data-protonpass-ignore="true"
                autofocus=dropped aria-describedby=described aria-invalid=invalid/>
        </div>
        {dropped.then(|| view! {
            <input type="hidden" name=PASSWORD_DROPPED value="true"/>
            <div class="check-row">
                <input id="without_password" type="checkbox" name="without_password" value="true" checked=without/>
                <label for="without_password">{text.without_password}</label>
            </div>
        })}
    }
}

/// What a refused form says above it about a password that was typed.
pub fn password_to_repeat(flash: &Flash) -> Option<String> {
    let is_said = flash.error_on("password").is_some();
    let dropped = !flash.value(PASSWORD_DROPPED).is_empty();
    (dropped && !is_said).then(|| words().finish.password_again.to_owned())
}
