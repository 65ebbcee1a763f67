//! The stage's order: variations of one wish lie in a stack, and two pictures can be laid side by side.

use fusionbrain::RunRequest;
use studio::{Phase, alike};

use super::{Entry, Queue, panel, tile};
use crate::{
    compare::{self, Side},
    compose::Draft,
    i18n::works::t,
    ui::{Item, State, el, item},
};

/// What of the stage is arranged by hand.
#[derive(Clone, Copy)]
pub(super) struct Stacks {
    /// The stacks that lie open, by what their pictures were made from.
    open: State<Vec<RunRequest>>,
    /// The first of two pictures to be compared.
    picked: State<Option<Entry>>,
    /// The two that are being compared.
    compared: State<Option<[Side; 2]>>,
}

impl Stacks {
    pub(super) fn new() -> Self {
        Self { open: State::new(vec![]), picked: State::new(None), compared: State::new(None) }
    }
}

/// Whether there is a picture of it.
fn is_done(entry: Entry) -> bool {
    entry.job.with(|job| matches!(job.phase, Phase::Done(_)))
}

/// What it was made from: finished pictures of equal wishes are variations.
fn wish(entry: Entry) -> RunRequest {
    entry.job.peek(|job| job.request.clone())
}

fn is_same(one: Entry, other: Entry) -> bool {
    one.id.peek(|one| other.id.peek(|other| one == other))
}

impl Queue {
    /// The pictures of the stack that this one lies in, the newest one first; only itself when there are no others.
    fn stack(self, entry: Entry) -> Vec<Entry> {
        if !is_done(entry) {
            return vec![entry];
        }
        let mut all = self.entries.get();
        // Nothing is copied: each tile asks, whenever any job changes.
        all.retain(|other| {
            is_done(*other) && entry.job.peek(|job| other.job.peek(|other| job.request == other.request))
        });
        all
    }

    fn is_open(self, entry: Entry) -> bool {
        let open = self.works().stacks.open;
        entry.job.peek(|job| open.with(|open| open.contains(&job.request)))
    }

    /// Whether it lies under a newer one.
    pub(super) fn is_under(self, entry: Entry) -> bool {
        let top = self.stack(entry).first().copied();
        top.is_some_and(|top| !is_same(top, entry)) && !self.is_open(entry)
    }
}

/// What stands before the tiles.
pub(super) fn beside(queue: Queue, draft: Draft) -> Vec<Item> {
    let compared = queue.works().stacks.compared;
    let closed = move || queue.works().stacks.picked.set(None);
    let dialog = item("compare", move || compare::dialog(compared, closed));
    let panel = panel::is_wanted(queue).then(|| item("panel", move || panel::panel(queue, draft)));
    panel.into_iter().chain([dialog]).collect()
}

/// All tiles: those of a stack lie together, where its newest one is.
pub(super) fn tiles(queue: Queue, draft: Draft) -> Vec<Item> {
    let all = queue.entries.get();
    // What has no picture is a stack of its own.
    let key = |(n, entry): (usize, &Entry)| {
        let lies_with_others = is_done(*entry);
        (lies_with_others.then(|| wish(*entry)), if lies_with_others { 0 } else { n })
    };
    let keys: Vec<(Option<RunRequest>, usize)> = all.iter().enumerate().map(key).collect();
    let tile = |n: usize| {
        let entry = all[n];
        item(entry.id.get_untracked(), move || tile::tile(queue, draft, entry))
    };
    alike::stacks(&keys).concat().into_iter().map(tile).collect()
}

/// What can be done with a picture because there are others: its stack is opened or folded, two are compared.
pub(super) fn tools(queue: Queue, entry: Entry) -> Vec<Item> {
    let mut tools = vec![];
    let stacks = queue.works().stacks;
    let stack = queue.stack(entry);
    if stack.len() > 1 && is_same(stack[0], entry) {
        tools.push(item("stack", move || stack_button(queue, entry)));
    }
    let has_picture = |entry: &Entry| entry.shown.with(Option::is_some) && is_done(*entry);
    let others = queue.entries.with(|all| all.iter().filter(|entry| has_picture(entry)).count());
    if has_picture(&entry) && others > 1 {
        let is_picked =
            move || stacks.picked.with(|picked| picked.is_some_and(|picked| is_same(picked, entry)));
        tools.push(item("compare", move || {
            el("button.quiet type=button data-action=compare")
                .attr("aria-pressed", is_picked)
                .attr("title", move || is_picked().then_some(t().compare_next))
                .live(|| t().compare)
                .click(move || queue.choose_to_compare(entry))
        }));
    }
    tools
}

fn stack_button(queue: Queue, entry: Entry) -> crate::ui::Node {
    let open = queue.works().stacks.open;
    let words = move || {
        let count = queue.stack(entry).len();
        if queue.is_open(entry) { (t().fold)(count) } else { (t().variations)(count) }
    };
    el("button.stack type=button data-action=stack")
        .attr("aria-expanded", move || queue.is_open(entry))
        .live(words)
        .click(move || {
            let wish = wish(entry);
            open.update(|open| match open.iter().position(|have| *have == wish) {
                Some(at) => drop(open.remove(at)),
                None => open.push(wish),
            });
        })
}

impl Queue {
    /// The first press chooses a picture, the second one compares another with it.
    fn choose_to_compare(self, entry: Entry) {
        let stacks = self.works().stacks;
        let Some(first) = stacks.picked.get_untracked() else { return stacks.picked.set(Some(entry)) };
        // It may have been taken off the stage meanwhile.
        let (Some(left), Some(right)) = (side(first), side(entry)) else { return stacks.picked.set(None) };
        if is_same(first, entry) {
            return stacks.picked.set(None);
        }
        stacks.compared.set(Some([left, right]));
    }
}

fn side(entry: Entry) -> Option<Side> {
    let source = entry.shown.peek(|shown| shown.as_ref().map(|shown| shown.source().to_owned()))?;
    entry.job.peek(|job| match &job.phase {
        Phase::Done(facts) => Some(Side {
            source,
            held: None,
            prompt: job.request.prompt.as_str().to_owned(),
            negative: job.request.negative.as_ref().map_or("", |n| n.as_str()).to_owned(),
            style: job.request.style.as_ref().map_or("", |s| s.as_str()).to_owned(),
            size: (facts.width, facts.height),
            model: job.request.pipeline.as_str().to_owned(),
            made: facts.received,
            seconds: facts.generation_time,
        }),
        _ => None,
    })
}
