//! The loop around everything: takes connections, and stops when it is asked to.
//!
//! Not axum's own `serve`: that one waits for ever for the head of a request, and for the last connection.

use crate::hold::Hold;
use crate::router::router;
use crate::settings::{Limits, Settings, StartError};
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tracing::{debug, info, warn};

/// How long to wait after a connection could not be taken: when the system has no more file handles, trying again at
/// once only burns the processor.
const BREATH: Duration = Duration::from_millis(100);

/// A relay that is about to serve: everything that can be wrong with its settings has been found by now.
pub struct Server {
    listener: TcpListener,
    service: TowerToHyperService<Router>,
    hold: Option<Arc<Hold>>,
    limits: Limits,
}

/// Serves until `shutdown` is ready: [`Server::new`] and [`Server::serve`] in one.
///
/// # Errors
/// [`StartError`] when the settings cannot be used.
pub async fn run(
    listener: TcpListener,
    settings: Settings,
    shutdown: impl Future<Output = ()>,
) -> Result<(), StartError> {
    let server = Server::new(listener, settings)?;
    server.ready().await?;
    server.serve(shutdown).await;
    Ok(())
}

impl Server {
    /// Prepares everything behind `listener`.
    ///
    /// # Errors
    /// [`StartError`] when the settings cannot be used: an app folder without a page, an upstream that cannot be
    /// called.
    pub fn new(listener: TcpListener, settings: Settings) -> Result<Self, StartError> {
        let address = listener.local_addr().map_err(StartError::Listener)?;
        let (routes, hold) = router(&settings, address)?;
        Ok(Self { listener, service: TowerToHyperService::new(routes), hold, limits: settings.limits })
    }

    /// Waits for whatever this relay shares with others to answer.
    ///
    /// # Errors
    /// [`StartError::Store`] when it does not.
    pub async fn ready(&self) -> Result<(), StartError> {
        match &self.hold {
            Some(hold) => hold.ready().await.map_err(StartError::Store),
            None => Ok(()),
        }
    }

    /// Serves until `shutdown` is ready. Then no more connections are taken, requests in flight are finished (for no
    /// longer than [`Limits::goodbye`]), answers that are being read from upstream are held (for as long again), and it
    /// returns.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) {
        let Self { listener, service, hold, limits } = self;
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(limits.request_head).max_buf_size(64 * 1024);

        let connections = GracefulShutdown::new();
        let free = Arc::new(Semaphore::new(limits.connections));
        let mut shutdown = pin!(shutdown);
        loop {
            let taken = async {
                // Before accepting: a connection nobody serves would look alive to its client. The semaphore is never
                // closed, so that there is always a place in the end.
                let place = Arc::clone(&free).acquire_owned().await.ok();
                (place, accept(&listener).await)
            };
            let (place, stream) = tokio::select! {
                // Asked first, so that no rush of connections can put the end off.
                biased;
                () = &mut shutdown => break,
                taken = taken => taken,
            };
            // Answers are small and waited for.
            let _ = stream.set_nodelay(true);
            let connection = connections.watch(http.serve_connection(TokioIo::new(stream), service.clone()));
            tokio::spawn(async move {
                let _place = place;
                if let Err(error) = connection.await {
                    // A client that went away, mostly.
                    debug!(%error, "connection ended");
                }
            });
        }

        drop(listener);
        info!("stopping");
        if let Some(hold) = &hold {
            // Who waits for a picture is told that there is none yet, and can ask the next relay.
            hold.stop();
        }
        if tokio::time::timeout(limits.goodbye, connections.shutdown()).await.is_err() {
            warn!("some requests were still running and are broken off");
        }
        if let Some(hold) = hold
            && tokio::time::timeout(limits.goodbye, hold.stopped()).await.is_err()
        {
            warn!("some answers were still being read from upstream and are lost");
        }
    }
}

async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) if is_the_clients(&error) => {}
            Err(error) => {
                warn!(%error, "cannot take a connection");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
}

/// The client gave up before it was accepted; nothing is wrong here.
fn is_the_clients(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    )
}

/// Ready when a person (ctrl-c) or the system (SIGTERM) asks this process to stop.
///
/// It listens for that from the call on, not only from the first poll on: call it before telling anybody that the relay
/// is there, or else a quick stop kills it in the middle of its work.
///
/// # Errors
/// When the system does not let it listen.
#[cfg(unix)]
pub fn stop_asked() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

/// Ready when a person (ctrl-c) asks this process to stop. It listens for that from the call on.
///
/// # Errors
/// When the system does not let it listen.
#[cfg(windows)]
pub fn stop_asked() -> io::Result<impl Future<Output = ()>> {
    let mut interrupted = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupted.recv().await;
    })
}
