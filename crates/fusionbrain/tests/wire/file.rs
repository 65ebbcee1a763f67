use crate::table::check;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine};
use fusionbrain::{File, Picture, PictureError, PictureKind, read_file};
use std::borrow::Cow;

/// Whole pictures of one pixel.
const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const WEBP_LOSSY: &str = "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA";
const WEBP_LOSSLESS: &str = "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==";
const WEBP_EXTENDED: &str = "UklGRkoAAABXRUJQVlA4WAoAAAAQAAAAAAAAAAAAQUxQSAwAAAARBxAR/Q9ERP8DAABWUDggGAAAABQBAJ0BKgEAAQAAAP4AAA3AAP7mtQAAAA==";

/// The headers of a JPEG: JFIF, a quantisation table, the frame.
pub(crate) fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xdb\0\x43\0".to_vec();
    bytes.extend([16; 64]);
    bytes.extend(b"\xff\xc2\0\x11\x08");
    bytes.extend(height.to_be_bytes());
    bytes.extend(width.to_be_bytes());
    bytes.extend(b"\x03\x01\x22\0\x02\x11\x01\x03\x11\x01\xff\xd9");
    bytes
}

/// The beginning of a PNG.
pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend(b"\x08\x06\0\0\0");
    bytes
}

/// The beginning of a lossy WebP whose sides carry scaling hints in their upper bits.
fn webp(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = b"RIFF\x22\0\0\0WEBPVP8 \x16\0\0\0\x30\x01\0\x9d\x01\x2a".to_vec();
    bytes.extend(width.to_le_bytes());
    bytes.extend(height.to_le_bytes());
    bytes
}

type Seen = Result<(PictureKind, u32, u32), PictureError>;

fn look(bytes: Vec<u8>) -> Seen {
    Picture::from_bytes(bytes).map(|picture| (picture.kind, picture.width, picture.height))
}

#[test]
fn the_kind_and_size_come_from_the_bytes() {
    let decode = |text| BASE64_STANDARD.decode(text).unwrap();
    let not = |starts: &str| Err(PictureError::NotAPicture { starts: starts.into() });
    check(
        vec![
            ("PNG", decode(PNG), Ok((PictureKind::Png, 1, 1))),
            ("PNG, width before height", png(640, 960), Ok((PictureKind::Png, 640, 960))),
            ("JPEG (progressive), width before height", jpeg(576, 1024), Ok((PictureKind::Jpeg, 576, 1024))),
            ("WebP, lossy", decode(WEBP_LOSSY), Ok((PictureKind::Webp, 1, 1))),
            ("WebP, lossless", decode(WEBP_LOSSLESS), Ok((PictureKind::Webp, 1, 1))),
            ("WebP, extended", decode(WEBP_EXTENDED), Ok((PictureKind::Webp, 1, 1))),
            (
                "WebP's scaling hints are no part of the size",
                webp(640 | 0x4000, 960 | 0x8000),
                Ok((PictureKind::Webp, 640, 960)),
            ),
            ("nothing", vec![], Err(PictureError::Empty)),
            ("a PNG without width", png(0, 5), not("89 50 4e 47 0d 0a 1a 0a 00 00 00 0d 49 48 44 52")),
            ("a JPEG without height", jpeg(5, 0), not("ff d8 ff e0 00 10 4a 46 49 46 00 01 01 00 00 01")),
            ("a WebP without width", webp(0x4000, 5), not("52 49 46 46 22 00 00 00 57 45 42 50 56 50 38 20")),
            (
                "a PNG cut in its header",
                png(5, 5)[..20].to_vec(),
                not("89 50 4e 47 0d 0a 1a 0a 00 00 00 0d 49 48 44 52"),
            ),
            (
                "a JPEG cut before its frame",
                jpeg(5, 5)[..30].to_vec(),
                not("ff d8 ff e0 00 10 4a 46 49 46 00 01 01 00 00 01"),
            ),
            (
                "another signature",
                b"\x89PNG\n\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01".to_vec(),
                not("89 50 4e 47 0a 0a 1a 0a 00 00 00 0d 49 48 44 52"),
            ),
            ("a page", b"<html><body>no</body>".to_vec(), not("\"<html><body>no</\"")),
            ("a GIF", b"GIF89a\x01\0\x01\0".to_vec(), not("47 49 46 38 39 61 01 00 01 00")),
            ("one byte", vec![0xff], not("ff")),
        ],
        |bytes| look(bytes.clone()),
    );
}

#[test]
fn every_dressing_of_base64() {
    let jpeg = jpeg(300, 200);
    // Bytes chosen so that all of "+", "/" and padding occur.
    let bytes = [&jpeg[..], &[0xfb, 0xff, 0xbf, 0xfe, 0x01]].concat();
    let clean = BASE64_STANDARD.encode(&bytes);
    assert!(clean.contains('+') && clean.contains('/') && clean.ends_with('='), "{clean}");
    let lines: String =
        clean.as_bytes().chunks(76).map(|line| format!("{}\r\n", str::from_utf8(line).unwrap())).collect();
    check(
        vec![
            ("bare", clean.clone(), false),
            ("white space around it", format!(" {clean}\n"), false),
            ("with a data: prefix", format!("data:image/jpeg;base64,{clean}"), false),
            ("the prefix's promise is not believed", format!("data:image/png;base64,{clean}"), false),
            ("a prefix with parameters, in upper case", format!("DATA:image/jpeg;x=y;BASE64,{clean}"), false),
            ("a prefix without a type", format!("data:;base64,{clean}"), false),
            ("white space inside", lines, true),
            ("white space after the prefix", format!("data:image/jpeg;base64,\n{clean}"), true),
            ("the URL-safe alphabet", clean.replace('+', "-").replace('/', "_"), true),
            ("missing padding", clean.trim_end_matches('=').into(), true),
            ("URL-safe and unpadded", BASE64_URL_SAFE_NO_PAD.encode(&bytes), true),
            ("too much padding", format!("{clean}=="), true),
        ],
        |text| match read_file(text) {
            Ok(File::Picture { picture, base64 }) => {
                assert_eq!((picture.kind, picture.width, picture.height), (PictureKind::Jpeg, 300, 200));
                assert_eq!(picture.bytes, bytes, "{text}");
                assert_eq!(base64, clean, "the text is made clean: {text}");
                matches!(base64, Cow::Owned(_))
            }
            other => panic!("{text}: {other:?}"),
        },
    );
}

#[test]
fn bits_left_over_at_the_end_are_passed_over_as_browsers_do() {
    let bytes = png(1, 1);
    let clean = BASE64_STANDARD.encode(&bytes);
    assert!(clean.ends_with("AA==") || clean.ends_with("A="), "{clean}");
    let odd = clean.replacen("A=", "B=", 1);
    match read_file(&odd) {
        Ok(File::Picture { picture, .. }) => assert_eq!(picture.bytes, bytes),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_not_a_picture() {
    let bad = || Err(PictureError::BadBase64);
    let link = |text: &str| Ok(File::Link(text.into()));
    let html = BASE64_STANDARD.encode("<html>");
    check(
        vec![
            ("an address", "https://cdn.example/a.png", link("https://cdn.example/a.png")),
            ("an address with white space around it", " http://a/b \n", link("http://a/b")),
            ("an address in upper case", "HTTPS://a/b", link("HTTPS://a/b")),
            ("an address with white space inside is none", "https://a b", bad()),
            ("a scheme without an address", "https://", bad()),
            ("nothing", " \n", Err(PictureError::Empty)),
            ("nothing behind the prefix", "data:image/png;base64,", Err(PictureError::Empty)),
            ("nothing but padding", "====", Err(PictureError::Empty)),
            ("a prefix without base64", "data:image/svg+xml,<svg/>", bad()),
            ("a prefix without a comma", "data:image/png;base64", bad()),
            ("a letter that base64 has not", "iVBORw0K*AAA", bad()),
            ("a letter that base64 has not, of two bytes", "iVBORw0Kя", bad()),
            ("padding in the middle", "iVBO==Rw0KGg", bad()),
            ("one letter too many", "iVBOR", bad()),
            ("base64 of a page", &html, Err(PictureError::NotAPicture { starts: "\"<html>\"".into() })),
        ],
        |text| read_file(text),
    );
}

#[test]
fn a_picture_knows_its_names() {
    let names =
        [PictureKind::Png, PictureKind::Jpeg, PictureKind::Webp].map(|kind| (kind.mime(), kind.extension()));
    assert_eq!(names, [("image/png", "png"), ("image/jpeg", "jpg"), ("image/webp", "webp")]);
    assert_eq!(Picture::data_url(PictureKind::Webp, "QQ=="), "data:image/webp;base64,QQ==");
    assert_eq!(format!("{:?}", Picture::from_bytes(png(2, 3)).unwrap()), "Picture(Png 2x3, 29 bytes)");
}
