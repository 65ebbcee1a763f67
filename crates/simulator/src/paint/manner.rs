//! The manners of the built-in styles: palette, outline, light and shade.

use super::colour::{CLASSIC, DEEP, PASTEL, POSTER, Palette, Rgb};
use super::dice::Dice;
use super::sheet::Look;
use super::subject::Subject;

/// The four manners of the built-in styles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// KANDINSKY: flat forms with thin ink on warm off-white.
    Classic,
    /// ANIME: pastel, flat, with a bold outline.
    Anime,
    /// UHD: deep ground, modelled forms, soft shadows.
    Detailed,
    /// No style: coloured paper.
    Mixed,
}

impl Manner {
    pub(super) fn of(style: &str) -> Self {
        match style {
            "KANDINSKY" => Self::Classic,
            "ANIME" => Self::Anime,
            "UHD" => Self::Detailed,
            _ => Self::Mixed,
        }
    }

    /// How this picture is rendered; `dice` choose the palette.
    pub(super) fn look(self, subject: &Subject, dice: &mut Dice) -> Look {
        let (palettes, outline, volume, shadow) = match self {
            Self::Classic => (CLASSIC, 0.0030, 0.22, 0.0),
            Self::Anime => (PASTEL, 0.0085, 0.0, 0.0),
            Self::Detailed => (DEEP, 0.0, 1.0, 0.85),
            Self::Mixed => (POSTER, 0.0, 0.30, 0.22),
        };
        let mut palette = palettes[dice.below(palettes.len())];
        if subject.night && palette.paper.lightness() > 0.3 {
            palette = night(palette);
        }
        if subject.muted {
            for colour in &mut palette.colours {
                let grey = (colour.lightness() * 255.0) as u8;
                *colour = colour.mix(Rgb(grey, grey, grey), 0.45).mix(palette.paper, 0.15);
            }
        }
        Look { palette, outline, volume, shadow }
    }
}

/// The same colours at night.
fn night(palette: Palette) -> Palette {
    Palette { paper: Rgb::hex(0x1A2145).mix(palette.colours[0], 0.12), line: Rgb::hex(0xF1E6CF), ..palette }
}
