//! One task that is being asked for upstream, by one flight for all who want to know.
//!
//! A flight is a task of its own in this process: that a client goes away does not end it, and so a final answer that
//! the upstream is handing over is read to its end and held.

use crate::engine::Engine;
use crate::hold::Hold;
use crate::hold::body::{self, Broken, Taken};
use crate::hold::kept::{Kept, Word};
use crate::hold::owner::Owner;
use crate::hold::store::{Claim, milliseconds, now};
use crate::people::Caller;
use crate::refusal::Refusal;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, Uri};
use fusionbrain::{Endpoint, TaskId};
use std::collections::HashMap;
use std::future::Future;
use std::ops::ControlFlow;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until, timeout, timeout_at};
use tracing::{error, warn};

/// How often is looked whether another relay has finished asking.
const LOOK: Duration = Duration::from_millis(100);

/// After so long with another relay asking, who does not want to wait is told that there is nothing yet.
const LONG_ENOUGH: Duration = Duration::from_secs(1);

/// Between two questions to an engine in this very process, which has no rate limiter that bites.
const NEAR: Duration = Duration::from_millis(300);

/// Between two tries to write to a store that does not work.
pub(super) const AGAIN: Duration = Duration::from_secs(1);

/// As whom the engine is asked: the one who started the flight, and so the task's owner.
pub(crate) struct Asking {
    pub(crate) caller: Caller,
    pub(crate) headers: HeaderMap,
}

/// All flights of this relay, by uuid.
#[derive(Default)]
pub(crate) struct Flights(Mutex<HashMap<String, Arc<Flight>>>);

pub(crate) struct Flight {
    /// Tells this flight's turn from that of others.
    pub(crate) number: u64,
    owner: Owner,
    /// Until when somebody wants to know. Changed under the lock of [`Flights`] only.
    wanted: Mutex<Instant>,
    said: watch::Sender<Said>,
}

/// What is known so far.
#[derive(Debug, Clone, Default)]
struct Said {
    answer: Option<Result<Kept, Refusal>>,
    /// Counts what was said.
    round: u64,
    /// Whether more may come: what was said last is that the task is pending.
    more: bool,
    /// Nobody is being asked right now; the last answer is as new as any.
    resting: bool,
}

/// Somebody who wants to know.
pub(crate) struct Waiting {
    said: watch::Receiver<Said>,
    joined: u64,
    until: Option<Instant>,
}

impl Flights {
    /// Joins the flight for this task, or makes one; `true` when it is new and has to be flown. `None` when it is not this
    /// owner's.
    pub(crate) fn join(
        &self,
        number: u64,
        task: &TaskId,
        owner: &Owner,
        until: Option<Instant>,
    ) -> Option<(Waiting, Option<Arc<Flight>>)> {
        let mut flights = self.all();
        let wanted = until.unwrap_or_else(Instant::now);
        let (flight, new) = match flights.get(task.as_str()) {
            Some(flight) => (Arc::clone(flight), false),
            None => {
                let said = watch::Sender::new(Said { more: true, ..Said::default() });
                let flight = Flight { number, owner: owner.clone(), wanted: Mutex::new(wanted), said };
                let flight = Arc::new(flight);
                flights.insert(task.as_str().to_owned(), Arc::clone(&flight));
                (flight, true)
            }
        };
        if flight.owner != *owner {
            return None;
        }
        {
            let mut latest = flight.wanted();
            *latest = latest.max(wanted);
        }
        let said = flight.said.subscribe();
        let joined = said.borrow().round;
        Some((Waiting { said, joined, until }, new.then_some(flight)))
    }

    /// Ends a flight that nobody wants any longer: whoever comes now makes another one.
    fn over(&self, task: &str, flight: &Arc<Flight>) -> bool {
        let mut flights = self.all();
        let over = *flight.wanted() <= Instant::now();
        if over {
            remove(&mut flights, task, flight);
        }
        over
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Arc<Flight>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn remove(flights: &mut HashMap<String, Arc<Flight>>, task: &str, flight: &Arc<Flight>) {
    if flights.get(task).is_some_and(|have| Arc::ptr_eq(have, flight)) {
        flights.remove(task);
    }
}

/// Takes the flight off the list, however it ended.
struct Landing<'a> {
    flights: &'a Flights,
    task: &'a str,
    flight: &'a Arc<Flight>,
}

impl Drop for Landing<'_> {
    fn drop(&mut self) {
        remove(&mut self.flights.all(), self.task, self.flight);
    }
}

impl Flight {
    fn wanted(&self) -> MutexGuard<'_, Instant> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn say(&self, answer: Result<Kept, Refusal>, more: bool) {
        self.said.send_modify(|said| {
            *said = Said { answer: Some(answer), round: said.round + 1, more, resting: said.resting }
        });
    }

    fn rest(&self, resting: bool) {
        self.said.send_modify(|said| said.resting = resting);
    }
}

impl Waiting {
    /// The answer, when there is one worth telling: at once for who does not wait, and for who does when it is final, an
    /// error, or the time is up.
    pub(crate) async fn answer(mut self, task: &TaskId) -> Result<Kept, Refusal> {
        let until = self.until;
        let joined = self.joined;
        let news = self
            .said
            .wait_for(|said| (said.round > joined || said.resting) && (until.is_none() || !said.more));
        let news = match until {
            Some(until) => timeout_at(until, news).await.ok().map(|news| news.map(|said| said.clone())),
            None => Some(news.await.map(|said| said.clone())),
        };
        let said = match news {
            Some(Ok(said)) => said,
            // The time is up, or the flight is over: what was said last is all there is.
            Some(Err(_)) | None => self.said.borrow().clone(),
        };
        said.answer.unwrap_or_else(|| Ok(Kept::not_yet(task)))
    }
}

impl Hold {
    /// Asks upstream until there is a final answer or an error, or nobody wants to know any longer.
    pub(super) async fn fly(
        self: Arc<Self>,
        engine: Arc<Engine>,
        task: TaskId,
        asking: Asking,
        flight: Arc<Flight>,
        not_before: u64,
    ) {
        let uuid = task.as_str();
        let _landing = Landing { flights: &self.flights, task: uuid, flight: &flight };
        let began = Instant::now();
        // Who starts a flight without waiting wants an answer now; for who waits it is asked when it makes sense.
        if *flight.wanted() > began {
            self.rest(&flight, not_before.saturating_sub(now())).await;
        }
        loop {
            if self.stopping.is_cancelled() {
                return;
            }
            match self.store.claim(uuid, flight.number).await {
                Err(error) => return flight.say(Err(self.out_of_order(&error)), false),
                Ok(Claim::Held) => match self.store.answer(uuid).await {
                    Ok(Some(answer)) => return flight.say(Ok(answer), false),
                    // It ended in between.
                    Ok(None) => {}
                    Err(error) => return flight.say(Err(self.out_of_order(&error)), false),
                },
                Ok(Claim::Theirs) => {
                    if began.elapsed() >= LONG_ENOUGH {
                        flight.say(Ok(Kept::not_yet(&task)), true);
                        if self.flights.over(uuid, &flight) {
                            return;
                        }
                    }
                    sleep(LOOK).await;
                }
                // Claimed anew before each question: a relay that stood still for longer than its turn has lost it.
                Ok(Claim::Mine) => {
                    if self.ask(&engine, &task, &asking, &flight).await.is_break() {
                        if let Err(error) = self.store.give_back(uuid, flight.number).await {
                            // It ends by itself.
                            warn!(%error, "a turn could not be given back");
                        }
                        return;
                    }
                }
            }
        }
    }

    /// Asks once, in our turn, and rests. Whether to go on.
    async fn ask(
        &self,
        engine: &Engine,
        task: &TaskId,
        asking: &Asking,
        flight: &Arc<Flight>,
    ) -> ControlFlow<()> {
        let (asked, room) = match self.renewing(task, flight, self.asked(engine, task, asking)).await {
            Ok((answer, room)) => (Ok(answer), Some(room)),
            Err(refusal) => (Err(refusal), None),
        };
        match asked.as_ref().map_or(Word::Other, Kept::word) {
            Word::Final => {
                match asked {
                    Ok(answer) => self.renewing(task, flight, self.hold(task, answer, room, flight)).await,
                    refused => flight.say(refused, false),
                }
                return ControlFlow::Break(());
            }
            Word::Pending => flight.say(asked, true),
            Word::Other => {
                flight.say(asked, false);
                return ControlFlow::Break(());
            }
        }
        let over = || self.flights.over(task.as_str(), flight) || self.stopping.is_cancelled();
        if over() {
            return ControlFlow::Break(());
        }
        let pace = if engine.is_near() { self.settings.pace.min(NEAR) } else { self.settings.pace };
        self.renewing(task, flight, self.rest(flight, milliseconds(pace))).await;
        if over() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Waits, for no longer than somebody wants to know.
    async fn rest(&self, flight: &Flight, milliseconds: u64) {
        let end = Instant::now() + Duration::from_millis(milliseconds);
        flight.rest(true);
        loop {
            let wanted = *flight.wanted();
            let until = end.min(wanted);
            tokio::select! {
                () = sleep_until(until) => {}
                () = self.stopping.cancelled() => break,
            }
            // Somebody else may have come, and want it longer.
            if until == end || *flight.wanted() <= Instant::now() {
                break;
            }
        }
        flight.rest(false);
    }

    /// One question upstream, and its whole answer with the room that it takes.
    async fn asked(
        &self,
        engine: &Engine,
        task: &TaskId,
        asking: &Asking,
    ) -> Result<(Kept, Taken<'_>), Refusal> {
        let endpoint = Endpoint::Status(task.clone());
        let mut request = Request::new(Body::empty());
        *request.uri_mut() =
            format!("/{}", endpoint.path()).parse::<Uri>().map_err(|_| Refusal::no_task())?;
        *request.headers_mut() = asking.headers.clone();
        request.extensions_mut().insert(asking.caller.clone());
        let (head, body) = engine.answer(&endpoint, request).await?.into_parts();
        let room = self.room.take(body::said(&body)).await;
        let broken = |message: String| Err(Refusal::new(StatusCode::BAD_GATEWAY, message));
        match timeout(self.settings.whole, body::whole(body, self.settings.largest)).await {
            Ok(Ok(body)) => Ok((Kept::new(head.status, head.headers, body), room)),
            Ok(Err(Broken::TooLong)) => {
                broken(format!("The answer is larger than {} bytes.", self.settings.largest))
            }
            Ok(Err(Broken::Off)) => broken("The service broke off in the middle of its answer.".to_owned()),
            Err(_) => broken(format!(
                "The service's answer did not come to its end within {:?}.",
                self.settings.whole
            )),
        }
    }

    /// Holds a final answer, and only then tells it: whoever has seen it can see it again. `room` is given back as soon as
    /// that is done, or found not to be possible now.
    async fn hold(&self, task: &TaskId, answer: Kept, mut room: Option<Taken<'_>>, flight: &Flight) {
        let uuid = task.as_str();
        let give_up = Instant::now() + self.settings.keep;
        loop {
            match self.store.keep(uuid, &flight.owner, &answer).await {
                Ok(true) => {
                    // From the disk, if there is one: a client that reads slowly has no picture in memory.
                    let answer = self.store.lighter(uuid).await.unwrap_or(answer);
                    return flight.say(Ok(answer), false);
                }
                Ok(false) => {
                    warn!(
                        "no room to hold an answer: it is told to who waits, and to nobody else (see --hold-bytes)"
                    );
                    break;
                }
                Err(error) => {
                    error!(%error, "an answer could not be held; trying again");
                    drop(room.take());
                    // Who waits is told at once, who comes later by this flight.
                    flight.rest(true);
                    flight.say(Ok(answer.clone()), false);
                    if Instant::now() >= give_up {
                        return;
                    }
                    sleep(AGAIN).await;
                }
            }
        }
        flight.say(Ok(answer), false);
    }

    /// Does something long without losing the turn to another relay.
    async fn renewing<T>(&self, task: &TaskId, flight: &Flight, long: impl Future<Output = T>) -> T {
        let mut long = pin!(long);
        loop {
            tokio::select! {
                biased;
                done = &mut long => return done,
                () = sleep(self.settings.lease / 4) => {
                    if let Err(error) = self.store.renew(task.as_str(), flight.number).await {
                        warn!(%error, "a turn could not be renewed: another relay may ask the same");
                    }
                }
            }
        }
    }
}
