//! An import, shown: on the storage page where it can be begun, and in every room while it goes on.

use super::import::{Bad, End, Import, Phase};
use crate::{
    browser::picked,
    i18n::rooms::t,
    ui::{Node, el, item},
};

/// What can be imported, and choosing it.
pub(super) fn card(import: Import) -> Node {
    let field = el("input#import-files type=file")
        .set("accept", ".zip,.png,.jpg,.jpeg,.webp,application/zip,image/png,image/jpeg,image/webp")
        .set("multiple", "")
        .set("aria-describedby", "import-text")
        .on("change", move |event| import.start(picked::chosen(&event)));
    el("section#import.card")
        .put(el("h2").live(|| t().storage.import))
        .put(el("p#import-text").live(|| t().storage.import_text))
        .put(
            el("div.row").put(
                el("label.button.pick")
                    .set("class", "button pick")
                    .put(field)
                    .put(el("span").live(|| t().storage.choose_files)),
            ),
        )
}

/// What the import does, or came to; in a corner of every room.
pub(super) fn panel(import: Import) -> Node {
    let is_over = move || import.phase.with(|phase| matches!(phase, Phase::Over(_)));
    let is_idle = move || import.phase.with(|phase| *phase == Phase::Idle);
    // Not to be seen while nothing goes on, but there: what appears with its words in it is not read aloud.
    el("section#import-panel")
        .flag("data-idle", is_idle)
        .attr("aria-label", move || (!is_idle()).then_some(t().storage.import))
        .when(move || !is_idle(), || el("h2").live(|| t().storage.import))
        .when(move || import.is_running(), move || running(import))
        .put(
            el("p#import-told role=status")
                .attr("data-phase", move || import.phase.with(name))
                .attr("data-tally", move || {
                    import.tally.with(|tally| Some(format!("{} {} {}", tally.new, tally.here, tally.damaged)))
                })
                .live(move || words(import)),
        )
        .when(is_over, move || over(import))
}

fn name(phase: &Phase) -> &'static str {
    match phase {
        Phase::Idle => "idle",
        Phase::Running { .. } => "running",
        Phase::Over(End::Done) => "done",
        Phase::Over(End::Cancelled) => "cancelled",
        Phase::Over(End::Refused(_)) => "refused",
    }
}

/// What is spoken: each file, and the end.
fn words(import: Import) -> String {
    import.phase.with(|phase| {
        let count =
            || import.tally.with(|tally| (t().storage.import_done)(tally.new, tally.here, tally.damaged));
        match phase {
            Phase::Idle => String::new(),
            Phase::Running { file } => (t().storage.reading)(file),
            Phase::Over(End::Done) => count(),
            Phase::Over(End::Cancelled) => format!("{} {}", count(), t().storage.import_stopped),
            Phase::Over(End::Refused(fault)) => format!("{} {}", count(), (t().storage.import_failed)(fault)),
        }
    })
}

fn running(import: Import) -> Node {
    let far = move || import.tally.with(|tally| (tally.done(), tally.total));
    el("div.progress")
        .put(
            el("progress")
                .attr("aria-label", || t().storage.import)
                .attr("max", move || Some(far().1.max(1).to_string()))
                .attr("value", move || Some(far().0.to_string())),
        )
        .put(el("span").live(move || {
            let (done, total) = far();
            (t().storage.importing)(done, total)
        }))
        .put(
            el("button#cancel-import type=button").live(|| t().storage.cancel).click(move || import.cancel()),
        )
}

fn over(import: Import) -> Node {
    let lost = move || {
        let names = import.tally.with(|tally| tally.lost.clone());
        let line = |name: String| {
            item(name.clone(), move || {
                let name = name.clone();
                el("p").live(move || (t().storage.inventory_lost)(&name))
            })
        };
        names.into_iter().map(line).collect()
    };
    let bad = move || {
        let all = import.tally.with(|tally| tally.bad.clone());
        let line = |(n, (name, bad)): (usize, (String, Bad))| {
            item(n.to_string(), move || {
                let shown = name.clone();
                el("li")
                    .put(el("b").live(move || {
                        if shown.is_empty() { t().storage.nameless.to_owned() } else { shown.clone() }
                    }))
                    .text(": ")
                    .put(el("span").live(move || reason(&bad)))
            })
        };
        all.into_iter().enumerate().map(line).collect()
    };
    let close =
        el("button#close-import type=button").live(|| t().storage.close).click(move || import.dismiss());
    el("div.outcome")
        .each(lost)
        .when(
            move || import.tally.with(|tally| tally.damaged > 0),
            move || el("div").put(el("h3").live(|| t().storage.not_taken)).put(el("ul.problems").each(bad)),
        )
        .put(el("div.row").put(close))
}

fn reason(bad: &Bad) -> String {
    match bad {
        Bad::File(error) => (t().storage.open_error)(error),
        Bad::Picture(damage) => (t().storage.damage)(damage),
        Bad::Unreadable => t().storage.unreadable_file.to_owned(),
    }
}
