//! Event listeners that are removed together.

use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{Event, EventTarget};

/// Listeners that are removed when this is dropped.
///
/// A listener that holds an element of its page has to be removed with that page: the browser's garbage collector does not
/// see into this program, so that the two would keep each other in memory.
#[derive(Default)]
pub(crate) struct Listeners(Vec<Listener>);

struct Listener {
    target: EventTarget,
    event: &'static str,
    handle: Closure<dyn Fn(Event)>,
}

impl Listeners {
    /// Handles an event of `target` until these listeners are dropped.
    pub(crate) fn add(
        &mut self,
        target: &EventTarget,
        event: &'static str,
        handle: impl Fn(Event) + 'static,
    ) {
        let handle = Closure::<dyn Fn(Event)>::new(handle);
        let _ = target.add_event_listener_with_callback(event, handle.as_ref().unchecked_ref());
        self.0.push(Listener { target: target.clone(), event, handle });
    }

    /// Handles an event of `target` for as long as the document is open.
    pub(crate) fn forever(target: &EventTarget, event: &'static str, handle: impl Fn(Event) + 'static) {
        let handle = Closure::<dyn Fn(Event)>::new(handle);
        let _ = target.add_event_listener_with_callback(event, handle.as_ref().unchecked_ref());
        handle.forget();
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let handle = self.handle.as_ref().unchecked_ref();
        let _ = self.target.remove_event_listener_with_callback(self.event, handle);
    }
}
