//! A painted canvas and the files it can become. All encoders are pure Rust.

use tiny_skia::{Color, FilterQuality, Paint, Pattern, Pixmap, Rect, SpreadMode, Transform};

/// A finished picture: opaque, 8 bits a channel.
pub struct Canvas {
    pixels: Pixmap,
}

impl Canvas {
    pub(super) fn new(pixels: Pixmap) -> Self {
        Self { pixels }
    }

    /// Width in pixels.
    pub fn width(&self) -> u32 {
        self.pixels.width()
    }

    /// Height in pixels.
    pub fn height(&self) -> u32 {
        self.pixels.height()
    }

    /// Red, green, blue for each pixel, row by row from the top.
    pub fn rgb(&self) -> Vec<u8> {
        // Every pixel is opaque: premultiplied is plain.
        self.pixels.data().as_chunks::<4>().0.iter().flat_map(|[r, g, b, _]| [*r, *g, *b]).collect()
    }

    /// A PNG file, packed for speed rather than for size.
    pub fn png(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.width(), self.height());
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        // Writing to memory cannot fail, and the size fits the pixels by construction.
        if let Ok(mut writer) = encoder.write_header() {
            let _ = writer.write_image_data(&self.rgb());
        }
        file
    }

    /// A baseline JPEG file, quality 90.
    #[cfg(feature = "jpeg")]
    pub fn jpeg(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let side = |pixels: u32| u16::try_from(pixels).unwrap_or(u16::MAX);
        let encoder = jpeg_encoder::Encoder::new(&mut file, 90);
        let _ = encoder.encode(
            &self.rgb(),
            side(self.width()),
            side(self.height()),
            jpeg_encoder::ColorType::Rgb,
        );
        file
    }

    /// A lossless WebP file.
    #[cfg(feature = "webp")]
    pub fn webp(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let encoder = image_webp::WebPEncoder::new(&mut file);
        let _ = encoder.encode(&self.rgb(), self.width(), self.height(), image_webp::ColorType::Rgb8);
        file
    }

    /// The same picture so blurred that nothing is to be recognised: what the service puts in place of a picture
    /// that its moderation held back.
    #[must_use]
    pub fn blurred(&self) -> Self {
        let (width, height) = (self.width(), self.height());
        // Halving step by step averages every pixel; going straight to a few pixels would only sample some.
        let mut small = self.pixels.clone();
        while small.width().min(small.height()) > 11 {
            let (w, h) = (small.width().div_ceil(2), small.height().div_ceil(2));
            let Some(half) = resized(&small, w, h, FilterQuality::Bilinear) else { break };
            small = half;
        }
        match resized(&small, width, height, FilterQuality::Bicubic) {
            Some(pixels) => Self { pixels },
            None => Self { pixels: self.pixels.clone() },
        }
    }
}

fn resized(from: &Pixmap, width: u32, height: u32, quality: FilterQuality) -> Option<Pixmap> {
    let mut to = Pixmap::new(width, height)?;
    // Opaque to the very edge, where the filter would mix in the transparent outside.
    to.fill(Color::BLACK);
    let scale =
        Transform::from_scale(width as f32 / from.width() as f32, height as f32 / from.height() as f32);
    to.fill_rect(
        Rect::from_xywh(0.0, 0.0, width as f32, height as f32)?,
        &Paint {
            shader: Pattern::new(from.as_ref(), SpreadMode::Pad, quality, 1.0, scale),
            ..Paint::default()
        },
        Transform::identity(),
        None,
    );
    Some(to)
}
