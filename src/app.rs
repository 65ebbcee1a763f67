//! The frame: routes, and what is provided to whom.

use leptos::mount::mount_to;

use crate::{
    browser::{clock, crash, doors, page, shell},
    compose::{self, Draft, Why},
    connection::{Connections, Kind, Link},
    i18n::{self, t},
    queue::{Load, Queue, live, stage},
    settings::Theme,
    ui::{Node, State, Words, button, el, follow, spawn},
};

/// An address inside the app. Hash addresses, so that one build works under any path of any static host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// `#/`, and every address nobody knows.
    Create,
    /// `#/library`
    Library,
    /// `#/storage`
    Storage,
    /// `#/connection`
    Connection,
}

impl Route {
    /// All of them, in the order of the navigation.
    const ALL: [Self; 4] = [Self::Create, Self::Library, Self::Storage, Self::Connection];

    /// The address with its `#`.
    pub fn hash(self) -> &'static str {
        match self {
            Self::Create => "#/",
            Self::Library => "#/library",
            Self::Storage => "#/storage",
            Self::Connection => "#/connection",
        }
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
        shell::settled().await;
        let (taken, root) = shell::take_over();
        let Some(root) = root else { return };
        let (prompt, wish) = (taken.prompt.clone(), taken.wish);
        mount_to(root.clone(), move || app(prompt, wish, load).mount(&root)).forget();
        taken.give_back();
    });
}

fn app(prompt: String, wish: bool, load: Load) -> Node {
    i18n::settle();
    let theme = Theme::from_page();
    let connections = Connections::new();
    let queue = Queue::new(connections, load);
    let draft = Draft::new(prompt);
    let route = State::new(Route::of(&page::hash()));

    connections.offer(move || queue.connection_mended(), move || queue.running_now() == 0);
    connections.on_found(move || queue.connection_found());
    page::on_window(&["hashchange"], move || route.set(Route::of(&page::hash())));
    spawn(async move {
        connections.search().await;
        queue.connection_searched();
        page::set_flag("ready", "");
        clock::mark("komposition:ready");
    });
    follow(move || {
        if draft.prompt.with(|prompt| !prompt.is_empty()) {
            queue.expect_work();
        }
    });
    // What a picture of the library, or one that was dropped, was made from.
    doors::offer("reuse", move |wish| {
        draft.reuse_text(&wish);
        page::go(Route::Create.hash());
        clock::after_paint(|| page::focus("prompt"));
        String::new()
    });
    if wish {
        grant(draft, connections, queue);
    }
    follow(move || {
        let running = queue.running_now();
        page::set_title(&if running == 0 {
            "Komposition".to_owned()
        } else {
            format!("({running}) Komposition")
        });
    });

    let tab = move |to: Route, words: Words| {
        el("a")
            .set("href", to.hash())
            .attr("aria-current", move || (route.get() == to).then_some("page"))
            .say(words)
    };
    let theme_words = move || if theme.is_dark() { t().light_theme } else { t().dark_theme };
    let top = el("header.top")
        .put(
            el("a.brand")
                .set("href", Route::Create.hash())
                .put(el("span.mark aria-hidden=true"))
                .put(el("span.brand-name").text("Komposition")),
        )
        .put(
            el("nav")
                .say_in("aria-label", |t| t.nav)
                .put(tab(Route::Create, |t| t.create))
                .put(tab(Route::Library, |t| t.library))
                .put(tab(Route::Storage, |t| t.storage))
                .put(tab(Route::Connection, |t| t.connection)),
        )
        .put(source(connections))
        .put(
            el("button#language.quiet type=button")
                .say_in("title", |t| t.switch_language)
                .attr("lang", || i18n::language().other().tag())
                .say(|t| t.other_language)
                .click(|| i18n::choose(i18n::language().other())),
        )
        .put(
            el("button#theme.quiet type=button")
                .attr("title", theme_words)
                .attr("aria-label", theme_words)
                .live(move || if theme.is_dark() { "☀" } else { "☾" })
                .click(move || theme.switch()),
        );
    // The studio stays in the page while another page is shown: neither the draft's caret nor a picture is lost.
    let studio = el("main.studio")
        .flag("hidden", move || route.get() != Route::Create)
        .put(compose::form(draft, connections, queue))
        .put(stage(queue, connections, draft));
    el("div.frame").put(top).put(studio).put(rooms(route)).put(live(queue))
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
        if route.get() != Route::Create && here.peek(|here| *here == Entered::Not) {
            load();
        }
    });
    let waiting = || el("div.page").put(el("p.muted role=status").say(|t| t.loading));
    let again = move || {
        // The button goes: the focus stays at the place of what comes.
        page::focus("rooms");
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
        .flag("hidden", move || route.get() == Route::Create)
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
fn grant(draft: Draft, connections: Connections, queue: Queue) {
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
            queue.start(request);
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
    el("p#source.source").put(el("span.dot").attr("data-good", good)).put(el("span").live(words))
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
