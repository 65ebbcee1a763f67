//! Telling somebody who does not look at the page: what they want told, and how it is chosen.

use crate::{
    browser::{
        notifications::{self, Permission},
        page, storage,
    },
    i18n::works::t,
    ui::{Node, State, el, spawn},
};

/// Under these names it is stored; "on" is yes.
const NOTIFY: &str = "notify";
const SOUND: &str = "sound";

/// What the window is told when something was chosen: each program of the page shows it.
pub const CHANGED: &str = "komposition-notify";

fn is_on(name: &str) -> bool {
    storage::read(name).as_deref() == Some("on")
}

fn choose(name: &str, on: bool) {
    storage::write(name, if on { "on" } else { "off" });
    page::tell(CHANGED);
}

/// Whether notifications are wanted, and can be shown.
pub fn wants_notifications() -> bool {
    is_on(NOTIFY) && notifications::permission() == Permission::Granted
}

/// Whether a sound is wanted.
pub fn wants_sound() -> bool {
    is_on(SOUND)
}

/// Whether a person who has just begun to wait may be offered it: nobody has decided yet.
pub fn may_be_offered() -> bool {
    storage::read(NOTIFY).is_none()
        && matches!(notifications::permission(), Permission::Ask | Permission::Granted)
}

/// Turns notifications on; where that needs a permission, the browser asks for it.
pub fn turn_on() {
    spawn(async {
        let permission = match notifications::permission() {
            Permission::Ask => notifications::ask().await,
            known => known,
        };
        choose(NOTIFY, permission == Permission::Granted);
    });
}

/// The choice, wherever it is shown.
pub fn notify_card() -> Node {
    let state = || (wants_notifications(), wants_sound(), notifications::permission());
    let now = State::new(state());
    page::on_window(&[CHANGED, "focus"], move || {
        // The place that showed it may be gone.
        if now.try_peek(|_| ()).is_some() {
            now.set(state());
        }
    });
    let option =
        |name: &'static str, checked: Node, words: fn() -> &'static str, text: fn() -> &'static str| {
            el("label.option")
                .set("data-option", name)
                .put(checked)
                .put(el("span").put(el("span").live(words)).put(el("small").live(text)))
        };
    let notify = el("input type=checkbox name=notify")
        .checked(move || now.with(|(notify, ..)| *notify))
        .flag("disabled", move || now.with(|(.., permission)| *permission == Permission::Missing))
        .chosen(|_, on| if on { turn_on() } else { choose(NOTIFY, false) });
    let sound = el("input type=checkbox name=sound")
        .checked(move || now.with(|(_, sound, _)| *sound))
        .chosen(|_, on| {
            choose(SOUND, on);
            if on {
                notifications::sound(true);
            }
        });
    let trouble = move || match now.with(|(.., permission)| *permission) {
        Permission::Missing => t().notify_missing,
        Permission::Denied => t().notify_denied,
        Permission::Ask | Permission::Granted => "",
    };
    el("div.notify-card")
        .put(option(NOTIFY, notify, || t().notify, || t().notify_text))
        .put(option(SOUND, sound, || t().sound, || t().sound_text))
        .put(el("p.notify-trouble role=status").live(trouble))
}
