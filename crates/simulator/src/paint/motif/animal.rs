//! Animals that look at you: a bust and a head of circles and triangles.

use crate::paint::colour::Rgb;
use crate::paint::path;
use crate::paint::sheet::Sheet;

use super::Brush;
use super::face::{Face, Pupil, snout, whiskers};

/// The colour of eyes that stands out from the fur.
fn iris(brush: &Brush) -> Rgb {
    let eyes = [Rgb::hex(0xF2C230), Rgb::hex(0x58B26B), Rgb::hex(0x4FA7D8)];
    let far = |colour: &Rgb| colour.distance(brush.main);
    eyes.into_iter().max_by(|a, b| far(a).total_cmp(&far(b))).unwrap_or(eyes[0])
}

/// Shoulders, chest and two paws; the flat side stands on y = 1.
fn bust(sheet: &mut Sheet, brush: &Brush, chest: Rgb) {
    if brush.fluffy {
        // Fur, down to the line it sits on.
        let mut coat = vec![(0.80, 1.0), (-0.80, 1.0)];
        coat.extend((0..=26_u8).map(|index| {
            let radius = if index % 2 == 0 { 0.84 } else { 0.72 };
            path::on_circle(0.0, 1.0, radius, 180.0 + f32::from(index) * 180.0 / 26.0)
        }));
        sheet.form(path::polygon(&coat), brush.main);
    }
    let body = path::segment(0.0, 1.0, 0.66, 0.80, 180.0, 360.0);
    // Fur has its own edge.
    if brush.fluffy {
        sheet.patch(body, brush.main);
    } else {
        sheet.form(body, brush.main);
    }
    sheet.patch(path::segment(0.0, 1.0, 0.36, 0.58, 180.0, 360.0), chest);
    let (dark, thin) = (brush.palette.dark, sheet.thin(0.003));
    for step in 0..3_u8 {
        let y = 0.62 + f32::from(step) * 0.12;
        sheet.line(path::arc(0.0, y - 0.1, 0.14, 40.0, 140.0), dark, thin, 0.8);
    }
    for side in [-1.0, 1.0] {
        sheet.form(path::segment(0.27 * side, 1.0, 0.17, 0.17, 180.0, 360.0), brush.main.lighter(0.16));
        for toe in [-0.05, 0.05] {
            let x = 0.27 * side + toe;
            sheet.line(path::polyline(&[(x, 0.91), (x, 0.99)]), dark, thin, 0.9);
        }
    }
}

/// A collar with a disc on it.
fn collar(sheet: &mut Sheet, brush: &Brush, y: f32, half: f32) {
    let band = path::curve(&[(-half, y - 0.05), (0.0, y + 0.09), (half, y - 0.05)]);
    sheet.line(band, brush.accent, 0.085, 1.0);
    sheet.form(path::circle(0.0, y + 0.17, 0.085), Rgb::hex(0xEDB93B));
    sheet.fill(path::circle(0.0, y + 0.17, 0.035), brush.palette.dark, 1.0);
}

fn ears(sheet: &mut Sheet, outer: &[path::Point; 3], inner: &[path::Point; 3], colour: Rgb, lining: Rgb) {
    for flip in [false, true] {
        let draw = |sheet: &mut Sheet| {
            sheet.form(path::polygon(outer), colour);
            sheet.patch(path::polygon(inner), lining);
        };
        if flip { sheet.mirrored(draw) } else { draw(sheet) }
    }
}

pub(super) fn cat(sheet: &mut Sheet, brush: &Brush) {
    let (main, dark, light) = (brush.main, brush.palette.dark, brush.palette.light);
    let shade = if main.lightness() > 0.3 { main.darker(0.32) } else { main.lighter(0.28) };
    let pale = main.lighter(0.62);
    let pink = Rgb::hex(0xEFA2A0);
    let tail = [
        (0.40, 0.84, 0.18),
        (0.78, 0.84, 0.20),
        (1.02, 0.62, 0.20),
        (0.94, 0.28, 0.18),
        (0.78, 0.16, 0.15),
        (0.72, 0.30, 0.10),
    ];
    if brush.fluffy {
        let wide: Vec<_> = tail.iter().map(|(x, y, width)| (*x, *y, width * 1.5)).collect();
        sheet.form(path::ribbon(&wide), main);
    } else {
        sheet.form(path::ribbon(&tail), main);
    }
    sheet.line(path::curve(&[(0.86, 0.86), (1.0, 0.62), (0.92, 0.34)]), shade, 0.05, 0.9);
    bust(sheet, brush, pale);
    ears(
        sheet,
        &[(-0.66, -0.22), (-0.60, -1.00), (-0.06, -0.52)],
        &[(-0.57, -0.36), (-0.54, -0.82), (-0.22, -0.52)],
        main,
        pink,
    );
    if brush.fluffy {
        // Fur is a star of many rays, longest at the cheeks.
        let fur: Vec<_> = (0..56)
            .map(|index| {
                let angle = index as f32 * 360.0 / 56.0 + 3.0;
                let (sin, cos) = angle.to_radians().sin_cos();
                let cheek = 0.10 * (cos.abs() * (0.6 + sin)).max(0.0);
                let tuft = if index % 2 == 0 { 0.055 + cheek } else { -0.012 };
                ((0.66 + tuft) * cos, -0.10 + (0.57 + tuft * 0.9) * sin)
            })
            .collect();
        sheet.form(path::polygon(&fur), main);
        let inner = path::ellipse(0.0, -0.08, 0.62, 0.53);
        sheet.fill(inner, main.lighter(0.10), 1.0);
    } else {
        sheet.form(path::ellipse(0.0, -0.10, 0.68, 0.57), main);
    }
    // Kandinsky's half: the face is two planes that meet in the middle.
    sheet.clipped(path::ellipse(0.0, -0.10, 0.64, 0.54).as_ref(), |sheet| {
        sheet.fill(path::rect(0.0, -0.8, 0.8, 0.6), brush.second, 0.20);
        for (x, length) in [(-0.17, 0.22), (0.0, 0.30), (0.17, 0.22)] {
            let stripe = [(x - 0.055, -0.70), (x + 0.055, -0.70), (x * 0.82, -0.64 + length)];
            sheet.fill(path::polygon(&stripe), shade, 0.95);
        }
        for side in [-1.0, 1.0] {
            for y in [0.0, 0.12] {
                let stripe = [(0.70 * side, y - 0.10), (0.70 * side, y), (0.46 * side, y + 0.02)];
                sheet.fill(path::polygon(&stripe), shade, 0.9);
            }
        }
    });
    for side in [-1.0, 1.0] {
        sheet.fill(path::circle(0.45 * side, 0.16, 0.10), pink, 0.75);
        sheet.patch(path::ellipse(0.125 * side, 0.215, 0.165, 0.135), pale);
    }
    sheet.patch(path::ellipse(0.0, 0.31, 0.11, 0.08), pale);
    snout(sheet, brush, 0.12, 0.075, pink);
    let on_fur = if main.lightness() < 0.3 { light } else { dark };
    whiskers(sheet, on_fur, (0.26, 0.22), 0.66);
    collar(sheet, brush, 0.50, 0.36);
    let face = Face { eye_x: 0.275, eye_y: -0.10, eye: 0.165, side: 0.64, top: -0.60 };
    face.look(sheet, brush, iris(brush), Pupil::Slit);
}

pub(super) fn dog(sheet: &mut Sheet, brush: &Brush) {
    let (main, light, dark) = (brush.main, brush.palette.light, brush.palette.dark);
    let pale = main.lighter(0.66);
    let ear = main.darker(0.30);
    sheet.form(
        path::ribbon(&[(0.45, 0.85, 0.16), (0.78, 0.72, 0.17), (0.98, 0.42, 0.14), (0.98, 0.20, 0.06)]),
        main,
    );
    bust(sheet, brush, pale);
    sheet.form(path::ellipse(0.0, -0.14, 0.58, 0.60), main);
    sheet.patch(path::ellipse(0.24, -0.20, 0.27, 0.30), brush.second.mix(main, 0.25));
    let blaze = path::polygon(&[(-0.07, -0.72), (0.07, -0.72), (0.13, 0.1), (-0.13, 0.1)]);
    sheet.fill(blaze, light, 0.9);
    for flip in [false, true] {
        let draw = |sheet: &mut Sheet| {
            let lobe = path::blob(&[
                (-0.36, -0.62),
                (-0.66, -0.60),
                (-0.88, -0.14),
                (-0.80, 0.30),
                (-0.58, 0.26),
                (-0.50, -0.18),
            ]);
            sheet.form(lobe, ear);
        };
        if flip { sheet.mirrored(draw) } else { draw(sheet) }
    }
    let tongue = path::segment(0.0, 0.30, 0.12, 0.27, 0.0, 180.0);
    sheet.form(tongue, Rgb::hex(0xE8707A));
    sheet.patch(path::ellipse(0.0, 0.14, 0.31, 0.24), pale);
    let nose =
        path::blob(&[(-0.15, -0.04), (0.0, -0.09), (0.15, -0.04), (0.08, 0.09), (0.0, 0.13), (-0.08, 0.09)]);
    sheet.fill(nose, dark, 1.0);
    sheet.fill(path::ellipse(-0.05, -0.035, 0.045, 0.022), light, 0.85);
    let mouth = sheet.thin(0.004);
    sheet.line(path::polyline(&[(0.0, 0.12), (0.0, 0.22)]), dark, mouth, 1.0);
    sheet.line(path::arc(-0.11, 0.20, 0.11, 10.0, 160.0), dark, mouth, 1.0);
    sheet.line(path::arc(0.11, 0.20, 0.11, 20.0, 170.0), dark, mouth, 1.0);
    for (x, y) in [(-0.18, 0.12), (-0.14, 0.19), (0.18, 0.12), (0.14, 0.19)] {
        sheet.fill(path::circle(x, y, 0.014), dark, 0.9);
    }
    collar(sheet, brush, 0.52, 0.36);
    let face = Face { eye_x: 0.235, eye_y: -0.22, eye: 0.12, side: 0.56, top: -0.70 };
    face.look(sheet, brush, Rgb::hex(0x7A4A26), Pupil::Round);
}

pub(super) fn fox(sheet: &mut Sheet, brush: &Brush) {
    let main = if brush.main.lightness() > 0.75 || brush.main.lightness() < 0.2 {
        brush.main
    } else {
        brush.main.mix(Rgb::hex(0xE0702A), 0.72)
    };
    let (dark, light) = (brush.palette.dark, brush.palette.light);
    let tail =
        [(0.36, 0.94, 0.18), (0.82, 0.92, 0.40), (1.06, 0.50, 0.46), (0.96, 0.06, 0.30), (0.84, -0.22, 0.04)];
    sheet.form(path::ribbon(&tail), main);
    sheet.patch(path::ribbon(&[(1.05, 0.30, 0.34), (0.96, 0.04, 0.27), (0.84, -0.22, 0.03)]), light);
    let furry = Brush { main, ..*brush };
    bust(sheet, &furry, light);
    ears(
        sheet,
        &[(-0.70, -0.30), (-0.66, -1.06), (-0.12, -0.50)],
        &[(-0.60, -0.42), (-0.58, -0.84), (-0.30, -0.52)],
        main,
        dark,
    );
    let head = path::blob(&[
        (-0.78, -0.14),
        (-0.46, -0.56),
        (0.0, -0.64),
        (0.46, -0.56),
        (0.78, -0.14),
        (0.32, 0.30),
        (0.0, 0.50),
        (-0.32, 0.30),
    ]);
    sheet.form(head.clone(), main);
    sheet.clipped(head.as_ref(), |sheet| {
        for side in [-1.0, 1.0] {
            sheet.fill(path::circle(0.56 * side, 0.30, 0.44), light, 1.0);
        }
        sheet.fill(path::polygon(&[(-0.09, -0.70), (0.09, -0.70), (0.0, -0.20)]), main.darker(0.3), 0.9);
        sheet.fill(path::rect(0.0, -0.8, 0.9, 0.6), brush.second, 0.12);
    });
    let nose = path::blob(&[(-0.10, 0.34), (0.0, 0.30), (0.10, 0.34), (0.0, 0.47)]);
    sheet.fill(nose, dark, 1.0);
    sheet.fill(path::ellipse(-0.03, 0.345, 0.03, 0.014), light, 0.9);
    whiskers(sheet, dark, (0.22, 0.30), 0.40);
    collar(sheet, &furry, 0.56, 0.34);
    let face = Face { eye_x: 0.29, eye_y: -0.13, eye: 0.125, side: 0.70, top: -0.60 };
    face.look(sheet, &furry, Rgb::hex(0xF2C230), Pupil::Slit);
}

pub(super) fn bear(sheet: &mut Sheet, brush: &Brush) {
    let (main, dark) = (brush.main, brush.palette.dark);
    let pale = main.lighter(0.55);
    bust(sheet, brush, pale);
    for side in [-1.0, 1.0] {
        sheet.form(path::circle(0.48 * side, -0.56, 0.23), main);
        sheet.patch(path::circle(0.48 * side, -0.55, 0.125), pale);
    }
    sheet.form(path::circle(0.0, -0.12, 0.63), main);
    sheet.patch(path::ellipse(0.0, 0.17, 0.29, 0.23), pale);
    let nose = path::ellipse(0.0, 0.05, 0.135, 0.09);
    sheet.fill(nose, dark, 1.0);
    sheet.fill(path::ellipse(-0.04, 0.02, 0.045, 0.022), brush.palette.light, 0.85);
    let mouth = sheet.thin(0.0042);
    sheet.line(path::polyline(&[(0.0, 0.12), (0.0, 0.22)]), dark, mouth, 1.0);
    sheet.line(path::arc(0.0, 0.14, 0.13, 40.0, 140.0), dark, mouth, 1.0);
    for side in [-1.0, 1.0] {
        sheet.fill(path::circle(0.42 * side, 0.14, 0.09), Rgb::hex(0xEFA2A0), 0.6);
    }
    collar(sheet, brush, 0.52, 0.36);
    let face = Face { eye_x: 0.24, eye_y: -0.17, eye: 0.105, side: 0.60, top: -0.70 };
    face.look(sheet, brush, Rgb::hex(0x6B4226), Pupil::Round);
}

pub(super) fn rabbit(sheet: &mut Sheet, brush: &Brush) {
    let (main, dark) = (brush.main, brush.palette.dark);
    let pale = main.lighter(0.6);
    let pink = Rgb::hex(0xEFA2A0);
    bust(sheet, brush, pale);
    for side in [-1.0, 1.0] {
        sheet.at((0.26 * side, -0.52), 1.0, 9.0 * side, |sheet| {
            sheet.form(path::ellipse(0.0, -0.28, 0.16, 0.50), main);
            sheet.patch(path::ellipse(0.0, -0.26, 0.08, 0.38), pink);
        });
    }
    sheet.form(path::ellipse(0.0, -0.02, 0.56, 0.50), main);
    for side in [-1.0, 1.0] {
        sheet.fill(path::circle(0.38 * side, 0.18, 0.10), pink, 0.75);
        sheet.patch(path::circle(0.11 * side, 0.22, 0.14), pale);
    }
    let teeth = path::rect(-0.065, 0.30, 0.065, 0.42);
    sheet.fill(teeth.clone(), brush.palette.light, 1.0);
    let thin = sheet.thin(0.0026);
    sheet.line(teeth, dark, thin, 1.0);
    sheet.line(path::polyline(&[(0.0, 0.30), (0.0, 0.42)]), dark, thin, 1.0);
    snout(sheet, brush, 0.14, 0.065, pink);
    whiskers(sheet, dark, (0.24, 0.22), 0.5);
    collar(sheet, brush, 0.54, 0.34);
    let face = Face { eye_x: 0.235, eye_y: -0.08, eye: 0.125, side: 0.54, top: -0.48 };
    face.look(sheet, brush, iris(brush), Pupil::Round);
}
