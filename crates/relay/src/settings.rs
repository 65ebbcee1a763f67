//! What a relay is started with.

use crate::embedding::Embedding;
use crate::openai::OpenAiSettings;
use crate::people::{RegisterError, Trust};
use crate::{Ancestor, HoldSettings, Origin};
use fusionbrain::{Base, Credentials, Endpoint};
use ipnet::IpNet;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
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
    /// Whose pages may show the app in a frame, beside the relay's own.
    pub frame_ancestors: Vec<Ancestor>,
    /// Pages that may do more with the app inside them than strangers.
    pub embedding: Embedding,
    /// How final answers are held until they are acknowledged; `None` streams them through, once.
    pub hold: Option<HoldSettings>,
    /// File of the people who may come in; `None` asks nobody for a token.
    pub people: Option<PathBuf>,
    /// A proxy that says in a header who somebody is, or from where they come.
    pub trust: Option<Trust>,
    /// To be open to everybody who reaches it, wherever that is, is what the owner wants.
    pub open: bool,
    /// What a person may have made of whom nothing else is said.
    pub allowance: Allowance,
    /// How often somebody may ask.
    pub rates: Rates,
    /// From where `/metrics` may be read.
    pub metrics_from: Vec<IpNet>,
    /// How long and how much.
    pub limits: Limits,
}

impl Settings {
    /// Settings with that engine, no app, no foreign origins and the usual limits.
    pub fn new(engine: EngineSettings) -> Self {
        Self {
            engine,
            app: None,
            allow_origins: Vec::new(),
            frame_ancestors: Vec::new(),
            embedding: Embedding::default(),
            hold: None,
            people: None,
            trust: None,
            open: false,
            allowance: Allowance::default(),
            rates: Rates::default(),
            metrics_from: this_machine(),
            limits: Limits::default(),
        }
    }

    /// Whose pages may show the app in a frame: what may do more with it inside them may do that too.
    pub(crate) fn ancestors(&self) -> Vec<Ancestor> {
        let listed = self.embedding.origins.iter().chain(&self.embedding.may_spend).map(Ancestor::from);
        self.frame_ancestors.iter().cloned().chain(listed).collect()
    }

    /// Whether others than the person at this machine come in: then runs are read before they are spent, and how often
    /// somebody may ask has a limit.
    pub(crate) fn guarded(&self, address: SocketAddr) -> bool {
        self.knows_people() || self.trust.is_some() || !address.ip().to_canonical().is_loopback()
    }

    fn knows_people(&self) -> bool {
        self.people.is_some() || self.trust.as_ref().is_some_and(Trust::names_people)
    }

    /// A warning when everybody who reaches `address` can spend what is not theirs. `None` on loopback, where only
    /// people of this machine come in, where people are asked who they are, and for a simulator, which has nothing to
    /// spend.
    pub fn exposure(&self, address: SocketAddr) -> Option<String> {
        if self.knows_people() || address.ip().to_canonical().is_loopback() {
            return None;
        }
        let keys = match &self.engine {
            EngineSettings::Simulator(_) => return None,
            EngineSettings::Fusionbrain { keys, .. } => keys,
            EngineSettings::OpenAi(server) => {
                return Some(format!(
                    "everybody who reaches {address} makes pictures at {}: nothing here asks who they are",
                    server.upstream.as_str()
                ));
            }
        };
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
    /// A server with `POST /images/generations`; the Fusion Brain wire is put in front of it.
    OpenAi(OpenAiSettings),
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

/// What somebody may have made. `None` is no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Allowance {
    /// Runs in a day (UTC).
    pub runs_a_day: Option<u32>,
    /// Pictures that are being made at the same time.
    pub at_once: Option<u32>,
}

/// How often somebody may ask in a minute; 0 is no limit. What is not said is unlimited on loopback without people, and
/// elsewhere as [`Rates::usual`] says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rates {
    /// Runs of one person.
    pub runs: Option<u32>,
    /// Everything else one person asks for.
    pub polls: Option<u32>,
    /// Runs from one address (one /64 of IPv6), whoever they are of.
    pub address_runs: Option<u32>,
    /// Everything else from one address. Wrong tokens count too.
    pub address_polls: Option<u32>,
}

impl Rates {
    /// What a relay allows others than the person at its machine. The app asks for one picture every three seconds at
    /// most, a queue of a few at once is usual, and a department may share one address.
    pub fn usual() -> Self {
        Self { runs: Some(30), polls: Some(300), address_runs: Some(120), address_polls: Some(1_200) }
    }

    /// What holds in the end: what was said, and else what is usual there.
    pub(crate) fn effective(self, guarded: bool) -> Self {
        let usual = if guarded { Self::usual() } else { Self::default() };
        Self {
            runs: self.runs.or(usual.runs),
            polls: self.polls.or(usual.polls),
            address_runs: self.address_runs.or(usual.address_runs),
            address_polls: self.address_polls.or(usual.address_polls),
        }
    }
}

fn this_machine() -> Vec<IpNet> {
    // Both prefixes are shorter than the address: there is nothing to go wrong.
    let four = IpNet::new(Ipv4Addr::LOCALHOST.into(), 8);
    let six = IpNet::new(Ipv6Addr::LOCALHOST.into(), 128);
    four.into_iter().chain(six).collect()
}

/// How long and how much. Tests make the times short.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Longest wait for a connection to the upstream service: name, TCP and TLS together.
    pub connect: Duration,
    /// Longest wait from sending a request upstream to the head of the answer. The body as a whole has no limit
    /// (where answers are held it has a long one): a picture over a slow line is still a picture, and it can be had only once.
    pub headers: Duration,
    /// Longest wait for requests in flight once the relay was asked to stop.
    pub goodbye: Duration,
    /// Longest wait for the head of a client's request, so that silent connections do not pile up.
    pub request_head: Duration,
    /// Largest body of a run, in bytes. Two texts of 1000 characters fit many times over.
    pub run_body: u64,
    /// Longest wait for the whole body of a run.
    pub request_body: Duration,
    /// Longest time in which a body makes no progress: upstream sends nothing, or a client takes nothing.
    pub stall: Duration,
    /// Largest body of an answer, in bytes.
    pub answer_body: u64,
    /// Most connections at once; more wait in the system's queue.
    pub connections: usize,
    /// Most connections at once from one address, so that one client cannot take every place; a trusted proxy may have
    /// all. `None`: no limit on loopback without people, a quarter of all elsewhere.
    pub connections_per_address: Option<usize>,
    /// How long it goes on serving after it was asked to stop, with `/healthz` saying 503: so long a load balancer may
    /// take to notice.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            headers: Duration::from_secs(60),
            goodbye: Duration::from_secs(10),
            request_head: Duration::from_secs(30),
            run_body: 64 * 1024,
            request_body: Duration::from_secs(60),
            stall: Duration::from_secs(60),
            answer_body: 32 * 1024 * 1024,
            connections: 2_048,
            connections_per_address: None,
            drain: Duration::ZERO,
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
    /// Others than the people of this machine reach that address, and nobody would be asked who they are.
    Exposed(SocketAddr),
    /// The people's file cannot be used.
    People(RegisterError),
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
            Self::Exposed(address) => write!(
                f,
                "everybody who reaches {address} could use this relay: say who may come in with --people FILE \
                 (komposition-relay token new makes one) or --trust-header, listen on 127.0.0.1, or say --open \
                 if it is for everybody"
            ),
            Self::People(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for StartError {}
