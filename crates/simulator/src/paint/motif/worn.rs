//! What a face can wear: glasses, a hat, a crown. Each also stands alone when the prompt has no face.

use crate::paint::path;
use crate::paint::sheet::Sheet;

use super::Brush;
use super::face::Face;

/// Round spectacles with a glint, their bows going back to the sides of the head.
pub(super) fn glasses(sheet: &mut Sheet, brush: &Brush, face: &Face) {
    let radius = (face.eye_x * 0.90).max(face.eye * 1.42);
    let (dark, light) = (brush.palette.dark, brush.palette.light);
    let rim = radius * 0.20;
    let y = face.eye_y + face.eye * 0.02;
    for side in [-1.0, 1.0] {
        let x = face.eye_x * side;
        let bow = [(x + radius * side, y - radius * 0.22), (face.side * side, y - radius * 0.55)];
        sheet.line(path::polyline(&bow), dark, rim * 0.8, 1.0);
        sheet.clipped(path::circle(x, y, radius).as_ref(), |sheet| {
            sheet.fill(path::circle(x, y, radius), light, 0.20);
            for (shift, width) in [(-0.30_f32, 0.26), (0.12, 0.10)] {
                let (a, b) = (x + (shift - width) * radius, x + shift * radius);
                let lean = radius * 0.9;
                let glint = [
                    (a + lean, y - radius),
                    (b + lean, y - radius),
                    (b - lean, y + radius),
                    (a - lean, y + radius),
                ];
                sheet.fill(path::polygon(&glint), light, 0.42);
            }
        });
        sheet.line(path::circle(x, y, radius), dark, rim, 1.0);
        sheet.line(path::circle(x, y, radius), brush.accent, rim * 0.42, 1.0);
    }
    let bridge = (face.eye_x - radius).abs().max(radius * 0.16);
    sheet.line(path::arc(0.0, y - radius * 0.1, bridge + radius * 0.1, 200.0, 340.0), dark, rim * 0.85, 1.0);
}

/// A top hat with a ribbon, standing on `at`, `half` wide to each side.
pub(super) fn hat(sheet: &mut Sheet, brush: &Brush, at: (f32, f32), half: f32) {
    sheet.at((at.0, at.1 + half * 0.10), half, -7.0, |sheet| {
        let colour =
            if brush.main.distance(brush.palette.dark) > 160.0 { brush.palette.dark } else { brush.second };
        sheet.form(path::polygon(&[(-0.62, 0.0), (-0.72, -1.0), (0.72, -1.0), (0.62, 0.0)]), colour);
        sheet.patch(
            path::polygon(&[(-0.62, -0.02), (-0.66, -0.34), (0.66, -0.34), (0.62, -0.02)]),
            brush.accent,
        );
        sheet.form(path::ellipse(0.0, 0.0, 1.05, 0.17), colour);
    });
}

/// A crown of five points with a ball on each.
pub(super) fn crown(sheet: &mut Sheet, brush: &Brush, at: (f32, f32), half: f32) {
    let gold = crate::paint::colour::Rgb::hex(0xEDB93B);
    sheet.at((at.0, at.1 + half * 0.16), half, 0.0, |sheet| {
        let points = [
            (-0.82, 0.0),
            (-1.0, -0.86),
            (-0.48, -0.42),
            (0.0, -1.08),
            (0.48, -0.42),
            (1.0, -0.86),
            (0.82, 0.0),
        ];
        sheet.form(path::polygon(&points), gold);
        for (x, y) in [(-1.0, -0.9), (0.0, -1.12), (1.0, -0.9)] {
            sheet.form(path::circle(x, y, 0.13), brush.accent);
        }
        sheet.patch(path::rect(-0.82, -0.2, 0.82, 0.0), gold.darker(0.25));
        for x in [-0.5, 0.0, 0.5] {
            sheet.fill(path::circle(x, -0.1, 0.07), brush.palette.light, 1.0);
        }
    });
}

pub(super) fn glasses_alone(sheet: &mut Sheet, brush: &Brush) {
    let face = Face { eye_x: 0.5, eye_y: 0.0, eye: 0.2, side: 1.12, top: -0.6 };
    for side in [-1.0, 1.0] {
        sheet.form(path::circle(0.5 * side, 0.0, 0.44), if side < 0.0 { brush.main } else { brush.second });
    }
    glasses(sheet, brush, &face);
}

pub(super) fn hat_alone(sheet: &mut Sheet, brush: &Brush) {
    hat(sheet, brush, (0.0, 0.45), 0.85);
}

pub(super) fn crown_alone(sheet: &mut Sheet, brush: &Brush) {
    crown(sheet, brush, (0.0, 0.4), 0.8);
}
