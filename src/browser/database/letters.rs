//! The inbox: raw status answers, stored before anything looks at them. Whoever makes the request writes and reads them
//! (src/worker/poll.js); here they are listed, and taken out when their job has read them.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::{Database, Fault, Rows, Step};
use crate::browser::js;

const INBOX: &str = "inbox";

/// The step that looks at a letter.
pub(super) fn found(task: &str) -> Step {
    Step::get(INBOX, task.into())
}

/// The step that takes a letter out of the inbox.
pub(super) fn removed(task: &str) -> Step {
    Step::delete(INBOX, task)
}

impl Database {
    /// The letters: their tasks, and the jobs they are for. Bodies are looked at by nobody here.
    pub async fn letters(&self) -> Result<Rows<(String, String)>, Fault> {
        let tasks: Array = self.keys(INBOX, "", JsValue::NULL).await?;
        let mut letters = Rows { rows: vec![], damaged: 0 };
        // One after the other: each can hold megabytes.
        for task in tasks.iter() {
            let row = self.read(vec![Step::get(INBOX, task.clone())]).await?.get(0);
            match task.as_string().zip(js::text(&row, "job")) {
                Some(letter) => letters.rows.push(letter),
                // Taken out since its key was read.
                None if row.is_undefined() => {}
                None => letters.damaged += 1,
            }
        }
        Ok(letters)
    }
}
