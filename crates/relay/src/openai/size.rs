//! Which size is made when another one is asked for.

use fusionbrain::Size;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Width and height in pixels. Not [`Size`]: a server may paint what the service would not.
pub(crate) type Sides = (u32, u32);

/// What the models of large hosts paint, by how their names begin. The first that fits counts.
const KNOWN: [(&str, &[Sides]); 4] = [
    ("dall-e-2", &[(256, 256), (512, 512), (1024, 1024)]),
    ("dall-e-3", &[(1024, 1024), (1792, 1024), (1024, 1792)]),
    ("gpt-image", &[(1024, 1024), (1536, 1024), (1024, 1536)]),
    ("chatgpt-image", &[(1024, 1024), (1536, 1024), (1024, 1536)]),
];

/// Sizes far from these are misread numbers.
const PLAUSIBLE: std::ops::RangeInclusive<u32> = 64..=8192;

/// What is known about sizes.
pub(crate) struct Sizes {
    /// Said by whoever started the relay; goes before everything.
    told: Vec<Sides>,
    /// Named in a refusal, by model.
    learned: Mutex<HashMap<String, Vec<Sides>>>,
}

impl Sizes {
    pub(crate) fn new(told: &[Size]) -> Self {
        Self {
            told: told.iter().map(|size| (size.width(), size.height())).collect(),
            learned: Mutex::default(),
        }
    }

    /// The size to order from that model.
    pub(crate) fn nearest(&self, model: Option<&str>, asked: Size) -> Sides {
        let asked = (asked.width(), asked.height());
        if !self.told.is_empty() {
            return nearest(asked, &self.told);
        }
        let name = model.unwrap_or_default();
        if let Some(learned) = self.learned.lock().unwrap_or_else(PoisonError::into_inner).get(name) {
            return nearest(asked, learned);
        }
        // `openai/gpt-image-1` behind a gateway.
        let bare = name.rsplit('/').next().unwrap_or_default();
        match KNOWN.iter().find(|(start, _)| bare.starts_with(start)) {
            Some((_, sizes)) => nearest(asked, sizes),
            // Diffusion models work in blocks; servers refuse other sides or round them in silence.
            None => (stepped(asked.0), stepped(asked.1)),
        }
    }

    /// Reads the sizes that a refusal of `refused` names. `false` when it names no other.
    pub(crate) fn learn(&self, model: Option<&str>, refused: Sides, message: &str) -> bool {
        let named: Vec<Sides> = named(message).into_iter().filter(|size| *size != refused).collect();
        if named.is_empty() || !self.told.is_empty() {
            return false;
        }
        let mut learned = self.learned.lock().unwrap_or_else(PoisonError::into_inner);
        learned.insert(model.unwrap_or_default().to_owned(), named);
        true
    }
}

/// As the API writes a size.
pub(crate) fn written((width, height): Sides) -> String {
    format!("{width}x{height}")
}

/// A size as the API writes it, within [`Size`]'s bounds.
pub(crate) fn read(text: &str) -> Option<Size> {
    let (width, height) = text.trim().split_once(['x', 'X', '×'])?;
    Size::new(width.parse().ok()?, height.parse().ok()?).ok()
}

fn stepped(side: u32) -> u32 {
    ((side + Size::STEP / 2) / Size::STEP * Size::STEP).max(Size::STEP)
}

/// The one whose shape is nearest, and among those of about one shape the one whose area is.
fn nearest(asked: Sides, among: &[Sides]) -> Sides {
    let distance = |size: &Sides| {
        let shape = |(width, height): Sides| (f64::from(width) / f64::from(height)).ln();
        let area = |(width, height): Sides| (f64::from(width) * f64::from(height)).ln();
        4.0 * (shape(*size) - shape(asked)).abs() + (area(*size) - area(asked)).abs()
    };
    let best = among.iter().min_by(|one, other| distance(one).total_cmp(&distance(other)));
    best.copied().unwrap_or(asked)
}

/// Every `NUMBERxNUMBER` of a text.
fn named(text: &str) -> Vec<Sides> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '×');
    words
        .filter_map(|word| word.split_once(['x', '×']))
        .filter_map(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)))
        .filter(|(width, height)| PLAUSIBLE.contains(width) && PLAUSIBLE.contains(height))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Sizes, read};
    use fusionbrain::{SHAPES, Size};

    fn size(width: u32, height: u32) -> Size {
        Size::new(width, height).unwrap()
    }

    #[test]
    fn a_server_nobody_knows_gets_the_size_in_steps_of_64() {
        let sizes = Sizes::new(&[]);
        for (asked, made) in [
            ((1024, 1024), (1024, 1024)),
            ((700, 1000), (704, 1024)),
            ((128, 2048), (128, 2048)),
            ((159, 160), (128, 192)),
        ] {
            assert_eq!(sizes.nearest(Some("sd-cpp-local"), size(asked.0, asked.1)), made);
        }
        // All that the app offers is made as it is.
        for shape in SHAPES {
            assert_eq!(sizes.nearest(None, shape.size), (shape.size.width(), shape.size.height()));
        }
    }

    #[test]
    fn a_known_model_gets_its_own_size_of_the_nearest_shape() {
        let sizes = Sizes::new(&[]);
        for (model, asked, made) in [
            ("gpt-image-1", (576, 1024), (1024, 1536)),
            ("openai/gpt-image-1-mini", (1024, 576), (1536, 1024)),
            ("gpt-image-1.5", (512, 512), (1024, 1024)),
            ("gpt-image-1", (900, 1000), (1024, 1024)),
            ("dall-e-3", (576, 1024), (1024, 1792)),
            ("dall-e-2", (640, 960), (1024, 1024)),
            ("dall-e-2", (300, 300), (256, 256)),
        ] {
            assert_eq!(sizes.nearest(Some(model), size(asked.0, asked.1)), made, "{model} {asked:?}");
        }
    }

    #[test]
    fn what_the_relay_was_told_goes_before_what_is_known() {
        let sizes = Sizes::new(&[size(512, 512), size(768, 512)]);
        assert_eq!(sizes.nearest(Some("gpt-image-1"), size(1024, 576)), (768, 512));
        assert!(!sizes.learn(Some("gpt-image-1"), (768, 512), "use 256x256"));
    }

    #[test]
    fn a_refusal_that_names_sizes_is_learned_from() {
        let sizes = Sizes::new(&[]);
        let refusal = "Invalid value: '640x960'. Supported values are: '1024x1024', '832×1248', and 'auto'.";
        assert!(sizes.learn(Some("m"), (640, 960), refusal));
        assert_eq!(sizes.nearest(Some("m"), size(640, 960)), (832, 1248));
        assert_eq!(sizes.nearest(Some("another"), size(640, 960)), (640, 960));
        for unusable in ["size 640x960 is not supported", "", "0x7f 1x1 99999x99999"] {
            assert!(!sizes.learn(Some("m"), (640, 960), unusable), "{unusable}");
        }
    }

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for text in ["1024x768", " 1024X768 ", "1024×768"] {
            assert_eq!(read(text), Some(size(1024, 768)));
        }
        for text in ["", "1024", "1024x", "axb", "10x10", "4096x4096", "1024x768x2"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
