//! One job as people see it.

use fusionbrain::{ApiError, RunRequest};
use leptos::prelude::*;
use studio::{Event, Failure, Job, Ms, Phase};

use super::{Entry, Queue, delivery::file_name};
use crate::{
    app::Route,
    browser::{clock, files},
    compose::Draft,
    i18n::{Texts, say, t},
    ui::{Live, click, live, when},
};

/// The phase as a word for programs.
fn phase_name(phase: &Phase) -> &'static str {
    match phase {
        Phase::Drafted | Phase::Sending { .. } => "sending",
        Phase::Refused { .. } | Phase::Held { .. } => "refused",
        Phase::Unknown { .. } => "unknown",
        Phase::Accepted(_) => "accepted",
        Phase::Polling(_) | Phase::Received { .. } => "polling",
        Phase::Paused(_) => "paused",
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
        _ => match job.watch() {
            Some(watch) if watch.trouble.is_some() => {
                watch.trouble.as_ref().map(|trouble| trouble.error.name())
            }
            Some(_) if job.takes_long(now) => Some("still-waiting"),
            _ => None,
        },
    }
}

/// The phase in words.
fn phase_words(texts: &'static Texts, job: &Job, now: Ms) -> &'static str {
    match &job.phase {
        Phase::Drafted | Phase::Sending { .. } => texts.sending,
        Phase::Refused { .. } => texts.refused,
        Phase::Held { .. } => texts.held,
        Phase::Unknown { .. } => texts.unknown,
        // The service says nothing between INITIAL and DONE: before the first answer it is most likely drawing.
        Phase::Accepted(watch) if now < watch.accepted + watch.expected => texts.drawing,
        Phase::Accepted(_) => texts.overdue,
        Phase::Polling(_) => texts.asking,
        Phase::Received { .. } => texts.saving,
        Phase::Paused(_) => texts.paused,
        Phase::Done(_) => texts.done,
        Phase::Failed(_) => texts.failed,
        Phase::Stopped { .. } => texts.stopped,
    }
}

/// What a person reads about a job that is not simply going well; empty when it is.
fn sentence(texts: &'static Texts, job: &Job, now: Ms) -> String {
    let until = |time: Ms| time.saturating_sub(now).div_ceil(1_000);
    match &job.phase {
        Phase::Failed(failure) => (texts.failure)(failure),
        Phase::Refused { word, .. } => (texts.service_refused)(word.as_str()),
        Phase::Held { next, .. } => (texts.rate_limited)(until(*next)),
        Phase::Unknown { error } => (texts.outcome_unknown)(error),
        Phase::Stopped { spent: true, .. } => texts.stopped_spent.to_owned(),
        Phase::Stopped { spent: false, .. } => texts.stopped_unspent.to_owned(),
        Phase::Paused(watch) => watch.trouble.as_ref().map(|t| (texts.api)(&t.error)).unwrap_or_default(),
        _ => match job.watch() {
            Some(watch) => match &watch.trouble {
                Some(trouble) => {
                    format!("{} {}", (texts.api)(&trouble.error), (texts.trying_again)(until(watch.next)))
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
    SendAgain,
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
            Self::SendAgain => "send-again",
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
            Self::Again => t().again,
            Self::SendAgain => t().send_again,
            Self::Keep => t().keep,
            Self::Stop => t().stop,
            Self::Reuse => t().reuse,
            Self::Report => t().report,
            Self::Connection => t().open_connection,
            Self::Remove => t().remove,
        }
    }
}

fn acts(job: &Job, has_raw: bool, now: Ms) -> Vec<Act> {
    let mut acts = vec![];
    match &job.phase {
        Phase::Drafted | Phase::Received { .. } => {}
        Phase::Sending { .. } | Phase::Refused { .. } | Phase::Held { .. } => acts.push(Act::Stop),
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
        Phase::Done(_) => acts.extend([Act::Again, Act::Reuse, Act::Remove]),
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
    let request: RunRequest = entry.job.with_untracked(|job| job.request.clone());
    match act {
        Act::Again => queue.start(request),
        Act::SendAgain => queue.on(entry, Event::SendAgain),
        Act::Keep => queue.on(entry, Event::Keep),
        Act::Stop => queue.on(entry, Event::Stop),
        Act::Reuse => {
            draft.reuse(&request);
            crate::browser::page::focus("prompt");
        }
        Act::Report => {
            if let Some(raw) = entry.raw.get_untracked() {
                files::save_text(&raw, "komposition-answer.txt");
            }
        }
        Act::Connection => crate::browser::page::go(Route::Connection.hash()),
        Act::Remove => queue.remove(entry),
    }
}

/// A job: its picture or its place, its prompt, and what can be done.
#[component]
pub(super) fn Tile(entry: Entry) -> impl IntoView {
    let queue = expect_context::<Queue>();
    let draft = expect_context::<Draft>();
    let job = entry.job;
    let now = queue.now;
    let size = job.with_untracked(|job| job.request.size);
    let prompt = job.with_untracked(|job| job.request.prompt.as_str().to_owned());
    let task = Memo::new(move |_| job.with(|job| job.task().map(|task| task.as_str().to_owned())));
    let phase = Memo::new(move |_| job.with(|job| phase_name(&job.phase)));
    let words = Memo::new(move |_| job.with(|job| phase_words(t(), job, now.get())));
    let said = Memo::new(move |_| match entry.broken.get() {
        true => t().broken.to_owned(),
        false => job.with(|job| sentence(t(), job, now.get())),
    });
    let acts = Memo::new(move |_| job.with(|job| acts(job, entry.raw.with(Option::is_some), now.get())));
    let failure = Memo::new(move |_| match entry.broken.get() {
        true => Some("not-a-picture"),
        false => job.with(|job| failure_name(job, now.get())),
    });
    let waits = Memo::new(move |_| {
        job.with(|job| !job.is_final() && !matches!(job.phase, Phase::Unknown { .. } | Phase::Paused(_)))
    });
    let times = move || {
        job.with(|job| match &job.phase {
            Phase::Accepted(watch) | Phase::Polling(watch) => {
                (t().times)(now.get().saturating_sub(watch.accepted), Some(watch.expected))
            }
            Phase::Sending { since } => (t().times)(now.get().saturating_sub(*since), None),
            _ => String::new(),
        })
    };
    let facts = move || {
        job.with(|job| match &job.phase {
            Phase::Done(facts) => (t().facts)(facts.width, facts.height, facts.generation_time),
            _ => (t().facts)(job.request.size.width(), job.request.size.height(), None),
        })
    };

    let picture = {
        let alt = prompt.clone();
        move |source: String| {
            let task = task.get_untracked().unwrap_or_default();
            let shown = move |_| {
                let name = format!("komposition:shown:{task}");
                clock::after_paint(move || clock::mark(&name));
            };
            let alt = alt.clone();
            view! { <img class="picture" src=source alt=alt on:load=shown on:error=move |_| entry.broken.set(true) /> }
                .into_any()
        }
    };
    let told = move || {
        view! {
            <div class="told">
                <p class="job-phase">{live(move || words.get())}</p>
                {when(
                    move || waits.get(),
                    || view! { <div class="bar" aria-hidden="true"><span></span></div> }.into_any(),
                )}
                <p class="job-times">{live(times)}</p>
                <p class="job-sentence">{live(move || said.get())}</p>
            </div>
        }
        .into_any()
    };
    let canvas = live(move || {
        let source = entry.shown.with(|shown| shown.as_ref().map(|shown| shown.source.clone()));
        match source {
            Some(source) if !entry.broken.get() => picture(source),
            _ => told(),
        }
    });
    let button = move |act: Act| {
        view! {
            <button
                type="button"
                class=if matches!(act, Act::Reuse | Act::Remove | Act::Report) { "quiet" } else { "" }
                data-action=act.name()
                on:click=click(move || perform(queue, draft, entry, act))
            >
                {live(move || act.words())}
            </button>
        }
        .into_any()
    };

    view! {
        <li
            class="job"
            data-phase=live(move || phase.get())
            data-task=live(move || task.get())
            data-failure=live(move || failure.get())
            style:--ratio=format!("{}", f64::from(size.width()) / f64::from(size.height()))
        >
            <div class="canvas" style:aspect-ratio=format!("{} / {}", size.width(), size.height())>
                {canvas}
            </div>
            <div class="line">
                <div>
                    <p class="job-prompt" title=prompt.clone()>
                        {prompt.clone()}
                    </p>
                    <p class="job-facts">{live(facts)}</p>
                </div>
                <div class="actions">
                    {download(entry)} <For each=move || acts.get() key=|act| act.name() let(act)>
                        {button(act)}
                    </For>
                </div>
            </div>
        </li>
    }
    .into_any()
}

/// The picture as a file, once there is one.
fn download(entry: Entry) -> Live<Option<AnyView>> {
    let link = move || {
        let task = entry.job.with(|job| match &job.phase {
            Phase::Done(facts) => Some(facts.task.clone()),
            _ => None,
        })?;
        let prompt = entry.job.with(|job| job.request.prompt.as_str().to_owned());
        entry.shown.with(|shown| {
            let shown = shown.as_ref()?;
            let address = shown.saved.as_ref().map_or(shown.source.as_str(), |saved| saved.address());
            Some((address.to_owned(), file_name(&prompt, &task, shown.extension)))
        })
    };
    live(move || {
        let (address, name) = link()?;
        let words = say(|t| t.download);
        Some(
            view! { <a class="button" data-action="download" href=address download=name>{words}</a> }
                .into_any(),
        )
    })
}
