//! The frame: routes, and what is provided to whom.

use leptos::{mount::mount_to, prelude::*, task::spawn_local};

use crate::{
    browser::{clock, page, shell},
    compose::{Compose, Draft},
    connection::{ConnectionPage, Connections, Kind, Link},
    i18n::{Speech, Texts, say, t},
    queue::{Live, Notice, Queue, Stage},
    settings::Theme,
    ui::{click, live, when},
};

/// An address inside the app. Hash addresses, so that one build works under any path of any static host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// `#/`, and every address nobody knows.
    Create,
    /// `#/connection`
    Connection,
}

impl Route {
    /// The address with its `#`.
    pub fn hash(self) -> &'static str {
        match self {
            Self::Create => "#/",
            Self::Connection => "#/connection",
        }
    }

    fn of(hash: &str) -> Self {
        if hash == Self::Connection.hash() { Self::Connection } else { Self::Create }
    }
}

/// Takes the page over from the shell.
pub fn start() {
    // Not Leptos's: it has no executor before the first mount.
    wasm_bindgen_futures::spawn_local(async {
        shell::settled().await;
        let (taken, root) = shell::take_over();
        let Some(root) = root else { return };
        let prompt = taken.prompt.clone();
        let wish = taken.wish;
        mount_to(root, move || view! { <App prompt wish /> }).forget();
        taken.give_back();
    });
}

#[component]
fn App(prompt: String, wish: bool) -> impl IntoView {
    let speech = Speech::from_page();
    let theme = Theme::from_page();
    let connections = Connections::new();
    let queue = Queue::new(connections);
    let draft = Draft::new(prompt);
    let route = RwSignal::new(Route::of(&page::hash()));
    provide_context(speech);
    provide_context(connections);
    provide_context(queue);
    provide_context(draft);

    page::on_window(&["hashchange"], move || route.set(Route::of(&page::hash())));
    spawn_local(async move {
        connections.search().await;
        page::set_flag("ready", "");
        clock::mark("komposition:ready");
    });
    if wish {
        grant(draft, connections, queue);
    }
    Effect::new(move |_| {
        let running = queue.running_now();
        page::set_title(&if running == 0 {
            "Komposition".to_owned()
        } else {
            format!("({running}) Komposition")
        });
    });

    let tab = move |to: Route, words: fn(&'static Texts) -> &'static str| {
        view! {
            <a href=to.hash() aria-current=live(move || (route.get() == to).then_some("page"))>
                {say(words)}
            </a>
        }
        .into_any()
    };
    let theme_words = move || if theme.is_dark() { t().light_theme } else { t().dark_theme };
    view! {
        <div class="frame">
            <header class="top">
                <a class="brand" href=Route::Create.hash()>
                    <span class="mark" aria-hidden="true"></span>
                    <span class="brand-name">"Komposition"</span>
                </a>
                <nav aria-label=say(|t| t.nav)>
                    {tab(Route::Create, |t| t.create)} {tab(Route::Connection, |t| t.connection)}
                </nav>
                <Source />
                <button
                    id="language"
                    type="button"
                    class="quiet"
                    aria-label=say(|t| t.switch_language)
                    on:click=click(move || speech.choose(speech.language().other()))
                >
                    {say(|t| t.other_language)}
                </button>
                <button
                    id="theme"
                    type="button"
                    class="quiet"
                    title=live(theme_words)
                    aria-label=live(theme_words)
                    on:click=click(move || theme.switch())
                >
                    {live(move || if theme.is_dark() { "☀" } else { "☾" })}
                </button>
            </header>
            // The studio stays in the page while another page is shown: neither the draft's caret nor a picture is lost.
            <main class="studio" hidden=live(move || route.get() != Route::Create)>
                <Compose />
                <section class="stage">
                    <Notice />
                    <Stage />
                </section>
            </main>
            {when(
                move || route.get() == Route::Connection,
                || view! { <main><ConnectionPage /></main> }.into_any(),
            )}
            <Live />
        </div>
    }
    .into_any()
}

/// Create was pressed before the app was up: it is done as soon as it can be, and only once.
fn grant(draft: Draft, connections: Connections, queue: Queue) {
    let granted = StoredValue::new(false);
    Effect::new(move |_| {
        if !granted.get_value()
            && let Ok(request) = draft.request(connections)
        {
            granted.set_value(true);
            queue.start(request);
        }
    });
}

/// Where pictures come from, in the top bar.
#[component]
fn Source() -> impl IntoView {
    let connections = expect_context::<Connections>();
    let words = move || match connections.link.get() {
        Link::Searching => t().source_searching,
        Link::Missing => t().source_missing,
        Link::Ready(connection) => match connection.kind {
            Kind::Here(info) if info.is_simulator() => t().source_here_simulator,
            Kind::Here(_) => t().source_here,
            Kind::Relay(info) if info.is_simulator() => t().source_relay_simulator,
            Kind::Relay(_) => t().source_relay,
            Kind::Direct => t().source_direct,
        },
    };
    let good = move || match connections.link.get() {
        Link::Searching => None,
        Link::Missing => Some("false"),
        Link::Ready(_) => Some(if connections.failed() { "false" } else { "true" }),
    };
    view! {
        <p id="source" class="source">
            <span class="dot" data-good=live(good)></span>
            <span>{live(words)}</span>
        </p>
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::Route;

    #[wasm_bindgen_test]
    fn every_address_leads_somewhere() {
        for route in [Route::Create, Route::Connection] {
            assert_eq!(Route::of(route.hash()), route);
        }
        for unknown in ["", "#", "#/nowhere", "#/connection/x"] {
            assert_eq!(Route::of(unknown), Route::Create, "{unknown}");
        }
    }
}
