//! Threads that read from the disk: a few, and always the same ones.
//!
//! Not tokio's: it starts another one whenever none happens to rest, and a client that goes away in the middle of a body leaves
//! its place while its thread is still reading. There were 27 of them after a minute of five hundred clients, and each has
//! memory of its own that an allocator keeps for it.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

/// Most reads at once.
const READERS: usize = 4;

type Job = Box<dyn FnOnce() + Send>;

/// The threads. They end when the last of these does.
#[derive(Clone)]
pub(crate) struct Readers(Sender<Job>);

impl Readers {
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn new() -> io::Result<Self> {
        let (ask, asked) = channel();
        let asked = Arc::new(Mutex::new(asked));
        for _ in 0..READERS {
            let asked = Arc::clone(&asked);
            std::thread::Builder::new().name("reading".to_owned()).spawn(move || work(&asked))?;
        }
        Ok(Self(ask))
    }

    /// What `read` says. `None` when it broke down.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let (tell, told) = oneshot::channel();
        let job = move || {
            // Who asked may have gone while others were served.
            if !tell.is_closed() {
                let _ = tell.send(read());
            }
        };
        self.0.send(Box::new(job)).ok()?;
        told.await.ok()
    }
}

fn work(asked: &Mutex<Receiver<Job>>) {
    loop {
        // The lock goes with this line: one waits for a job, the others for their turn to wait.
        let job = asked.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // One broken read must not take a thread from all later ones. It has said why on stderr.
        let _ = catch_unwind(AssertUnwindSafe(job));
    }
}

#[cfg(test)]
mod tests {
    use super::{READERS, Readers};
    use futures_util::future::{FutureExt, join_all};
    use std::collections::HashSet;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, Barrier};

    #[tokio::test]
    async fn so_many_read_at_once_and_never_more() {
        let readers = Readers::new().unwrap();
        // Each waits until all are reading.
        let barrier = Arc::new(Barrier::new(READERS));
        let reads = (0..10 * READERS).map(|_| {
            let barrier = Arc::clone(&barrier);
            readers.read(move || {
                barrier.wait();
                std::thread::current().id()
            })
        });
        let threads: HashSet<_> = join_all(reads).await.into_iter().map(Option::unwrap).collect();
        assert_eq!(threads.len(), READERS);
    }

    #[tokio::test]
    async fn one_that_breaks_down_takes_nothing_from_the_others() {
        let readers = Readers::new().unwrap();
        for _ in 0..2 * READERS {
            assert_eq!(readers.read(|| panic!("on purpose")).await, None::<()>);
        }
        assert_eq!(readers.read(|| 5).await, Some(5));
    }

    #[tokio::test]
    async fn what_nobody_waits_for_any_longer_is_not_read() {
        let readers = Readers::new().unwrap();
        let barrier = Arc::new(Barrier::new(READERS + 1));
        let mut busy = join_all((0..READERS).map(|_| {
            let barrier = Arc::clone(&barrier);
            readers.read(move || barrier.wait().is_leader())
        }));
        assert!((&mut busy).now_or_never().is_none(), "all are asked for before what follows");
        let read = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&read);
        // Asked for, and then given up before its turn.
        assert!(readers.read(move || seen.store(true, Ordering::SeqCst)).now_or_never().is_none());
        tokio::task::spawn_blocking(move || barrier.wait()).await.unwrap();
        assert!(busy.await.iter().all(Option::is_some));
        // As many reads as there are threads, all at once: none of them is at the one before any longer.
        let barrier = Arc::new(Barrier::new(READERS));
        join_all((0..READERS).map(|_| {
            let barrier = Arc::clone(&barrier);
            readers.read(move || barrier.wait().is_leader())
        }))
        .await;
        assert!(!read.load(Ordering::SeqCst));
    }
}
