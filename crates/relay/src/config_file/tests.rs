//! Every setting, from each of the three places, has the same effect.

use super::{CONFIG, PREFIX, ReadError};
use crate::flags::Flags;
use clap::CommandFactory;
use std::collections::HashMap;
use std::ffi::OsString;

const OPENAI: &str = "--engine=openai --upstream=http://127.0.0.1:9/v1";

/// Each setting with a value that is not its usual one, and what must be said beside it.
const SAMPLES: [(&str, &str, &str); 46] = [
    ("listen", "127.0.0.1:1234", ""),
    ("engine", "fusionbrain", "--keys=from-client"),
    ("upstream", "http://127.0.0.1:9/", "--engine=fusionbrain --keys=from-client"),
    ("keys", "from-client", "--engine=fusionbrain"),
    ("keys-file", "$KEYS", "--engine=fusionbrain"),
    ("upstream-key-file", "$KEYS", OPENAI),
    ("model", "sd3,flux", OPENAI),
    ("sizes", "512x512,768x512", OPENAI),
    ("upstream-at-once", "2", OPENAI),
    ("queue", "5", OPENAI),
    ("patience", "90s", OPENAI),
    ("app", "dist", ""),
    ("allow-origin", "https://a.example,https://b.example", ""),
    ("frame-ancestors", "https://a.example,https://b.example", ""),
    ("embed-origin", "https://a.example,https://b.example", ""),
    ("embed-may-spend", "https://a.example", ""),
    ("hold", "15m", ""),
    ("hold-bytes", "64MiB", "--hold=1m"),
    ("hold-dir", "held", "--hold=1m"),
    ("store", "redis://127.0.0.1:9/1", "--hold=1m --engine=fusionbrain --keys=from-client"),
    ("sim-seconds", "1.5", ""),
    ("sim-keys", "K:S", ""),
    ("sim-expiry", "20", ""),
    ("sim-other-pipeline", "true", ""),
    ("sim-seed", "7", ""),
    ("log", "debug", ""),
    ("log-format", "json", ""),
    ("people", "people.toml", ""),
    ("trust-header", "x-user", "--trust-from=10.0.0.0/8"),
    ("trust-from", "10.0.0.0/8,fd00::/8", ""),
    ("open", "true", ""),
    ("runs-a-day", "50", ""),
    ("at-once", "3", ""),
    ("runs-a-minute", "5", ""),
    ("polls-a-minute", "50", ""),
    ("address-runs-a-minute", "6", ""),
    ("address-polls-a-minute", "60", ""),
    ("connections", "100", ""),
    ("connections-per-address", "10", ""),
    ("metrics-from", "192.0.2.0/24,2001:db8::/32", ""),
    ("drain", "5s", ""),
    ("goodbye", "1m", ""),
    ("request-head", "5s", ""),
    ("request-body", "6s", ""),
    ("stall", "7s", ""),
    ("upstream-timeout", "8s", ""),
];

struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("keys"), "file-key\nfile-secret\n").unwrap();
        Self { dir }
    }

    fn read(
        &self,
        line: &[String],
        environment: &HashMap<String, String>,
        file: Option<&str>,
    ) -> Result<Flags, ReadError> {
        let mut words = vec![OsString::from("komposition-relay")];
        words.extend(line.iter().map(OsString::from));
        if let Some(text) = file {
            let path = self.dir.path().join("relay.toml");
            std::fs::write(&path, text).unwrap();
            words.push(format!("--config={}", path.display()).into());
        }
        Flags::read(words, |name| environment.get(name).cloned())
    }

    /// Everything that comes of it, as one text.
    fn outcome(&self, line: &[String], environment: &HashMap<String, String>, file: Option<&str>) -> String {
        let mut flags = self.read(line, environment, file).unwrap_or_else(|error| panic!("{line:?} {error}"));
        let apart = format!("{} {} {:?}", flags.listen, flags.log, flags.log_format);
        flags.listen = ([127, 0, 0, 1], 1).into();
        let keys = |name: &str| Some(format!("{name}-of-the-environment"));
        let settings = flags.settings(keys).unwrap_or_else(|error| panic!("{line:?} {error}"));
        let secrets = match &settings.engine {
            // They do not show themselves.
            crate::EngineSettings::Simulator(config) => {
                config.keys.as_ref().map(|keys| keys.key.expose().to_owned())
            }
            crate::EngineSettings::Fusionbrain { keys: crate::Keys::Held(keys), .. } => {
                Some(keys.key.expose().to_owned())
            }
            crate::EngineSettings::OpenAi(server) => server.key.as_ref().map(|key| key.expose().to_owned()),
            crate::EngineSettings::Fusionbrain { .. } => None,
        };
        format!("{apart} {settings:?} {secrets:?}")
    }
}

#[test]
fn every_setting_has_its_effect_from_the_command_line_the_environment_and_the_file() {
    let place = Place::new();
    let nothing = HashMap::new();
    let mut known: Vec<String> = Vec::new();
    for (name, value, beside) in SAMPLES {
        known.push(name.to_owned());
        let value = value.replace("$KEYS", &place.dir.path().join("keys").display().to_string());
        let command = Flags::command();
        let setting = command.get_arguments().find(|setting| setting.get_long() == Some(name)).unwrap();
        let (switch, list) = (super::is_switch(setting), super::is_list(setting));
        let values: Vec<&str> = if list { value.split(',').collect() } else { vec![value.as_str()] };
        // Without a seed each start has another one.
        let seed = (name != "sim-seed" && !beside.contains("--engine") && name != "engine")
            .then_some("--sim-seed=1");
        let beside: Vec<String> = beside.split_whitespace().chain(seed).map(ToOwned::to_owned).collect();

        let words = if switch {
            vec![format!("--{name}")]
        } else {
            values.iter().map(|value| format!("--{name}={value}")).collect()
        };
        let by_line = place.outcome(&[words, beside.clone()].concat(), &nothing, None);

        let variable = format!("{PREFIX}{}", name.to_ascii_uppercase().replace('-', "_"));
        let by_variable = place.outcome(&beside, &HashMap::from([(variable, value.clone())]), None);
        assert_eq!(by_line, by_variable, "{name}");

        let text = if switch {
            format!("{name} = true")
        } else if list {
            format!("{name} = {values:?}")
        } else if value.parse::<f64>().is_ok() {
            format!("{name} = {value}")
        } else {
            format!("{name} = {value:?}")
        };
        let by_file = place.outcome(&beside, &nothing, Some(&text));
        assert_eq!(by_line, by_file, "{name}");

        match name {
            "sim-seed" => assert!(by_line.contains("seed: 7"), "{by_line}"),
            // The other engine is not even started without, nor is a header believed of nobody.
            "engine" => assert!(by_line.contains("Fusionbrain"), "{by_line}"),
            _ => assert_ne!(by_line, place.outcome(&beside, &nothing, None), "{name} has no effect"),
        }
    }
    let mut all: Vec<String> = Flags::command()
        .get_arguments()
        .filter_map(|setting| setting.get_long())
        .map(ToOwned::to_owned)
        .collect();
    all.retain(|name| !["help", "version", CONFIG].contains(&name.as_str()));
    all.sort();
    known.sort();
    assert_eq!(known, all, "each setting is tried here");
}

#[test]
fn every_setting_is_in_the_readmes_table() {
    let readme = include_str!("../../../../README.md");
    let rows: Vec<&str> = readme.lines().filter(|line| line.starts_with("| `--")).collect();
    let words: Vec<&str> = rows
        .iter()
        .filter_map(|row| row.split(" | ").next())
        .flat_map(|names| names.split(['`', ' ', ',']))
        .filter_map(|word| word.strip_prefix("--"))
        .collect();
    let command = Flags::command();
    let all: Vec<&str> = command.get_arguments().filter_map(|setting| setting.get_long()).collect();
    for name in &all {
        assert!(["help", "version"].contains(name) || words.contains(name), "--{name} is not in the README");
    }
    for name in words {
        assert!(all.contains(&name), "there is no --{name}");
    }
}

#[test]
fn the_command_line_goes_before_the_environment_and_that_before_the_file() {
    let place = Place::new();
    let file = Some(
        "listen = \"127.0.0.1:3\"\ndrain = \"3s\"\nopen = true\nallow-origin = [\"https://file.example\"]",
    );
    let environment = HashMap::from([
        ("KOMPOSITION_RELAY_LISTEN".to_owned(), "127.0.0.1:2".to_owned()),
        ("KOMPOSITION_RELAY_OPEN".to_owned(), "false".to_owned()),
        ("KOMPOSITION_RELAY_ALLOW_ORIGIN".to_owned(), "https://variable.example".to_owned()),
    ]);
    let flags = place.read(&["--listen=127.0.0.1:1".to_owned()], &environment, file).unwrap();
    assert_eq!(flags.listen.port(), 1);
    let flags = place.read(&[], &environment, file).unwrap();
    assert_eq!(flags.listen.port(), 2);
    let settings = flags.settings(|_| None).unwrap();
    assert!(!settings.open);
    assert_eq!(settings.allow_origins.len(), 1, "a list takes the place of the other, too");
    assert_eq!(settings.allow_origins[0].as_str(), "https://variable.example");
    assert_eq!(settings.limits.drain.as_secs(), 3);
    assert_eq!(place.read(&[], &HashMap::new(), file).unwrap().listen.port(), 3);

    let path = place.dir.path().join("relay.toml").display().to_string();
    let named = HashMap::from([("KOMPOSITION_RELAY_CONFIG".to_owned(), path)]);
    assert_eq!(place.read(&[], &named, None).unwrap().listen.port(), 3);
}

#[test]
fn what_is_no_setting_is_said_without_quoting_a_value() {
    let place = Place::new();
    let nothing = HashMap::new();
    for (text, words) in [
        ("lisen = \"secret-value\"", "there is no setting called lisen"),
        ("open = \"secret-value\"", "open cannot be that"),
        ("listen = [\"secret-value\"]", "listen cannot be that"),
        ("listen = { secret = \"secret-value\" }", "listen cannot be that"),
        ("\nlisten = secret-value", "line 2"),
        ("listen = 1\nlisten = \"secret-value\"", "duplicate"),
    ] {
        let said = place.read(&[], &nothing, Some(text)).unwrap_err().to_string();
        assert!(said.contains(words) && !said.contains("secret-value"), "{words}: {said}");
    }
    let wrong = HashMap::from([("KOMPOSITION_RELAY_OPEN".to_owned(), "maybe".to_owned())]);
    assert_eq!(
        place.read(&[], &wrong, None).unwrap_err().to_string(),
        "KOMPOSITION_RELAY_OPEN must be true or false"
    );
    assert!(place.read(&["--config=no-such-file".to_owned()], &nothing, None).is_err());
    assert!(place.read(&["--trust-header=x-user".to_owned()], &nothing, None).is_err(), "believed of whom?");
}
