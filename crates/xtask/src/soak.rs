//! `cargo xtask soak`: what takes longer than a test may.

use crate::browsers::{self, Browser};
use crate::process;
use crate::report::Report;
use crate::test;
use crate::tools::Tools;
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// How many lives of the simulation in crates/studio/tests/lives to live through.
    #[arg(long, default_value_t = 1_000_000)]
    lives: u64,
    /// Instead of lives: kill real browsers at so many moments of a job's life each.
    #[arg(long, num_args = 0..=1, default_missing_value = "40", value_name = "MOMENTS")]
    kills: Option<u32>,
    /// Instead of lives: five minutes of 500 clients through one relay that holds what it was handed over.
    #[arg(long, conflicts_with_all = ["kills", "lives", "trace"])]
    relay: bool,
    /// With --relay: so many seconds instead.
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(10..=86_400), requires = "relay")]
    seconds: u32,
    /// With --kills: only these browsers.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "LIST", default_values_t = browsers::ALL, requires = "kills")]
    browsers: Vec<Browser>,
    /// The seed of the first life; each further one has the seed after it. A failure prints its own. With --kills it says
    /// which moments they are.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Tell what happens, step by step: for one life that failed.
    #[arg(long)]
    trace: bool,
}

/// Does what was asked for.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    match options.kills {
        _ if options.relay => relay(workspace, options.seconds),
        Some(moments) => kills(workspace, options, moments),
        None => lives(workspace, options),
    }
}

/// The clients, and the service behind the relay, stand in crates/relay/bench.
fn relay(workspace: &Workspace, seconds: u32) -> Result<ExitCode> {
    let mut command = workspace.cargo();
    command.args(["bench", "-p", "komposition-relay", "--bench", "load", "--", "soak", "--seconds"]);
    let well = process::succeeds(command.arg(seconds.to_string()))?;
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The end-to-end test of kills, with more of them. It prints each, and at the end a table of what became of the pictures.
fn kills(workspace: &Workspace, options: &Options, moments: u32) -> Result<ExitCode> {
    let mut tools = Tools::open()?;
    let mut report = Report::default();
    let ready = test::bring(&options.browsers, &mut tools, &mut report);
    test::end_to_end(workspace, &ready, &mut tools, &mut report, |command| {
        command
            .args(["--", "kills::"])
            .env("KOMPOSITION_KILLS", moments.to_string())
            .env("KOMPOSITION_SEED", options.seed.to_string());
    });
    Ok(report.close())
}

/// Lives them, optimised.
fn lives(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let mut command = workspace.cargo();
    command.args(["test", "--release", "-p", "studio", "--test", "lives", "--"]);
    command.args(["--lives", &options.lives.to_string(), "--seed", &options.seed.to_string()]);
    if options.trace {
        command.arg("--trace");
    }
    let status = command.status().context("cargo does not start")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
