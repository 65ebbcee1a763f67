//! What a person types: `cargo xtask start | test | check | build | size | bench | soak`.
//!
//! Every command works on a machine that has only git and Rust (rustup, with the linker Rust itself needs): what is
//! missing is brought into a tool folder of its own in the user's cache directory, see [`tools`].
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "talking on the terminal is this program's work"
)]

mod app;
mod bench;
mod browsers;
mod check;
mod languages;
mod laws;
mod lean;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod manifest;
mod npm;
mod page;
mod process;
mod readme;
mod report;
mod reproduced;
mod say;
mod servers;
mod shares;
mod shots;
mod size;
mod soak;
mod split;
mod start;
mod test;
mod tools;
mod wasm_opt;
mod workspace;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
/// Build, run and check Komposition.
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the app and the relay, serve both, print the address. Needs no key: a simulator paints the pictures.
    Start(start::Options),
    /// Everything that is checked, quick checks first, end-to-end tests in real browsers last.
    Test(test::Options),
    /// Only the quick checks: formatting, lints for host and wasm, laws, unit tests, docs, licences.
    Check,
    /// Build the release app into dist/, with .br and .gz beside every file that gains from them.
    Build(Build),
    /// Build, then print what a first visit downloads; fails above the bound.
    Size(size::Options),
    /// Measure the app with thousands of pictures beside the app with ten, or the relay beside nginx; judges nothing unless
    /// told to.
    Bench(bench::Options),
    /// Every screen in every theme and both languages, on a laptop and on a phone, as pictures in target/shots.
    Shots,
    /// What takes longer than a test may: many lives of crashing tabs and broken disks, or many clients through one relay.
    Soak(soak::Options),
}

#[derive(clap::Args)]
struct Build {
    #[command(flatten)]
    sources: page::Sources,
    /// Then build it once more in another folder and compare: three more minutes.
    #[arg(long, conflicts_with_all = ["connect_src", "img_src", "origin"])]
    twice: bool,
}

fn main() -> ExitCode {
    let done = split::stood_in().unwrap_or_else(commanded);
    done.unwrap_or_else(|problem| {
        eprintln!("\nxtask: {problem:#}");
        ExitCode::FAILURE
    })
}

fn commanded() -> Result<ExitCode> {
    Arguments::try_parse().map_or_else(
        |refused| {
            // Asking for help is no failure: clap's own exit code says which it was.
            let code = u8::try_from(refused.exit_code()).unwrap_or(2);
            let _ = refused.print();
            Ok(ExitCode::from(code))
        },
        |arguments| run(arguments.command),
    )
}

fn run(command: Command) -> Result<ExitCode> {
    let workspace = workspace::Workspace::find()?;
    match command {
        Command::Start(options) => start::run(&workspace, &options),
        Command::Test(options) => test::run(&workspace, &options),
        Command::Check => check::run(&workspace),
        Command::Build(build) => {
            let mut tools = tools::Tools::open()?;
            if build.twice {
                let same = reproduced::check(&workspace, &mut tools)?;
                return Ok(if same.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE });
            }
            app::build_for(&workspace, &mut tools, app::WithoutWasmOpt::BuildAnyway, &build.sources)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Size(options) => size::run(&workspace, &options),
        Command::Bench(options) => bench::run(&workspace, &options),
        Command::Shots => shots::run(&workspace),
        Command::Soak(options) => soak::run(&workspace, &options),
    }
}
