//! The part of the command line that says who may come in, and how much.

use crate::people::Trust;
use crate::settings::{Allowance, Rates, Settings};
use axum::http::HeaderName;
use clap::Args;
use ipnet::IpNet;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Who may come in, how often, and from where the numbers may be read.
#[derive(Debug, Args)]
pub(crate) struct GuardFlags {
    /// File of the people who may come in (see `komposition-relay token`). A change of it counts at once.
    #[arg(long, value_name = "FILE")]
    people: Option<PathBuf>,

    /// Header in which a proxy in front says who somebody is, for example X-Forwarded-User. Needs --trust-from.
    #[arg(long, value_name = "NAME", requires = "trust_from")]
    trust_header: Option<HeaderName>,

    /// Network of a proxy in front (10.0.0.0/8, or a single address): its X-Forwarded-For is believed, and its
    /// --trust-header if there is one; nobody else's are. May be given several times.
    #[arg(long, value_name = "CIDR", value_parser = network)]
    trust_from: Vec<IpNet>,

    /// Start on an address that others reach although nobody is asked who they are.
    #[arg(long)]
    open: bool,

    /// Runs a day (UTC) of a person of whom nothing else is said [default: no limit].
    #[arg(long, value_name = "NUMBER")]
    runs_a_day: Option<u32>,

    /// Pictures being made at once for a person of whom nothing else is said [default: no limit].
    #[arg(long, value_name = "NUMBER")]
    at_once: Option<u32>,

    /// Runs a minute of one person [default: 30]; 0 is no limit.
    #[arg(long, value_name = "NUMBER")]
    runs_a_minute: Option<u32>,

    /// Everything else a minute of one person [default: 300]; 0 is no limit.
    #[arg(long, value_name = "NUMBER")]
    polls_a_minute: Option<u32>,

    /// Runs a minute from one address [default: 120; on loopback without people no limit]; 0 is no limit.
    #[arg(long, value_name = "NUMBER")]
    address_runs_a_minute: Option<u32>,

    /// Everything else a minute from one address [default: 1200; on loopback without people no limit]; 0 is no limit.
    #[arg(long, value_name = "NUMBER")]
    address_polls_a_minute: Option<u32>,

    /// Most connections at once; more wait.
    #[arg(long, value_name = "NUMBER", default_value_t = 2_048, value_parser = some)]
    connections: usize,

    /// Most connections at once from one address [default: a quarter of all; on loopback without people all].
    #[arg(long, value_name = "NUMBER", value_parser = some)]
    connections_per_address: Option<usize>,

    /// Network from which /metrics may be read [default: this machine]. May be given several times.
    #[arg(long, value_name = "CIDR", value_parser = network)]
    metrics_from: Vec<IpNet>,

    /// How long to go on after being asked to stop, with /healthz saying 503, for a load balancer to notice.
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = time)]
    drain: Duration,

    /// Longest wait for requests in flight when stopping.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = time)]
    goodbye: Duration,
}

impl GuardFlags {
    /// Puts all of it into the settings.
    pub(crate) fn into(self, settings: &mut Settings) {
        settings.people = self.people;
        // The header without a network the command line does not take.
        let trust = Trust { header: self.trust_header, from: self.trust_from };
        settings.trust = (!trust.from.is_empty()).then_some(trust);
        settings.open = self.open;
        settings.allowance = Allowance { runs_a_day: self.runs_a_day, at_once: self.at_once };
        settings.rates = Rates {
            runs: self.runs_a_minute,
            polls: self.polls_a_minute,
            address_runs: self.address_runs_a_minute,
            address_polls: self.address_polls_a_minute,
        };
        if !self.metrics_from.is_empty() {
            settings.metrics_from = self.metrics_from;
        }
        settings.limits.connections = self.connections;
        settings.limits.connections_per_address = self.connections_per_address;
        settings.limits.drain = self.drain;
        settings.limits.goodbye = self.goodbye;
    }
}

fn network(text: &str) -> Result<IpNet, &'static str> {
    let address = || text.parse::<IpAddr>().map(IpNet::from);
    text.parse()
        .or_else(|_| address())
        .map_err(|_| "a network is written as 10.0.0.0/8, an address as 10.0.0.1")
}

fn some(text: &str) -> Result<usize, &'static str> {
    // What the semaphore behind it takes.
    text.parse()
        .ok()
        .filter(|number| (1..=1_000_000).contains(number))
        .ok_or("a number from 1 to 1000000 is wanted")
}

/// A time as people write it: `10s`, `2m`, `1h 30m`.
pub(crate) fn time(text: &str) -> Result<Duration, &'static str> {
    humantime::parse_duration(text).map_err(|_| "a time is written as 10s, 5m or 2h")
}
