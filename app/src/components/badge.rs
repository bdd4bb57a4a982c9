//! A connection's status: a word and a shape, never colour alone.

use domain::status_label::StatusLabel;
use leptos::prelude::*;

/// The status label with its icon.
#[component]
pub fn StatusBadge(label: StatusLabel) -> impl IntoView {
    let (class, icon) = match label {
        StatusLabel::Connected => ("badge badge-positive", "M3 8.5l3.5 3.5L13 5"),
        StatusLabel::SetupInProgress => {
            ("badge badge-neutral", "M8 1.75a6.25 6.25 0 1 0 .01 0M8 4.5V8l2.5 1.5")
        }
        StatusLabel::Activating | StatusLabel::Checking => {
            ("badge badge-info", "M8 1.75a6.25 6.25 0 1 0 .01 0M8 4.5V8l2.5 1.5")
        }
        StatusLabel::ReauthenticationRequired | StatusLabel::NeedsCorrection => {
            ("badge badge-caution", "M8 3v6M8 12v.5")
        }
        StatusLabel::Error => ("badge badge-negative", "M4 4l8 8M12 4l-8 8"),
        StatusLabel::Paused => ("badge badge-neutral", "M6 4v8M10 4v8"),
        StatusLabel::Revoked => ("badge badge-neutral", "M4 4l8 8M12 4l-8 8"),
    };
    view! {
        <span class=class>
            <svg viewBox="0 0 16 16" aria-hidden="true" class="icon">
                <path d=icon></path>
            </svg>
            {crate::copy::status_label(label)}
        </span>
    }
}
