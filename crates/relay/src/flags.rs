//! The command line, and how it becomes [`Settings`].

use crate::hold::{HoldPlace, HoldSettings};
use crate::keys::{self, KeysFileError};
use crate::origin::Origin;
use crate::settings::{EngineSettings, Keys, Limits, Settings};
use bytesize::ByteSize;
use clap::{Parser, ValueEnum};
use fusionbrain::{Base, BaseError, Credentials};
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tracing::level_filters::LevelFilter;

/// Between two questions to a simulator in this process on behalf of those who wait.
const SIMULATORS_PACE: Duration = Duration::from_millis(250);

/// One HTTP door in front of a Fusion Brain service, or of a simulated one.
///
/// Keys for `--engine fusionbrain` come from the environment (FB_API_KEY, FB_API_SECRET), from `--keys-file`, or, with
/// `--keys from-client`, from each client. They are never taken from the command line, where everybody can see them.
#[derive(Debug, Parser)]
#[command(name = "komposition-relay", version)]
pub struct Flags {
    /// Address to listen on. Port 0 takes any free one; the first line of output says which.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8787")]
    pub listen: SocketAddr,

    /// Who makes the pictures.
    #[arg(long, value_enum, default_value_t = EngineName::Simulator)]
    engine: EngineName,

    /// The service behind `--engine fusionbrain` [default: the official one, api-key.fusionbrain.ai].
    #[arg(long, value_name = "URL", value_parser = Base::new)]
    upstream: Option<Base>,

    /// Whose keys are used upstream.
    #[arg(long, value_enum, value_name = "WHOSE", default_value_t = KeysFrom::Relay)]
    keys: KeysFrom,

    /// File with the key on one line and the secret on the next, or with FB_API_KEY=… and FB_API_SECRET=… lines. Goes
    /// before the environment.
    #[arg(long, value_name = "FILE")]
    keys_file: Option<PathBuf>,

    /// Folder of the built app to serve at /.
    #[arg(long, value_name = "DIR")]
    app: Option<PathBuf>,

    /// Pages of this origin may use the relay too (https://host[:port], compared exactly). May be given several times.
    #[arg(long = "allow-origin", value_name = "ORIGIN")]
    allow_origins: Vec<Origin>,

    /// Hold each final answer for so long (15m), or until the client acknowledges it with DELETE
    /// /relay/v1/results/UUID, and repeat it to its owner.
    #[arg(long, value_name = "TIME", value_parser = hold_time)]
    hold: Option<Duration>,

    /// Most bytes of answers held at once [default: 512M].
    #[arg(long, value_name = "SIZE", requires = "hold")]
    hold_bytes: Option<ByteSize>,

    /// Folder to hold answers in, so that they outlive a restart. Without it and --store they are in memory only.
    #[arg(long, value_name = "DIR", requires = "hold", conflicts_with = "store")]
    hold_dir: Option<PathBuf>,

    /// Hold answers in a redis that several relays share (redis://host:port/number): any of them answers any poll.
    #[arg(long, value_name = "URL", requires = "hold")]
    store: Option<String>,

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
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum EngineName {
    /// Pictures are painted in this process; nothing is spent.
    Simulator,
    /// Requests go to a Fusion Brain service.
    Fusionbrain,
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
    pub fn settings(mut self, environment: impl Fn(&str) -> Option<String>) -> Result<Settings, FlagError> {
        // A flag that would silently do nothing is a mistake of the person who typed it.
        for (given, flag, engine) in [
            (self.upstream.is_some(), "--upstream", EngineName::Fusionbrain),
            (self.keys_file.is_some(), "--keys-file", EngineName::Fusionbrain),
            (self.keys == KeysFrom::FromClient, "--keys from-client", EngineName::Fusionbrain),
            (self.sim_seconds.is_some(), "--sim-seconds", EngineName::Simulator),
            (self.sim_keys.is_some(), "--sim-keys", EngineName::Simulator),
            (self.sim_expiry.is_some(), "--sim-expiry", EngineName::Simulator),
            (self.sim_other_pipeline, "--sim-other-pipeline", EngineName::Simulator),
            (self.sim_seed.is_some(), "--sim-seed", EngineName::Simulator),
        ] {
            if given && self.engine != engine {
                return Err(FlagError::WrongEngine { flag, engine: engine.name() });
            }
        }
        let hold = self.hold_settings();
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
        };
        let (app, allow_origins) = (self.app, self.allow_origins);
        Ok(Settings { engine, app, allow_origins, hold, limits: Limits::default() })
    }

    fn hold_settings(&mut self) -> Option<HoldSettings> {
        let place = match (self.store.take(), self.hold_dir.take()) {
            (Some(url), _) => HoldPlace::Redis(url),
            (None, Some(folder)) => HoldPlace::Folder(folder),
            (None, None) => HoldPlace::Memory,
        };
        let mut hold = HoldSettings::new(self.hold?, place);
        if let Some(bytes) = self.hold_bytes {
            hold.bytes = bytes.as_u64();
        }
        if self.engine == EngineName::Simulator {
            // No rate limiter bites here.
            hold.pace = SIMULATORS_PACE;
        }
        Some(hold)
    }
}

impl EngineName {
    fn name(self) -> &'static str {
        match self {
            Self::Simulator => "simulator",
            Self::Fusionbrain => "fusionbrain",
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

fn hold_time(text: &str) -> Result<Duration, &'static str> {
    let time = humantime::parse_duration(text).map_err(|_| "write it like 15m or 1h 30m")?;
    // So that it is never longer than owners are known, nor so short that it ends before it is read.
    if !(Duration::from_secs(1)..=Duration::from_secs(24 * 60 * 60)).contains(&time) {
        return Err("between 1s and 24h is wanted");
    }
    Ok(time)
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
    fn what_is_held_where_and_for_how_long_is_told_by_flags() {
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
            ("--keys from-client", "--keys from-client belongs to --engine fusionbrain"),
            ("--allow-origin https://a.example/", "write it as https://a.example"),
            ("--allow-origin *", "an origin is written as"),
            ("--sim-seconds=-1", "between 0 and 86400"),
            ("--sim-seconds nan", "between 0 and 86400"),
            ("--sim-keys onlykey", "KEY:SECRET"),
            ("--upstream ftp://a.example", "must start with https:// or http://"),
            ("--log loud", "one of off"),
            ("--hold-bytes 1M", "--hold <TIME>"),
            ("--hold-dir d", "--hold <TIME>"),
            ("--store redis://a", "--hold <TIME>"),
            ("--hold 1m --hold-dir d --store redis://a", "cannot be used with"),
            ("--hold soon", "15m"),
            ("--hold 10ms", "between 1s and 24h"),
            ("--hold 2days", "between 1s and 24h"),
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
