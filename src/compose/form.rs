//! The composing column.

use fusionbrain::{NegativePrompt, Prompt, utf16_units};

use super::{Draft, Why, shapes::shapes, styles::styles};
use crate::{
    app::after_create,
    browser::page,
    connection::{Connections, Models, Open},
    i18n::t,
    prompts::Place,
    queue::Queue,
    ui::{Event, Item, Node, Words, button, el, is_ctrl_enter, item},
};

fn sentence(why: &Why) -> String {
    match why {
        Why::Prompt(fusionbrain::TextError::Empty) => t().why_empty.to_owned(),
        Why::Prompt(error) => (t().why_text)(error),
        Why::Negative(error) => (t().why_negative)(error),
        Why::Size => t().why_size.to_owned(),
        Why::Searching => t().why_searching.to_owned(),
        Why::NoConnection => t().why_no_connection.to_owned(),
        Why::NoModels => t().why_no_models.to_owned(),
        Why::Said(words) => words.clone(),
    }
}

/// Everything a run is made of, and Create.
pub fn form(draft: Draft, connections: Connections, queue: Queue) -> Node {
    let told = move || queue.tools().and_then(|tools| (tools.told)(tools.desk(draft, connections, queue)));
    let why = move || match told() {
        Some(told) => told.why,
        None => draft.request(connections).err(),
    };
    let create = move |event: Event| {
        event.prevent_default();
        if why().is_none() {
            let before = queue.asked();
            super::create(draft, connections, queue);
            // With fingers, only what was sent leads anywhere.
            if !page::is_touched() || queue.asked() > before {
                after_create();
            }
        }
    };
    let part = move |place| {
        el("div.part").when(
            move || queue.tools().is_some(),
            move || match queue.tools() {
                Some(tools) => (tools.part)(place, tools.desk(draft, connections, queue)),
                None => el("div"),
            },
        )
    };
    let units =
        move || told().map_or_else(|| draft.prompt.with(|text| utf16_units(text.trim())), |told| told.units);
    let over = move || units() > Prompt::LIMIT;
    let negative_over = move || draft.negative.with(|text| utf16_units(text.trim()) > NegativePrompt::LIMIT);

    let prompt = el("div.field")
        .put(el("label for=prompt").say(|t| t.prompt))
        .put(
            el("textarea#prompt rows=4")
                .set("aria-describedby", "prompt-counter create-reason")
                .say_in("placeholder", |t| t.prompt_hint)
                .attr("aria-invalid", over)
                .holds(move || draft.prompt.get())
                .typed(move |text| {
                    draft.prompt.set(text);
                    draft.cleared.set(None);
                }),
        )
        .put(
            el("div.below")
                .put(
                    el("span#prompt-counter")
                        .attr("class", move || over().then_some("over"))
                        .live(move || format!("{}/{}", units(), Prompt::LIMIT)),
                )
                .put(part(Place::Row))
                .each(move || clear(draft)),
        )
        .put(part(Place::Under));
    let negative = el("details#negative-fold.field")
        .put(el("summary").say(|t| t.negative))
        .put(
            el("textarea#negative rows=2")
                .say_in("aria-label", |t| t.negative)
                .say_in("placeholder", |t| t.negative_hint)
                .attr("aria-invalid", negative_over)
                .holds(move || draft.negative.get())
                .typed(move |text| draft.negative.set(text)),
        )
        .when(move || connections.ignores("negativePromptDecoder"), ignored);
    let fields = el("div.fields")
        .put(prompt)
        .put(negative)
        .put(shapes(draft))
        .put(styles(draft, connections).put(part(Place::Styles)))
        .when(move || connections.pipeline(|_| ()).is_some(), move || model(connections))
        .put(part(Place::Batch));
    let label = move || match told() {
        Some(told) if told.runs > 1 => format!("{} {}", t().create, told.runs),
        _ => t().create.to_owned(),
    };
    let act = el("div.act")
        .put(part(Place::Ask))
        // Above the button, which stays where it is when the words go.
        .put(el("p#create-reason").live(move || why().map(|why| sentence(&why))))
        .put(
            el("button#create.primary type=submit aria-describedby=create-reason")
                .flag("disabled", move || why().is_some())
                .live(label),
        )
        .put(el("p#person").live(move || connections.person()));
    el("form.compose").put(fields).put(act).on("submit", create).on("keydown", move |event| {
        if is_ctrl_enter(&event) {
            create(event);
        }
    })
}

/// Beside a field: the relay's engine does nothing with it.
pub(super) fn ignored() -> Node {
    el("p.ignored").say(|t| t.ignored)
}

/// Clear, and its undo in the same place.
fn clear(draft: Draft) -> Vec<Item> {
    let offer = move |description: &'static str, words: Words, act: fn(Draft)| {
        item(description, move || {
            button(description, words, move || {
                act(draft);
                page::focus("prompt");
            })
        })
    };
    if draft.cleared.with(Option::is_some) {
        vec![offer("button#undo-clear.link", |t| t.undo, Draft::undo)]
    } else if draft.prompt.with(String::is_empty) {
        vec![]
    } else {
        vec![offer("button#clear.link", |t| t.clear, Draft::clear)]
    }
}

/// The model: a choice when there are several, and whether it takes runs.
fn model(connections: Connections) -> Node {
    let options = move || {
        let list = connections.models.with(|models| match models {
            Models::Ready(list) => list.clone(),
            Models::Asking | Models::Failed(_) => vec![],
        });
        let option = |pipeline: fusionbrain::Pipeline| {
            let (id, version) = (pipeline.id, pipeline.version.unwrap_or_default());
            item(format!("{id} {} {version}", pipeline.name), move || {
                el("option")
                    .set("value", id.as_str())
                    .flag("selected", move || connections.pipeline(|p| p.id == id) == Some(true))
                    .live(move || (t().model_version)(&pipeline.name, &version))
            })
        };
        list.into_iter().map(option).collect()
    };
    let several =
        move || connections.models.with(|models| matches!(models, Models::Ready(list) if list.len() > 1));
    let choose = move |id, _| {
        connections.chosen.set(Some(id));
        connections.ask_availability();
    };
    let open = move || match connections.open.get() {
        Open::Unknown => ("UNKNOWN".to_owned(), None),
        Open::Said { word, active } => (word, Some(active)),
    };
    let words = move || match open() {
        (_, None) => t().availability_unknown.to_owned(),
        (_, Some(true)) => t().available.to_owned(),
        (word, Some(false)) => (t().unavailable)(&word),
    };
    let good = move || open().1.map(|good| if good { "true" } else { "false" });
    el("div.field")
        .when(several, || el("label for=pipeline").say(|t| t.model))
        .when(several, move || el("select#pipeline").each(options).chosen(choose))
        .put(
            el("p#availability.source")
                .attr("data-status", move || open().0)
                .put(el("span.dot").attr("data-good", good))
                .put(el("span").live(words)),
        )
}
