//! The connection page: choose, test, use, forget.

use fusionbrain::{ApiError, Base};

use super::{
    ASKED, FORGET, KEYS_REFUSED, Service, USE,
    custody::{self, Choice, Kept},
    preset,
    search::{self, Wrong},
    tested_text,
};
use crate::{
    app::Route,
    browser::{doors, page},
    i18n::{rooms::t as r, t},
    ui::{Node, State, el, spawn},
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

impl Wrong {
    fn name(&self) -> &'static str {
        match self {
            Self::Address => "bad-address",
            Self::NoRelayHere => "no-relay-here",
            Self::NotARelay => "not-a-relay",
            Self::KeysMissing => "keys-missing",
            Self::NotAllowed => "not-allowed",
            Self::Api(error) => error.name(),
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Address => r().bad_address.to_owned(),
            Self::NoRelayHere => r().from_here_missing.to_owned(),
            Self::NotARelay => r().not_a_relay.to_owned(),
            Self::KeysMissing => r().keys_missing.to_owned(),
            Self::NotAllowed => (r().not_allowed)(&preset::relays().unwrap_or_default().join(", ")),
            Self::Api(error) => (t().api)(error),
        }
    }
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
    fields: State<Kept>,
    /// Whether the person wants the keys kept in this browser.
    remember: State<bool>,
    tested: State<Tested>,
    /// How often it was tested: what an earlier test comes to is no longer wanted.
    tests: State<u32>,
    /// What the relay that served this page is, if one did.
    here: State<Here>,
    /// The keys in use were refused.
    refused: State<bool>,
}

/// What pressing a button came to.
enum Done {
    /// To be used: what the first program is handed.
    Use(String),
    /// So many models.
    Tested(usize),
}

/// Whether a relay served this page.
#[derive(Clone, Copy, PartialEq)]
enum Here {
    Unknown,
    Nobody,
    Relay { needs_keys: bool },
}

impl Page {
    /// Whatever is changed, the last test no longer speaks of it.
    fn change(self, edit: impl FnOnce(&mut Kept)) {
        self.fields.update(edit);
        self.tests.quietly(|n| *n += 1);
        self.refused.set(false);
        self.tested.set(Tested::No);
    }

    fn chosen(self, choice: Choice) -> bool {
        self.fields.with(|k| k.choice == choice)
    }

    fn needs_keys(self) -> bool {
        match self.fields.with(|k| k.choice) {
            Choice::Here => self.here.get() == Here::Relay { needs_keys: true },
            Choice::Relay | Choice::Direct => true,
            Choice::Demo => false,
        }
    }

    /// The keys would be sent where others can read them.
    fn is_plain(self) -> bool {
        let base = self.fields.with(|k| match k.choice {
            Choice::Here | Choice::Demo => None,
            Choice::Relay => Base::new(&k.relay).ok(),
            Choice::Direct => Base::new(&k.direct).ok(),
        });
        base.is_some_and(|base| base.is_plain_http() && !is_loopback(&base))
    }

    fn are_keys_wrong(self) -> bool {
        self.tested.with(|tested| match tested {
            Tested::Wrong(Wrong::KeysMissing | Wrong::Api(ApiError::Unauthorized { .. })) => true,
            Tested::No => self.refused.get(),
            _ => false,
        })
    }

    fn is_address_wrong(self) -> bool {
        self.tested.with(|tested| matches!(tested, Tested::Wrong(Wrong::Address | Wrong::NotAllowed)))
    }

    /// Asks whether the connection in the fields works; or uses it.
    fn try_it(self, then_use: bool) {
        self.tests.quietly(|n| *n += 1);
        let test = self.tests.get_untracked();
        self.tested.set(Tested::Running);
        let fields = self.fields.get_untracked();
        let remember = self.remember.get_untracked();
        spawn(async move {
            let found = match search::check(&fields) {
                Ok(()) => search::find(&fields).await,
                Err(wrong) => Err(wrong),
            };
            let result = match found {
                Ok(connection) if then_use => Ok(Done::Use(tested_text(&fields, &connection))),
                Ok(connection) => match Service::new(connection).pipelines().await {
                    Ok(list) => Ok(Done::Tested(list.iter().filter(|p| p.makes_pictures()).count())),
                    Err(error) => Err(Wrong::Api(error)),
                },
                Err(wrong) => Err(wrong),
            };
            if self.tests.get_untracked() != test {
                return;
            }
            self.tested.set(match result {
                Ok(Done::Use(tested)) => {
                    doors::ask(USE, &tested);
                    custody::write(&if remember { fields } else { fields.without_keys() });
                    page::go(Route::Create.hash());
                    Tested::No
                }
                Ok(Done::Tested(models)) => Tested::Works { models },
                Err(wrong) => Tested::Wrong(wrong),
            });
        });
    }

    /// What can have changed while somebody was elsewhere.
    fn refresh(self) {
        self.see_refusal();
        spawn(async move {
            self.here.set(match search::here(None).await {
                Ok((_, info)) => Here::Relay { needs_keys: info.needs_keys() },
                Err(_) => Here::Nobody,
            });
        });
    }

    fn see_refusal(self) {
        self.refused.set(!doors::ask(KEYS_REFUSED, "").is_empty());
    }

    fn forget(self) {
        self.fields.update(|k| *k = std::mem::take(k).without_keys());
        self.fields.peek(custody::write);
        doors::ask(FORGET, "");
        self.remember.set(false);
        self.tested.set(Tested::Forgotten);
    }

    fn option(
        self,
        choice: Choice,
        value: &str,
        title: fn() -> &'static str,
        text: impl Fn() -> &'static str + 'static,
    ) -> Node {
        let radio = el("input type=radio name=source")
            .set("value", value)
            .checked(move || self.chosen(choice))
            .chosen(move |_, _| self.change(|k| k.choice = choice));
        el("label.option").put(radio).put(el("span").live(title).put(el("small").live(text)))
    }

    fn field(
        self,
        description: &str,
        label: fn() -> &'static str,
        wrong: fn(Self) -> bool,
        of: fn(&mut Kept) -> &mut String,
    ) -> Node {
        let input = el(description)
            .attr("aria-invalid", move || wrong(self))
            .holds(move || of(&mut self.fields.get()).clone())
            .typed(move |text| self.change(|k| *of(k) = text));
        let (_, id) = description.split_once('#').unwrap_or_default();
        let (id, _) = id.split_once(' ').unwrap_or_default();
        el("div.field").put(el("label").set("for", id).live(label)).put(input)
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
pub fn connection_page() -> Node {
    let kept = custody::read();
    let remember = State::new(kept.credentials().is_some());
    let page = Page {
        fields: State::new(kept),
        remember,
        tested: State::new(Tested::No),
        tests: State::new(0),
        here: State::new(Here::Unknown),
        refused: State::new(false),
    };
    page.refresh();
    page::on_window(&[ASKED], move || page.see_refusal());
    page::on_window(&["hashchange"], move || {
        if page::hash() == Route::Connection.hash() {
            page.refresh();
        }
    });
    let needs_keys = move || page.needs_keys();

    let here_text = move || {
        if page.here.get() == Here::Nobody { r().from_here_missing } else { r().from_here_text }
    };
    let remembering = move || {
        let tick = el("input#remember type=checkbox")
            .checked(move || remember.get())
            .chosen(move |_, on| remember.set(on));
        el("label.option")
            .put(tick)
            .put(el("span").live(|| r().remember).put(el("small").live(|| r().remember_text)))
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
            Tested::Running => r().testing.to_owned(),
            Tested::Works { models: 0 } => t().no_models.to_owned(),
            Tested::Works { models } => (r().test_ok)(*models),
            Tested::Wrong(wrong) => wrong.sentence(),
            Tested::Forgotten => r().forgotten.to_owned(),
        })
    };

    let row = el("div.row")
        .put(el("button#use.primary type=submit").live(|| r().use_it))
        .put(el("button#test type=button").live(|| r().test).click(move || page.try_it(false)))
        .when(needs_keys, move || {
            el("button#forget.quiet type=button").live(|| r().forget).click(move || page.forget())
        });
    let form = el("form#connection.card")
        .put(
            el("fieldset")
                .put(el("legend").live(|| r().connection_intro))
                .put(page.option(Choice::Here, "here", || r().from_here, here_text))
                .put(page.option(Choice::Relay, "relay", || r().from_relay, || r().from_relay_text))
                .put(page.option(Choice::Direct, "direct", || r().from_direct, || r().from_direct_text))
                .put(page.option(Choice::Demo, "demo", || r().from_demo, || r().from_demo_text)),
        )
        .when(
            move || preset::relays().is_some() && (page.chosen(Choice::Relay) || page.chosen(Choice::Direct)),
            || el("p#allowed.muted").live(|| Wrong::NotAllowed.sentence()),
        )
        .when(
            move || page.chosen(Choice::Relay),
            move || {
                page.field(
                    field!(address "relay-address"),
                    || r().relay_address,
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
                    || r().base_address,
                    Page::is_address_wrong,
                    |k| &mut k.direct,
                )
            },
        )
        .when(needs_keys, move || {
            page.field(field!(key "key"), || r().key, Page::are_keys_wrong, |k| &mut k.key)
        })
        .when(needs_keys, move || {
            page.field(field!(key "secret"), || r().secret, Page::are_keys_wrong, |k| &mut k.secret)
        })
        .when(needs_keys, remembering)
        .when(move || page.is_plain(), || el("p.notice").live(|| r().plain_http))
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
    let steps = (0..3).fold(el("ol.steps"), |list, n| list.put(el("li").live(move || r().key_steps[n])));
    el("div.page")
        .put(el("h1").say(|t| t.connection))
        .put(form)
        .put(el("section.card").put(el("h2").live(|| r().key_guide)).put(steps))
}
