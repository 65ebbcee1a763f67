//! The free elements of a composition, each drawn in -1..1 around its own middle.

use super::colour::Rgb;
use super::dice::Dice;
use super::path;
use super::sheet::Sheet;

/// One kind of element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    Rings,
    Checker,
    Triangle,
    Fans,
    Arcs,
    Bundle,
    Curve,
    Angle,
    Planet,
    Ladder,
    HalfDisc,
    Dots,
}

/// The deck that a picture deals from.
pub(super) const DECK: [Element; 12] = [
    Element::Checker,
    Element::Planet,
    Element::Triangle,
    Element::Arcs,
    Element::Fans,
    Element::Bundle,
    Element::Rings,
    Element::Curve,
    Element::Angle,
    Element::HalfDisc,
    Element::Ladder,
    Element::Dots,
];

impl Element {
    /// Draws the element; (`x`, `y`) and `size` (half its extent) in pixels of the sheet.
    pub(super) fn draw(self, sheet: &mut Sheet, (x, y): (f32, f32), size: f32, dice: &mut Dice) {
        let turn = match self {
            Self::Rings | Self::Planet | Self::Dots => 0.0,
            _ => dice.between(-38.0, 38.0),
        };
        sheet.at((x, y), size, turn, |sheet| match self {
            Self::Rings => rings(sheet, dice),
            Self::Checker => checker(sheet, dice),
            Self::Triangle => triangle(sheet, dice),
            Self::Fans => fans(sheet, dice),
            Self::Arcs => arcs(sheet, dice),
            Self::Bundle => bundle(sheet, dice),
            Self::Curve => curve(sheet, dice),
            Self::Angle => angle(sheet, dice),
            Self::Planet => planet(sheet, dice),
            Self::Ladder => ladder(sheet, dice),
            Self::HalfDisc => half_disc(sheet, dice),
            Self::Dots => dots(sheet, dice),
        });
    }
}

/// The colours of the palette in a chance order.
fn deal(sheet: &Sheet, dice: &mut Dice) -> [Rgb; 7] {
    let mut colours = sheet.palette().colours;
    dice.shuffle(&mut colours);
    colours
}

/// A soft light around a disc, as the discs of «Several Circles» have it.
pub(super) fn halo(sheet: &mut Sheet, at: (f32, f32), radius: f32, colour: Rgb, strength: f32) {
    sheet.glow(
        at,
        radius * 1.7,
        &[
            (0.0, colour, strength),
            (0.56, colour, strength),
            (0.78, colour, strength * 0.34),
            (1.0, colour, 0.0),
        ],
    );
}

fn rings(sheet: &mut Sheet, dice: &mut Dice) {
    let colours = deal(sheet, dice);
    halo(sheet, (0.0, 0.0), 0.74, colours[0], 0.35);
    let count = 3 + dice.below(3);
    let (mut radius, mut shift) = (0.78, (0.0, 0.0));
    let drift = (dice.between(-0.04, 0.04), dice.between(-0.04, 0.04));
    for colour in colours.iter().take(count) {
        if radius > 0.7 {
            sheet.form(path::circle(shift.0, shift.1, radius), *colour);
        } else {
            sheet.patch(path::circle(shift.0, shift.1, radius), *colour);
        }
        radius *= dice.between(0.60, 0.74);
        shift = (shift.0 + drift.0, shift.1 + drift.1);
    }
    let dark = sheet.palette().dark;
    sheet.fill(path::circle(shift.0, shift.1, radius.min(0.12)), dark, 1.0);
}

fn planet(sheet: &mut Sheet, dice: &mut Dice) {
    let [colour, core, ..] = deal(sheet, dice);
    halo(sheet, (0.0, 0.0), 0.52, colour, 0.4);
    sheet.form(path::circle(0.0, 0.0, 0.52), colour);
    let (x, y) = path::on_circle(0.0, 0.0, 0.16, dice.between(0.0, 360.0));
    sheet.patch(path::circle(x, y, 0.22), core);
    let (line, thin) = (sheet.palette().line, sheet.thin(0.0026));
    sheet.line(path::circle(0.0, 0.0, 0.86), line, thin, 0.8);
    let (x, y) = path::on_circle(0.0, 0.0, 0.86, dice.between(0.0, 360.0));
    sheet.fill(path::circle(x, y, 0.08), line, 1.0);
}

fn checker(sheet: &mut Sheet, dice: &mut Dice) {
    let colours = deal(sheet, dice);
    let palette = sheet.palette();
    let (columns, rows) = (4 + dice.below(2), 3 + dice.below(2));
    let skew = dice.between(0.15, 0.5) * dice.side();
    let cell = 1.5 / columns as f32;
    let corner = |column: usize, row: usize| {
        let y = (row as f32 - rows as f32 / 2.0) * cell;
        ((column as f32 - columns as f32 / 2.0) * cell + y * skew, y)
    };
    for row in 0..rows {
        for column in 0..columns {
            let colour = match (row + column) % 2 {
                0 => palette.dark,
                _ if dice.chance(0.62) => colours[dice.below(3)],
                _ => palette.light,
            };
            let corners = [
                corner(column, row),
                corner(column + 1, row),
                corner(column + 1, row + 1),
                corner(column, row + 1),
            ];
            sheet.fill(path::polygon(&corners), colour, 0.94);
        }
    }
}

fn triangle(sheet: &mut Sheet, dice: &mut Dice) {
    let [colour, other, third, ..] = deal(sheet, dice);
    let lean = dice.between(-0.35, 0.35);
    let (a, b, c) = ((lean, -0.98), (0.78, 0.72), (-0.74, 0.66));
    sheet.form(path::polygon(&[a, b, c]), colour);
    let foot = (lean * 0.3, 0.69);
    sheet.fill(path::polygon(&[a, b, foot]), other, 0.55);
    let (line, thin) = (sheet.palette().line, sheet.thin(0.003));
    sheet.line(path::polyline(&[(lean * 1.35, -1.3), a, (-0.74, 0.66), (-0.98, 1.0)]), line, thin, 0.9);
    sheet.fill(path::circle(0.1, 0.22, 0.2), third, 1.0);
    sheet.line(path::circle(0.1, 0.22, 0.2), line, thin, 0.9);
}

fn fans(sheet: &mut Sheet, dice: &mut Dice) {
    let colours = deal(sheet, dice);
    let (line, thin) = (sheet.palette().line, sheet.thin(0.0035));
    let mut x = -1.0;
    for (index, colour) in colours.iter().take(4).enumerate() {
        let radius = 0.15 + 0.05 * index as f32;
        sheet.form(path::segment(x + radius, 0.0, radius, radius, 180.0, 360.0), *colour);
        let inner = radius * 0.5;
        sheet.patch(path::segment(x + radius, 0.0, inner, inner, 180.0, 360.0), colours[(index + 2) % 7]);
        x += radius * 2.0;
    }
    sheet.line(path::polyline(&[(-1.15, 0.0), (x + 0.2, 0.0)]), line, thin, 1.0);
}

fn arcs(sheet: &mut Sheet, dice: &mut Dice) {
    let colours = deal(sheet, dice);
    let from = dice.between(0.0, 360.0);
    let span = dice.between(95.0, 160.0);
    for (index, colour) in colours.iter().take(4).enumerate() {
        let step = index as f32;
        let width = [0.13, 0.05, 0.09, 0.03][index];
        let edge = step * 9.0;
        let radius = 0.36 + step * 0.18;
        sheet.line(path::arc(0.0, 0.0, radius, from + edge, from + span - edge), *colour, width, 0.95);
    }
    let line = sheet.palette().line;
    sheet.fill(path::circle(0.0, 0.0, 0.09), line, 1.0);
}

fn bundle(sheet: &mut Sheet, dice: &mut Dice) {
    let [colour, ..] = deal(sheet, dice);
    let line = sheet.palette().line;
    for index in 0..6_u8 {
        let y = (f32::from(index) - 2.5) * 0.17;
        let reach = 1.0 - f32::from(index) * 0.1;
        let thick = sheet.thin(if index % 3 == 0 { 0.007 } else { 0.0028 });
        sheet.line(path::polyline(&[(-reach, y), (reach * dice.between(0.7, 1.0), y)]), line, thick, 0.95);
    }
    let thick = sheet.thin(0.008);
    sheet.line(path::polyline(&[(-0.35, -0.8), (0.3, 0.75)]), colour, thick, 1.0);
}

fn curve(sheet: &mut Sheet, dice: &mut Dice) {
    let [colour, other, ..] = deal(sheet, dice);
    let mut spine = Vec::new();
    for index in 0..8_u8 {
        let t = f32::from(index) / 7.0;
        let swing = if index % 2 == 0 { 0.32 } else { -0.32 };
        let width = 0.02 + 0.17 * (t * std::f32::consts::PI).sin();
        spine.push((t * 2.1 - 1.05, swing * dice.between(0.55, 1.1) * (1.15 - t * 0.6), width));
    }
    sheet.form(path::ribbon(&spine), colour);
    let (x, y, _) = spine[1];
    sheet.fill(path::circle(x + 0.1, y - 0.26, 0.09), other, 1.0);
}

fn angle(sheet: &mut Sheet, dice: &mut Dice) {
    let [colour, other, ..] = deal(sheet, dice);
    let (line, thick, thin) = (sheet.palette().line, sheet.thin(0.0075), sheet.thin(0.0028));
    sheet.fill(path::polygon(&[(-0.8, 0.85), (0.0, -1.0), (0.35, 0.9)]), colour, 0.28);
    sheet.line(path::polyline(&[(-0.8, 0.85), (0.0, -1.0), (0.35, 0.9)]), line, thick, 1.0);
    sheet.line(path::polyline(&[(-0.95, 0.1), (0.85, -0.32)]), line, thin, 1.0);
    sheet.form(path::circle(0.5, -0.24, 0.2), other);
}

fn ladder(sheet: &mut Sheet, dice: &mut Dice) {
    let colours = deal(sheet, dice);
    let (line, thin) = (sheet.palette().line, sheet.thin(0.003));
    for index in 0..5_u8 {
        let y = f32::from(index) * 0.32 - 0.8;
        let width = 0.34 - f32::from(index) * 0.04;
        sheet.fill(path::rect(-width, y, width, y + 0.13), colours[usize::from(index)], 1.0);
    }
    sheet.line(path::polyline(&[(-0.5, -1.05), (-0.16, 1.05)]), line, thin, 1.0);
    sheet.line(path::polyline(&[(0.5, -1.05), (0.16, 1.05)]), line, thin, 1.0);
}

fn half_disc(sheet: &mut Sheet, dice: &mut Dice) {
    let [colour, other, ..] = deal(sheet, dice);
    sheet.form(path::segment(0.0, 0.0, 0.72, 0.72, 180.0, 360.0), colour);
    sheet.form(path::segment(0.12, 0.06, 0.46, 0.46, 0.0, 180.0), other);
    let (line, thin) = (sheet.palette().line, sheet.thin(0.0032));
    sheet.line(path::polyline(&[(-1.05, 0.03), (1.05, 0.03)]), line, thin, 1.0);
    for index in 0..3_u8 {
        let x = 0.8 + f32::from(index) * 0.1;
        sheet.line(path::polyline(&[(x, -0.14), (x, 0.2)]), line, thin, 1.0);
    }
}

fn dots(sheet: &mut Sheet, dice: &mut Dice) {
    let colours = deal(sheet, dice);
    for (index, colour) in colours.into_iter().enumerate() {
        let (x, y) = path::on_circle(0.0, 0.0, dice.between(0.05, 0.85), index as f32 * 51.0);
        let radius = dice.between(0.07, 0.22);
        sheet.fill(path::circle(x, y, radius), colour, 0.95);
        if dice.chance(0.4) {
            let (line, thin) = (sheet.palette().line, sheet.thin(0.0024));
            sheet.line(path::circle(x, y, radius * 1.45), line, thin, 0.8);
        }
    }
}
