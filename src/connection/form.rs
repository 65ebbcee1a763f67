//! The connection page: choose, test, use, forget.

use fusionbrain::{ApiError, Base};

use super::{
    Connection, Connections, Kind, Link, Models, RelayInfo, Service,
    custody::{self, Choice, Kept},
};
use crate::{
    app::Route,
    browser::page,
    i18n::t,
    queue::Queue,
    ui::{Node, State, Words, button, el, spawn},
};

/// What a test came to.
#[derive(Clone, PartialEq)]
enum Tested {
    No,
    Running,
    Works { models: usize },
    Wrong(Wrong),
    Forgotten,
}

/// Why a connection cannot be used.
#[derive(Clone, PartialEq)]
enum Wrong {
    Address,
    NoRelayHere,
    NotARelay,
    KeysMissing,
    Api(ApiError),
}

impl Wrong {
    fn name(&self) -> &'static str {
        match self {
            Self::Address => "bad-address",
            Self::NoRelayHere => "no-relay-here",
            Self::NotARelay => "not-a-relay",
            Self::KeysMissing => "keys-missing",
            Self::Api(error) => error.name(),
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Address => t().bad_address.to_owned(),
            Self::NoRelayHere => t().from_here_missing.to_owned(),
            Self::NotARelay => t().not_a_relay.to_owned(),
            Self::KeysMissing => t().keys_missing.to_owned(),
            Self::Api(error) => (t().api)(error),
        }
    }
}

/// Builds the connection that the fields describe, asking a relay who it is.
async fn build(kept: &Kept, here: Option<(Base, RelayInfo)>) -> Result<Connection, Wrong> {
    let (kind, base, needs_keys) = match kept.choice {
        Choice::Here => {
            let (base, info) = here.ok_or(Wrong::NoRelayHere)?;
            let needs_keys = info.needs_keys;
            (Kind::Here(info), base, needs_keys)
        }
        Choice::Relay => {
            let base = Base::new(&kept.relay).map_err(|_| Wrong::Address)?;
            let info = RelayInfo::ask(&base).await.map_err(|error| match error {
                ApiError::NotFound { .. } => Wrong::NotARelay,
                error => Wrong::Api(error),
            })?;
            let needs_keys = info.needs_keys;
            (Kind::Relay(info), base, needs_keys)
        }
        Choice::Direct => (Kind::Direct, Base::new(&kept.direct).map_err(|_| Wrong::Address)?, true),
    };
    let credentials = kept.credentials();
    if needs_keys && credentials.is_none() {
        return Err(Wrong::KeysMissing);
    }
    Ok(Connection { kind, base, credentials: credentials.filter(|_| needs_keys) })
}

/// Whether what is sent there never leaves this machine.
fn is_loopback(base: &Base) -> bool {
    let authority = base.origin().split_once("://").map_or("", |(_, authority)| authority);
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    };
    let numbers =
        host.strip_prefix("127.").is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit() || b == b'.'));
    host == "localhost" || host == "[::1]" || numbers
}

/// The connection page's state: what its fields hold, and what a test of them came to.
#[derive(Clone, Copy)]
struct Page {
    connections: Connections,
    queue: Queue,
    remember: State<bool>,
    tested: State<Tested>,
}

impl Page {
    /// Whatever is changed, the last test no longer speaks of it.
    fn change(self, edit: impl FnOnce(&mut Kept)) {
        self.connections.kept.update(edit);
        self.tested.set(Tested::No);
    }

    fn chosen(self, choice: Choice) -> bool {
        self.connections.kept.with(|k| k.choice == choice)
    }

    fn needs_keys(self) -> bool {
        !self.chosen(Choice::Here)
            || self.connections.here.with(|h| h.as_ref().is_some_and(|(_, info)| info.needs_keys))
    }

    /// The keys would be sent where others can read them.
    fn is_plain(self) -> bool {
        let base = self.connections.kept.with(|k| match k.choice {
            Choice::Here => None,
            Choice::Relay => Base::new(&k.relay).ok(),
            Choice::Direct => Base::new(&k.direct).ok(),
        });
        base.is_some_and(|base| base.is_plain_http() && !is_loopback(&base))
    }

    fn are_keys_wrong(self) -> bool {
        self.tested.with(|tested| match tested {
            Tested::Wrong(Wrong::KeysMissing | Wrong::Api(ApiError::Unauthorized { .. })) => true,
            Tested::No => self
                .connections
                .models
                .with(|models| matches!(models, Models::Failed(ApiError::Unauthorized { .. }))),
            _ => false,
        })
    }

    fn is_address_wrong(self) -> bool {
        self.tested.with(|tested| matches!(tested, Tested::Wrong(Wrong::Address)))
    }

    /// Asks whether the connection in the fields works; or uses it.
    fn try_it(self, then_use: bool) {
        self.tested.set(Tested::Running);
        let fields = self.connections.kept.get_untracked();
        let here = self.connections.here.get_untracked();
        let remember = self.remember.get_untracked();
        spawn(async move {
            let result = match build(&fields, here).await {
                Ok(connection) if then_use => {
                    custody::write(&if remember { fields } else { fields.without_keys() });
                    self.connections.connect(connection);
                    self.queue.connection_mended();
                    return page::go(Route::Create.hash());
                }
                Ok(connection) => match Service::new(connection).pipelines().await {
                    Ok(list) => Tested::Works { models: list.iter().filter(|p| p.makes_pictures()).count() },
                    Err(error) => Tested::Wrong(Wrong::Api(error)),
                },
                Err(wrong) => Tested::Wrong(wrong),
            };
            self.tested.set(result);
        });
    }

    fn forget(self) {
        let kept = self.connections.kept;
        kept.update(|k| *k = std::mem::take(k).without_keys());
        kept.peek(custody::write);
        // This tab forgets them too; jobs that are on their way keep what their answers need.
        let with_keys = self.connections.link.peek(|link| match link {
            Link::Ready(connection) => connection.credentials.is_some(),
            Link::Searching | Link::Missing => false,
        });
        if with_keys {
            self.connections.link.set(Link::Missing);
        }
        self.remember.set(false);
        self.tested.set(Tested::Forgotten);
    }

    fn option(
        self,
        choice: Choice,
        value: &str,
        title: Words,
        text: impl Fn() -> &'static str + 'static,
    ) -> Node {
        let radio = el("input type=radio name=source")
            .set("value", value)
            .checked(move || self.chosen(choice))
            .chosen(move |_, _| self.change(|k| k.choice = choice));
        el("label.option").put(radio).put(el("span").say(title).put(el("small").live(text)))
    }

    fn field(
        self,
        description: &str,
        label: Words,
        wrong: fn(Self) -> bool,
        of: fn(&mut Kept) -> &mut String,
    ) -> Node {
        let input = el(description)
            .attr("aria-invalid", move || wrong(self))
            .holds(move || of(&mut self.connections.kept.get()).clone())
            .typed(move |text| self.change(|k| *of(k) = text));
        let (_, id) = description.split_once('#').unwrap_or_default();
        let (id, _) = id.split_once(' ').unwrap_or_default();
        el("div.field").put(el("label").set("for", id).say(label)).put(input)
    }
}

/// Attributes of a field for an address, and of one for a key.
macro_rules! field {
    (address $id:literal) => {
        concat!(
            "input#",
            $id,
            " type=text inputmode=url autocomplete=off autocapitalize=off spellcheck=false"
        )
    };
    (key $id:literal) => {
        concat!(
            "input#",
            $id,
            " type=password inputmode=text autocomplete=off autocapitalize=off spellcheck=false"
        )
    };
}

/// Where pictures come from, and the keys for it.
pub fn connection_page(connections: Connections, queue: Queue) -> Node {
    let remember = connections.remember;
    let page = Page { connections, queue, remember, tested: State::new(Tested::No) };
    let needs_keys = move || page.needs_keys();

    let here_text = move || {
        if connections.here.with(Option::is_some) { t().from_here_text } else { t().from_here_missing }
    };
    let remembering = move || {
        let tick = el("input#remember type=checkbox")
            .checked(move || remember.get())
            .chosen(move |_, on| remember.set(on));
        el("label.option")
            .put(tick)
            .put(el("span").say(|t| t.remember).put(el("small").say(|t| t.remember_text)))
    };
    let result = move || {
        page.tested.with(|tested| match tested {
            Tested::Works { .. } => Some("ok"),
            Tested::Wrong(_) => Some("fail"),
            _ => None,
        })
    };
    let failure = move || {
        page.tested.with(|tested| match tested {
            Tested::Wrong(wrong) => Some(wrong.name()),
            _ => None,
        })
    };
    let words = move || {
        page.tested.with(|tested| match tested {
            Tested::No => String::new(),
            Tested::Running => t().testing.to_owned(),
            Tested::Works { models: 0 } => t().no_models.to_owned(),
            Tested::Works { models } => (t().test_ok)(*models),
            Tested::Wrong(wrong) => wrong.sentence(),
            Tested::Forgotten => t().forgotten.to_owned(),
        })
    };

    let row = el("div.row")
        .put(el("button#use.primary type=submit").say(|t| t.use_it))
        .put(button("button#test", |t| t.test, move || page.try_it(false)))
        .when(needs_keys, move || button("button#forget.quiet", |t| t.forget, move || page.forget()));
    let form = el("form#connection.card")
        .put(
            el("fieldset")
                .put(el("legend").say(|t| t.connection_intro))
                .put(page.option(Choice::Here, "here", |t| t.from_here, here_text))
                .put(page.option(Choice::Relay, "relay", |t| t.from_relay, || t().from_relay_text))
                .put(page.option(Choice::Direct, "direct", |t| t.from_direct, || t().from_direct_text)),
        )
        .when(
            move || page.chosen(Choice::Relay),
            move || {
                page.field(
                    field!(address "relay-address"),
                    |t| t.relay_address,
                    Page::is_address_wrong,
                    |k| &mut k.relay,
                )
            },
        )
        .when(
            move || page.chosen(Choice::Direct),
            move || {
                page.field(
                    field!(address "base-address"),
                    |t| t.base_address,
                    Page::is_address_wrong,
                    |k| &mut k.direct,
                )
            },
        )
        .when(needs_keys, move || {
            page.field(field!(key "key"), |t| t.key, Page::are_keys_wrong, |k| &mut k.key)
        })
        .when(needs_keys, move || {
            page.field(field!(key "secret"), |t| t.secret, Page::are_keys_wrong, |k| &mut k.secret)
        })
        .when(needs_keys, remembering)
        .when(move || page.is_plain(), || el("p.notice").say(|t| t.plain_http))
        .put(row)
        .put(
            el("p#test-result role=status")
                .attr("data-result", result)
                .attr("data-failure", failure)
                .live(words),
        )
        .on("submit", move |event| {
            event.prevent_default();
            page.try_it(true);
        });
    let steps = (0..3).fold(el("ol.steps"), |list, n| list.put(el("li").live(move || t().key_steps[n])));
    el("div.page")
        .put(el("h1").say(|t| t.connection))
        .put(form)
        .put(el("section.card").put(el("h2").say(|t| t.key_guide)).put(steps))
}
