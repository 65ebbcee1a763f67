//! The conversation with the page around.

use serde_json::{Value, json};
use studio::{
    Ms,
    embed::{self, Configure, Heard, Hosts, LONGEST, Pace, Preset, Refusal, Standing, Told, UNASKED},
};

use super::{bar, outcome};
use crate::{
    app,
    browser::{
        clock, config,
        http::{self, Patience},
        outside::{self, Line, Said},
        page,
    },
    compose::{Draft, Why},
    connection::Connections,
    i18n,
    queue::Queue,
    settings,
    ui::{State, spawn},
};

/// So many messages at once, then one in so many milliseconds.
const MESSAGES: (u32, Ms) = (30, 200);
/// The same for runs that a host starts by itself.
const RUNS: (u32, Ms) = (5, 10_000);

/// The studio as the page around sees it.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    pub(super) queue: Queue,
    draft: Draft,
    connections: Connections,
    /// The line to the host, once it has said hello. There is never another one.
    line: State<Option<Line>>,
    standing: State<Standing>,
    /// How often the host may speak, whether it was told that it speaks too often, and how often it may start a run.
    pace: State<(Pace, bool, Pace)>,
    /// Where pictures come from as the host wants it.
    place: State<String>,
}

/// In somebody else's page: shows what a frame needs, and listens to the host.
pub fn live(queue: Queue, draft: Draft, connections: Connections) {
    bar::put(queue);
    if !outside::is_framed() {
        return;
    }
    let pace = (Pace::new(MESSAGES.0, MESSAGES.1), false, Pace::new(RUNS.0, RUNS.1));
    let frame = Frame {
        queue,
        draft,
        connections,
        line: State::new(None),
        standing: State::new(Standing::Unknown),
        pace: State::new(pace),
        place: State::new(String::new()),
    };
    spawn(async move {
        let hosts = listed().await;
        frame.queue.storage_known().await;
        // Whoever spoke before this is not heard, and cannot have known that somebody listens.
        outside::on_parent(LONGEST, move |said| frame.greeted(&hosts, &said));
        outside::call_parent(&Told::Hello.to_text());
    });
}

/// The origins that the studio's owner has listed: beside the page, and with the relay that served it.
async fn listed() -> Hosts {
    config::settled().await;
    let mut hosts = Hosts::default();
    let mut add = |text: &str| {
        if let Ok(config) = serde_json::from_str::<Value>(text) {
            hosts.add(Hosts::read(&config));
        }
    };
    add(&config::text());
    let relay = format!("{}relay/v1/config", page::folder().unwrap_or_default());
    if let Ok(answer) = http::get(&relay, &[], Patience::Seconds(10)).await
        && answer.status == 200
    {
        add(&String::from_utf8_lossy(&answer.body));
    }
    hosts
}

impl Frame {
    /// The host's hello. The first one counts: another one could only come from somebody who wants to take its place.
    fn greeted(self, hosts: &Hosts, said: &Said) {
        if self.line.peek(Option::is_some) {
            return;
        }
        let (Some(line), Some(text)) = (&said.line, &said.text) else { return };
        let nonce = match embed::read(text) {
            Ok(Heard::Hello { nonce }) => nonce,
            Err(Refusal::Version) => {
                return line.say(&Told::Error { code: Refusal::Version.name(), to: "hello" }.to_text());
            }
            _ => return,
        };
        let standing = hosts.standing(&outside::own_origin(), &said.origin, &outside::above());
        self.standing.set(standing);
        self.line.set(Some(line.clone()));
        if standing >= Standing::Known {
            page::set_flag("embed", "known");
            // Rooms that were closed are open now.
            page::tell("hashchange");
        }
        let stores = self.queue.stores();
        self.tell(&Told::Ready { nonce: &nonce, app: env!("CARGO_PKG_VERSION"), standing, stores });
        line.on_text(LONGEST, move |text| self.heard(text));
        outside::on_height(move |height| self.tell(&Told::Resize { height }));
        if standing >= Standing::Known {
            self.queue.within(|| {
                outcome::follow_jobs(self);
                outcome::follow_picks(self);
            });
        }
    }

    pub(super) fn tell(self, told: &Told<'_>) {
        self.line.peek(|line| line.iter().for_each(|line| line.say(&told.to_text())));
    }

    pub(super) fn line(self) -> Option<Line> {
        self.line.get_untracked()
    }

    pub(super) fn error(self, code: &str, to: &str) {
        self.tell(&Told::Error { code, to });
    }

    fn heard(self, text: Option<String>) {
        let (mut allowed, mut is_news) = (false, false);
        self.pace.quietly(|(messages, told, _)| {
            allowed = messages.allows(clock::now());
            is_news = !allowed && !*told;
            *told = !allowed;
        });
        if is_news {
            self.error("too-many", UNASKED);
        }
        if !allowed {
            return;
        }
        match text.ok_or(Refusal::TooLarge).and_then(|text| embed::read(&text)) {
            Ok(Heard::Configure(wanted)) => self.configure(wanted),
            Ok(Heard::Prompt(preset)) => self.preset(preset),
            // It is long over.
            Ok(Heard::Hello { .. }) => {}
            Err(refusal) => self.error(refusal.name(), UNASKED),
        }
    }

    fn is_known(self) -> bool {
        self.standing.get_untracked() >= Standing::Known
    }

    fn configure(self, wanted: Configure) {
        // Neither is kept for the next visit: the host's wish is not the person's.
        if let Some(language) = wanted.language {
            i18n::show(language);
        }
        if let Some(theme) = wanted.theme {
            settings::show(theme);
        }
        if (wanted.connection.is_some() || wanted.picker.is_some()) && !self.is_known() {
            return self.error("not-allowed", "configure");
        }
        if let Some(picker) = wanted.picker {
            self.queue.ask_for_picture(picker);
        }
        if let Some(place) = wanted.connection {
            self.connect(place);
        }
    }

    fn connect(self, place: String) {
        if self.place.peek(|now| *now == place) {
            return;
        }
        self.place.set(place.clone());
        spawn(async move {
            let done = match place.as_str() {
                "here" => {
                    self.connections.search().await;
                    true
                }
                relay => self.connections.use_relay(relay).await,
            };
            if !done {
                self.place.set(String::new());
                self.error("bad-connection", "configure");
            }
        });
    }

    /// Fills the form, and undo brings back what was there. Only who may spend goes on from there without the person.
    fn preset(self, preset: Preset) {
        let before = |now: State<String>| now.get_untracked();
        let Preset { prompt, negative, style, size, create } = preset;
        let (width, height) = size.unwrap_or_default();
        let negative = negative.unwrap_or_else(|| before(self.draft.negative));
        let style = style.unwrap_or_else(|| before(self.draft.style));
        let wish = json!({
            "prompt": prompt, "negative": negative, "style": style, "width": width, "height": height,
        });
        self.draft.reuse_text(&wish.to_string());
        if !create {
            return;
        }
        if self.standing.get_untracked() < Standing::MaySpend {
            return self.error("needs-click", "prompt");
        }
        let request = self.draft.request(self.connections);
        if !matches!(request, Ok(_) | Err(Why::Searching)) {
            return self.error("not-possible", "prompt");
        }
        let mut allowed = false;
        self.pace.quietly(|(.., runs)| allowed = runs.allows(clock::now()));
        if !allowed {
            return self.error("too-many", "prompt");
        }
        match request {
            Ok(request) => drop(self.queue.start(request)),
            // One run, as above: whatever marks are in the prompt, and whatever batch the visitor has prepared.
            Err(_) => self.queue.within(|| {
                app::grant(self.draft, self.connections, move |request| {
                    self.queue.start(request);
                });
            }),
        }
    }
}
