//! Files that a person gets: bytes collected with the browser, then saved under a name.

use std::io;

use gloo_timers::callback::Timeout;
use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::JsValue;

use super::js;

/// A copy of bytes that the browser holds.
pub fn copied(bytes: &ArrayBuffer) -> Vec<u8> {
    Uint8Array::new(bytes).to_vec()
}

/// Bytes that go into a file, piece by piece. The browser holds them; wasm memory keeps none.
#[derive(Default)]
pub struct Chunks(Array);

impl io::Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.push(&Uint8Array::from(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Chunks {
    /// A file of these bytes alone.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Array::of1(&Uint8Array::from(bytes)))
    }

    /// Lets the browser save them. Says whether it could be asked to.
    pub fn save(&self, mime: &str, name: &str) -> bool {
        let save = || -> Result<(), JsValue> {
            let options = js::object(&[("type", mime.into())]);
            let blob = js::new("Blob", &[&self.0, &options])?;
            let urls = js::global("URL");
            let address = js::call(&urls, "createObjectURL", &[&blob])?;
            let link = js::call(&js::global("document"), "createElement", &[&"a".into()])?;
            js::set(&link, "href", &address);
            js::set(&link, "download", &name.into());
            js::call(&link, "click", &[])?;
            // The download has to begin before the address is revoked.
            let revoke = move || drop(js::call(&urls, "revokeObjectURL", &[&address]));
            Timeout::new(60_000, revoke).forget();
            Ok(())
        };
        save().is_ok()
    }
}
