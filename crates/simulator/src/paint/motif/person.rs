//! People and robots: a face of two halves, as the Bauhaus stage had them.

use crate::paint::colour::Rgb;
use crate::paint::path;
use crate::paint::sheet::Sheet;

use super::Brush;
use super::face::{Face, Pupil};

/// Two planes of a skin that is a colour of the picture, not of a passport.
fn skin(brush: &Brush) -> (Rgb, Rgb) {
    let base = Rgb::hex(0xF0C9A0).mix(brush.palette.colours[5], 0.18);
    (base, base.mix(brush.second, 0.34))
}

fn shoulders(sheet: &mut Sheet, brush: &Brush) {
    sheet.form(path::segment(0.0, 1.0, 0.82, 0.52, 180.0, 360.0), brush.main);
    sheet.clipped(path::segment(0.0, 1.0, 0.82, 0.52, 180.0, 360.0).as_ref(), |sheet| {
        sheet.fill(path::rect(0.0, 0.4, 0.9, 1.0), brush.palette.dark, 0.18);
        for step in 0..4_u8 {
            let radius = 0.30 + f32::from(step) * 0.14;
            let thin = sheet.thin(0.004);
            sheet.line(path::arc(0.0, 0.42, radius, 20.0, 160.0), brush.accent, thin * 1.4, 0.9);
        }
    });
}

fn neck(sheet: &mut Sheet, light: Rgb, dark: Rgb) {
    sheet
        .form(path::polygon(&[(-0.15, 0.22), (0.15, 0.22), (0.20, 0.62), (0.0, 0.74), (-0.20, 0.62)]), light);
    sheet.fill(path::polygon(&[(0.0, 0.22), (0.15, 0.22), (0.20, 0.62), (0.0, 0.74)]), dark, 0.9);
}

/// The head, the line from brow to nose, and the mouth. Hair comes before or after.
fn head(sheet: &mut Sheet, brush: &Brush, lips: Rgb) {
    let (lit, shaded) = skin(brush);
    let dark = brush.palette.dark;
    let oval = path::ellipse(0.0, -0.14, 0.43, 0.54);
    sheet.form(oval.clone(), lit);
    sheet.clipped(oval.as_ref(), |sheet| {
        sheet.fill(path::rect(0.0, -0.8, 0.6, 0.6), shaded, 1.0);
        sheet.fill(path::circle(-0.27, 0.06, 0.10), lips, 0.40);
        sheet.fill(path::circle(0.27, 0.06, 0.10), lips, 0.40);
    });
    let line = sheet.thin(0.0065);
    sheet.line(path::curve(&[(-0.34, -0.31), (-0.20, -0.37), (-0.07, -0.31)]), dark, line, 1.0);
    sheet.line(
        path::curve(&[(0.34, -0.33), (0.20, -0.39), (0.06, -0.31), (0.05, 0.04), (-0.05, 0.07)]),
        dark,
        line,
        1.0,
    );
    let upper =
        path::blob(&[(-0.14, 0.20), (-0.05, 0.165), (0.0, 0.18), (0.05, 0.165), (0.14, 0.20), (0.0, 0.215)]);
    let lower = path::segment(0.0, 0.20, 0.125, 0.085, 0.0, 180.0);
    sheet.fill(lower, lips, 1.0);
    sheet.fill(upper, lips.darker(0.22), 1.0);
}

const FACE: Face = Face { eye_x: 0.195, eye_y: -0.18, eye: 0.088, side: 0.42, top: -0.66 };

pub(super) fn woman(sheet: &mut Sheet, brush: &Brush) {
    let hair = brush.second.darker(0.18);
    let back = path::blob(&[
        (0.0, -0.86),
        (0.52, -0.66),
        (0.66, -0.10),
        (0.58, 0.52),
        (0.30, 0.74),
        (-0.30, 0.74),
        (-0.60, 0.52),
        (-0.66, -0.10),
        (-0.52, -0.66),
    ]);
    sheet.form(back, hair);
    let (lit, shaded) = skin(brush);
    neck(sheet, lit, shaded);
    shoulders(sheet, brush);
    head(sheet, brush, Rgb::hex(0xC8372D));
    FACE.look(sheet, &Brush { hat: false, crown: false, ..*brush }, Rgb::hex(0x3F7F8C), Pupil::Round);
    let fringe = path::blob(&[
        (-0.02, -0.84),
        (-0.44, -0.62),
        (-0.53, -0.16),
        (-0.36, -0.44),
        (-0.02, -0.60),
        (0.34, -0.46),
        (0.52, -0.16),
        (0.46, -0.62),
    ]);
    sheet.form(fringe, hair);
    for side in [-1.0, 1.0] {
        sheet.form(path::circle(0.47 * side, 0.16, 0.055), Rgb::hex(0xEDB93B));
    }
    wear(sheet, brush, -0.74);
}

pub(super) fn man(sheet: &mut Sheet, brush: &Brush) {
    let (lit, shaded) = skin(brush);
    neck(sheet, lit, shaded);
    shoulders(sheet, brush);
    for side in [-1.0, 1.0] {
        sheet.form(path::circle(0.43 * side, -0.10, 0.09), if side < 0.0 { lit } else { shaded });
    }
    head(sheet, brush, Rgb::hex(0xB5533F));
    FACE.look(sheet, &Brush { hat: false, crown: false, ..*brush }, Rgb::hex(0x3A6EA5), Pupil::Round);
    let hair = path::blob(&[
        (-0.46, -0.22),
        (-0.52, -0.56),
        (-0.18, -0.80),
        (0.26, -0.80),
        (0.52, -0.52),
        (0.45, -0.22),
        (0.34, -0.48),
        (-0.10, -0.52),
        (-0.36, -0.46),
    ]);
    sheet.form(hair, brush.second.darker(0.35));
    wear(sheet, brush, -0.70);
}

fn wear(sheet: &mut Sheet, brush: &Brush, top: f32) {
    if brush.hat {
        super::worn::hat(sheet, brush, (0.0, top + 0.18), 0.50);
    } else if brush.crown {
        super::worn::crown(sheet, brush, (0.0, top + 0.06), 0.34);
    }
}

pub(super) fn robot(sheet: &mut Sheet, brush: &Brush) {
    let (main, dark, light) = (brush.main, brush.palette.dark, brush.palette.light);
    let steel = main.mix(Rgb::hex(0xB9C2CC), 0.45);
    let thin = sheet.thin(0.0042);
    for side in [-1.0, 1.0] {
        let arm = [(0.52 * side, 0.52), (0.80 * side, 0.66), (0.78 * side, 0.94)];
        sheet.line(path::curve(&arm), dark, 0.13, 1.0);
        sheet.line(path::curve(&arm), brush.second, 0.075, 1.0);
    }
    sheet.form(path::polygon(&[(-0.50, 0.38), (0.50, 0.38), (0.42, 1.0), (-0.42, 1.0)]), brush.second);
    sheet.form(path::rect(-0.28, 0.50, 0.28, 0.84), light);
    for (index, colour) in brush.palette.colours.iter().take(4).enumerate() {
        let x = -0.18 + index as f32 * 0.12;
        sheet.fill(path::circle(x, 0.60, 0.04), *colour, 1.0);
        sheet.fill(path::rect(x - 0.03, 0.78 - 0.03 * (index as f32 + 1.0), x + 0.03, 0.78), *colour, 1.0);
    }
    sheet.form(path::rect(-0.14, 0.24, 0.14, 0.40), steel.darker(0.3));
    sheet.line(path::polyline(&[(0.0, -0.62), (0.0, -0.86)]), dark, 0.04, 1.0);
    sheet.form(path::circle(0.0, -0.92, 0.085), brush.accent);
    for side in [-1.0, 1.0] {
        sheet.form(
            path::segment(0.58 * side, -0.16, 0.12, 0.17, 90.0 * side - 180.0, 90.0 * side),
            brush.accent,
        );
    }
    let head = path::blob(&[
        (-0.56, -0.56),
        (0.0, -0.64),
        (0.56, -0.56),
        (0.60, -0.16),
        (0.54, 0.24),
        (0.0, 0.30),
        (-0.54, 0.24),
        (-0.60, -0.16),
    ]);
    sheet.form(head.clone(), steel);
    sheet.clipped(head.as_ref(), |sheet| {
        sheet.fill(path::rect(0.0, -0.8, 0.8, 0.5), dark, 0.14);
        for step in 0..7_u8 {
            let x = -0.27 + f32::from(step) * 0.09;
            sheet.line(path::polyline(&[(x, 0.06), (x, 0.17)]), dark, thin * 1.5, 1.0);
        }
        sheet.line(path::rect(-0.33, 0.04, 0.33, 0.19), dark, thin, 1.0);
    });
    let face = Face { eye_x: 0.25, eye_y: -0.18, eye: 0.15, side: 0.56, top: -0.60 };
    face.look(sheet, brush, Rgb::hex(0x62C6D4), Pupil::Round);
}
