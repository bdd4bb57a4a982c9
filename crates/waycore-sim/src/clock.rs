//! Virtual time: real time stretched by a speed, plus jumps.
//!
//! A clock never ticks by itself. Whoever reads it says what the real time is, so every state of the
//! simulated world is a pure function and a test needs no sleep.

use std::time::Duration;

/// 9999-01-01: no date-time on the wire goes beyond the year 9999.
const LATEST_MICROS: i64 = 253_370_764_800_000_000;

/// What the machine's clocks say at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RealTime {
    /// Monotonic, since the process started its simulator.
    pub(crate) since_start: Duration,
    /// The wall clock; a new organization's virtual time begins here.
    pub(crate) unix_millis: i64,
}

/// How many virtual seconds pass in a real one: 0 stands still, 1 is real time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Speed(f64);

/// How far a clock is set forward.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Advance {
    micros: i64,
}

/// A number that is no speed or no advance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ClockError {
    #[error("the speed must be a number from 0 to 1000000")]
    Speed,
    #[error("advanceSeconds must be a number from 0 to 3153600000 (a hundred years)")]
    Advance,
}

/// The clock of one organization.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    /// Virtual time when the real time was `anchor`, in microseconds since 1970.
    base_micros: i64,
    anchor: Duration,
    speed: Speed,
}

impl Speed {
    pub(crate) fn parse(speed: f64) -> Result<Self, ClockError> {
        if (0.0..=1_000_000.0).contains(&speed) { Ok(Self(speed)) } else { Err(ClockError::Speed) }
    }

    pub(crate) fn as_f64(self) -> f64 {
        self.0
    }
}

impl Advance {
    /// Only forward: states are functions of the time, and nobody's connection may come undone.
    pub(crate) fn parse(seconds: f64) -> Result<Self, ClockError> {
        if (0.0..=3_153_600_000.0).contains(&seconds) {
            Ok(Self { micros: (seconds * 1_000_000.0).round() as i64 })
        } else {
            Err(ClockError::Advance)
        }
    }
}

impl Clock {
    pub(crate) fn starting_at(millis: i64, speed: Speed, real: RealTime) -> Self {
        Self { base_micros: millis.saturating_mul(1_000), anchor: real.since_start, speed }
    }

    /// Virtual milliseconds since 1970.
    pub(crate) fn now(&self, real: RealTime) -> i64 {
        self.micros(real) / 1_000
    }

    pub(crate) fn speed(&self) -> Speed {
        self.speed
    }

    pub(crate) fn advance(&mut self, by: Advance, real: RealTime) {
        self.base_micros = self.micros(real).saturating_add(by.micros).min(LATEST_MICROS);
        self.anchor = real.since_start;
    }

    pub(crate) fn set_speed(&mut self, speed: Speed, real: RealTime) {
        self.base_micros = self.micros(real);
        self.anchor = real.since_start;
        self.speed = speed;
    }

    fn micros(&self, real: RealTime) -> i64 {
        let elapsed = real.since_start.saturating_sub(self.anchor).as_secs_f64() * 1_000_000.0;
        self.base_micros.saturating_add((elapsed * self.speed.0) as i64).min(LATEST_MICROS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn real(seconds: u64) -> RealTime {
        RealTime { since_start: Duration::from_secs(seconds), unix_millis: 0 }
    }

    fn speed(speed: f64) -> Speed {
        Speed::parse(speed).expect("a speed")
    }

    #[track_caller]
    fn check(clock: &Clock, real_seconds: u64, virtual_millis: i64) {
        assert_eq!(clock.now(real(real_seconds)), virtual_millis);
    }

    #[test]
    fn time_passes_at_the_speed_that_was_set() {
        let mut clock = Clock::starting_at(5_000, speed(1.0), real(10));
        check(&clock, 10, 5_000);
        check(&clock, 12, 7_000);
        clock.set_speed(speed(60.0), real(12));
        check(&clock, 13, 67_000);
        clock.set_speed(speed(0.0), real(13));
        check(&clock, 1_000, 67_000);
    }

    #[test]
    fn an_advance_adds_to_the_time_that_passes() {
        let mut clock = Clock::starting_at(0, speed(1.0), real(0));
        clock.advance(Advance::parse(20.0).expect("an advance"), real(1));
        check(&clock, 1, 21_000);
        check(&clock, 2, 22_000);
    }

    #[test]
    fn time_ends_before_the_dates_do() {
        let mut clock = Clock::starting_at(0, speed(1_000_000.0), real(0));
        for _ in 0..200 {
            clock.advance(Advance::parse(3_153_600_000.0).expect("an advance"), real(0));
        }
        check(&clock, u64::from(u32::MAX), LATEST_MICROS / 1_000);
    }

    #[test]
    fn no_speed_and_no_advance_outside_the_limits() {
        for wrong in [-1.0, f64::NAN, f64::INFINITY, 1_000_000.5] {
            assert_eq!(Speed::parse(wrong), Err(ClockError::Speed), "{wrong}");
        }
        for wrong in [-0.001, f64::NAN, f64::INFINITY, 3_153_600_001.0] {
            assert_eq!(Advance::parse(wrong), Err(ClockError::Advance), "{wrong}");
        }
    }
}
