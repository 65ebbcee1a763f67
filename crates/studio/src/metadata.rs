//! Parameters inside picture files: what a downloaded picture says of itself, and what a dropped one is asked.
//!
//! Two texts go in. One is for everybody: the text known as `parameters` (prompt, `Negative prompt:` line, a last line of
//! settings), where every tool looks for it: in PNG a text chunk of that name, in JPEG and WebP the EXIF `UserComment`.
//! One is our own, exact: JSON in a text chunk `komposition`, or in the EXIF `MakerNote`, the field that EXIF keeps for
//! what only the maker reads. Pixels are never touched, and [`original`] takes it all out again.

mod exif;
mod infotext;
mod own;
mod png;

#[cfg(test)]
mod tests;

use crate::Ms;
use crate::backup::sha256;
use crate::library::{Moment, PictureEntry, is_hash};
use img_parts::{Bytes, DynImage, ImageEXIF};
use std::fmt;

/// What a picture was made from. Texts are cleaned and bounded, but may be longer than the service takes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parameters {
    /// The prompt.
    pub prompt: String,
    /// The negative prompt; empty for none.
    pub negative: String,
    /// The style's name; empty for none.
    pub style: String,
    /// Width asked for, in pixels; 0 when unknown.
    pub width: u32,
    /// Height asked for, in pixels; 0 when unknown.
    pub height: u32,
    /// The pipeline, or what another tool calls the model; empty when unknown.
    pub pipeline: String,
    /// The service's id of the task; empty when unknown.
    pub task: String,
    /// When it was received.
    pub created: Option<Ms>,
    /// How long it was drawn, in seconds.
    pub seconds: Option<f64>,
    /// SHA-256 of the file before parameters were put into it; empty when unknown. A claim, until it is reckoned anew.
    pub hash: String,
    /// What else another tool wrote, in its order (`Steps`, `Seed` …). Only to be shown.
    pub more: Vec<(String, String)>,
}

impl From<&PictureEntry> for Parameters {
    fn from(entry: &PictureEntry) -> Self {
        Self {
            prompt: entry.prompt.clone(),
            negative: entry.negative.clone(),
            style: entry.style.clone(),
            width: entry.width,
            height: entry.height,
            pipeline: entry.pipeline.clone(),
            task: entry.task.clone(),
            created: Some(entry.created),
            seconds: entry.seconds,
            hash: entry.hash.clone(),
            more: Vec::new(),
        }
    }
}

/// Why parameters could not be put into a picture. The picture can be given away as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmbedError {
    /// Neither PNG nor JPEG nor WebP.
    NotAPicture,
    /// It begins as a picture, but its parts cannot be told apart.
    Broken,
    /// It already carries EXIF of another maker, which would be lost.
    Occupied,
    /// The texts do not fit into the place a JPEG has for them (64 KB).
    TooLong,
}

impl fmt::Display for EmbedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            EmbedError::NotAPicture => "the file is no picture",
            EmbedError::Broken => "the picture's parts cannot be told apart",
            EmbedError::Occupied => "the picture already carries another maker's notes",
            EmbedError::TooLong => "the parameters are too long for the picture's notes",
        })
    }
}

impl std::error::Error for EmbedError {}

/// Greater files are not looked into: taken apart, a hostile one needs several times its size.
const FILE_LIMIT: usize = 48 << 20;

/// The picture with its parameters inside. What an earlier call put in is replaced, what another tool wrote stays.
///
/// # Errors
/// [`EmbedError`]; the picture is then best given away as it is.
pub fn embed(picture: &[u8], parameters: &Parameters) -> Result<Vec<u8>, EmbedError> {
    let mut image = parts(Bytes::copy_from_slice(picture))?;
    // As they will be read: cleaned. Only so can `original` know our own text again.
    let parameters = own::read(&own::write(parameters)).ok_or(EmbedError::TooLong)?;
    match &mut image {
        DynImage::Png(image) => png::put(image, &parameters),
        DynImage::Jpeg(image) => exif::put(image, &parameters, Some(exif::JPEG_LIMIT))?,
        DynImage::WebP(image) => exif::put(image, &parameters, None)?,
    }
    Ok(image.encoder().bytes().into())
}

/// The parameters inside a picture: ours, or the widely used text. `None` when there are none.
#[must_use]
pub fn read(picture: &[u8]) -> Option<Parameters> {
    found(&parts(Bytes::copy_from_slice(picture)).ok()?)
}

/// The picture as it was before [`embed`], and what [`read`] says. Bytes only change where their hash proves that this is
/// the very file the parameters were put into: so a download that is imported again is no second picture.
#[must_use]
pub fn original(picture: Vec<u8>) -> (Vec<u8>, Option<Parameters>) {
    let bytes = Bytes::from(picture);
    let Ok(mut image) = parts(bytes.clone()) else { return (bytes.into(), None) };
    let parameters = found(&image);
    let hash = parameters.as_ref().map_or("", |it| it.hash.as_str());
    if is_hash(hash) {
        match &mut image {
            DynImage::Png(image) => png::take_out(image),
            DynImage::Jpeg(image) => image.set_exif(None),
            DynImage::WebP(image) => image.set_exif(None),
        }
        let stripped = image.encoder().bytes();
        if sha256(&stripped) == hash {
            return (stripped.into(), parameters);
        }
    }
    (bytes.into(), parameters)
}

/// A name for the file of a single download: the day, the prompt's first words, the kind. No system stumbles over it.
#[must_use]
pub fn download_name(entry: &PictureEntry) -> String {
    /// Characters of the prompt: in UTF-8 and with the rest, well below the 255 bytes that file systems allow.
    const WORDS: usize = 50;
    let plain: String =
        entry.prompt.chars().map(|letter| if letter.is_alphanumeric() { letter } else { ' ' }).collect();
    let mut name = Moment::of(entry.created).date();
    let mut length = 0;
    for word in plain.split_whitespace() {
        let rest = WORDS.saturating_sub(length);
        if rest == 0 || (length > 0 && word.chars().count() > rest) {
            break;
        }
        let word: String = word.chars().take(rest).collect();
        length += word.chars().count() + 1;
        name.push(' ');
        name.push_str(&word);
    }
    if length == 0 {
        let id = entry.id.chars().filter(char::is_ascii_alphanumeric).take(8);
        name.push(' ');
        name.extend(id);
    }
    name.truncate(name.trim_end().len());
    name.push('.');
    name.push_str(entry.kind.extension());
    name
}

fn parts(picture: Bytes) -> Result<DynImage, EmbedError> {
    if picture.len() > FILE_LIMIT {
        return Err(EmbedError::Broken);
    }
    DynImage::from_bytes(picture).map_err(|_| EmbedError::Broken)?.ok_or(EmbedError::NotAPicture)
}

fn found(image: &DynImage) -> Option<Parameters> {
    let notes = match image {
        DynImage::Png(image) => png::notes(image),
        DynImage::Jpeg(image) => exif::notes(image),
        DynImage::WebP(image) => exif::notes(image),
    };
    notes.parameters()
}

/// The two texts as they were found.
#[derive(Debug, Default)]
struct Notes {
    /// Our own JSON.
    own: Option<String>,
    /// The widely used text.
    text: Option<String>,
    /// The text stood where only parameters stand; elsewhere it has to look like them.
    text_is_sure: bool,
}

impl Notes {
    /// Our own JSON is exact and goes first; from the text of another tool come the settings that we have no field for.
    fn parameters(self) -> Option<Parameters> {
        let text =
            self.text.and_then(|text| infotext::read(&text, self.text_is_sure).map(|read| (text, read)));
        let Some(mut own) = self.own.and_then(|json| own::read(&json)) else {
            return text.map(|(_, parameters)| parameters);
        };
        if let Some((text, parameters)) = text
            && text != infotext::write(&own)
        {
            own.more = parameters.more;
        }
        Some(own)
    }
}
