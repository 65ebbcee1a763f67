//! How often somebody may do something.

use crate::Ms;

/// So many at once, then one in each span of time.
#[derive(Debug, Clone)]
pub struct Pace {
    burst: Ms,
    each: Ms,
    /// When all of it is free again.
    free: Ms,
}

impl Pace {
    /// `burst` at once, then one each `each` milliseconds.
    #[must_use]
    pub fn new(burst: u32, each: Ms) -> Self {
        Self { burst: Ms::from(burst.max(1)), each, free: 0 }
    }

    /// Whether it is once more allowed now. What is refused does not count.
    pub fn allows(&mut self, now: Ms) -> bool {
        let most = now.saturating_add(self.burst.saturating_mul(self.each));
        // A clock that was set back silences nobody.
        let free = if self.free > most { now } else { self.free.max(now) };
        let next = free.saturating_add(self.each);
        let allowed = next <= most;
        if allowed {
            self.free = next;
        }
        allowed
    }
}
