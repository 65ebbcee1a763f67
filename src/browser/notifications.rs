//! What the browser can do to tell somebody who does not look at the page.

use wasm_bindgen::prelude::*;

use super::js;

/// Whether notifications can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// This browser has none for this page.
    Missing,
    /// It can be asked.
    Ask,
    /// They are shown.
    Granted,
    /// A person, or the browser, has said no.
    Denied,
}

fn class() -> JsValue {
    js::global("Notification")
}

/// Whether notifications can be shown.
pub fn permission() -> Permission {
    let class = class();
    match js::text(&class, "permission").as_deref() {
        _ if js::global("isSecureContext").is_falsy() => Permission::Missing,
        Some("granted") => Permission::Granted,
        Some("denied") => Permission::Denied,
        Some(_) => Permission::Ask,
        None => Permission::Missing,
    }
}

/// Asks the person, who has just pressed something.
pub async fn ask() -> Permission {
    if let Ok(asked) = js::call(&class(), "requestPermission", &[]) {
        let _ = js::settled(asked).await;
    }
    permission()
}

/// Shows a notification; pressed, it brings the page to the front. One with the same tag is replaced.
pub async fn show(title: &str, body: &str, tag: &str) {
    let options = js::object(&[("body", body.into()), ("tag", tag.into()), ("icon", "icon.svg".into())]);
    let Ok(shown) = js::new("Notification", &[&title.into(), &options]) else {
        // Phones want it from the service worker.
        let Ok(found) = js::call(&js::navigator("serviceWorker"), "getRegistration", &[]) else { return };
        let registration = js::settled(found).await.unwrap_or_default();
        let _ = js::call(&registration, "showNotification", &[&title.into(), &options]);
        return;
    };
    let notification = shown.clone();
    let pressed = Closure::once_into_js(move || {
        let _ = js::call(&js_sys::global(), "focus", &[]);
        let _ = js::call(&notification, "close", &[]);
    });
    js::set(&shown, "onclick", &pressed);
}

/// Whether somebody looks at the page, as far as a browser can tell.
pub fn is_looked_at() -> bool {
    let document = js::global("document");
    js::text(&document, "visibilityState").as_deref() == Some("visible")
        && js::call(&document, "hasFocus", &[]).is_ok_and(|yes| yes.is_truthy())
}

/// Two short tones: up when it went well, down when not.
pub fn sound(well: bool) {
    let tones = || -> Result<(), JsValue> {
        let context = js::new("AudioContext", &[])?;
        let now = js::number(&context, "currentTime").unwrap_or_default();
        let pitches = if well { [660.0, 880.0] } else { [440.0, 330.0] };
        for (n, pitch) in pitches.into_iter().enumerate() {
            let begin = now + 0.14 * n as f64;
            let tone = js::call(&context, "createOscillator", &[])?;
            let volume = js::call(&context, "createGain", &[])?;
            js::set(&js::get(&tone, "frequency"), "value", &pitch.into());
            let gain = js::get(&volume, "gain");
            js::call(&gain, "setValueAtTime", &[&0.12.into(), &begin.into()])?;
            js::call(&gain, "exponentialRampToValueAtTime", &[&0.001.into(), &(begin + 0.13).into()])?;
            js::call(&tone, "connect", &[&volume])?;
            js::call(&volume, "connect", &[&js::get(&context, "destination")])?;
            js::call(&tone, "start", &[&begin.into()])?;
            js::call(&tone, "stop", &[&(begin + 0.14).into()])?;
            if n == 1 {
                let done = Closure::once_into_js(move || {
                    let _ = js::call(&context, "close", &[]);
                });
                js::set(&tone, "onended", &done);
                return Ok(());
            }
        }
        Ok(())
    };
    let _ = tones();
}
