//! What must hold for any bytes that somebody sends to a relay. Used by the fuzz target and by the ordinary tests.

use komposition_relay::{EngineSettings, Rates, Server, Settings, Trust};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::LazyLock;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::runtime::{Builder, Runtime};

/// A relay in front of a simulator, for people whom a proxy on this machine names in `X-User`. So most of what there is
/// to a request (who, how often, a form) can be reached by bytes alone.
static RELAY: LazyLock<(Runtime, Server)> = LazyLock::new(|| {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let config = simulator::Config { generation_ms: 0, ..simulator::Config::default() };
    let mut settings = Settings::new(EngineSettings::Simulator(config));
    let here = "127.0.0.0/8".parse().expect("a network");
    settings.trust = Some(Trust { header: Some("x-user".parse().expect("a header")), from: vec![here] });
    settings.rates = Rates { runs: Some(0), polls: Some(0), address_runs: Some(0), address_polls: Some(0) };
    settings.limits.request_head = Duration::from_millis(5);
    settings.limits.request_body = Duration::from_millis(50);
    let server = runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        Server::new(listener, settings).expect("settings that can be used")
    });
    (runtime, server)
});

/// Whatever comes in: it ends soon, and what comes out is HTTP that tells of no breakdown.
pub(crate) fn requests(bytes: &[u8]) {
    let (runtime, server) = &*RELAY;
    let said = runtime.block_on(async {
        let (near, far) = tokio::io::duplex(64 * 1024);
        let serving = server.serve_one(far, IpAddr::V4(Ipv4Addr::LOCALHOST));
        let (mut from, mut to) = tokio::io::split(near);
        let asking = async {
            // A relay that has refused takes no more.
            let _ = to.write_all(bytes).await;
            std::future::pending::<()>().await;
        };
        let hearing = async {
            let mut said = Vec::new();
            let _ = from.read_to_end(&mut said).await;
            said
        };
        let talk = async {
            tokio::select! {
                said = async { tokio::join!(serving, hearing).1 } => said,
                () = asking => Vec::new(),
            }
        };
        tokio::time::timeout(Duration::from_secs(20), talk).await.expect("it ends")
    });
    if said.is_empty() {
        return;
    }
    assert!(said.starts_with(b"HTTP/1.1 ") || said.starts_with(b"HTTP/1.0 "), "HTTP comes out");
    for at in 0..said.len().saturating_sub(12) {
        let head = &said[at..at + 12];
        assert!(head != b"HTTP/1.1 500" && head != b"HTTP/1.0 500", "nothing broke down");
    }
}
