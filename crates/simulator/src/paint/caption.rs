//! The museum label at the bottom: the words of the prompt, so that a person sees which prompt a picture answers.

use embedded_graphics::{
    mono_font::{MonoFont, MonoTextStyle, iso_8859_5},
    pixelcolor::BinaryColor,
    prelude::{DrawTarget, Drawable, OriginDimensions, Pixel, Point},
    text::{Baseline, Text},
};
use tiny_skia::{FilterQuality, Paint, Pattern, Pixmap, PremultipliedColorU8, Rect, SpreadMode, Transform};

use super::colour::Rgb;
use super::path;
use super::sheet::Sheet;

/// The label as it will stand on a sheet of this size.
pub(super) struct Caption {
    lines: Vec<String>,
    font: &'static MonoFont<'static>,
    /// How many pixels of the sheet a pixel of the font takes.
    zoom: f32,
    width: f32,
    height: f32,
}

impl Caption {
    /// `None` when the prompt has no character that the font has.
    pub(super) fn new(prompt: &str, width: u32, height: u32) -> Option<Self> {
        let text = printable(prompt);
        if text.is_empty() {
            return None;
        }
        let short = width.min(height) as f32;
        let font = if short < 240.0 { &iso_8859_5::FONT_6X10 } else { &iso_8859_5::FONT_10X20 };
        let zoom = (short / 1024.0 * 1.25).max(if short < 240.0 { 0.9 } else { 0.55 });
        let advance = font.character_size.width as f32 * zoom;
        let room = ((width as f32 * 0.86 / advance) as usize).clamp(6, 64);
        let lines = wrapped(&text, room);
        let longest = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
        let line_height = font.character_size.height as f32 * zoom * 1.12;
        Some(Self {
            width: longest as f32 * advance,
            height: lines.len() as f32 * line_height,
            lines,
            font,
            zoom,
        })
    }

    /// How much of the bottom of the sheet the label takes, margin included.
    pub(super) fn space(&self, short: f32) -> f32 {
        self.height + short * 0.075
    }

    /// Puts the label on the sheet, bottom left, as museums do.
    pub(super) fn draw(&self, sheet: &mut Sheet, width: f32, height: f32) {
        let palette = sheet.palette();
        let short = width.min(height);
        let pad = short * 0.016;
        let margin = short * 0.035;
        let (left, bottom) = (margin, height - margin);
        let (right, top) = (left + self.width + pad * 3.4, bottom - self.height - pad * 1.6);
        let card = if palette.paper.lightness() > 0.5 { palette.light } else { palette.light.darker(0.04) };
        let drop = short * 0.004;
        for spread in [3.0_f32, 2.0, 1.0] {
            let grow = drop * spread * 0.5;
            sheet.fill(
                path::rect(left - grow + drop, top - grow + drop, right + grow + drop, bottom + grow + drop),
                palette.dark,
                0.10,
            );
        }
        sheet.fill(path::rect(left, top, right, bottom), card, 1.0);
        let strip = pad * 0.5;
        sheet.fill(path::rect(left, top, left + strip, bottom), palette.colours[1], 1.0);
        let mut y = top + pad * 0.8;
        for line in &self.lines {
            self.write(sheet, line, left + pad * 1.7, y, palette.dark);
            y += self.font.character_size.height as f32 * self.zoom * 1.12;
        }
    }

    /// The bitmap letters are enlarged smoothly and sharpened to clean edges, which rounds their steps off.
    fn write(&self, sheet: &mut Sheet, line: &str, x: f32, y: f32, ink: Rgb) {
        let Some(letters) = Letters::set(line, self.font) else { return };
        let (w, h) = (letters.pixels.width() as f32 * self.zoom, letters.pixels.height() as f32 * self.zoom);
        let (Some(area), Some(mut large)) = (
            Rect::from_xywh(0.0, 0.0, w, h),
            Pixmap::new(w.ceil().max(1.0) as u32, h.ceil().max(1.0) as u32),
        ) else {
            return;
        };
        let scale = Transform::from_scale(self.zoom, self.zoom);
        let shader =
            Pattern::new(letters.pixels.as_ref(), SpreadMode::Pad, FilterQuality::Bicubic, 1.0, scale);
        large.fill_rect(area, &Paint { shader, ..Paint::default() }, Transform::identity(), None);
        for pixel in large.pixels_mut() {
            let cover = f32::from(pixel.alpha()) / 255.0;
            let sharp = ((cover - 0.5) * self.zoom.max(1.0) * 1.3 + 0.5).clamp(0.0, 1.0);
            let channel = |value: u8| (f32::from(value) * sharp) as u8;
            let alpha = (sharp * 255.0) as u8;
            if let Some(inked) = PremultipliedColorU8::from_rgba(
                channel(ink.0).min(alpha),
                channel(ink.1).min(alpha),
                channel(ink.2).min(alpha),
                alpha,
            ) {
                *pixel = inked;
            }
        }
        sheet.stamp(&large, x.round(), y.round());
    }
}

/// What the font can show: everything else is left out, and typographic marks become their plain cousins.
fn printable(prompt: &str) -> String {
    let mut text = String::new();
    for character in prompt.chars() {
        let plain = match character {
            '«' | '»' | '“' | '”' | '„' => '"',
            '‘' | '’' => '\'',
            '–' | '—' | '−' => '-',
            '…' => '.',
            other if other.is_whitespace() => ' ',
            other => other,
        };
        let known = matches!(plain, ' '..='~' | 'Ё' | 'А'..='я' | 'ё' | '№');
        // A letter in a script the font lacks leaves a dot inside a word; a whole such word, or an emoji, nothing.
        if known {
            text.push(plain);
        } else if plain.is_alphanumeric() && !text.ends_with('·') {
            text.push('·');
        }
    }
    let words: Vec<&str> = text.split_whitespace().filter(|word| *word != "·").collect();
    words.join(" ")
}

/// At most two lines of at most `room` characters, the rest told by an ellipsis.
fn wrapped(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut cut = false;
    for word in text.split(' ') {
        let count = |text: &str| text.chars().count();
        let last = lines.len() - 1;
        let used = count(&lines[last]);
        if used > 0 && used + 1 + count(word) > room {
            if lines.len() == 2 {
                cut = true;
                break;
            }
            lines.push(String::new());
        }
        let last = lines.len() - 1;
        if !lines[last].is_empty() {
            lines[last].push(' ');
        }
        lines[last].push_str(word);
        if count(&lines[last]) > room {
            cut = true;
            break;
        }
    }
    if cut && let Some(last) = lines.last_mut() {
        let kept: String = last.chars().take(room.saturating_sub(3)).collect();
        *last = format!("{}...", kept.trim_end_matches([' ', ',', '.', ';', ':', '-']));
    }
    lines
}

/// One line set in the font, a pixel of room on each side.
struct Letters {
    pixels: Pixmap,
}

impl Letters {
    fn set(line: &str, font: &'static MonoFont<'static>) -> Option<Self> {
        let width = line.chars().count() as u32 * font.character_size.width;
        let mut letters = Self { pixels: Pixmap::new(width + 2, font.character_size.height + 2)? };
        // The font has no middle dot: a full stop stands in for it.
        let line = line.replace('·', ".");
        let style = MonoTextStyle::new(font, BinaryColor::On);
        let _ = Text::with_baseline(&line, Point::new(1, 1), style, Baseline::Top).draw(&mut letters);
        Some(letters)
    }
}

impl OriginDimensions for Letters {
    fn size(&self) -> embedded_graphics::prelude::Size {
        embedded_graphics::prelude::Size::new(self.pixels.width(), self.pixels.height())
    }
}

impl DrawTarget for Letters {
    type Color = BinaryColor;
    type Error = std::convert::Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<BinaryColor>>>(
        &mut self,
        pixels: I,
    ) -> Result<(), Self::Error> {
        let (width, height) = (self.pixels.width(), self.pixels.height());
        let opaque = PremultipliedColorU8::from_rgba(0, 0, 0, 255);
        for Pixel(at, colour) in pixels {
            let (Ok(x), Ok(y)) = (u32::try_from(at.x), u32::try_from(at.y)) else { continue };
            if let (true, true, Some(opaque)) = (colour.is_on(), x < width && y < height, opaque) {
                self.pixels.pixels_mut()[(y * width + x) as usize] = opaque;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_font_lacks_degrades_quietly() {
        for (prompt, text) in [
            ("«Кот» — учёный…", "\"Кот\" - учёный."),
            ("кот 🐈 в очках", "кот в очках"),
            ("кот\n\tв   очках", "кот в очках"),
            ("猫 cat", "cat"),
            ("naïve", "na·ve"),
            ("🐈", ""),
        ] {
            assert_eq!(printable(prompt), text);
        }
    }

    #[test]
    fn a_label_has_two_lines_at_most_and_says_when_it_leaves_something_out() {
        let words = |text: &str, room| wrapped(text, room);
        assert_eq!(words("Пушистый кот", 20), ["Пушистый кот"]);
        assert_eq!(words("Пушистый кот в очках", 12), ["Пушистый кот", "в очках"]);
        assert_eq!(words("Пушистый кот в очках и шляпе", 12), ["Пушистый кот", "в очках и..."]);
        assert_eq!(words("Достопримечательность", 10), ["Достопр..."]);
    }
}
