//! The composing column.

use fusionbrain::{NegativePrompt, Pipeline, Prompt, utf16_units};
use leptos::{
    ev::{KeyboardEvent, SubmitEvent},
    prelude::*,
};

use super::{Draft, Why, shapes::Shapes, styles::Styles};
use crate::{
    browser::page,
    connection::{Connections, Models, Open},
    i18n::{Texts, say, t},
    queue::Queue,
    ui::{click, live, typed, when},
};

/// Whether the keys mean "Create" from any field.
fn is_create(event: &KeyboardEvent) -> bool {
    event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) && !event.shift_key() && !event.alt_key()
}

fn sentence(why: &Why) -> String {
    match why {
        Why::Prompt(fusionbrain::TextError::Empty) => t().why_empty.to_owned(),
        Why::Prompt(error) => (t().why_text)(error),
        Why::Negative(error) => (t().why_negative)(error),
        Why::Size => t().why_size.to_owned(),
        Why::Searching => t().why_searching.to_owned(),
        Why::NoConnection => t().why_no_connection.to_owned(),
        Why::NoModels => t().why_no_models.to_owned(),
    }
}

/// Everything a run is made of, and Create.
#[component]
pub fn Compose() -> impl IntoView {
    let draft = expect_context::<Draft>();
    let connections = expect_context::<Connections>();
    let queue = expect_context::<Queue>();

    let request = Memo::new(move |_| draft.request(connections));
    let create = move || {
        if let Ok(request) = request.get_untracked() {
            queue.start(request);
        }
    };
    let units = move || draft.prompt.with(|text| utf16_units(text.trim()));
    let over = move || units() > Prompt::LIMIT;
    let negative_over = move || draft.negative.with(|text| utf16_units(text.trim()) > NegativePrompt::LIMIT);

    view! {
        <form
            class="compose"
            on:submit=move |event: SubmitEvent| {
                event.prevent_default();
                create();
            }
            on:keydown=move |event: KeyboardEvent| {
                if is_create(&event) {
                    event.prevent_default();
                    create();
                }
            }
        >
            <div class="fields">
                <div class="field">
                    <label for="prompt">{say(|t| t.prompt)}</label>
                    <textarea
                        id="prompt"
                        rows="4"
                        placeholder=say(|t| t.prompt_hint)
                        aria-describedby="prompt-counter create-reason"
                        aria-invalid=live(move || over().to_string())
                        prop:value=draft.prompt
                        on:input=typed(move |text| {
                            draft.prompt.set(text);
                            draft.cleared.set(None);
                        })
                    ></textarea>
                    <div class="below">
                        <span id="prompt-counter" class:over=live(over)>
                            {live(move || format!("{}/{}", units(), Prompt::LIMIT))}
                        </span>
                        <Clear />
                    </div>
                </div>
                <details id="negative-fold" class="field">
                    <summary>{say(|t| t.negative)}</summary>
                    <textarea
                        id="negative"
                        rows="2"
                        aria-label=say(|t| t.negative)
                        placeholder=say(|t| t.negative_hint)
                        aria-invalid=live(move || negative_over().to_string())
                        prop:value=draft.negative
                        on:input=typed(move |text| draft.negative.set(text))
                    ></textarea>
                </details>
                <Shapes />
                <Styles />
                <Model />
            </div>
            <div class="act">
                <button
                    id="create"
                    class="primary"
                    type="submit"
                    disabled=live(move || request.with(Result::is_err))
                    aria-describedby="create-reason"
                >
                    {say(|t| t.create)}
                </button>
                <p id="create-reason">
                    {live(move || request.with(|r| r.as_ref().err().map(sentence).unwrap_or_default()))}
                </p>
            </div>
        </form>
    }
    .into_any()
}

/// Clear, and its undo in the same place.
#[component]
fn Clear() -> impl IntoView {
    let draft = expect_context::<Draft>();
    let button = move |id: &'static str, words: fn(&'static Texts) -> &'static str, act: fn(Draft)| {
        let act = move || {
            act(draft);
            page::focus("prompt");
        };
        view! {
            <button id=id class="link" type="button" on:click=click(act)>
                {say(words)}
            </button>
        }
        .into_any()
    };
    live(move || {
        if draft.cleared.with(Option::is_some) {
            Some(button("undo-clear", |t| t.undo, Draft::undo))
        } else if draft.prompt.with(String::is_empty) {
            None
        } else {
            Some(button("clear", |t| t.clear, Draft::clear))
        }
    })
}

/// The model: a choice when there are several, and whether it takes runs.
#[component]
fn Model() -> impl IntoView {
    let connections = expect_context::<Connections>();
    let list = move || match connections.models.get() {
        Models::Ready(list) => list,
        Models::Asking | Models::Failed(_) => vec![],
    };
    let open = move || match connections.open.get() {
        Open::Unknown => ("UNKNOWN".to_owned(), None),
        Open::Said { word, active } => (word, Some(active)),
    };
    let option = move |pipeline: Pipeline| {
        let id = pipeline.id.as_str().to_owned();
        let value = id.clone();
        let current = live(move || connections.pipeline().is_some_and(|p| p.id.as_str() == id));
        let version = pipeline.version.unwrap_or_default();
        let words = live(move || (t().model_version)(&pipeline.name, &version));
        view! {
            <option value=value selected=current>
                {words}
            </option>
        }
        .into_any()
    };
    let choose = move |id| {
        connections.chosen.set(Some(id));
        connections.ask_availability();
    };
    let choice = move || {
        view! {
            <label for="pipeline">{say(|t| t.model)}</label>
            <select id="pipeline" on:change=typed(choose)>
                {live(move || list().into_iter().map(option).collect_view())}
            </select>
        }
        .into_any()
    };
    let badge = move || {
        view! {
            <div class="field">
                {when(move || list().len() > 1, choice)}
                <p id="availability" class="source" data-status=live(move || open().0)>
                    <span class="dot" data-good=live(move || open().1.map(|good| good.to_string()))></span>
                    <span>
                        {live(move || match open() {
                            (_, None) => t().availability_unknown.to_owned(),
                            (_, Some(true)) => t().available.to_owned(),
                            (word, Some(false)) => (t().unavailable)(&word),
                        })}
                    </span>
                </p>
            </div>
        }
        .into_any()
    };
    when(move || connections.pipeline().is_some(), badge)
}
