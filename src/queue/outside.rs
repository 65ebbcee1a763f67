//! The queue as a page around this one is told of it, and asks for a picture out of it: src/embed.

use studio::{Job, Phase};

use super::{Entry, Queue, delivery::kind};
use crate::{
    browser::{clock, files::Bytes},
    compose::Draft,
    connection::Connections,
    i18n::framed::t,
    ui::{Node, State, el, follow},
};

/// What a frame begins with: src/embed.
pub(super) type Live = fn(Queue, Draft, Connections);

/// A picture that the page around asks for.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    /// Whether it does.
    is: State<bool>,
    /// What the person chose: the job's id, or empty for none.
    picked: State<Option<String>>,
}

impl Asked {
    pub(super) fn new() -> Self {
        Self { is: State::new(false), picked: State::new(None) }
    }
}

/// Only for what is loaded with the works.
impl Queue {
    /// Does something that lives as long as the queue.
    pub fn within(self, act: impl FnOnce()) {
        self.owner.get_untracked().with(act);
    }

    /// Waits until it is known whether pictures can be stored.
    pub async fn storage_known(self) {
        while !self.hands().is_storage_known() {
            clock::wait(50).await;
        }
    }

    /// Whether pictures are stored.
    pub fn stores(self) -> bool {
        self.fault.peek(Option::is_none)
    }

    /// Looks at all jobs; followed.
    pub fn each_job(self, mut look: impl FnMut(&str, &Job)) {
        for entry in self.entries.get() {
            entry.job.with(|job| entry.id.peek(|id| look(id, job)));
        }
    }

    /// The job of that id as it is now.
    pub fn job(self, id: &str) -> Option<Job> {
        self.entry(id).map(|entry| entry.job.get_untracked())
    }

    /// The page around asks for a picture, or no longer.
    pub fn ask_for_picture(self, asked: bool) {
        self.works().asked.is.set(asked);
    }

    /// Whether it does; followed.
    pub fn is_asked_for_picture(self) -> bool {
        self.works().asked.is.get()
    }

    /// The picture that the person chose, by its job; empty for none.
    pub fn pick(self, id: String) {
        self.works().asked.picked.set(Some(id));
    }

    /// What the person chose last.
    pub fn picked(self) -> State<Option<String>> {
        self.works().asked.picked
    }

    /// The bytes of a finished picture, from where they are.
    pub async fn bytes(self, id: &str) -> Option<Bytes> {
        if let Some(bytes) = self.hands().unsaved_bytes(id) {
            return Some(bytes);
        }
        self.hands().database()?.bytes(id).await.ok().flatten()
    }
}

/// Hands the picture to the page around, while that asks for one.
pub(super) fn choice(queue: Queue, entry: Entry) -> Node {
    let is_there =
        move || entry.job.with(|job| kind(job).is_some() || matches!(job.phase, Phase::Unsaved { .. }));
    let button = move || {
        el("button.primary type=button data-action=pick")
            .live(|| t().choose)
            .click(move || queue.pick(entry.id.get_untracked()))
    };
    el("div.choice").when(move || queue.is_asked_for_picture() && is_there(), button)
}

impl Queue {
    /// In somebody else's page the works are loaded at once, and speak with it.
    pub fn begin_in_frame(self, draft: Draft) {
        self.expect_work();
        follow(move || {
            if let Some(works) = self.works.get() {
                self.owner.get_untracked().with(|| (works.live)(self, draft, self.connections));
            }
        });
    }
}
