//! The drafts of this device on the list: setups that have no connection yet.

use domain::draft::Draft;
use web_sys::Element;

use super::{
    all, announce, closest, data, drafts, element, find, live, now, page::listen, paths, swap, verbatim,
};
use crate::copy::{Say, counted, say};

const DAY: i64 = 86_400_000;

/// Lists the drafts, with a way back into each and a way to discard it.
pub(crate) fn attach() {
    let Some(section) = find("main .drafts") else { return };
    let list = section.query_selector("ul").ok().flatten();
    let Some((list, page)) = list.zip(data("main [data-drafts]")) else { return };
    let scope = page("drafts");
    // A setup that was finished on another device needs its draft here no longer.
    for row in all("main [data-connection][data-step=connected]") {
        drafts::clear(&scope, &row.get_attribute("data-connection").unwrap_or_default());
    }
    let is_whole = live::whose_list().is_some();
    let is_listed = |id: &str| {
        all("main [data-connection]").any(|row| row.get_attribute("data-connection").as_deref() == Some(id))
    };
    for draft in drafts::all(&scope) {
        match &draft.connection_id {
            None => drop(list.append_child(&row(&draft))),
            // Its connection was removed, here or elsewhere.
            Some(id) if is_whole && !is_listed(id.as_str()) => drafts::clear(&scope, id.as_str()),
            // It is in the list of connections.
            Some(_) => {}
        }
    }
    show(&section, &list);
    listen(&list.clone(), "click", move |event| {
        let button = closest(&event, "[data-discard]");
        if let Some((id, row)) = button
            .and_then(|button| button.get_attribute("data-discard").zip(button.closest("li").ok().flatten()))
        {
            drafts::discard(&scope, &id);
            let next = row.next_element_sibling().or_else(|| row.previous_element_sibling());
            row.remove();
            show(&section, &list);
            // The button that was pressed is gone: the keyboard goes on beside it, or from the top.
            match next.and_then(|row| row.query_selector("[data-discard]").ok().flatten()) {
                Some(button) => swap::focus(&button),
                None => swap::begin(0.0, ""),
            }
            announce(&say(Say::Gone));
        }
    });
}

fn show(section: &Element, list: &Element) {
    let _ = section.toggle_attribute_with_force("hidden", list.child_element_count() == 0);
}

fn row(draft: &Draft) -> Element {
    let name = [&draft.institution_name, &draft.requested_name, &draft.search_text, &draft.portal_url]
        .into_iter()
        .find(|text| !domain::visible::is_blank(text));
    let row = element("li", "connection", "");
    let main = element("div", "connection-main", "");
    let shown = element("span", "connection-name", &name.cloned().unwrap_or_else(|| say(Say::UnnamedDraft)));
    if name.is_some() {
        verbatim(&shown);
    }
    let _ = main.append_child(&shown);
    let _ = main.append_child(&element("span", "muted", &age(draft)));
    let resume = element("a", "", &say(Say::Resume));
    let _ = resume.set_attribute("href", &paths().resume_draft(draft.id.as_str()));
    let discard = element("button", "link-button", &say(Say::DiscardDraft));
    let _ = discard.set_attribute("type", "button");
    let _ = discard.set_attribute("data-discard", draft.id.as_str());
    for part in [main, resume, discard] {
        let _ = row.append_child(&part);
    }
    row
}

/// "saved 2 days ago, expires in 28 days".
fn age(draft: &Draft) -> String {
    let now = now().as_millis();
    let saved = match (now - draft.saved_at.as_millis()) / DAY {
        ..1 => say(Say::SavedToday),
        1 => say(Say::SavedYesterday),
        days => counted(Say::SavedDays, days),
    };
    let expires = match (draft.expires_at.as_millis() - now + DAY - 1) / DAY {
        1 => say(Say::ExpiresDay),
        days => counted(Say::ExpiresDays, days),
    };
    [&saved, ", ", &expires].concat()
}
