//! `komposition-relay`: one HTTP door in front of a Fusion Brain service, or of a simulated one.

use komposition_relay::{Command, Flags, LogFormat, ReadError, Server, listen, stop_asked};
use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// The system's needs a fifth more memory under a thousand clients, and mostly more time: what goes through the layers is
/// larger than what it keeps at hand for each thread (docs/decisions/0016).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    match relay().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The person at the terminal may have turned the log off; why it did not start is said all the same.
            let _ = writeln!(io::stderr(), "komposition-relay: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn relay() -> Result<(), Box<dyn Error>> {
    let environment = |name: &str| std::env::var(name).ok();
    let flags = match Flags::read(std::env::args_os().collect(), environment) {
        // Help and version are asked for; everything else is said as clap says it.
        Err(ReadError::Flags(error)) => error.exit(),
        other => other?,
    };
    if let Some(Command::Token(command)) = flags.command {
        return Ok(command.run(environment, &mut io::stdout())?);
    }
    log_to_stderr(flags.log, flags.log_format);
    more_files();
    let address = flags.listen;
    let settings = flags.settings(environment)?;
    let listener = listen(address).map_err(|error| format!("cannot listen on {address}: {error}"))?;
    // Before the address is told: who reads it may ask us to stop at once.
    let stop = stop_asked()?;
    let address = listener.local_addr()?;
    let warning = settings.exposure(address);
    // Before the address is told, too: nobody waits for a relay that cannot be.
    let server = Server::new(listener, settings)?;
    server.ready().await?;
    if let Some(warning) = warning {
        writeln!(io::stderr(), "warning: {warning}")?;
    }
    writeln!(io::stdout(), "listening on http://{address}")?;
    io::stdout().flush()?;
    server.serve(stop).await;
    Ok(())
}

/// Logs go to stderr: the first line of stdout is what scripts read the address from.
fn log_to_stderr(level: LevelFilter, format: LogFormat) {
    // What others say about a request they say with its path, and a task's name is in that.
    let own =
        Targets::new().with_target("komposition_relay", level).with_default(level.min(LevelFilter::WARN));
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(false);
    match format {
        LogFormat::Text => tracing_subscriber::registry().with(lines.with_filter(own)).init(),
        LogFormat::Json => {
            tracing_subscriber::registry().with(lines.json().flatten_event(true).with_filter(own)).init();
        }
    }
}

/// Takes as many open files as this process may have: each client is one, and each question upstream another.
fn more_files() {
    #[cfg(unix)]
    if let Err(error) = rlimit::increase_nofile_limit(u64::MAX) {
        tracing::warn!(%error, "the number of open files stays as it was");
    }
}
