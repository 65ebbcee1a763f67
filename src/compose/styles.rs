//! The style.

use leptos::prelude::*;

use super::Draft;
use crate::{
    connection::Connections,
    i18n::{Language, Speech, say},
    ui::{live, ticked},
};

/// The style chips: built in at first, the service's own when they could be read.
#[component]
pub(super) fn Styles() -> impl IntoView {
    let draft = expect_context::<Draft>();
    let connections = expect_context::<Connections>();
    let speech = expect_context::<Speech>();
    view! {
        <fieldset>
            <legend>{say(|t| t.style)}</legend>
            <div class="chips styles">
                <For
                    each=move || connections.styles.get()
                    key=|style| (style.name.clone(), style.title.clone())
                    let(style)
                >
                    {
                        let name = style.name.as_str().to_owned();
                        let (value, chosen) = (name.clone(), name.clone());
                        let title = move || match speech.language() {
                            Language::Ru => style.title.clone(),
                            Language::En => style.title_en.clone(),
                        };
                        view! {
                            <label class="chip">
                                <input
                                    type="radio"
                                    name="style"
                                    value=value
                                    prop:checked=live(move || draft.style.with(|s| *s == chosen))
                                    on:change=ticked(move |_| draft.style.set(name.clone()))
                                />
                                <span>{live(title)}</span>
                            </label>
                        }
                    }
                </For>
            </div>
        </fieldset>
    }
    .into_any()
}
