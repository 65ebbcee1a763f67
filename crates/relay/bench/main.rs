//! Load on a relay, for `cargo xtask bench relay` and `cargo xtask soak --relay`. A bench, so that no `cargo test` runs it
//! unasked.
#![allow(clippy::print_stdout, reason = "telling figures on the terminal is this program's work")]

mod beside_nginx;
mod connection;
mod figures;
mod handing_over;
mod processes;
mod soak;
mod trivial;

use clap::{Parser, Subcommand};
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

type Failure = Box<dyn Error + Send + Sync>;

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    what: What,
    /// Cargo says so to every bench.
    #[arg(long, global = true, hide = true)]
    bench: bool,
}

#[derive(Subcommand)]
enum What {
    /// A relay beside nginx, in front of the same upstream.
    BesideNginx {
        /// nginx's program.
        #[arg(long)]
        nginx: PathBuf,
        /// How often all is measured.
        #[arg(long, default_value_t = 9)]
        rounds: usize,
        /// Seconds that each of a round's measurements takes. Many short rounds: what is compared is then near in time.
        #[arg(long, default_value_t = 1)]
        seconds: u64,
        /// Fail when a bound is missed.
        #[arg(long)]
        strict: bool,
    },
    /// Many clients through one relay that holds.
    Soak {
        /// How long.
        #[arg(long, default_value_t = 300)]
        seconds: u64,
        /// How many clients.
        #[arg(long, default_value_t = 500)]
        clients: usize,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Arguments::parse().what {
        What::BesideNginx { nginx, rounds, seconds, strict } => {
            beside_nginx::run(&nginx, rounds, Duration::from_secs(seconds), strict).await
        }
        What::Soak { seconds, clients } => soak::run(Duration::from_secs(seconds), clients).await,
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            println!("{failure}");
            ExitCode::FAILURE
        }
    }
}
