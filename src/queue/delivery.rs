//! The delivered answer: looked at once, shown straight from its base64, held by the browser for saving.

use fusionbrain::{ApiError, File, Outcome, Picture, PictureError, Size, StatusAnswer, TaskId, read_file};
use studio::{Ms, PictureFacts};

use crate::browser::files::ObjectUrl;

/// What a tile shows and saves.
pub(super) struct Shown {
    /// The picture as a data URL; the address itself when the service only gave one.
    pub(super) source: String,
    /// The bytes, for saving.
    pub(super) saved: Option<ObjectUrl>,
    /// The file extension that the first bytes ask for.
    pub(super) extension: &'static str,
}

/// Whether the raw answer should be kept for a report until something better is known.
pub(super) fn worth_keeping(answer: &Result<StatusAnswer, ApiError>) -> bool {
    match answer {
        Ok(StatusAnswer::Done(outcome)) => !outcome.censored,
        Ok(_) => false,
        Err(ApiError::CutBody { .. } | ApiError::Unreadable { .. } | ApiError::Html { .. }) => true,
        Err(_) => false,
    }
}

/// Looks at the first file of an answer.
pub(super) fn look(
    outcome: &Outcome,
    task: TaskId,
    asked: Size,
    now: Ms,
) -> Result<(PictureFacts, Shown), PictureError> {
    let generation_time = outcome.generation_time;
    match read_file(outcome.files.first().map_or("", String::as_str))? {
        File::Picture { picture, base64 } => {
            let facts = PictureFacts {
                task,
                kind: Some(picture.kind),
                width: picture.width,
                height: picture.height,
                generation_time,
                received: now,
            };
            let shown = Shown {
                source: Picture::data_url(picture.kind, &base64),
                saved: ObjectUrl::of(&picture),
                extension: picture.kind.extension(),
            };
            Ok((facts, shown))
        }
        File::Link(address) => {
            let (width, height) = (asked.width(), asked.height());
            let facts = PictureFacts { task, kind: None, width, height, generation_time, received: now };
            Ok((facts, Shown { source: address, saved: None, extension: "" }))
        }
    }
}

/// A file name that tells the picture: the prompt's first words, and the task so that no two are the same.
pub(super) fn file_name(prompt: &str, task: &TaskId, extension: &str) -> String {
    let words: Vec<&str> = prompt.split(|c| !is_letter(c)).filter(|w| !w.is_empty()).collect();
    let mut name: String = words.join("-").chars().take(48).collect();
    if name.is_empty() {
        name.push_str("komposition");
    }
    let task: String = task.as_str().chars().filter(char::is_ascii_alphanumeric).take(8).collect();
    format!("{}-{task}.{extension}", name.trim_end_matches('-'))
}

/// Letters and digits, roughly: ASCII's, and the ranges where living scripts have theirs. Unicode's exact tables would
/// be three kilobytes of the app, and a stray sign does no harm in a file name.
fn is_letter(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '\u{c0}'..='\u{1fff}' | '\u{3040}'..='\u{d7ff}')
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    fn a_file_is_named_after_its_prompt_and_stays_a_plain_name() {
        let task = TaskId::new("0a1b2c3d-4e5f").expect("an identifier");
        let name = |prompt| file_name(prompt, &task, "png");
        assert_eq!(name("Пушистый кот, в очках!"), "Пушистый-кот-в-очках-0a1b2c3d.png");
        assert_eq!(name("../../etc/passwd"), "etc-passwd-0a1b2c3d.png");
        assert_eq!(name("🦊"), "komposition-0a1b2c3d.png");
        assert!(name(&"слово ".repeat(100)).chars().count() < 70);
    }
}
