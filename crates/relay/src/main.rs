//! `komposition-relay`: one HTTP door in front of a Fusion Brain service, or of a simulated one.

use clap::Parser;
use komposition_relay::{Flags, Server, stop_asked};
use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;
use tokio::net::TcpListener;

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
    let flags = Flags::parse();
    // Logs go to stderr: the first line of stdout is what scripts read the address from.
    tracing_subscriber::fmt().with_max_level(flags.log).with_writer(io::stderr).with_ansi(false).init();
    more_files();
    let listen = flags.listen;
    let settings = flags.settings(|name| std::env::var(name).ok())?;
    let listener =
        TcpListener::bind(listen).await.map_err(|error| format!("cannot listen on {listen}: {error}"))?;
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

/// Takes as many open files as this process may have: each client is one, and each question upstream another.
fn more_files() {
    #[cfg(unix)]
    if let Err(error) = rlimit::increase_nofile_limit(u64::MAX) {
        tracing::warn!(%error, "the number of open files stays as it was");
    }
}
