//! The real relay binary, one a test.

use std::{process::Command, time::Duration};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Settings, origins, process::Process};

/// A running `komposition-relay` with the simulator behind it. Ends when dropped.
#[derive(Debug)]
pub struct Relay {
    /// Its origin: `http://127.0.0.1:PORT`, no slash at the end.
    pub origin: String,
    settings: Settings,
    flags: Vec<String>,
    _process: Process,
}

/// A relay that was ended, and can be started again where it was.
#[derive(Debug)]
pub struct Gone {
    origin: String,
    settings: Settings,
    flags: Vec<String>,
}

impl Gone {
    /// Starts it again, with nothing in its memory.
    ///
    /// # Errors
    /// As [`Relay::start`].
    pub fn start(self) -> Result<Relay> {
        let address = self.origin.trim_start_matches("http://");
        Relay::start_at(&self.settings, address, &self.flags.iter().map(String::as_str).collect::<Vec<_>>())
    }
}

/// One line of `/simulator/v1/log`.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
pub struct Entry {
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// Which task; empty or missing for what has none.
    #[serde(default)]
    pub uuid: Option<String>,
    /// `run`, `poll`, `ready`, `delivered`, `expired` or `refused`.
    pub event: String,
    /// How many polls for this task were under way, this one counted.
    #[serde(default)]
    pub concurrent_polls: u32,
}

impl Relay {
    /// Starts it on a port of its own, serving the app, with `flags` added to the command line.
    ///
    /// # Errors
    /// When the binary or the app is not there, or the relay does not say its address.
    pub fn start(settings: &Settings, flags: &[&str]) -> Result<Self> {
        loop {
            let relay = Self::start_at(settings, "127.0.0.1:0", flags)?;
            if origins::is_new(&relay.origin) {
                return Ok(relay);
            }
        }
    }

    /// Ends it.
    #[must_use]
    pub fn stop(self) -> Gone {
        Gone { origin: self.origin, settings: self.settings, flags: self.flags }
    }

    fn start_at(settings: &Settings, address: &str, flags: &[&str]) -> Result<Self> {
        let mut command = Command::new(settings.relay()?);
        if !flags.contains(&"--engine") {
            command.args(["--engine", "simulator"]);
        }
        command.args(["--listen", address, "--app"]).arg(settings.app()?).args(flags);
        // Keys of the person who runs the tests have no business here.
        command.env_remove("FB_API_KEY").env_remove("FB_API_SECRET");
        let process = Process::start(command)?;
        let origin = process.line(Duration::from_secs(20), |line| {
            line.strip_prefix("listening on ").map(|address| address.trim().trim_end_matches('/').to_owned())
        })?;
        let flags = flags.iter().map(|&flag| flag.to_owned()).collect();
        Ok(Self { origin, settings: settings.clone(), flags, _process: process })
    }

    /// What happened so far, oldest first.
    ///
    /// # Errors
    /// When the relay does not answer, or not with such a list.
    pub async fn log(&self) -> Result<Vec<Entry>> {
        let answer = reqwest::get(format!("{}/simulator/v1/log", self.origin)).await?.error_for_status()?;
        answer.json().await.context("the simulator's log is not as it should be")
    }

    /// How many runs reached the service (accepted ones).
    ///
    /// # Errors
    /// As [`Self::log`].
    pub async fn runs(&self) -> Result<usize> {
        Ok(self.log().await?.iter().filter(|entry| entry.event == "run").count())
    }

    /// What its `/metrics` count under this name, summed over all lines that hold each of these words.
    ///
    /// # Errors
    /// When the relay does not answer.
    pub async fn count(&self, name: &str, words: &[&str]) -> Result<u64> {
        let text = reqwest::get(format!("{}/metrics", self.origin)).await?.error_for_status()?.text().await?;
        let name = format!("komposition_relay_{name}{{");
        let lines = text.lines().filter(|line| line.starts_with(&name));
        let lines = lines.filter(|line| words.iter().all(|word| line.contains(word)));
        lines.map(|line| Ok(line.rsplit(' ').next().unwrap_or_default().parse::<u64>()?)).sum()
    }

    /// The `status_time` (seconds until a first poll makes sense) the service answers to a run of this prompt.
    /// Asking makes such a run.
    ///
    /// # Errors
    /// When the run is refused, or the answer has no `status_time`.
    pub async fn status_time(&self, prompt: &str) -> Result<f64> {
        let api = format!("{}/key/api/v1", self.origin);
        let pipelines: Value =
            reqwest::get(format!("{api}/pipelines")).await?.error_for_status()?.json().await?;
        let pipeline =
            pipelines[0]["id"].as_str().or(pipelines[0]["uuid"].as_str()).context("no pipeline")?;
        let params = json!({ "type": "GENERATE", "numImages": 1, "width": 128, "height": 128, "generateParams": { "query": prompt } });
        let form = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"pipeline_id\"\r\n\r\n{pipeline}\r\n\
             --edge\r\nContent-Disposition: form-data; name=\"params\"\r\nContent-Type: application/json\r\n\r\n{params}\r\n--edge--\r\n"
        );
        let request = reqwest::Client::new().post(format!("{api}/pipeline/run"));
        let request = request.header("Content-Type", "multipart/form-data; boundary=edge").body(form);
        let answer: Value = request.send().await?.error_for_status()?.json().await?;
        answer["status_time"].as_f64().with_context(|| format!("no status_time in {answer}"))
    }
}
