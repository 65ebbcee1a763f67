//! What concerns no single job: no network, no connection, refused keys, no models, no quota.

use fusionbrain::ApiError;

use super::Queue;
use crate::{
    app::Route,
    connection::{Connections, Link, Models},
    i18n::t,
    ui::{Node, button, el, item},
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

/// What there is to say, the most pressing first.
fn told(queue: Queue, connections: Connections) -> Option<Told> {
    if !queue.online.get() {
        return Some(Told::Offline);
    }
    if connections.link.with(|link| matches!(link, Link::Missing)) {
        return Some(Told::NoConnection);
    }
    if let Some(error) = connections.models.with(|models| match models {
        Models::Failed(error) => Some(error.clone()),
        _ => None,
    }) {
        return Some(Told::Api(error));
    }
    if queue.refetched.get() {
        return Some(Told::Refetched);
    }
    if queue.quota_out.get() {
        return Some(Told::Quota);
    }
    connections
        .models
        .with(|models| matches!(models, Models::Ready(list) if list.is_empty()))
        .then_some(Told::NoModels)
}

/// The one notice above the stage, if there is something to say.
pub fn notice(queue: Queue, connections: Connections) -> Node {
    let told = move || told(queue, connections);
    let show = move |shown: Told| {
        item(shown.name(), move || {
            let mut notice = el("div#notice.notice")
                .set("data-failure", shown.name())
                .put(el("p").live(move || told().map(|told| told.sentence())));
            if matches!(shown, Told::Api(_) | Told::NoModels) {
                let retry = move || connections.ask_models();
                notice = notice.put(button("button data-action=retry", |t| t.retry, retry));
            }
            if !matches!(shown, Told::Offline | Told::Refetched) {
                let link = el("a.button data-action=connection").set("href", Route::Connection.hash());
                notice = notice.put(link.say(|t| t.open_connection));
            }
            if matches!(shown, Told::Quota | Told::Refetched) {
                let close = move || {
                    queue.quota_out.set(false);
                    queue.refetched.set(false);
                };
                notice = notice.put(button("button data-action=dismiss", |t| t.dismiss, close));
            }
            notice
        })
    };
    // The live region must be there before it speaks.
    el("div role=alert").each(move || told().map(show).into_iter().collect())
}
