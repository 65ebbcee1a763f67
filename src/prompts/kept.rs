//! Keeping things, forgetting them, and bringing them back.

use studio::prompt::{Kept, KeptKind, surplus};

use super::Shelf;
use crate::{
    browser::{clock, database::Database},
    ui::spawn,
};

/// What is being written in the panel of presets.
#[derive(Clone)]
pub(super) struct Editor {
    pub(super) kind: KeptKind,
    pub(super) name: String,
    pub(super) text: String,
    /// It was saved although something is missing.
    pub(super) is_lacking: bool,
}

impl Default for Editor {
    fn default() -> Self {
        Self { kind: KeptKind::Template, name: String::new(), text: String::new(), is_lacking: false }
    }
}

impl Shelf {
    /// The database is open, or there is none: what was kept before goes into it, and what was in it comes out.
    pub async fn begin(self, database: Option<Database>) {
        if let Some(database) = database
            && let Ok(found) = database.kept().await
        {
            let mut early = vec![];
            self.early.quietly(|all| early = std::mem::take(all));
            self.kept.set(found.rows);
            self.database.set(Some(database));
            for kept in early {
                let id = kept.id();
                let was = self.kept.peek(|all| all.iter().any(|have| have.id() == id && have.favourite));
                self.keep(Kept { favourite: was || kept.favourite, ..kept });
            }
        }
        self.is_ready.set(true);
    }

    /// What other tabs have kept meanwhile, too.
    async fn fetch(self) {
        let Some(database) = self.database.try_peek(Clone::clone).flatten() else { return };
        if let Ok(found) = database.kept().await {
            self.kept.set(found.rows);
        }
    }

    pub(super) fn refresh(self) {
        spawn(self.fetch());
    }

    /// A prompt was used: it is the newest of the history.
    pub fn remember(self, prompt: &str) {
        let text = prompt.trim();
        if text.is_empty() {
            return;
        }
        let favourite = self.kept.peek(|all| {
            all.iter().any(|kept| kept.kind == KeptKind::Used && kept.text == text && kept.favourite)
        });
        let name = String::new();
        self.keep(Kept { kind: KeptKind::Used, name, text: text.to_owned(), at: clock::now(), favourite });
    }

    /// Keeps something here and on the disk.
    pub(super) fn keep(self, kept: Kept) {
        let id = kept.id();
        let mut forgotten = vec![];
        self.kept.update(|all| {
            all.retain(|have| have.id() != id);
            all.push(kept.clone());
            forgotten = surplus(all);
            all.retain(|have| !forgotten.contains(&have.id()));
        });
        match self.database.get_untracked() {
            Some(database) => spawn(async move { drop(database.keep(Some(&kept), &forgotten).await) }),
            None => self.early.quietly(|early| early.push(kept)),
        }
    }

    /// Takes something out; [`Self::bring_back`] undoes it.
    pub(super) fn delete(self, kept: Kept) {
        let id = kept.id();
        self.kept.update(|all| all.retain(|have| have.id() != id));
        self.early.quietly(|early| early.retain(|have| have.id() != id));
        self.deleted.set(Some(kept));
        if let Some(database) = self.database.get_untracked() {
            spawn(async move { drop(database.keep(None, &[id]).await) });
        }
    }

    pub(super) fn bring_back(self) {
        if let Some(kept) = self.deleted.get_untracked() {
            self.deleted.set(None);
            self.keep(kept);
        }
    }
}
