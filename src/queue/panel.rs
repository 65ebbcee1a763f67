//! The queue's panel: what is under way, what waits and in which order, what went wrong, and what can be done about it.

use studio::{Command, Job, Ms, Phase};

use super::{Entry, Queue, arranging::focus_soon, row};
use crate::{
    browser::page,
    compose::Draft,
    i18n::works::t,
    notify,
    ui::{Item, Node, el, item},
};

/// In which part of the panel a job is shown; none when it has its picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// With the service, or on its way there or back.
    Busy,
    /// Waits for something else than its turn: the service, the storage, a person.
    Held,
    /// Waits for its turn.
    Waiting,
    /// There is no picture.
    Over,
}

impl Part {
    pub(super) fn of(phase: &Phase) -> Option<Self> {
        Some(match phase {
            Phase::Sending { .. } | Phase::Accepted(_) | Phase::Polling(_) | Phase::Received { .. } => {
                Self::Busy
            }
            Phase::Refused { .. }
            | Phase::Held { .. }
            | Phase::Unkept { .. }
            | Phase::Unknown { .. }
            | Phase::Paused(_) => Self::Held,
            Phase::Waiting => Self::Waiting,
            Phase::Failed(_) | Phase::Stopped { .. } => Self::Over,
            // There is a picture; what is wrong with it stands at it.
            Phase::Done(_) | Phase::Unsaved { .. } => return None,
        })
    }
}

impl Queue {
    fn count(self, part: Part) -> usize {
        let is = |job: &Job| Part::of(&job.phase) == Some(part);
        self.entries.with(|all| all.iter().filter(|entry| entry.job.with(is)).count())
    }

    /// All rows in their order.
    fn rows(self) -> Vec<Entry> {
        let mut rows: Vec<(Part, u64, String, Entry)> = vec![];
        for entry in self.entries.get() {
            // What is being edited stays, whatever has become of it: somebody's text is in it.
            let is_edited = self.editing(entry).is_some();
            let place = entry.job.with(|job| {
                let part = Part::of(&job.phase).or(is_edited.then_some(Part::Over))?;
                let place = match part {
                    Part::Waiting => job.order,
                    Part::Over => u64::MAX - job.created,
                    Part::Busy | Part::Held => job.created,
                };
                Some((part, place))
            });
            rows.extend(place.map(|(part, place)| (part, place, entry.id.get_untracked(), entry)));
        }
        rows.sort_by(|a, b| (a.0, a.1, &a.2).cmp(&(b.0, b.1, &b.2)));
        rows.into_iter().map(|(.., entry)| entry).collect()
    }

    /// The job that tries whether the service takes runs again.
    fn scout(self) -> Option<Entry> {
        let tries = |job: &Job| matches!(job.phase, Phase::Refused { .. } | Phase::Held { .. });
        self.entries.with(|all| all.iter().find(|entry| entry.job.with(tries)).copied())
    }
}

/// The panel.
pub(super) fn panel(queue: Queue, draft: Draft) -> Node {
    let counts = move || {
        let busy = queue.count(Part::Busy);
        let words =
            (t().counts)(busy, queue.count(Part::Waiting) + queue.count(Part::Held), queue.count(Part::Over));
        if words.is_empty() { t().idle.to_owned() } else { words }
    };
    let rows = move || {
        let row = |entry: Entry| item(entry.id.get_untracked(), move || row::row(queue, draft, entry));
        queue.rows().into_iter().map(row).collect()
    };
    let head = el("div.queue-head")
        .put(el("h2#queue-title tabindex=-1").live(|| t().queue))
        .put(el("p#queue-counts.muted").live(counts));
    el("section#queue.queue aria-labelledby=queue-title")
        .put(head)
        .put(el("div.queue-tools").each(move || tools(queue)))
        .when(move || queue.scout().is_some(), move || closed(queue))
        .when(move || queue.works().arranging.cancelled.with(|all| !all.is_empty()), move || undo(queue))
        .put(el("ol#queue-rows").attr("aria-labelledby", || "queue-title").each(rows))
        .put(el("p.hidden-text aria-live=polite").live(move || queue.works().arranging.said.get()))
        .put(el("details.queue-telling").put(el("summary").live(|| t().telling)).put(notify::notify_card()))
}

/// What concerns all jobs.
fn tools(queue: Queue) -> Vec<Item> {
    // One button that stays while its words change: it keeps the focus.
    let mut tools = vec![item("pause", move || {
        el("button#queue-pause type=button data-action=pause-all")
            .live(move || if queue.is_held() { t().go_on } else { t().pause })
            .click(move || queue.pause_or_go_on())
    })];
    let retriable = move || queue.retriable();
    if retriable().len() > 1 {
        tools.push(item("retry", move || {
            el("button type=button data-action=retry-all")
                .live(move || (t().retry_all)(retriable().len()))
                .click(move || {
                    for entry in leptos::prelude::untrack(retriable) {
                        queue.retry(entry);
                    }
                })
        }));
    }
    // The one that tries whether the service takes runs again waits, too.
    let cancellable = move || {
        let waits = |job: &Job| {
            matches!(Part::of(&job.phase), Some(Part::Waiting | Part::Held)) && job.can_be_edited()
        };
        let mut all = queue.entries.get();
        all.retain(|entry| entry.job.with(waits));
        // Brought back, they stand as they stood.
        all.sort_by_cached_key(|entry| (entry.job.with(|job| job.order), entry.id.get_untracked()));
        all
    };
    if cancellable().len() > 1 {
        tools.push(item("cancel", move || {
            el("button.quiet type=button data-action=cancel-all")
                .live(move || (t().cancel_all)(cancellable().len()))
                .click(move || queue.cancel(&leptos::prelude::untrack(cancellable)))
        }));
    }
    if queue.running_now() > 0 && queue.works().arranging.offers.get() {
        tools.push(item("tell", move || {
            el("button.quiet type=button data-action=tell-me").live(|| t().tell_me).click(move || {
                notify::turn_on();
                page::focus("queue-title");
            })
        }));
    }
    tools
}

/// The service takes no runs: that it goes on by itself, and when it is looked again.
fn closed(queue: Queue) -> Node {
    let scout = move || queue.scout();
    let of = move |look: fn(&Job, usize) -> String| {
        scout().map_or(String::new(), |scout| {
            let place = scout.job.with(|job| job.place.clone());
            let behind = |job: &Job| job.phase == Phase::Waiting && job.place == place;
            let waiting = queue.entries.with(|all| all.iter().filter(|e| e.job.with(behind)).count());
            scout.job.with(|job| look(job, waiting))
        })
    };
    let words = move || {
        of(|job, waiting| match &job.phase {
            Phase::Refused { word, .. } => (t().closed)(word.as_str(), waiting),
            _ => (t().limited)(waiting),
        })
    };
    let next = move || {
        let next: Option<Ms> = scout().and_then(|scout| {
            scout.job.with(|job| match &job.phase {
                Phase::Refused { next, .. } | Phase::Held { next, .. } => Some(*next),
                _ => None,
            })
        });
        let now = queue.now.get();
        next.map_or(String::new(), |next| (t().looks_again)(next.saturating_sub(now).div_ceil(1_000)))
    };
    // A rate limit is obeyed: there is nothing to hurry.
    let may_hurry =
        move || scout().is_some_and(|s| s.job.with(|job| matches!(job.phase, Phase::Refused { .. })));
    let hurry = move || {
        if let Some(scout) = leptos::prelude::untrack(scout) {
            queue.command(scout, Command::Resume);
            focus_soon("queue-title");
        }
    };
    el("div#queue-closed.notice")
        .put(
            el("div")
                .put(el("p role=status").live(words))
                // Not in the status: it would be spoken every second.
                .put(el("p#queue-next.muted").live(next)),
        )
        .when(may_hurry, move || {
            el("button type=button data-action=try-now").live(|| t().try_now).click(hurry)
        })
}

fn undo(queue: Queue) -> Node {
    let words = move || (t().cancelled)(queue.works().arranging.cancelled.with(Vec::len));
    el("div.queue-undo").put(el("p role=status").live(words)).put(
        el("button#queue-undo type=button data-action=undo")
            .live(|| t().undo)
            .click(move || queue.bring_back()),
    )
}

/// Whether the panel has a place in the page.
pub(super) fn is_wanted(queue: Queue) -> bool {
    queue.entries.with(|all| !all.is_empty()) || queue.works().arranging.cancelled.with(|all| !all.is_empty())
}
