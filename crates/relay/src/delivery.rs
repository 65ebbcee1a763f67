//! How a simulated answer leaves: whole, broken off in the middle, or slowly.

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use simulator::Delivery;
use std::io;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// Bodies go out in pieces, so that the end of the body is near the end of the sending: a client that reads slowly
/// or goes away is then seen as such.
const PIECE: usize = 32 * 1024;

/// Pieces of a slow body follow each other at about this distance.
const DRIP: Duration = Duration::from_millis(100);

/// Before a body is broken off: so long what was sent can leave, because breaking off throws away what is still in
/// buffers.
const LEAVING: Duration = Duration::from_millis(250);

/// Calls something once, when it is dropped: an answer can end in many ways, all of which drop it.
pub(crate) struct Finish(Option<Box<dyn FnOnce() + Send>>);

impl Finish {
    pub(crate) fn new(call: impl FnOnce() + Send + 'static) -> Self {
        Self(Some(Box::new(call)))
    }
}

impl Drop for Finish {
    fn drop(&mut self) {
        if let Some(call) = self.0.take() {
            call();
        }
    }
}

/// What is left to be sent.
struct Sending {
    rest: Bytes,
    piece: usize,
    /// When the next piece may go, and how long each piece takes.
    next: Option<(Instant, Duration)>,
    cut: bool,
    /// Held for its drop.
    _finish: Option<Finish>,
}

/// A body that sends `bytes` in the given way.
pub(crate) fn body(bytes: Vec<u8>, delivery: Delivery, finish: Option<Finish>) -> Body {
    let mut rest = Bytes::from(bytes);
    let mut sending = match delivery {
        Delivery::Whole => Sending { rest, piece: PIECE, next: None, cut: false, _finish: finish },
        Delivery::Cut => {
            rest.truncate(rest.len() / 2);
            Sending { rest, piece: PIECE, next: None, cut: true, _finish: finish }
        }
        Delivery::Dribble { over_ms } => {
            let over = Duration::from_millis(over_ms);
            let pieces = usize::try_from(over.as_millis() / DRIP.as_millis()).unwrap_or(usize::MAX).max(1);
            let piece = rest.len().div_ceil(pieces).max(1);
            // The first piece goes at once, the last when the time is over.
            let gaps = rest.len().div_ceil(piece).saturating_sub(1).max(1);
            let gap = over / u32::try_from(gaps).unwrap_or(u32::MAX);
            Sending { rest, piece, next: Some((Instant::now(), gap)), cut: false, _finish: finish }
        }
    };
    if sending.rest.is_empty() && !sending.cut {
        sending.next = None;
    }
    Body::from_stream(stream::unfold(sending, async |mut sending| {
        if sending.rest.is_empty() {
            if !sending.cut {
                return None;
            }
            sending.cut = false;
            sleep_until(Instant::now() + LEAVING).await;
            return Some((Err(io::Error::other("the body was cut on command")), sending));
        }
        if let Some((when, gap)) = &mut sending.next {
            sleep_until(*when).await;
            *when += *gap;
        }
        let piece = sending.rest.split_to(sending.piece.min(sending.rest.len()));
        Some((Ok(piece), sending))
    }))
}
