//! How often somebody may ask: runs and everything else apart, by person and by address.

use crate::address::household;
use crate::people::Caller;
use crate::refusal::Refusal;
use crate::settings::Rates;
use governor::clock::{Clock, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Once in so many questions those who have not asked for long are forgotten, so that a flood of addresses does not
/// stay in memory.
const SWEEP: usize = 4_096;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asking {
    /// A run: it costs something.
    Run,
    /// Everything else.
    Poll,
}

/// All limits of a relay.
pub(crate) struct Limiter {
    people: [Option<By<String>>; 2],
    addresses: [Option<By<IpAddr>>; 2],
}

/// One limit, counted for each key by itself.
struct By<K: Hash + Eq + Clone> {
    limiter: RateLimiter<K, HashMapStateStore<K>, DefaultClock>,
    asked: AtomicUsize,
}

impl Limiter {
    /// `rates` as they hold in the end; 0 and `None` are no limit.
    pub(crate) fn new(rates: Rates) -> Self {
        Self {
            people: [By::new(rates.runs), By::new(rates.polls)],
            addresses: [By::new(rates.address_runs), By::new(rates.address_polls)],
        }
    }

    /// # Errors
    /// 429 with the time to wait.
    pub(crate) fn address(&self, address: IpAddr, asking: Asking) -> Result<(), Refusal> {
        check(&self.addresses[asking as usize], &household(address), "Too many requests from this address")
    }

    /// # Errors
    /// 429 with the time to wait.
    pub(crate) fn person(&self, caller: &Caller, asking: Asking) -> Result<(), Refusal> {
        if caller.is_anyone() {
            // Nobody in particular: the address is all there is to go by.
            return Ok(());
        }
        let what = match asking {
            Asking::Run => "Too many runs at this pace",
            Asking::Poll => "Too many requests at this pace",
        };
        check(&self.people[asking as usize], &caller.id().to_owned(), what)
    }
}

fn check<K: Hash + Eq + Clone>(by: &Option<By<K>>, key: &K, what: &str) -> Result<(), Refusal> {
    let Some(by) = by else { return Ok(()) };
    by.check(key).map_err(|seconds| Refusal::too_many(format!("{what}: ask again in {seconds} s."), seconds))
}

impl<K: Hash + Eq + Clone> By<K> {
    /// A whole minute's worth may come at once.
    fn new(a_minute: Option<u32>) -> Option<Self> {
        let quota = Quota::per_minute(NonZeroU32::new(a_minute?)?);
        Some(Self { limiter: RateLimiter::hashmap(quota), asked: AtomicUsize::new(0) })
    }

    fn check(&self, key: &K) -> Result<(), u64> {
        if self.asked.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        self.limiter.check_key(key).map_err(|not_until| {
            let wait = not_until.wait_time_from(self.limiter.clock().now());
            // Whole seconds, and never too few.
            wait.as_secs() + 1
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Asking, By, Limiter, SWEEP};
    use crate::settings::Rates;
    use std::net::{IpAddr, Ipv4Addr};

    #[test]
    fn addresses_that_are_silent_again_are_forgotten() {
        let by = By::new(Some(1_000_000)).unwrap();
        for number in 0..u32::try_from(3 * SWEEP).unwrap() {
            by.check(&IpAddr::V4(Ipv4Addr::from(number))).unwrap();
        }
        assert!(by.limiter.len() <= SWEEP + 1, "{}", by.limiter.len());
    }

    #[test]
    fn runs_and_polls_are_counted_apart() {
        let limiter =
            Limiter::new(Rates { address_runs: Some(1), address_polls: Some(1), ..Rates::default() });
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        for asking in [Asking::Run, Asking::Poll] {
            limiter.address(address, asking).unwrap();
            limiter.address(address, asking).unwrap_err();
        }
        limiter.address(IpAddr::V4(Ipv4Addr::BROADCAST), Asking::Run).unwrap();
    }
}
