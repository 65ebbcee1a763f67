//! What concerns no single job: no network, no connection, refused keys, no models, no quota.

use fusionbrain::ApiError;
use leptos::prelude::*;

use super::Queue;
use crate::{
    app::Route,
    connection::{Connections, Link, Models},
    i18n::{Texts, say, t},
    ui::{click, live},
};

#[derive(Clone, PartialEq)]
enum Told {
    Offline,
    NoConnection,
    Quota,
    Refetched,
    NoModels,
    Api(ApiError),
}

impl Told {
    fn name(&self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::NoConnection => "no-connection",
            Self::Quota => "quota-reached",
            Self::Refetched => "models-refetched",
            Self::NoModels => "no-models",
            Self::Api(error) => error.name(),
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Offline => t().offline.to_owned(),
            Self::NoConnection => t().no_connection.to_owned(),
            Self::Quota => t().quota_notice.to_owned(),
            Self::Refetched => t().models_refetched.to_owned(),
            Self::NoModels => t().no_models.to_owned(),
            Self::Api(error) => (t().api)(error),
        }
    }
}

/// The one notice above the stage, if there is something to say.
#[component]
pub fn Notice() -> impl IntoView {
    let connections = expect_context::<Connections>();
    let queue = expect_context::<Queue>();
    let told = Memo::new(move |_| {
        if !queue.online.get() {
            return Some(Told::Offline);
        }
        if matches!(connections.link.get(), Link::Missing) {
            return Some(Told::NoConnection);
        }
        if let Models::Failed(error) = connections.models.get() {
            return Some(Told::Api(error));
        }
        if queue.refetched.get() {
            return Some(Told::Refetched);
        }
        if queue.quota_out.get() {
            return Some(Told::Quota);
        }
        match connections.models.get() {
            Models::Ready(list) if list.is_empty() => Some(Told::NoModels),
            _ => None,
        }
    });
    let button = move |act: &'static str, words: fn(&'static Texts) -> &'static str, does: Box<dyn Fn()>| {
        view! {
            <button type="button" data-action=act on:click=click(does)>
                {say(words)}
            </button>
        }
        .into_any()
    };
    let show = move |told: Told| {
        let retry = matches!(told, Told::Api(_) | Told::NoModels);
        let close = matches!(told, Told::Quota | Told::Refetched);
        let connect = !matches!(told, Told::Offline | Told::Refetched);
        let name = told.name();
        view! {
            <div id="notice" class="notice" data-failure=name>
                <p>{live(move || told.sentence())}</p>
                {retry.then(|| button("retry", |t| t.retry, Box::new(move || connections.ask_models())))}
                {connect
                    .then(|| {
                        view! {
                            <a class="button" data-action="connection" href=Route::Connection.hash()>
                                {say(|t| t.open_connection)}
                            </a>
                        }
                            .into_any()
                    })}
                {close
                    .then(|| {
                        let close = move || {
                            queue.quota_out.set(false);
                            queue.refetched.set(false);
                        };
                        button("dismiss", |t| t.dismiss, Box::new(close))
                    })}
            </div>
        }
        .into_any()
    };
    // The live region must be there before it speaks.
    view! { <div role="alert">{live(move || told.get().map(show))}</div> }.into_any()
}
