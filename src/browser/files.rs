//! Bytes a person can save: object URLs, revoked with their owner.

use fusionbrain::{Picture, PictureKind};
use gloo_timers::callback::Timeout;
pub use js_sys::ArrayBuffer as Bytes;
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

    /// The same for bytes out of the database; they stay with the browser all the way.
    pub fn of_stored(bytes: &Bytes, kind: PictureKind) -> Option<Self> {
        let options = BlobPropertyBag::new();
        options.set_type(kind.mime());
        let blob = Blob::new_with_u8_array_sequence_and_options(&Array::of1(bytes), &options).ok()?;
        Url::create_object_url_with_blob(&blob).ok().map(Self)
    }

    /// The same for a file that the browser holds already.
    pub(super) fn of_blob(blob: &Blob) -> Option<Self> {
        Url::create_object_url_with_blob(blob).ok().map(Self)
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

/// Bytes as the browser has them.
pub fn handed(bytes: &[u8]) -> Bytes {
    Uint8Array::from(bytes).buffer()
}

/// For a file whose link was just pressed: the download has to begin before the address is revoked.
pub fn keep_a_minute(url: std::rc::Rc<ObjectUrl>) {
    Timeout::new(60_000, move || drop(url)).forget();
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

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use fusionbrain::PictureKind;
    use wasm_bindgen_test::*;

    use super::*;
    use crate::browser::http::{Patience, get};

    #[wasm_bindgen_test]
    async fn the_browser_holds_the_bytes_for_as_long_as_the_address_lives() {
        let bytes = vec![137, 80, 78, 71, 0, 255];
        let picture = Picture { bytes: bytes.clone(), kind: PictureKind::Png, width: 1, height: 1 };
        let url = ObjectUrl::of(&picture).unwrap();
        let address = url.address().to_owned();
        let answer = get(&address, &[], Patience::Endless).await.unwrap();
        assert_eq!(answer.body, bytes);
        assert_eq!(answer.headers.get("content-type"), Some("image/png"));
        drop(url);
        assert!(get(&address, &[], Patience::Endless).await.is_err());
    }
}
