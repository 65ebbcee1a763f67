//! What this tab does in the world for its jobs: each [`Deed`], with the answer fed back.

use fusionbrain::{ApiError, File, Picture, PictureKind, TaskId};
use studio::{
    Deed, Errand, Filing, Happening, Job, Letter, Ms, NotFiled, NotWritten, Pause, Phase, PictureFacts, Row,
    StorageFault, Word, record,
};

use super::{
    Entry, Queue,
    delivery::{Shown, kind},
};
use crate::{
    browser::{
        channel, clock,
        database::{self, Database, Durability, Fault, JobRow, NewPicture},
        files::{Bytes, handed},
        http,
        locks::{self, Guard},
        storage, storage_space,
        worker::{self, PollRequest},
    },
    connection::{Link, Service},
    ui::{State, spawn},
};

/// How long the first run waits for the service worker, which keeps what it asks for when the tab is closed.
const WORKER_PATIENCE: u32 = 3_000;

/// So much of an answer is kept for a report, in bytes: what is wrong with it shows at its beginning.
const REPORT: usize = 1_000_000;

/// How long opening the storage may take.
const STORAGE_PATIENCE: Ms = 10_000;

/// After so many milliseconds a row that could not be read is read again.
const READ_AGAIN: u32 = 1_000;

/// So many status requests of this tab may be kept waiting by a relay at once.
const MOST_WAITING: u32 = 2;

/// So many of the last visits' pictures are on the stage at the start.
const RECENT: u32 = 12;

/// The name under which the pause is stored.
const PAUSE: &str = "pause";

/// What the hands hold.
#[derive(Clone, Copy)]
pub(super) struct Hands {
    /// The database, once it was asked for: a fault is why there is none.
    storage: State<Option<Result<Database, Fault>>>,
    /// The locks of jobs: those granted, and those still asked for.
    locks: State<Vec<Claim>>,
    /// Counts the claims.
    claims: State<u32>,
    /// Pictures that are not stored yet, by their job.
    unsaved: State<Vec<(String, Unsaved)>>,
    /// What waits for the storage to be opened, or for the connection to be found.
    waiting: State<Vec<Deed>>,
    /// So many status requests are kept waiting by a relay.
    kept_waiting: State<u32>,
    wake_up: State<Option<clock::WakeUp>>,
    /// Ends the wait for the storage.
    patience: State<Option<clock::WakeUp>>,
}

/// The lock of a job, or a place in its queue.
struct Claim {
    id: String,
    /// Tells it from an earlier claim of the same job, whose grant nobody waits for any more.
    number: u32,
    guard: Option<Guard>,
}

/// A picture in memory.
#[derive(Clone)]
struct Unsaved {
    facts: PictureFacts,
    bytes: Vec<u8>,
}

fn fault(fault: &Fault) -> StorageFault {
    match fault {
        Fault::Full => StorageFault::Full,
        Fault::Missing => StorageFault::Missing,
        Fault::Newer | Fault::Broken(_) => StorageFault::Broken,
    }
}

impl Hands {
    pub(super) fn new() -> Self {
        Self {
            storage: State::new(None),
            locks: State::new(vec![]),
            claims: State::new(0),
            unsaved: State::new(vec![]),
            waiting: State::new(vec![]),
            kept_waiting: State::new(0),
            wake_up: State::new(None),
            patience: State::new(None),
        }
    }

    /// The database; none while it is being opened, or where there is none.
    pub(super) fn database(self) -> Option<Database> {
        self.storage.peek(|storage| storage.as_ref().and_then(|opened| opened.as_ref().ok().cloned()))
    }

    /// Whether the storage was opened, or is known not to be there.
    pub(super) fn is_storage_known(self) -> bool {
        self.storage.peek(Option::is_some)
    }

    /// The bytes of a picture that is not stored, as the browser has them.
    pub(super) fn unsaved_bytes(self, id: &str) -> Option<Bytes> {
        self.unsaved.peek(|all| all.iter().find(|(job, _)| job == id).map(|(_, kept)| handed(&kept.bytes)))
    }

    /// A stored job is forgotten.
    pub(super) fn forget(self, id: String) {
        if let Some(database) = self.database() {
            spawn(async move { drop(database.erase_job(&id, None).await) });
        }
    }

    /// Gives the lock of a job back, or asks for it no longer.
    fn release(self, id: &str) {
        self.locks.quietly(|all| all.retain(|claim| claim.id != id));
    }
}

impl Queue {
    /// Opens the storage, shows the latest pictures, and goes on with what was left.
    pub(super) fn open(self) {
        spawn(async move {
            let opened = Database::open(move |notice| match notice {
                database::Notice::Replaced => self.newer.set(true),
                database::Notice::Blocked => {
                    // It is known what it waits for, and said: no giving up.
                    self.hands().patience.quietly(|patience| *patience = None);
                    self.blocked.set(true);
                }
            })
            .await;
            self.blocked.set(false);
            self.opened(opened).await;
        });
        // A browser that does not even answer must not keep a person from making pictures.
        let give_up = move || spawn(self.opened(Err(Fault::Broken(String::new()))));
        let patience = clock::at(clock::now() + STORAGE_PATIENCE, give_up);
        self.hands().patience.quietly(|place| *place = Some(patience));
    }

    /// The storage was opened, or there is none: what waited for that goes on.
    async fn opened(self, opened: Result<Database, Fault>) {
        // Whatever comes second comes too late: what was done without the storage is not in it. If nothing was done yet, it
        // is as good as in time.
        let given_up = self.hands().storage.peek(|storage| matches!(storage, Some(Err(_))));
        let late = given_up && opened.is_ok() && self.has_no_desks();
        if !late && self.hands().storage.peek(Option::is_some) {
            return;
        }
        self.fault.set(opened.as_ref().err().map(fault));
        self.hands().storage.set(Some(opened));
        spawn(self.kept_shelf().begin(self.hands().database()));
        if let Some(database) = self.hands().database()
            && let Ok(recent) = database.recent_jobs(RECENT).await
        {
            for row in recent.rows.into_iter().filter(|row| !row.active) {
                if self.entry(&row.id).is_none()
                    && let Ok(job) = record::read(&row.row)
                {
                    self.fetch(self.enter(&row.id, job));
                }
            }
        }
        self.go_on_with_deeds();
        self.on(if late { Happening::Resume } else { Happening::Tick });
    }

    /// The connection was found, or the storage was opened, or there is none: what waited for that goes on.
    pub(super) fn go_on_with_deeds(self) {
        let mut waiting = vec![];
        self.hands().waiting.quietly(|all| waiting = std::mem::take(all));
        for deed in waiting {
            self.perform(deed);
        }
    }

    /// Does one deed.
    pub(super) fn perform(self, deed: Deed) {
        // Nothing is sent before it is known whether it can be written down first.
        let is_open = self.hands().storage.peek(Option::is_some);
        if !is_open && !matches!(deed, Deed::Show { .. } | Deed::WakeAt(_)) {
            return self.hands().waiting.quietly(|all| all.push(deed));
        }
        let database = self.hands().database();
        match deed {
            Deed::Claim { id, steal } => self.claim(id, steal),
            Deed::Release { id } => self.hands().release(&id),
            Deed::Write { errand, row, instead_of, strict } => spawn(async move {
                let result = match database {
                    Some(database) => {
                        let durability = if strict { Durability::Strict } else { Durability::Relaxed };
                        match database.replace_job(&job_row(row), instead_of.as_deref(), durability).await {
                            Ok(true) => Ok(()),
                            Ok(false) => Err(NotWritten::Overtaken),
                            Err(why) => Err(NotWritten::Fault(fault(&why))),
                        }
                    }
                    // That nothing is stored here was said before.
                    None => Ok(()),
                };
                self.on(Happening::Written { errand, result });
            }),
            Deed::Erase { id, row } => {
                // The job may be claimed anew before it is erased, and stays if that fails: that claim is not given back.
                let claims = self.hands().locks.peek(|all| {
                    all.iter().filter(|claim| claim.id == id).map(|claim| claim.number).collect::<Vec<_>>()
                });
                spawn(async move {
                    if let Some(database) = database {
                        let _ = database.erase_job(&id, row.as_deref()).await;
                        let _ = database.drop_report(&id).await;
                    }
                    self.hands().locks.quietly(|all| all.retain(|claim| !claims.contains(&claim.number)));
                    channel::send(&Word::Job(id).to_text());
                });
            }
            Deed::Read { id } => spawn(async move {
                // What cannot be read now is not gone: the next scan asks again. Where nothing is stored, nothing is gone.
                if database.is_some()
                    && let Ok(row) = stored(database.as_ref(), &id).await
                {
                    self.on(Happening::Row { id, row });
                }
            }),
            Deed::Scan => spawn(async move { self.scan(database).await }),
            Deed::Run { .. } | Deed::Poll { .. } | Deed::Probe { .. } => self.ask(deed),
            Deed::File { errand, filing } => spawn(async move { self.file(errand, &filing).await }),
            Deed::FileAgain { errand, job } => spawn(async move {
                let kept = self.hands().unsaved.peek(|all| {
                    all.iter().find(|(id, _)| *id == errand.job).map(|(_, unsaved)| unsaved.clone())
                });
                if let Some(unsaved) = kept {
                    self.put_away(errand, &job, unsaved).await;
                }
            }),
            Deed::DropLetter { task, at } => spawn(async move {
                if let Some(database) = database {
                    let _ = database.drop_letter(task.as_str(), at).await;
                }
            }),
            // Over the connection it came by; where there is none now, the relay forgets by itself.
            Deed::Acknowledge { task, place } => {
                if let Some(service) = self.connections.service_for(&place) {
                    spawn(async move { service.acknowledge(&task).await });
                }
            }
            Deed::KeepPause(pause) => drop(storage::write(PAUSE, pause.map_or("", Pause::name))),
            Deed::Tell(word) => channel::send(&word.to_text()),
            Deed::Show { id } => self.show(&id),
            Deed::RefetchPipelines => {
                self.connections.chosen.set(None);
                self.connections.ask_models();
                self.refetched.set(true);
            }
            Deed::WakeAt(time) => {
                let wake_up = clock::at(time, move || self.on(Happening::Tick));
                self.hands().wake_up.quietly(|old| *old = Some(wake_up));
            }
        }
    }

    async fn scan(self, database: Option<Database>) {
        // Where nothing is stored, no job is missing there.
        if database.is_none() && !self.has_no_desks() {
            return;
        }
        let (mut rows, mut letters) = (vec![], vec![]);
        if let Some(database) = database {
            // Rows that cannot be read now are not gone: there is no answer, and the next scan asks again.
            let (Ok(active), Ok(found)) = (database.active_jobs().await, database.letters().await) else {
                return;
            };
            self.damaged.set(active.damaged + found.damaged);
            rows = active.rows.into_iter().map(|row| (row.id, row.row)).collect();
            letters =
                found.rows.into_iter().filter_map(|(task, job)| Some((TaskId::new(&task)?, job))).collect();
        }
        let pause = Pause::named(&storage::read(PAUSE).unwrap_or_default());
        self.on(Happening::Opened { rows, letters, pause });
    }

    /// Asks for the lock of a job, and goes on with the job when it is granted.
    fn claim(self, id: String, steal: bool) {
        self.hands().release(&id);
        self.hands().claims.quietly(|count| *count += 1);
        let number = self.hands().claims.get_untracked();
        let claim = Claim { id: id.clone(), number, guard: None };
        self.hands().locks.quietly(|all| all.push(claim));
        spawn(async move {
            let (lost, database) = (id.clone(), self.hands().database());
            let guard = locks::hold(&locks::job(&id), steal, move || {
                self.on(Happening::Revoked { id: lost });
            })
            .await;
            let mut guard = Some(guard);
            self.hands().locks.quietly(|all| {
                if let Some(claim) = all.iter_mut().find(|claim| claim.number == number) {
                    claim.guard = guard.take();
                }
            });
            // No longer asked for: what is left of it here gives the lock back.
            if guard.is_some() {
                return;
            }
            let row = loop {
                match stored(database.as_ref(), &id).await {
                    Ok(row) => break row,
                    // Without it nobody knows what to go on with.
                    Err(_) => clock::wait(READ_AGAIN).await,
                }
            };
            let task = row.as_deref().and_then(|text| record::read(text).ok()?.task().cloned());
            let task = match task {
                Some(task) => Some(task),
                None => match &database {
                    Some(database) => database.letters().await.ok().and_then(|all| {
                        all.rows
                            .into_iter()
                            .find(|(_, job)| *job == id)
                            .and_then(|(task, _)| TaskId::new(&task))
                    }),
                    None => None,
                },
            };
            let letter = match task.filter(|_| database.is_some()) {
                // Without an address it is only looked for. Waits for a request that is still under way.
                Some(task) => {
                    let (url, headers, job) = (String::new(), vec![], id.clone());
                    let looked =
                        PollRequest { url, headers, task: task.as_str().to_owned(), job, judged: None };
                    worker::poll(&looked).await.ok().map(|letter| letter_of(task, letter))
                }
                None => None,
            };
            if self.hands().locks.peek(|all| all.iter().any(|claim| claim.number == number)) {
                let raw = letter.as_ref().and_then(super::delivery::report);
                self.on(Happening::Granted { id: id.clone(), row, letter });
                // The job may only now be shown here, and may have failed already.
                if let Some(entry) = self.entry(&id).filter(|_| raw.is_some()) {
                    entry.raw.set(raw);
                    if entry.job.peek(|job| matches!(job.phase, Phase::Failed(_))) {
                        self.keep_report(entry);
                    }
                }
            }
        });
    }

    /// What is asked of the service.
    fn ask(self, deed: Deed) {
        let (place, errand) = match &deed {
            Deed::Run { place, errand, .. }
            | Deed::Poll { place, errand, .. }
            | Deed::Probe { place, errand, .. } => (place, errand.clone()),
            _ => return,
        };
        if self.connections.link.peek(|link| matches!(link, Link::Searching)) {
            return self.hands().waiting.quietly(|all| all.push(deed));
        }
        let Some(service) = self.connections.service_for(place) else {
            return self.on(match deed {
                Deed::Probe { .. } => Happening::Probed { errand, answer: Err(ApiError::Unreachable) },
                _ => Happening::NoConnection { errand },
            });
        };
        spawn(async move {
            let answer = match deed {
                Deed::Run { request, .. } => {
                    worker::ready(WORKER_PATIENCE).await;
                    let answer = service.run(&request).await;
                    self.note_refusal(&answer);
                    self.note_run(service.clone());
                    Happening::RunAnswered { errand, answer }
                }
                Deed::Poll { task, judged, .. } => self.poll(&service, errand, task, judged).await,
                Deed::Probe { pipeline, .. } => {
                    let answer = service.availability(&pipeline).await;
                    self.connections.ask_availability();
                    Happening::Probed { errand, answer }
                }
                _ => return,
            };
            self.on(answer);
        });
    }

    async fn poll(self, service: &Service, errand: Errand, task: TaskId, judged: Option<Ms>) -> Happening {
        // Of the six connections that a browser opens to one host, others want some too.
        let waits = service.may_wait() && self.hands().kept_waiting.peek(|waiting| *waiting < MOST_WAITING);
        self.hands().kept_waiting.quietly(|waiting| *waiting += u32::from(waits));
        let (url, headers) = service.status_request(&task, waits);
        let request =
            PollRequest { url, headers, task: task.as_str().to_owned(), job: errand.job.clone(), judged };
        let answer = worker::poll(&request).await;
        self.hands().kept_waiting.quietly(|waiting| *waiting -= u32::from(waits));
        let (answer, kept) = match answer {
            Ok(letter) => {
                let kept = if letter.stored { Ok(()) } else { Err(StorageFault::Full) };
                (Ok(letter_of(task.clone(), letter)), kept)
            }
            Err(error) => (Err(error), Ok(())),
        };
        if let Ok(letter) = &answer {
            clock::mark(&format!("komposition:received:{task}"));
            if let Some(entry) = self.entry(&errand.job) {
                let raw = super::delivery::report(letter);
                // A body that broke off is kept although the service says afterwards that it knows the task no more.
                if raw.is_some() || letter.read().is_ok() {
                    entry.raw.set(raw);
                }
            }
        }
        Happening::PollAnswered { errand, answer, kept }
    }

    /// A run was counted: so many fewer are left today.
    fn note_run(self, service: Service) {
        spawn(async move { self.connections.ask_relay(&service).await });
    }

    /// A refusal tells more than the last availability did.
    fn note_refusal(self, answer: &Result<fusionbrain::RunAnswer, ApiError>) {
        if let Ok(fusionbrain::RunAnswer::Refused { word }) = answer {
            let word = word.as_str().to_owned();
            self.connections.open.set(crate::connection::Open::Said { word, active: false });
        }
    }

    /// Looks at a delivered picture and stores it.
    async fn file(self, errand: Errand, filing: &Filing) {
        let entry = self.entry(&errand.job);
        match filing.look(clock::now()) {
            Ok((facts, File::Picture { picture, base64 })) => {
                if let Some(entry) = entry {
                    entry.shown.set(Some(Shown::fresh(&picture, &base64)));
                    entry.raw.set(None);
                }
                self.put_away(errand, filing.job(), Unsaved { facts, bytes: picture.bytes }).await;
            }
            // Only an address. What stands there may be gone tomorrow: its bytes are stored if its host lets pages read
            // them, else the job remembers the address.
            Ok((facts, File::Link(address))) => {
                let (facts, picture) = linked(facts, &address).await;
                if let Some(entry) = entry {
                    let shown = picture.as_ref().map_or(Some(Shown::link(address)), Shown::of);
                    entry.shown.set(shown);
                    entry.raw.set(None);
                }
                let bytes = picture.map(|picture| picture.bytes).unwrap_or_default();
                self.put_away(errand, filing.job(), Unsaved { facts, bytes }).await;
            }
            Err(error) => self.on(Happening::Filed { errand, result: Err(NotFiled::Picture(error)) }),
        }
    }

    async fn put_away(self, errand: Errand, job: &Job, unsaved: Unsaved) {
        let Unsaved { facts, bytes } = unsaved;
        let row = job_row(Row::filed(&errand.job, job, &facts));
        let result = match self.hands().database() {
            None => Err(StorageFault::Missing),
            Some(database) => {
                let done = match facts.kind {
                    Some(kind) => {
                        let picture = new_picture(&errand.job, job, &facts, kind);
                        database.file(&picture, &bytes, Some(&row), Some(facts.task.as_str())).await
                    }
                    None => database.put_job(&row, Durability::Strict, Some(facts.task.as_str())).await,
                };
                done.map_err(|why| fault(&why))
            }
        };
        self.hands().unsaved.quietly(|all| all.retain(|(id, _)| *id != errand.job));
        let result = match result {
            Ok(()) => {
                self.keep_for_good();
                Ok(facts)
            }
            Err(fault) => {
                let id = errand.job.clone();
                let kept = Unsaved { facts: facts.clone(), bytes };
                self.hands().unsaved.quietly(|all| all.push((id, kept)));
                Err(NotFiled::Storage { facts, fault })
            }
        };
        self.on(Happening::Filed { errand, result });
    }

    /// Asks the browser, once, not to clear what is stored: the press on Create is the gesture that it wants to see. And whoever
    /// has a picture here will come again.
    fn keep_for_good(self) {
        worker::keep_all();
        if storage::read("persist").is_none() {
            storage::write("persist", "asked");
            spawn(async {
                let _ = storage_space::persist().await;
            });
        }
    }

    /// Keeps the answer that a job of this tab failed on, for a report after a reload.
    pub(super) fn keep_report(self, entry: Entry) {
        let Some(database) = self.hands().database() else { return };
        let id = entry.id.get_untracked();
        let answer = entry.raw.peek(|raw| raw.as_deref().map(|raw| start(raw, REPORT).to_owned()));
        let Some(answer) = answer else { return };
        spawn(async move { drop(database.keep_report(&id, &answer).await) });
    }

    /// Shows a picture from the library, where this tab has not seen it come; or finds the answer that a job failed on.
    pub(super) fn fetch(self, entry: Entry) {
        let Some(database) = self.hands().database().filter(|_| entry.shown.peek(Option::is_none)) else {
            return;
        };
        if let Some((facts, address)) = entry.job.peek(super::delivery::link) {
            entry.shown.set(Some(Shown::link(address.clone())));
            // Perhaps it was only the network that day.
            return spawn(async move {
                let (facts, Some(picture)) = linked(facts, &address).await else { return };
                let Some(kind) = facts.kind else { return };
                let (id, job) = (entry.id.get_untracked(), entry.job.get_untracked());
                let row = job_row(Row::filed(&id, &job, &facts));
                let new = new_picture(&id, &job, &facts, kind);
                if database.file(&new, &picture.bytes, Some(&row), None).await.is_ok() {
                    entry.broken.set(false);
                    entry.shown.set(Shown::of(&picture));
                }
            });
        }
        let (kind, failed) = entry.job.peek(|job| (kind(job), matches!(job.phase, Phase::Failed(_))));
        let id = entry.id.get_untracked();
        if let Some(kind) = kind {
            spawn(async move {
                if let Ok(Some(bytes)) = database.bytes(&id).await {
                    entry.shown.set(Shown::stored(&bytes, kind));
                }
            });
        } else if failed && entry.raw.peek(Option::is_none) {
            spawn(async move {
                if let Ok(Some(report)) = database.report(&id).await {
                    entry.raw.set(Some(report));
                }
            });
        }
    }
}

/// The picture at an address, if it can be had, and what is known of it then.
async fn linked(mut facts: PictureFacts, address: &str) -> (PictureFacts, Option<Picture>) {
    let bytes = http::picture(address).await;
    let picture = bytes.and_then(|bytes| Picture::from_bytes(bytes).ok());
    if let Some(picture) = &picture {
        (facts.kind, facts.link) = (Some(picture.kind), None);
        (facts.width, facts.height) = (picture.width, picture.height);
    }
    (facts, picture)
}

fn new_picture<'a>(id: &'a str, job: &'a Job, facts: &'a PictureFacts, kind: PictureKind) -> NewPicture<'a> {
    let request = &job.request;
    NewPicture {
        id,
        created: job.created,
        prompt: request.prompt.as_str(),
        negative: request.negative.as_ref().map_or("", |n| n.as_str()),
        style: request.style.as_ref().map_or("", |s| s.as_str()),
        width: facts.width,
        height: facts.height,
        kind: kind.extension(),
        task: facts.task.as_str(),
        pipeline: request.pipeline.as_str(),
        seconds: facts.generation_time,
        hash: "",
    }
}

/// So many bytes of a text from its start, or a few less: no letter is cut.
fn start(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

fn job_row(row: Row) -> JobRow {
    JobRow { id: row.id, active: row.active, created: row.created, row: row.text }
}

fn letter_of(task: TaskId, letter: worker::Letter) -> Letter {
    let worker::Letter { at, status, headers, body, whole, .. } = letter;
    Letter { task, at, status, headers, body, whole }
}

/// The stored text of a job; none where nothing is stored.
async fn stored(database: Option<&Database>, id: &str) -> Result<Option<String>, Fault> {
    match database {
        Some(database) => Ok(database.job(id).await?.map(|job| job.row)),
        None => Ok(None),
    }
}
