//! Runs tests: each in each engine, under a name of its own.

use std::{fs, future::Future, pin::Pin, process::ExitCode, sync::Arc, time::Duration};

use anyhow::{Context, Result, anyhow};
use libtest_mimic::{Arguments, Failed, Trial};
use tokio::{
    runtime::Handle,
    sync::{Mutex, Semaphore},
};

use crate::{Engine, Settings, Stage, process, session::Session};

/// The longest a test may take before it counts as hung.
const LIMIT: Duration = Duration::from_secs(150);

/// So many tests a browser serves, then a new one takes its place. Each test brings origins of its own, and nobody's browser
/// has gone through hundreds of them in half an hour: in WebKit the service workers of them all live in one process.
const TESTS_A_BROWSER: u32 = 20;

type Run = for<'a> fn(&'a Stage) -> Pin<Box<dyn Future<Output = Result<()>> + 'a>>;

/// A test, not yet bound to an engine.
#[derive(Debug, Clone)]
pub struct Test {
    name: String,
    run: Run,
    limit: Duration,
    chromium_alone: bool,
}

impl Test {
    /// A test called after its module and its function.
    #[must_use]
    pub fn new(module: &str, function: &str, run: Run) -> Self {
        let module = module.rsplit("::").next().unwrap_or(module);
        Self { name: format!("{module}::{function}"), run, limit: LIMIT, chromium_alone: false }
    }

    /// The same, with another limit.
    #[must_use]
    pub fn within(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    /// The same for Chromium alone, because no other engine can be told to pretend to be what it is about. It is no test in
    /// the others, and none that passed there.
    #[must_use]
    pub fn in_chromium(self) -> Self {
        Self { chromium_alone: true, ..self }
    }

    fn is_for(&self, engine: Engine) -> bool {
        engine == Engine::Chromium || !self.chromium_alone
    }
}

/// Lists the tests of a module: `tests![first, second]` makes its `fn tests() -> Vec<Test>`. After `in chromium:` stand those
/// that are for that engine alone.
#[macro_export]
macro_rules! tests {
    ($($function:ident),* $(,)? $(; in chromium: $($alone:ident),* $(,)?)?) => {
        /// The tests of this file.
        pub(crate) fn tests() -> Vec<$crate::Test> {
            vec![
                $($crate::Test::new(module_path!(), stringify!($function), |stage| Box::pin($function(stage))),)*
                $($($crate::Test::new(module_path!(), stringify!($alone), |stage| Box::pin($alone(stage))).in_chromium(),)*)?
            ]
        }
    };
}

/// An engine's one seat: its session, shared by some of its tests one after the other.
#[derive(Debug)]
struct Seat {
    engine: Engine,
    session: Mutex<Start>,
}

#[derive(Debug)]
enum Start {
    NotYet,
    /// With how many tests it has served.
    Running(Box<Session>, u32),
    /// One has run, and ended: this engine is here.
    Ended,
    /// Tried, and not tried again by every test: a missing browser stays missing.
    Failed(String),
}

impl Start {
    /// Ends the browser that runs, if one does; the next test starts another.
    async fn end(&mut self) {
        if let Self::Running(..) = self
            && let Self::Running(session, _) = std::mem::replace(self, Self::Ended)
        {
            session.end().await;
        }
    }
}

/// Runs all tests in all engines asked for, and ends what was started for them.
#[must_use]
pub fn main(tests: &[Test]) -> ExitCode {
    match run(tests) {
        Ok(code) => code,
        Err(error) => {
            let mut out = std::io::stderr();
            drop(std::io::Write::write_fmt(&mut out, format_args!("{error:#}\n")));
            ExitCode::FAILURE
        }
    }
}

fn run(tests: &[Test]) -> Result<ExitCode> {
    let mut arguments = Arguments::from_args();
    let settings = Settings::from_env()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.spawn(async {
        wait_to_be_stopped().await;
        process::end_all();
        std::process::exit(130);
    });
    let seats: Vec<Arc<Seat>> = settings
        .engines
        .iter()
        .map(|&engine| Arc::new(Seat { engine, session: Mutex::new(Start::NotYet) }))
        .collect();
    let at_once = Arc::new(Semaphore::new(settings.engines_at_once));
    let mut trials = Vec::new();
    for seat in &seats {
        for test in tests.iter().filter(|test| test.is_for(seat.engine)) {
            let (seat, settings, at_once, test) =
                (Arc::clone(seat), settings.clone(), Arc::clone(&at_once), test.clone());
            let handle = runtime.handle().clone();
            trials.push(Trial::test(format!("{}::{}", seat.engine.name(), test.name), move || {
                perform(&handle, &seat, &settings, &at_once, &test)
                    .map_err(|error| Failed::from(format!("{error:#}")))
            }));
        }
    }
    // A thread a test: nearly all of them wait for their engine's seat. So engines work side by side, whatever the order
    // of the list, and `--test-threads 1` still means one after the other.
    arguments.test_threads.get_or_insert(trials.len().max(2));
    let conclusion = libtest_mimic::run(&arguments, trials);
    runtime.block_on(async {
        for seat in seats {
            seat.session.lock().await.end().await;
        }
    });
    Ok(conclusion.exit_code())
}

/// One test in one engine.
fn perform(
    handle: &Handle,
    seat: &Seat,
    settings: &Settings,
    at_once: &Semaphore,
    test: &Test,
) -> Result<()> {
    handle.block_on(async {
        let mut start = seat.session.lock().await;
        let _place = at_once.acquire().await?;
        if matches!(*start, Start::NotYet | Start::Ended) {
            match Session::start(seat.engine).await {
                Ok(session) => *start = Start::Running(Box::new(session), 0),
                Err(error) if matches!(*start, Start::Ended) => return Err(error),
                Err(error) => *start = Start::Failed(format!("{error:#}")),
            }
        }
        let (session, served) = match &mut *start {
            Start::Running(session, served) => (session, served),
            Start::Failed(why) => return Err(anyhow!("{why}")),
            Start::NotYet | Start::Ended => return Err(anyhow!("the session was not started")),
        };
        let stage = Stage::new(seat.engine, settings.clone(), session.driver().clone());
        // A panic of a test must not take the session with it: it is a failure like others.
        let guarded = std::panic::AssertUnwindSafe(tokio::time::timeout(test.limit, async {
            (test.run)(&stage).await?;
            stage.no_faults().await
        }));
        let mut outcome = match catch(guarded).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(anyhow!("the test did not end within {} s", test.limit.as_secs())),
            Err(panic) => Err(anyhow!("the test panicked: {panic}")),
        };
        if let Err(error) = outcome {
            let kept = keep(seat.engine, settings, session, test).await;
            outcome = Err(error.context(kept));
        }
        *served += 1;
        let is_old = *served == TESTS_A_BROWSER;
        let tidied = session.tidy().await;
        if tidied.is_err() || is_old {
            start.end().await;
        }
        if let Err(broken) = tidied {
            outcome = outcome.with_context(|| format!("the browser was lost: {broken}"));
        }
        outcome
    })
}

/// Runs a future, and gives the message of its panic, should it panic.
async fn catch<T>(future: std::panic::AssertUnwindSafe<impl Future<Output = T>>) -> Result<T, String> {
    let mut future = std::pin::pin!(future.0);
    std::future::poll_fn(move |context| {
        let poll = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| future.as_mut().poll(context)));
        match poll {
            Ok(poll) => poll.map(Ok),
            Err(panic) => std::task::Poll::Ready(Err(panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string))
                .unwrap_or_default())),
        }
    })
    .await
}

/// Keeps a screenshot and the page's HTML of a failed test, and says where.
async fn keep(engine: Engine, settings: &Settings, session: &Session, test: &Test) -> String {
    let stem = format!("{}-{}", engine.name(), test.name.replace("::", "-"));
    let picture = settings.failures.join(format!("{stem}.png"));
    let page = settings.failures.join(format!("{stem}.html"));
    let kept: Result<()> = async {
        fs::create_dir_all(&settings.failures)?;
        fs::write(&page, session.driver().source().await?)?;
        fs::write(&picture, session.driver().screenshot_as_png().await?)?;
        Ok(())
    }
    .await;
    match kept {
        Ok(()) => format!("see {} and {}", picture.display(), page.display()),
        Err(error) => format!("(nothing could be kept of the page: {error:#})"),
    }
}

/// Ctrl-c, or a polite request to end.
async fn wait_to_be_stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut term) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = term.recv() => {}
    }
}
