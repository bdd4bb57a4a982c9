//! The view of every island.

use leptos::prelude::*;
use leptos::tachys::{
    html::attribute::{Attribute, any_attribute::AnyAttribute},
    hydration::Cursor,
    view::{Position, PositionState, add_attr::AddAnyAttr},
};

/// Renders nothing and holds no node. Leptos never drops the state of an island, and that of `()` is a node of the page: it
/// would keep each page in memory after another has taken its place.
pub struct EmptyView;

impl Render for EmptyView {
    type State = ();

    fn build(self) -> Self::State {}

    fn rebuild(self, (): &mut Self::State) {}
}

impl AddAnyAttr for EmptyView {
    type Output<SomeNewAttr: Attribute> = Self;

    fn add_any_attr<NewAttr: Attribute>(self, _: NewAttr) -> Self::Output<NewAttr>
    where
        Self::Output<NewAttr>: RenderHtml,
    {
        self
    }
}

impl RenderHtml for EmptyView {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self::AsyncOutput {
        self
    }

    fn to_html_with_buf(
        self,
        _: &mut String,
        _: &mut Position,
        _escape: bool,
        _mark_branches: bool,
        _: Vec<AnyAttribute>,
    ) {
    }

    fn hydrate<const FROM_SERVER: bool>(self, _: &Cursor, _: &PositionState) -> Self::State {}

    fn into_owned(self) -> Self::Owned {
        self
    }
}
