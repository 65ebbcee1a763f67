//! The connection page: choose, test, use, forget.

use fusionbrain::{ApiError, Base};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};

use super::{
    Connection, Connections, Kind, RelayInfo, Service,
    custody::{self, Choice, Kept},
};
use crate::{
    app::Route,
    browser::page,
    i18n::{Texts, say, t},
    queue::Queue,
    ui::{Live, click, live, ticked, typed, when},
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
    let host = base.origin().split_once("://").map_or("", |(_, host)| host);
    ["localhost", "127.", "[::1]"].iter().any(|own| host.starts_with(own))
}

/// Where pictures come from, and the keys for it.
#[component]
pub fn ConnectionPage() -> impl IntoView {
    let connections = expect_context::<Connections>();
    let queue = expect_context::<Queue>();
    let kept = connections.kept;
    let remember = RwSignal::new(!kept.with_untracked(|k| k.key.is_empty()));
    let tested = RwSignal::new(Tested::No);
    // Whatever is changed, the last test no longer speaks of it.
    let change = move |edit: Box<dyn FnOnce(&mut Kept)>| {
        kept.update(edit);
        tested.set(Tested::No);
    };

    let needs_keys = move || {
        kept.with(|k| match k.choice {
            Choice::Here => connections.here.with(|h| h.as_ref().is_some_and(|(_, info)| info.needs_keys)),
            Choice::Relay | Choice::Direct => true,
        })
    };
    let plain = move || {
        let address = kept.with(|k| match k.choice {
            Choice::Here => None,
            Choice::Relay => Some(k.relay.clone()),
            Choice::Direct => Some(k.direct.clone()),
        });
        address
            .and_then(|a| Base::new(&a).ok())
            .is_some_and(|base| base.is_plain_http() && !is_loopback(&base))
    };
    let marked = move || match tested.get() {
        Tested::Wrong(Wrong::KeysMissing | Wrong::Api(ApiError::Unauthorized { .. })) => true,
        Tested::No => {
            matches!(connections.models.get(), super::Models::Failed(ApiError::Unauthorized { .. }))
        }
        _ => false,
    };

    let try_it = move |then_use: bool| {
        tested.set(Tested::Running);
        spawn_local(async move {
            let fields = kept.get_untracked();
            let connection = build(&fields, connections.here.get_untracked()).await;
            if then_use {
                match connection {
                    Ok(connection) => {
                        let keep = if remember.get_untracked() { fields } else { fields.without_keys() };
                        custody::write(&keep);
                        connections.connect(connection);
                        queue.connection_mended();
                        page::go(Route::Create.hash());
                    }
                    Err(wrong) => tested.set(Tested::Wrong(wrong)),
                }
                return;
            }
            let result = match connection {
                Ok(connection) => match Service::new(connection).pipelines().await {
                    Ok(list) => Tested::Works { models: list.iter().filter(|p| p.makes_pictures()).count() },
                    Err(error) => Tested::Wrong(Wrong::Api(error)),
                },
                Err(wrong) => Tested::Wrong(wrong),
            };
            let _ = tested.try_set(result);
        });
    };
    let forget = move || {
        kept.update(|k| *k = std::mem::take(k).without_keys());
        custody::write(&kept.get_untracked());
        remember.set(false);
        tested.set(Tested::Forgotten);
    };

    let field = move |id: &'static str,
                      label: fn(&'static Texts) -> &'static str,
                      secret: bool,
                      invalid: Live<bool>,
                      of: fn(&mut Kept) -> &mut String| {
        let mut invalid = invalid;
        view! {
            <div class="field">
                <label for=id>{say(label)}</label>
                <input
                    id=id
                    type=if secret { "password" } else { "text" }
                    inputmode=if secret { "text" } else { "url" }
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    aria-invalid=live(move || invalid().to_string())
                    prop:value=live(move || kept.with(|k| of(&mut k.clone()).clone()))
                    on:input=typed(move |text| change(Box::new(move |k| *of(k) = text)))
                />
            </div>
        }
        .into_any()
    };
    let option = move |choice: Choice,
                       value: &'static str,
                       title: fn(&'static Texts) -> &'static str,
                       text: Live<&'static str>| {
        view! {
            <label class="option">
                <input
                    type="radio"
                    name="source"
                    value=value
                    prop:checked=live(move || kept.with(|k| k.choice == choice))
                    on:change=ticked(move |_| change(Box::new(move |k| k.choice = choice)))
                />
                <span>
                    {say(title)}
                    <small>{text}</small>
                </span>
            </label>
        }
        .into_any()
    };
    let bad_address = move || live(move || tested.get() == Tested::Wrong(Wrong::Address));
    let here_text =
        live(
            move || {
                if connections.here.with(Option::is_some) {
                    t().from_here_text
                } else {
                    t().from_here_missing
                }
            },
        );
    let chosen = move |choice| move || kept.with(|k| k.choice == choice);

    view! {
        <div class="page">
            <h1>{say(|t| t.connection)}</h1>
            <form
                id="connection"
                class="card"
                on:submit=move |event: SubmitEvent| {
                    event.prevent_default();
                    try_it(true);
                }
            >
                <fieldset>
                    <legend>{say(|t| t.connection_intro)}</legend>
                    {option(Choice::Here, "here", |t| t.from_here, here_text)}
                    {option(Choice::Relay, "relay", |t| t.from_relay, live(say(|t| t.from_relay_text)))}
                    {option(Choice::Direct, "direct", |t| t.from_direct, live(say(|t| t.from_direct_text)))}
                </fieldset>
                {when(
                    chosen(Choice::Relay),
                    move || field("relay-address", |t| t.relay_address, false, bad_address(), |k| &mut k.relay),
                )}
                {when(
                    chosen(Choice::Direct),
                    move || field("base-address", |t| t.base_address, false, bad_address(), |k| &mut k.direct),
                )}
                {when(
                    needs_keys,
                    move || {
                        view! {
                            {field("key", |t| t.key, true, live(marked), |k| &mut k.key)}
                            {field("secret", |t| t.secret, true, live(marked), |k| &mut k.secret)}
                            <label class="option">
                                <input
                                    id="remember"
                                    type="checkbox"
                                    prop:checked=live(move || remember.get())
                                    on:change=ticked(move |on| remember.set(on))
                                />
                                <span>
                                    {say(|t| t.remember)} <small>{say(|t| t.remember_text)}</small>
                                </span>
                            </label>
                        }
                            .into_any()
                    },
                )}
                {when(plain, || view! { <p class="notice">{say(|t| t.plain_http)}</p> }.into_any())}
                <div class="row">
                    <button id="use" class="primary" type="submit">
                        {say(|t| t.use_it)}
                    </button>
                    <button id="test" type="button" on:click=click(move || try_it(false))>
                        {say(|t| t.test)}
                    </button>
                    {when(
                        needs_keys,
                        move || {
                            view! {
                                <button id="forget" class="quiet" type="button" on:click=click(forget)>
                                    {say(|t| t.forget)}
                                </button>
                            }
                                .into_any()
                        },
                    )}
                </div>
                <p
                    id="test-result"
                    role="status"
                    data-result=live(move || match tested.get() {
                        Tested::Works { .. } => Some("ok"),
                        Tested::Wrong(_) => Some("fail"),
                        _ => None,
                    })
                    data-failure=live(move || match tested.get() {
                        Tested::Wrong(wrong) => Some(wrong.name()),
                        _ => None,
                    })
                >
                    {live(move || match tested.get() {
                        Tested::No => String::new(),
                        Tested::Running => t().testing.to_owned(),
                        Tested::Works { models: 0 } => t().no_models.to_owned(),
                        Tested::Works { models } => (t().test_ok)(models),
                        Tested::Wrong(wrong) => wrong.sentence(),
                        Tested::Forgotten => t().forgotten.to_owned(),
                    })}
                </p>
            </form>
            <section class="card">
                <h2>{say(|t| t.key_guide)}</h2>
                <ol class="steps">
                    {(0..3).map(|n| view! { <li>{live(move || t().key_steps[n])}</li> }).collect_view()}
                </ol>
            </section>
        </div>
    }
    .into_any()
}
