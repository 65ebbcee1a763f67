//! What stands around a figure, in pixels of the sheet: sky, ground, weather.

use crate::paint::colour::Rgb;
use crate::paint::dice::Dice;
use crate::paint::elements::halo;
use crate::paint::path;
use crate::paint::sheet::Sheet;

/// Where scenery may go.
#[derive(Debug, Clone, Copy)]
pub(in crate::paint) struct Stage {
    pub(in crate::paint) width: f32,
    /// Down to the label.
    pub(in crate::paint) height: f32,
    /// The short side of the sheet.
    pub(in crate::paint) short: f32,
}

pub(in crate::paint) fn sun(sheet: &mut Sheet, (x, y): (f32, f32), radius: f32, rays: bool) {
    let gold = Rgb::hex(0xF4B52E);
    let palette = sheet.palette();
    halo(sheet, (x, y), radius * 1.25, Rgb::hex(0xF79A3C), 0.34);
    if rays {
        sheet.at((x, y), radius, 0.0, |sheet| {
            for index in 0..18_u8 {
                sheet.at((0.0, 0.0), 1.0, f32::from(index) * 20.0, |sheet| {
                    let reach = if index % 2 == 0 { 1.62 } else { 1.38 };
                    let colour = if index % 2 == 0 { gold } else { palette.colours[1] };
                    sheet.form(path::polygon(&[(1.10, -0.09), (reach, 0.0), (1.10, 0.09)]), colour);
                });
            }
        });
    }
    sheet.form(path::circle(x, y, radius), gold);
    sheet.patch(path::circle(x, y, radius * 0.72), Rgb::hex(0xF07F33));
    sheet.patch(path::circle(x, y, radius * 0.46), palette.light.mix(gold, 0.3));
    let (dark, thin) = (palette.dark, sheet.thin(0.003));
    sheet.line(path::arc(x, y, radius * 0.86, 150.0, 300.0), dark, thin, 0.7);
}

pub(in crate::paint) fn moon(sheet: &mut Sheet, (x, y): (f32, f32), radius: f32) {
    let silver = Rgb::hex(0xF4E9C9);
    halo(sheet, (x, y), radius * 1.1, silver, 0.30);
    sheet.at((x, y), radius, -24.0, |sheet| {
        // A crescent: the outer edge there, the inner edge back.
        let mut edge = Vec::new();
        for step in 0..=16_u8 {
            edge.push(path::on_circle(0.0, 0.0, 1.0, -60.0 - f32::from(step) * 15.0));
        }
        for step in (1..16_u8).rev() {
            edge.push(path::on_circle(0.42, 0.0, 0.865, -84.0 - f32::from(step) * 12.0));
        }
        sheet.form(path::polygon(&edge), silver);
        for (dx, dy, r) in [(-0.66, -0.1, 0.10), (-0.50, 0.42, 0.07), (-0.56, -0.5, 0.06)] {
            sheet.fill(path::circle(dx, dy, r), silver.darker(0.18), 0.8);
        }
    });
}

pub(in crate::paint) fn stars(sheet: &mut Sheet, stage: Stage, dice: &mut Dice) {
    let palette = sheet.palette();
    let bright = if palette.paper.lightness() < 0.5 { palette.light } else { Rgb::hex(0xE9A92A) };
    for index in 0..22_u8 {
        let (x, y) = (dice.between(0.03, 0.97) * stage.width, dice.between(0.03, 0.62) * stage.height);
        let radius = stage.short * dice.between(0.008, 0.034);
        match index % 4 {
            0 => sheet.form(path::star(x, y, radius * 1.2, radius * 0.5, 5, -90.0), bright),
            1 | 2 => sheet.fill(path::sparkle(x, y, radius * 1.4), bright, 1.0),
            _ => sheet.fill(path::circle(x, y, radius * 0.3), bright, 1.0),
        }
    }
}

pub(in crate::paint) fn planet(sheet: &mut Sheet, (x, y): (f32, f32), radius: f32, dice: &mut Dice) {
    let palette = sheet.palette();
    let (body, band, ring) = (dice.pick(&palette.colours), dice.pick(&palette.colours), Rgb::hex(0xF0CF8A));
    halo(sheet, (x, y), radius, body, 0.35);
    sheet.at((x, y), radius, -18.0, |sheet| {
        let hoop = |from: f32, to: f32| {
            let points: Vec<_> = (0..=20_u8)
                .map(|step| {
                    let angle = (from + (to - from) * f32::from(step) / 20.0).to_radians();
                    (1.65 * angle.cos(), 0.42 * angle.sin())
                })
                .collect();
            path::curve(&points)
        };
        sheet.line(hoop(180.0, 360.0), ring, 0.13, 1.0);
        let disc = path::circle(0.0, 0.0, 1.0);
        sheet.form(disc.clone(), body);
        sheet.clipped(disc.as_ref(), |sheet| {
            sheet.fill(path::rect(-1.0, -0.42, 1.0, -0.16), band, 0.8);
            sheet.fill(path::rect(-1.0, 0.20, 1.0, 0.34), palette.light, 0.6);
            sheet.fill(path::circle(0.55, 0.40, 1.0), palette.dark, 0.16);
        });
        sheet.line(hoop(0.0, 180.0), ring, 0.13, 1.0);
        sheet.line(hoop(0.0, 180.0), palette.dark, 0.02, 0.8);
    });
}

pub(in crate::paint) fn clouds(sheet: &mut Sheet, stage: Stage, dice: &mut Dice) {
    let palette = sheet.palette();
    let count = (2.0 + stage.width / stage.short * 1.5) as usize;
    for index in 0..count {
        let x = stage.width * (index as f32 + dice.between(0.3, 0.7)) / count as f32;
        let y = stage.height * dice.between(0.08, 0.26);
        let turn = dice.between(0.85, 1.2);
        sheet.at((x, y), stage.short * 0.085 * turn, 0.0, |sheet| {
            for (dx, r, colour) in [
                (-0.75, 0.52, palette.colours[6]),
                (0.72, 0.46, palette.colours[6]),
                (0.0, 0.78, palette.light),
            ] {
                sheet.form(path::segment(dx, 0.3, r, r, 180.0, 360.0), colour);
            }
            let (line, thin) = (palette.line, sheet.thin(0.004));
            sheet.line(path::polyline(&[(-1.45, 0.3), (1.4, 0.3)]), line, thin, 1.0);
        });
    }
}

pub(in crate::paint) fn rain(sheet: &mut Sheet, stage: Stage, dice: &mut Dice) {
    let blue = Rgb::hex(0x4F8FC4);
    let line = sheet.palette().line;
    let count = (46.0 * stage.width * stage.height / (stage.short * stage.short)).min(160.0) as usize;
    for index in 0..count {
        let (x, y) = (dice.between(-0.05, 1.05) * stage.width, dice.between(-0.02, 0.95) * stage.height);
        let length = stage.short * dice.between(0.03, 0.08);
        let (colour, width) = if index % 3 == 0 { (line, 0.0025) } else { (blue, 0.005) };
        sheet.line(
            path::polyline(&[(x, y), (x - length * 0.3, y + length)]),
            colour,
            width * stage.short,
            0.8,
        );
    }
}

pub(in crate::paint) fn snow(sheet: &mut Sheet, stage: Stage, dice: &mut Dice) {
    let palette = sheet.palette();
    let colour = if palette.paper.lightness() > 0.6 { Rgb::hex(0x9CC3DA) } else { palette.light };
    let count = (40.0 * stage.width * stage.height / (stage.short * stage.short)).min(160.0) as usize;
    for index in 0..count {
        let (x, y) = (dice.between(0.0, 1.0) * stage.width, dice.between(0.0, 0.97) * stage.height);
        let radius = stage.short * dice.between(0.006, 0.022);
        if index % 3 == 0 {
            for arm in 0..3_u8 {
                let (dx, dy) = path::on_circle(0.0, 0.0, radius * 1.3, f32::from(arm) * 60.0 + 15.0);
                sheet.line(path::polyline(&[(x - dx, y - dy), (x + dx, y + dy)]), colour, radius * 0.22, 1.0);
            }
        } else {
            sheet.fill(path::circle(x, y, radius * 0.55), colour, 0.95);
        }
    }
}

pub(in crate::paint) fn mountains(sheet: &mut Sheet, stage: Stage, foot: f32, dice: &mut Dice) {
    let palette = sheet.palette();
    let step = stage.short * 0.36;
    let count = (stage.width / step).ceil() as i32 + 2;
    for layer in 0..2 {
        let tall = if layer == 0 { 0.56 } else { 0.34 };
        for index in -1..count {
            let x = (index as f32 + if layer == 0 { 0.5 } else { 0.0 } + dice.between(-0.15, 0.15)) * step;
            let height = stage.height * tall * dice.between(0.72, 1.0);
            let half = step * dice.between(0.72, 0.95);
            let colour =
                palette.colours[dice.below(6)].mix(palette.paper, if layer == 0 { 0.30 } else { 0.05 });
            let peak = (x, foot - height);
            sheet.form(path::polygon(&[(x - half, foot), peak, (x + half, foot)]), colour);
            sheet.fill(path::polygon(&[peak, (x + half, foot), (x + half * 0.12, foot)]), palette.dark, 0.22);
            let snow = 0.26;
            let cap = [
                peak,
                (x + half * snow, foot - height * (1.0 - snow)),
                (x + half * 0.10, foot - height * (1.0 - snow * 0.7)),
                (x - half * 0.02, foot - height * (1.0 - snow * 1.15)),
                (x - half * 0.12, foot - height * (1.0 - snow * 0.75)),
                (x - half * snow, foot - height * (1.0 - snow)),
            ];
            sheet.fill(path::polygon(&cap), palette.light, 1.0);
        }
    }
}

/// Rows of half discs, the nearest last; from `top` down to the edge of the sheet.
pub(in crate::paint) fn sea(sheet: &mut Sheet, stage: Stage, top: f32, bottom: f32, dice: &mut Dice) {
    let palette = sheet.palette();
    let blues =
        [Rgb::hex(0x2F7FA8), Rgb::hex(0x3FA0A8), Rgb::hex(0x24598C), Rgb::hex(0x8CC5CF), Rgb::hex(0x1D4675)];
    let rows = 5_u8;
    let depth = (bottom - top) / f32::from(rows);
    for row in 0..rows {
        let y = top + depth * f32::from(row);
        let radius = (stage.short * 0.052).max(depth * 0.62);
        let colour = blues[usize::from(row)].mix(palette.paper, 0.10);
        let shift = dice.between(0.0, 2.0) * radius;
        let mut x = -shift;
        sheet.fill(path::rect(0.0, y + radius * 0.4, stage.width, bottom + stage.short), colour, 1.0);
        while x < stage.width + radius {
            sheet.form(path::segment(x, y + radius * 0.62, radius, radius, 180.0, 360.0), colour);
            sheet.patch(
                path::segment(x, y + radius * 0.62, radius * 0.62, radius * 0.62, 180.0, 360.0),
                colour.lighter(0.32),
            );
            sheet.patch(
                path::segment(x, y + radius * 0.62, radius * 0.28, radius * 0.28, 180.0, 360.0),
                colour,
            );
            x += radius * 2.0;
        }
        sheet.fill(path::rect(0.0, y + radius * 0.60, stage.width, bottom + stage.short), colour, 1.0);
    }
}

pub(in crate::paint) fn city(sheet: &mut Sheet, stage: Stage, foot: f32, tall: f32, dice: &mut Dice) {
    let palette = sheet.palette();
    let mut x = -stage.short * 0.02;
    while x < stage.width {
        let width = stage.short * dice.between(0.09, 0.16);
        let height = stage.height * tall * dice.between(0.45, 1.0);
        let colour = palette.colours[dice.below(7)];
        let top = foot - height;
        match dice.below(4) {
            0 => sheet.form(
                path::polygon(&[(x, top), (x + width / 2.0, top - width * 0.7), (x + width, top)]),
                palette.colours[1],
            ),
            1 => sheet.form(
                path::segment(x + width / 2.0, top, width / 2.0, width / 2.0, 180.0, 360.0),
                palette.colours[2],
            ),
            2 => {
                let mast = sheet.thin(0.005);
                sheet.line(
                    path::polyline(&[(x + width / 2.0, top), (x + width / 2.0, top - width)]),
                    palette.line,
                    mast,
                    1.0,
                );
            }
            _ => {}
        }
        sheet.form(path::rect(x, top, x + width, foot), colour);
        sheet.fill(path::rect(x + width * 0.66, top, x + width, foot), palette.dark, 0.20);
        let cell = width / 4.2;
        let mut y = top + cell;
        while y < foot - cell {
            for column in 0..3_u8 {
                let left = x + cell * (0.55 + f32::from(column) * 1.15);
                let lit = dice.chance(0.55);
                let glass = if lit { Rgb::hex(0xF6D36B) } else { palette.dark };
                sheet.fill(path::rect(left, y, left + cell * 0.62, y + cell * 0.72), glass, 0.95);
            }
            y += cell * 1.45;
        }
        x += width * dice.between(0.92, 1.12);
    }
}

pub(in crate::paint) fn forest(sheet: &mut Sheet, stage: Stage, foot: f32, tall: f32, dice: &mut Dice) {
    let palette = sheet.palette();
    let greens =
        [Rgb::hex(0x2F6B4F), Rgb::hex(0x4F9A62), Rgb::hex(0x1F5A5A), Rgb::hex(0x88B06A), palette.colours[2]];
    for layer in 0..2 {
        let mut x = -stage.short * 0.05;
        while x < stage.width + stage.short * 0.05 {
            let height = stage.height * tall * dice.between(0.62, 1.0) * if layer == 0 { 1.0 } else { 0.66 };
            let half = stage.short * dice.between(0.055, 0.085);
            let colour = greens[dice.below(5)].mix(palette.paper, if layer == 0 { 0.25 } else { 0.0 });
            let bark = Rgb::hex(0x6B4632).mix(palette.dark, 0.2);
            sheet.form(path::rect(x - half * 0.12, foot - height * 0.5, x + half * 0.12, foot), bark);
            if dice.chance(0.6) {
                for tier in 0..3_u8 {
                    let t = f32::from(tier);
                    let y = foot - height * (0.30 + t * 0.22);
                    let wide = half * (1.0 - t * 0.22);
                    let shade = colour.lighter(t * 0.10);
                    sheet.form(path::polygon(&[(x - wide, y), (x, y - height * 0.36), (x + wide, y)]), shade);
                }
            } else {
                sheet.form(path::circle(x, foot - height * 0.66, half * 0.95), colour);
                sheet.patch(path::circle(x, foot - height * 0.66, half * 0.55), colour.lighter(0.22));
            }
            x += half * dice.between(1.3, 2.0);
        }
    }
}
