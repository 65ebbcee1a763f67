//! The sheet a picture is painted on: paths in, pixels out, in the look of the picture.

use tiny_skia::{
    FillRule, GradientStop, LineCap, LineJoin, LinearGradient, Mask, Paint, Path, Pixmap, PixmapPaint,
    RadialGradient, Shader, SpreadMode, Stroke, Transform,
};

use super::colour::{Palette, Rgb};
use super::path::{self, Point};

/// How forms are rendered: this is what a style changes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) palette: Palette,
    /// Width of the outline of a form as a share of the short side; 0 = none.
    pub(super) outline: f32,
    /// How strongly a form is modelled from light to shade, 0 (flat) to 1.
    pub(super) volume: f32,
    /// How dark the soft shadow under a form is, 0 (none) to 1.
    pub(super) shadow: f32,
}

/// Pixels, with a stack of local coordinates: a motif draws in -1..1 and does not know where it stands.
pub(super) struct Sheet {
    pixels: Pixmap,
    look: Look,
    local: Transform,
    clip: Option<Mask>,
    short: f32,
}

impl Sheet {
    /// A blank sheet. `None` when the size has no pixels.
    pub(super) fn new(width: u32, height: u32, look: Look) -> Option<Self> {
        let mut pixels = Pixmap::new(width, height)?;
        pixels.fill(look.palette.paper.alpha(1.0));
        Some(Self { pixels, look, local: Transform::identity(), clip: None, short: width.min(height) as f32 })
    }

    pub(super) fn into_pixels(self) -> Pixmap {
        self.pixels
    }

    pub(super) fn palette(&self) -> Palette {
        self.look.palette
    }

    /// One pixel of the sheet in local units, times `share` of the short side: a line as thick everywhere.
    pub(super) fn thin(&self, share: f32) -> f32 {
        share * self.short / self.scale()
    }

    fn scale(&self) -> f32 {
        let ts = self.local;
        (ts.sx * ts.sy - ts.kx * ts.ky).abs().sqrt().max(1e-6)
    }

    /// Draws in coordinates of its own: origin at (`x`, `y`), `scale` units long, turned by `turn` degrees.
    pub(super) fn at(&mut self, (x, y): Point, scale: f32, turn: f32, draw: impl FnOnce(&mut Self)) {
        self.within(Transform::from_translate(x, y).pre_rotate(turn).pre_scale(scale, scale), draw);
    }

    /// Draws left to right reversed.
    pub(super) fn mirrored(&mut self, draw: impl FnOnce(&mut Self)) {
        self.within(Transform::from_scale(-1.0, 1.0), draw);
    }

    fn within(&mut self, transform: Transform, draw: impl FnOnce(&mut Self)) {
        let before = self.local;
        self.local = before.pre_concat(transform);
        draw(self);
        self.local = before;
    }

    /// Draws only inside of a path.
    pub(super) fn clipped(&mut self, path: Option<&Path>, draw: impl FnOnce(&mut Self)) {
        let Some(path) = path else { return };
        let Some(mut mask) = Mask::new(self.pixels.width(), self.pixels.height()) else { return };
        match &self.clip {
            Some(outer) => {
                mask.data_mut().copy_from_slice(outer.data());
                mask.intersect_path(path, FillRule::Winding, true, self.local);
            }
            None => mask.fill_path(path, FillRule::Winding, true, self.local),
        }
        let before = self.clip.replace(mask);
        draw(self);
        self.clip = before;
    }

    /// A plain area.
    pub(super) fn fill(&mut self, path: Option<Path>, colour: Rgb, alpha: f32) {
        self.shade(path, Shader::SolidColor(colour.alpha(alpha)));
    }

    /// An area that goes over from one colour to another between two points.
    pub(super) fn fade(&mut self, path: Option<Path>, from: (Point, Rgb, f32), to: (Point, Rgb, f32)) {
        let stops =
            vec![GradientStop::new(0.0, from.1.alpha(from.2)), GradientStop::new(1.0, to.1.alpha(to.2))];
        let (a, b) = (from.0, to.0);
        if let Some(shader) = LinearGradient::new(
            (a.0, a.1).into(),
            (b.0, b.1).into(),
            stops,
            SpreadMode::Pad,
            Transform::identity(),
        ) {
            self.shade(path, shader);
        }
    }

    /// A disc whose colour changes from the middle outwards; `stops` are (share of the radius, colour, alpha).
    pub(super) fn glow(&mut self, (x, y): Point, radius: f32, stops: &[(f32, Rgb, f32)]) {
        let stops =
            stops.iter().map(|(at, colour, alpha)| GradientStop::new(*at, colour.alpha(*alpha))).collect();
        let centre = (x, y).into();
        if let Some(shader) =
            RadialGradient::new(centre, 0.0, centre, radius, stops, SpreadMode::Pad, Transform::identity())
        {
            self.shade(path::circle(x, y, radius), shader);
        }
    }

    fn shade(&mut self, path: Option<Path>, shader: Shader<'_>) {
        if let Some(path) = path {
            // Gradients in 16 bits fixed point streak.
            let force_hq_pipeline = !matches!(shader, Shader::SolidColor(_));
            let paint = Paint { shader, force_hq_pipeline, ..Paint::default() };
            self.pixels.fill_path(&path, &paint, FillRule::Winding, self.local, self.clip.as_ref());
        }
    }

    /// A line with round ends; `width` in local units.
    pub(super) fn line(&mut self, path: Option<Path>, colour: Rgb, width: f32, alpha: f32) {
        if let Some(path) = path {
            let stroke =
                Stroke { width, line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
            self.stroke(&path, colour, alpha, &stroke, self.local);
        }
    }

    fn stroke(&mut self, path: &Path, colour: Rgb, alpha: f32, stroke: &Stroke, transform: Transform) {
        let paint = Paint { shader: Shader::SolidColor(colour.alpha(alpha)), ..Paint::default() };
        self.pixels.stroke_path(path, &paint, stroke, transform, self.clip.as_ref());
    }

    /// Puts ready pixels on the sheet, their top left corner at (`x`, `y`) in pixels.
    pub(super) fn stamp(&mut self, pixels: &Pixmap, x: f32, y: f32) {
        let paint = PixmapPaint::default();
        self.pixels.draw_pixmap(x as i32, y as i32, pixels.as_ref(), &paint, Transform::identity(), None);
    }

    /// A form in the look of the picture: shadow, body modelled from light to shade, outline.
    pub(super) fn form(&mut self, path: Option<Path>, colour: Rgb) {
        let Some(path) = path else { return };
        let look = self.look;
        if look.shadow > 0.0 {
            self.shadow(&path, look.shadow);
        }
        self.body(&path, colour);
        if look.outline > 0.0 {
            let dark = look.palette.dark;
            let width = self.thin(look.outline);
            self.line(Some(path), dark, width, 1.0);
        }
    }

    /// A form without shadow and outline: a patch on another form.
    pub(super) fn patch(&mut self, path: Option<Path>, colour: Rgb) {
        if let Some(path) = path {
            self.body(&path, colour);
        }
    }

    fn body(&mut self, path: &Path, colour: Rgb) {
        let volume = self.look.volume;
        if volume <= 0.0 {
            self.fill(Some(path.clone()), colour, 1.0);
            return;
        }
        let bounds = path.bounds();
        let from = (bounds.left() + bounds.width() * 0.2, bounds.top());
        let to = (bounds.right() - bounds.width() * 0.1, bounds.bottom());
        let (lit, shaded) = (colour.lighter(0.26 * volume), colour.darker(0.34 * volume));
        self.fade(Some(path.clone()), (from, lit, 1.0), (to, shaded, 1.0));
    }

    /// Soft without a blur: the same path drawn a few times, each a little wider and fainter.
    fn shadow(&mut self, path: &Path, strength: f32) {
        let drop = self.short * 0.012;
        let transform = self.local.post_translate(drop * 0.6, drop);
        let dark = self.look.palette.dark;
        let scale = self.scale();
        // A small form needs no soft edge: its shadow is hardly wider than a pixel.
        let bounds = path.bounds();
        let rings = if bounds.width().max(bounds.height()) * scale < self.short * 0.09 { 2 } else { 6 };
        for ring in 1..=rings {
            let stroke = Stroke {
                width: drop * ring as f32 * 0.55 / scale,
                line_join: LineJoin::Round,
                line_cap: LineCap::Round,
                ..Stroke::default()
            };
            self.stroke(path, dark, strength * 0.065, &stroke, transform);
        }
        let paint = Paint { shader: Shader::SolidColor(dark.alpha(strength * 0.34)), ..Paint::default() };
        self.pixels.fill_path(path, &paint, FillRule::Winding, transform, self.clip.as_ref());
    }
}
