//! How a picture is built up: ground, washes, far lines, scenery, the anchor, the figures, accents, the label.

use std::f32::consts::PI;

use tiny_skia::Pixmap;

use super::caption::Caption;
use super::colour::Rgb;
use super::dice::{Dice, seed_of};
use super::elements::{DECK, Element, halo};
use super::manner::Manner;
use super::motif::{self, Brush, scenery};
use super::path::{self, Point};
use super::sheet::Sheet;
use super::subject::{Motif, Subject};

/// The measures of one picture, in pixels.
#[derive(Debug, Clone, Copy)]
struct Frame {
    width: f32,
    height: f32,
    short: f32,
    /// Where the label begins.
    floor: f32,
    centre: Point,
    /// Half the extent of the figures.
    reach: f32,
}

/// Paints the whole picture.
pub(super) fn compose(
    prompt: &str,
    negative: &str,
    style: &str,
    width: u32,
    height: u32,
    seed: u64,
) -> Pixmap {
    let subject = Subject::read(prompt, negative);
    let hash = seed_of(&[prompt.as_bytes(), negative.as_bytes(), style.as_bytes(), &seed.to_le_bytes()]);
    let mut dice = Dice::new(hash);
    let manner = Manner::of(style);
    let look = manner.look(&subject, &mut dice);
    let caption = Caption::new(prompt, width, height);
    let frame = Frame::new(width, height, caption.as_ref(), &subject, &mut dice);
    let Some(mut sheet) = Sheet::new(width, height, look) else {
        // No size that is allowed comes here.
        return Pixmap::new(1, 1).unwrap_or_else(|| unreachable!("one pixel always fits"));
    };
    ground(&mut sheet, frame, manner, &mut dice);
    far_lines(&mut sheet, frame, manner, &mut dice);
    let anchor = dice.pick(&look.palette.colours);
    let figures = subject.figures();
    let alone = alone(&subject, &figures);
    if figures.is_empty() && alone.is_none() {
        if has_ground(&subject) || has_sky(&subject) {
            low_elements(&mut sheet, frame, &mut dice);
        } else {
            abstraction(&mut sheet, frame, anchor, &mut dice);
        }
        sky(&mut sheet, frame, &subject, false, &mut dice);
    } else {
        around(&mut sheet, frame, manner, &mut dice);
        sky(&mut sheet, frame, &subject, true, &mut dice);
        disc_behind(&mut sheet, frame, anchor, &mut dice);
    }
    land(&mut sheet, frame, &subject, !figures.is_empty(), &mut dice);
    sparks(&mut sheet, frame, manner, &mut dice);
    stand(&mut sheet, frame, &subject, &figures, alone, anchor);
    water(&mut sheet, frame, &subject, figures.contains(&Motif::Boat), &mut dice);
    weather(&mut sheet, frame, &subject, &mut dice);
    if let Some(caption) = caption {
        caption.draw(&mut sheet, frame.width, frame.height);
    }
    sheet.into_pixels()
}

impl Frame {
    fn new(width: u32, height: u32, caption: Option<&Caption>, subject: &Subject, dice: &mut Dice) -> Self {
        let (width, height) = (width as f32, height as f32);
        let short = width.min(height);
        let floor = height - caption.map_or(0.0, |caption| caption.space(short)).min(height * 0.4);
        let wide = width / height;
        // In a wide picture the figure steps aside, so that there is somewhere to look.
        let aside = if wide > 1.3 { dice.side() * dice.between(0.05, 0.09) * width } else { 0.0 };
        let figures = subject.figures().len().max(1) as f32;
        let room = (width / (figures * 0.62 + 0.38)).min(floor * 1.02);
        let reach = room * if wide < 0.8 { 0.41 } else { 0.385 };
        let foot = if wide < 0.8 { floor * 0.55 } else { floor * 0.515 };
        Self { width, height, short, floor, centre: (width / 2.0 + aside, foot), reach }
    }

    /// The same stage for scenery.
    fn stage(self) -> scenery::Stage {
        scenery::Stage { width: self.width, height: self.floor, short: self.short }
    }

    /// Where water begins: a boat floats in it, others stand in it to the knees.
    fn shore(self, afloat: bool) -> f32 {
        self.feet() - self.reach * if afloat { 0.20 } else { 0.30 }
    }

    /// The line figures stand on.
    fn feet(self) -> f32 {
        self.centre.1 + self.reach
    }
}

/// Paper, lit from one corner, with soft washes of colour.
fn ground(sheet: &mut Sheet, frame: Frame, manner: Manner, dice: &mut Dice) {
    let palette = sheet.palette();
    let Frame { width, height, short, .. } = frame;
    let all = path::rect(0.0, 0.0, width, height);
    let (lit, shaded) = match manner {
        Manner::Detailed => (palette.paper.lighter(0.13), palette.paper.darker(0.35)),
        Manner::Anime => (palette.paper.lighter(0.3), palette.paper.mix(palette.colours[6], 0.55)),
        _ => (palette.paper.lighter(0.30), palette.paper.darker(0.05)),
    };
    sheet.fade(all, ((width * 0.15, 0.0), lit, 1.0), ((width * 0.8, height), shaded, 1.0));
    let strength = match manner {
        Manner::Detailed => 0.42,
        Manner::Anime => 0.40,
        Manner::Classic => 0.13,
        Manner::Mixed => 0.20,
    };
    for index in 0..4 {
        let at = (dice.between(-0.05, 1.05) * width, dice.between(-0.05, 1.0) * height);
        let radius = short * dice.between(0.35, 0.75) * (width.max(height) / short).sqrt();
        let colour = palette.colours[(index * 2 + dice.below(2)) % 7];
        sheet.glow(
            at,
            radius,
            &[(0.0, colour, strength), (0.5, colour, strength * 0.45), (1.0, colour, 0.0)],
        );
    }
}

/// A beam or two, and long thin lines, from edge to edge.
fn far_lines(sheet: &mut Sheet, frame: Frame, manner: Manner, dice: &mut Dice) {
    let palette = sheet.palette();
    let Frame { width, height, short, centre, .. } = frame;
    let long = width.hypot(height);
    let side = dice.side();
    for beam in 0..2_u8 {
        let colour = dice.pick(&palette.colours);
        let angle =
            90.0 + side * if beam == 0 { dice.between(24.0, 40.0) } else { dice.between(-66.0, -48.0) };
        let from = path::on_circle(centre.0, centre.1, long * 0.7, angle + 180.0);
        let spread = dice.between(4.0, 9.0);
        let (a, b) = (
            path::on_circle(from.0, from.1, long * 1.5, angle - spread),
            path::on_circle(from.0, from.1, long * 1.5, angle + spread),
        );
        let strength = if beam == 0 { 0.30 } else { 0.20 };
        sheet.fade(
            path::polygon(&[from, a, b]),
            (from, colour, strength * 1.5),
            (a, colour, strength * 0.35),
        );
    }
    let thin = if manner == Manner::Anime { 0.6 } else { 1.0 };
    for index in 0..5_u8 {
        let angle = side * [31.0, 33.5, -52.0, 74.0, -12.0][usize::from(index)] + dice.between(-4.0, 4.0);
        let shift = dice.between(-0.34, 0.34) * short;
        let through = path::on_circle(centre.0, centre.1, shift, angle + 90.0);
        let (from, to) = (
            path::on_circle(through.0, through.1, long * dice.between(0.34, 0.8), angle),
            path::on_circle(through.0, through.1, long * dice.between(0.34, 0.8), angle + 180.0),
        );
        let width = [0.0065, 0.0022, 0.0036, 0.0018, 0.0026][usize::from(index)] * thin * short;
        sheet.line(path::polyline(&[from, to]), palette.line, width, 0.82);
    }
}

/// Where free elements go: a loose ring around the figures, filled out along the long side.
fn slots(frame: Frame, dice: &mut Dice) -> Vec<(Point, f32)> {
    let Frame { width, short, floor, centre, reach, .. } = frame;
    let size = short * 0.115;
    let mut slots: Vec<(Point, f32)> = Vec::new();
    let (columns, rows) = (
        (width / (short * 0.25)).round().max(2.0) as usize,
        (floor / (short * 0.25)).round().max(2.0) as usize,
    );
    for column in 0..columns {
        for row in 0..rows {
            let x = (column as f32 + 0.5 + dice.between(-0.16, 0.16)) * width / columns as f32;
            let y = (row as f32 + 0.5 + dice.between(-0.16, 0.16)) * floor / rows as f32;
            let away = ((x - centre.0) / (reach * 0.98)).hypot((y - centre.1) / (reach * 1.02));
            if away > 1.12 {
                slots.push(((x, y), size * dice.between(0.72, 1.12) * (0.85 + 0.15 * away.min(2.0))));
            }
        }
    }
    dice.shuffle(&mut slots);
    slots
}

fn around(sheet: &mut Sheet, frame: Frame, manner: Manner, dice: &mut Dice) {
    let mut deck = DECK;
    dice.shuffle(&mut deck);
    let slots = slots(frame, dice);
    let keep = (slots.len() as f32 * if manner == Manner::Anime { 0.55 } else { 0.74 }).ceil() as usize;
    for (index, (at, size)) in slots.into_iter().take(keep).enumerate() {
        deck[index % deck.len()].draw(sheet, at, size, dice);
    }
}

/// The big disc behind the figures that holds everything together.
fn disc_behind(sheet: &mut Sheet, frame: Frame, anchor: Rgb, dice: &mut Dice) {
    let palette = sheet.palette();
    let Frame { centre, reach, .. } = frame;
    let at = (centre.0 - reach * 0.10 * dice.side(), centre.1 - reach * 0.10);
    let radius = reach * 0.98;
    halo(sheet, at, radius, anchor, 0.34);
    sheet.form(path::circle(at.0, at.1, radius), anchor);
    let inner = anchor.mix(palette.paper, 0.30);
    sheet.patch(path::circle(at.0, at.1, radius * 0.84), inner);
    let (line, thin) = (palette.line, sheet.thin(0.0026));
    sheet.line(path::circle(at.0, at.1, radius * 1.09), line, thin, 0.85);
    let from = dice.between(0.0, 360.0);
    sheet.line(path::arc(at.0, at.1, radius * 1.16, from, from + 95.0), palette.colours[1], thin * 4.0, 1.0);
    sheet.line(
        path::arc(at.0, at.1, radius * 1.22, from + 180.0, from + 250.0),
        palette.colours[2],
        thin * 6.0,
        1.0,
    );
    for step in 0..3_u8 {
        let (x, y) = path::on_circle(at.0, at.1, radius * 1.09, from + f32::from(step) * 127.0);
        sheet.form(path::circle(x, y, reach * 0.045), palette.colours[usize::from(step) + 2]);
    }
}

/// No word was known: a composition of its own, after «Composition VIII».
fn abstraction(sheet: &mut Sheet, frame: Frame, anchor: Rgb, dice: &mut Dice) {
    let palette = sheet.palette();
    let Frame { centre, reach, short, .. } = frame;
    let at = (centre.0 + reach * dice.between(-0.35, 0.35), centre.1 - reach * dice.between(0.0, 0.3));
    let smaller = Frame { reach: reach * 0.72, centre: at, ..frame };
    let mut deck = DECK;
    dice.shuffle(&mut deck);
    for (index, (at, size)) in slots(smaller, dice).into_iter().enumerate() {
        deck[index % deck.len()].draw(sheet, at, size * 1.12, dice);
    }
    let radius = reach * 0.66;
    halo(sheet, at, radius, palette.colours[1], 0.5);
    let mut colours = palette.colours;
    dice.shuffle(&mut colours);
    sheet.form(path::circle(at.0, at.1, radius), palette.dark);
    sheet.patch(path::circle(at.0, at.1, radius * 0.86), anchor);
    let drift = path::on_circle(at.0, at.1, radius * 0.16, dice.between(0.0, 360.0));
    sheet.patch(path::circle(drift.0, drift.1, radius * 0.58), colours[0]);
    sheet.patch(path::circle(drift.0, drift.1, radius * 0.34), colours[1]);
    sheet.fill(path::circle(drift.0, drift.1, radius * 0.14), palette.dark, 1.0);
    let (line, thin) = (palette.line, sheet.thin(0.003));
    sheet.line(path::circle(at.0, at.1, radius * 1.15), line, thin, 0.9);
    for element in [Element::Triangle, Element::Checker, Element::Arcs, Element::Fans] {
        let (x, y) = path::on_circle(at.0, at.1, radius * 1.06, dice.between(0.0, 360.0));
        element.draw(sheet, (x, y), short * dice.between(0.10, 0.17), dice);
    }
}

fn has_ground(subject: &Subject) -> bool {
    [Motif::Sea, Motif::Mountains, Motif::City, Motif::Forest].into_iter().any(|motif| subject.has(motif))
}

/// Something that can be the middle of the picture.
fn has_sky(subject: &Subject) -> bool {
    [Motif::Sun, Motif::Moon, Motif::Planet].into_iter().any(|motif| subject.has(motif))
}

/// A landscape keeps its sky open: only a few elements, high up.
fn low_elements(sheet: &mut Sheet, frame: Frame, dice: &mut Dice) {
    let mut deck = DECK;
    dice.shuffle(&mut deck);
    let high = slots(frame, dice).into_iter().filter(|((_, y), _)| *y < frame.floor * 0.5);
    for (index, (at, size)) in high.take(6).enumerate() {
        deck[index].draw(sheet, at, size * 0.8, dice);
    }
}

/// What is worn, or shines, becomes the figure when there is nobody to wear it.
fn alone(subject: &Subject, figures: &[Motif]) -> Option<Motif> {
    if !figures.is_empty() {
        return None;
    }
    [Motif::Glasses, Motif::Hat, Motif::Crown].into_iter().find(|motif| subject.has(*motif))
}

fn sky(sheet: &mut Sheet, frame: Frame, subject: &Subject, occupied: bool, dice: &mut Dice) {
    let Frame { width, short, floor, centre, .. } = frame;
    let side = if centre.0 > width * 0.5 { -1.0 } else { 1.0 };
    let corner = |shift: f32| (width * 0.5 + side * (width * 0.5 - short * 0.17) * shift, floor * 0.17);
    if subject.has(Motif::Stars) {
        scenery::stars(sheet, frame.stage(), dice);
    }
    if subject.has(Motif::Sun) {
        if occupied {
            scenery::sun(sheet, corner(1.0), short * 0.10, true);
        } else {
            scenery::sun(sheet, (centre.0, floor * 0.40), short * 0.20, true);
        }
    }
    if subject.has(Motif::Moon) {
        let large = !occupied && !subject.has(Motif::Sun);
        let at = if large { (centre.0, floor * 0.34) } else { corner(-1.0) };
        scenery::moon(sheet, at, short * if large { 0.22 } else { 0.105 });
    }
    if subject.has(Motif::Planet) {
        let large = !occupied && !subject.has(Motif::Moon);
        let at = if large {
            (centre.0, floor * 0.45)
        } else {
            corner(if subject.has(Motif::Sun) { -0.9 } else { 0.92 })
        };
        scenery::planet(sheet, at, short * if large { 0.21 } else { 0.075 }, dice);
    }
    if subject.has(Motif::Cloud) {
        scenery::clouds(sheet, frame.stage(), dice);
    }
}

fn land(sheet: &mut Sheet, frame: Frame, subject: &Subject, occupied: bool, dice: &mut Dice) {
    // Land begins behind the water's edge.
    let foot = if subject.has(Motif::Sea) { frame.shore(false) + frame.short * 0.06 } else { frame.height };
    let tall = if occupied { 0.52 } else { 0.62 };
    if subject.has(Motif::Mountains) {
        scenery::mountains(sheet, frame.stage(), foot, dice);
    }
    if subject.has(Motif::City) {
        scenery::city(sheet, frame.stage(), foot, tall, dice);
    }
    if subject.has(Motif::Forest) {
        scenery::forest(sheet, frame.stage(), foot, tall, dice);
    }
}

fn stand(
    sheet: &mut Sheet,
    frame: Frame,
    subject: &Subject,
    figures: &[Motif],
    alone: Option<Motif>,
    anchor: Rgb,
) {
    let palette = sheet.palette();
    let all: Vec<Motif> = figures.iter().copied().chain(alone).collect();
    let count = all.len();
    if count > 0 && !has_ground(subject) {
        let Frame { centre, reach, .. } = frame;
        let (line, thick) = (palette.line, sheet.thin(0.004));
        let half = reach * (0.55 + 0.62 * count as f32);
        let y = frame.feet();
        sheet.line(path::polyline(&[(centre.0 - half, y), (centre.0 + half, y)]), line, thick, 0.9);
    }
    for (index, motif) in all.into_iter().enumerate() {
        let brush = Brush::new(palette, subject, anchor, index);
        let shift = (index as f32 - (count as f32 - 1.0) / 2.0) * frame.reach * 1.28;
        let scale = frame.reach * if count > 1 { 0.86 } else { 1.0 };
        let y = frame.feet() - scale;
        sheet.at((frame.centre.0 + shift, y), scale, 0.0, |sheet| motif::draw(motif, sheet, &brush));
    }
}

fn water(sheet: &mut Sheet, frame: Frame, subject: &Subject, afloat: bool, dice: &mut Dice) {
    if subject.has(Motif::Sea) {
        let top = frame.shore(afloat);
        scenery::sea(sheet, frame.stage(), top, frame.height, dice);
    }
}

fn weather(sheet: &mut Sheet, frame: Frame, subject: &Subject, dice: &mut Dice) {
    if subject.has(Motif::Rain) {
        scenery::rain(sheet, frame.stage(), dice);
    }
    if subject.has(Motif::Snow) {
        scenery::snow(sheet, frame.stage(), dice);
    }
}

/// Small accents on top of everything but the face.
fn sparks(sheet: &mut Sheet, frame: Frame, manner: Manner, dice: &mut Dice) {
    let palette = sheet.palette();
    let Frame { width, floor, short, centre, reach, .. } = frame;
    for index in 0..9_u8 {
        let angle = f32::from(index) * 40.0 + dice.between(-12.0, 12.0);
        let out = dice.between(1.08, 1.35);
        let (sin, cos) = (angle / 180.0 * PI).sin_cos();
        let (x, y) = (centre.0 + cos * reach * out * (width / short).sqrt(), centre.1 + sin * reach * out);
        let inside = x > 0.03 * width && x < 0.97 * width && y > 0.03 * floor && y < 0.95 * floor;
        let colour = dice.pick(&palette.colours);
        let radius = short * dice.between(0.006, 0.017);
        if !inside {
            continue;
        }
        if manner == Manner::Anime && index % 2 == 0 {
            sheet.fill(path::sparkle(x, y, radius * 2.2), palette.light, 1.0);
        } else {
            sheet.fill(path::circle(x, y, radius), colour, 1.0);
        }
    }
}
