//! One job in the queue's panel.

use studio::{
    Job, Ms, Phase,
    queue::forecast,
    shortcuts::{Action, Place},
};

use super::{
    Entry, Queue,
    arranging::{Editing, Way, edit_id},
    panel::Part,
    tile,
};
use crate::{
    browser::elements,
    compose::Draft,
    i18n::{self, works::t},
    ui::{Item, Node, el, is_ctrl_enter, item, svg},
};

const UP: &str = "M6 14l6-6 6 6";
const DOWN: &str = "M6 10l6 6 6-6";
const FRONT: &str = "M5 5h14M6 17l6-6 6 6";
const EDIT: &str = "M4 20l1-5L16 4l4 4L9 19zM14 6l4 4";
const CANCEL: &str = "M6 6l12 12M18 6L6 18";
const GRIP: &str = "M9 6v.1M9 12v.1M9 18v.1M15 6v.1M15 12v.1M15 18v.1";

fn sign(path: &str) -> Node {
    svg("svg aria-hidden=true class=icon").set("viewBox", "0 0 24 24").put(svg("path").set("d", path))
}

/// A button with a sign on it.
fn sign_button(action: &str, path: &'static str, words: fn() -> &'static str) -> Node {
    el("button.sign type=button")
        .set("data-action", action)
        .attr("aria-label", words)
        .attr("title", words)
        .put(sign(path))
}

/// When it will be done, as far as anybody can say.
fn estimate(queue: Queue, entry: Entry) -> Option<String> {
    let now = queue.now.get();
    let left = |job: &Job| {
        let watch = job.watch().filter(|_| !matches!(job.phase, Phase::Paused(_)))?;
        Some((watch.accepted + watch.expected).saturating_sub(now))
    };
    if let Some(left) = entry.job.with(left) {
        // That it is late its phase says already.
        return (left >= 1_000).then(|| (t().left)(left));
    }
    // Nobody can say when a service that is closed will open, or when a person lets the queue go on.
    let is_stuck = queue.pause.get().is_some()
        || queue
            .entries
            .with(|all| all.iter().any(|e| e.job.with(|j| Part::of(&j.phase) == Some(Part::Held))));
    let (place, of) = queue.place_of(entry).filter(|_| !is_stuck)?;
    // Before the first picture of one's own, what the service promises for those that it draws.
    let promised = |job: &Job| job.watch().map(|watch| watch.expected);
    let each = entry
        .job
        .with(Job::usual)
        .or_else(|| queue.entries.with(|all| all.iter().filter_map(|e| e.job.with(promised)).max()))?;
    let busy: Vec<Ms> =
        queue.entries.with(|all| all.iter().filter_map(|entry| entry.job.with(left)).collect());
    forecast(&busy, of, each).get(place).map(|time| (t().done_in)(*time))
}

/// A row: what it is, how it is doing, what can be done.
pub(super) fn row(queue: Queue, draft: Draft, entry: Entry) -> Node {
    let job = entry.job;
    let arranging = queue.works().arranging;
    let id = entry.id.get_untracked();
    let part = move || job.with(|job| Part::of(&job.phase));
    let is_waiting = move || part() == Some(Part::Waiting);
    let meta = move || {
        let age = queue.now.get().saturating_sub(job.with(|job| job.created));
        let words = job.with(|job| tile::phase_words(i18n::jobs::t(), job, queue.now.get()));
        let mut parts = vec![words.to_owned(), (t().asked)(age)];
        parts.extend(estimate(queue, entry));
        parts.join(" · ")
    };
    // What the panel says about all of them once is not said by each.
    let is_told_above = |phase: &Phase| matches!(phase, Phase::Refused { .. } | Phase::Held { .. });
    let why = move || {
        let told = job.with(|job| !is_told_above(&job.phase));
        if told {
            job.with(|job| tile::sentence(i18n::jobs::t(), job, queue.now.get()))
        } else {
            String::new()
        }
    };
    let (dragged_id, over_id) = (id.clone(), id.clone());
    let is_dragged =
        move || arranging.dragged.with(|it| it.as_ref().is_some_and(|(id, _)| *id == dragged_id));
    let is_over = move || {
        arranging.dragged.with(|it| it.as_ref().is_some_and(|(_, before)| before.as_ref() == Some(&over_id)))
    };
    let keys = move |event: crate::ui::Event| {
        let key = elements::key(&event);
        let way = match Place::Queue.hear(&key.press()) {
            Some(Action::Earlier) => Way::Up,
            Some(Action::Later) => Way::Down,
            _ => return,
        };
        if leptos::prelude::untrack(is_waiting) {
            event.prevent_default();
            queue.put(entry, way);
        }
    };
    let node = el("li.queue-row")
        .attr("data-job", move || id.clone())
        .attr("data-phase", move || job.with(|job| tile::phase_name(&job.phase)))
        .attr("data-dragged", move || is_dragged().then_some(""))
        .attr("data-over", move || is_over().then_some(""))
        .on("keydown", keys)
        .when(is_waiting, move || grip(queue, entry))
        .put(
            el("div.queue-what")
                .put(
                    el("p.queue-prompt").live(move || job.with(|job| job.request.prompt.as_str().to_owned())),
                )
                .put(el("p.queue-meta").live(meta))
                .put(el("p.queue-why").live(why)),
        )
        .put(el("div.queue-acts").each(move || acts(queue, draft, entry)))
        .each(move || {
            let editing = queue.editing(entry);
            editing.map(|editing| item("editor", move || editor(queue, entry, editing))).into_iter().collect()
        });
    let kept = node.clone();
    let id = entry.id.get_untracked();
    arranging.rows.quietly(|rows| {
        rows.retain(|(have, _)| *have != id);
        rows.push((id, kept));
    });
    node
}

/// What can be done about a job.
fn acts(queue: Queue, draft: Draft, entry: Entry) -> Vec<Item> {
    if queue.editing(entry).is_some() {
        return vec![];
    }
    let (part, editable) = entry.job.with(|job| (Part::of(&job.phase), job.can_be_edited()));
    let mut acts = vec![];
    let mut act = |name: &'static str, path: &'static str, words: fn() -> &'static str, way: Way| {
        acts.push(item(name, move || {
            let is_there = move || match queue.place_of(entry) {
                Some((at, of)) => {
                    if way == Way::Down {
                        at + 1 == of
                    } else {
                        at == 0
                    }
                }
                None => true,
            };
            // Not disabled: it would lose the focus at the end of its way.
            sign_button(name, path, words)
                .attr("aria-disabled", is_there)
                .click(move || queue.put(entry, way))
        }));
    };
    if part == Some(Part::Waiting) {
        act("front", FRONT, || t().to_front, Way::Front);
        act("up", UP, || t().up, Way::Up);
        act("down", DOWN, || t().down, Way::Down);
    }
    if editable {
        acts.push(item("edit", move || {
            sign_button("edit", EDIT, || t().edit).set("id", &edit_id(entry)).click(move || queue.edit(entry))
        }));
        acts.push(item("cancel", move || {
            sign_button("cancel", CANCEL, || t().cancel).click(move || queue.cancel(&[entry]))
        }));
        if part == Some(Part::Waiting) || entry.job.with(|job| !matches!(job.phase, Phase::Unkept { .. })) {
            return acts;
        }
    }
    acts.extend(tile::steps(queue, draft, entry, true));
    acts
}

/// Takes hold of a row and puts it elsewhere. Keys and buttons do the same.
fn grip(queue: Queue, entry: Entry) -> Node {
    let arranging = queue.works().arranging;
    let node = el("span.queue-grip aria-hidden=true").attr("title", || t().drag).put(sign(GRIP));
    let held = node.clone();
    let begin = move |event: crate::ui::Event| {
        event.prevent_default();
        elements::capture(&held, &event);
        arranging.dragged.set(Some((entry.id.get_untracked(), None)));
    };
    let go = move |event: crate::ui::Event| {
        let id = entry.id.get_untracked();
        if arranging.dragged.peek(|it| it.as_ref().is_none_or(|(dragged, _)| *dragged != id)) {
            return;
        }
        let y = elements::pointer(&event).y;
        let row = leptos::prelude::untrack(move || queue.waiting());
        let below = row.into_iter().map(|entry| entry.id.get_untracked()).filter(|other| *other != id).find(
            |other| {
                arranging.rows.peek(|rows| {
                    rows.iter().find(|(have, _)| have == other).is_some_and(|(_, node)| {
                        let bounds = elements::bounds(node);
                        y < bounds.top + bounds.height / 2.0
                    })
                })
            },
        );
        let now = Some((id, below));
        if arranging.dragged.peek(|before| *before != now) {
            arranging.dragged.set(now);
        }
    };
    let end = move |event: crate::ui::Event, is_put: bool| {
        go(event);
        let mut dragged = None;
        arranging.dragged.update(|it| dragged = it.take());
        if let Some((id, before)) = dragged.filter(|_| is_put) {
            queue.put_before(id, before);
        }
    };
    node.on("pointerdown", begin)
        .on("pointermove", go)
        .on("pointerup", move |event| end(event, true))
        .on("pointercancel", move |event| end(event, false))
}

/// The texts of a job as fields.
fn editor(queue: Queue, entry: Entry, editing: Editing) -> Node {
    let too_late = move || !entry.job.with(Job::can_be_edited);
    let field = |id: &'static str, words: fn() -> &'static str, text: crate::ui::State<String>| {
        el("div.field").put(el("label").set("for", id).live(words)).put(
            el("textarea rows=3").set("id", id).holds(move || text.get()).typed(move |typed| text.set(typed)),
        )
    };
    let act = move || {
        if leptos::prelude::untrack(too_late) {
            queue.wish_edit(entry, editing);
        } else {
            queue.save_edit(entry, editing);
        }
    };
    let keys = move |event: crate::ui::Event| {
        if is_ctrl_enter(&event) {
            event.prevent_default();
            act();
        } else if elements::key(&event).name == "Escape" {
            event.prevent_default();
            queue.leave_edit(entry);
        }
    };
    let error = move || editing.error.with(|error| error.as_ref().map(|error| (t().bad_prompt)(error)));
    el("form.queue-editor")
        .on("keydown", keys)
        .on("submit", move |event| {
            event.prevent_default();
            act();
        })
        .when(too_late, || el("p.queue-why role=alert").live(|| t().too_late))
        .put(
            field("queue-edit-prompt", || t().prompt, editing.prompt)
                .put(el("p#queue-edit-error.over role=alert").live(error)),
        )
        .put(field("queue-edit-negative", || t().negative, editing.negative))
        .put(
            el("div.actions")
                .put(
                    el("button.primary type=submit data-action=save")
                        .live(move || if too_late() { t().as_new } else { t().save }),
                )
                .put(
                    el("button type=button data-action=leave")
                        .live(|| t().leave)
                        .click(move || queue.leave_edit(entry)),
                ),
        )
}
