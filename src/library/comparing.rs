//! Two pictures of the library beside each other.

use studio::library::Pick;

use super::Room;
use crate::{
    browser::{database::Database, files::ObjectUrl},
    compare::Side,
    ui::spawn,
};

impl Room {
    /// Compares what is chosen, if that is two pictures.
    pub(super) fn compare_chosen(self) -> bool {
        let chosen = self.selection.peek(|selection| selection.in_order(&self.listed()));
        let [left, right] = chosen[..] else { return false };
        self.show_both(left, right);
        true
    }

    /// Compares the picture in the viewer: with the one that is chosen, else with its neighbour in the list.
    pub(super) fn compare_viewed(self, viewed: Pick) {
        let list = self.listed();
        let chosen = self.selection.peek(|selection| selection.in_order(&list));
        let mut others = chosen.into_iter().filter(|pick| *pick != viewed);
        let neighbour = || {
            let index = self.index(&list, viewed)?;
            list.get(index + 1).or_else(|| list.get(index.checked_sub(1)?)).copied()
        };
        if let Some(other) = others.next().or_else(neighbour) {
            self.show_both(viewed, other);
        }
    }

    fn show_both(self, left: Pick, right: Pick) {
        let Some(database) = self.database() else { return };
        spawn(async move {
            let (left, right) = (self.side(&database, left).await, self.side(&database, right).await);
            if let (Some(left), Some(right)) = (left, right) {
                self.compared.set(Some([left, right]));
            } else {
                self.say(super::toast::Toast::Fault(super::t().gone.to_owned()));
            }
        });
    }

    async fn side(self, database: &Database, pick: Pick) -> Option<Side> {
        let entry = self.entry(pick)?;
        let bytes = database.bytes(&entry.id).await.ok().flatten()?;
        let url = ObjectUrl::of_stored(&bytes, entry.kind)?;
        Some(Side {
            source: url.address().to_owned(),
            held: Some(url),
            prompt: entry.prompt,
            negative: entry.negative,
            style: entry.style,
            size: (entry.width, entry.height),
            model: entry.pipeline,
            made: entry.created,
            seconds: entry.seconds,
        })
    }
}
