//! Houses, towers and trees: things that stand on the ground.

use crate::paint::colour::Rgb;
use crate::paint::path;
use crate::paint::sheet::Sheet;

use super::Brush;

fn window(sheet: &mut Sheet, brush: &Brush, (x, y): (f32, f32), half: f32) {
    let glass = Rgb::hex(0xF6D36B);
    sheet.form(path::rect(x - half, y - half, x + half, y + half), glass);
    let bar = sheet.thin(0.004);
    sheet.line(path::polyline(&[(x, y - half), (x, y + half)]), brush.palette.dark, bar, 1.0);
    sheet.line(path::polyline(&[(x - half, y), (x + half, y)]), brush.palette.dark, bar, 1.0);
    sheet.line(path::rect(x - half, y - half, x + half, y + half), brush.palette.dark, bar, 1.0);
}

fn door(sheet: &mut Sheet, colour: Rgb, (x, y): (f32, f32), half: f32, height: f32, knob: Rgb) {
    sheet.form(path::rect(x - half, y - height, x + half, y), colour);
    sheet.form(path::segment(x, y - height, half, half, 180.0, 360.0), colour);
    sheet.fill(
        path::rect(x - half * 0.98, y - height - 0.02, x + half * 0.98, y - height + 0.03),
        colour,
        1.0,
    );
    sheet.fill(path::circle(x + half * 0.55, y - height * 0.5, half * 0.14), knob, 1.0);
}

pub(super) fn house(sheet: &mut Sheet, brush: &Brush) {
    sheet.form(path::rect(0.36, -0.78, 0.54, -0.2), brush.accent);
    for (x, y, r) in [(0.46, -0.90, 0.09), (0.60, -1.06, 0.13), (0.82, -1.20, 0.18)] {
        sheet.fill(path::circle(x, y, r), brush.palette.light, 0.75);
        let thin = sheet.thin(0.003);
        sheet.line(path::circle(x, y, r), brush.palette.line, thin, 0.7);
    }
    sheet.form(path::rect(-0.66, -0.12, 0.66, 1.0), brush.main);
    sheet.fill(path::rect(0.16, -0.12, 0.66, 1.0), brush.palette.dark, 0.14);
    sheet.form(path::polygon(&[(-0.88, -0.06), (0.0, -0.92), (0.88, -0.06)]), brush.second);
    sheet.fill(path::polygon(&[(0.0, -0.92), (0.88, -0.06), (0.16, -0.06)]), brush.palette.dark, 0.16);
    sheet.form(path::circle(0.0, -0.38, 0.15), Rgb::hex(0xF6D36B));
    sheet.line(path::circle(0.0, -0.38, 0.15), brush.palette.dark, 0.03, 1.0);
    window(sheet, brush, (-0.36, 0.26), 0.16);
    window(sheet, brush, (0.40, 0.26), 0.16);
    window(sheet, brush, (0.40, 0.70), 0.13);
    door(sheet, brush.accent, (-0.28, 1.0), 0.17, 0.34, brush.palette.light);
}

pub(super) fn castle(sheet: &mut Sheet, brush: &Brush) {
    let dark = brush.palette.dark;
    let tower = |sheet: &mut Sheet, x: f32, half: f32, top: f32, wall: Rgb, roof: Rgb| {
        sheet.form(path::rect(x - half, top, x + half, 1.0), wall);
        sheet.fill(path::rect(x + half * 0.2, top, x + half, 1.0), dark, 0.16);
        sheet.form(
            path::polygon(&[(x - half * 1.35, top), (x, top - half * 3.0), (x + half * 1.35, top)]),
            roof,
        );
        let mast = top - half * 3.0;
        sheet.line(path::polyline(&[(x, mast), (x, mast - 0.16)]), brush.palette.line, 0.018, 1.0);
        sheet.fill(
            path::polygon(&[(x, mast - 0.17), (x + 0.15, mast - 0.12), (x, mast - 0.07)]),
            brush.accent,
            1.0,
        );
        sheet.fill(path::segment(x, top + 0.24, half * 0.34, half * 0.42, 180.0, 360.0), dark, 1.0);
        sheet.fill(path::rect(x - half * 0.34, top + 0.235, x + half * 0.34, top + 0.36), dark, 1.0);
    };
    tower(sheet, 0.0, 0.20, -0.30, brush.main.lighter(0.2), brush.second);
    tower(sheet, -0.70, 0.17, 0.02, brush.main, brush.accent);
    tower(sheet, 0.70, 0.17, -0.08, brush.main, brush.second);
    sheet.form(path::rect(-0.58, 0.34, 0.58, 1.0), brush.main.lighter(0.1));
    for step in 0..6_u8 {
        let x = -0.58 + f32::from(step) * 0.212;
        sheet.form(path::rect(x, 0.24, x + 0.11, 0.36), brush.main.lighter(0.1));
    }
    door(sheet, dark, (0.0, 1.0), 0.19, 0.28, brush.palette.light);
    for x in [-0.36, 0.36] {
        window(sheet, brush, (x, 0.62), 0.085);
    }
}

pub(super) fn lighthouse(sheet: &mut Sheet, brush: &Brush) {
    let (dark, light) = (brush.palette.dark, brush.palette.light);
    let gold = Rgb::hex(0xF6CF5B);
    for (a, b) in [((-1.9, -1.06), (-1.9, -0.42)), ((1.9, -1.06), (1.9, -0.42))] {
        sheet.fade(
            path::polygon(&[(0.0, -0.68), a, b]),
            ((0.0, -0.68), gold, 0.85),
            ((a.0, -0.74), gold, 0.0),
        );
    }
    sheet.form(
        path::blob(&[(-0.95, 1.02), (-0.62, 0.76), (-0.15, 0.70), (0.42, 0.74), (0.90, 1.02), (0.0, 1.1)]),
        dark.lighter(0.22),
    );
    let tower = path::polygon(&[(-0.21, -0.46), (0.21, -0.46), (0.36, 0.86), (-0.36, 0.86)]);
    sheet.form(tower.clone(), light);
    sheet.clipped(tower.as_ref(), |sheet| {
        for step in 0..3_u8 {
            let y = -0.30 + f32::from(step) * 0.42;
            sheet.fill(
                path::polygon(&[(-0.5, y), (0.5, y + 0.08), (0.5, y + 0.28), (-0.5, y + 0.20)]),
                brush.main,
                1.0,
            );
        }
        sheet.fill(path::rect(0.08, -0.5, 0.5, 0.9), dark, 0.16);
    });
    for y in [-0.16, 0.26] {
        sheet.fill(path::ellipse(0.0, y, 0.055, 0.085), dark, 1.0);
    }
    door(sheet, brush.second, (0.0, 0.86), 0.10, 0.16, gold);
    sheet.form(path::rect(-0.32, -0.53, 0.32, -0.45), dark.lighter(0.1));
    sheet.form(path::rect(-0.17, -0.80, 0.17, -0.53), gold);
    let bar = sheet.thin(0.004);
    for x in [-0.085, 0.0, 0.085] {
        sheet.line(path::polyline(&[(x, -0.80), (x, -0.53)]), dark, bar, 1.0);
    }
    sheet.form(path::segment(0.0, -0.79, 0.23, 0.22, 180.0, 360.0), brush.main);
    sheet.form(path::circle(0.0, -1.03, 0.045), gold);
}

pub(super) fn tree(sheet: &mut Sheet, brush: &Brush) {
    let bark = Rgb::hex(0x6B4632).mix(brush.palette.dark, 0.15);
    let leaf = Rgb::hex(0x4F9A62);
    let tint = if brush.main.distance(brush.palette.light) < 120.0 { leaf } else { brush.main };
    sheet.form(
        path::polygon(&[
            (-0.10, -0.10),
            (0.10, -0.10),
            (0.16, 0.80),
            (0.34, 1.0),
            (-0.34, 1.0),
            (-0.16, 0.80),
        ]),
        bark,
    );
    for (to, width) in [((-0.46, -0.12), 0.075), ((0.48, -0.06), 0.07)] {
        sheet.line(path::curve(&[(0.0, 0.48), (to.0 * 0.5, 0.26), to]), bark, width, 1.0);
    }
    let crown = [
        (-0.44, -0.22, 0.36, leaf.mix(tint, 0.35)),
        (0.46, -0.20, 0.36, leaf.darker(0.16)),
        (-0.24, -0.62, 0.34, leaf.lighter(0.18)),
        (0.28, -0.62, 0.34, tint),
        (0.0, -0.36, 0.40, leaf),
    ];
    for (x, y, r, colour) in crown {
        sheet.form(path::circle(x, y, r), colour);
        let thin = sheet.thin(0.003);
        sheet.line(path::arc(x, y, r * 0.66, 190.0, 290.0), brush.palette.light, thin, 0.7);
    }
    for (x, y) in
        [(-0.52, -0.12), (-0.16, -0.70), (0.34, -0.50), (0.58, -0.10), (0.04, -0.22), (-0.22, -0.40)]
    {
        sheet.form(path::circle(x, y, 0.065), brush.accent);
    }
}
