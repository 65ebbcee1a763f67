//! `cargo xtask bench library`: the app with few pictures and the app with thousands of them, side by side in one browser.
//!
//! Measures, and judges nothing: what was measured goes as JSON, a line a sample, into the file that `KOMPOSITION_SAMPLES`
//! names, and xtask makes the table. `KOMPOSITION_PICTURES` says how many pictures the large library has, `KOMPOSITION_ROUNDS`
//! how often all is done; what the other tests read from the environment holds here too.

mod fill;
mod measure;
mod page;

use std::{fs::File, io::Write as _, time::Duration};

use anyhow::{Context, Result};
use komposition_tests::{Relay, Stage, Test, suite};
use serde_json::json;

/// How many pictures the small library has.
const FEW: u32 = 10;

fn main() -> std::process::ExitCode {
    let test = Test::new("bench", "library", |stage| Box::pin(library(stage)));
    suite::main(&[test.within(Duration::from_secs(2 * 60 * 60))])
}

/// An app with a library of its own.
struct App {
    relay: Relay,
    pictures: u32,
}

/// Where the samples go.
struct Samples {
    engine: &'static str,
    file: File,
}

impl Samples {
    /// Notes what was measured in one round; nothing when nothing was.
    fn note(&mut self, what: &str, pictures: u32, values: &[f64]) -> Result<()> {
        let sample = json!({ "engine": self.engine, "what": what, "few": pictures == FEW, "values": values });
        writeln!(self.file, "{sample}").context("cannot write a sample")
    }
}

fn number(name: &str, otherwise: u32) -> Result<u32> {
    let Ok(text) = std::env::var(name) else { return Ok(otherwise) };
    text.parse().with_context(|| format!("{name}={text:?} is no such number"))
}

fn say(text: &str) {
    drop(writeln!(std::io::stderr(), "{text}"));
}

async fn library(stage: &Stage) -> Result<()> {
    let (many, rounds) = (number("KOMPOSITION_PICTURES", 10_000)?, number("KOMPOSITION_ROUNDS", 3)?);
    let name = std::env::var("KOMPOSITION_SAMPLES").context("KOMPOSITION_SAMPLES names no file")?;
    let file = File::options().create(true).append(true).open(&name);
    let mut samples =
        Samples { engine: stage.engine.name(), file: file.with_context(|| format!("cannot write {name}"))? };
    stage.driver().set_script_timeout(Duration::from_secs(55)).await?;
    let looks = fill::looks()?;
    let mut apps = Vec::new();
    for pictures in [FEW, many] {
        let app = App { relay: stage.relay()?, pictures };
        fill::fill(stage, &app, &looks).await?;
        apps.push(app);
    }
    for round in 1..=rounds {
        for app in &apps {
            say(&format!("{}: round {round} of {rounds}, {} pictures", samples.engine, app.pictures));
            measure::round(stage, app, &mut samples).await?;
        }
    }
    Ok(())
}
