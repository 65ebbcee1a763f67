//! Runs that wait, are painted, or wait to be fetched.

use super::picture::Outcome;
use super::size::written;
use axum::body::Bytes;
use serde_json::json;
use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};
use tracing::{error, info};
use uuid::Uuid;

/// How many past paintings the estimate looks at.
const MEASURED: usize = 20;
/// The estimate before anything was measured.
const GUESS: Duration = Duration::from_secs(10);
/// How often is looked whether everything was fetched.
const LOOK: Duration = Duration::from_millis(50);
/// When unfetched answers take more than this, in bytes, no further runs are taken. Nothing that was painted is thrown
/// away for it.
const MOST_KEPT: usize = 256 * 1024 * 1024;

/// What stands in the place of a censored picture, so that clients that count on a file find one: a grey dot.
const PLACEHOLDER: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==";

/// The queue.
pub(crate) struct Queue {
    state: Mutex<State>,
    /// As many as are painted at the same time.
    free: Arc<Semaphore>,
    at_once: usize,
    /// How many may wait or be painted.
    most: usize,
    /// It takes no more runs.
    stopping: AtomicBool,
    expiry: Duration,
}

#[derive(Default)]
struct State {
    jobs: HashMap<Uuid, Job>,
    /// How many wait or are painted.
    active: usize,
    /// Bytes of all answers that wait to be fetched.
    kept: usize,
    /// How long the last paintings took, by pipeline.
    measured: HashMap<String, VecDeque<Duration>>,
}

struct Job {
    /// Nobody else is told anything of it.
    owner: String,
    stage: Stage,
}

enum Stage {
    Waiting,
    Painting,
    /// The final answer, to be handed over once.
    Ready(Bytes),
}

impl Queue {
    pub(crate) fn new(most: usize, at_once: usize, expiry: Duration) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::default(),
            free: Arc::new(Semaphore::new(at_once)),
            at_once,
            most,
            stopping: AtomicBool::new(false),
            expiry,
        })
    }

    /// Whether a run would be refused now.
    pub(crate) fn is_full(&self) -> bool {
        self.stopping.load(Ordering::Relaxed) || self.state().is_full(self.most)
    }

    /// The end: no more runs are taken, those that wait are told so (nobody has spent anything on them), and what is being
    /// painted is finished.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
        self.free.close();
    }

    /// Ready when nothing is painted any more and everything was fetched, after [`Queue::stop`].
    pub(crate) async fn empty(&self) {
        while !self.state().jobs.is_empty() {
            sleep(LOOK).await;
        }
    }

    /// Takes a place in the queue: the task's name, and the seconds until a first poll makes sense. `None` when the
    /// queue is full.
    pub(crate) fn admit(&self, owner: &str, pipeline: &str) -> Option<(Uuid, u64)> {
        let mut state = self.state();
        if self.stopping.load(Ordering::Relaxed) || state.is_full(self.most) {
            return None;
        }
        // All before it have to be painted first.
        let rounds = u32::try_from(state.active / self.at_once + 1).unwrap_or(u32::MAX);
        let wait = state.usual(pipeline).saturating_mul(rounds);
        let task = Uuid::new_v4();
        state.active += 1;
        state.jobs.insert(task, Job { owner: owner.to_owned(), stage: Stage::Waiting });
        Some((task, seconds(wait)))
    }

    /// Has an admitted run painted when its turn comes. Nobody needs to wait for it.
    pub(crate) fn paint(
        self: &Arc<Self>,
        task: Uuid,
        pipeline: String,
        painting: impl Future<Output = Outcome> + Send + 'static,
    ) {
        let this = Arc::clone(self);
        tokio::spawn(async move {
            let turn = this.free.acquire().await;
            let started = Instant::now();
            let outcome = if turn.is_ok() {
                this.state().stage(task, Stage::Painting);
                // As a task of its own, so that a panic is a failed run and not a place that is lost for ever.
                tokio::spawn(painting).await.unwrap_or_else(|why| {
                    error!(%why, "painting broke down");
                    Outcome::Failed("The relay broke down on this run.".to_owned())
                })
            } else {
                Outcome::Failed("The relay was stopped before this run was painted. Run it again.".to_owned())
            };
            let took = started.elapsed();
            drop(turn);
            this.ready(task, &pipeline, took, &outcome);
            sleep(this.expiry).await;
            this.take(task);
        });
    }

    /// How the task is doing; a final answer leaves the queue here. `None` when there is no such task for that owner.
    pub(crate) fn status(&self, owner: &str, task: &str) -> Option<Bytes> {
        let task = Uuid::try_parse(task).ok()?;
        let mut state = self.state();
        let job = state.jobs.get(&task).filter(|job| job.owner == owner)?;
        let word = match job.stage {
            Stage::Waiting => "INITIAL",
            Stage::Painting => "PROCESSING",
            Stage::Ready(_) => return state.take(task),
        };
        Some(json!({ "uuid": task.to_string(), "status": word }).to_string().into())
    }

    fn ready(&self, task: Uuid, pipeline: &str, took: Duration, outcome: &Outcome) {
        let word = match outcome {
            Outcome::Painted { .. } => "painted",
            Outcome::Censored => "censored",
            Outcome::Failed(_) => "failed",
        };
        // Why it failed is told to who asked: the server's words may quote the prompt.
        info!(word, milliseconds = took.as_millis(), "a run ended");
        let body = answer(task, took, outcome);
        let mut state = self.state();
        if matches!(outcome, Outcome::Painted { .. }) {
            let measured = state.measured.entry(pipeline.to_owned()).or_default();
            measured.push_back(took);
            if measured.len() > MEASURED {
                measured.pop_front();
            }
        }
        state.active -= 1;
        state.kept += body.len();
        state.stage(task, Stage::Ready(body));
    }

    fn take(&self, task: Uuid) {
        self.state().take(task);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_full(&self, most: usize) -> bool {
        self.active >= most || self.kept >= MOST_KEPT
    }

    fn stage(&mut self, task: Uuid, stage: Stage) {
        if let Some(job) = self.jobs.get_mut(&task) {
            job.stage = stage;
        }
    }

    /// Takes a finished task out.
    fn take(&mut self, task: Uuid) -> Option<Bytes> {
        match self.jobs.remove(&task)?.stage {
            Stage::Ready(body) => {
                self.kept -= body.len();
                Some(body)
            }
            Stage::Waiting | Stage::Painting => None,
        }
    }

    /// The median of what was measured.
    fn usual(&self, pipeline: &str) -> Duration {
        let mut times: Vec<Duration> = self.measured.get(pipeline).into_iter().flatten().copied().collect();
        times.sort_unstable();
        times.get(times.len() / 2).copied().unwrap_or(GUESS)
    }
}

/// The final answer, as the real service writes it, and the sizes beside it.
fn answer(task: Uuid, took: Duration, outcome: &Outcome) -> Bytes {
    let mut answer = json!({ "uuid": task.to_string(), "status": "DONE", "generationTime": seconds(took) });
    match outcome {
        Outcome::Painted { base64, asked, ordered, made } => {
            answer["result"] = json!({ "files": [base64], "censored": false });
            answer["size"] =
                json!({ "asked": written(*asked), "ordered": written(*ordered), "made": written(*made) });
        }
        Outcome::Censored => answer["result"] = json!({ "files": [PLACEHOLDER], "censored": true }),
        Outcome::Failed(why) => {
            answer["status"] = "FAIL".into();
            answer["errorDescription"] = why.as_str().into();
        }
    }
    answer.to_string().into()
}

/// Whole seconds, rounded up: nobody is told to come too early.
fn seconds(time: Duration) -> u64 {
    (time.as_secs() + u64::from(time.subsec_nanos() > 0)).max(1)
}

#[cfg(test)]
mod tests {
    use super::{PLACEHOLDER, Queue};
    use crate::openai::picture::Outcome;
    use fusionbrain::{File, read_file};
    use serde_json::Value;
    use std::time::Duration;

    fn painted() -> Outcome {
        Outcome::Painted { base64: String::new(), asked: (1, 1), ordered: (1, 1), made: (1, 1) }
    }

    #[test]
    fn the_placeholder_is_a_picture() {
        let file = read_file(PLACEHOLDER).unwrap();
        assert!(matches!(file, File::Picture { picture, .. } if (picture.width, picture.height) == (1, 1)));
    }

    #[tokio::test(start_paused = true)]
    async fn the_wait_that_is_told_is_the_median_of_what_was_measured_times_those_before() {
        let queue = Queue::new(10, 1, Duration::from_secs(300));
        let (_, guess) = queue.admit("", "p").unwrap();
        assert_eq!(guess, 10, "nothing was measured yet");
        for took in [2_000, 9_000, 3_500] {
            let (task, _) = queue.admit("", "p").unwrap();
            queue.paint(task, "p".to_owned(), async move {
                tokio::time::sleep(Duration::from_millis(took)).await;
                painted()
            });
            while queue.status("", &task.to_string()).unwrap().starts_with(b"{\"status\":\"PROC") {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            tokio::time::sleep(Duration::from_secs(20)).await;
        }
        // The first one was admitted and never painted: it stands before.
        assert_eq!(queue.admit("", "p").unwrap().1, 7, "3.5 s, two times");
        assert_eq!(queue.admit("", "p").unwrap().1, 11, "3.5 s, three times");
        assert_eq!(queue.admit("", "other").unwrap().1, 40, "another pipeline has times of its own");
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_but_its_owner_is_told_of_a_task_or_takes_its_picture() {
        let queue = Queue::new(10, 1, Duration::from_secs(300));
        let (task, _) = queue.admit("alice", "p").unwrap();
        let name = task.to_string();
        assert!(queue.status("bob", &name).is_none() && queue.status("", &name).is_none());
        assert!(queue.status("alice", &name).is_some());
        queue.paint(task, "p".to_owned(), async { painted() });
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(queue.status("bob", &name).is_none());
        assert!(queue.status("alice", &name).unwrap().windows(4).any(|four| four == b"DONE"));
    }

    #[tokio::test(start_paused = true)]
    async fn what_nobody_fetches_is_gone_after_its_time() {
        let queue = Queue::new(10, 1, Duration::from_secs(300));
        let (task, _) = queue.admit("me", "p").unwrap();
        queue.paint(task, "p".to_owned(), async { painted() });
        tokio::time::sleep(Duration::from_secs(299)).await;
        assert_eq!(queue.state().jobs.len(), 1);
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert!(queue.state().jobs.is_empty());
        assert_eq!(queue.state().kept, 0);
        assert!(queue.status("me", &task.to_string()).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn at_the_end_what_is_painted_is_finished_and_what_waits_is_told() {
        let queue = Queue::new(10, 1, Duration::from_secs(300));
        let [first, second] = [(); 2].map(|()| queue.admit("me", "p").unwrap().0);
        for task in [first, second] {
            queue.paint(task, "p".to_owned(), async {
                tokio::time::sleep(Duration::from_secs(8)).await;
                painted()
            });
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        queue.stop();
        assert!(queue.is_full() && queue.admit("me", "p").is_none());
        let ended = tokio::spawn({
            let queue = std::sync::Arc::clone(&queue);
            async move { queue.empty().await }
        });
        tokio::time::sleep(Duration::from_secs(1)).await;
        let told = queue.status("me", &second.to_string()).unwrap();
        let told: Value = serde_json::from_slice(&told).unwrap();
        assert_eq!(told["status"], "FAIL");
        assert!(told["errorDescription"].as_str().unwrap().contains("stopped"));
        tokio::time::sleep(Duration::from_secs(20)).await;
        assert!(!ended.is_finished(), "a picture waits to be fetched");
        assert!(queue.status("me", &first.to_string()).unwrap().windows(4).any(|four| four == b"DONE"));
        ended.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_painter_that_breaks_down_is_a_failed_run_and_frees_its_place() {
        let queue = Queue::new(1, 1, Duration::from_secs(300));
        let (task, _) = queue.admit("", "p").unwrap();
        assert!(queue.is_full() && queue.admit("", "p").is_none());
        queue.paint(task, "p".to_owned(), async { panic!("on purpose") });
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(!queue.is_full());
        let body: Value = serde_json::from_slice(&queue.status("", &task.to_string()).unwrap()).unwrap();
        assert_eq!(body["status"], "FAIL");
        assert!(!body["errorDescription"].as_str().unwrap().contains("purpose"));
    }
}
