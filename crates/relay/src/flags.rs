//! The command line, and how it becomes [`Settings`].

use crate::embedding::EmbedFlags;
use crate::guard_flags::{GuardFlags, time};
use crate::hold::HoldFlags;
use crate::keys::{self, KeysFileError};
use crate::openai::OpenAiFlags;
use crate::origin::{Ancestor, Origin};
use crate::settings::{EngineSettings, Keys, Settings};
use crate::token_command::TokenCommand;
use clap::{Parser, Subcommand, ValueEnum};
use fusionbrain::{Base, BaseError, Credentials};
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tracing::level_filters::LevelFilter;

/// Between two questions to an engine in this process on behalf of those who wait.
const OWN_PACE: Duration = Duration::from_millis(250);

/// One HTTP door in front of a Fusion Brain service, or of a simulated one.
///
/// Keys for `--engine fusionbrain` come from the environment (FB_API_KEY, FB_API_SECRET), from `--keys-file`, or, with
/// `--keys from-client`, from each client. They are never taken from the command line, where everybody can see them.
///
/// Every option can also be given in the environment (KOMPOSITION_RELAY_ALLOW_ORIGIN=…) or in the file that `--config`
/// names (allow-origin = …); the command line goes before the environment, and that before the file.
#[derive(Debug, Parser)]
#[command(name = "komposition-relay", version, args_conflicts_with_subcommands = true)]
pub struct Flags {
    /// To do something else than serve.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// TOML file with settings under the names of these options, without the dashes in front.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Address to listen on. Port 0 takes any free one; the first line of output says which.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8787")]
    pub listen: SocketAddr,

    /// Who makes the pictures.
    #[arg(long, value_enum, default_value_t = EngineName::Simulator)]
    engine: EngineName,

    /// The service behind `--engine fusionbrain` [default: the official one, api-key.fusionbrain.ai], or the server
    /// behind `--engine openai`, with its version (http://host:port/v1).
    #[arg(long, value_name = "URL", value_parser = Base::new)]
    upstream: Option<Base>,

    /// Whose keys are used upstream.
    #[arg(long, value_enum, value_name = "WHOSE", default_value_t = KeysFrom::Relay)]
    keys: KeysFrom,

    /// File with the key on one line and the secret on the next, or with FB_API_KEY=… and FB_API_SECRET=… lines. Goes
    /// before the environment.
    #[arg(long, value_name = "FILE")]
    keys_file: Option<PathBuf>,

    #[command(flatten)]
    openai: OpenAiFlags,

    /// Folder of the built app to serve at /.
    #[arg(long, value_name = "DIR")]
    app: Option<PathBuf>,

    /// Pages of this origin may use the relay too (https://host[:port], compared exactly). May be given several times.
    #[arg(long = "allow-origin", value_name = "ORIGIN")]
    allow_origins: Vec<Origin>,

    /// Pages of this origin may show the app in a frame (https://host[:port]; * for everybody's). May be given several
    /// times. Without it only the relay's own pages.
    #[arg(long, value_name = "ORIGIN")]
    frame_ancestors: Vec<Ancestor>,

    #[command(flatten)]
    embed: EmbedFlags,

    #[command(flatten)]
    hold: HoldFlags,

    /// Simulator: how long a picture takes, in seconds [default: 4].
    #[arg(long, value_name = "SECONDS", value_parser = milliseconds)]
    sim_seconds: Option<Milliseconds>,

    /// Simulator: the only keys it knows; all others get 401. Without it, no keys are asked for.
    #[arg(long, value_name = "KEY:SECRET", value_parser = key_pair)]
    sim_keys: Option<Credentials>,

    /// Simulator: how long a picture waits for being fetched, in seconds [default: 300].
    #[arg(long, value_name = "SECONDS", value_parser = milliseconds)]
    sim_expiry: Option<Milliseconds>,

    /// Simulator: have a pipeline of another type too.
    #[arg(long)]
    sim_other_pipeline: bool,

    /// Simulator: number that all its chance comes from (task ids, times, pictures) [default: another one each time].
    #[arg(long, value_name = "NUMBER")]
    sim_seed: Option<u64>,

    /// What is written to stderr: off, error, warn, info, debug or trace. Never keys.
    #[arg(long, value_name = "LEVEL", default_value = "info", value_parser = level)]
    pub log: LevelFilter,

    /// How it is written.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,

    #[command(flatten)]
    guard: GuardFlags,

    /// Longest wait for the head of a client's request.
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = time)]
    request_head: Duration,

    /// Longest wait for the whole body of a run.
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = time)]
    request_body: Duration,

    /// Longest time in which the body of an answer makes no progress.
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = time)]
    stall: Duration,

    /// Longest wait for the head of the service's answer.
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = time)]
    upstream_timeout: Duration,
}

/// What the program can do beside serving.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Makes, lists and revokes tokens.
    Token(TokenCommand),
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// A line for people.
    Text,
    /// A JSON object a line, for programs.
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum EngineName {
    /// Pictures are painted in this process; nothing is spent.
    Simulator,
    /// Requests go to a Fusion Brain service.
    Fusionbrain,
    /// Pictures come from a server with POST /images/generations: stable-diffusion.cpp, LocalAI, vLLM-Omni, hosted ones.
    Openai,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum KeysFrom {
    /// The relay's own, put on every request.
    Relay,
    /// The X-Key and X-Secret headers that the client sent.
    FromClient,
}

#[derive(Debug, Clone, Copy)]
struct Milliseconds(u64);

/// Flags that do not go together, or lack something.
#[derive(Debug)]
pub enum FlagError {
    /// A flag of one engine together with the other.
    WrongEngine {
        /// The flag as typed.
        flag: &'static str,
        /// The engine it belongs to.
        engine: &'static str,
    },
    /// `--engine openai` without `--upstream`.
    NoUpstream,
    /// `--keys from-client` and keys of the relay's own.
    KeysTwice,
    /// No keys for the real service.
    NoKeys,
    /// The keys in the environment cannot be used.
    BadKeys,
    /// The keys file cannot be used.
    KeysFile(KeysFileError),
    /// The official base is not an address (never happens).
    Base(BaseError),
}

impl fmt::Display for FlagError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongEngine { flag, engine } => write!(f, "{flag} belongs to --engine {engine}"),
            Self::NoUpstream => f.write_str(
                "--engine openai needs a server: say where with --upstream http://HOST:PORT/v1",
            ),
            Self::KeysTwice => f.write_str("--keys from-client and --keys-file exclude each other"),
            Self::NoKeys => f.write_str(
                "--engine fusionbrain needs keys: set FB_API_KEY and FB_API_SECRET, or give --keys-file FILE, \
                 or let every client bring its own with --keys from-client",
            ),
            Self::BadKeys => f.write_str("FB_API_KEY or FB_API_SECRET holds what cannot be a key"),
            Self::KeysFile(error) => error.fmt(f),
            Self::Base(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for FlagError {}

impl Flags {
    /// Settings as these flags say. `environment` looks up a variable; only `FB_API_KEY` and `FB_API_SECRET` are asked
    /// for, and only for the fusionbrain engine.
    ///
    /// # Errors
    /// [`FlagError`] names what does not go together or is missing.
    pub fn settings(self, environment: impl Fn(&str) -> Option<String>) -> Result<Settings, FlagError> {
        // A flag that would silently do nothing is a mistake of the person who typed it.
        let openai = self.openai.given().map(|(given, flag)| (given, flag, EngineName::Openai));
        let others = [
            // Where pictures are in one relay's memory, another one could not answer for them.
            (self.hold.shares(), "--store", EngineName::Fusionbrain),
            (self.keys_file.is_some(), "--keys-file", EngineName::Fusionbrain),
            (self.keys == KeysFrom::FromClient, "--keys from-client", EngineName::Fusionbrain),
            (self.sim_seconds.is_some(), "--sim-seconds", EngineName::Simulator),
            (self.sim_keys.is_some(), "--sim-keys", EngineName::Simulator),
            (self.sim_expiry.is_some(), "--sim-expiry", EngineName::Simulator),
            (self.sim_other_pipeline, "--sim-other-pipeline", EngineName::Simulator),
            (self.sim_seed.is_some(), "--sim-seed", EngineName::Simulator),
        ];
        for (given, flag, engine) in openai.into_iter().chain(others) {
            if given && self.engine != engine {
                return Err(FlagError::WrongEngine { flag, engine: engine.name() });
            }
        }
        if self.upstream.is_some() && self.engine == EngineName::Simulator {
            let engine = "fusionbrain or openai";
            return Err(FlagError::WrongEngine { flag: "--upstream", engine });
        }
        let engine = match self.engine {
            EngineName::Simulator => {
                let usual = simulator::Config::default();
                EngineSettings::Simulator(simulator::Config {
                    keys: self.sim_keys,
                    generation_ms: self.sim_seconds.map_or(usual.generation_ms, |time| time.0),
                    expiry_ms: self.sim_expiry.map_or(usual.expiry_ms, |time| time.0),
                    other_pipeline: self.sim_other_pipeline,
                    seed: self.sim_seed.unwrap_or_else(fresh_seed),
                })
            }
            EngineName::Fusionbrain => {
                let upstream = match self.upstream {
                    Some(upstream) => upstream,
                    None => Base::new(Base::OFFICIAL).map_err(FlagError::Base)?,
                };
                let keys = match (self.keys, self.keys_file) {
                    (KeysFrom::FromClient, None) => Keys::FromClient,
                    (KeysFrom::FromClient, Some(_)) => return Err(FlagError::KeysTwice),
                    (KeysFrom::Relay, Some(file)) => {
                        Keys::Held(keys::read_keys_file(&file).map_err(FlagError::KeysFile)?)
                    }
                    (KeysFrom::Relay, None) => Keys::Held(from_environment(environment)?),
                };
                EngineSettings::fusionbrain(upstream, keys)
            }
            EngineName::Openai => {
                let upstream = self.upstream.ok_or(FlagError::NoUpstream)?;
                EngineSettings::OpenAi(self.openai.settings(upstream).map_err(FlagError::KeysFile)?)
            }
        };
        let mut settings = Settings::new(engine);
        settings.hold = self.hold.settings();
        if let (Some(hold), EngineName::Simulator | EngineName::Openai) = (&mut settings.hold, self.engine) {
            // No rate limiter bites here.
            hold.pace = OWN_PACE;
        }
        settings.app = self.app;
        settings.allow_origins = self.allow_origins;
        settings.frame_ancestors = self.frame_ancestors;
        settings.embedding = self.embed.settings();
        settings.limits.request_head = self.request_head;
        settings.limits.request_body = self.request_body;
        settings.limits.stall = self.stall;
        settings.limits.headers = self.upstream_timeout;
        self.guard.into(&mut settings);
        Ok(settings)
    }
}

impl EngineName {
    fn name(self) -> &'static str {
        match self {
            Self::Simulator => "simulator",
            Self::Fusionbrain => "fusionbrain",
            Self::Openai => "openai",
        }
    }
}

fn from_environment(environment: impl Fn(&str) -> Option<String>) -> Result<Credentials, FlagError> {
    let given = |name| environment(name).filter(|value| !value.trim().is_empty());
    match (given(keys::KEY_NAME), given(keys::SECRET_NAME)) {
        (Some(key), Some(secret)) => keys::credentials(&key, &secret).ok_or(FlagError::BadKeys),
        _ => Err(FlagError::NoKeys),
    }
}

/// Another one each start: with the same one a restarted relay would hand out the task ids of its last life, which
/// clients may still remember.
fn fresh_seed() -> u64 {
    // The low digits are what differs from start to start; cutting off the high ones is no loss.
    #[allow(clippy::cast_possible_truncation)]
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |time| time.as_nanos() as u64)
}

fn key_pair(text: &str) -> Result<Credentials, &'static str> {
    text.split_once(':')
        .and_then(|(key, secret)| keys::credentials(key, secret))
        .ok_or("write it as KEY:SECRET")
}

fn milliseconds(text: &str) -> Result<Milliseconds, &'static str> {
    let seconds: f64 = text.parse().map_err(|_| "a number of seconds is wanted")?;
    // A day is more than anybody waits for a picture, and keeps the sum of two times within its type.
    if !(0.0..=86_400.0).contains(&seconds) {
        return Err("between 0 and 86400 seconds are wanted");
    }
    // Within 0..=86_400_000, so that nothing is lost.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    Ok(Milliseconds((seconds * 1000.0).round() as u64))
}

fn level(text: &str) -> Result<LevelFilter, &'static str> {
    text.parse().map_err(|_| "one of off, error, warn, info, debug, trace is wanted")
}

#[cfg(test)]
mod tests {
    use super::{FlagError, Flags};
    use crate::hold::HoldPlace;
    use crate::settings::{EngineSettings, Keys, Settings};
    use clap::{CommandFactory, Parser};
    use tracing::level_filters::LevelFilter;

    fn flags(line: &str) -> Flags {
        let words = ["komposition-relay"].into_iter().chain(line.split_whitespace());
        Flags::try_parse_from(words).unwrap_or_else(|error| panic!("{line}: {error}"))
    }

    fn settings(line: &str) -> Result<Settings, FlagError> {
        flags(line).settings(|_| None)
    }

    fn wrong(line: &str) -> String {
        let words = ["komposition-relay"].into_iter().chain(line.split_whitespace());
        match Flags::try_parse_from(words) {
            Ok(flags) => flags.settings(|_| None).map(|_| ()).unwrap_err().to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_flags_are_well_formed() {
        Flags::command().debug_assert();
    }

    #[test]
    fn without_flags_it_is_the_simulator_on_this_machine_for_its_own_pages() {
        let flags = flags("");
        assert_eq!(flags.listen.to_string(), "127.0.0.1:8787");
        assert_eq!(flags.log, LevelFilter::INFO);
        let settings = flags.settings(|_| None).unwrap();
        assert!(settings.allow_origins.is_empty() && settings.app.is_none());
        let EngineSettings::Simulator(config) = settings.engine else { panic!("{settings:?}") };
        let usual = simulator::Config::default();
        assert!(config.keys.is_none() && !config.other_pipeline);
        assert_eq!((config.generation_ms, config.expiry_ms), (usual.generation_ms, usual.expiry_ms));
    }

    #[test]
    fn the_simulators_flags_reach_it() {
        let settings = settings(
            "--engine simulator --sim-seconds 1.5 --sim-keys K:S:with:colons --sim-expiry 20 --sim-other-pipeline --sim-seed 7",
        )
        .unwrap();
        let EngineSettings::Simulator(config) = settings.engine else { panic!("{settings:?}") };
        let keys = config.keys.unwrap();
        assert_eq!((keys.key.expose(), keys.secret.expose()), ("K", "S:with:colons"));
        assert_eq!((config.generation_ms, config.expiry_ms), (1_500, 20_000));
        assert_eq!((config.other_pipeline, config.seed), (true, 7));
    }

    #[test]
    fn origins_may_be_given_several_times() {
        let settings =
            settings("--allow-origin https://a.example --allow-origin http://127.0.0.1:5500").unwrap();
        let origins: Vec<_> = settings.allow_origins.iter().map(crate::Origin::as_str).collect();
        assert_eq!(origins, ["https://a.example", "http://127.0.0.1:5500"]);
    }

    #[test]
    fn the_real_service_is_the_official_one_unless_told() {
        for (line, expected) in [
            ("--engine fusionbrain --keys from-client", "https://api-key.fusionbrain.ai/"),
            (
                "--engine fusionbrain --keys from-client --upstream http://127.0.0.1:9/x",
                "http://127.0.0.1:9/x/",
            ),
        ] {
            let EngineSettings::Fusionbrain { upstream, styles, keys } = settings(line).unwrap().engine
            else {
                panic!("{line}")
            };
            assert_eq!(upstream.as_str(), expected);
            assert_eq!(styles, "https://cdn.fusionbrain.ai/static/styles/key");
            assert!(matches!(keys, Keys::FromClient));
        }
    }

    #[test]
    fn the_flags_of_the_openai_engine_reach_it() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("key");
        std::fs::write(&file, "sk-1\n").unwrap();
        let line = format!(
            "--engine openai --upstream http://127.0.0.1:9/v1 --upstream-key-file {} --model a --model b \
             --sizes 512x512,768x512 --upstream-at-once 2 --queue 5 --patience 1500ms",
            file.display()
        );
        let EngineSettings::OpenAi(server) = settings(&line).unwrap().engine else { panic!("{line}") };
        assert_eq!(server.upstream.as_str(), "http://127.0.0.1:9/v1/");
        assert_eq!(server.key.unwrap().expose(), "sk-1");
        assert_eq!(server.models, ["a", "b"]);
        let sizes: Vec<_> = server.sizes.iter().map(|size| (size.width(), size.height())).collect();
        assert_eq!(sizes, [(512, 512), (768, 512)]);
        assert_eq!((server.at_once, server.queue, server.patience.as_millis()), (2, 5, 1_500));

        let line = "--engine openai --upstream http://127.0.0.1:9/v1";
        let EngineSettings::OpenAi(server) = settings(line).unwrap().engine else { panic!("{line}") };
        assert!(server.key.is_none() && server.models.is_empty() && server.sizes.is_empty());
        assert_eq!((server.at_once, server.queue, server.patience.as_secs()), (1, 16, 600));
    }

    #[test]
    fn what_is_held_for_how_long_and_where() {
        assert!(settings("").unwrap().hold.is_none());
        let hold = settings("--hold 15m").unwrap().hold.unwrap();
        assert_eq!((hold.keep.as_secs(), hold.bytes, hold.place), (900, 512_000_000, HoldPlace::Memory));
        assert_eq!(hold.wait.as_secs(), 25);
        let hold = settings("--hold 90s --hold-bytes 64MiB --hold-dir d").unwrap().hold.unwrap();
        assert_eq!((hold.keep.as_secs(), hold.bytes), (90, 64 * 1024 * 1024));
        assert_eq!(hold.place, HoldPlace::Folder("d".into()));
        let line = "--engine fusionbrain --keys from-client --hold 1h --store redis://127.0.0.1:6379/2";
        let hold = settings(line).unwrap().hold.unwrap();
        assert_eq!(hold.place, HoldPlace::Redis("redis://127.0.0.1:6379/2".to_owned()));
        assert!(hold.pace.as_secs() >= 3, "the service's rate limiter bites below that");
    }

    #[test]
    fn what_does_not_go_together_is_refused_in_words() {
        for (line, words) in [
            ("--engine fusionbrain", "needs keys"),
            ("--engine fusionbrain --keys from-client --keys-file k", "exclude each other"),
            ("--engine fusionbrain --keys-file no-such-file", "cannot read the keys file no-such-file"),
            (
                "--engine fusionbrain --keys from-client --sim-seconds 1",
                "--sim-seconds belongs to --engine simulator",
            ),
            ("--upstream https://a.example", "--upstream belongs to --engine fusionbrain"),
            ("--engine openai", "needs a server"),
            (
                "--engine openai --upstream http://h/v1 --upstream-key-file none",
                "cannot read the keys file none",
            ),
            (
                "--engine openai --upstream http://h/v1 --keys-file k",
                "--keys-file belongs to --engine fusionbrain",
            ),
            ("--model m", "--model belongs to --engine openai"),
            ("--sizes 512x512", "--sizes belongs to --engine openai"),
            ("--upstream-at-once 2", "--upstream-at-once belongs to --engine openai"),
            ("--queue 2", "--queue belongs to --engine openai"),
            ("--patience 2s", "--patience belongs to --engine openai"),
            ("--upstream-key-file f", "--upstream-key-file belongs to --engine openai"),
            ("--engine openai --upstream http://h/v1 --sizes 4x4", "each side from 128"),
            ("--engine openai --upstream http://h/v1 --queue 0", "not in 1..=10000"),
            ("--keys from-client", "--keys from-client belongs to --engine fusionbrain"),
            ("--allow-origin https://a.example/", "write it as https://a.example"),
            ("--allow-origin *", "an origin is written as"),
            ("--sim-seconds=-1", "between 0 and 86400"),
            ("--sim-seconds nan", "between 0 and 86400"),
            ("--sim-keys onlykey", "KEY:SECRET"),
            ("--hold-bytes 1M", "--hold <TIME>"),
            ("--hold-dir d", "--hold <TIME>"),
            ("--store redis://a", "--hold <TIME>"),
            ("--hold 1m --hold-dir d --store redis://a", "cannot be used with"),
            ("--hold 1m --store redis://a", "--store belongs to --engine fusionbrain"),
            ("--hold soon", "15m"),
            ("--hold 10ms", "between 1s and 24h"),
            ("--hold 2days", "between 1s and 24h"),
            ("--upstream ftp://a.example", "must start with https:// or http://"),
            ("--log loud", "one of off"),
            ("--listen nowhere", "--listen"),
        ] {
            let said = wrong(line);
            assert!(said.contains(words), "{line}: {said}");
        }
    }

    #[test]
    fn flags_can_be_shown_without_their_keys() {
        let shown = format!("{:?}", flags("--sim-keys my-own-key:my-own-secret"));
        assert!(shown.contains("sim_keys") && !shown.contains("my-own"), "{shown}");
    }
}
