//! Eyes, noses, whiskers: what makes geometry look back at you.

use crate::paint::colour::Rgb;
use crate::paint::path;
use crate::paint::sheet::Sheet;

use super::{Brush, worn};

/// Where things go on a face.
#[derive(Debug, Clone, Copy)]
pub(super) struct Face {
    /// Half the distance between the eyes.
    pub(super) eye_x: f32,
    pub(super) eye_y: f32,
    pub(super) eye: f32,
    /// Half the width of the head at the eyes.
    pub(super) side: f32,
    /// The top of the head.
    pub(super) top: f32,
}

/// The pupil tells a cat from a bear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pupil {
    Slit,
    Round,
}

impl Face {
    /// Both eyes, and what the prompt puts on them and on the head.
    pub(super) fn look(&self, sheet: &mut Sheet, brush: &Brush, iris: Rgb, pupil: Pupil) {
        for side in [-1.0, 1.0] {
            self.eye(sheet, brush, side * self.eye_x, iris, pupil);
        }
        if brush.glasses {
            worn::glasses(sheet, brush, self);
        }
        if brush.hat {
            worn::hat(sheet, brush, (0.0, self.top), self.side * 0.95);
        } else if brush.crown {
            worn::crown(sheet, brush, (0.0, self.top), self.side * 0.72);
        }
    }

    fn eye(&self, sheet: &mut Sheet, brush: &Brush, x: f32, iris: Rgb, pupil: Pupil) {
        let (y, r) = (self.eye_y, self.eye);
        let (dark, light) = (brush.palette.dark, brush.palette.light);
        sheet.fill(path::circle(x, y, r * 1.12), dark, 1.0);
        sheet.fill(path::circle(x, y, r), light, 1.0);
        sheet.patch(path::circle(x, y + r * 0.06, r * 0.82), iris);
        match pupil {
            Pupil::Slit => sheet.fill(path::ellipse(x, y + r * 0.04, r * 0.34, r * 0.68), dark, 1.0),
            Pupil::Round => sheet.fill(path::circle(x, y + r * 0.06, r * 0.52), dark, 1.0),
        }
        sheet.fill(path::circle(x - r * 0.26, y - r * 0.34, r * 0.24), light, 1.0);
        sheet.fill(path::circle(x + r * 0.28, y + r * 0.38, r * 0.11), light, 0.9);
    }
}

/// A small nose and the two arcs of a mouth under it.
pub(super) fn snout(sheet: &mut Sheet, brush: &Brush, y: f32, size: f32, colour: Rgb) {
    let dark = brush.palette.dark;
    let mouth = size * 0.30;
    for side in [-1.0, 1.0] {
        let arc = if side < 0.0 { path::arc(-size, y + size * 1.05, size, 10.0, 150.0) } else { None };
        sheet.line(arc, dark, mouth, 1.0);
        let arc = if side > 0.0 { path::arc(size, y + size * 1.05, size, 30.0, 170.0) } else { None };
        sheet.line(arc, dark, mouth, 1.0);
    }
    sheet.line(path::polyline(&[(0.0, y), (0.0, y + size * 1.1)]), dark, mouth, 1.0);
    let nose = path::blob(&[
        (-size, y - size * 0.5),
        (0.0, y - size * 0.72),
        (size, y - size * 0.5),
        (0.0, y + size * 0.75),
    ]);
    sheet.fill(nose.clone(), colour, 1.0);
    sheet.line(nose, dark, size * 0.16, 1.0);
    sheet.fill(
        path::ellipse(-size * 0.3, y - size * 0.32, size * 0.22, size * 0.12),
        brush.palette.light,
        0.85,
    );
}

/// Three whiskers on each side, swinging up.
pub(super) fn whiskers(sheet: &mut Sheet, colour: Rgb, (x, y): (f32, f32), reach: f32) {
    let thin = sheet.thin(0.0034);
    for side in [-1.0, 1.0] {
        for (index, lift) in [-0.30, -0.06, 0.16].into_iter().enumerate() {
            let from = (x * side, y + index as f32 * 0.055 - 0.05);
            let to = ((x + reach) * side, y + lift * reach * 1.3);
            let middle = ((x + reach * 0.5) * side, (from.1 + to.1) / 2.0 - 0.03);
            sheet.line(path::curve(&[from, middle, to]), colour, thin, 1.0);
        }
    }
}
