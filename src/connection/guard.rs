//! What ends keys without anybody's doing in this tab: their time, and another tab. Loaded with the queue's works, at once
//! when keys are stored; where they were only typed, the connection room watches them as well.

use super::{BUSY, Connections, Link, custody};
use crate::browser::{clock, doors};

impl Connections {
    /// Whether keys are stored, which want the guard at once.
    pub fn wants_guard(self) -> bool {
        custody::keeps_keys()
    }

    /// Guards the keys from now on; `busy` says whether something is being made.
    pub fn guard(self, busy: impl Fn() -> bool + 'static) {
        custody::drop_expired();
        custody::on_forgotten(move |id| self.forget(id));
        doors::offer(BUSY, move |_| String::from(if busy() { BUSY } else { "" }));
        // By the clock and not by one long timer, which stands still while the machine sleeps.
        clock::every_second(move || {
            // Of all connections, not only of the one in use.
            custody::drop_expired();
            let over = self.link.peek(|link| match link {
                Link::Ready(connection) => connection.until.is_some_and(|until| until <= clock::now()),
                Link::Searching | Link::Missing => false,
            });
            if over {
                self.forget("");
            }
        });
    }
}
