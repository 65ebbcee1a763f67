//! The loop around everything: takes connections, and stops when it is asked to.
//!
//! Not axum's own `serve`: that one waits for ever for the head of a request, and for the last connection.

use crate::address::{Peer, household};
use crate::lingering::Lingering;
use crate::places::Places;
use crate::router::{Door, router};
use crate::settings::{Settings, StartError};
use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutStream;
use tracing::{debug, info, warn};

/// How long to wait after a connection could not be taken: when the system has no more file handles, trying again at
/// once only burns the processor.
const BREATH: Duration = Duration::from_millis(100);

/// How many connections the system may keep until they are taken. What most programs ask for without saying so, 128, is
/// less than a department that comes back all at once: beyond it the system answers with cookies, and may break off
/// connections that it believed in.
const WAITING: u32 = 4_096;

/// Listens at `address`.
///
/// # Errors
/// When the system does not let it: the port is taken, mostly.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // As tokio's own listeners do: a port can be used again at once after a restart. Elsewhere it would let two use it.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(WAITING)
}

/// A relay that is about to serve: everything that can be wrong with its settings has been found by now.
pub struct Server {
    listener: TcpListener,
    service: TowerToHyperService<Router>,
    door: Arc<Door>,
    settings: Settings,
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
        let door = Arc::new(Door::new(&settings, address)?);
        let service = TowerToHyperService::new(router(&door));
        Ok(Self { listener, service, door, settings })
    }

    /// Waits for whatever this relay shares with others to answer.
    ///
    /// # Errors
    /// [`StartError::Store`] when it does not.
    pub async fn ready(&self) -> Result<(), StartError> {
        match &self.door.hold {
            Some(hold) => hold.ready().await.map_err(StartError::Store),
            None => Ok(()),
        }
    }

    /// Serves until `shutdown` is ready. Then, for the time of [`crate::Limits::drain`], it goes on but says at
    /// `/healthz` that it is stopping; runs that an engine of this process has in hand are finished, or told that they will
    /// not be, and fetched (for no longer than [`crate::Limits::goodbye`]); after that no more connections are taken, requests in flight are finished (for no
    /// longer than [`crate::Limits::goodbye`]), answers that are being read from upstream are held (for as long again), and
    /// it returns.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) {
        let Self { listener, service, door, settings } = self;
        let limits = &settings.limits;
        let http = http(&settings);
        let connections = GracefulShutdown::new();
        let free = Arc::new(Semaphore::new(limits.connections));
        let quarter = (limits.connections / 4).max(1);
        let each = limits.connections_per_address.or(door.guarded().then_some(quarter));
        let places = Places::new(each.unwrap_or(limits.connections));
        let mut reloading = pin!(reloading(Arc::clone(&door)));
        let mut shutdown = pin!(async {
            shutdown.await;
            door.draining.store(true, Ordering::Relaxed);
            // Pictures that are being painted are fetched by those who wait for them.
            let finished = tokio::time::timeout(limits.goodbye, door.finished());
            let ((), finished) = tokio::join!(tokio::time::sleep(limits.drain), finished);
            if finished.is_err() {
                warn!("some pictures were not fetched, and are lost");
            }
        });
        loop {
            let taken = async {
                // Before accepting: a connection nobody serves would look alive to its client. The semaphore is never
                // closed, so that there is always a place in the end.
                let place = Arc::clone(&free).acquire_owned().await.ok();
                (place, accept(&listener).await)
            };
            let (place, (stream, peer)) = tokio::select! {
                // Asked first, so that no rush of connections can put the end off.
                biased;
                () = &mut shutdown => break,
                () = &mut reloading => continue,
                taken = taken => taken,
            };
            let trusted = settings.trust.as_ref().is_some_and(|trust| trust.covers(peer));
            let of_address = if trusted { None } else { Some(places.take(household(peer))) };
            if matches!(of_address, Some(None)) {
                // Whoever has a quarter of all places gets no more: the others want in as well.
                door.metrics.refused("too_many_connections");
                continue;
            }
            // Answers are small and waited for.
            let _ = stream.set_nodelay(true);
            let mut stream = TimeoutStream::new(stream);
            stream.set_write_timeout(Some(limits.stall));
            let service = From { peer, service: service.clone() };
            let stream = TokioIo::new(Lingering::new(Box::pin(stream)));
            let connection = connections.watch(http.serve_connection(stream, service));
            let open = door.metrics.connections.clone();
            tokio::spawn(async move {
                let _places = (place, of_address);
                open.inc();
                if let Err(error) = connection.await {
                    // A client that went away, mostly.
                    debug!(%error, "connection ended");
                }
                open.dec();
            });
        }

        drop(listener);
        info!("stopping");
        if let Some(hold) = &door.hold {
            // Who waits for a picture is told that there is none yet, and can ask the next relay.
            hold.stop();
        }
        if tokio::time::timeout(limits.goodbye, connections.shutdown()).await.is_err() {
            warn!("some requests were still running and are broken off");
        }
        if let Some(hold) = &door.hold
            && tokio::time::timeout(limits.goodbye, hold.stopped()).await.is_err()
        {
            warn!("some answers were still being read from upstream and are lost");
        }
    }

    /// Serves one connection that came in some other way than through the listener, as if it came from `peer`.
    ///
    /// # Errors
    /// When what comes in is no HTTP, or the other side goes away.
    pub async fn serve_one<C>(&self, connection: C, peer: IpAddr) -> Result<(), hyper::Error>
    where
        C: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let service = From { peer, service: self.service.clone() };
        http(&self.settings).serve_connection(TokioIo::new(connection), service).await
    }
}

fn http(settings: &Settings) -> http1::Builder {
    let mut http = http1::Builder::new();
    // The time for a head runs while a connection is idle too.
    http.timer(TokioTimer::new()).header_read_timeout(settings.limits.request_head).max_buf_size(64 * 1024);
    http
}

/// The service as one connection sees it: every request says where it comes from.
#[derive(Clone)]
struct From {
    peer: IpAddr,
    service: TowerToHyperService<Router>,
}

impl Service<hyper::Request<Incoming>> for From {
    type Response = <TowerToHyperService<Router> as Service<hyper::Request<Incoming>>>::Response;
    type Error = <TowerToHyperService<Router> as Service<hyper::Request<Incoming>>>::Error;
    type Future = <TowerToHyperService<Router> as Service<hyper::Request<Incoming>>>::Future;

    fn call(&self, mut request: hyper::Request<Incoming>) -> Self::Future {
        request.extensions_mut().insert(Peer(self.peer));
        self.service.call(request)
    }
}

/// Reads the people's file again at each SIGHUP. A changed file is noticed without, but who manages services expects the
/// signal to work, and it must not end the program. Never ready.
#[cfg(unix)]
async fn reloading(door: Arc<Door>) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut hangup) = signal(SignalKind::hangup()) else { return std::future::pending().await };
    while hangup.recv().await.is_some() {
        door.people.reload();
    }
    std::future::pending::<()>().await;
}

#[cfg(not(unix))]
async fn reloading(_: Arc<Door>) {
    std::future::pending::<()>().await;
}

async fn accept(listener: &TcpListener) -> (TcpStream, IpAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer.ip()),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn hundreds_can_come_at_once() {
        let listener = listen(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let address = listener.local_addr().unwrap();
        let mut come = Vec::new();
        // Nobody takes them meanwhile. Whom the system does not keep hears nothing, and tries again for two minutes.
        for number in 0..500 {
            let coming = tokio::time::timeout(Duration::from_secs(20), TcpStream::connect(address));
            come.push(coming.await.unwrap_or_else(|_| panic!("number {number} waits")).unwrap());
        }
    }
}
