//! The stage: the newest picture large, the others below; before the first one, how to begin.

use leptos::prelude::*;
use studio::{Job, Phase};

use super::{Queue, tile::Tile};
use crate::{
    browser::page,
    compose::Draft,
    connection::{Connections, Kind, Link},
    i18n::{say, t},
    ui::{click, live, when},
};

/// All jobs of this tab.
#[component]
pub fn Stage() -> impl IntoView {
    let queue = expect_context::<Queue>();
    view! {
        {when(move || queue.entries.with(Vec::is_empty), || view! { <Empty /> }.into_any())}
        <ol id="jobs" aria-label=say(|t| t.jobs)>
            <For each=move || queue.entries.get() key=|entry| entry.id let(entry)>
                <Tile entry />
            </For>
        </ol>
    }
}

/// An empty stage teaches.
#[component]
fn Empty() -> impl IntoView {
    let draft = expect_context::<Draft>();
    let connections = expect_context::<Connections>();
    let simulated = move || match connections.link.get() {
        Link::Ready(connection) => match connection.kind {
            Kind::Here(info) | Kind::Relay(info) => info.is_simulator(),
            Kind::Direct => false,
        },
        Link::Searching | Link::Missing => false,
    };
    view! {
        <section class="empty">
            <svg viewBox="0 0 280 150" aria-hidden="true">
                <circle cx="104" cy="70" r="52" fill="var(--accent)" opacity="0.9" />
                <circle cx="104" cy="70" r="25" fill="var(--bg)" />
                <circle cx="104" cy="70" r="9" fill="var(--accent)" />
                <path d="M150 138 226 34v104z" fill="var(--focus)" opacity="0.85" />
                <path d="M18 140 262 12M40 20l190 104" stroke="var(--text)" stroke-width="2" fill="none" />
                <path d="M214 112a30 30 0 0 1 48 0" stroke="var(--accent)" stroke-width="5" fill="none" />
            </svg>
            <h1>{say(|t| t.empty_title)}</h1>
            <p class="muted">{say(|t| t.empty_text)}</p>
            <p class="muted">{say(|t| t.empty_keys)}</p>
            <div class="samples">
                {(0..3)
                    .map(|n| {
                        let take = move || {
                            draft.prompt.set(t().samples[n].to_owned());
                            page::focus("prompt");
                        };
                        view! {
                            <button type="button" class="sample" on:click=click(take)>
                                {live(move || t().samples[n])}
                            </button>
                        }
                    })
                    .collect_view()}
            </div>
            {when(simulated, || view! { <p class="muted">{say(|t| t.demo_words)}</p> }.into_any())}
        </section>
    }
    .into_any()
}

/// Says each end of a job once to those who do not see it.
#[component]
pub fn Live() -> impl IntoView {
    let queue = expect_context::<Queue>();
    let newest = Memo::new(move |_| {
        queue.entries.with(|all| {
            let ended = all.iter().filter_map(|e| e.job.with(|job| ended(job)));
            ended.max_by_key(|(when, ..)| *when)
        })
    });
    view! {
        <p id="live" class="hidden-text" aria-live="polite">
            {live(move || match newest.get() {
                None => String::new(),
                Some((_, true, prompt)) => (t().said_done)(&prompt),
                Some((_, false, prompt)) => (t().said_failed)(&prompt),
            })}
        </p>
    }
}

/// When a job ended, whether well, and its prompt.
fn ended(job: &Job) -> Option<(studio::Ms, bool, String)> {
    let prompt = job.request.prompt.as_str().to_owned();
    match &job.phase {
        Phase::Done(facts) => Some((facts.received, true, prompt)),
        Phase::Failed(_) => Some((job.created, false, prompt)),
        _ => None,
    }
}
