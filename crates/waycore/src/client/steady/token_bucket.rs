//! A token bucket: so many at once, and so many a second after that.

use std::time::Duration;

#[derive(Debug)]
pub(super) struct TokenBucket {
    tokens: f64,
    capacity: f64,
    per_second: f64,
    at: Duration,
}

impl TokenBucket {
    /// A full one.
    pub(super) fn new(capacity: f64, per_second: f64, now: Duration) -> Self {
        Self { tokens: capacity, capacity, per_second, at: now }
    }

    /// Puts tokens in beside those that time brings.
    pub(super) fn add(&mut self, tokens: f64) {
        self.tokens = (self.tokens + tokens).min(self.capacity);
    }

    /// Takes one, or says when there will be one.
    pub(super) fn take(&mut self, now: Duration) -> Result<(), Duration> {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        self.add(passed * self.per_second);
        self.at = self.at.max(now);
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64((1.0 - self.tokens) / self.per_second))
    }

    /// Whether nothing was taken lately.
    pub(super) fn is_full(&self, now: Duration) -> bool {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        self.tokens + passed * self.per_second >= self.capacity
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(100);

    #[test]
    fn it_holds_its_capacity_and_refills_with_time() {
        let mut bucket = TokenBucket::new(3.0, 2.0, NOW);
        assert!(bucket.is_full(NOW));
        assert_eq!((0..3).filter(|_| bucket.take(NOW).is_ok()).count(), 3);
        assert_eq!(bucket.take(NOW), Err(Duration::from_millis(500)));
        assert_eq!(bucket.take(NOW + Duration::from_millis(500)), Ok(()));
        let later = NOW + Duration::from_secs(60);
        assert!(bucket.is_full(later));
        assert_eq!((0..9).filter(|_| bucket.take(later).is_ok()).count(), 3, "no more than its capacity");
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing() {
        let mut bucket = TokenBucket::new(1.0, 1.0, NOW);
        assert_eq!(bucket.take(NOW), Ok(()));
        assert!(bucket.take(Duration::ZERO).is_err() && bucket.take(NOW).is_err());
    }
}
