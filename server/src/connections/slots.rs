//! How many connections are open, and which one is closed when a new one needs its place.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

/// The connections of one listener.
pub(super) struct Slots {
    max: usize,
    /// Connections beyond `max` on which only probes are answered.
    reserve: usize,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    count: usize,
    next: u64,
    /// Connections without a request, the longest without one first.
    idle: BTreeMap<u64, CancellationToken>,
    /// Connections whose client does not send its body or take its answer, the longest first.
    stalled: BTreeMap<u64, CancellationToken>,
}

/// What a connection does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    /// It waits for a request.
    Idle,
    /// A request is being answered.
    Answering,
    /// A request came, and the client neither sends its body nor takes the answer.
    Stalled,
}

/// The place of one connection; free again when this is dropped.
pub(crate) struct Slot {
    slots: Arc<Slots>,
    place: Option<(Work, u64)>,
    evicted: CancellationToken,
    /// Only probes are answered here.
    pub(super) is_reserve: bool,
}

impl Slots {
    pub(super) fn new(max: usize, reserve: usize) -> Arc<Self> {
        Arc::new(Self { max, reserve, open: Mutex::default() })
    }

    /// Takes a place: a free one, else that of the longest idle connection, else that of the longest stalled one, else one
    /// of the reserve. `None` if that is used up too.
    pub(super) fn admit(self: &Arc<Self>) -> Option<Slot> {
        let mut open = self.lock();
        while open.count >= self.max && open.evict() {}
        if open.count >= self.max + self.reserve {
            return None;
        }
        let is_reserve = open.count >= self.max;
        open.count += 1;
        // Idle until its first request, and listed at once: a burst of new connections evicts its oldest.
        let (evicted, number) = (CancellationToken::new(), open.number());
        open.idle.insert(number, evicted.clone());
        drop(open);
        metrics::gauge!("connect_connections").increment(1);
        Some(Slot { slots: self.clone(), place: Some((Work::Idle, number)), evicted, is_reserve })
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn evict(&mut self) -> bool {
        let Some((_, evicted)) = self.idle.pop_first().or_else(|| self.stalled.pop_first()) else {
            return false;
        };
        // Its place is free from now on.
        evicted.cancel();
        self.count -= 1;
        metrics::counter!("connect_connections_evicted_total").increment(1);
        true
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn list(&mut self, work: Work) -> Option<&mut BTreeMap<u64, CancellationToken>> {
        match work {
            Work::Idle => Some(&mut self.idle),
            Work::Stalled => Some(&mut self.stalled),
            Work::Answering => None,
        }
    }
}

impl Slot {
    /// Notes what the connection does from now on.
    pub(super) fn set(&mut self, work: Work) {
        if self.place.is_some_and(|(before, _)| before == work) || self.evicted.is_cancelled() {
            return;
        }
        let slots = self.slots.clone();
        let mut open = slots.lock();
        self.leave(&mut open);
        let number = open.number();
        if let Some(list) = open.list(work) {
            list.insert(number, self.evicted.clone());
        }
        self.place = Some((work, number));
    }

    /// Cancelled when the place was given to another connection.
    pub(super) fn evicted(&self) -> &CancellationToken {
        &self.evicted
    }

    fn leave(&mut self, open: &mut Open) {
        if let Some((work, number)) = self.place.take()
            && let Some(list) = open.list(work)
        {
            list.remove(&number);
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        metrics::gauge!("connect_connections").decrement(1);
        let slots = self.slots.clone();
        let mut open = slots.lock();
        // Under the lock: an eviction either came before, and has freed the place, or finds nothing any more.
        if !self.evicted.is_cancelled() {
            self.leave(&mut open);
            open.count -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(slots: &Arc<Slots>, work: Work) -> Slot {
        let mut slot = slots.admit().expect("room");
        slot.set(work);
        slot
    }

    #[test]
    fn the_longest_idle_connection_makes_room_and_then_the_longest_stalled() {
        let slots = Slots::new(4, 1);
        let working = admitted(&slots, Work::Answering);
        let stalled = admitted(&slots, Work::Stalled);
        let mut first = admitted(&slots, Work::Idle);
        let second = admitted(&slots, Work::Idle);
        // It had a request meanwhile.
        first.set(Work::Answering);
        first.set(Work::Idle);
        let mut later = Vec::new();
        for evicted in [&second, &first, &stalled] {
            assert!(!evicted.evicted().is_cancelled());
            later.push(admitted(&slots, Work::Answering));
            assert!(evicted.evicted().is_cancelled());
        }
        assert!(!working.evicted().is_cancelled(), "a request that is being answered goes on");
        assert!(later.iter().all(|slot| !slot.is_reserve));
        let reserve = admitted(&slots, Work::Answering);
        assert!(reserve.is_reserve);
        assert!(slots.admit().is_none(), "the reserve is used up");
        drop((first, second, stalled));
        assert!(slots.admit().is_none(), "an evicted connection's place is given once");
        drop(later.pop());
        drop(reserve);
        assert!(!slots.admit().expect("room again").is_reserve);
    }

    /// The tasks that serve them have not begun.
    #[test]
    fn of_many_that_come_together_the_first_make_room() {
        let slots = Slots::new(4, 1);
        let admitted: Vec<_> = (0..100).map(|_| slots.admit().expect("room")).collect();
        let open: Vec<_> = admitted.iter().map(|slot| !slot.evicted().is_cancelled()).collect();
        assert_eq!(open.iter().filter(|open| **open).count(), 4);
        assert!(open[96..].iter().all(|open| *open) && admitted.iter().all(|slot| !slot.is_reserve));
    }

    #[test]
    fn a_place_is_free_again_when_its_connection_ends() {
        let slots = Slots::new(2, 0);
        for _ in 0..100 {
            let (one, other) = (admitted(&slots, Work::Answering), admitted(&slots, Work::Answering));
            assert!(slots.admit().is_none());
            drop((one, other));
        }
        let idle = admitted(&slots, Work::Idle);
        drop(idle);
        assert!(slots.lock().idle.is_empty());
    }
}
