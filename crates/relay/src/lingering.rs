//! A farewell that is heard.
//!
//! Who is refused in the middle of a body goes on sending for a moment. A socket that is closed with something unread in it
//! is reset, and a reset throws away what the other side has not read yet: the refusal itself. So the writing side is closed
//! first, and what still comes is taken and forgotten until the other side has closed too, for a second at most.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// How long what nobody wants to read is taken for.
const AT_MOST: Duration = Duration::from_secs(1);

/// A connection whose end is heard by who is still sending.
#[derive(Debug)]
pub(crate) struct Lingering<C> {
    connection: C,
    /// Until when, once the writing side is closed.
    until: Option<Pin<Box<Sleep>>>,
}

impl<C> Lingering<C> {
    pub(crate) fn new(connection: C) -> Self {
        Self { connection, until: None }
    }
}

impl<C: AsyncRead + Unpin> AsyncRead for Lingering<C> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_read(cx, into)
    }
}

impl<C: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Lingering<C> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.connection).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.connection).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.connection.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self { connection, until } = &mut *self;
        let mut connection = Pin::new(connection);
        let until = match until {
            Some(until) => until,
            None => {
                ready!(connection.as_mut().poll_shutdown(cx))?;
                until.insert(Box::pin(tokio::time::sleep(AT_MOST)))
            }
        };
        // Asked first, so that no flood can put the end off.
        while until.as_mut().poll(cx).is_pending() {
            let mut forgotten = [std::mem::MaybeUninit::uninit(); 8 * 1024];
            let mut forgotten = ReadBuf::uninit(&mut forgotten);
            let read = ready!(connection.as_mut().poll_read(cx, &mut forgotten));
            if read.is_err() || forgotten.filled().is_empty() {
                break;
            }
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::time::{Instant, timeout};

    async fn pair() -> (TcpStream, Lingering<TcpStream>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        (client, Lingering::new(listener.accept().await.unwrap().0))
    }

    #[tokio::test]
    async fn who_is_still_sending_reads_the_refusal() {
        let (mut client, mut server) = pair().await;
        client.write_all(&[b'x'; 100_000]).await.unwrap();
        server.write_all(b"no").await.unwrap();
        let ending = tokio::spawn(async move {
            server.shutdown().await.unwrap();
            drop(server);
        });
        // It goes on, and looks at what was said only afterwards.
        client.write_all(&[b'x'; 4_000_000]).await.unwrap();
        let mut said = Vec::new();
        client.read_to_end(&mut said).await.unwrap();
        assert_eq!(said, b"no");
        drop(client);
        ending.await.unwrap();
    }

    #[tokio::test]
    async fn who_never_ends_is_left_after_a_second() {
        for sends in [false, true] {
            let (mut client, mut server) = pair().await;
            let sending = tokio::spawn(async move {
                while !sends || client.write_all(&[b'x'; 1_000]).await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            });
            let before = Instant::now();
            timeout(Duration::from_secs(20), server.shutdown()).await.expect("it ends").unwrap();
            assert!(before.elapsed() >= AT_MOST);
            drop(server);
            sending.abort();
        }
    }

    #[tokio::test]
    async fn who_ends_is_not_waited_for() {
        let (client, mut server) = pair().await;
        drop(client);
        assert_eq!(server.read(&mut [0]).await.unwrap(), 0, "it has ended");
        server.shutdown().now_or_never().expect("at once").unwrap();
    }
}
