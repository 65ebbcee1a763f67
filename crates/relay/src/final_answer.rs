//! Watches an answer go by, to know whether it was the last one of its task.

use axum::body::{Body, Bytes, HttpBody};
use fusionbrain::{Headers, StatusAnswer, read_status};
use std::pin::Pin;
use std::task::{Context, Poll};

/// An answer longer than this brings a picture: words alone are shorter.
const WORDS: usize = 8 * 1024;

/// Calls something when the last answer of a task went through, whole or not: the service does not repeat it.
struct Watched {
    inner: Body,
    /// The beginning, as far as it can be words.
    seen: Vec<u8>,
    length: usize,
    when_final: Option<Box<dyn FnOnce() + Send>>,
}

/// The same body, watched.
pub(crate) fn watched(body: Body, when_final: impl FnOnce() + Send + 'static) -> Body {
    Body::new(Watched { inner: body, seen: Vec::new(), length: 0, when_final: Some(Box::new(when_final)) })
}

impl Watched {
    fn see(&mut self, piece: &[u8]) {
        self.length += piece.len();
        let room = WORDS.saturating_sub(self.seen.len()).min(piece.len());
        self.seen.extend_from_slice(&piece[..room]);
    }

    fn is_final(&self) -> bool {
        self.length > WORDS
            || matches!(
                read_status(200, &Headers::none(), &self.seen),
                Ok(StatusAnswer::Done(_) | StatusAnswer::Failed { .. } | StatusAnswer::Cancelled { .. })
            )
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        // However it ended: a body is dropped when its last byte was sent, or when nobody wants it any more.
        if self.is_final()
            && let Some(call) = self.when_final.take()
        {
            call();
        }
    }
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Bytes>, axum::Error>>> {
        let frame = std::task::ready!(Pin::new(&mut self.inner).poll_frame(context));
        if let Some(Ok(frame)) = &frame
            && let Some(piece) = frame.data_ref()
        {
            self.see(piece);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        self.inner.size_hint()
    }
}
