//! Making room: everything but the favourites goes. It is taken out of the library first, and off the disk only when the
//! page is left: until then it can be brought back, by a reloaded page too.

use super::{numbers::Numbers, pictures_changed, shelf};
use crate::{
    browser::{
        clock,
        database::{CHUNK, Fault, TakenOut},
        page,
    },
    i18n::rooms::t,
    ui::{Node, State, el, spawn},
};

/// What was taken out longer ago than this is nobody's undo any more but this page's, in milliseconds.
const LEFT_OVER: u64 = 60_000;

/// Pictures that are out of the library, and what can be done about it.
#[derive(Clone, Copy)]
pub(super) struct Room {
    numbers: Numbers,
    out: State<TakenOut>,
    /// Of that, what this page took out.
    own: State<Vec<String>>,
    told: State<Told>,
}

#[derive(Clone, PartialEq)]
enum Told {
    Nothing,
    Busy,
    BroughtBack,
    PartlyBack(usize, usize),
    Freed,
    NotDone(Fault),
}

impl Room {
    pub(super) fn new(numbers: Numbers) -> Self {
        Self {
            numbers,
            out: State::new(TakenOut::default()),
            own: State::new(vec![]),
            told: State::new(Told::Nothing),
        }
    }

    /// What an earlier visit took out and did not delete, because its tab was closed.
    pub(super) fn look_for_leftovers(self) {
        spawn(async move {
            if let Ok(database) = shelf::database().await
                && let Ok(out) = database.taken_out(clock::now() - LEFT_OVER).await
            {
                self.out.set(out);
            }
        });
    }

    fn is_anything_out(self) -> bool {
        self.out.with(|out| !out.ids.is_empty())
    }

    /// Does something with the database, and says what came of it.
    fn act(self, deed: impl AsyncFnOnce() -> Result<Told, Fault> + 'static, then_focus: &'static str) {
        // A button that is being disabled, or goes, loses the focus.
        let had_focus = ["delete-rest", "bring-back", "free-now"].into_iter().any(page::is_focused);
        self.told.set(Told::Busy);
        spawn(async move {
            self.told.set(deed().await.unwrap_or_else(Told::NotDone));
            pictures_changed();
            self.numbers.look().await;
            clock::breathe().await;
            if had_focus {
                page::focus(then_focus);
            }
        });
    }

    fn delete_rest(self) {
        self.act(
            async move || {
                let database = shelf::database().await?;
                let rest = database.all_entries().await?.into_iter().filter(|entry| !entry.favourite);
                let (mut ids, mut bytes) = (vec![], 0);
                for entry in rest {
                    bytes += entry.size;
                    ids.push(entry.id);
                }
                // So many that the page stays alive. A crash between two leaves some here and some out, each whole.
                for ids in ids.chunks(CHUNK) {
                    database.take_out(ids, clock::now()).await?;
                }
                self.own.quietly(|own| own.extend(ids.iter().cloned()));
                self.out.update(|out| {
                    out.ids.extend(ids);
                    out.bytes += bytes;
                });
                Ok(Told::Nothing)
            },
            "bring-back",
        );
    }

    fn bring_back(self) {
        let out = self.out.get_untracked();
        self.act(
            async move || {
                let database = shelf::database().await?;
                let mut back = 0;
                for ids in out.ids.chunks(CHUNK) {
                    database.put_back(ids).await?;
                    // Another tab may have deleted some of them for good.
                    back += database.pictures(ids).await?.rows.len();
                }
                self.forget_out();
                let all = out.ids.len();
                Ok(if back < all { Told::PartlyBack(back, all) } else { Told::BroughtBack })
            },
            "delete-rest",
        );
    }

    fn forget_out(self) {
        self.own.quietly(Vec::clear);
        self.out.set(TakenOut::default());
    }

    /// The page is left: what it took out is deleted for good. What another visit left is not: that may be another tab's, which
    /// can still bring it back.
    pub(super) fn leave(self) {
        let mut own = vec![];
        self.own.quietly(|all| own = std::mem::take(all));
        self.out.update(|out| out.ids.retain(|id| own.contains(id)));
        self.free();
    }

    /// Deletes for good what is out. Nothing happens when nothing is.
    pub(super) fn free(self) {
        let out = self.out.get_untracked();
        self.forget_out();
        if out.ids.is_empty() {
            return;
        }
        self.act(
            async move || {
                let database = shelf::database().await?;
                database.free(&out.ids).await?;
                Ok(Told::Freed)
            },
            "delete-rest",
        );
    }

    /// What would go, and the way back.
    pub(super) fn card(self) -> Node {
        let sums = move || self.numbers.sums();
        let words = move || match sums() {
            Some((all, rest)) if rest.count > 0 => {
                (t().storage.room_text)(rest.count, rest.bytes, all.count - rest.count)
            }
            Some((all, _)) if all.count > 0 => t().storage.room_nothing.to_owned(),
            _ => (t().storage.picture_count)(0, 0),
        };
        let told = move || {
            self.told.with(|told| match told {
                Told::Nothing => String::new(),
                Told::Busy => t().storage.deleting.to_owned(),
                Told::BroughtBack => t().storage.brought_back.to_owned(),
                Told::PartlyBack(back, all) => (t().library.partly_back)(*back, *all),
                Told::Freed => t().storage.freed.to_owned(),
                Told::NotDone(fault) => (t().storage.not_done)(fault),
            })
        };
        let is_busy = move || self.told.with(|told| *told == Told::Busy);
        let out = move || {
            el("div#taken-out.notice")
                .put(
                    el("p role=status")
                        .live(move || self.out.with(|out| (t().storage.deleted)(out.ids.len(), out.bytes))),
                )
                .put(
                    el("div.row")
                        .put(
                            el("button#bring-back.primary type=button")
                                .live(|| t().storage.bring_back)
                                .click(move || self.bring_back()),
                        )
                        .put(
                            el("button#free-now type=button")
                                .live(|| t().storage.free_now)
                                .click(move || self.free()),
                        ),
                )
        };
        let begin = el("button#delete-rest.danger type=button")
            .flag("disabled", move || is_busy() || sums().is_none_or(|(_, rest)| rest.count == 0))
            .live(|| t().storage.delete_rest)
            .click(move || self.delete_rest());
        el("section#room.card")
            .put(el("h2").live(|| t().storage.room))
            .put(el("p").live(words))
            .put(el("div.row").put(begin))
            .put(el("p#room-told role=status").live(told))
            .when(move || self.is_anything_out() && !is_busy(), out)
    }
}
