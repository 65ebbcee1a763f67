//! A relay beside nginx `proxy_pass`, in front of the same trivial upstream, measured in one run: each round has all three
//! (nobody between, nginx, the relay) one after the other, and what is told are medians of rounds.

use crate::Failure;
use crate::connection::Connection;
use crate::figures::{median, share};
use crate::processes::Program;
use crate::trivial::{LARGE, PENDING, PICTURE, serve};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Barrier;
use tokio::time::{Instant, sleep_until};

/// Keep-alive clients.
const CLIENTS: u32 = 1_000;

/// How often each of them asks when latency is measured: a thousand polls a second in all, which leaves all of them air.
const EVERY: Duration = Duration::from_secs(1);

/// How many fetch pictures at once.
const FETCHING: u32 = 16;

const NAMES: [&str; 3] = ["nobody between", "nginx", "relay"];

/// What the issue wants.
const LATENCY: f64 = 1.5;
const POLLS: f64 = 0.6;
const MEMORY: f64 = 60.0;

/// One round's figures of one of the three.
struct Figures {
    p50: f64,
    p99: f64,
    polls: f64,
    bodies: f64,
}

pub(crate) async fn run(nginx: &Path, rounds: usize, time: Duration, strict: bool) -> Result<bool, Failure> {
    let upstream = serve().await?;
    let nginx = Program::nginx(nginx, upstream).await?;
    let base = format!("http://{upstream}/");
    let relay = Program::relay(&["--engine", "fusionbrain", "--upstream", &base]).await?;
    let addresses = [upstream, nginx.address, relay.address];
    let mut all: [Vec<Figures>; 3] = Default::default();
    for round in 0..rounds {
        for which in 0..3 {
            // Nobody is always the first one on a warm or a cold machine.
            let which = (which + round) % 3;
            let measured = measure(addresses[which], time).await?;
            println!(
                "round {}: {:<14} {:>7.0} polls/s, latency p50 {:.2} ms, p99 {:.2} ms, {:.1} bodies of 2 MB/s",
                round + 1,
                NAMES[which],
                measured.polls,
                measured.p50,
                measured.p99,
                measured.bodies
            );
            all[which].push(measured);
        }
    }
    let memory = [nginx.memory()?.1, relay.memory()?.1];
    relay.end().await?;
    nginx.end().await?;
    let kept = told(&all, memory);
    Ok(kept || !strict)
}

/// Prints the table; whether all bounds were kept.
fn told(all: &[Vec<Figures>; 3], memory: [f64; 2]) -> bool {
    let [without, nginx, relay] = all;
    println!("\nmedians of {} rounds, {CLIENTS} keep-alive clients", without.len());
    println!("{:<34}{:>12}{:>12}{:>10}", "", "nginx", "relay", "ratio");
    let of = |figures: &[Figures], value: fn(&Figures) -> f64| median(figures.iter().map(value).collect());
    // Within each round, so that a slow moment of the machine counts for both.
    let line = |words: &str, value: fn(&Figures) -> f64, bound: &str| {
        let ratios = nginx.iter().zip(relay).map(|(nginx, relay)| value(relay) / value(nginx)).collect();
        let ratio = median(ratios);
        println!("{words:<34}{:>12.2}{:>12.2}{ratio:>10.2}  {bound}", of(nginx, value), of(relay, value));
        ratio
    };
    line("latency p50, ms", |of| of.p50, "");
    let p99 = line("latency p99, ms", |of| of.p99, &format!("(at most {LATENCY})"));
    let added = |figures: &[Figures], value: fn(&Figures) -> f64| {
        median(figures.iter().zip(without).map(|(with, without)| value(with) - value(without)).collect())
    };
    // No ratio: at a thousand polls a second what either adds is about what the machine's own noise is.
    for (words, value) in [
        ("    of it added, p50, ms", (|of| of.p50) as fn(&Figures) -> f64),
        ("    of it added, p99, ms", |of| of.p99),
    ] {
        println!("{words:<34}{:>12.2}{:>12.2}", added(nginx, value), added(relay, value));
    }
    let polls = line("polls/s", |of| of.polls, &format!("(at least {POLLS})"));
    line("bodies of 2 MB/s", |of| of.bodies, "");
    let [nginx, relay] = memory;
    let ratio = relay / nginx;
    println!("{:<34}{nginx:>12.2}{relay:>12.2}{ratio:>10.2}  (at most {MEMORY} MB)", "peak memory, MB");
    let kept = [("latency p99", p99 <= LATENCY), ("polls/s", polls >= POLLS), ("memory", relay <= MEMORY)];
    for (what, kept) in kept {
        println!("{what}: {}", if kept { "within its bound" } else { "BOUND MISSED" });
    }
    kept.iter().all(|(_, kept)| *kept)
}

async fn measure(address: SocketAddr, time: Duration) -> Result<Figures, Failure> {
    let mut latencies = latencies(address, time).await?;
    Ok(Figures {
        p50: share(&mut latencies, 0.5),
        p99: share(&mut latencies, 0.99),
        polls: rate(address, CLIENTS, PENDING, time).await?,
        bodies: rate(address, FETCHING, PICTURE, time).await?,
    })
}

/// Milliseconds from the moment a poll was due to the end of its answer, so that one late answer cannot hide the lateness of
/// the next. The first of each client's polls opens connections behind the proxy and does not count.
async fn latencies(address: SocketAddr, time: Duration) -> Result<Vec<f64>, Failure> {
    let ready = Arc::new(Barrier::new(usize::try_from(CLIENTS)?));
    let rounds = u32::try_from(time.as_secs().max(1))?;
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let ready = Arc::clone(&ready);
            tokio::spawn(async move {
                let mut connection = Connection::new(address).await;
                ready.wait().await;
                let connection = connection.as_mut().map_err(|error| error.to_string())?;
                let first = Instant::now() + EVERY * number / CLIENTS;
                let mut took = Vec::new();
                for round in 0..=rounds {
                    let due = first + EVERY * round;
                    sleep_until(due).await;
                    ask(connection, PENDING).await?;
                    if round > 0 {
                        took.push(due.elapsed().as_secs_f64() * 1_000.0);
                    }
                }
                Ok::<_, Failure>(took)
            })
        })
        .collect();
    let mut all = Vec::new();
    for client in clients {
        all.extend(client.await??);
    }
    Ok(all)
}

/// Answers a second with that many clients, each of which asks again as soon as it has its answer.
async fn rate(address: SocketAddr, clients: u32, path: &'static str, time: Duration) -> Result<f64, Failure> {
    let ready = Arc::new(Barrier::new(usize::try_from(clients)?));
    let clients: Vec<_> = (0..clients)
        .map(|_| {
            let ready = Arc::clone(&ready);
            tokio::spawn(async move {
                let mut connection = Connection::new(address).await;
                if let Ok(connection) = &mut connection {
                    ask(connection, path).await?;
                }
                ready.wait().await;
                let connection = connection.as_mut().map_err(|error| error.to_string())?;
                let begun = Instant::now();
                let mut answers = 0_u32;
                while begun.elapsed() < time {
                    ask(connection, path).await?;
                    answers += 1;
                }
                Ok::<_, Failure>(f64::from(answers) / begun.elapsed().as_secs_f64())
            })
        })
        .collect();
    let mut all = 0.0;
    for client in clients {
        all += client.await??;
    }
    Ok(all)
}

async fn ask(connection: &mut Connection, path: &str) -> Result<(), Failure> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let head = connection.ask(request.as_bytes()).await?;
    if head.status != 200 || (path == PICTURE && head.length != LARGE) {
        return Err(format!("{path} was answered with {} and {} bytes", head.status, head.length).into());
    }
    Ok(())
}
