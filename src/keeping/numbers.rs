//! What there is, in numbers.

use studio::{Ms, library::PictureEntry};

use super::shelf;
use crate::{
    browser::{database::Fault, storage, storage_space},
    i18n::rooms::t,
    ui::{Node, State, el, spawn},
};

/// The name under which the time of the last backup is stored.
const BACKUP: &str = "backup";

/// What is known of what is kept here.
#[derive(Clone, Copy)]
pub(super) struct Numbers {
    kept: State<Kept>,
    /// Bytes used and bytes to be had in all. None: the browser does not say.
    space: State<Option<(u64, u64)>>,
    /// Whether the browser has promised to keep it.
    promise: State<Promise>,
    /// When the last backup was saved, and how many pictures came since.
    backup: State<Option<(Ms, u32)>>,
    /// Counts the looks: what an earlier one comes to is not wanted any more.
    looks: State<u32>,
}

#[derive(Clone, Copy, PartialEq)]
enum Promise {
    Unknown,
    Given,
    NotGiven,
    Refused,
}

/// The library, in numbers.
#[derive(Clone, PartialEq)]
pub(super) enum Kept {
    Looking,
    Nothing(Fault),
    Pictures { all: Sum, rest: Sum },
}

/// So many pictures, of so many bytes.
#[derive(Clone, Copy, Default, PartialEq)]
pub(super) struct Sum {
    pub(super) count: usize,
    pub(super) bytes: u64,
}

impl Sum {
    fn of<'a>(entries: impl Iterator<Item = &'a PictureEntry>) -> Self {
        entries
            .fold(Self::default(), |sum, entry| Self { count: sum.count + 1, bytes: sum.bytes + entry.size })
    }
}

impl Numbers {
    pub(super) fn new() -> Self {
        Self {
            kept: State::new(Kept::Looking),
            space: State::new(None),
            promise: State::new(Promise::Unknown),
            backup: State::new(None),
            looks: State::new(0),
        }
    }

    /// Looks again.
    pub(super) fn refresh(self) {
        spawn(self.look());
    }

    /// Looks again, and comes back when it is shown.
    pub(super) async fn look(self) {
        self.looks.quietly(|n| *n += 1);
        let look = self.looks.get_untracked();
        let kept = kept().await;
        if self.looks.get_untracked() != look {
            return;
        }
        self.kept.set(kept);
        self.backup.set(last_backup().await);
        self.space.set(storage_space::estimate().await);
        let refused = self.promise.get_untracked() == Promise::Refused;
        self.promise.set(match storage_space::is_persisted().await {
            None => Promise::Unknown,
            Some(true) => Promise::Given,
            Some(false) if refused => Promise::Refused,
            Some(false) => Promise::NotGiven,
        });
    }

    /// The library in numbers, followed: all of it, and what is no favourite.
    pub(super) fn sums(self) -> Option<(Sum, Sum)> {
        self.kept.with(|kept| match kept {
            Kept::Pictures { all, rest } => Some((*all, *rest)),
            _ => None,
        })
    }

    /// A backup made at this time is in the person's hands.
    pub(super) fn backed_up(self, made: Ms) {
        storage::write(BACKUP, &made.to_string());
        self.refresh();
    }

    fn ask_promise(self) {
        spawn(async move {
            self.promise.set(match storage_space::persist().await {
                None => Promise::Unknown,
                Some(true) => Promise::Given,
                Some(false) => Promise::Refused,
            });
        });
    }

    /// The numbers, and what they mean.
    pub(super) fn card(self) -> Node {
        let pictures = move || {
            self.kept.with(|kept| match kept {
                Kept::Looking => t().storage.reckoning.to_owned(),
                Kept::Nothing(fault) => (t().storage.no_database)(fault),
                Kept::Pictures { all, .. } => (t().storage.picture_count)(all.count, all.bytes),
            })
        };
        let used = move || match self.space.get() {
            Some((used, quota)) => (t().storage.used_of)(used, quota),
            None => t().storage.used_unknown.to_owned(),
        };
        let bar = move || {
            el("progress")
                .attr("aria-label", || t().storage.used)
                .attr("max", move || self.space.get().map(|(_, quota)| quota.to_string()))
                .attr("value", move || self.space.get().map(|(used, _)| used.to_string()))
        };
        let promise = move || match self.promise.get() {
            Promise::Unknown => t().storage.promise_unknown,
            Promise::Given => t().storage.promised,
            Promise::NotGiven => t().storage.not_promised,
            Promise::Refused => t().storage.promise_refused,
        };
        let ask = move || {
            el("button#ask-promise type=button")
                .live(|| t().storage.ask_promise)
                .click(move || self.ask_promise())
        };
        let backup = move || match self.backup.get() {
            None => t().storage.never.to_owned(),
            Some((made, _)) => (t().storage.time)(made),
        };
        let since = move || self.backup.get().map(|(_, count)| (t().storage.since)(count));
        let fact = |name: fn() -> &'static str, value: Node| el("div").put(el("dt").live(name)).put(value);
        let facts = el("dl.facts")
            .put(fact(
                || t().storage.pictures,
                el("dd#picture-count")
                    .attr("data-count", move || self.sums().map(|(all, _)| all.count.to_string()))
                    .live(pictures),
            ))
            .put(fact(
                || t().storage.used,
                el("dd").put(el("span#used").live(used)).when(move || self.space.with(Option::is_some), bar),
            ))
            .put(fact(
                || t().storage.last_backup,
                el("dd#last-backup").put(el("span").live(backup)).put(el("span.muted").live(since)),
            ))
            .put(fact(
                || t().storage.promise,
                el("dd#promise")
                    .attr("data-promise", move || match self.promise.get() {
                        Promise::Unknown => "unknown",
                        Promise::Given => "given",
                        Promise::NotGiven | Promise::Refused => "not-given",
                    })
                    .put(el("span role=status").live(promise))
                    .when(move || matches!(self.promise.get(), Promise::NotGiven | Promise::Refused), ask),
            ));
        el("section.card").put(facts)
    }
}

async fn kept() -> Kept {
    let entries = match shelf::database().await {
        Ok(database) => database.all_entries().await,
        Err(fault) => Err(fault),
    };
    match entries {
        Ok(entries) => Kept::Pictures {
            all: Sum::of(entries.iter()),
            rest: Sum::of(entries.iter().filter(|entry| !entry.favourite)),
        },
        Err(fault) => Kept::Nothing(fault),
    }
}

async fn last_backup() -> Option<(Ms, u32)> {
    let made = storage::read(BACKUP)?.parse().ok()?;
    let count = shelf::database().await.ok()?.count_since(made).await.ok()?;
    Some((made, count))
}
