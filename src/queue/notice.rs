//! What concerns no single job: no network, no connection, refused keys, no models, no quota.

use fusionbrain::ApiError;
use studio::{Pause, StorageFault};

use super::{Loading, Queue};
use crate::{
    app::Route,
    browser::{locks, worker},
    connection::{Connections, Link, Models},
    i18n::t,
    ui::{Node, button, el, item},
};

#[derive(Clone, PartialEq)]
enum Told {
    Newer,
    Offline,
    NotLoaded,
    Blocked,
    Storage(StorageFault),
    Full,
    Unreadable(u32),
    Held,
    Weaker,
    NoToken,
    Config(String),
    NoConnection,
    Quota,
    Refetched,
    NoModels,
    Api(ApiError),
}

impl Told {
    fn name(&self) -> &'static str {
        match self {
            Self::Newer => "new-version",
            Self::Offline => "offline",
            Self::NotLoaded => "not-loaded",
            Self::Blocked => "storage-blocked",
            Self::Storage(_) => "storage-missing",
            Self::Full => "storage-full",
            Self::Unreadable(_) => "jobs-unreadable",
            Self::Held => "queue-paused",
            Self::Weaker => "weaker",
            Self::NoToken => "token-refused",
            Self::Config(_) => "config",
            Self::NoConnection => "no-connection",
            Self::Quota => "quota-reached",
            Self::Refetched => "models-refetched",
            Self::NoModels => "no-models",
            Self::Api(error) => error.name(),
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Newer => t().newer.to_owned(),
            Self::Offline => t().offline.to_owned(),
            Self::NotLoaded => t().works_not_loaded.to_owned(),
            Self::Blocked => t().storage_blocked.to_owned(),
            Self::Storage(fault) => (t().no_storage)(*fault),
            Self::Full => t().full.to_owned(),
            Self::Unreadable(count) => (t().unreadable)(*count),
            Self::Held => t().held_queue.to_owned(),
            Self::Weaker => t().weaker.to_owned(),
            Self::NoToken => t().no_token.to_owned(),
            Self::Config(said) => said.clone(),
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
    if queue.newer.get() {
        return Some(Told::Newer);
    }
    if !queue.online.get() {
        return Some(Told::Offline);
    }
    if queue.loading.get() == Loading::Failed {
        return Some(Told::NotLoaded);
    }
    if queue.blocked.get() {
        return Some(Told::Blocked);
    }
    // What a person can end, before what nobody can.
    let pause = queue.pause.get();
    match pause {
        Some(Pause::Quota) => return Some(Told::Quota),
        Some(Pause::Person) => return Some(Told::Held),
        Some(Pause::Storage) | None => {}
    }
    // Where nothing is ever stored there is no room to be made either.
    if let Some(fault) = queue.fault.get() {
        return Some(Told::Storage(fault));
    }
    if pause.is_some() {
        return Some(Told::Full);
    }
    let unreadable = queue.unreadable.get() + queue.damaged.get();
    if unreadable > 0 {
        return Some(Told::Unreadable(unreadable));
    }
    if connections.wants_token() {
        return Some(Told::NoToken);
    }
    let failed = connections.models.with(|models| match models {
        Models::Failed(error) => Some(error.clone()),
        _ => None,
    });
    let is_missing = connections.link.with(|link| matches!(link, Link::Missing));
    match failed {
        // Without a connection only what passes is news: it may be there, and cannot be reached.
        Some(error) if !is_missing || error.is_passing() => return Some(Told::Api(error)),
        _ => {}
    }
    if let Some(owner) = queue.misconfigured.get() {
        return Some(Told::Config(owner()));
    }
    if is_missing {
        return Some(Told::NoConnection);
    }
    if queue.refetched.get() {
        return Some(Told::Refetched);
    }
    if connections.models.with(|models| matches!(models, Models::Ready(list) if list.is_empty())) {
        return Some(Told::NoModels);
    }
    // Only while something can be lost by it.
    (queue.running_now() > 0 && !locks::are_real()).then_some(Told::Weaker)
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
            if matches!(shown, Told::Unreadable(_)) {
                let remove = move || queue.remove_unreadable();
                notice = notice.put(button("button data-action=remove", |t| t.remove, remove));
            }
            if matches!(shown, Told::NotLoaded) {
                notice = notice.put(button("button data-action=retry", |t| t.retry, move || queue.load()));
            }
            // A newer version of the app may have taken the place of the files that are missing.
            if matches!(shown, Told::Newer | Told::NotLoaded) {
                notice = notice.put(button("button data-action=reload", |t| t.reload, worker::reload));
            }
            if matches!(
                shown,
                Told::Api(_) | Told::NoModels | Told::NoToken | Told::NoConnection | Told::Quota
            ) {
                let link = el("a.button data-action=connection").set("href", Route::Connection.hash());
                notice = notice.put(link.say(|t| t.open_connection));
            }
            if matches!(shown, Told::Held) {
                notice = notice.put(button("button data-action=go-on", |t| t.go_on, move || queue.go_on()));
            }
            if matches!(shown, Told::Quota | Told::Refetched) {
                let close = move || {
                    queue.refetched.set(false);
                    queue.go_on();
                };
                notice = notice.put(button("button data-action=dismiss", |t| t.dismiss, close));
            }
            notice
        })
    };
    // The live region must be there before it speaks.
    el("div role=alert").each(move || told().map(show).into_iter().collect())
}
