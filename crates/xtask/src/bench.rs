//! `cargo xtask bench`: how quick the app is with much in it, beside the app with little, against the bounds of PRODUCT.md; and
//! how quick the relay is, beside nginx.
//!
//! Nothing here is a test: a busy machine makes every figure worse. So all is measured in one run, side by side, and told as
//! medians; only who says `--strict` makes a failure of a missed bound.

mod figures;
mod page;

use crate::app::{self, WithoutWasmOpt};
use crate::browsers::Browser;
use crate::npm;
use crate::process;
use crate::report::Report;
use crate::servers;
use crate::test;
use crate::tools::Tools;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use std::fs;
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// What is measured.
    #[arg(value_enum)]
    what: What,
    /// Library: how many pictures the large one has; the small one has ten.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(100..=100_000))]
    pictures: u32,
    /// How often all is measured.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// Library: in these browsers, one after the other. Only Chromium tells of its heap and of its long tasks.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "LIST", default_value = "chromium")]
    browsers: Vec<Browser>,
    /// Fail when a bound is missed.
    #[arg(long)]
    strict: bool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum What {
    /// Opening, scrolling and searching the library, and typing beside it
    Library,
    /// What Lighthouse says of the app: performance, accessibility, best practices, SEO
    Page,
    /// The relay beside nginx's proxy_pass, in front of the same upstream: polls, latency, memory, large bodies
    Relay,
}

/// Builds, measures, prints the table.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    match options.what {
        What::Library => library(workspace, options),
        What::Page => judged(workspace, options),
        What::Relay => relay(workspace, options),
    }
}

/// What is measured, and how, stands in crates/relay/bench: it needs an HTTP server and a runtime, which this program does not
/// have.
fn relay(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let nginx = servers::nginx(&Tools::open()?)?;
    let mut command = workspace.cargo();
    command.args(["bench", "-p", "komposition-relay", "--bench", "load", "--", "beside-nginx", "--nginx"]);
    // They are short.
    command.arg(nginx).args(["--rounds", &(options.rounds * 3).to_string()]);
    if options.strict {
        command.arg("--strict");
    }
    let before = load();
    let kept = process::succeeds(&mut command)?;
    println!("the machine: {}, load before {before}, after {}", processors(), load());
    Ok(if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The app as it is built, served as it is served, judged by Lighthouse.
fn judged(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let mut tools = Tools::open()?;
    let chromium = Browser::Chromium.ensure(&mut tools)?.browser;
    let lighthouse = npm::ensure(&tools, &npm::LIGHTHOUSE)?;
    test::build_relay(workspace)?;
    app::build(workspace, &mut tools, WithoutWasmOpt::Refuse)?;
    let empty = app::build_empty(workspace, &mut tools)?;
    let relay = workspace.release_binary("komposition-relay");
    let (app, empty) =
        (page::Served::start(&relay, &workspace.dist())?, page::Served::start(&relay, &empty)?);
    let before = load();
    let (mut reports, mut beside) = (Vec::new(), Vec::new());
    for round in 1..=options.rounds {
        println!("round {round} of {}", options.rounds);
        for (name, served, reports) in
            [("lighthouse", &app, &mut reports), ("lighthouse-empty", &empty, &mut beside)]
        {
            let report = workspace.notes()?.join(format!("{name}-{round}.json"));
            reports.push(page::judge(&lighthouse, &chromium, &served.address, &report)?);
        }
    }
    let (text, good) = page::table(&reports, &beside);
    println!("\nLighthouse, default throttling: medians of {} rounds\n{text}", options.rounds);
    println!("the machine: {}, load before {before}, after {}", processors(), load());
    Ok(if options.strict && !good { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn library(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let mut tools = Tools::open()?;
    let ready = test::bring(&options.browsers, &mut tools, &mut Report::default());
    if ready.len() < options.browsers.len() {
        bail!("not all of the browsers could be had");
    }
    test::build_relay(workspace)?;
    app::build(workspace, &mut tools, WithoutWasmOpt::Refuse)?;

    let samples = workspace.notes()?.join("bench-library.jsonl");
    fs::write(&samples, "").with_context(|| format!("cannot write {}", samples.display()))?;
    let mut command = test::end_to_end_command(workspace, &ready);
    command
        .args(["--bench", "library"])
        .env("KOMPOSITION_SAMPLES", &samples)
        .env("KOMPOSITION_PICTURES", options.pictures.to_string())
        .env("KOMPOSITION_ROUNDS", options.rounds.to_string())
        // Side by side they would measure each other.
        .env("KOMPOSITION_ENGINES_AT_ONCE", "1");
    let before = load();
    process::run(&mut command)?;
    let text = fs::read_to_string(&samples).with_context(|| format!("cannot read {}", samples.display()))?;
    let mut missed = 0;
    for browser in &options.browsers {
        let figures = figures::of(&text, browser.word())?;
        println!("\n{}: medians of {} rounds", browser.word(), options.rounds);
        println!("{}", figures::table(&figures, options.pictures));
        missed += figures.iter().filter(|figure| figure.is_missed()).count();
    }
    println!("the machine: {}, load before {before}, after {}", processors(), load());
    println!("the samples: {}", samples.display());
    Ok(if options.strict && missed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn processors() -> String {
    std::thread::available_parallelism()
        .map_or_else(|_| "unknown".to_owned(), |count| format!("{count} processors"))
}

/// How many programs wanted to run in the last minute, on average, where the system tells.
fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().unwrap_or("unknown").to_owned()
}
