//! What the database looked like in each version, as the steps from one to the next. Never change a step that was
//! released: add one, and a fixture of the version before it to the tests.

use wasm_bindgen::JsValue;

use crate::browser::js::{self, Thrown};

/// Changes a database of the version before. The second argument is the running upgrade transaction, for steps that
/// rewrite rows.
pub(super) type Migration = fn(&JsValue, &JsValue) -> Result<(), Thrown>;

/// The version of the database is the number of steps.
pub(super) const MIGRATIONS: &[Migration] = &[first];

/// Stores with the paths of their keys. Empty: the key is given apart.
const STORES: [(&str, &str); 8] = [
    ("jobs", "id"),
    ("images", "id"),
    ("blobs", ""),
    ("thumbs", ""),
    ("inbox", "task"),
    ("prompts", "id"),
    ("settings", "name"),
    ("log", "id"),
];

fn first(database: &JsValue, transaction: &JsValue) -> Result<(), Thrown> {
    for (name, key) in STORES {
        let path = if key.is_empty() { JsValue::NULL } else { key.into() };
        let options = js::object(&[("keyPath", path), ("autoIncrement", (name == "log").into())]);
        js::call(database, "createObjectStore", &[&name.into(), &options])?;
    }
    // Two pictures can have come in the same millisecond: the id makes their order a strict one.
    let by_time = js_sys::Array::of2(&"created".into(), &"id".into()).into();
    let indexes = [
        ("jobs", "active", "active".into()),
        ("jobs", "created", "created".into()),
        ("images", "created", by_time),
        ("images", "hash", "hash".into()),
    ];
    for (store, name, path) in indexes {
        let store = js::call(transaction, "objectStore", &[&store.into()])?;
        js::call(&store, "createIndex", &[&name.into(), &path])?;
    }
    Ok(())
}
