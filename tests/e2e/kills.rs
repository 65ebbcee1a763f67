//! A browser that is killed at any moment of a job's life: what was read whole is in the library afterwards, what was lost
//! is told as lost, and nothing is asked for twice.

use std::{
    fmt::Write as _,
    io::Write as _,
    time::{Duration, UNIX_EPOCH},
};

use anyhow::{Context, Result, ensure};
use komposition_tests::{Engine, Job, Lasting, Relay, Stage, Test, relay::Entry, wait};

/// How many kills an engine, if nobody says.
const KILLS: u32 = 5;

/// How slowly the service hands a picture over, in seconds.
const DRIBBLE: u64 = 2;

/// From the press on Create until the picture is stored, and a little more: the run, a second until the first poll, the body.
const LIFE: u64 = 5_600;

/// So long after the last byte was sent the letter is safe on a busy machine, in milliseconds. The same for a run's answer.
const SLACK: u64 = 1_500;

/// How long a job may take to come to its end after the start that follows a kill.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn tests() -> Vec<Test> {
    let test = Test::new(module_path!(), "a_killed_browser_loses_no_picture_that_was_read", |stage| {
        Box::pin(a_killed_browser_loses_no_picture_that_was_read(stage))
    });
    // A start and a life a kill.
    vec![test.within(Duration::from_secs(24 * 60 * 60))]
}

/// What was going on when the browser was killed, by the service's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    BeforeTheRun,
    Waiting,
    InTheBody,
    /// The last byte was sent so short a time ago that nobody knows whether it was stored.
    JustAfter,
    After,
}

/// What was found of the job after the next start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Picture,
    /// Told as handed out but not received.
    Lost,
    /// Told as sent, perhaps, with an unknown outcome.
    Unknown,
    /// Neither written down nor sent.
    NotBegun,
}

const MOMENTS: [Moment; 5] =
    [Moment::BeforeTheRun, Moment::Waiting, Moment::InTheBody, Moment::JustAfter, Moment::After];
const ENDS: [End; 4] = [End::Picture, End::Lost, End::Unknown, End::NotBegun];

/// A kill, on the service's clock: how long before it these things were, in milliseconds, if they were at all.
#[derive(Debug)]
struct At {
    run: Option<u64>,
    delivered: Option<u64>,
}

impl At {
    fn new(log: &[Entry], killed: u64) -> Self {
        let before = |event: &str| {
            let entry = log.iter().find(|entry| entry.event == event && entry.at_ms <= killed);
            entry.map(|entry| killed - entry.at_ms)
        };
        Self { run: before("run"), delivered: before("delivered") }
    }

    fn moment(&self) -> Moment {
        match (self.run, self.delivered) {
            (None, _) => Moment::BeforeTheRun,
            (Some(_), None) => Moment::Waiting,
            (_, Some(ms)) if ms < DRIBBLE * 1_000 => Moment::InTheBody,
            (_, Some(ms)) if ms < DRIBBLE * 1_000 + SLACK => Moment::JustAfter,
            _ => Moment::After,
        }
    }

    /// Whether a kill then explains such an end.
    fn explains(&self, end: End) -> bool {
        match end {
            End::Picture => true,
            End::Lost => matches!(self.moment(), Moment::InTheBody | Moment::JustAfter),
            // The answer to the run was not written down yet.
            End::Unknown => self.run.is_none_or(|ms| ms < SLACK),
            End::NotBegun => self.run.is_none(),
        }
    }
}

/// Random enough for moments, and the same for the same seed (SplitMix64).
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

async fn a_killed_browser_loses_no_picture_that_was_read(stage: &Stage) -> Result<()> {
    let settings = stage.settings();
    let (kills, mut state) = (settings.kills.unwrap_or(KILLS), settings.seed);
    // A soak is watched, and its figures are wanted.
    let say = |text: String| {
        if settings.kills.is_some() {
            drop(std::io::stderr().write_all(text.as_bytes()));
        }
    };
    let mut browser = stage.lasting().await?;
    let relay = browser.relay()?;
    browser.start(&relay.origin).await?;
    let mut seen = Vec::new();
    for number in 0..u64::from(kills) {
        // One in each part of a life, anywhere in it.
        let part = LIFE / u64::from(kills);
        let after = LIFE * number / u64::from(kills) + random(&mut state) % part.max(1);
        let prompt = format!("sim:dribble={DRIBBLE} kill-{number}");
        let begun = relay.log().await?.len();
        create(&browser, &prompt).await?;
        tokio::time::sleep(Duration::from_millis(after)).await;
        let killed = u64::try_from(browser.kill().duration_since(UNIX_EPOCH)?.as_millis())?;
        browser.start(&relay.origin).await?;
        let told = async {
            let at = At::new(&since(&relay, begun).await?, killed);
            let end = end(&browser, &prompt).await?;
            let now: Option<String> = browser.look(NOTICE).await?;
            ensure!(at.explains(end), "killed at {at:?}, and the end is {end:?}; the notice is {now:?}");
            let runs = since(&relay, begun).await?.iter().filter(|entry| entry.event == "run").count();
            ensure!(runs <= 1, "sent {runs} times");
            ensure!(runs == 1 || end != End::Picture, "a picture without a run");
            Ok((at, end))
        };
        let about = format!("kill {number}, {after} ms after the press, seed {}", settings.seed);
        let (at, end) = told.await.with_context(|| about.clone())?;
        say(format!("{}: {about}: {at:?}: {end:?}\n", stage.engine.name()));
        seen.push((at.moment(), end));
        let faults: Vec<String> = browser.look("window.kompositionFaults").await?;
        ensure!(faults.is_empty(), "the page has kept faults: {faults:#?}");
    }
    let pictures = seen.iter().filter(|(_, end)| *end == End::Picture).count();
    let kept: usize = browser.run(KEPT).await?;
    ensure!(
        kept == pictures,
        "{pictures} were found after their kills, {kept} are in the library at the end"
    );
    let log = relay.log().await?;
    ensure!(log.iter().all(|entry| entry.concurrent_polls <= 1), "two polls of a task at once: {log:#?}");
    say(figures(stage.engine, &seen));
    Ok(())
}

async fn since(relay: &Relay, begun: usize) -> Result<Vec<Entry>> {
    Ok(relay.log().await?.split_off(begun))
}

/// Writes the prompt and presses Create.
async fn create(page: &Lasting, prompt: &str) -> Result<()> {
    let fill = format!(
        "const field = document.querySelector('#prompt');
        field.focus();
        field.select();
        document.execCommand('insertText', false, {prompt:?});
        return field.value;"
    );
    let value: String = page.run(&fill).await?;
    ensure!(value == prompt, "the field holds {value}");
    wait::until("Create to be usable", wait::PATIENCE, async || {
        match page.look::<bool>("!document.querySelector('#create').disabled").await {
            Ok(true) => Ok(()),
            Ok(false) => Err("a disabled button".to_owned()),
            Err(error) => Err(format!("{error:#}")),
        }
    })
    .await?;
    page.run("document.querySelector('#create').click();").await
}

/// Waits for what becomes of the job. Nothing ends without a picture or a sentence.
async fn end(page: &Lasting, prompt: &str) -> Result<End> {
    wait::until(&format!("the end of «{prompt}»"), PATIENCE, async || {
        let jobs = page.jobs().await.map_err(|error| format!("{error:#}"))?;
        let Some(job) = jobs.iter().find(|job| job.prompt == prompt) else {
            let rows: usize =
                page.run(&ROWS.replace("PROMPT", prompt)).await.map_err(|error| format!("{error:#}"))?;
            return if rows == 0 { Ok(End::NotBegun) } else { Err("written down, but not shown".to_owned()) };
        };
        ended(job).ok_or_else(|| format!("{job:#?}"))
    })
    .await
}

fn ended(job: &Job) -> Option<End> {
    let told = !job.sentence.is_empty();
    match (job.phase.as_str(), job.failure.as_deref()) {
        ("done", None) if job.picture.as_ref().is_some_and(|picture| picture.width > 0) => Some(End::Picture),
        ("failed", Some("task-gone")) if told => Some(End::Lost),
        ("unknown", _) if told => Some(End::Unknown),
        _ => None,
    }
}

/// The part of the scripts that opens the database as it is.
macro_rules! asking {
    ($question:literal) => {
        concat!(
            "// Looking must not make an empty one. WebKit does not list what is just being opened; but then the app has loaded
            // what opens it, and whoever opens it next is served after the app.
            const opens = () => performance.getEntriesByType('resource').some(({ name }) => name.includes('-split_works'));
            const listed = (await indexedDB.databases()).some(({ name }) => name === 'komposition');
            if (!listed && !opens()) return 0;
            // Nor fill one that a killed browser had only begun to make (WebKitGTK lists it, at version 0).
            const opening = indexedDB.open('komposition');
            const open = await new Promise((resolve, reject) => {
                opening.onupgradeneeded = () => opening.transaction.abort();
                opening.onsuccess = () => resolve(opening.result);
                opening.onerror = () => (opening.error.name === 'AbortError' ? resolve() : reject(opening.error));
            });
            if (!open) return 0;
            const all = (store, method = 'getAll') => new Promise((resolve, reject) => {
                const asked = open.transaction(store).objectStore(store)[method]();
                asked.onsuccess = () => resolve(asked.result);
                asked.onerror = () => reject(asked.error);
            });
            try { ",
            $question,
            " } finally { open.close(); }"
        )
    };
}

/// What the app says of its storage and connection.
const NOTICE: &str = "document.querySelector('#notice')?.dataset.failure ?? null";

/// How many jobs of this prompt are written down.
const ROWS: &str =
    asking!("return (await all('jobs')).filter(({ row }) => row.includes('PROMPT\"')).length;");

/// How many pictures are in the library with all their bytes, and with bytes that begin as a picture's. Anything else there
/// makes the number wrong.
const KEPT: &str = asking!(
    "const [images, keys, blobs] = [await all('images'), await all('blobs', 'getAllKeys'), await all('blobs')];
     if (keys.length !== images.length) return -1;
     return images.filter(({ id, size }) => {
        const bytes = new Uint8Array(blobs[keys.indexOf(id)] ?? new ArrayBuffer(0));
        return bytes.length === size && bytes[0] === 0x89 && bytes[1] === 0x50;
     }).length;"
);

/// The figures of a soak.
fn figures(engine: Engine, seen: &[(Moment, End)]) -> String {
    let count = |moment: Moment, end: End| seen.iter().filter(|told| **told == (moment, end)).count();
    let mut table = format!("{}: {} kills, none unexplained\n{:>14}", engine.name(), seen.len(), "");
    for end in ENDS {
        let _ = write!(table, "{:>10}", format!("{end:?}"));
    }
    for moment in MOMENTS {
        let _ = write!(table, "\n{:>14}", format!("{moment:?}"));
        for end in ENDS {
            let _ = write!(table, "{:>10}", count(moment, end));
        }
    }
    table + "\n"
}
