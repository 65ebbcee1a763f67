//! The backup, shown.

use studio::backup::PICTURE_BYTES;

use super::backup::{Backup, LeftOut, Part, Phase, part_bytes};
use crate::{
    browser::clock,
    i18n::rooms::t,
    ui::{Item, Node, el, item, spawn},
};

/// What a backup is, and making one.
pub(super) fn card(backup: Backup) -> Node {
    let is_idle =
        move || backup.phase.with(|phase| !matches!(phase, Phase::Packing { .. } | Phase::Ready(_)));
    let begin = move || {
        el("div.row").put(
            el("button#make-backup.primary type=button")
                .live(|| t().storage.make_backup)
                .click(move || backup.start()),
        )
    };
    // How many files it will be, when it is more than one.
    let parts = move || {
        let (all, _) = backup.numbers.sums()?;
        let parts = all.bytes.div_ceil(part_bytes().max(1));
        (parts > 1).then(|| (t().storage.backup_parts)(parts, part_bytes()))
    };
    el("section#backup.card")
        .put(el("h2").live(|| t().storage.backup))
        .put(el("p").live(|| t().storage.backup_text))
        .put(el("p.muted").live(parts))
        .when(is_idle, begin)
        .when(move || backup.is_packing(), move || packing(backup))
        .each(move || ready(backup))
        .put(
            el("p#backup-told role=status")
                .attr("data-phase", move || backup.phase.with(name))
                .live(move || backup.phase.with(sentence)),
        )
        .when(move || backup.left_out_count.get() > 0, move || left_out(backup))
}

fn name(phase: &Phase) -> &'static str {
    match phase {
        Phase::Idle => "idle",
        Phase::Packing { .. } => "packing",
        Phase::Ready(_) => "ready",
        Phase::Done { .. } => "done",
        Phase::Stopped => "stopped",
        Phase::Empty => "empty",
        Phase::Failed(_) => "failed",
    }
}

/// What is spoken: not every picture, but every turn.
fn sentence(phase: &Phase) -> String {
    match phase {
        Phase::Idle | Phase::Packing { .. } => String::new(),
        Phase::Ready(part) if part.is_only => String::new(),
        Phase::Ready(part) => (t().storage.part_next)(part.left),
        Phase::Done { pictures, bytes } => (t().storage.backup_done)(*pictures, *bytes),
        Phase::Stopped => t().storage.backup_stopped.to_owned(),
        Phase::Empty => t().storage.backup_empty.to_owned(),
        Phase::Failed(fault) => (t().storage.backup_failed)(fault.as_ref()),
    }
}

fn packing(backup: Backup) -> Node {
    let far = move || {
        backup.phase.with(|phase| match phase {
            Phase::Packing { done, total } => (*done, *total),
            _ => (0, 0),
        })
    };
    let words = move || {
        let (done, total) = far();
        if total == 0 { t().storage.reckoning.to_owned() } else { (t().storage.backing_up)(done, total) }
    };
    el("div.progress")
        .put(el("span").live(words))
        .put(
            el("progress")
                .attr("aria-label", || t().storage.backup)
                .attr("max", move || Some(far().1.max(1).to_string()))
                .attr("value", move || Some(far().0.to_string())),
        )
        .put(
            el("button#cancel-backup type=button").live(|| t().storage.cancel).click(move || backup.cancel()),
        )
}

fn ready(backup: Backup) -> Vec<Item> {
    let part: Option<Part> = backup.phase.with(|phase| match phase {
        Phase::Ready(part) => Some(part.clone()),
        _ => None,
    });
    let view = move |part: Part| {
        let (is_only, name, bytes) = (part.is_only, part.name.clone(), part.bytes);
        let link = el("a#save-part.button.primary")
            .set("class", "button primary")
            .set("href", part.file.address())
            .set("download", &part.name)
            .live(move || (t().storage.save)(&name, bytes))
            .click(move || {
                let part = part.clone();
                // The browser first follows the link, which then goes.
                spawn(async move {
                    clock::breathe().await;
                    backup.saved(&part);
                });
            });
        let cancel =
            el("button#cancel-part type=button").live(|| t().storage.cancel).click(move || backup.cancel());
        el("div.progress")
            .put(el("span").live(move || (t().storage.part_ready)(is_only)))
            .put(el("div.row").put(link).put(cancel))
    };
    part.into_iter().map(|part| item(part.name.clone(), move || view(part.clone()))).collect()
}

fn left_out(backup: Backup) -> Node {
    let items = move || {
        let all = backup.left_out.get();
        let lines = all.into_iter().enumerate();
        lines
            .map(|(n, (name, why))| {
                item(n.to_string(), move || {
                    let words = move || match why {
                        LeftOut::MissingBytes => t().storage.missing_bytes.to_owned(),
                        LeftOut::NotAPicture => t().storage.not_a_picture.to_owned(),
                        LeftOut::TooBig => (t().storage.too_big)(PICTURE_BYTES),
                    };
                    let name = name.clone();
                    el("li")
                        .put(el("b").live(move || {
                            if name.is_empty() { t().storage.nameless.to_owned() } else { name.clone() }
                        }))
                        .text(": ")
                        .put(el("span").live(words))
                })
            })
            .collect()
    };
    el("div#left-out.notice")
        .put(el("p").live(move || (t().storage.left_out)(backup.left_out_count.get())))
        .put(el("ul.problems").each(items))
}
