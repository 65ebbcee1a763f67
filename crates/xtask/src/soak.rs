//! `cargo xtask soak`: what takes longer than a test may.

use crate::workspace::Workspace;
use anyhow::{Context, Result};
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// How many lives of the simulation in crates/studio/tests/lives to live through.
    #[arg(long, default_value_t = 1_000_000)]
    lives: u64,
    /// The seed of the first life; each further one has the seed after it. A failure prints its own.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Tell what happens, step by step: for one life that failed.
    #[arg(long)]
    trace: bool,
}

/// Lives them, optimised.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let mut command = workspace.cargo();
    command.args(["test", "--release", "-p", "studio", "--test", "lives", "--"]);
    command.args(["--lives", &options.lives.to_string(), "--seed", &options.seed.to_string()]);
    if options.trace {
        command.arg("--trace");
    }
    let status = command.status().context("cargo does not start")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
