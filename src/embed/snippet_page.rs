//! The page that makes what an owner pastes into another page.

use fusionbrain::Base;
use studio::embed::{Snippet, listing};

use crate::{
    app::Route,
    browser::{elements, page},
    i18n::{
        Language,
        rooms::{EmbedTexts, t as texts},
    },
    ui::{Node, State, el, spawn},
};

fn t() -> &'static EmbedTexts {
    &texts().embed
}

/// The way here, from where the connection is set up.
pub fn way() -> Node {
    el("p").put(el("a#to-embed").set("href", Route::Embed.hash()).live(|| t().way))
}

/// What the fields hold.
#[derive(Clone, Copy)]
struct Page {
    snippet: State<Snippet>,
    /// The element, or a plain frame.
    element: State<bool>,
    /// The host's origin as typed.
    host: State<String>,
    /// What came of copying.
    copied: State<Option<bool>>,
}

impl Page {
    /// The origin, once what is typed is one.
    fn origin(self) -> Option<String> {
        self.host.with(|host| {
            let base = Base::new(host).ok()?;
            (base.origin() == host.trim().trim_end_matches('/')).then(|| base.origin().to_owned())
        })
    }

    fn is_wrong(self) -> bool {
        self.origin().is_none() && self.host.with(|host| !host.is_empty())
    }

    fn code(self) -> String {
        let element = self.element.get();
        self.snippet.with(|snippet| if element { snippet.element() } else { snippet.frame() })
    }

    fn option(
        self,
        element: bool,
        value: &str,
        words: fn() -> &'static str,
        more: fn() -> &'static str,
    ) -> Node {
        let radio = el("input type=radio name=embed-form")
            .set("value", value)
            .checked(move || self.element.get() == element)
            .chosen(move |_, _| self.element.set(element));
        el("label.option").put(radio).put(el("span").live(words).put(el("small").live(more)))
    }

    fn choice<const N: usize>(
        self,
        id: &'static str,
        label: fn() -> &'static str,
        options: [Node; N],
        place: fn(&mut Snippet) -> &mut String,
    ) -> Node {
        let list = el("select").set("id", id).put(option("", || t().visitors));
        let list = options.into_iter().fold(list, Node::put);
        let list = list.chosen(move |value, _| self.snippet.update(|snippet| *place(snippet) = value));
        el("div.field").put(el("label").set("for", id).live(label)).put(list)
    }

    /// A piece of code, with its button.
    fn piece(self, id: &'static str, code: impl Fn() -> String + Clone + 'static) -> Node {
        let piece = el("div.code");
        let near = piece.clone();
        let shown = code.clone();
        let copy = move || {
            let (near, code) = (near.clone(), leptos::prelude::untrack(code.clone()));
            spawn(async move {
                let done = elements::copy(&code, &near).await;
                self.copied.set(Some(done));
            });
        };
        piece
            .put(el("pre tabindex=0").set("id", id).put(el("code").live(shown)))
            .put(el("button type=button").set("data-copies", id).live(|| t().copy).click(copy))
    }
}

fn option(value: &str, words: fn() -> &'static str) -> Node {
    el("option").set("value", value).live(words)
}

/// The page.
pub fn snippet_page() -> Node {
    let studio = page::folder().unwrap_or_default();
    let page = Page {
        snippet: State::new(Snippet { studio, ..Snippet::default() }),
        element: State::new(true),
        host: State::new(String::new()),
        copied: State::new(None),
    };
    let host = el("div.field")
        .put(el("label for=embed-host").live(|| t().host))
        .put(
            el("input#embed-host type=url inputmode=url placeholder=https://intranet.example spellcheck=false")
                .set("aria-describedby", "embed-host-text")
                .attr("aria-invalid", move || page.is_wrong())
                .holds(move || page.host.get())
                .typed(move |text| page.host.set(text)),
        )
        .put(
            el("p#embed-host-text.below")
                .live(move || if page.is_wrong() { t().host_wrong } else { t().host_text }),
        );
    let height = el("div.field")
        .put(el("label for=embed-height").live(|| t().height))
        .put(
            el("input#embed-height type=number inputmode=numeric min=200 max=4000")
                .set("aria-describedby", "embed-height-text")
                .typed(move |text| {
                    let height = text.trim().parse().ok().filter(|height| (200..=4_000).contains(height));
                    page.snippet.update(|snippet| snippet.height = height);
                }),
        )
        .put(el("p#embed-height-text.below").live(|| t().height_text));
    let forgets = el("input#embed-forgets type=checkbox")
        .chosen(move |_, on| page.snippet.update(|snippet| snippet.forgets = on));
    // Each in its own language, as in the settings.
    let language = |it: Language| el("option").set("value", it.tag()).set("lang", it.tag()).text(it.name());
    let languages = Language::ALL.map(language);
    let themes = [option("dark", || t().dark), option("light", || t().light)];
    let form = el("form#embed.card")
        .put(
            el("fieldset")
                .put(el("legend").live(|| t().form))
                .put(page.option(true, "element", || t().element, || t().element_text))
                .put(page.option(false, "frame", || t().frame, || t().frame_text)),
        )
        .put(host)
        .put(
            el("div.pair")
                .put(page.choice("embed-language", || t().language, languages, |s| &mut s.language))
                .put(page.choice("embed-theme", || t().theme, themes, |s| &mut s.theme)),
        )
        .put(height)
        .put(
            el("label.option")
                .put(forgets)
                .put(el("span").live(|| t().forgets).put(el("small").live(|| t().forgets_text))),
        )
        .on("submit", |event| event.prevent_default());
    let origin = move || page.origin().unwrap_or_else(|| "https://intranet.example".to_owned());
    let policy = move || {
        let element = page.element.get();
        page.snippet.with(|snippet| snippet.policy(element))
    };
    let step = |title: fn() -> &'static str, text: fn() -> &'static str| {
        el("section.card").put(el("h2").live(title)).put(el("p.muted").live(text))
    };
    let said = move || match page.copied.get() {
        None => "",
        Some(true) => t().copied,
        Some(false) => t().not_copied,
    };
    el("div.page")
        .put(el("h1").live(|| t().title))
        .put(el("p").live(|| t().intro))
        .put(form)
        .put(step(|| t().snippet, || t().snippet_text).put(page.piece("embed-code", move || page.code())))
        .put(step(|| t().policy, || t().policy_text).put(page.piece("embed-policy", policy)))
        .when(
            move || page.element.get(),
            move || {
                step(|| t().listing, || t().listing_text)
                    .put(page.piece("embed-listing", move || listing(&origin())))
                    .put(el("p.muted").live(|| t().listing_relay))
                    .put(page.piece("embed-flag", move || format!("--embed-origin {}", origin())))
            },
        )
        .put(el("p#embed-copied role=status").live(said))
}
