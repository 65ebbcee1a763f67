//! Leaves nothing of ours in this browser.

use wasm_bindgen::JsValue;

use super::{database::Database, js, storage};

/// How long other tabs have to let go of the database, in milliseconds.
const PATIENCE: u32 = 10_000;

/// Destroys the database, the settings, the kept files of the app and its service worker. The page has to be loaded anew
/// after it. Says whether all is gone: if not, another tab holds the database, which is empty then.
pub async fn everything() -> bool {
    forget_worker().await;
    // Held to the end: it has to hear that it shall close.
    let database = Database::open(|_| {}).await;
    if let Ok(database) = &database {
        // Should the deleting have to wait for another tab: nothing is in it any more.
        let _ = database.forget_everything().await;
    }
    let databases = js::global("indexedDB");
    // This page's other program would make a new database at once, and put its jobs into it.
    let nothing = js::object(&[("value", js::object(&[])), ("configurable", true.into())]);
    let window = js_sys::global().into();
    let _ = js::call(&js::global("Object"), "defineProperty", &[&window, &"indexedDB".into(), &nothing]);
    let gone = delete_database(&databases).await;
    if !gone {
        let _ = js::call(&js::global("Reflect"), "deleteProperty", &[&window, &"indexedDB".into()]);
    }
    forget_caches().await;
    storage::forget_everything();
    drop(database);
    gone
}

async fn delete_database(databases: &JsValue) -> bool {
    let Ok(request) = js::call(databases, "deleteDatabase", &[&super::database::NAME.into()]) else {
        // There is none here at all.
        return true;
    };
    let ended = js_sys::Promise::new(&mut |resolve, _| {
        js::set(&request, "onsuccess", &resolve);
        js::set(&request, "onerror", &resolve);
        let _ = js::call(&js_sys::global(), "setTimeout", &[&resolve, &PATIENCE.into()]);
    });
    let event = js::settled(ended.into()).await.unwrap_or_default();
    js::text(&event, "type").as_deref() == Some("success")
}

async fn forget_worker() {
    let container = js::navigator("serviceWorker");
    let Ok(registration) = js::call(&container, "getRegistration", &[]) else { return };
    let registration = js::settled(registration).await.unwrap_or_default();
    if let Ok(ending) = js::call(&registration, "unregister", &[]) {
        let _ = js::settled(ending).await;
    }
}

async fn forget_caches() {
    let caches = js::global("caches");
    let Ok(names) = js::call(&caches, "keys", &[]) else { return };
    let names = js_sys::Array::from(&js::settled(names).await.unwrap_or_default());
    for name in names.iter().filter(|name| name.as_string().is_some_and(|n| n.starts_with("komposition "))) {
        if let Ok(deleting) = js::call(&caches, "delete", &[&name]) {
            let _ = js::settled(deleting).await;
        }
    }
}

/// Loads the page anew. Nothing asks whether that is meant: what it would ask for is gone.
pub fn load_anew() {
    let window = js_sys::global().into();
    let silent = wasm_bindgen::closure::Closure::<dyn FnMut(JsValue)>::new(|event: JsValue| {
        let _ = js::call(&event, "stopImmediatePropagation", &[]);
    });
    let _ = js::call(&window, "addEventListener", &[&"beforeunload".into(), silent.as_ref(), &JsValue::TRUE]);
    silent.forget();
    let _ = js::call(&js::global("location"), "reload", &[]);
}
