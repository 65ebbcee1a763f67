//! When to ask the service, as pure functions.
//!
//! The service has a rate limiter that bites clients which poll often, and forgets a result that nobody fetched in
//! 290 to 500 seconds. So: the first poll when it makes sense, then every three seconds, slower only when a picture is
//! long overdue, and never so slow that a result could expire between two polls.

use crate::Ms;

/// The shortest time between two polls of one task.
pub const POLL_GAP: Ms = 3_000;

/// The longest time between two polls while the service answers.
pub const SLOWEST_GAP: Ms = 15_000;

/// The longest wait after repeated failures: well inside the 290 s after which an unread result may be gone.
pub const LONGEST_BACKOFF: Ms = 60_000;

/// The longest Retry-After that is obeyed: a service that asks for more is asked again all the same.
pub const LONGEST_OBEYED: Ms = 10 * 60_000;

/// The first poll when neither the service nor experience says better. Usual generations take 12 to 15 s.
const UNKNOWN_FIRST: Ms = 10_000;

/// A `status_time` above this is not believed: the picture may be ready, and waits to be lost.
const LATEST_FIRST: Ms = 120_000;

/// A task that has not become a picture after this long is told to the person ("still waiting: keep or stop").
pub const STILL_WAITING: Ms = 5 * 60_000;

/// A run without any answer for this long is told as "outcome unknown". A late answer is still taken.
pub const RUN_PATIENCE: Ms = 120_000;

/// How long after it was accepted a task is polled first.
///
/// `status_time` is the service's own word in seconds; `learned` the median of our last generations.
#[must_use]
pub fn first_poll(status_time: Option<f64>, learned: Option<Ms>) -> Ms {
    match (status_time, learned) {
        (Some(said), _) => seconds(said),
        (None, learned) => learned,
    }
    .map_or(UNKNOWN_FIRST, |ms| ms.min(LATEST_FIRST))
}

/// An answer that took so long to come was waited for by a relay on our behalf, not by the network.
const WAITED_FOR: Ms = 2 * POLL_GAP;

/// The gap to the next poll of a task that was accepted `age` ago, after an answer that took so long to come: a relay
/// that waited for news has kept the distance already, and a picture that is ready meanwhile shall not wait again.
#[must_use]
pub fn next_gap(age: Ms, took: Ms) -> Ms {
    let gap = match age {
        0..60_000 => POLL_GAP,
        60_000..120_000 => 5_000,
        120_000..300_000 => 10_000,
        _ => SLOWEST_GAP,
    };
    if took < WAITED_FOR { gap } else { gap.saturating_sub(took) }
}

/// The wait after the `faults`th failure in a row (1 = the first), at least what the service asked for (seconds).
#[must_use]
pub fn backoff(faults: u32, retry_after: Option<u32>) -> Ms {
    let grown = POLL_GAP.saturating_mul(1 << faults.saturating_sub(1).min(8)).min(LONGEST_BACKOFF);
    grown.max((Ms::from(retry_after.unwrap_or(0)) * 1_000).min(LONGEST_OBEYED))
}

/// The wait before the `n`th look (1 = the first) whether a service that refused a run takes runs again.
#[must_use]
pub fn probe_gap(n: u32) -> Ms {
    (5_000_u64.saturating_mul(3_u64.saturating_pow(n.saturating_sub(1).min(8)))
        / 2_u64.saturating_pow(n.saturating_sub(1).min(8)))
    .min(60_000)
}

/// Seconds as the wire writes them to milliseconds; `None` for what is no duration.
pub(crate) fn seconds(s: f64) -> Option<Ms> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be 0..=1e9")]
    (s.is_finite() && (0.0..=1e9).contains(&s)).then(|| (s * 1_000.0).round() as Ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_poll_comes_at_status_time_else_at_the_learned_time() {
        assert_eq!(first_poll(Some(11.0), Some(20_000)), 11_000);
        assert_eq!(first_poll(None, Some(20_000)), 20_000);
        assert_eq!(first_poll(None, None), UNKNOWN_FIRST);
    }

    #[test]
    fn an_absurd_status_time_neither_panics_nor_waits_until_the_result_is_gone() {
        for odd in [f64::NAN, f64::INFINITY, -3.0, 1e300] {
            assert_eq!(first_poll(Some(odd), None), UNKNOWN_FIRST, "{odd}");
        }
        assert_eq!(first_poll(Some(9_999.0), None), LATEST_FIRST);
    }

    #[test]
    fn polls_are_three_seconds_apart_and_grow_but_stay_inside_the_expiry() {
        let mut last = 0;
        for age in (0..1_200_000).step_by(1_000) {
            let gap = next_gap(age, 800);
            assert!(gap >= POLL_GAP && gap >= last && gap <= SLOWEST_GAP);
            last = gap;
        }
        assert_eq!(next_gap(30_000, 2_000), POLL_GAP);
        assert_eq!(last, SLOWEST_GAP);
    }

    #[test]
    fn what_a_relay_has_waited_is_not_waited_again() {
        assert_eq!(next_gap(30_000, 25_000), 0);
        assert_eq!(next_gap(400_000, 10_000), 5_000);
        // From the moment it was sent, the next poll is never closer than any other.
        for took in (0..40_000).step_by(250) {
            for age in [0, 60_000, 120_000, 300_000] {
                assert!(took + next_gap(age, took) >= next_gap(age, 0));
            }
        }
    }

    #[test]
    fn waits_after_failures_grow_to_a_bound_and_obey_retry_after() {
        assert_eq!([1, 2, 3, 4].map(|n| backoff(n, None)), [3_000, 6_000, 12_000, 24_000]);
        assert_eq!(backoff(1_000_000, None), LONGEST_BACKOFF);
        assert_eq!(backoff(1, Some(90)), 90_000);
        assert_eq!(backoff(5, Some(1)), 48_000);
        assert_eq!(backoff(1, Some(u32::MAX)), LONGEST_OBEYED);
    }

    #[test]
    fn probing_a_refusing_service_slows_down_to_once_a_minute() {
        assert_eq!([1, 2, 3].map(probe_gap), [5_000, 7_500, 11_250]);
        assert_eq!(probe_gap(u32::MAX), 60_000);
    }
}
