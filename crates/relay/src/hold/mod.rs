//! Hold until acknowledged: a final answer, which the upstream hands over once, is kept and repeated to its owner until
//! the owner acknowledges it or the time is up.

mod accounts;
mod body;
mod disk;
mod flags;
mod flight;
mod index;
mod kept;
mod owner;
mod readers;
mod settings;
mod shared;
mod shelf;
mod store;

pub(crate) use accounts::{Accounts, Verdict};
pub(crate) use flags::HoldFlags;
pub(crate) use owner::Owner;
pub use settings::{HoldPlace, HoldSettings};

use crate::engine::Engine;
use crate::people::Caller;
use crate::refusal::Refusal;
use crate::settings::StartError;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use body::Room;
use flight::{AGAIN, Asking, Flights};
use fusionbrain::{Endpoint, Headers, RunAnswer, TaskId, read_run};
use http_body_util::{BodyExt, Limited};
use kept::{Kept, Word};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
pub(crate) use store::StoreError;
use store::{Store, Task, milliseconds, now};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::error;

/// Largest answer to a run: a uuid and some words.
const RUN_ANSWER: usize = 64 * 1024;

/// What stands between the clients and whichever engine.
pub(crate) struct Hold {
    store: Store,
    settings: HoldSettings,
    /// Whether clients bring keys of their own, which decide what they may see.
    own_keys: bool,
    flights: Flights,
    room: Room,
    numbers: AtomicU64,
    /// Runs and flights, which go on without their clients.
    running: TaskTracker,
    stopping: CancellationToken,
}

impl Hold {
    pub(crate) fn new(settings: HoldSettings, own_keys: bool) -> Result<Arc<Self>, StartError> {
        Ok(Arc::new(Self {
            store: Store::open(&settings)?,
            settings,
            own_keys,
            flights: Flights::default(),
            room: Room::new(),
            numbers: AtomicU64::new(0),
            running: TaskTracker::new(),
            stopping: CancellationToken::new(),
        }))
    }

    /// Whether the store can be used.
    pub(crate) async fn ready(&self) -> Result<(), String> {
        self.store.ready().await.map_err(|error| error.to_string())
    }

    /// Longest `?wait=`, in seconds, as the relay offers it.
    pub(crate) fn offered_wait(&self) -> u64 {
        self.settings.wait.as_secs()
    }

    /// What people have had, where other relays count it too.
    pub(crate) fn accounts(&self) -> Option<Accounts> {
        self.store.accounts()
    }

    /// Bytes of answers that are held; `None` when the store does not say.
    pub(crate) async fn held_bytes(&self) -> Option<u64> {
        match self.store.used().await {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                error!(%error, "how much is held is unknown");
                None
            }
        }
    }

    /// A run, and whose it is: that is known before the client hears of it. It is finished when the client goes away.
    pub(crate) async fn run(
        self: &Arc<Self>,
        engine: &Arc<Engine>,
        caller: &Caller,
        request: Request,
    ) -> Result<Response, Refusal> {
        // A run spends quota, and without its owner nobody could read what comes of it.
        self.store.ready().await.map_err(|error| self.out_of_order(&error))?;
        let owner = Owner::of(caller, request.headers(), self.own_keys);
        let (this, engine) = (Arc::clone(self), Arc::clone(engine));
        let run = self.running.spawn(async move { this.started(&engine, &owner, request).await });
        run.await.unwrap_or_else(|_| Err(broke_down()))
    }

    async fn started(
        self: &Arc<Self>,
        engine: &Engine,
        owner: &Owner,
        request: Request,
    ) -> Result<Response, Refusal> {
        let (head, body) = engine.answer(&Endpoint::Run, request).await?.into_parts();
        if !head.status.is_success() {
            return Ok(Response::from_parts(head, body));
        }
        let body = whole(body).await?;
        let headers = Headers::new(
            head.headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))),
        );
        if let Ok(RunAnswer::Accepted { task, status_time, .. }) =
            read_run(head.status.as_u16(), &headers, &body)
        {
            let sense = Duration::try_from_secs_f64(status_time.unwrap_or(0.0)).unwrap_or_default();
            let not_before = now().saturating_add(milliseconds(sense));
            let known = Task { owner: owner.clone(), not_before };
            if let Err(error) = self.store.own(task.as_str(), &known).await {
                // The quota is spent: the client had better know the uuid than not. Until it is written it is told that
                // the store does not work, and comes again.
                error!(%error, "whose a run is could not be written down; trying again");
                self.running.spawn(Arc::clone(self).own_later(task, known));
            }
        }
        Ok(Response::from_parts(head, Body::from(body)))
    }

    /// Writes down whose a run is as soon as the store works again, for as long as somebody can be waiting for it.
    async fn own_later(self: Arc<Self>, task: TaskId, known: Task) {
        let give_up = Instant::now() + self.settings.keep;
        while Instant::now() < give_up {
            tokio::select! {
                () = sleep(AGAIN) => {}
                // One last try: whoever ends this relay may have mended the store before.
                () = self.stopping.cancelled() => {}
            }
            match self.store.own(task.as_str(), &known).await {
                Ok(()) => return,
                Err(_) if self.stopping.is_cancelled() => break,
                Err(_) => {}
            }
        }
        error!("whose a run is was never written down: nobody can read what comes of it");
    }

    /// How a task is doing: held, told by a flight, or nobody's business but its owner's.
    pub(crate) async fn status(
        self: &Arc<Self>,
        engine: &Arc<Engine>,
        caller: &Caller,
        task: TaskId,
        asked: &Parts,
    ) -> Result<Response, Refusal> {
        let headers = &asked.headers;
        let owner = Owner::of(caller, headers, self.own_keys);
        let known = self.mine(&task, caller, &owner).await?;
        if let Some(answer) =
            self.store.answer(task.as_str()).await.map_err(|error| self.out_of_order(&error))?
        {
            return Ok(self.told(&task, &answer, true));
        }
        let wait = wanted_wait(asked.uri.query()).map(|wait| wait.min(self.settings.wait));
        let until = wait.map(|wait| Instant::now() + wait);
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let (waiting, new) = self.flights.join(number, &task, &owner, until).ok_or_else(Refusal::no_task)?;
        if let Some(flight) = new {
            let not_before = known.map_or(0, |task| task.not_before);
            let asking = Asking { caller: caller.clone(), headers: headers.clone() };
            let (this, engine) = (Arc::clone(self), Arc::clone(engine));
            self.running.spawn(this.fly(engine, task.clone(), asking, flight, not_before));
        }
        let answer = waiting.answer(&task).await?;
        Ok(self.told(&task, &answer, answer.word() == Word::Final))
    }

    /// The owner has it: it need not be held any longer. Acknowledging twice is no mistake.
    pub(crate) async fn acknowledged(
        &self,
        caller: &Caller,
        task: &TaskId,
        headers: &HeaderMap,
    ) -> Result<Response, Refusal> {
        let owner = Owner::of(caller, headers, self.own_keys);
        self.mine(task, caller, &owner).await?.ok_or_else(Refusal::no_task)?;
        self.store.release(task.as_str()).await.map_err(|error| self.out_of_order(&error))?;
        Ok(StatusCode::NO_CONTENT.into_response())
    }

    /// What is known of a task that this owner may ask for. What nobody here started may be asked for only where there
    /// are no people to tell apart.
    async fn mine(&self, task: &TaskId, caller: &Caller, owner: &Owner) -> Result<Option<Task>, Refusal> {
        let known = self.store.task(task.as_str()).await.map_err(|error| self.out_of_order(&error))?;
        match known {
            Some(known) if known.owner == *owner => Ok(Some(known)),
            None if caller.is_anyone() => Ok(None),
            _ => Err(Refusal::no_task()),
        }
    }

    /// An answer on its way to its owner. That it is `held` makes it one that may go once it was sent.
    fn told(self: &Arc<Self>, task: &TaskId, answer: &Kept, held: bool) -> Response {
        let (this, uuid) = (Arc::clone(self), task.as_str().to_owned());
        answer.response(move || {
            if held {
                let running = this.running.clone();
                running.spawn(async move {
                    if let Err(error) = this.store.sent(&uuid).await {
                        error!(%error, "that an answer was handed over could not be written down");
                    }
                });
            }
        })
    }

    /// Ends what only waits. What is being read from upstream is read to its end.
    pub(crate) fn stop(&self) {
        self.stopping.cancel();
        self.running.close();
    }

    /// Ready when nothing is running any more, after [`Hold::stop`].
    pub(crate) async fn stopped(&self) {
        self.running.wait().await;
    }

    fn out_of_order(&self, error: &StoreError) -> Refusal {
        error!(%error, "the store does not work");
        Refusal::store_broken()
    }
}

fn broke_down() -> Refusal {
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "The relay broke down on this run.").run_unknown(true)
}

async fn whole(body: Body) -> Result<Bytes, Refusal> {
    let unknown = |_| {
        Refusal::new(StatusCode::BAD_GATEWAY, "The answer broke off. Whether the run was started is unknown.")
            .run_unknown(true)
    };
    Ok(Limited::new(body, RUN_ANSWER).collect().await.map_err(unknown)?.to_bytes())
}

/// The value of `wait` in a query. What is no number of seconds asks for no waiting.
fn wanted_wait(query: Option<&str>) -> Option<Duration> {
    let value = query?.split('&').find_map(|pair| pair.strip_prefix("wait="))?;
    Duration::try_from_secs_f64(value.parse().ok()?).ok().filter(|wait| !wait.is_zero())
}

#[cfg(test)]
mod tests {
    use super::wanted_wait;
    use std::time::Duration;

    #[test]
    fn only_a_number_of_seconds_is_a_wait() {
        assert_eq!(wanted_wait(Some("wait=20")), Some(Duration::from_secs(20)));
        assert_eq!(wanted_wait(Some("a=b&wait=0.5")), Some(Duration::from_millis(500)));
        for query in ["wait=0", "wait=-1", "wait=", "wait=soon", "wait=NaN", "wait=inf", "await=3", ""] {
            assert_eq!(wanted_wait(Some(query)), None, "{query}");
        }
    }
}
