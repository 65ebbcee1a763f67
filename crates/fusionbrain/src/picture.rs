//! Pictures, told by their bytes and never by a promise.

use imagesize::ImageType;
use std::fmt;

/// The kinds of pictures the service has sent: JPEG until the middle of 2025, PNG since, WebP tolerated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PictureKind {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP.
    Webp,
}

impl PictureKind {
    /// The MIME type.
    pub fn mime(self) -> &'static str {
        match self {
            PictureKind::Png => "image/png",
            PictureKind::Jpeg => "image/jpeg",
            PictureKind::Webp => "image/webp",
        }
    }

    /// The file name's extension, without a dot.
    pub fn extension(self) -> &'static str {
        match self {
            PictureKind::Png => "png",
            PictureKind::Jpeg => "jpg",
            PictureKind::Webp => "webp",
        }
    }
}

/// Bytes that begin as a picture does.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// The file, whole.
    pub bytes: Vec<u8>,
    /// Told by the first bytes.
    pub kind: PictureKind,
    /// Width in pixels, at least 1.
    pub width: u32,
    /// Height in pixels, at least 1.
    pub height: u32,
}

impl fmt::Debug for Picture {
    /// Without the megabytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({:?} {}x{}, {} bytes)", self.kind, self.width, self.height, self.bytes.len())
    }
}

/// Why a file is no picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PictureError {
    /// Nothing there.
    Empty,
    /// A text that is not base64 in any of the tolerated dressings.
    BadBase64,
    /// Bytes, but no picture of a known kind with a size.
    NotAPicture {
        /// The first bytes: as a quoted text when they are one, else in hexadecimal.
        starts: String,
    },
}

impl fmt::Display for PictureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PictureError::Empty => f.write_str("the file is empty"),
            PictureError::BadBase64 => f.write_str("the file is not base64"),
            PictureError::NotAPicture { starts } => write!(f, "the file is no picture, it starts: {starts}"),
        }
    }
}

impl std::error::Error for PictureError {}

impl Picture {
    /// Looks at the bytes: kind and size. Nothing is decoded, so a file that breaks off later passes.
    ///
    /// # Errors
    /// [`PictureError::Empty`] or [`PictureError::NotAPicture`]; a picture without pixels is none.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, PictureError> {
        if bytes.is_empty() {
            return Err(PictureError::Empty);
        }
        match kind_and_size(&bytes) {
            Some((kind, width, height)) if width > 0 && height > 0 => Ok(Self { bytes, kind, width, height }),
            _ => Err(PictureError::NotAPicture { starts: starts(&bytes) }),
        }
    }

    /// The address under which an `img` shows a clean base64 text (see [`crate::File::Picture`]) without any copy in
    /// between.
    pub fn data_url(kind: PictureKind, base64: &str) -> String {
        ["data:", kind.mime(), ";base64,", base64].concat()
    }
}

fn kind_and_size(bytes: &[u8]) -> Option<(PictureKind, u32, u32)> {
    let kind = match imagesize::image_type(bytes).ok()? {
        // The crate looks at four bytes of the signature; a PNG has eight, and its header comes first.
        ImageType::Png if bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.get(12..16)? == b"IHDR" => {
            PictureKind::Png
        }
        ImageType::Jpeg => PictureKind::Jpeg,
        ImageType::Webp => PictureKind::Webp,
        _ => return None,
    };
    let size = imagesize::blob_size(bytes).ok()?;
    let (mut width, mut height) = (u32::try_from(size.width).ok()?, u32::try_from(size.height).ok()?);
    if kind == PictureKind::Webp && bytes.get(12..16)? == b"VP8 " {
        // The two upper bits of a lossy WebP's sides are a scaling hint (RFC 6386, 9.1), which the crate leaves in.
        width &= 0x3fff;
        height &= 0x3fff;
    }
    Some((kind, width, height))
}

/// The first bytes in a form that tells a person what came instead: `"<html>"` or `00 01 02`.
fn starts(bytes: &[u8]) -> String {
    let head = &bytes[..bytes.len().min(16)];
    if head.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()) {
        format!("\"{}\"", String::from_utf8_lossy(head).trim())
    } else {
        head.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
    }
}
