//! Colours, and the palettes a picture may use: curated, because chosen colours look painted and drawn lots do not.

use tiny_skia::Color;

/// An opaque colour, 8 bits a channel, sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rgb(pub(super) u8, pub(super) u8, pub(super) u8);

impl Rgb {
    pub(super) const fn hex(hex: u32) -> Self {
        Self((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
    }

    /// `share` of `other` (0..=1) and the rest of this colour.
    pub(super) fn mix(self, other: Self, share: f32) -> Self {
        let mix = |a: u8, b: u8| (f32::from(a) + (f32::from(b) - f32::from(a)) * share).round() as u8;
        Self(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }

    pub(super) fn lighter(self, share: f32) -> Self {
        self.mix(Self(255, 252, 244), share)
    }

    pub(super) fn darker(self, share: f32) -> Self {
        self.mix(Self(16, 12, 30), share)
    }

    /// 0 (black) to 1 (white), as the eye weighs the channels.
    pub(super) fn lightness(self) -> f32 {
        (f32::from(self.0) * 0.299 + f32::from(self.1) * 0.587 + f32::from(self.2) * 0.114) / 255.0
    }

    /// How far two colours are apart for the eye, roughly: the "redmean" distance, 0 to about 765.
    pub(super) fn distance(self, other: Self) -> f32 {
        let (r1, g1, b1) = (f32::from(self.0), f32::from(self.1), f32::from(self.2));
        let (r2, g2, b2) = (f32::from(other.0), f32::from(other.1), f32::from(other.2));
        let mean = (r1 + r2) / 2.0;
        let (r, g, b) = (r1 - r2, g1 - g2, b1 - b2);
        ((2.0 + mean / 256.0) * r * r + 4.0 * g * g + (2.0 + (255.0 - mean) / 256.0) * b * b).sqrt()
    }

    pub(super) fn alpha(self, alpha: f32) -> Color {
        let mut colour = Color::from_rgba8(self.0, self.1, self.2, 255);
        colour.set_alpha(alpha.clamp(0.0, 1.0));
        colour
    }
}

/// What one picture is painted with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Palette {
    /// The ground.
    pub(super) paper: Rgb,
    /// Lines: stands out from the paper, so it is light on a dark one.
    pub(super) line: Rgb,
    /// The darkest colour whatever the paper is: pupils, noses, windows.
    pub(super) dark: Rgb,
    /// The lightest colour whatever the paper is: eyes, snow, sails.
    pub(super) light: Rgb,
    /// Strong colours first, the palest last.
    pub(super) colours: [Rgb; 7],
}

const fn palette(paper: u32, line: u32, dark: u32, light: u32, colours: [u32; 7]) -> Palette {
    let [a, b, c, d, e, f, g] = colours;
    Palette {
        paper: Rgb::hex(paper),
        line: Rgb::hex(line),
        dark: Rgb::hex(dark),
        light: Rgb::hex(light),
        colours: [Rgb::hex(a), Rgb::hex(b), Rgb::hex(c), Rgb::hex(d), Rgb::hex(e), Rgb::hex(f), Rgb::hex(g)],
    }
}

/// After the Bauhaus years: warm off-white, ink, and the primaries with one strange guest each.
pub(super) const CLASSIC: &[Palette] = &[
    palette(
        0xF3EAD5,
        0x1E1B22,
        0x1B1820,
        0xFBF6E9,
        [0x1F3F7A, 0xC8372D, 0xF0B22B, 0x2F7F86, 0x6B4A8C, 0xE8907C, 0x93BCCB],
    ),
    palette(
        0xF5E8CB,
        0x2A1F1D,
        0x241B1B,
        0xFCF5E3,
        [0xB5322B, 0x23427F, 0xE9B52C, 0x3E8C7C, 0xE2733A, 0x7A3E6B, 0x9FC4CE],
    ),
    palette(
        0xF0E7DA,
        0x17151E,
        0x15131C,
        0xFAF5EC,
        [0x2A4D9C, 0xD84E2C, 0xF2C04D, 0x5B8C5A, 0x9A4C72, 0x6FB0C5, 0xE9AC9B],
    ),
    palette(
        0xF4E4CC,
        0x231A2B,
        0x1F1828,
        0xFBF3E4,
        [0xE0532D, 0x35559F, 0xF1A41A, 0x5F9469, 0x9E3B47, 0x29335C, 0xF0B3A4],
    ),
    palette(
        0xEFEADD,
        0x20232B,
        0x191C24,
        0xFAF8F0,
        [0x0F5C6E, 0xD1432F, 0xE6A72A, 0x384E8C, 0x86A36B, 0xB35C86, 0xC9D3C0],
    ),
];

/// Flat pastels with a plum outline.
pub(super) const PASTEL: &[Palette] = &[
    palette(
        0xFFF1E6,
        0x3B2A4A,
        0x33243F,
        0xFFFDF8,
        [0xF78FA7, 0x7CC8E4, 0xFFD166, 0xB79CED, 0x86D9AC, 0xFF9B7A, 0xCDE8F6],
    ),
    palette(
        0xE6F2FF,
        0x2D2B55,
        0x28264B,
        0xFFFFFF,
        [0xFF9FB8, 0x6FBDF2, 0xFFDC7A, 0xB8A6F4, 0x82DCC0, 0xFFA184, 0xD8E9FB],
    ),
    palette(
        0xFFEFF5,
        0x43264D,
        0x3A2144,
        0xFFFDFD,
        [0xFF86AA, 0x8CCBFF, 0xFFDE85, 0xC5AFFF, 0x94DFBD, 0xFFAE7F, 0xFFD9E6],
    ),
    palette(
        0xEFFAF1,
        0x27384A,
        0x223241,
        0xFFFFFF,
        [0xFF9A8B, 0x66C6BA, 0xFFD972, 0x9DA8F0, 0xF7A6C4, 0x8BCB77, 0xD5F0E2],
    ),
];

/// Deep grounds that let gradients glow.
pub(super) const DEEP: &[Palette] = &[
    palette(
        0x151A2E,
        0xEFE3CD,
        0x0A0C16,
        0xFBF3E2,
        [0xD9A441, 0xC0414E, 0x3A83B8, 0x4E9B79, 0x8A5BB5, 0xE5824A, 0xA9CFDD],
    ),
    palette(
        0x21131F,
        0xF7E4CC,
        0x120910,
        0xFDF1DF,
        [0xD9515D, 0xEDB052, 0x3F74A6, 0x1B8A96, 0x9A67AA, 0xEC955F, 0xB7D3AE],
    ),
    palette(
        0x0F2226,
        0xE9F0DF,
        0x071214,
        0xF6F7E8,
        [0xE4B363, 0xDD6242, 0x4FA3A0, 0x4679B0, 0x9A629F, 0x93BF84, 0xF0D9A8],
    ),
    palette(
        0x1C1838,
        0xEDE4DC,
        0x0D0B1C,
        0xFAF4EA,
        [0xE0B04C, 0x5C8FD6, 0xD05A4A, 0x6FA88A, 0xB37BB8, 0xE79A6B, 0xC6CCD6],
    ),
];

/// Coloured papers: what a picture without a style gets.
pub(super) const POSTER: &[Palette] = &[
    palette(
        0xE9B650,
        0x1F2340,
        0x1A1D35,
        0xFBF0D6,
        [0x1F3C73, 0xC23B2E, 0xF6EACB, 0x2B7B76, 0x7A3B69, 0xEE7F4F, 0xA9CCCB],
    ),
    palette(
        0x2C6A72,
        0xF4E8CF,
        0x102228,
        0xF8EED8,
        [0xF2C14E, 0xE4572E, 0xF3E6CA, 0x163A52, 0x9BC4BC, 0xD96C75, 0x574B86],
    ),
    palette(
        0xE8C4A6,
        0x2B1D2E,
        0x251928,
        0xFBF1E4,
        [0x8E2F3C, 0x2E5E73, 0xF0B541, 0xD9673F, 0x4D4372, 0x5F8A68, 0xF6E3CC],
    ),
    palette(
        0x1F2C52,
        0xF3E7CF,
        0x0E1428,
        0xFAF0DB,
        [0xEFB83E, 0xD9483B, 0x4F9CC0, 0xF0E2C2, 0x8C67AE, 0x52A08A, 0xF2A58E],
    ),
    palette(
        0xDCE5E4,
        0x1D2730,
        0x172028,
        0xF8FAF6,
        [0xD8432F, 0x1F5C8A, 0xF0B62E, 0x2C7D68, 0x84509A, 0xEF8A6F, 0xA7C6D4],
    ),
    palette(
        0xD9614A,
        0x22142B,
        0x1E1226,
        0xFBEBD3,
        [0xF4C95D, 0x243B6B, 0xF6E3C5, 0x2F8080, 0x6A2C5B, 0xF29F7E, 0xA6CFCB],
    ),
];
