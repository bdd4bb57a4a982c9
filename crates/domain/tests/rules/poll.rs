//! The polling table.

use domain::poll::{Page, Poll, StopReason, poll};
use domain::step::{Recoverable, Step, Support};

const AGAIN: Poll = Poll::Again { after_seconds: 5 };

#[track_caller]
fn check(step: Step, page: Page, expected: Poll) {
    assert_eq!(poll(step, page), expected, "{step:?} on a page that is {page:?}");
}

#[test]
fn a_visible_page_asks_every_five_seconds_until_there_is_nothing_to_wait_for() {
    check(Step::Activation, Page::Visible, AGAIN);
    check(Step::DelegatedUser, Page::Visible, AGAIN);
    check(Step::FinishSetup, Page::Visible, AGAIN);
    check(Step::Connected, Page::Visible, Poll::Stop(StopReason::Connected));
    check(Step::Recoverable(Recoverable::ReauthRequired), Page::Visible, AGAIN);
    check(Step::Recoverable(Recoverable::Errored), Page::Visible, AGAIN);
    check(Step::Recoverable(Recoverable::InvalidConfig), Page::Visible, AGAIN);
    check(Step::Support(Support::Paused), Page::Visible, Poll::Stop(StopReason::Paused));
    check(Step::Support(Support::Revoked), Page::Visible, Poll::Stop(StopReason::Revoked));
    check(Step::ConnectionDetails, Page::Visible, Poll::Stop(StopReason::NoConnection));
}

#[test]
fn a_page_that_nobody_sees_does_not_ask() {
    for step in [Step::Activation, Step::Recoverable(Recoverable::Errored), Step::Connected] {
        check(step, Page::Hidden, Poll::Stop(StopReason::Hidden));
        check(step, Page::Left, Poll::Stop(StopReason::Left));
    }
}
