//! Many clients through one relay that holds on its disk, in front of a service that hands each picture over once. Some go
//! away in the middle of a body and come again, some never acknowledge.

use crate::Failure;
use crate::connection::Connection;
use crate::figures::median;
use crate::handing_over::{Service, picture};
use crate::processes::Program;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// In memory a later part of the run may have so much more than the part after the first.
const MORE: f64 = 1.1;
/// And so many MB: what a handful of pictures more or less on their way makes.
const SLACK: f64 = 4.0;

#[derive(Default)]
struct Counts {
    started: AtomicU64,
    arrived: AtomicU64,
    wrong: AtomicU64,
    lost: AtomicU64,
    vanished: AtomicU64,
    silent: AtomicU64,
}

pub(crate) async fn run(time: Duration, clients: usize) -> Result<bool, Failure> {
    let (service, upstream) = Service::serve().await?;
    let base = format!("http://{upstream}/");
    // Answers that are never acknowledged end within the run, so that a steady state comes to be.
    let keep = (time / 6).max(Duration::from_secs(5)).as_secs();
    let keep = format!("{keep}s");
    let flags =
        ["--engine", "fusionbrain", "--upstream", &base, "--hold", &keep, "--hold-dir", "{folder}/held"];
    let relay = Program::relay(&flags).await?;
    let (counts, over) = (Arc::new(Counts::default()), Arc::new(AtomicBool::new(false)));
    let begun = Instant::now();
    let all: Vec<_> = (0..clients)
        .map(|number| {
            let (counts, over, address) = (Arc::clone(&counts), Arc::clone(&over), relay.address);
            tokio::spawn(async move { client(number, address, &counts, &over).await })
        })
        .collect();
    let mut memory = Vec::new();
    while begun.elapsed() < time {
        sleep(Duration::from_secs(1)).await;
        memory.push(relay.memory()?.0);
        if memory.len() % 10 == 0 {
            println!(
                "{:>4} s: {} started, {} arrived, {:.1} MB, of it {:.1} no file's; held {:.1} MB",
                begun.elapsed().as_secs(),
                counts.started.load(Ordering::Relaxed),
                counts.arrived.load(Ordering::Relaxed),
                memory.last().copied().unwrap_or_default(),
                relay.anonymous()?,
                held(relay.address).await?
            );
        }
    }
    over.store(true, Ordering::Relaxed);
    for client in all {
        client.await??;
    }
    let peak = relay.memory()?.1;
    relay.end().await?;
    Ok(told(&counts, &service, &memory, peak))
}

/// MB of answers that the relay holds on its disk.
async fn held(relay: SocketAddr) -> Result<f64, Failure> {
    let request = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let (_, body) = Connection::new(relay).await?.fetch(request).await?;
    let text = String::from_utf8(body)?;
    let line = text.lines().find(|line| line.starts_with("komposition_relay_held_bytes{"));
    let bytes = line.and_then(|line| line.rsplit(' ').next()).ok_or("no held bytes")?;
    Ok(bytes.parse::<f64>()? / 1_000_000.0)
}

/// Prints what came of it; whether that is as it has to be.
fn told(counts: &Counts, service: &Service, memory: &[f64], peak: f64) -> bool {
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let (started, arrived) = (count(&counts.started), count(&counts.arrived));
    println!(
        "\n{started} runs started, {arrived} pictures arrived, {} lost, {} not as they were made",
        count(&counts.lost),
        count(&counts.wrong)
    );
    println!(
        "{} times a client went away in the middle of a body, {} pictures were never acknowledged",
        count(&counts.vanished),
        count(&counts.silent)
    );
    println!(
        "upstream: {} polls, {} pictures handed over",
        count(&service.polls),
        count(&service.handed_over)
    );
    // The first minute of five is for warming up, as is the first fifth of any other time.
    let fifth = (memory.len() / 5).max(1);
    let part = |number: usize| median(memory.iter().skip(number * fifth).take(fifth).copied().collect());
    let parts: Vec<String> = (0..5).map(|number| format!("{:.1}", part(number))).collect();
    println!("memory, medians of fifths of the time: {} MB; peak {peak:.1} MB", parts.join(", "));
    let flat = part(4) <= part(1) * MORE + SLACK;
    let complete = arrived == started && count(&counts.lost) == 0 && count(&counts.wrong) == 0 && started > 0;
    println!("nothing lost: {}", if complete { "yes" } else { "NO" });
    println!("memory flat after the first fifth: {}", if flat { "yes" } else { "NO" });
    complete && flat
}

/// Makes pictures until it is over, and sees the last one through.
async fn client(
    number: usize,
    address: SocketAddr,
    counts: &Counts,
    over: &AtomicBool,
) -> Result<(), Failure> {
    let add = |counter: &AtomicU64| counter.fetch_add(1, Ordering::Relaxed);
    let form = "--edge\r\nContent-Disposition: form-data; name=\"pipeline_id\"\r\n\r\np\r\n--edge--\r\n";
    let run = format!(
        "POST /key/api/v1/pipeline/run HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=edge\r\n\
         Content-Length: {}\r\n\r\n{form}",
        form.len()
    );
    // They do not all come in the same moment.
    sleep(Duration::from_millis(u64::try_from(number)? * 7 % 3_000)).await;
    let mut connection = Connection::new(address).await?;
    let mut job = number;
    while !over.load(Ordering::Relaxed) {
        job = job.wrapping_add(1);
        let (status, body) = connection.fetch(run.as_bytes()).await?;
        if status != 201 {
            return Err(format!("a run was answered with {status}").into());
        }
        add(&counts.started);
        let body: serde_json::Value = serde_json::from_slice(&body)?;
        let uuid = body["uuid"].as_str().ok_or("no uuid")?.to_owned();
        let poll =
            format!("GET /key/api/v1/pipeline/status/{uuid}?wait=20 HTTP/1.1\r\nHost: localhost\r\n\r\n");
        if job.is_multiple_of(4) {
            // Until it is a picture, and then away in the middle of it.
            loop {
                let head = connection.head(poll.as_bytes()).await?;
                if head.status != 200 || head.length > 1_000 {
                    break;
                }
                connection = Connection::new(address).await?;
            }
            connection = Connection::new(address).await?;
            add(&counts.vanished);
        }
        loop {
            let (status, body) = connection.fetch(poll.as_bytes()).await?;
            if status != 200 {
                add(&counts.lost);
                break;
            }
            if body.len() < 1_000 {
                continue;
            }
            add(if picture(&uuid) == body { &counts.arrived } else { &counts.wrong });
            break;
        }
        if job % 10 == 3 {
            add(&counts.silent);
            continue;
        }
        let done = format!("DELETE /relay/v1/results/{uuid} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let head = connection.ask(done.as_bytes()).await?;
        if head.status != 204 {
            return Err(format!("an acknowledgement was answered with {}", head.status).into());
        }
        sleep(Duration::from_millis(u64::try_from(job)? % 5 * 400)).await;
    }
    Ok(())
}
