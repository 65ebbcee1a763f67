//! What a person does with pictures: mark, delete, undo, reuse, and the keys for it.

use std::{cell::Cell, rc::Rc};

use serde_json::json;
use studio::{
    library::{Pick, PictureEntry},
    shortcuts::{Action, Place},
};

use super::{Room, opening::tell, t, toast::Toast};
use crate::{
    browser::{
        clock,
        database::{CHUNK, Database, Fault},
        doors, elements, page,
    },
    ui::{Node, spawn},
};

/// The door to the form of the first program.
const REUSE: &str = "reuse";

/// Pictures that were deleted, as long as it can be undone.
pub(super) struct Deletion {
    ids: Vec<String>,
    /// The rows are out of the list, in the database too.
    written: Cell<bool>,
    /// How it ends, once that is known.
    end: Cell<Option<End>>,
}

/// How a deletion ends.
#[derive(Clone, Copy, PartialEq)]
enum End {
    /// The person wants them back.
    Back,
    /// Nobody can undo it any more.
    ForGood,
}

impl Deletion {
    /// How many pictures.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether it can still go both ways.
    pub(super) fn is_open(&self) -> bool {
        self.end.get().is_none()
    }

    /// Says how it ends, if that is not known yet, and whether it was not.
    fn ends(&self, end: End) -> bool {
        let open = self.is_open();
        if open {
            self.end.set(Some(end));
        }
        open
    }
}

fn why(fault: &Fault) -> String {
    match fault {
        Fault::Full => t().full.to_owned(),
        Fault::Missing => t().missing_title.to_owned(),
        Fault::Newer => t().newer.to_owned(),
        Fault::Broken(said) => said.clone(),
    }
}

impl Room {
    pub(super) fn not_done(self, fault: &Fault) {
        self.say(Toast::Fault((t().not_done)(&why(fault))));
    }

    /// Marks pictures as favourites, or no longer.
    fn mark(self, picks: &[Pick], favourite: bool) {
        let Some(database) = self.database() else { return };
        let other = |pick: &&Pick| {
            self.library.peek(|library| library.entry(**pick).is_some_and(|it| it.favourite != favourite))
        };
        let picks: Vec<Pick> = picks.iter().filter(other).copied().collect();
        let ids = self.ids(&picks);
        let show = move |favourite| {
            self.library.update(|library| {
                for pick in &picks {
                    library.set_favourite(*pick, favourite);
                }
            });
            self.refresh(true);
        };
        show(favourite);
        spawn(async move {
            for ids in ids.chunks(CHUNK) {
                if let Err(fault) = database.set_favourites(ids, favourite).await {
                    show(!favourite);
                    return self.not_done(&fault);
                }
            }
            tell(&ids);
        });
    }

    /// Marks what is not marked; if all of it is, takes the marks away.
    pub(super) fn mark_or_unmark(self, picks: &[Pick]) {
        let all = self.library.peek(|library| {
            picks.iter().all(|pick| library.entry(*pick).is_some_and(|entry| entry.favourite))
        });
        self.mark(picks, !all);
    }

    fn ids(self, picks: &[Pick]) -> Vec<String> {
        self.library
            .peek(|library| picks.iter().filter_map(|pick| Some(library.entry(*pick)?.id.clone())).collect())
    }

    /// Takes pictures out of the library. They can be brought back as long as the toast says so; their bytes stay until
    /// then.
    pub(super) fn delete(self, picks: &[Pick]) {
        let Some(database) = self.database().filter(|_| !picks.is_empty()) else { return };
        let ids = self.ids(picks);
        let in_grid = elements::has_focus(&self.tiles.get_untracked());
        let viewed = self.viewed.get_untracked().filter(|pick| picks.contains(pick));
        let next = viewed.and_then(|pick| self.neighbour(pick, picks));
        self.library.update(|library| drop(library.remove(picks)));
        if viewed.is_some() {
            self.viewed.set(next);
        }
        self.refresh(true);
        if viewed.is_none() {
            match self.current.get_untracked() {
                Some(pick) if in_grid || elements::nothing_has_focus() => self.focus(pick),
                Some(_) => {}
                None => page::focus("library-title"),
            }
        }
        let deletion = Rc::new(Deletion { ids, written: Cell::new(false), end: Cell::new(None) });
        self.say(Toast::Deleted(Rc::clone(&deletion)));
        spawn(async move {
            let now = clock::now();
            for ids in deletion.ids.chunks(CHUNK) {
                if let Err(fault) = database.take_out(ids, now).await {
                    // Before the toast goes: what goes with it could not be brought back.
                    deletion.end.set(Some(End::Back));
                    self.not_done(&fault);
                    let _ = self.bring_back(&database, &deletion).await;
                    return;
                }
            }
            deletion.written.set(true);
            tell(&deletion.ids);
            match deletion.end.get() {
                Some(End::Back) => self.undone(&database, &deletion).await,
                Some(End::ForGood) => erase(&database, &deletion).await,
                None => {}
            }
        });
    }

    /// The picture after this one, or before it, that stays.
    fn neighbour(self, pick: Pick, without: &[Pick]) -> Option<Pick> {
        let list = self.listed();
        let index = self.index(&list, pick)?;
        let stays = |pick: &&Pick| !without.contains(pick);
        list[index..].iter().find(stays).or_else(|| list[..index].iter().rfind(stays)).copied()
    }

    /// Brings deleted pictures back.
    pub(super) fn undo(self, deletion: &Rc<Deletion>) {
        let Some(database) = self.database().filter(|_| deletion.ends(End::Back)) else { return };
        if deletion.len() > CHUNK {
            self.say(Toast::Said(t().bringing.to_owned()));
        } else {
            self.hush();
        }
        // While they are still being taken out, that has to end first.
        if deletion.written.get() {
            let deletion = Rc::clone(deletion);
            spawn(async move { self.undone(&database, &deletion).await });
        }
    }

    async fn undone(self, database: &Database, deletion: &Deletion) {
        match self.bring_back(database, deletion).await {
            Ok(back) if back < deletion.len() => {
                self.say(Toast::Fault((t().partly_back)(back, deletion.len())));
            }
            Ok(back) => self.say(Toast::Said((t().back)(back))),
            Err(fault) => self.not_done(&fault),
        }
        let first = self.library.peek(|library| deletion.ids.first().and_then(|id| library.find(id)));
        if let Some(pick) = first {
            if self.viewed.peek(Option::is_some) {
                self.viewed.set(Some(pick));
            } else {
                self.focus(pick);
            }
        }
    }

    /// Puts pictures back, and says how many there are again.
    async fn bring_back(self, database: &Database, deletion: &Deletion) -> Result<usize, Fault> {
        let mut back = 0;
        for ids in deletion.ids.chunks(CHUNK) {
            let rows = match database.put_back(ids).await {
                Ok(()) => database.pictures(ids).await,
                Err(fault) => Err(fault),
            };
            match rows {
                Ok(rows) => {
                    back += rows.rows.len();
                    self.add(rows);
                }
                Err(fault) => {
                    self.show();
                    return Err(fault);
                }
            }
        }
        self.show();
        tell(&deletion.ids);
        Ok(back)
    }

    /// Nobody can undo it any more.
    pub(super) fn delete_for_good(self, deletion: &Rc<Deletion>) {
        let Some(database) = self.database().filter(|_| deletion.ends(End::ForGood)) else { return };
        // While they are still being taken out, that has to end first.
        if deletion.written.get() {
            let deletion = Rc::clone(deletion);
            spawn(async move { erase(&database, &deletion).await });
        }
    }

    /// Puts what a picture was made from into the form, and goes there.
    pub(super) fn reuse(self, pick: Pick) {
        let Some(entry) = self.entry(pick) else { return };
        self.viewed.set(None);
        let PictureEntry { prompt, negative, style, width, height, .. } = entry;
        let wish = json!({ "prompt": prompt, "negative": negative, "style": style, "width": width, "height": height });
        doors::ask(REUSE, &wish.to_string());
    }

    /// What is chosen, in the list's order; nothing chosen: the picture with the focus.
    pub(super) fn meant(self) -> Vec<Pick> {
        let chosen = self.selection.peek(|selection| selection.in_order(&self.listed()));
        if chosen.is_empty() { self.current.get_untracked().into_iter().collect() } else { chosen }
    }
}

/// Deletes what was taken out, with the jobs that it came from.
async fn erase(database: &Database, deletion: &Deletion) {
    // What stays is deleted when the library is opened again.
    let _ = database.free(&deletion.ids).await;
}

/// The keys of the room: those that do something wherever the focus is, and those of the grid.
pub(super) fn keys(room: Room, view: Node) -> Node {
    view.on("keydown", move |event| {
        // The viewer and comparing have keys of their own; what they have used is not done again, also when they are gone by it.
        if event.default_prevented()
            || room.viewed.peek(Option::is_some)
            || room.compared.peek(Option::is_some)
        {
            return;
        }
        let key = elements::key(&event);
        let in_grid = elements::has_focus(&room.tiles.get_untracked());
        let press = key.press();
        let action = Place::Library.hear(&press).or(Place::Grid.hear(&press).filter(|_| in_grid));
        let done = match action {
            Some(Action::Search) => {
                page::focus("library-search");
                true
            }
            Some(Action::Undo) => room.undo_last(),
            Some(Action::ChooseAll) => {
                room.selection.update(|selection| selection.all(&room.listed()));
                true
            }
            Some(Action::ChooseNone) => {
                room.selection.update(studio::library::Selection::clear);
                true
            }
            Some(Action::Walk) => room.walk(&key),
            Some(action) => room.act(action),
            None => false,
        };
        if done {
            event.prevent_default();
        }
    })
}

impl Room {
    /// Does something with what is meant. Says whether it is something that is done here.
    fn act(self, action: Action) -> bool {
        let meant = self.meant();
        let Some(current) = self.current.get_untracked() else { return false };
        match action {
            Action::Mark => self.mark_or_unmark(&meant),
            Action::Download => self.download(&meant),
            Action::Reuse => self.reuse(current),
            Action::Compare => return self.compare_chosen(),
            Action::Choose => self.choose(current, false),
            Action::Details => {
                self.informed.set(true);
                self.viewed.set(Some(current));
            }
            Action::Delete => self.delete(&meant),
            // The button's own key opens.
            _ => return false,
        }
        true
    }

    fn undo_last(self) -> bool {
        let deletion = self.toast.peek(|toast| match toast {
            Some(Toast::Deleted(deletion)) => Some(Rc::clone(deletion)),
            _ => None,
        });
        deletion.inspect(|deletion| self.undo(deletion)).is_some()
    }
}
