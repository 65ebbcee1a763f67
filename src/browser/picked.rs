//! Files a person hands over: chosen with a button, or dropped on the page.

use js_sys::{ArrayBuffer, Uint8Array};
use studio::Ms;
use wasm_bindgen::{JsCast, JsValue};

use super::js;
use crate::ui::Event;

/// What the shell (src/shell/shell.js) keeps dropped files in until this program is there to take them.
const DROPPED: &str = "kompositionFiles";

/// What it then tells the window.
pub const DROP: &str = "komposition-files";

/// A file of the person's disk. Nothing of it is read before it is asked for.
#[derive(Clone)]
pub struct PickedFile(JsValue);

impl PickedFile {
    /// Its name: only to be shown.
    pub fn name(&self) -> String {
        js::text(&self.0, "name").unwrap_or_default()
    }

    /// How many bytes it has.
    pub fn size(&self) -> u64 {
        js::number(&self.0, "size").unwrap_or_default() as u64
    }

    /// When it was last changed.
    pub fn modified(&self) -> Ms {
        js::number(&self.0, "lastModified").unwrap_or_default() as Ms
    }

    /// A piece of it; none when it cannot be read (any more).
    pub async fn piece(&self, start: u64, end: u64) -> Option<Vec<u8>> {
        let piece = js::call(&self.0, "slice", &[&(start as f64).into(), &(end as f64).into()]).ok()?;
        let bytes = js::settled(js::call(&piece, "arrayBuffer", &[]).ok()?).await.ok()?;
        let bytes: ArrayBuffer = bytes.dyn_into().ok()?;
        Some(Uint8Array::new(&bytes).to_vec()).filter(|bytes| bytes.len() as u64 == end.saturating_sub(start))
    }

    /// All of it.
    pub async fn whole(&self) -> Option<Vec<u8>> {
        self.piece(0, self.size()).await
    }
}

fn listed(files: &JsValue) -> Vec<PickedFile> {
    let count = js::number(files, "length").unwrap_or_default() as u32;
    (0..count).map(|n| PickedFile(js::get(files, &n.to_string()))).collect()
}

/// The files of a field of type `file` that has changed. The field is emptied: the same file can be chosen again.
pub fn chosen(event: &Event) -> Vec<PickedFile> {
    let field = js::get(event, "target");
    let files = listed(&js::get(&field, "files"));
    js::set(&field, "value", &"".into());
    files
}

/// The files that were dropped since this was asked last.
pub fn dropped() -> Vec<PickedFile> {
    let window = js_sys::global().into();
    let files = listed(&js::get(&window, DROPPED));
    js::set(&window, DROPPED, &js_sys::Array::new());
    files
}
