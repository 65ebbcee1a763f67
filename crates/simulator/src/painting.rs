//! A final answer with a file in it, prepared but not painted yet.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fusionbrain::Size;
use serde::Serialize;

use crate::paint;

/// A `DONE` answer whose file is still to be made: plain data, so a carrier can make it on a thread of its own.
#[derive(Debug, Clone)]
pub struct Painting {
    pub(crate) uuid: String,
    pub(crate) scene: Scene,
    pub(crate) file: FileKind,
    pub(crate) censored: bool,
    pub(crate) data_url: bool,
    pub(crate) top_level: bool,
    /// Seconds.
    pub(crate) generation_time: u64,
}

/// What the painter is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Scene {
    pub(crate) prompt: String,
    pub(crate) negative: String,
    pub(crate) style: Option<String>,
    pub(crate) size: Size,
    pub(crate) seed: u64,
}

/// What the answer's file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileKind {
    Png,
    Jpeg,
    Webp,
    BadBase64,
    NotAnImage,
    /// No file at all.
    Missing,
}

/// Outside of every alphabet that base64 is written in.
const BAD_BASE64: &str = "%%% это не base64 %%%";
/// Valid base64 of something that is no picture.
const NOT_AN_IMAGE: &[u8] = b"%PDF-1.7\nThis is not a picture (sim:notimage).\n";

#[derive(Serialize)]
struct Files {
    files: Vec<String>,
    censored: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    uuid: &'a str,
    status: &'static str,
    status_description: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<&'a Files>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    top_level: Option<&'a Files>,
    generation_time: u64,
}

impl Painting {
    /// Paints, encodes, and wraps up the answer.
    pub(crate) fn into_json(self) -> Vec<u8> {
        let files = Files { files: self.file().into_iter().collect(), censored: self.censored };
        let answer = Answer {
            uuid: &self.uuid,
            status: "DONE",
            status_description: "",
            result: (!self.top_level).then_some(&files),
            top_level: self.top_level.then_some(&files),
            generation_time: self.generation_time,
        };
        serde_json::to_vec(&answer).unwrap_or_default()
    }

    fn file(&self) -> Option<String> {
        let (bytes, mime) = match self.file {
            FileKind::Missing => return None,
            FileKind::BadBase64 => return Some(BAD_BASE64.to_owned()),
            FileKind::NotAnImage => (NOT_AN_IMAGE.to_vec(), "image/png"),
            FileKind::Png | FileKind::Jpeg | FileKind::Webp => self.picture(),
        };
        let base64 = STANDARD.encode(bytes);
        Some(if self.data_url { format!("data:{mime};base64,{base64}") } else { base64 })
    }

    fn picture(&self) -> (Vec<u8>, &'static str) {
        let Scene { prompt, negative, style, size, seed } = &self.scene;
        let mut canvas = paint::paint(prompt, negative, style.as_deref(), *size, *seed);
        if self.censored {
            canvas = canvas.blurred();
        }
        match self.file {
            #[cfg(feature = "jpeg")]
            FileKind::Jpeg => (canvas.jpeg(), "image/jpeg"),
            #[cfg(feature = "webp")]
            FileKind::Webp => (canvas.webp(), "image/webp"),
            _ => (canvas.png(), "image/png"),
        }
    }
}
