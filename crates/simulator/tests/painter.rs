//! The painter keeps its promises: sizes, sameness, difference.
#![allow(clippy::unwrap_used)]

use fusionbrain::{File, PictureKind, SHAPES, Size};
use proptest::prelude::*;
use simulator::paint::paint;

const CAT: &str = "Пушистый кот в очках";

fn small() -> Size {
    Size::new(192, 160).unwrap()
}

fn rgb(prompt: &str, negative: &str, style: Option<&str>, seed: u64) -> Vec<u8> {
    paint(prompt, negative, style, small(), seed).rgb()
}

/// How much two pictures differ: mean of the channels' differences, 0 to 255.
fn difference(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>() / a.len() as f64
}

#[test]
fn the_same_prompt_style_size_and_seed_make_the_same_picture() {
    for style in [None, Some("KANDINSKY"), Some("UHD"), Some("ANIME")] {
        assert_eq!(rgb(CAT, "", style, 1), rgb(CAT, "", style, 1), "{style:?}");
    }
}

#[test]
fn another_prompt_negative_style_or_seed_makes_another_picture() {
    let cat = rgb(CAT, "", None, 1);
    for (name, other) in [
        ("prompt", rgb("Маяк у моря", "", None, 1)),
        ("abstract prompt", rgb("Тишина", "", None, 1)),
        ("negative", rgb(CAT, "очки", None, 1)),
        ("style", rgb(CAT, "", Some("ANIME"), 1)),
        ("other style", rgb(CAT, "", Some("UHD"), 1)),
        ("seed", rgb(CAT, "", None, 2)),
    ] {
        let difference = difference(&cat, &other);
        assert!(difference > 8.0, "{name}: {difference}");
    }
}

#[test]
fn twenty_abstract_prompts_make_twenty_pictures() {
    let pictures: Vec<_> = (0..20).map(|index| rgb(&format!("мысль {index}"), "", None, 1)).collect();
    for (index, picture) in pictures.iter().enumerate() {
        for other in &pictures[index + 1..] {
            assert!(difference(picture, other) > 8.0);
        }
    }
}

#[test]
fn every_shape_and_both_extremes_have_exactly_the_asked_size() {
    let extremes = [(128, 128), (2048, 128), (128, 2048), (2048, 2048), (129, 777)];
    let sizes = SHAPES.iter().map(|shape| (shape.size.width(), shape.size.height())).chain(extremes);
    for (width, height) in sizes {
        let png = paint(CAT, "", Some("KANDINSKY"), Size::new(width, height).unwrap(), 1).png();
        let picture = fusionbrain::Picture::from_bytes(png).unwrap();
        assert_eq!((picture.width, picture.height, picture.kind), (width, height, PictureKind::Png));
    }
}

#[test]
fn a_square_of_1024_is_a_file_of_100_kb_to_2_mb() {
    for style in ["KANDINSKY", "ANIME", "UHD", ""] {
        let size = Size::new(1024, 1024).unwrap();
        let bytes = paint(CAT, "", Some(style), size, 1).png().len();
        assert!((100_000..2_000_000).contains(&bytes), "{style}: {bytes}");
    }
}

#[test]
fn the_words_of_the_prompt_stand_on_a_light_card_and_an_emoji_alone_has_none() {
    let corner = |prompt: &str| {
        let canvas = paint(prompt, "", Some("UHD"), Size::new(512, 512).unwrap(), 1);
        let at = (488 * 512 + 26) * 3;
        canvas.rgb()[at..at + 3].to_vec()
    };
    let light = |pixel: Vec<u8>| pixel.iter().all(|channel| *channel > 200);
    for prompt in ["Тишина", "Silence", "Тишина 🐈", "静けさ silence"] {
        assert!(light(corner(prompt)), "{prompt}");
    }
    for prompt in ["🐈", "静けさ", ""] {
        assert!(!light(corner(prompt)), "{prompt}");
    }
}

#[test]
fn a_blurred_picture_has_the_size_but_not_the_picture() {
    let canvas = paint(CAT, "", Some("KANDINSKY"), small(), 1);
    let blurred = canvas.blurred();
    assert_eq!((blurred.width(), blurred.height()), (canvas.width(), canvas.height()));
    // No edge is left: neighbours are nearly the same everywhere.
    let rgb = blurred.rgb();
    let row = blurred.width() as usize * 3;
    let steepest = |rgb: &[u8]| {
        rgb.chunks(row).flat_map(|row| row.windows(4).map(|w| w[0].abs_diff(w[3]))).max().unwrap()
    };
    assert!(steepest(&rgb) < 24, "{}", steepest(&rgb));
    assert!(steepest(&canvas.rgb()) > 100);
}

#[test]
#[cfg(all(feature = "jpeg", feature = "webp"))]
fn all_encodings_are_of_one_size() {
    let canvas = paint(CAT, "", None, small(), 1);
    for (bytes, kind) in [
        (canvas.png(), PictureKind::Png),
        (canvas.jpeg(), PictureKind::Jpeg),
        (canvas.webp(), PictureKind::Webp),
    ] {
        let picture = fusionbrain::Picture::from_bytes(bytes).unwrap();
        assert_eq!((picture.width, picture.height, picture.kind), (192, 160, kind));
    }
}

#[test]
fn a_png_reads_back_to_the_very_pixels() {
    let canvas = paint(CAT, "", Some("UHD"), small(), 1);
    let mut reader = png::Decoder::new(std::io::Cursor::new(canvas.png())).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut pixels).unwrap();
    assert_eq!(pixels, canvas.rgb());
}

#[test]
fn files_go_through_the_reader_of_the_protocol() {
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD.encode(paint(CAT, "", None, small(), 1).png());
    assert!(
        matches!(fusionbrain::read_file(&text), Ok(File::Picture { picture, .. }) if picture.width == 192)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_text_is_painted_in_any_style(
        prompt in "\\PC{0,120}",
        negative in "\\PC{0,20}",
        style in prop::option::of(prop_oneof![Just("KANDINSKY".to_owned()), Just("UHD".to_owned()), Just("ANIME".to_owned()), "\\PC{0,5}"]),
        (width, height) in prop_oneof![(128_u32..200, 128_u32..200), (128_u32..160, 600_u32..700), (600_u32..700, 128_u32..160)],
        seed in any::<u64>(),
    ) {
        let size = Size::new(width, height).unwrap();
        let canvas = paint(&prompt, &negative, style.as_deref(), size, seed);
        prop_assert_eq!((canvas.width(), canvas.height()), (width, height));
        prop_assert_eq!(canvas.rgb().len(), (width * height * 3) as usize);
    }

    /// Every motif, by its words, in every style.
    #[test]
    fn known_words_are_painted_together(words in prop::collection::vec(prop::sample::select(vec![
        "кот", "пёс", "лиса", "медведь", "кролик", "сова", "птица", "рыба", "бабочка", "девушка", "мужчина", "портрет",
        "робот", "замок", "дом", "маяк", "дерево", "цветок", "корабль", "сердце", "ракета", "воздушный шар", "машина",
        "кофе", "яблоко", "гриб", "солнце", "луна", "звёзды", "планета", "облако", "дождь", "снег", "горы", "море",
        "город", "лес", "очки", "шляпа", "корона", "пушистый", "рыжий", "ночь",
    ]), 1..6), style in prop::sample::select(vec!["KANDINSKY", "UHD", "ANIME", ""])) {
        let canvas = paint(&words.join(" "), "ярко", Some(style), small(), 3);
        prop_assert_eq!(canvas.width(), 192);
    }
}
