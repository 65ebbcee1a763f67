//! IndexedDB: what must outlive the tab.
//!
//! One connection, opened again when the browser took it away. Writes name all they change and are one transaction each;
//! nothing else is awaited inside of one. Rows are read with suspicion: a damaged one is skipped and counted.

mod backups;
mod jobs;
mod letters;
mod migrations;
mod pictures;
mod prompts;
mod replace;
mod reports;
#[cfg(all(test, target_arch = "wasm32"))]
mod tests;

use std::{
    cell::RefCell,
    pin::Pin,
    rc::{Rc, Weak},
};

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::js::{self, Thrown};
use migrations::{MIGRATIONS, Migration};

pub use backups::TakenOut;
pub use jobs::JobRow;
#[cfg(test)]
pub use pictures::Counts;
pub use pictures::{CHUNK, NewPicture, PictureRow};

pub(super) const NAME: &str = "komposition";

/// So many milliseconds are waited before each new try to open it.
const AGAIN: [u32; 3] = [100, 300, 900];

/// Why the database did not do it.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub enum Fault {
    /// There is none: a private window, a sandboxed frame, a browser that forbids it.
    Missing,
    /// A newer version of this app has changed it: reload.
    Newer,
    /// The disk, or this page's share of it, is full.
    Full,
    /// Anything else, in the browser's words.
    Broken(String),
}

impl Fault {
    fn of(thrown: &Thrown) -> Self {
        let name = js::name_of(thrown);
        match name.as_str() {
            "QuotaExceededError" => Self::Full,
            "VersionError" => Self::Newer,
            "SecurityError" => Self::Missing,
            _ => Self::Broken(name + ": " + &js::text(thrown, "message").unwrap_or_default()),
        }
    }
}

/// What happens to the database from outside.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub enum Notice {
    /// Another tab holds an old version open. Opening goes on when that tab is reloaded or closed.
    Blocked,
    /// Another tab runs a newer version of the app and takes the database over: reload.
    Replaced,
}

/// Whether a write waits for the disk.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Survives a crash of the machine.
    Strict,
    /// Survives a crash of the browser.
    Relaxed,
}

/// Rows that could be read, and how many could not.
#[cfg_attr(test, derive(Debug))]
pub struct Rows<T> {
    /// The good ones.
    pub rows: Vec<T>,
    /// How many were damaged.
    pub damaged: u32,
}

impl<T> Rows<T> {
    fn read(found: &Array, read: fn(&JsValue) -> Option<T>) -> Self {
        let mut rows = Self { rows: Vec::new(), damaged: 0 };
        for row in found.iter() {
            match read(&row) {
                Some(row) => rows.rows.push(row),
                // Deleted since its key was read.
                None if row.is_undefined() => {}
                None => rows.damaged += 1,
            }
        }
        rows
    }
}

/// The open database. Clones are the same connection.
#[derive(Clone)]
pub struct Database(Rc<Inner>);

struct Inner {
    name: &'static str,
    migrations: &'static [Migration],
    notice: Box<dyn Fn(Notice)>,
    /// Empty after the browser or a newer app took it away.
    connection: RefCell<Option<JsValue>>,
    /// Hears all events of the connection and of its opening.
    ears: Closure<dyn FnMut(JsValue)>,
}

impl Drop for Inner {
    /// Left open it would be in the way of whoever wants to change or delete the database.
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            js::set(&connection, "onversionchange", &JsValue::NULL);
            js::set(&connection, "onclose", &JsValue::NULL);
            let _ = js::call(&connection, "close", &[]);
        }
    }
}

/// One request of a transaction: a method of a store, or of an index of it (empty: none), with its arguments.
struct Step {
    store: &'static str,
    index: &'static str,
    method: &'static str,
    arguments: [JsValue; 2],
}

impl Step {
    fn new(store: &'static str, method: &'static str, arguments: [JsValue; 2]) -> Self {
        Self { store, index: "", method, arguments }
    }

    /// Puts a row that holds its own key.
    fn put(store: &'static str, row: JsValue) -> Self {
        Self::new(store, "put", [row, JsValue::UNDEFINED])
    }

    fn put_at(store: &'static str, key: &str, value: JsValue) -> Self {
        Self::new(store, "put", [value, key.into()])
    }

    fn delete(store: &'static str, key: &str) -> Self {
        Self::new(store, "delete", [key.into(), JsValue::UNDEFINED])
    }

    fn get(store: &'static str, key: JsValue) -> Self {
        Self::new(store, "get", [key, JsValue::UNDEFINED])
    }

    fn asked(&self, transaction: &JsValue) -> Result<JsValue, Thrown> {
        let mut from = js::call(transaction, "objectStore", &[&self.store.into()])?;
        if !self.index.is_empty() {
            from = js::call(&from, "index", &[&self.index.into()])?;
        }
        js::call(&from, self.method, &[&self.arguments[0], &self.arguments[1]])
    }
}

/// One type for what all of them return, so that the machinery is there once.
type Answers = Pin<Box<dyn Future<Output = Result<Array, Fault>>>>;

/// A write. It begins when it is awaited.
pub type Written = Pin<Box<dyn Future<Output = Result<(), Fault>>>>;

/// So many milliseconds after a look that found no database one looks again.
const LOOK_AGAIN: u32 = 1_000;

/// Whether this browser has the database already: looking makes none. Where that cannot be asked, there may be one.
pub async fn is_there() -> bool {
    // A frame without an origin has none, and is not to be asked: Chromium refuses, and lets go of a promise that nobody can
    // hear, which the page then counts as a fault of its own.
    if js::global("origin").as_string().as_deref() == Some("null") || is_listed().await {
        return true;
    }
    // WebKit leaves out what another tab is just opening.
    js::sleep(LOOK_AGAIN).await;
    is_listed().await
}

async fn is_listed() -> bool {
    let Ok(asked) = js::call(&js::global("indexedDB"), "databases", &[]) else { return true };
    let Ok(Ok(found)) = js::settled(asked).await.map(JsCast::dyn_into::<Array>) else { return true };
    found.iter().any(|one| js::text(&one, "name").as_deref() == Some(NAME))
}

impl Database {
    /// Opens the database and brings it to this app's version.
    ///
    /// # Errors
    /// [`Fault::Missing`], [`Fault::Newer`], [`Fault::Full`], or a migration's own.
    pub async fn open(notice: impl Fn(Notice) + 'static) -> Result<Self, Fault> {
        Self::open_as(NAME, MIGRATIONS, Box::new(notice)).await
    }

    async fn open_as(
        name: &'static str,
        migrations: &'static [Migration],
        notice: Box<dyn Fn(Notice)>,
    ) -> Result<Self, Fault> {
        let database = Self(Rc::new_cyclic(|inner: &Weak<Inner>| {
            let inner = inner.clone();
            let ears = Closure::new(move |event| {
                if let Some(inner) = inner.upgrade() {
                    inner.heard(&event);
                }
            });
            Inner { name, migrations, notice, connection: RefCell::new(None), ears }
        }));
        // Nothing to do yet, but an open database to do it in.
        database.read(vec![]).await?;
        Ok(database)
    }

    /// Changes all of it or nothing.
    fn write(&self, steps: Vec<Step>, durability: Durability) -> Written {
        let written = self.perform(steps, Some(durability));
        Box::pin(async { written.await.map(drop) })
    }

    /// The answers in their order. What a row that the browser itself cannot read gives is null.
    fn read(&self, steps: Vec<Step>) -> Answers {
        self.perform(steps, None)
    }

    fn perform(&self, steps: Vec<Step>, write: Option<Durability>) -> Answers {
        let inner = Rc::clone(&self.0);
        Box::pin(async move {
            let answers = inner.perform(&steps, write).await;
            if answers.is_err() && inner.connection.borrow().is_none() {
                // The connection broke under it. The same once more does no harm: puts and deletes say what is to be.
                return inner.perform(&steps, write).await;
            }
            answers
        })
    }

    /// The keys of rows in a range (null: all), in the order of the store or index.
    fn keys(&self, store: &'static str, index: &'static str, range: JsValue) -> Answers {
        let step = Step { store, index, method: "getAllKeys", arguments: [range, JsValue::UNDEFINED] };
        let answers = self.read(vec![step]);
        Box::pin(async {
            let keys = answers.await?.get(0).dyn_into();
            keys.map_err(|_| Fault::Broken("no keys".into()))
        })
    }

    /// The rows of these keys; undefined for those that are not there, null for those that cannot be read.
    fn rows(&self, store: &'static str, keys: &Array) -> Answers {
        self.read(keys.iter().map(|key| Step::get(store, key)).collect())
    }
}

impl Inner {
    /// A transaction over the stores of these steps. It ends by itself as soon as nothing is asked of it.
    async fn transaction(&self, steps: &[Step], write: Option<Durability>) -> Result<JsValue, Fault> {
        let open = self.connection.borrow().clone();
        let connection = match open {
            Some(open) => open,
            None => self.connect().await?,
        };
        let stores: Array = steps.iter().map(|step| JsValue::from_str(step.store)).collect();
        let mode = if write.is_some() { "readwrite" } else { "readonly" };
        let strict = if write == Some(Durability::Strict) { "strict" } else { "default" };
        let options = js::object(&[("durability", strict.into())]);
        js::call(&connection, "transaction", &[&stores, &mode.into(), &options]).map_err(|thrown| {
            // The connection was closed behind our back.
            if js::name_of(&thrown) == "InvalidStateError" {
                self.connection.replace(None);
            }
            Fault::of(&thrown)
        })
    }

    async fn perform(&self, steps: &[Step], write: Option<Durability>) -> Result<Array, Fault> {
        let (requests, answers) = (Array::new(), Array::new());
        if steps.is_empty() {
            // Only to be open.
            if self.connection.borrow().is_none() {
                self.connect().await?;
            }
            return Ok(answers);
        }
        let transaction = self.transaction(steps, write).await?;
        if write.is_none() {
            js::set(&transaction, "onerror", self.ears.as_ref());
        }
        for step in steps {
            requests.push(&self.asked(step, &transaction)?);
        }
        Self::completed(&transaction).await?;
        for request in requests.iter() {
            let failed = js::get(&request, "error").is_object();
            answers.push(&if failed { JsValue::NULL } else { js::get(&request, "result") });
        }
        Ok(answers)
    }

    /// Nothing of a transaction stays when a part of it cannot be asked for.
    fn asked(&self, step: &Step, transaction: &JsValue) -> Result<JsValue, Fault> {
        step.asked(transaction).map_err(|thrown| {
            let _ = js::call(transaction, "abort", &[]);
            Fault::of(&thrown)
        })
    }

    async fn completed(transaction: &JsValue) -> Result<(), Fault> {
        if js::either(transaction, "oncomplete", "onabort").await {
            return Ok(());
        }
        Err(Fault::of(&js::get(transaction, "error")))
    }

    /// A browser that was killed a moment ago may still have its hands on the files: what cannot be opened is tried again.
    async fn connect(&self) -> Result<JsValue, Fault> {
        let mut waits = AGAIN.into_iter();
        loop {
            match (self.opened().await, waits.next()) {
                (Err(Fault::Broken(_)), Some(wait)) => js::sleep(wait).await,
                (opened, _) => return opened,
            }
        }
    }

    async fn opened(&self) -> Result<JsValue, Fault> {
        let version = JsValue::from(self.migrations.len() as u32);
        let request = js::call(&js::global("indexedDB"), "open", &[&self.name.into(), &version])
            .map_err(|_| Fault::Missing)?;
        let ears = self.ears.as_ref();
        js::set(&request, "onupgradeneeded", ears);
        js::set(&request, "onblocked", ears);
        if !js::either(&request, "onsuccess", "onerror").await {
            let error = js::get(&request, "error");
            // Firefox's way to say "private window".
            let forbidden = js::name_of(&error) == "InvalidStateError";
            return Err(if forbidden { Fault::Missing } else { Fault::of(&error) });
        }
        let connection = js::get(&request, "result");
        // Without a single store it holds nothing, and never could: somebody opened it before the app had made it.
        if js::number(&js::get(&connection, "objectStoreNames"), "length") == Some(0.0) {
            let _ = js::call(&connection, "close", &[]);
            // Whoever opens it after this waits for the deletion.
            let _ = js::call(&js::global("indexedDB"), "deleteDatabase", &[&self.name.into()]);
            return Err(Fault::Broken("no stores".into()));
        }
        js::set(&connection, "onversionchange", ears);
        js::set(&connection, "onclose", ears);
        self.connection.replace(Some(connection.clone()));
        Ok(connection)
    }

    fn heard(&self, event: &JsValue) {
        let target = js::get(event, "target");
        match js::text(event, "type").unwrap_or_default().as_str() {
            "upgradeneeded" => {
                let from = js::number(event, "oldVersion").unwrap_or_default() as usize;
                let (database, transaction) = (js::get(&target, "result"), js::get(&target, "transaction"));
                let mut missing = self.migrations.iter().skip(from);
                if missing.any(|migrate| migrate(&database, &transaction).is_err()) {
                    let _ = js::call(&transaction, "abort", &[]);
                }
            }
            "blocked" => (self.notice)(Notice::Blocked),
            "versionchange" => {
                // Whoever wants the change waits for this.
                let _ = js::call(&target, "close", &[]);
                self.connection.replace(None);
                // No new version: it is being deleted, and will be made anew.
                if !js::get(event, "newVersion").is_null() {
                    (self.notice)(Notice::Replaced);
                }
            }
            // One row that the browser cannot read does not end the transaction that reads the others too.
            "error" => drop(js::call(event, "preventDefault", &[])),
            // `close`: the browser took it away (site data deleted, storage process gone).
            _ => drop(self.connection.replace(None)),
        }
    }
}
