//! The delivered picture as it is shown and saved.

use fusionbrain::{Picture, PictureKind, StatusAnswer, TaskId};
use studio::{Job, Letter, Phase, PictureFacts};

use crate::browser::files::{Bytes, ObjectUrl};

/// What a tile shows and saves.
pub(super) struct Shown {
    /// Fresh from the service: the picture as a data URL; the address itself when the service only gave one. From the
    /// library: empty, the saved bytes are shown.
    source: String,
    /// The bytes, for saving.
    saved: Option<ObjectUrl>,
    /// The file extension that the first bytes ask for.
    pub(super) extension: &'static str,
}

impl Shown {
    /// A picture that came just now, straight from its base64.
    pub(super) fn fresh(picture: &Picture, base64: &str) -> Self {
        Self {
            source: Picture::data_url(picture.kind, base64),
            saved: ObjectUrl::of(picture),
            extension: picture.kind.extension(),
        }
    }

    /// A picture that the service only gave an address of.
    pub(super) fn link(address: String) -> Self {
        Self { source: address, saved: None, extension: "" }
    }

    /// A picture that was fetched from such an address.
    pub(super) fn of(picture: &Picture) -> Option<Self> {
        let saved = Some(ObjectUrl::of(picture)?);
        Some(Self { source: String::new(), saved, extension: picture.kind.extension() })
    }

    /// A picture out of the library.
    pub(super) fn stored(bytes: &Bytes, kind: PictureKind) -> Option<Self> {
        let saved = Some(ObjectUrl::of_stored(bytes, kind)?);
        Some(Self { source: String::new(), saved, extension: kind.extension() })
    }

    /// A word for where it is shown from: another one, and the image is another.
    pub(super) fn form(&self) -> &'static str {
        if self.can_settle() {
            "fresh"
        } else if self.is_elsewhere() {
            "elsewhere"
        } else {
            "stored"
        }
    }

    /// Whether the text it came as can be let go: the bytes are there as well.
    pub(super) fn can_settle(&self) -> bool {
        self.saved.is_some() && !self.source.is_empty()
    }

    /// Lets go of the text it came as: from now on the bytes are shown.
    pub(super) fn settle(&mut self) {
        self.source = String::new();
    }

    /// What an image element shows.
    pub(super) fn source(&self) -> &str {
        if self.source.is_empty() { self.address() } else { &self.source }
    }

    /// What a download takes.
    pub(super) fn address(&self) -> &str {
        self.saved.as_ref().map_or(&self.source, |saved| saved.address())
    }

    /// There is only an address on another host.
    pub(super) fn is_elsewhere(&self) -> bool {
        self.saved.is_none() && !self.source.starts_with("data:")
    }
}

/// The type of a job's finished picture.
pub(super) fn kind(job: &Job) -> Option<PictureKind> {
    match &job.phase {
        Phase::Done(facts) => facts.kind,
        _ => None,
    }
}

/// The address of a job's finished picture, when there is nothing but that; with what is known of it.
pub(super) fn link(job: &Job) -> Option<(PictureFacts, String)> {
    match &job.phase {
        Phase::Done(facts) => Some((facts.clone(), facts.link.clone()?)),
        _ => None,
    }
}

/// The text of an answer that should be kept for a report until something better is known.
pub(super) fn report(letter: &Letter) -> Option<String> {
    let worth = match letter.read() {
        Ok(StatusAnswer::Done(outcome)) => !outcome.censored,
        Ok(_) => false,
        Err(error) => matches!(error.name(), "cut-body" | "unreadable" | "html"),
    };
    worth.then(|| String::from_utf8_lossy(&letter.body).into_owned())
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
