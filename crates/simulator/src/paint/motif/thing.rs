//! Still and moving things.

use crate::paint::colour::Rgb;
use crate::paint::path;
use crate::paint::sheet::Sheet;

use super::Brush;

const GOLD: Rgb = Rgb::hex(0xF2BE3F);

pub(super) fn flower(sheet: &mut Sheet, brush: &Brush) {
    let leaf = Rgb::hex(0x4F9A62);
    let stem = path::ribbon(&[(0.0, 0.0, 0.07), (0.06, 0.40, 0.07), (-0.02, 0.72, 0.08), (0.02, 1.02, 0.09)]);
    sheet.form(stem, leaf.darker(0.2));
    for (side, y, turn) in [(1.0, 0.66, -28.0), (-1.0, 0.80, 28.0)] {
        sheet.at((0.02, y), 1.0, turn, |sheet| {
            let path =
                path::blob(&[(0.0, 0.0), (0.24 * side, -0.15), (0.54 * side, -0.06), (0.26 * side, 0.09)]);
            sheet.form(path, leaf);
            let thin = sheet.thin(0.003);
            sheet.line(
                path::polyline(&[(0.02 * side, 0.0), (0.44 * side, -0.05)]),
                brush.palette.dark,
                thin,
                0.7,
            );
        });
    }
    let centre = (0.0, -0.28);
    for (count, reach, half, colour, turn) in
        [(9, 0.50, 0.155, brush.second, 20.0), (9, 0.40, 0.135, brush.main, 0.0)]
    {
        for index in 0..count {
            sheet.at(centre, 1.0, turn + index as f32 * 360.0 / count as f32, |sheet| {
                sheet.form(path::ellipse(0.0, -reach * 0.82, half, reach * 0.56), colour);
                let thin = sheet.thin(0.0026);
                sheet.line(
                    path::polyline(&[(0.0, -reach * 0.5), (0.0, -reach * 1.1)]),
                    brush.palette.light,
                    thin,
                    0.7,
                );
            });
        }
    }
    sheet.form(path::circle(centre.0, centre.1, 0.20), GOLD);
    for index in 0..12_u8 {
        let (x, y) = path::on_circle(centre.0, centre.1, 0.125, f32::from(index) * 30.0);
        sheet.fill(path::circle(x, y, 0.022), brush.palette.dark, 0.9);
    }
    sheet.patch(path::circle(centre.0, centre.1, 0.07), brush.accent);
}

pub(super) fn boat(sheet: &mut Sheet, brush: &Brush) {
    let (dark, light) = (brush.palette.dark, brush.palette.light);
    sheet.line(path::polyline(&[(0.0, -0.98), (0.0, 0.62)]), dark, 0.05, 1.0);
    sheet.form(path::polygon(&[(-0.06, -0.86), (-0.06, 0.46), (-0.80, 0.46)]), light);
    sheet.fill(
        path::polygon(&[(-0.06, -0.10), (-0.06, 0.16), (-0.64, 0.16), (-0.49, -0.10)]),
        brush.accent,
        0.95,
    );
    let sail = path::polygon(&[(0.07, -0.72), (0.07, 0.46), (0.68, 0.46)]);
    sheet.form(sail.clone(), brush.second);
    sheet.clipped(sail.as_ref(), |sheet| {
        for (radius, colour) in [(0.26, light), (0.15, brush.main)] {
            sheet.fill(path::circle(0.22, 0.22, radius), colour, 0.95);
        }
    });
    sheet.form(path::polygon(&[(0.0, -1.02), (0.30, -0.92), (0.0, -0.82)]), brush.accent);
    let hull =
        path::blob(&[(-0.92, 0.56), (0.0, 0.60), (0.95, 0.52), (0.62, 0.92), (0.0, 1.0), (-0.56, 0.94)]);
    sheet.form(hull.clone(), brush.main);
    sheet.clipped(hull.as_ref(), |sheet| {
        sheet.fill(path::rect(-1.0, 0.78, 1.0, 1.1), dark, 0.3);
        for x in [-0.42, -0.14, 0.14, 0.42] {
            sheet.fill(path::circle(x, 0.70, 0.06), light, 1.0);
            sheet.fill(path::circle(x, 0.70, 0.035), dark, 1.0);
        }
    });
}

pub(super) fn heart(sheet: &mut Sheet, brush: &Brush) {
    let red = Rgb::hex(0xD2383A);
    let main = if brush.main.distance(red) < 260.0 { brush.main } else { red };
    let layers = [
        (0.96, main),
        (0.76, brush.second),
        (0.58, brush.palette.light),
        (0.40, main),
        (0.20, brush.palette.dark),
    ];
    for (index, (size, colour)) in layers.into_iter().enumerate() {
        let heart = path::heart(0.0, 0.02, size);
        if index == 0 { sheet.form(heart, colour) } else { sheet.patch(heart, colour) }
    }
    sheet.clipped(path::heart(0.0, 0.02, 0.96).as_ref(), |sheet| {
        sheet.fill(path::rect(0.0, -1.2, 1.2, 1.2), brush.palette.dark, 0.16);
    });
    let arrow = sheet.thin(0.008);
    let line = brush.palette.line;
    sheet.line(path::polyline(&[(-1.22, 0.52), (1.18, -0.46)]), line, arrow, 1.0);
    sheet.fill(path::polygon(&[(1.30, -0.51), (1.06, -0.54), (1.15, -0.32)]), line, 1.0);
    for step in 0..3_u8 {
        let shift = f32::from(step) * 0.08;
        sheet.line(
            path::polyline(&[(-1.22 + shift, 0.52 - shift * 0.41), (-1.32 + shift, 0.66 - shift * 0.41)]),
            line,
            arrow * 0.7,
            1.0,
        );
        sheet.line(
            path::polyline(&[(-1.22 + shift, 0.52 - shift * 0.41), (-1.36 + shift, 0.46 - shift * 0.41)]),
            line,
            arrow * 0.7,
            1.0,
        );
    }
}

pub(super) fn rocket(sheet: &mut Sheet, brush: &Brush) {
    let (dark, light) = (brush.palette.dark, brush.palette.light);
    sheet.at((0.0, 0.02), 1.0, 18.0, |sheet| {
        for (half, length, colour) in
            [(0.24, 0.60, Rgb::hex(0xE4572E)), (0.16, 0.44, GOLD), (0.08, 0.28, light)]
        {
            let flame = path::blob(&[
                (-half, 0.54),
                (half, 0.54),
                (half * 0.5, 0.54 + length * 0.6),
                (0.0, 0.54 + length),
                (-half * 0.5, 0.54 + length * 0.6),
            ]);
            sheet.fill(flame, colour, 0.95);
        }
        for side in [-1.0, 1.0] {
            sheet.form(
                path::polygon(&[(0.26 * side, 0.10), (0.62 * side, 0.62), (0.20 * side, 0.54)]),
                brush.second,
            );
        }
        let body = path::blob(&[
            (0.0, -1.0),
            (0.25, -0.56),
            (0.32, 0.0),
            (0.22, 0.54),
            (-0.22, 0.54),
            (-0.32, 0.0),
            (-0.25, -0.56),
        ]);
        sheet.form(body.clone(), light);
        sheet.clipped(body.as_ref(), |sheet| {
            sheet.fill(path::rect(-0.5, -1.1, 0.5, -0.52), brush.main, 1.0);
            sheet.fill(path::rect(-0.5, 0.30, 0.5, 0.44), brush.main, 1.0);
            sheet.fill(path::rect(0.06, -1.1, 0.5, 0.7), dark, 0.15);
        });
        for (y, r) in [(-0.22, 0.15), (0.13, 0.09)] {
            sheet.form(path::circle(0.0, y, r), brush.accent);
            sheet.patch(path::circle(0.0, y, r * 0.68), Rgb::hex(0x8FD0E0));
            sheet.fill(path::circle(-r * 0.2, y - r * 0.2, r * 0.2), light, 1.0);
        }
        sheet.form(path::rect(-0.045, 0.26, 0.045, 0.66), brush.second);
    });
}

pub(super) fn balloon(sheet: &mut Sheet, brush: &Brush) {
    let dark = brush.palette.dark;
    let rope = sheet.thin(0.0035);
    for x in [-0.13, -0.045, 0.045, 0.13] {
        sheet.line(path::polyline(&[(x * 3.0, 0.24), (x, 0.72)]), brush.palette.line, rope, 1.0);
    }
    let skin = path::blob(&[
        (0.0, -0.98),
        (0.50, -0.80),
        (0.70, -0.34),
        (0.50, 0.10),
        (0.20, 0.44),
        (-0.20, 0.44),
        (-0.50, 0.10),
        (-0.70, -0.34),
        (-0.50, -0.80),
    ]);
    sheet.form(skin.clone(), brush.main);
    sheet.clipped(skin.as_ref(), |sheet| {
        for (half, colour) in [(0.46, brush.second), (0.24, brush.accent), (0.09, brush.palette.light)] {
            sheet.patch(path::ellipse(0.0, -0.28, half, 0.86), colour);
        }
        sheet.fill(path::rect(-0.8, -0.36, 0.8, -0.24), dark, 0.85);
        for step in 0..8_u8 {
            let x = -0.63 + f32::from(step) * 0.18;
            sheet.fill(path::circle(x, -0.30, 0.035), GOLD, 1.0);
        }
    });
    sheet
        .form(path::polygon(&[(-0.20, 0.70), (0.20, 0.70), (0.15, 0.98), (-0.15, 0.98)]), Rgb::hex(0x9A6A3C));
    for y in [0.78, 0.86] {
        sheet.line(path::polyline(&[(-0.16, y), (0.16, y)]), dark, rope, 0.9);
    }
}

pub(super) fn car(sheet: &mut Sheet, brush: &Brush) {
    let (dark, light) = (brush.palette.dark, brush.palette.light);
    let glass = Rgb::hex(0xA9D6E5);
    let cabin = path::polygon(&[(-0.52, 0.16), (-0.34, -0.30), (0.28, -0.30), (0.56, 0.16)]);
    sheet.form(cabin, brush.main);
    sheet.form(path::polygon(&[(-0.42, 0.12), (-0.28, -0.20), (-0.04, -0.20), (-0.04, 0.12)]), glass);
    sheet.form(path::polygon(&[(0.05, 0.12), (0.05, -0.20), (0.23, -0.20), (0.43, 0.12)]), glass);
    let body = path::blob(&[
        (-1.0, 0.42),
        (-0.92, 0.18),
        (-0.4, 0.12),
        (0.5, 0.12),
        (0.95, 0.24),
        (1.04, 0.48),
        (0.92, 0.60),
        (-0.94, 0.60),
    ]);
    sheet.form(body.clone(), brush.main);
    sheet.clipped(body.as_ref(), |sheet| {
        sheet.fill(path::rect(-1.1, 0.40, 1.1, 0.7), brush.second, 1.0);
        sheet.fill(path::rect(-1.1, 0.37, 1.1, 0.41), light, 1.0);
    });
    sheet.form(path::circle(0.94, 0.36, 0.07), GOLD);
    for x in [-0.54, 0.56] {
        for (radius, colour) in [(0.25, dark), (0.16, light), (0.10, brush.accent), (0.04, dark)] {
            sheet.fill(path::circle(x, 0.60, radius), colour, 1.0);
        }
    }
    let thin = sheet.thin(0.005);
    sheet.line(path::polyline(&[(-1.3, 0.86), (1.3, 0.86)]), brush.palette.line, thin, 1.0);
}

pub(super) fn cup(sheet: &mut Sheet, brush: &Brush) {
    let (dark, light) = (brush.palette.dark, brush.palette.light);
    for (x, shift) in [(-0.24, 0.0), (0.02, 0.08), (0.28, 0.0)] {
        let steam = [
            (x, -0.28, 0.02),
            (x - 0.10, -0.46 - shift, 0.05),
            (x + 0.08, -0.66 - shift, 0.05),
            (x - 0.02, -0.90 - shift, 0.01),
        ];
        sheet.fill(path::ribbon(&steam), brush.palette.line, 0.75);
    }
    sheet.line(path::arc(0.60, 0.22, 0.24, -95.0, 110.0), dark, 0.17, 1.0);
    sheet.line(path::arc(0.60, 0.22, 0.24, -95.0, 110.0), brush.main, 0.12, 1.0);
    sheet.form(path::ellipse(0.0, 0.86, 0.96, 0.12), brush.second);
    let bowl = path::segment(0.0, -0.10, 0.66, 0.94, 0.0, 180.0);
    sheet.form(bowl.clone(), brush.main);
    sheet.clipped(bowl.as_ref(), |sheet| {
        for (radius, colour) in [(0.30, light), (0.20, brush.accent), (0.09, dark)] {
            sheet.patch(path::circle(-0.10, 0.28, radius), colour);
        }
        sheet.fill(path::rect(0.24, -0.2, 0.8, 1.0), dark, 0.15);
    });
    sheet.form(path::ellipse(0.0, -0.10, 0.66, 0.14), light);
    sheet.fill(path::ellipse(0.0, -0.085, 0.58, 0.10), Rgb::hex(0x5A3620), 1.0);
    sheet.fill(path::ellipse(-0.14, -0.10, 0.22, 0.035), Rgb::hex(0xB98A5A), 0.9);
}

pub(super) fn apple(sheet: &mut Sheet, brush: &Brush) {
    let (dark, light) = (brush.palette.dark, brush.palette.light);
    sheet.line(path::curve(&[(0.0, -0.42), (0.04, -0.66), (0.14, -0.84)]), dark, 0.075, 1.0);
    let leaf = path::blob(&[(0.08, -0.64), (0.34, -0.88), (0.66, -0.78), (0.40, -0.60)]);
    sheet.form(leaf, Rgb::hex(0x4F9A62));
    let skin = path::blob(&[
        (0.0, -0.40),
        (0.40, -0.54),
        (0.80, -0.24),
        (0.74, 0.36),
        (0.36, 0.84),
        (0.0, 0.76),
        (-0.36, 0.84),
        (-0.74, 0.36),
        (-0.80, -0.24),
        (-0.40, -0.54),
    ]);
    sheet.form(skin.clone(), brush.main);
    sheet.clipped(skin.as_ref(), |sheet| {
        sheet.fill(path::rect(0.0, -0.8, 1.0, 1.0), brush.second, 0.75);
        sheet.patch(path::ellipse(0.0, 0.16, 0.40, 0.50), light);
        sheet.fill(path::rect(0.0, -0.4, 0.5, 0.7), brush.accent, 0.22);
        for side in [-1.0, 1.0] {
            sheet.fill(path::ellipse(0.10 * side, 0.16, 0.055, 0.11), dark, 1.0);
        }
    });
    sheet.fill(path::ellipse(-0.50, -0.16, 0.10, 0.18), light, 0.6);
}

pub(super) fn mushroom(sheet: &mut Sheet, brush: &Brush) {
    let (dark, light) = (brush.palette.dark, brush.palette.light);
    let stem = path::blob(&[
        (-0.22, -0.04),
        (0.22, -0.04),
        (0.24, 0.50),
        (0.38, 0.94),
        (0.0, 1.02),
        (-0.38, 0.94),
        (-0.24, 0.50),
    ]);
    sheet.form(stem.clone(), light);
    sheet.clipped(stem.as_ref(), |sheet| {
        sheet.fill(path::rect(0.06, -0.2, 0.5, 1.1), dark, 0.13);
        let thin = sheet.thin(0.003);
        for x in [-0.12, 0.0, 0.12] {
            sheet.line(path::polyline(&[(x, 0.34), (x * 1.4, 0.9)]), dark, thin, 0.5);
        }
    });
    sheet.form(path::segment(0.0, 0.16, 0.36, 0.20, 180.0, 360.0), light.darker(0.08));
    let cap = path::segment(0.0, 0.06, 0.92, 0.94, 180.0, 360.0);
    sheet.form(cap.clone(), brush.main);
    sheet.clipped(cap.as_ref(), |sheet| {
        sheet.fill(path::rect(0.10, -1.0, 1.0, 0.1), dark, 0.13);
        for (x, y, r) in [
            (-0.50, -0.28, 0.15),
            (-0.10, -0.62, 0.16),
            (0.34, -0.30, 0.19),
            (-0.16, -0.16, 0.10),
            (0.74, -0.10, 0.12),
            (0.40, -0.72, 0.08),
            (-0.80, -0.04, 0.09),
        ] {
            sheet.fill(path::circle(x, y, r), light, 1.0);
            sheet.fill(path::circle(x, y, r * 0.5), brush.second, 0.55);
        }
    });
}
