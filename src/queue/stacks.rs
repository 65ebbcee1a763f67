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

/// What a finished picture was made from: equal ones are variations.
fn wish(entry: Entry) -> Option<RunRequest> {
    entry.job.with(|job| matches!(job.phase, Phase::Done(_)).then(|| job.request.clone()))
}

impl Queue {
    /// The stack that the picture lies in, the newest one first; none for a single one.
    fn stack(self, entry: Entry) -> Option<(RunRequest, Vec<Entry>)> {
        let wish = wish(entry)?;
        let mut all = self.entries.get();
        all.retain(|other| self::wish(*other).as_ref() == Some(&wish));
        (all.len() > 1).then_some((wish, all))
    }

    /// Whether it lies under a newer one.
    pub(super) fn is_under(self, entry: Entry) -> bool {
        self.stack(entry).is_some_and(|(wish, all)| {
            let is_top = all[0].id.peek(|top| entry.id.peek(|id| top == id));
            !is_top && !self.works().stacks.open.with(|open| open.contains(&wish))
        })
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
    let keys: Vec<(Option<RunRequest>, usize)> = all
        .iter()
        .enumerate()
        .map(|(n, entry)| {
            let wish = wish(*entry);
            let alone = if wish.is_some() { 0 } else { n };
            (wish, alone)
        })
        .collect();
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
    let is_top = move || {
        queue.stack(entry).is_some_and(|(_, all)| all[0].id.peek(|top| entry.id.peek(|id| top == id)))
    };
    if is_top() {
        tools.push(item("stack", move || stack_button(queue, entry)));
    }
    let has_picture = |entry: &Entry| entry.shown.with(Option::is_some) && wish(*entry).is_some();
    let others = queue.entries.with(|all| all.iter().filter(|entry| has_picture(entry)).count());
    if has_picture(&entry) && others > 1 {
        let is_picked = move || {
            stacks
                .picked
                .with(|picked| picked.as_ref().is_some_and(|p| p.id.peek(|a| entry.id.peek(|b| a == b))))
        };
        tools.push(item("compare", move || {
            el("button.quiet type=button data-action=compare")
                .attr("aria-pressed", is_picked)
                .attr("title", move || is_picked().then_some(t().compare_next))
                .live(|| t().compare)
                .click(move || queue.pick(entry))
        }));
    }
    tools
}

fn stack_button(queue: Queue, entry: Entry) -> crate::ui::Node {
    let open = queue.works().stacks.open;
    let count = move || queue.stack(entry).map_or(0, |(_, all)| all.len());
    let is_open = move || queue.stack(entry).is_some_and(|(wish, _)| open.with(|open| open.contains(&wish)));
    el("button.stack type=button data-action=stack")
        .attr("aria-expanded", is_open)
        .live(move || if is_open() { (t().fold)(count()) } else { (t().variations)(count()) })
        .click(move || {
            let Some(wish) = leptos::prelude::untrack(|| wish(entry)) else { return };
            open.update(|open| match open.iter().position(|have| *have == wish) {
                Some(at) => drop(open.remove(at)),
                None => open.push(wish),
            });
        })
}

impl Queue {
    /// The first press chooses a picture, the second one compares another with it.
    fn pick(self, entry: Entry) {
        let stacks = self.works().stacks;
        let Some(first) = stacks.picked.get_untracked() else { return stacks.picked.set(Some(entry)) };
        let is_same = first.id.peek(|a| entry.id.peek(|b| a == b));
        // It may have been taken off the stage meanwhile.
        let (Some(left), Some(right)) = (side(first), side(entry)) else { return stacks.picked.set(None) };
        if is_same {
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
