//! Birds, fish and butterflies: seen from the side, or from above.

use crate::paint::colour::Rgb;
use crate::paint::path;
use crate::paint::sheet::Sheet;

use super::Brush;
use super::face::{Face, Pupil};

/// A round eye of an animal seen from the side.
fn side_eye(sheet: &mut Sheet, brush: &Brush, x: f32, y: f32, r: f32) {
    sheet.fill(path::circle(x, y, r), brush.palette.light, 1.0);
    sheet.line(path::circle(x, y, r), brush.palette.dark, r * 0.22, 1.0);
    sheet.fill(path::circle(x + r * 0.15, y, r * 0.52), brush.palette.dark, 1.0);
    sheet.fill(path::circle(x - r * 0.05, y - r * 0.22, r * 0.16), brush.palette.light, 1.0);
}

pub(super) fn owl(sheet: &mut Sheet, brush: &Brush) {
    let (main, pale, dark) = (brush.main, brush.main.lighter(0.55), brush.palette.dark);
    sheet.form(path::ellipse(0.0, 0.18, 0.62, 0.80), main);
    let belly = path::ellipse(0.0, 0.38, 0.40, 0.54);
    sheet.patch(belly.clone(), pale);
    sheet.clipped(belly.as_ref(), |sheet| {
        let thin = sheet.thin(0.0034);
        for row in 0..5_u8 {
            let y = 0.08 + f32::from(row) * 0.16;
            let shift = if row % 2 == 0 { 0.0 } else { 0.085 };
            for column in -3..=3_i8 {
                let x = f32::from(column) * 0.17 + shift;
                sheet.line(path::arc(x, y, 0.085, 0.0, 180.0), brush.main, thin * 1.6, 1.0);
            }
        }
    });
    for flip in [false, true] {
        let draw = |sheet: &mut Sheet| {
            let wing = path::blob(&[(-0.52, -0.12), (-0.74, 0.30), (-0.56, 0.82), (-0.40, 0.40)]);
            sheet.form(wing, brush.second);
            sheet.form(path::polygon(&[(-0.56, -0.42), (-0.58, -0.96), (-0.12, -0.62)]), main);
            for step in 0..3_u8 {
                let x = -0.30 + f32::from(step) * 0.10;
                sheet.form(path::ellipse(x, 0.97, 0.05, 0.09), Rgb::hex(0xE9A23B));
            }
        };
        if flip { sheet.mirrored(draw) } else { draw(sheet) }
    }
    sheet.form(path::ellipse(0.0, -0.32, 0.60, 0.44), main);
    for side in [-1.0, 1.0] {
        sheet.patch(path::circle(0.26 * side, -0.30, 0.30), pale);
    }
    sheet.form(path::polygon(&[(-0.09, -0.22), (0.09, -0.22), (0.0, 0.02)]), Rgb::hex(0xE9A23B));
    sheet.fill(path::polygon(&[(-0.16, -0.74), (0.16, -0.74), (0.0, -0.40)]), dark, 0.25);
    let face = Face { eye_x: 0.26, eye_y: -0.30, eye: 0.185, side: 0.60, top: -0.70 };
    face.look(sheet, brush, Rgb::hex(0xF2C230), Pupil::Round);
}

pub(super) fn bird(sheet: &mut Sheet, brush: &Brush) {
    let (main, dark) = (brush.main, brush.palette.dark);
    let thin = sheet.thin(0.006);
    for x in [-0.06, 0.14] {
        sheet.line(path::polyline(&[(x, 0.50), (x - 0.04, 0.92), (x - 0.14, 0.98)]), dark, thin, 1.0);
        sheet.line(path::polyline(&[(x - 0.04, 0.92), (x + 0.08, 0.98)]), dark, thin, 1.0);
    }
    for (index, colour) in [brush.second, brush.accent, main].into_iter().enumerate() {
        let y = 0.02 + index as f32 * 0.10;
        sheet.form(
            path::polygon(&[
                (0.38, y),
                (1.10, y - 0.30 + index as f32 * 0.18),
                (1.02, y + 0.02),
                (0.42, y + 0.22),
            ]),
            colour,
        );
    }
    let body = path::blob(&[
        (-0.70, -0.16),
        (-0.30, -0.36),
        (0.30, -0.10),
        (0.66, 0.12),
        (0.34, 0.44),
        (-0.14, 0.58),
        (-0.58, 0.30),
    ]);
    sheet.form(body.clone(), main);
    sheet.clipped(body.as_ref(), |sheet| {
        sheet.patch(path::circle(-0.44, 0.34, 0.42), main.lighter(0.55));
    });
    sheet.form(path::circle(-0.46, -0.38, 0.34), main);
    sheet.form(path::polygon(&[(-0.76, -0.50), (-1.14, -0.32), (-0.76, -0.22)]), Rgb::hex(0xE9A23B));
    sheet.line(path::polyline(&[(-1.08, -0.325), (-0.78, -0.35)]), dark, thin * 0.6, 1.0);
    for (index, tuft) in [(-0.44, -0.98), (-0.30, -0.92), (-0.20, -0.80)].into_iter().enumerate() {
        sheet.line(
            path::curve(&[(-0.42, -0.68), (-0.44 + index as f32 * 0.04, -0.82), tuft]),
            dark,
            thin * 0.8,
            1.0,
        );
        sheet.fill(path::circle(tuft.0, tuft.1, 0.045), brush.accent, 1.0);
    }
    sheet.fill(path::circle(-0.34, -0.22, 0.09), brush.accent, 0.7);
    side_eye(sheet, brush, -0.54, -0.44, 0.105);
    // The wing: half discs inside each other, the way a fan opens.
    let wing = [brush.second, brush.palette.light, brush.accent, main.darker(0.25)];
    for (index, colour) in wing.into_iter().enumerate() {
        let radius = 0.46 - index as f32 * 0.105;
        sheet.at((0.02, 0.02), 1.0, 24.0, |sheet| {
            let half = path::segment(0.06, 0.0, radius, radius, 0.0, 180.0);
            if index == 0 { sheet.form(half, colour) } else { sheet.patch(half, colour) }
        });
    }
}

pub(super) fn fish(sheet: &mut Sheet, brush: &Brush) {
    let (main, dark) = (brush.main, brush.palette.dark);
    for (from, to, colour) in [(-58.0, 0.0, brush.second), (0.0, 58.0, brush.accent)] {
        sheet.form(path::sector(0.48, 0.0, 0.62, from, to), colour);
    }
    sheet.form(path::polygon(&[(-0.35, -0.40), (0.10, -0.82), (0.34, -0.34)]), brush.second);
    sheet.form(path::polygon(&[(-0.20, 0.42), (0.10, 0.74), (0.28, 0.36)]), brush.second);
    let body = path::blob(&[
        (-1.02, 0.04),
        (-0.66, -0.38),
        (-0.10, -0.52),
        (0.42, -0.26),
        (0.68, 0.0),
        (0.42, 0.28),
        (-0.10, 0.52),
        (-0.66, 0.42),
    ]);
    sheet.form(body.clone(), main);
    sheet.clipped(body.as_ref(), |sheet| {
        sheet.fill(path::rect(-1.1, 0.08, 1.0, 0.8), main.lighter(0.5), 0.55);
        let scale = sheet.thin(0.004);
        for column in 0..6_u8 {
            let x = -0.22 + f32::from(column) * 0.16;
            for row in -3..=3_i8 {
                let y = f32::from(row) * 0.17 + if column % 2 == 0 { 0.0 } else { 0.085 };
                if (column + row.unsigned_abs()) % 3 == 0 {
                    sheet.fill(path::segment(x, y, 0.085, 0.085, 90.0, 270.0), brush.second, 0.55);
                }
                sheet.line(path::arc(x, y, 0.085, 90.0, 270.0), dark, scale, 0.75);
            }
        }
        sheet.fill(path::circle(-0.98, 0.0, 0.62), main.lighter(0.22), 1.0);
        sheet.line(path::circle(-0.98, 0.0, 0.62), dark, scale * 1.6, 0.9);
    });
    sheet.form(path::sector(-0.12, 0.14, 0.30, 10.0, 80.0), brush.accent);
    sheet.line(path::arc(-0.98, 0.16, 0.20, -30.0, 60.0), dark, 0.035, 1.0);
    side_eye(sheet, brush, -0.62, -0.10, 0.15);
    for (x, y, r) in [(-1.12, -0.34, 0.09), (-1.02, -0.62, 0.06), (-1.16, -0.84, 0.045)] {
        sheet.fill(path::circle(x, y, r), brush.palette.light, 0.35);
        sheet.line(path::circle(x, y, r), brush.palette.line, 0.016, 0.9);
    }
}

pub(super) fn butterfly(sheet: &mut Sheet, brush: &Brush) {
    let dark = brush.palette.dark;
    for flip in [false, true] {
        let draw = |sheet: &mut Sheet| {
            let upper = path::blob(&[
                (0.06, -0.10),
                (0.30, -0.70),
                (0.88, -0.86),
                (1.02, -0.40),
                (0.70, 0.02),
                (0.20, 0.10),
            ]);
            let lower = path::blob(&[
                (0.06, 0.06),
                (0.50, 0.06),
                (0.80, 0.36),
                (0.66, 0.82),
                (0.32, 0.80),
                (0.10, 0.36),
            ]);
            sheet.form(lower.clone(), brush.second);
            sheet.clipped(lower.as_ref(), |sheet| {
                for (radius, colour) in [(0.30, brush.palette.light), (0.20, brush.accent), (0.09, dark)] {
                    sheet.patch(path::circle(0.50, 0.46, radius), colour);
                }
            });
            sheet.form(upper.clone(), brush.main);
            sheet.clipped(upper.as_ref(), |sheet| {
                for (radius, colour) in
                    [(0.36, brush.accent), (0.25, brush.palette.light), (0.15, brush.second), (0.07, dark)]
                {
                    sheet.patch(path::circle(0.64, -0.44, radius), colour);
                }
                let thin = sheet.thin(0.003);
                for tip in [(0.40, -0.86), (0.78, -0.98), (1.1, -0.7), (1.0, -0.1)] {
                    sheet.line(path::polyline(&[(0.05, -0.04), tip]), dark, thin, 0.6);
                }
            });
            let feeler = sheet.thin(0.0045);
            sheet.line(
                path::curve(&[(0.02, -0.42), (0.12, -0.72), (0.30, -0.88)]),
                brush.palette.line,
                feeler,
                1.0,
            );
            sheet.fill(path::circle(0.30, -0.88, 0.04), brush.accent, 1.0);
        };
        if flip { sheet.mirrored(draw) } else { draw(sheet) }
    }
    sheet.form(path::ellipse(0.0, 0.12, 0.085, 0.52), dark.lighter(0.12));
    sheet.form(path::circle(0.0, -0.44, 0.12), dark.lighter(0.12));
    for y in [0.0, 0.16, 0.32] {
        sheet.line(path::polyline(&[(-0.06, y), (0.06, y)]), brush.accent, 0.04, 1.0);
    }
}
