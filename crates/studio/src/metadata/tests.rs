//! Parameters go in and come out, pixels stay, and nothing from outside does harm.

use super::*;
use fusionbrain::Size;
use proptest::prelude::*;
use simulator::paint::{Canvas, paint};
use std::io::{Cursor, Write};

fn whole() -> Parameters {
    Parameters {
        prompt: "Ёжик в тумане,\nочень подробно: 4k, \"мягкий\" свет".into(),
        negative: "blurry, <b>text</b>".into(),
        style: "ANIME".into(),
        width: 192,
        height: 128,
        pipeline: "Kandinsky: 3.1, new".into(),
        task: "7f1d2c1e-0000-4000-8000-000000000000".into(),
        created: Some(1_795_374_513_000),
        seconds: Some(8.25),
        ..Parameters::default()
    }
}

/// Painted once: it takes longer than all else that is tried here many times.
fn canvas() -> &'static Canvas {
    static CANVAS: std::sync::OnceLock<Canvas> = std::sync::OnceLock::new();
    CANVAS.get_or_init(|| paint("кот", "", None, Size::new(192, 128).unwrap(), 7))
}

type Pixels = fn(&[u8]) -> Vec<u8>;

fn png_pixels(file: &[u8]) -> Vec<u8> {
    let mut reader = ::png::Decoder::new(Cursor::new(file)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut pixels).unwrap();
    pixels
}

fn jpeg_pixels(file: &[u8]) -> Vec<u8> {
    zune_jpeg::JpegDecoder::new(zune_jpeg::zune_core::bytestream::ZCursor::new(file)).decode().unwrap()
}

fn webp_pixels(file: &[u8]) -> Vec<u8> {
    let mut decoder = image_webp::WebPDecoder::new(Cursor::new(file)).unwrap();
    let mut pixels = vec![0; decoder.output_buffer_size().unwrap()];
    decoder.read_image(&mut pixels).unwrap();
    pixels
}

fn painted() -> [(&'static str, Vec<u8>, Pixels); 3] {
    let canvas = canvas();
    [
        ("png", canvas.png(), png_pixels as Pixels),
        ("jpeg", canvas.jpeg(), jpeg_pixels),
        ("webp", canvas.webp(), webp_pixels),
    ]
}

#[test]
fn a_painted_picture_carries_its_parameters_and_keeps_its_pixels() {
    for (kind, file, pixels) in painted() {
        let parameters = Parameters { hash: sha256(&file), ..whole() };
        assert_eq!(read(&file), None, "{kind}: nothing there yet");
        let filled = embed(&file, &parameters).unwrap();
        assert_eq!(pixels(&filled), pixels(&file), "{kind}");
        assert_eq!(read(&filled), Some(parameters.clone()), "{kind}");
        assert_eq!(
            original(filled.clone()),
            (file.clone(), Some(parameters.clone())),
            "{kind}: the very same file again"
        );
        let again = embed(&filled, &Parameters { prompt: "другой".into(), ..parameters.clone() }).unwrap();
        assert_eq!(read(&again).unwrap().prompt, "другой", "{kind}: replaced, not added");
        assert_eq!(original(again).0, file, "{kind}");
        let unproven = embed(&file, &Parameters { hash: "0".repeat(64), ..whole() }).unwrap();
        assert_eq!(
            original(unproven.clone()).0,
            unproven,
            "{kind}: a hash that proves nothing changes nothing"
        );
    }
}

#[test]
fn other_tools_find_the_text_where_they_look() {
    let text = "Ёжик в тумане,\nочень подробно: 4k, \"мягкий\" свет\nNegative prompt: blurry, <b>text</b>\n\
        Size: 192x128, Model: \"Kandinsky: 3.1, new\", Style: ANIME, Service: Fusion Brain, Generator: Komposition";
    let [(_, png, _), (_, jpeg, _), (_, webp, _)] = painted();
    let file = embed(&png, &whole()).unwrap();
    let reader = ::png::Decoder::new(Cursor::new(&file)).read_info().unwrap();
    let chunk = reader.info().utf8_text.iter().find(|chunk| chunk.keyword == "parameters").unwrap();
    assert_eq!(chunk.get_text().unwrap(), text);
    let file = embed(&png, &Parameters { prompt: "a cat".into(), ..Parameters::default() }).unwrap();
    let reader = ::png::Decoder::new(Cursor::new(&file)).read_info().unwrap();
    let chunk =
        reader.info().uncompressed_latin1_text.iter().find(|chunk| chunk.keyword == "parameters").unwrap();
    assert_eq!(chunk.text, "a cat\nSize: 0x0, Service: Fusion Brain, Generator: Komposition");
    for file in [embed(&jpeg, &whole()).unwrap(), embed(&webp, &whole()).unwrap()] {
        let exif = ::exif::Reader::new().read_from_container(&mut Cursor::new(&file)).unwrap();
        let field = exif.get_field(::exif::Tag::UserComment, ::exif::In::PRIMARY).unwrap();
        let ::exif::Value::Undefined(comment, _) = &field.value else { panic!("{field:?}") };
        let units = comment.strip_prefix(b"UNICODE\0").unwrap().as_chunks::<2>().0;
        let units: Vec<u16> = units.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
        assert_eq!(String::from_utf16(&units).unwrap(), text);
    }
}

#[test]
fn the_text_of_other_tools_is_read() {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    for (text, prompt, negative, size, model, more) in [
        (
            "a cat,\nin boots\nNegative prompt: dog,\nbird\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x768, Model: sd_xl",
            "a cat,\nin boots",
            "dog,\nbird",
            (512, 768),
            "sd_xl",
            vec![pair("Steps", "20"), pair("Sampler", "Euler a"), pair("CFG scale", "7"), pair("Seed", "1")],
        ),
        (
            "cat\r\nSteps: 1, Lora hashes: \"a: 1, b: 2\", Size: 8x8\r\nTemplate: x",
            "cat",
            "",
            (8, 8),
            "",
            vec![pair("Steps", "1"), pair("Lora hashes", "a: 1, b: 2")],
        ),
        ("кот, собака: друзья, лес", "кот, собака: друзья, лес", "", (0, 0), "", vec![]),
        ("Negative prompt: dog", "", "dog", (0, 0), "", vec![]),
        ("cat\nSize: axb, A: 1, B: 2", "cat", "", (0, 0), "", vec![pair("A", "1"), pair("B", "2")]),
        (
            "cat\nSize: 1x1, A: \"not closed, B: 2",
            "cat",
            "",
            (1, 1),
            "",
            vec![pair("A", "\"not closed"), pair("B", "2")],
        ),
    ] {
        let read = infotext::read(text, true).unwrap();
        assert_eq!((read.prompt.as_str(), read.negative.as_str()), (prompt, negative), "{text:?}");
        assert_eq!(((read.width, read.height), read.pipeline.as_str()), (size, model), "{text:?}");
        assert_eq!(read.more, more, "{text:?}");
    }
    assert_eq!(infotext::read("OLYMPUS DIGITAL CAMERA", false), None, "not every comment is a prompt");
    assert_eq!(infotext::read(" \n\u{0}", true), None);
}

fn png_with(kind: [u8; 4], contents: &[u8]) -> Vec<u8> {
    let mut image = img_parts::png::Png::from_bytes(Bytes::from(canvas().png())).unwrap();
    let at = image.chunks().len() - 1;
    image.chunks_mut().insert(at, img_parts::png::PngChunk::new(kind, Bytes::copy_from_slice(contents)));
    image.encoder().bytes().into()
}

fn packed(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// Thousands of them would keep the reader busy for minutes.
#[test]
fn of_many_texts_of_one_name_only_the_first_few_are_unpacked() {
    let bomb = [b"parameters\0\0", packed(&vec![b'a'; 2 << 20]).as_slice()].concat();
    let good = b"parameters\0a cat\nSteps: 1, Seed: 2, Size: 3x4".to_vec();
    for (bombs, found) in [(3, true), (4, false)] {
        let mut image = img_parts::png::Png::from_bytes(png_with(*b"tEXt", &good).into()).unwrap();
        let bomb = img_parts::png::PngChunk::new(*b"zTXt", bomb.clone().into());
        image.chunks_mut().splice(1..1, std::iter::repeat_n(bomb, bombs));
        assert_eq!(read(&image.encoder().bytes()).is_some(), found, "{bombs} bombs");
    }
}

#[test]
fn every_kind_of_text_chunk_is_read_and_none_unpacks_without_end() {
    let steps = "кот\nSteps: 1, Seed: 2, Size: 3x4";
    let itxt = |packed: u8, rest: &[u8]| {
        [b"parameters\0", &[packed, 0][..], b"ru\0", "слово\0".as_bytes(), rest].concat()
    };
    for (kind, contents, prompt) in [
        (*b"tEXt", [b"parameters\0", steps.as_bytes()].concat(), Some("кот")),
        (*b"tEXt", b"parameters\0caf\xe9".to_vec(), Some("café")),
        (*b"iTXt", itxt(0, steps.as_bytes()), Some("кот")),
        (*b"iTXt", itxt(1, &packed(steps.as_bytes())), Some("кот")),
        (*b"zTXt", [b"parameters\0\0", packed(steps.as_bytes()).as_slice()].concat(), Some("кот")),
        (*b"zTXt", [b"parameters\0\0", packed(&vec![b'a'; 100 << 20]).as_slice()].concat(), None),
        (*b"zTXt", b"parameters\0\0garbage".to_vec(), None),
        (*b"zTXt", b"parameters\0\x07".to_vec(), None),
        (*b"iTXt", b"parameters\0".to_vec(), None),
        (*b"iTXt", b"parameters\0\0\0ru".to_vec(), None),
        (*b"tEXt", b"parameters".to_vec(), None),
        (*b"tEXt", [b"parameters\0".to_vec(), vec![b'a'; 2 << 20]].concat(), None),
        (*b"tEXt", b"Comment\0cat".to_vec(), None),
        (*b"tEXt", b"komposition\0{\"komposition\":0,\"prompt\":\"x\"}".to_vec(), None),
        (*b"tEXt", b"komposition\0{\"komposition\":9,\"prompt\":\"x\"}".to_vec(), Some("x")),
    ] {
        assert_eq!(read(&png_with(kind, &contents)).map(|it| it.prompt).as_deref(), prompt, "{kind:?}");
    }
}

#[test]
fn what_another_tool_wrote_is_not_lost() {
    let file = png_with(*b"tEXt", b"parameters\0cat\nSteps: 1, Seed: 2, Size: 3x4");
    let filled = embed(&file, &Parameters { hash: sha256(&file), ..whole() }).unwrap();
    let read = read(&filled).unwrap();
    assert_eq!(
        (read.prompt, read.more.len()),
        (whole().prompt, 2),
        "our own, and the settings we have no field for"
    );
    assert_eq!(original(filled).0, file);

    let mut image = img_parts::jpeg::Jpeg::from_bytes(Bytes::from(canvas().jpeg())).unwrap();
    let field = ::exif::Field {
        tag: ::exif::Tag::Orientation,
        ifd_num: ::exif::In::PRIMARY,
        value: ::exif::Value::Short(vec![6]),
    };
    let mut writer = ::exif::experimental::Writer::new();
    writer.push_field(&field);
    let mut block = Cursor::new(Vec::new());
    writer.write(&mut block, true).unwrap();
    image.set_exif(Some(block.into_inner().into()));
    let turned: Vec<u8> = image.encoder().bytes().into();
    assert_eq!(embed(&turned, &whole()), Err(EmbedError::Occupied));
}

#[test]
fn a_comment_is_read_in_whatever_order_its_letters_are() {
    for text in ["кот\nSteps: 1, Seed: 2, Size: 3x4", "cat\nSteps: 1, Seed: 2, Size: 3x4"] {
        for (encode, mark) in [
            (u16::to_le_bytes as fn(u16) -> [u8; 2], ""),
            (u16::to_be_bytes, ""),
            (u16::to_le_bytes, "\u{feff}"),
            (u16::to_be_bytes, "\u{feff}"),
        ] {
            let letters = format!("{mark}{text}");
            let comment =
                [&b"UNICODE\0"[..], &letters.encode_utf16().flat_map(encode).collect::<Vec<u8>>()].concat();
            let field = ::exif::Field {
                tag: ::exif::Tag::UserComment,
                ifd_num: ::exif::In::PRIMARY,
                value: ::exif::Value::Undefined(comment, 0),
            };
            let mut writer = ::exif::experimental::Writer::new();
            writer.push_field(&field);
            let mut block = Cursor::new(Vec::new());
            writer.write(&mut block, false).unwrap();
            let mut image = img_parts::jpeg::Jpeg::from_bytes(Bytes::from(canvas().jpeg())).unwrap();
            image.set_exif(Some(block.into_inner().into()));
            let read = read(&image.encoder().bytes()).unwrap();
            assert_eq!((read.prompt.chars().count(), read.width), (3, 3), "{letters:?}");
        }
    }
}

#[test]
fn what_cannot_take_parameters_says_why() {
    let [(_, png, _), (_, jpeg, _), (_, webp, _)] = painted();
    let long = Parameters { prompt: "ж".repeat(20_000), ..whole() };
    assert_eq!(embed(b"GIF89a", &whole()), Err(EmbedError::NotAPicture));
    assert_eq!(embed(b"", &whole()), Err(EmbedError::NotAPicture));
    assert_eq!(embed(&png[..png.len() / 2], &whole()), Err(EmbedError::Broken));
    assert_eq!(embed(&jpeg, &long), Err(EmbedError::TooLong));
    assert_eq!(read(&embed(&webp, &long).unwrap()).unwrap().prompt, long.prompt);
    assert_eq!(read(&embed(&png, &long).unwrap()).unwrap().prompt, long.prompt);
}

#[test]
fn a_download_has_a_name_that_every_system_takes() {
    let entry = |prompt: &str| PictureEntry {
        prompt: prompt.into(),
        kind: fusionbrain::PictureKind::Jpeg,
        ..PictureEntry::new("job-1234-56789", 1_795_374_513_000)
    };
    for (prompt, name) in [
        ("Кот в сапогах, 4k", "2026-11-22 Кот в сапогах 4k.jpg"),
        ("../../etc/passwd\u{0}", "2026-11-22 etc passwd.jpg"),
        ("CON:*?\"<>|", "2026-11-22 CON.jpg"),
        ("", "2026-11-22 job12345.jpg"),
        ("🐈", "2026-11-22 job12345.jpg"),
        (&"слово ".repeat(30), "2026-11-22 слово слово слово слово слово слово слово слово.jpg"),
    ] {
        assert_eq!(download_name(&entry(prompt)), name);
    }
    assert!(download_name(&entry(&"㐀".repeat(500))).len() < 200);
}

fn any_parameters() -> impl Strategy<Value = Parameters> {
    let text = || {
        prop_oneof![
            any::<String>(),
            "[а-яёa-z ,:\n\"]{0,40}",
            Just("Negative prompt: x\nA: 1, B: 2, C: 3".to_owned())
        ]
    };
    (text(), text(), text(), 0..5000_u32, prop::option::of(0..4_000_000_000_000_u64)).prop_map(
        |(prompt, negative, style, width, created)| Parameters {
            prompt,
            negative,
            style,
            width,
            created,
            ..Parameters::default()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_the_texts_are_they_come_back(parameters in any_parameters()) {
        for (_, file, _) in painted() {
            let parameters = Parameters { hash: sha256(&file), ..parameters.clone() };
            let filled = embed(&file, &parameters).unwrap();
            let read = read(&filled).unwrap();
            let cleaned = |text: &str| crate::library::cleaned(text, 20_000);
            prop_assert_eq!(&read.prompt, &cleaned(&parameters.prompt));
            prop_assert_eq!(&read.negative, &cleaned(&parameters.negative));
            prop_assert_eq!((read.width, read.created), (parameters.width, parameters.created));
            prop_assert!(original(filled).0 == file);
        }
    }

    #[test]
    fn a_damaged_picture_never_panics(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8), cut in any::<prop::sample::Index>()) {
        for (_, file, _) in painted() {
            let mut filled = embed(&file, &whole()).unwrap();
            // In the first bytes, where the structure is.
            let head = filled.len().min(3000);
            for (at, byte) in &changes {
                filled[at.index(head)] = *byte;
            }
            let _ = (read(&filled), embed(&filled, &whole()), original(filled.clone()));
            filled.truncate(cut.index(filled.len()));
            let _ = (read(&filled), embed(&filled, &whole()), original(filled));
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for head in [&b""[..], b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe1\x00\x40Exif\0\0II*\0", b"RIFF\x40\0\0\0WEBPEXIF"] {
            let file = [head, &bytes].concat();
            let _ = (read(&file), embed(&file, &whole()));
            prop_assert_eq!(original(file.clone()).0, file);
        }
    }

    #[test]
    fn arbitrary_text_is_only_ever_text(text in any::<String>(), line in "[a-z0-9:, \"\\\\]{0,60}") {
        let _ = infotext::read(&format!("{text}\n{line}"), true);
        let _ = own::read(&text);
    }
}
