//! Thousands of lives: the real [`studio::Tab`] in several tabs, with a worker, a disk, locks, a channel and the real
//! simulator, in virtual time, against a seeded adversary.
//!
//! `cargo test -p studio --test lives -- --lives N --seed S [--trace]`, or `KOMPOSITION_LIVES` and `KOMPOSITION_SEED`.
//! A life follows from its seed alone; the first life has the seed that was given, the next one that seed plus 1. So
//! `--lives 1 --seed S` lives a failed life again, and `--trace` tells it step by step.

#![allow(clippy::print_stdout, clippy::print_stderr, unreachable_pub, missing_docs)]
#![allow(clippy::unwrap_used, clippy::needless_pass_by_value)]

mod chance;
mod disk;
mod life;
mod locks;
mod panel;
mod polls;
mod service;
mod world;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Instant;

use world::{Fate, World};

const LIVES: u64 = 100_000;
const SEED: u64 = 1;

struct Order {
    lives: u64,
    seed: u64,
    trace: bool,
}

fn order() -> Order {
    let given = |flag: &str, variable: &str| {
        let mut args = std::env::args().skip_while(|arg| arg != flag);
        let text = args.nth(1).or_else(|| std::env::var(variable).ok())?;
        Some(text.parse().unwrap_or_else(|_| panic!("{flag} wants a number, not {text}")))
    };
    Order {
        lives: given("--lives", "KOMPOSITION_LIVES").unwrap_or(LIVES),
        seed: given("--seed", "KOMPOSITION_SEED").unwrap_or(SEED),
        trace: std::env::args().any(|arg| arg == "--trace"),
    }
}

#[derive(Default)]
struct Tally {
    faults: BTreeMap<&'static str, u64>,
    runs: u64,
    pictures: u64,
    told_lost: u64,
}

fn main() -> ExitCode {
    // `cargo test -- --list` and name filters are for harnesses; this is one test.
    if std::env::args().any(|arg| arg == "--list") {
        println!("lives: test");
        return ExitCode::SUCCESS;
    }
    let Order { lives, seed, trace } = order();
    let started = Instant::now();
    let mut tally = Tally::default();
    for seed in seed..seed.saturating_add(lives) {
        let lived = std::panic::catch_unwind(|| {
            let mut world = World::new(seed, trace);
            let result = life::live(&mut world);
            (world, result)
        });
        let Ok((world, result)) = lived else {
            eprintln!("seed {seed}: a panic (above)");
            return failed(seed);
        };
        if let Some(trace) = &world.trace {
            trace.iter().for_each(|line| println!("{line}"));
        }
        if let Err(law) = result {
            eprintln!("seed {seed}: {law}");
            return failed(seed);
        }
        for (kind, times) in &world.faults {
            *tally.faults.entry(kind).or_default() += times;
        }
        tally.runs += world.sent.values().filter(|sent| sent.any).count() as u64;
        tally.pictures += world.disk.images().len() as u64;
        tally.told_lost += world.fates.values().filter(|(_, fate)| *fate == Fate::Lost).count() as u64;
    }
    println!("{lives} lives from seed {seed} in {:.1} s: no law was broken", started.elapsed().as_secs_f64());
    println!("  jobs sent {}, pictures in the library {}", tally.runs, tally.pictures);
    println!(
        "  pictures that died with their receiver before they could be written, and were told so: {}",
        tally.told_lost
    );
    for (kind, times) in &tally.faults {
        println!("  {times:>9}  {kind}");
    }
    // As every test runner ends, for who counts them.
    println!("test result: ok. 1 passed; 0 failed; 0 ignored");
    ExitCode::SUCCESS
}

fn failed(seed: u64) -> ExitCode {
    println!("test result: FAILED. 0 passed; 1 failed; 0 ignored");
    eprintln!("live it again: cargo test -p studio --test lives -- --lives 1 --seed {seed} --trace");
    ExitCode::FAILURE
}
