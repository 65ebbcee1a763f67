//! What a relay is started with.

use crate::{HoldSettings, Origin};
use fusionbrain::{Base, Credentials, Endpoint};
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Everything that decides how a relay behaves. [`crate::Flags`] makes one from a command line.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Who makes the pictures.
    pub engine: EngineSettings,
    /// Folder of the built app; `None` serves no files.
    pub app: Option<PathBuf>,
    /// Pages of these origins may read answers. Empty: pages of the relay's own origin only.
    pub allow_origins: Vec<Origin>,
    /// How final answers are held until they are acknowledged; `None` streams them through, once.
    pub hold: Option<HoldSettings>,
    /// How long and how much.
    pub limits: Limits,
}

impl Settings {
    /// Settings with that engine, no app, no foreign origins and the usual limits.
    pub fn new(engine: EngineSettings) -> Self {
        Self { engine, app: None, allow_origins: Vec::new(), hold: None, limits: Limits::default() }
    }

    /// A warning when everybody who reaches `address` can spend what is not theirs. `None` on loopback, where only
    /// people of this machine come in, and for a simulator, which has nothing to spend.
    pub fn exposure(&self, address: SocketAddr) -> Option<String> {
        let EngineSettings::Fusionbrain { keys, .. } = &self.engine else { return None };
        if address.ip().to_canonical().is_loopback() {
            return None;
        }
        Some(match keys {
            Keys::Held(_) => format!(
                "everybody who reaches {address} makes pictures with your keys: nothing here asks who they are"
            ),
            Keys::FromClient => format!(
                "everybody who reaches {address} can use this relay, and keys travel to it unencrypted \
                 unless TLS ends in front of it"
            ),
        })
    }
}

/// Who makes the pictures.
#[derive(Debug, Clone)]
pub enum EngineSettings {
    /// The simulator, in this process.
    Simulator(simulator::Config),
    /// A service somewhere else; requests and answers are streamed through.
    Fusionbrain {
        /// Where it lives.
        upstream: Base,
        /// Where its styles are listed: another host, asked without keys. Usually [`Endpoint::STYLES_URL`].
        styles: String,
        /// Whose keys are put on requests.
        keys: Keys,
    },
}

impl EngineSettings {
    /// The service at `upstream`, with the vendor's list of styles.
    pub fn fusionbrain(upstream: Base, keys: Keys) -> Self {
        Self::Fusionbrain { upstream, styles: Endpoint::STYLES_URL.to_owned(), keys }
    }
}

/// Whose keys go upstream.
#[derive(Debug, Clone)]
pub enum Keys {
    /// The relay's own. They replace whatever a client sent.
    Held(Credentials),
    /// The client's `X-Key` and `X-Secret`, as they came.
    FromClient,
}

/// How long and how much. Tests make the times short.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Longest wait for a connection to the upstream service: name, TCP and TLS together.
    pub connect: Duration,
    /// Longest wait from sending a request upstream to the head of the answer. The body has no limit: a picture over
    /// a slow line is still a picture, and it can be had only once.
    pub headers: Duration,
    /// Longest wait for requests in flight once the relay was asked to stop.
    pub goodbye: Duration,
    /// Longest wait for the head of a client's request, so that silent connections do not pile up.
    pub request_head: Duration,
    /// Largest body of a run, in bytes. Two texts of 1000 characters fit many times over.
    pub run_body: u64,
    /// Most connections at once; more wait in the system's queue.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            headers: Duration::from_secs(60),
            goodbye: Duration::from_secs(10),
            request_head: Duration::from_secs(30),
            run_body: 64 * 1024,
            connections: 2_048,
        }
    }
}

/// Why a relay cannot start, or had to end.
#[derive(Debug)]
pub enum StartError {
    /// The app's folder has no `index.html`.
    NoApp(PathBuf),
    /// An upstream address that no request can be made of, for example a host in letters that DNS does not know.
    Upstream(String),
    /// No certificate authorities to check an https upstream against.
    NoRoots(String),
    /// What is held until acknowledged cannot be stored.
    Store(String),
    /// The listener is broken.
    Listener(std::io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoApp(dir) => {
                write!(f, "there is no index.html in {}: is the app built there?", dir.display())
            }
            Self::Upstream(address) => {
                write!(f, "{address} cannot be called: write a host name in its ASCII form (xn--…)")
            }
            Self::NoRoots(why) => write!(
                f,
                "this machine has no certificate authorities to check the upstream service against ({why}): \
                 install the ca-certificates package, or point SSL_CERT_FILE at a bundle"
            ),
            Self::Store(why) => write!(f, "nothing can be held: {why}"),
            Self::Listener(error) => write!(f, "the listener failed: {error}"),
        }
    }
}

impl std::error::Error for StartError {}
