//! EXIF of JPEG and WebP (and of PNG, where other tools put it there).

use super::{EmbedError, Notes, Parameters, infotext, own};
use exif::experimental::Writer;
use exif::{Exif, Field, In, Reader, Tag, Value};
use img_parts::{Bytes, ImageEXIF};
use std::io::Cursor;

/// A JPEG's segment holds 65,533 bytes, six of which say that it is EXIF.
pub(super) const JPEG_LIMIT: usize = 65_533 - 6;
/// Greater blocks are not looked into.
const READ_LIMIT: usize = 1 << 20;
/// How a `UserComment` says that UTF-16 follows.
const UNICODE: &[u8] = b"UNICODE\0";
const ASCII: &[u8] = b"ASCII\0\0\0";

/// Writes both texts. EXIF of another maker is left alone: taken apart and put together it would not be the same.
pub(super) fn put(
    image: &mut impl ImageEXIF,
    parameters: &Parameters,
    limit: Option<usize>,
) -> Result<(), EmbedError> {
    if image.exif().is_some() && notes(image).own.is_none() {
        return Err(EmbedError::Occupied);
    }
    let exif = write(parameters).ok_or(EmbedError::TooLong)?;
    if limit.is_some_and(|limit| exif.len() > limit) {
        return Err(EmbedError::TooLong);
    }
    image.set_exif(Some(Bytes::from(exif)));
    Ok(())
}

/// Big-endian throughout: some readers take the order of a comment's UTF-16 from the block, some always take it for
/// big-endian, and so both are right.
fn write(parameters: &Parameters) -> Option<Vec<u8>> {
    let mut comment = UNICODE.to_vec();
    comment.extend(infotext::write(parameters).encode_utf16().flat_map(u16::to_be_bytes));
    let field = |tag, bytes| Field { tag, ifd_num: In::PRIMARY, value: Value::Undefined(bytes, 0) };
    let fields =
        [field(Tag::MakerNote, own::write(parameters).into_bytes()), field(Tag::UserComment, comment)];
    let mut writer = Writer::new();
    fields.iter().for_each(|field| writer.push_field(field));
    let mut block = Cursor::new(Vec::new());
    writer.write(&mut block, false).ok()?;
    Some(block.into_inner())
}

pub(super) fn notes(image: &impl ImageEXIF) -> Notes {
    let block = image.exif().filter(|block| block.len() <= READ_LIMIT);
    let Some(exif) = block.and_then(|block| Reader::new().read_raw(block.into()).ok()) else {
        return Notes::default();
    };
    Notes {
        own: bytes(&exif, Tag::MakerNote).and_then(|note| String::from_utf8(note.to_vec()).ok()),
        text: bytes(&exif, Tag::UserComment).map(|comment| decoded(comment, exif.little_endian())),
        text_is_sure: false,
    }
}

fn bytes(exif: &Exif, tag: Tag) -> Option<&[u8]> {
    match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Undefined(bytes, _) | Value::Byte(bytes) => Some(bytes),
        Value::Ascii(texts) => texts.first().map(Vec::as_slice),
        _ => None,
    }
}

fn decoded(comment: &[u8], little_endian: bool) -> String {
    let Some(units) = comment.strip_prefix(UNICODE) else {
        let text = comment.strip_prefix(ASCII).or_else(|| comment.strip_prefix(&[0; 8])).unwrap_or(comment);
        return String::from_utf8_lossy(text).into_owned();
    };
    let little = match units {
        [0xff, 0xfe, ..] => true,
        [0xfe, 0xff, ..] => false,
        _ => looks_little_endian(units).unwrap_or(little_endian),
    };
    let unit = |pair: &[u8; 2]| if little { u16::from_le_bytes(*pair) } else { u16::from_be_bytes(*pair) };
    let units: Vec<u16> = units.as_chunks::<2>().0.iter().map(unit).collect();
    String::from_utf16_lossy(&units)
}

/// Tools disagree on the order and none writes it down. Of Latin and Cyrillic letters the upper byte is the one that is
/// below 8; of texts without any, nothing can be told.
fn looks_little_endian(units: &[u8]) -> Option<bool> {
    let pairs = units.as_chunks::<2>().0;
    let first = pairs.iter().filter(|[first, second]| *first < 8 && *second >= 8).count();
    let second = pairs.iter().filter(|[first, second]| *second < 8 && *first >= 8).count();
    (first != second).then_some(second > first)
}
