//! The frame: routes, and what is provided to whom.

use fusionbrain::RunRequest;
use leptos::mount::mount_to;

use crate::{
    browser::{clock, config, crash, doors, elements, page, shell},
    compose::{self, Draft, Why},
    connection::{Connections, Kind, Link},
    i18n::{self, t},
    keyboard,
    queue::{Load, Queue, live, stage},
    settings::{self, Theme},
    ui::{Node, State, Words, button, el, follow, spawn},
};

/// An address inside the app. Hash addresses, so that one build works under any path of any static host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// `#/`, and every address nobody knows.
    Create,
    /// `#/queue`: the studio, at its jobs.
    Queue,
    /// `#/library`
    Library,
    /// `#/storage`
    Storage,
    /// `#/connection`
    Connection,
    /// `#/settings`
    Settings,
    /// `#/embed`
    Embed,
}

impl Route {
    /// All of them, in the order of the navigation.
    const ALL: [Self; 7] = [
        Self::Create,
        Self::Queue,
        Self::Library,
        Self::Storage,
        Self::Connection,
        Self::Settings,
        Self::Embed,
    ];

    /// The address with its `#`.
    pub fn hash(self) -> &'static str {
        match self {
            Self::Create => "#/",
            Self::Queue => "#/queue",
            Self::Library => "#/library",
            Self::Storage => "#/storage",
            Self::Connection => "#/connection",
            Self::Settings => "#/settings",
            Self::Embed => "#/embed",
        }
    }

    /// Whether the first program shows it.
    pub fn is_studio(self) -> bool {
        matches!(self, Self::Create | Self::Queue)
    }

    /// Where the page's address leads. A page that nobody knows, with the studio in it, could have a person press what it
    /// has laid something over: in there is no room beside the studio.
    pub fn here() -> Self {
        let there = Self::of(&page::hash());
        let closed = page::is_in_a_strangers_page() && !there.is_studio();
        if closed { Self::Create } else { there }
    }

    /// Where an address leads.
    pub fn of(hash: &str) -> Self {
        Self::ALL.into_iter().find(|route| route.hash() == hash).unwrap_or(Self::Create)
    }
}

/// Takes the page over from the shell.
pub fn start(load: Load) {
    crash::install();
    spawn(async move {
        config::settled().await;
        shell::settled().await;
        let (taken, root) = shell::take_over();
        let Some(root) = root else { return };
        let (prompt, wish) = (taken.prompt.clone(), taken.wish);
        mount_to(root.clone(), move || app(prompt, wish, load).mount(&root)).forget();
        taken.give_back();
    });
}

/// What this page is called: by its owner, or by us.
fn name() -> String {
    page::flag("title").unwrap_or_else(|| "Komposition".to_owned())
}

fn app(prompt: String, wish: bool, load: Load) -> Node {
    i18n::settle();
    let theme = Theme::from_page();
    let connections = Connections::new();
    let queue = Queue::new(connections, load);
    let draft = Draft::new(prompt);
    draft.restore();
    let route = State::new(Route::here());

    connections.offer(move || queue.connection_mended());
    connections.on_found(move || queue.connection_found());
    page::on_window(&["hashchange"], move || {
        let there = Route::here();
        if there != route.get_untracked() {
            // A room begins at its top; the library finds its place again by itself.
            elements::scroll_to_top();
        }
        route.set(there);
        // What had the focus may have gone with its room.
        clock::after_paint(move || {
            if elements::nothing_has_focus() && !(there.is_studio() && page::is_touched()) {
                page::focus_in_place(if there.is_studio() { "prompt" } else { "rooms" });
            }
        });
    });
    keyboard::listen();
    if page::flag("embed").is_some() {
        queue.begin_in_frame(draft);
    }
    spawn(async move {
        connections.search().await;
        queue.connection_searched();
        page::set_flag("ready", "");
        clock::mark("komposition:ready");
        // The works know what is wrong in it, and end keys in time.
        if connections.wants_guard() || !matches!(config::text().trim(), "" | "{}") {
            queue.expect_work();
        }
    });
    follow(move || {
        if draft.prompt.with(|prompt| !prompt.is_empty()) {
            queue.expect_work();
        }
    });
    // What a picture of the library, or one that was dropped, was made from.
    doors::offer("reuse", move |wish| {
        draft.reuse_text(&wish);
        to_prompt();
        String::new()
    });
    if wish {
        grant(draft, connections, move |_| compose::create(draft, connections, queue));
    }
    follow(move || {
        let running = queue.running_now();
        let name = name();
        page::set_title(&if running == 0 { name } else { format!("({running}) {name}") });
    });

    // On a phone there is no place for all: the settings lead to those that are `wide`, and the queue is a tab of its own.
    let tab = move |description: &str, to: Route, words: Words| {
        el(description)
            .set("href", to.hash())
            .attr("aria-current", move || (route.get() == to).then_some("page"))
            .say(words)
    };
    let theme_words = move || if theme.is_dark() { t().light_theme } else { t().dark_theme };
    let top = el("header#top.top")
        .put(
            el("a.brand")
                .set("href", Route::Create.hash())
                .put(el("span.mark aria-hidden=true"))
                .put(el("span.brand-name").text(&name())),
        )
        .put(
            el("nav")
                .say_in("aria-label", |t| t.nav)
                .put(tab("a", Route::Create, |t| t.create))
                .put(tab("a.narrow", Route::Queue, |t| t.queue))
                .put(tab("a", Route::Library, |t| t.library))
                .put(tab("a.wide", Route::Storage, |t| t.storage))
                .put(tab("a.wide", Route::Connection, |t| t.connection))
                .put(tab("a", Route::Settings, |t| t.settings).flag("data-within", move || {
                    matches!(route.get(), Route::Storage | Route::Connection | Route::Embed)
                })),
        )
        .put(source(connections))
        .put(
            el("button#language.quiet type=button")
                .attr("title", i18n::switch_words)
                .attr("lang", || i18n::language().other().tag())
                .live(|| i18n::language().other().name())
                .click(|| i18n::choose(i18n::language().other())),
        )
        .put(
            el("button#theme.quiet type=button")
                .attr("title", theme_words)
                .attr("aria-label", theme_words)
                .live(move || if theme.is_dark() { "☀" } else { "☾" })
                .click(settings::switch_theme),
        );
    // The studio stays in the page while another page is shown: neither the draft's caret nor a picture is lost.
    let studio = el("main.studio")
        .flag("hidden", move || !route.get().is_studio())
        .flag("data-queue", move || route.get() == Route::Queue)
        .put(el("h1.hidden-text").say(|t| t.create))
        .put(compose::form(draft, connections, queue))
        .put(stage(queue, connections, draft));
    let frame = el("div.frame").flag("data-studio", move || route.get().is_studio());
    frame.put(top).put(studio).put(rooms(route)).put(live(queue))
}

/// Leads to the prompt, from wherever one is: on a phone the queue is a tab of its own.
pub fn to_prompt() {
    page::go(Route::Create.hash());
    clock::after_paint(|| page::focus("prompt"));
}

/// Leads on after Create. With fingers to the picture, as the focus would open a keyboard over it.
pub fn after_create() {
    if page::is_touched() {
        page::go(Route::Queue.hash());
    } else {
        page::focus("prompt");
    }
}

/// Where the second program shows its rooms. It is loaded when somebody first enters one.
fn rooms(route: State<Route>) -> Node {
    let here = State::new(Entered::Not);
    let load = move || {
        here.set(Entered::Loading);
        spawn(async move {
            here.set(if doors::open_rooms().await { Entered::Yes } else { Entered::Failed });
        });
    };
    follow(move || {
        if !route.get().is_studio() && here.peek(|here| *here == Entered::Not) {
            load();
        }
    });
    let waiting = || el("div.page").put(el("p.muted role=status").say(|t| t.loading));
    let again = move || {
        // The button goes: the focus stays at the place of what comes.
        page::focus_in_place("rooms");
        load();
    };
    let failed = move || {
        let notice = el("div.notice role=alert").put(el("p").say(|t| t.not_loaded)).put(button(
            "button data-action=retry",
            |t| t.retry,
            again,
        ));
        el("div.page").put(notice)
    };
    el("div")
        .flag("hidden", move || route.get().is_studio())
        .put(el("div#rooms tabindex=-1"))
        .when(move || here.get() == Entered::Loading, waiting)
        .when(move || here.get() == Entered::Failed, failed)
}

/// Whether the second program is there.
#[derive(Clone, Copy, PartialEq)]
enum Entered {
    Not,
    Loading,
    Yes,
    Failed,
}

/// Create was pressed before the app was up: it is done once, as soon as there is a connection. Whoever types on
/// meanwhile, or has no connection, is not surprised by a run later.
pub fn grant(draft: Draft, connections: Connections, run: impl Fn(RunRequest) + 'static) {
    let wished = draft.prompt.get_untracked();
    let mut open = true;
    follow(move || {
        let request = draft.request(connections);
        if !open {
            return;
        }
        open = draft.prompt.with(|now| *now == wished) && request == Err(Why::Searching);
        if let Ok(request) = request
            && request.prompt.as_str() == wished.trim()
        {
            run(request);
        }
    });
}

/// Where pictures come from, in the top bar.
fn source(connections: Connections) -> Node {
    let words = move || {
        connections.link.with(|link| match link {
            Link::Searching => t().source_searching,
            Link::Missing => t().source_missing,
            Link::Ready(connection) => match &connection.kind {
                Kind::Here(info) if info.is_simulator() => t().source_here_simulator,
                Kind::Here(_) => t().source_here,
                Kind::Relay(info) if info.is_simulator() => t().source_relay_simulator,
                Kind::Relay(_) => t().source_relay,
                Kind::Direct => t().source_direct,
                Kind::Demo => t().demo,
            },
        })
    };
    let good = move || {
        connections.link.with(|link| match link {
            Link::Searching => None,
            Link::Missing => Some("false"),
            Link::Ready(_) => Some(if connections.failed() { "false" } else { "true" }),
        })
    };
    // It leads to where that can be changed: out of a demo, above all.
    let place = el("a#source.source").set("href", Route::Connection.hash());
    place.put(el("span.dot").attr("data-good", good)).put(el("span").live(words))
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::Route;

    #[wasm_bindgen_test]
    fn every_address_leads_somewhere() {
        for route in Route::ALL {
            assert_eq!(Route::of(route.hash()), route);
        }
        for unknown in ["", "#", "#/nowhere", "#/connection/x"] {
            assert_eq!(Route::of(unknown), Route::Create, "{unknown}");
        }
    }
}
