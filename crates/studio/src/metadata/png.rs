//! Text chunks of PNG. The crate takes the file apart and puts it together; what is inside a text chunk is read here,
//! because the crates that read it decode and encode the pixels as well.

use super::{Notes, Parameters, exif, infotext, own};
use flate2::read::ZlibDecoder;
use img_parts::Bytes;
use img_parts::png::{Png, PngChunk};
use std::io::Read;

const PARAMETERS: &str = "parameters";
const OWN: &str = "komposition";
/// Most bytes of a text, unpacked. A chunk may claim to unpack to anything.
const LIMIT: usize = 1 << 20;
/// So many texts of one name are unpacked. A picture has one; a file can be thousands of them, each unpacking to a megabyte.
const MOST: usize = 4;

/// Puts both texts in front of the pixels, where readers that stop at the pixels see them.
pub(super) fn put(image: &mut Png, parameters: &Parameters) {
    take_out(image);
    let text = infotext::write(parameters);
    let mut chunks = vec![chunk(OWN, &own::write(parameters))];
    if !image.chunks().iter().any(|chunk| keyword(chunk) == Some(PARAMETERS)) {
        chunks.insert(0, chunk(PARAMETERS, &text));
    }
    let at = image.chunks().len().min(1);
    image.chunks_mut().splice(at..at, chunks);
}

/// Takes out what [`put`] put in. A text of that name by another tool stays.
pub(super) fn take_out(image: &mut Png) {
    let notes = notes(image);
    let ours = notes.own.as_deref().and_then(own::read).map(|own| infotext::write(&own));
    let mut looked = 0;
    let mut is_ours = |chunk: &PngChunk| match keyword(chunk) {
        Some(OWN) => true,
        Some(PARAMETERS) => {
            looked += 1;
            ours.is_some() && looked <= MOST && text(chunk) == ours
        }
        _ => false,
    };
    image.chunks_mut().retain(|chunk| !is_ours(chunk));
}

pub(super) fn notes(image: &Png) -> Notes {
    let find = |wanted: &str| {
        image.chunks().iter().filter(|it| keyword(it) == Some(wanted)).take(MOST).find_map(text)
    };
    let mut notes = Notes { own: find(OWN), text: find(PARAMETERS), text_is_sure: true };
    if notes.own.is_none() && notes.text.is_none() {
        notes = exif::notes(image);
    }
    notes
}

/// `tEXt` where every reader agrees on the letters, `iTXt` (which is UTF-8) for the others.
fn chunk(keyword: &str, text: &str) -> PngChunk {
    let mut contents = keyword.as_bytes().to_vec();
    contents.push(0);
    if !text.is_ascii() {
        // Not compressed, no language, no translated keyword.
        contents.extend([0, 0, 0, 0]);
    }
    contents.extend(text.as_bytes());
    PngChunk::new(if text.is_ascii() { *b"tEXt" } else { *b"iTXt" }, Bytes::from(contents))
}

fn keyword(chunk: &PngChunk) -> Option<&str> {
    if !matches!(&chunk.kind(), b"tEXt" | b"zTXt" | b"iTXt") {
        return None;
    }
    // At most 79 bytes by the standard.
    let head = chunk.contents().get(..chunk.contents().len().min(80))?;
    std::str::from_utf8(&head[..head.iter().position(|byte| *byte == 0)?]).ok()
}

fn text(chunk: &PngChunk) -> Option<String> {
    let contents = chunk.contents();
    let rest = &contents[contents.iter().position(|byte| *byte == 0)? + 1..];
    let bytes = match &chunk.kind() {
        b"tEXt" => bounded(rest)?,
        b"zTXt" => unpacked(rest.strip_prefix(&[0])?)?,
        _ => {
            let (packed, rest) = rest.split_first()?;
            let mut fields = rest.get(1..)?.splitn(3, |byte| *byte == 0).skip(2);
            let text = fields.next()?;
            if *packed == 0 { bounded(text)? } else { unpacked(text)? }
        }
    };
    // tEXt is Latin-1 by the standard, and UTF-8 in many files.
    Some(
        String::from_utf8(bytes)
            .unwrap_or_else(|wrong| wrong.into_bytes().into_iter().map(char::from).collect()),
    )
}

fn bounded(bytes: &[u8]) -> Option<Vec<u8>> {
    (bytes.len() <= LIMIT).then(|| bytes.to_vec())
}

fn unpacked(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    ZlibDecoder::new(bytes).take(LIMIT as u64 + 1).read_to_end(&mut text).ok()?;
    (text.len() <= LIMIT).then_some(text)
}
