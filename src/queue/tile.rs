//! One job as people see it.

use fusionbrain::{ApiError, RunRequest};
use studio::{Command, Failure, Job, Ms, Phase, StorageFault};

use super::{
    Entry, Queue,
    delivery::{Shown, file_name},
    stacks,
};
use crate::{
    app::{Route, to_prompt},
    browser::{clock, files, page},
    compose::Draft,
    i18n::{
        jobs::{self, Texts},
        t, works,
    },
    ui::{Item, Node, el, item},
};

/// The phase as a word for programs.
pub(super) fn phase_name(phase: &Phase) -> &'static str {
    match phase {
        Phase::Waiting => "waiting",
        Phase::Unkept { .. } => "unkept",
        Phase::Sending { .. } => "sending",
        Phase::Refused { .. } | Phase::Held { .. } => "refused",
        Phase::Unknown { .. } => "unknown",
        Phase::Accepted(_) => "accepted",
        Phase::Polling(_) | Phase::Received { .. } => "polling",
        Phase::Paused(_) => "paused",
        Phase::Unsaved { .. } => "unsaved",
        Phase::Done(_) => "done",
        Phase::Failed(_) => "failed",
        Phase::Stopped { .. } => "stopped",
    }
}

/// What went wrong, as a word for programs.
fn failure_name(job: &Job, now: Ms) -> Option<&'static str> {
    match &job.phase {
        Phase::Failed(failure) => Some(failure.name()),
        Phase::Refused { .. } => Some("service-refused"),
        Phase::Held { error, .. } => Some(error.name()),
        Phase::Unknown { .. } => Some("outcome-unknown"),
        Phase::Unkept { fault } | Phase::Unsaved { fault, .. } => Some(match fault {
            StorageFault::Full => "storage-full",
            StorageFault::Missing => "storage-missing",
            StorageFault::Broken => "storage-broken",
        }),
        _ => match job.watch() {
            Some(watch) if watch.trouble.is_some() => {
                watch.trouble.as_ref().map(|trouble| trouble.error.name())
            }
            Some(_) if job.takes_long(now) => Some("still-waiting"),
            _ => None,
        },
    }
}

/// Asking takes no longer than this, unless it is waiting, in milliseconds.
const ASKING: Ms = 3_000;

/// The phase in words.
pub(super) fn phase_words(texts: &'static Texts, job: &Job, now: Ms) -> &'static str {
    match &job.phase {
        Phase::Waiting | Phase::Unkept { .. } => texts.waiting,
        Phase::Sending { .. } => texts.sending,
        Phase::Refused { .. } => texts.refused,
        Phase::Held { .. } => texts.held,
        Phase::Unknown { .. } => texts.unknown,
        // The service says nothing between INITIAL and DONE: before the first answer it is most likely drawing.
        Phase::Accepted(watch) if now < watch.accepted + watch.expected => texts.drawing,
        // A relay may keep the question until there is news: meanwhile the picture is being drawn as before.
        Phase::Polling(watch) if now > watch.next + ASKING && now < watch.accepted + watch.expected => {
            texts.drawing
        }
        Phase::Polling(watch) if now <= watch.next + ASKING => texts.asking,
        Phase::Accepted(_) | Phase::Polling(_) => texts.overdue,
        Phase::Received { .. } => texts.saving,
        Phase::Paused(watch) if watch.trouble.is_none() => texts.unconnected,
        Phase::Paused(_) => texts.paused,
        Phase::Unsaved { .. } => texts.unsaved,
        Phase::Done(_) => texts.done,
        Phase::Failed(_) => texts.failed,
        Phase::Stopped { .. } => texts.stopped,
    }
}

/// What a person reads about a job that is not simply going well; empty when it is.
pub(super) fn sentence(texts: &'static Texts, job: &Job, now: Ms) -> String {
    let until = |time: Ms| time.saturating_sub(now).div_ceil(1_000);
    match &job.phase {
        Phase::Failed(failure) => (texts.failure)(failure),
        Phase::Refused { word, .. } => (texts.service_refused)(word.as_str()),
        Phase::Held { next, .. } => (texts.rate_limited)(until(*next)),
        Phase::Unknown { error } => (texts.outcome_unknown)(error),
        Phase::Unkept { fault } => (texts.unkept_why)(*fault),
        Phase::Unsaved { fault, .. } => (texts.unsaved_why)(*fault),
        Phase::Stopped { spent: true, .. } => texts.stopped_spent.to_owned(),
        Phase::Stopped { spent: false, .. } => texts.stopped_unspent.to_owned(),
        Phase::Paused(watch) => match &watch.trouble {
            Some(trouble) => (t().api)(&trouble.error),
            None => texts.unconnected_why.to_owned(),
        },
        _ => match job.watch() {
            Some(watch) => match &watch.trouble {
                Some(trouble) => {
                    format!("{} {}", (t().api)(&trouble.error), (texts.trying_again)(until(watch.next)))
                }
                None if job.takes_long(now) => texts.still_waiting.to_owned(),
                None => String::new(),
            },
            None => String::new(),
        },
    }
}

/// What a person can do about a job, most useful first.
#[derive(Clone, Copy, PartialEq)]
enum Act {
    Again,
    /// Another run in the place of this one.
    Retry,
    /// Looks at once whether the service takes runs again.
    TryNow,
    SendAgain,
    SendAnyway,
    SaveAgain,
    Keep,
    Stop,
    Reuse,
    Report,
    Connection,
    Remove,
}

impl Act {
    fn name(self) -> &'static str {
        match self {
            Self::Again => "again",
            Self::Retry => "retry",
            Self::TryNow => "try-now",
            Self::SendAgain => "send-again",
            Self::SendAnyway => "send-anyway",
            Self::SaveAgain => "save-again",
            Self::Keep => "keep",
            Self::Stop => "stop",
            Self::Reuse => "reuse",
            Self::Report => "report",
            Self::Connection => "connection",
            Self::Remove => "remove",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Again => jobs::t().again,
            Self::Retry => works::t().retry,
            Self::TryNow => works::t().try_now,
            Self::SendAgain => jobs::t().send_again,
            Self::SendAnyway => jobs::t().send_anyway,
            Self::SaveAgain => jobs::t().save_again,
            Self::Keep => jobs::t().keep,
            Self::Stop => jobs::t().stop,
            Self::Reuse => jobs::t().reuse,
            Self::Report => jobs::t().report,
            Self::Connection => t().open_connection,
            Self::Remove => t().remove,
        }
    }
}

/// Whether a simulator paints it, in this page or on a relay: it is no work of the service's.
fn is_painted(job: &Job) -> bool {
    simulator::paints(job.request.pipeline.as_str())
}

fn acts(job: &Job, has_raw: bool, now: Ms) -> Vec<Act> {
    let mut acts = vec![];
    match &job.phase {
        Phase::Received { .. } => {}
        Phase::Waiting => acts.push(Act::Stop),
        Phase::Unkept { .. } => acts.extend([Act::SendAnyway, Act::Stop]),
        Phase::Unsaved { .. } => acts.extend([Act::SaveAgain, Act::Remove]),
        Phase::Refused { .. } => acts.extend([Act::TryNow, Act::Stop]),
        Phase::Sending { .. } | Phase::Held { .. } => acts.push(Act::Stop),
        Phase::Unknown { .. } => acts.extend([Act::SendAgain, Act::Reuse, Act::Remove]),
        Phase::Accepted(watch) | Phase::Polling(watch) => {
            if job.takes_long(now) {
                acts.push(Act::Keep);
            }
            acts.push(Act::Stop);
            if matches!(watch.trouble.as_ref().map(|t| &t.error), Some(ApiError::Unreachable)) {
                acts.push(Act::Connection);
            }
        }
        Phase::Paused(_) => acts.extend([Act::Connection, Act::Stop]),
        Phase::Done(_) => {
            acts.extend([Act::Again, Act::Reuse, Act::Remove]);
        }
        Phase::Failed(failure) => {
            let keys =
                matches!(failure, Failure::Api(ApiError::Unauthorized { .. } | ApiError::NotFound { .. }));
            if keys || matches!(failure, Failure::QuotaReached { .. }) {
                acts.push(Act::Connection);
            }
            acts.extend([Act::Again, Act::Reuse, Act::Remove]);
        }
        Phase::Stopped { .. } => acts.extend([Act::Again, Act::Reuse, Act::Remove]),
    }
    if has_raw {
        acts.push(Act::Report);
    }
    acts
}

fn perform(queue: Queue, draft: Draft, entry: Entry, act: Act) {
    let mut request: RunRequest = entry.job.peek(|job| job.request.clone());
    match act {
        Act::Again => {
            queue.connections.mend_pipeline(&mut request);
            if !queue.start(request) {
                page::go(Route::Connection.hash());
            }
        }
        Act::Retry => queue.retry(entry),
        Act::SendAgain => queue.command(entry, Command::SendAgain),
        Act::SendAnyway => queue.command(entry, Command::SendAnyway),
        Act::SaveAgain | Act::TryNow => queue.command(entry, Command::Resume),
        Act::Keep => queue.command(entry, Command::KeepWaiting),
        Act::Stop => queue.command(entry, Command::Stop),
        Act::Reuse => {
            draft.reuse(&request);
            to_prompt();
        }
        Act::Report => {
            entry.raw.peek(|raw| raw.iter().for_each(|raw| files::save_text(raw, "komposition-answer.txt")));
        }
        Act::Connection => page::go(Route::Connection.hash()),
        Act::Remove => {
            queue.command(entry, Command::Remove);
            page::focus("prompt");
        }
    }
}

/// What can be done about a job, as buttons; in the panel's row, or under its picture.
pub(super) fn steps(queue: Queue, draft: Draft, entry: Entry, in_row: bool) -> Vec<Item> {
    let mut acts = entry.job.with(|job| acts(job, entry.raw.with(Option::is_some), queue.now.get()));
    if in_row {
        // A list of what there is to do: what is tried again takes the place of what failed.
        acts.iter_mut().filter(|act| **act == Act::Again).for_each(|act| *act = Act::Retry);
        acts.retain(|act| !matches!(act, Act::Reuse | Act::Report));
    }
    let button = |act: Act| {
        item(act.name(), move || {
            let quiet = matches!(act, Act::Reuse | Act::Remove | Act::Report);
            el(if quiet { "button.quiet type=button" } else { "button type=button" })
                .set("data-action", act.name())
                .live(move || act.words())
                .click(move || perform(queue, draft, entry, act))
        })
    };
    acts.into_iter().map(button).collect()
}

/// A job: its picture or its place, its prompt, and what can be done.
pub(super) fn tile(queue: Queue, draft: Draft, entry: Entry) -> Node {
    let job = entry.job;
    let now = queue.now;
    let (width, height) = job.peek(|job| (job.request.size.width(), job.request.size.height()));
    // It can be edited as long as it waits.
    let prompt = move || job.with(|job| job.request.prompt.as_str().to_owned());
    let failure = move || match entry.broken.get() {
        true => Some("not-a-picture"),
        false => job.with(|job| failure_name(job, now.get())),
    };
    let facts = move || {
        job.with(|job| match &job.phase {
            Phase::Done(facts) | Phase::Unsaved { facts, .. } => {
                (jobs::t().facts)(facts.width, facts.height, facts.generation_time)
            }
            _ => (jobs::t().facts)(width, height, None),
        })
    };
    let facts = move || {
        if job.with(is_painted) { format!("{} · {}", t().demo, facts()) } else { facts() }
    };
    let real = || {
        let way = el("a.link data-action=real").set("href", Route::Connection.hash()).live(|| t().demo_next);
        el("span").text(" · ").put(way)
    };
    let is_shown = move || !entry.broken.get() && entry.shown.with(Option::is_some);
    let canvas = el("div.canvas")
        .styled(&format!("aspect-ratio:{width} / {height}"))
        .each(move || {
            let form = entry.shown.with(|shown| shown.as_ref().map_or("", Shown::form));
            let shown = is_shown().then(|| item(form, move || picture(entry)));
            shown.into_iter().collect()
        })
        .when(
            move || is_shown() && job.with(|job| matches!(job.phase, Phase::Unsaved { .. })),
            move || {
                el("p")
                    .set("class", "notice job-sentence")
                    .live(move || job.with(|job| sentence(jobs::t(), job, now.get())))
            },
        )
        .when(move || !is_shown(), move || told(queue, entry));
    let line = el("div.line")
        .put(
            el("div").put(el("p.job-prompt").attr("title", prompt).live(prompt)).put(
                el("p.job-facts")
                    .put(el("span").live(facts))
                    .when(move || is_done(entry) && job.with(is_painted), real),
            ),
        )
        .put(
            el("div.actions")
                .put(super::outside::choice(queue, entry))
                .when(move || is_done(entry), move || download(entry))
                .each(move || stacks::tools(queue, entry))
                .each(move || steps(queue, draft, entry, false)),
        );
    el("li.job")
        .styled(&format!("--ratio:calc({width} / {height})"))
        .attr("data-phase", move || job.with(|job| phase_name(&job.phase)))
        .attr("data-task", move || job.with(|job| job.task().map(ToString::to_string)))
        .attr("data-failure", failure)
        .flag("data-under", move || queue.is_under(entry))
        .put(canvas)
        .put(line)
}

fn picture(entry: Entry) -> Node {
    let (prompt, task) =
        entry.job.peek(|job| (job.request.prompt.as_str().to_owned(), job.task().map(ToString::to_string)));
    let mark = format!("komposition:shown:{}", task.unwrap_or_default());
    let shown = move |_| {
        let mark = mark.clone();
        clock::after_paint(move || clock::mark(&mark));
    };
    let image =
        // A picture that is only linked: its host need not know whose page this is.
        el("img.picture referrerpolicy=no-referrer").set("alt", &prompt).on("load", shown).on("error", move |_| entry.broken.set(true));
    // Megabytes: not copied on their way to the browser.
    entry.shown.peek(|shown| match shown {
        Some(shown) => image.set("src", shown.source()),
        None => image,
    })
}

/// How the job is doing, where its picture will be.
fn told(queue: Queue, entry: Entry) -> Node {
    let job = entry.job;
    let now = queue.now;
    let waits = move || {
        job.with(|job| {
            !job.is_final()
                && !matches!(job.phase, Phase::Unknown { .. } | Phase::Unkept { .. } | Phase::Paused(_))
        })
    };
    let times = move || {
        job.with(|job| match &job.phase {
            Phase::Accepted(watch) | Phase::Polling(watch) => {
                (jobs::t().times)(now.get().saturating_sub(watch.accepted), Some(watch.expected))
            }
            Phase::Sending { since } => (jobs::t().times)(now.get().saturating_sub(*since), None),
            _ => String::new(),
        })
    };
    let said = move || match entry.broken.get() {
        true => jobs::t().broken.to_owned(),
        false => job.with(|job| sentence(jobs::t(), job, now.get())),
    };
    el("div.told")
        .put(el("p.job-phase").live(move || job.with(|job| phase_words(jobs::t(), job, now.get()))))
        .when(waits, || el("div.bar aria-hidden=true").put(el("span")))
        .put(el("p.job-times").live(times))
        .put(el("p.job-sentence").live(said))
}

fn is_done(entry: Entry) -> bool {
    entry.shown.with(Option::is_some)
        && entry.job.with(|job| matches!(job.phase, Phase::Done(_) | Phase::Unsaved { .. }))
}

/// The picture as a file, once there is one.
fn download(entry: Entry) -> Node {
    let link = el("a.button data-action=download").live(|| jobs::t().download);
    entry.shown.peek(|shown| {
        entry.job.peek(|job| match (shown, job.task()) {
            (Some(shown), Some(task)) => {
                let link = link.set("href", shown.address());
                if shown.is_elsewhere() {
                    // Browsers do not save across origins, they go there: not in this tab, which holds the pictures.
                    return link.set("target", "_blank").set("rel", "noopener noreferrer");
                }
                let name = file_name(job.request.prompt.as_str(), task, shown.extension);
                link.set("download", &name)
            }
            _ => link,
        })
    })
}
