//! The list of connections: choose, add, delete with a way back.

use super::{
    custody::{self, Choice, Kept},
    fields::Which,
    room::Room,
    ways::whereabouts,
};
use crate::{
    browser::{clock, page, random},
    i18n::rooms::t as r,
    ui::{Node, el, item, spawn},
};

/// What a connection is called: its own name, else where it leads.
pub(super) fn name(kept: &Kept) -> String {
    if !kept.name.trim().is_empty() {
        return kept.name.trim().to_owned();
    }
    match (kept.choice, kept.place()) {
        (Choice::Here, _) => r().from_here.to_owned(),
        (Choice::Demo, _) => r().from_demo.to_owned(),
        (_, Some(place)) => place.split("://").nth(1).unwrap_or_default().to_owned(),
        (Choice::Relay, None) => r().from_relay.to_owned(),
        (Choice::Direct, None) => r().from_direct.to_owned(),
    }
}

/// Where it leads, and which keys it has where. No more of a key than its last four characters.
fn details(kept: &Kept) -> String {
    let place = match kept.choice {
        Choice::Here | Choice::Demo => String::new(),
        Choice::Relay => r().from_relay.to_owned(),
        Choice::Direct => r().from_direct.to_owned(),
    };
    let endings = Which::ALL
        .iter()
        .filter_map(|which| which.ending(kept).map(|ending| format!("{} {ending}", which.label())));
    let parts = [vec![place], endings.collect(), vec![whereabouts(kept)]].concat();
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

pub(super) fn focus_later(id: String) {
    spawn(async move {
        clock::breathe().await;
        page::focus(&id);
    });
}

/// The list.
pub(super) fn list(room: Room) -> Node {
    let rows = move || {
        let ids = room.all.with(|all| all.connections.iter().map(|k| k.id.clone()).collect::<Vec<_>>());
        ids.into_iter().map(|id| item(id.clone(), move || row(room, &id))).collect()
    };
    let undo = move || {
        let words = move || {
            room.deleted.with(|gone| gone.as_ref().map(|(_, kept, _)| (r().custody.deleted)(&name(kept))))
        };
        el("div#connection-deleted.row").put(el("span").live(words)).put(
            el("button#undo-delete type=button").live(|| r().library.undo).click(move || bring_back(room)),
        )
    };
    el("section.card")
        .put(el("ul#connections").attr("aria-label", || r().custody.list).each(rows))
        .put(el("div role=status").when(move || room.deleted.with(Option::is_some), undo))
        .put(
            el("div.row")
                .put(
                    el("button#add-connection type=button").live(|| r().custody.add).click(move || add(room)),
                )
                .when(
                    move || room.has_open_vault(),
                    move || {
                        el("button#lock type=button").live(|| r().custody.lock).click(move || room.lock(true))
                    },
                ),
        )
}

fn row(room: Room, id: &str) -> Node {
    let [here, open, gone, shown, used] = [id; 5].map(str::to_owned);
    let of = move |look: fn(&Kept) -> String| {
        let id = here.clone();
        move || room.all.with(|all| all.connections.iter().find(|k| k.id == id).map(look).unwrap_or_default())
    };
    let in_use = move || room.all.with(|all| all.active == used);
    let badge = move || el("span.badge").live(|| r().custody.in_use);
    let choose = el("button.connection type=button")
        .set("id", &format!("connection-{id}"))
        .attr("aria-pressed", move || room.fields.with(|fields| fields.id == shown))
        .put(el("strong").live(of(name)))
        .when(in_use, badge)
        .put(el("small").live(of(details)))
        .click(move || room.open(&open));
    let label = of(|kept| (r().custody.delete)(&name(kept)));
    let delete = el("button.quiet type=button")
        .set("id", &format!("delete-{id}"))
        .attr("aria-label", label)
        .text("✕")
        .click(move || delete(room, &gone));
    el("li").put(choose).put(delete)
}

fn add(room: Room) {
    let kept = Kept { id: random::id(), choice: Choice::Direct, ..Kept::default() };
    let id = kept.id.clone();
    room.deleted.set(None);
    room.all.update(|all| all.connections.push(kept));
    room.all.peek(custody::write);
    room.open(&id);
    focus_later("connection-name".to_owned());
}

/// It is gone from the storage at once; what is needed to bring it back is in this tab's memory, until the next.
fn delete(room: Room, id: &str) {
    let mut gone = None;
    room.all.update(|all| {
        let Some(at) = all.connections.iter().position(|kept| kept.id == id) else { return };
        let was_active = all.active == id;
        gone = Some((at, all.connections.remove(at), was_active));
        if all.connections.is_empty() {
            all.connections.push(Kept { id: random::id(), ..Kept::default() });
        }
        if was_active {
            all.active = all.connections[0].id.clone();
        }
    });
    room.all.peek(custody::write);
    Room::tell_forgotten(id);
    room.deleted.set(gone);
    if room.fields.peek(|fields| fields.id == id) {
        room.open(&room.all.peek(|all| all.active.clone()));
    }
    focus_later("undo-delete".to_owned());
}

fn bring_back(room: Room) {
    let mut gone = None;
    room.deleted.update(|deleted| gone = deleted.take());
    let Some((at, kept, was_active)) = gone else { return };
    let id = kept.id.clone();
    room.all.update(|all| {
        let at = at.min(all.connections.len());
        all.connections.insert(at, kept);
        if was_active {
            all.active.clone_from(&id);
        }
    });
    room.all.peek(custody::write);
    room.open(&id);
    // It is in use again, if it was: with the keys that only this tab knows, too.
    if was_active {
        room.use_again();
    }
    focus_later(format!("connection-{id}"));
}

/// A connection's name: kept as soon as it was typed.
pub(super) fn name_field(room: Room) -> Node {
    let rename = move |_| {
        let (id, name) = room.fields.peek(|fields| (fields.id.clone(), fields.name.clone()));
        room.all.update(|all| {
            all.connections.iter_mut().filter(|kept| kept.id == id).for_each(|k| k.name.clone_from(&name));
        });
        room.all.peek(custody::write);
    };
    let input = el("input#connection-name type=text autocomplete=off")
        .set("maxlength", &studio::custody::LONGEST_NAME.to_string())
        .attr("placeholder", move || room.fields.with(|k| name(&Kept { name: String::new(), ..k.clone() })))
        .holds(move || room.fields.with(|k| k.name.clone()))
        .typed(move |text| room.fields.update(|k| k.name = text))
        .on("change", rename);
    el("div.field").put(el("label for=connection-name").live(|| r().custody.name)).put(input)
}
