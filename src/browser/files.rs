//! Bytes a person can save: object URLs, revoked with their owner.

use fusionbrain::Picture;
use gloo_timers::callback::Timeout;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlElement, Url};

/// An address for bytes held by the browser, valid while this lives.
pub struct ObjectUrl(String);

impl ObjectUrl {
    /// Hands the picture's bytes to the browser; wasm memory keeps no copy.
    pub fn of(picture: &Picture) -> Option<Self> {
        let options = BlobPropertyBag::new();
        options.set_type(picture.kind.mime());
        let parts = Array::of1(&Uint8Array::from(picture.bytes.as_slice()));
        let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &options).ok()?;
        Url::create_object_url_with_blob(&blob).ok().map(Self)
    }

    /// The `blob:` address.
    pub fn address(&self) -> &str {
        &self.0
    }
}

impl Drop for ObjectUrl {
    fn drop(&mut self) {
        let _ = Url::revoke_object_url(&self.0);
    }
}

/// Lets the browser save a text as a file.
pub fn save_text(text: &str, name: &str) {
    let save = || {
        let options = BlobPropertyBag::new();
        options.set_type("text/plain;charset=utf-8");
        let parts = Array::of1(&JsValue::from_str(text));
        let blob = Blob::new_with_str_sequence_and_options(&parts, &options).ok()?;
        let url = ObjectUrl(Url::create_object_url_with_blob(&blob).ok()?);
        let link = web_sys::window()?.document()?.create_element("a").ok()?;
        link.set_attribute("href", url.address()).ok()?;
        link.set_attribute("download", name).ok()?;
        link.dyn_ref::<HtmlElement>()?.click();
        // The download has to begin before the address is revoked.
        Timeout::new(60_000, move || drop(url)).forget();
        Some(())
    };
    let _ = save();
}
