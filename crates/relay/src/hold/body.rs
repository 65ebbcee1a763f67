//! The body of an answer that is on its way: how it is taken in, and how many of them there may be at once.
//!
//! A picture is a megabyte or two. An allocator keeps such pieces for the next time, each of its arenas some, and what
//! a burst leaves behind never goes back to the system. So a body is read into pages of its own, which are the system's
//! again the moment nobody needs them; and all bodies that are being read or written to disk share one room.

use axum::body::{Body, HttpBody};
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use memmap2::MmapMut;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Bytes of bodies that are being read from upstream or written to disk. What finds no room waits for it: its upstream
/// goes on sending when it is read on.
const ROOM: usize = 32 * 1024 * 1024;

/// The room is given out in pieces of this many bytes.
const PLACE: usize = 64 * 1024;

/// How much room is taken for a body that does not say how long it is.
const UNSAID: usize = 4 * 1024 * 1024;

/// Smaller ones are as well kept by the allocator.
const SMALL: usize = 64 * 1024;

/// Why a body could not be taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// It is longer than it may be.
    TooLong,
    /// It broke off, or stood still.
    Off,
}

/// The room for all bodies.
pub(crate) struct Room(Semaphore);

/// A part of the room, until it is dropped.
pub(crate) struct Taken<'a> {
    /// `None` for what is small.
    _places: Option<SemaphorePermit<'a>>,
}

impl Room {
    pub(crate) fn new() -> Self {
        Self(Semaphore::new(ROOM / PLACE))
    }

    /// Waits for room for a body that says this of its length.
    pub(crate) async fn take(&self, said: Option<usize>) -> Taken<'_> {
        let length = said.unwrap_or(UNSAID);
        if length <= SMALL {
            return Taken { _places: None };
        }
        let places = length.div_ceil(PLACE).min(ROOM / PLACE);
        // Never closed.
        Taken { _places: self.0.acquire_many(u32::try_from(places).unwrap_or(1)).await.ok() }
    }
}

/// How long a body is, when that is known before it comes.
pub(crate) fn said(body: &Body) -> Option<usize> {
    body.size_hint().exact().and_then(|length| usize::try_from(length).ok())
}

/// Reads a body to its end, of no more than `largest` bytes.
///
/// # Errors
/// When it is longer, or does not come to its end.
pub(crate) async fn whole(body: Body, largest: usize) -> Result<Bytes, Broken> {
    let length = said(&body).filter(|length| *length > SMALL);
    if length.is_some_and(|length| length > largest) {
        return Err(Broken::TooLong);
    }
    let mut body = Limited::new(body, largest);
    // Without pages (no memory for them, or none of that kind here) the allocator does it.
    if let Some(mut pages) = length.and_then(|length| MmapMut::map_anon(length).ok()) {
        let mut end = 0;
        while let Some(frame) = next(&mut body).await? {
            // What says its length and then sends another is broken.
            let place = pages.get_mut(end..end + frame.len()).ok_or(Broken::Off)?;
            place.copy_from_slice(&frame);
            end += frame.len();
        }
        return if end == pages.len() { Ok(Bytes::from_owner(pages)) } else { Err(Broken::Off) };
    }
    let mut whole = BytesMut::new();
    while let Some(frame) = next(&mut body).await? {
        whole.extend_from_slice(&frame);
    }
    if whole.len() > SMALL
        && let Ok(mut pages) = MmapMut::map_anon(whole.len())
    {
        pages.copy_from_slice(&whole);
        return Ok(Bytes::from_owner(pages));
    }
    Ok(whole.freeze())
}

async fn next(body: &mut Limited<Body>) -> Result<Option<Bytes>, Broken> {
    match body.frame().await {
        None => Ok(None),
        Some(Ok(frame)) => Ok(Some(frame.into_data().unwrap_or_default())),
        Some(Err(error)) if error.is::<LengthLimitError>() => Err(Broken::TooLong),
        Some(Err(_)) => Err(Broken::Off),
    }
}

#[cfg(test)]
mod tests {
    use super::{Broken, PLACE, ROOM, Room, SMALL, whole};
    use axum::body::Body;
    use bytes::Bytes;
    use futures_util::{FutureExt, stream};
    use std::io;

    fn in_pieces(pieces: Vec<Result<&'static [u8], io::Error>>) -> Body {
        Body::from_stream(stream::iter(pieces))
    }

    #[tokio::test]
    async fn a_body_is_read_whole_however_it_comes() {
        static LONG: [u8; 3 * SMALL] = [7; 3 * SMALL];
        assert_eq!(whole(Body::from("short"), 100).await, Ok(Bytes::from("short")));
        assert_eq!(whole(Body::from(&LONG[..]), LONG.len()).await, Ok(Bytes::from_static(&LONG)));
        let pieces = in_pieces(vec![Ok(&LONG[..SMALL]), Ok(&LONG[SMALL..])]);
        assert_eq!(whole(pieces, LONG.len()).await, Ok(Bytes::from_static(&LONG)));
        assert_eq!(whole(Body::empty(), 100).await, Ok(Bytes::new()));
    }

    #[tokio::test]
    async fn what_is_too_long_or_breaks_off_is_said_so() {
        static LONG: [u8; 3 * SMALL] = [7; 3 * SMALL];
        assert_eq!(whole(Body::from(&LONG[..]), SMALL).await, Err(Broken::TooLong));
        assert_eq!(
            whole(in_pieces(vec![Ok(&LONG[..]), Ok(&LONG[..])]), 4 * SMALL).await,
            Err(Broken::TooLong)
        );
        let broken = in_pieces(vec![Ok(&LONG[..]), Err(io::Error::other("gone"))]);
        assert_eq!(whole(broken, 4 * SMALL).await, Err(Broken::Off));
    }

    #[tokio::test]
    async fn who_finds_no_room_waits_until_another_is_done() {
        let room = Room::new();
        let large = Some(ROOM - PLACE);
        let first = room.take(large).await;
        assert!(room.take(large).now_or_never().is_none(), "there is no room for two");
        assert!(room.take(Some(5)).now_or_never().is_some(), "what is small always goes");
        drop(first);
        assert!(room.take(Some(2 * ROOM)).now_or_never().is_some(), "and no body is too large for ever");
    }
}
