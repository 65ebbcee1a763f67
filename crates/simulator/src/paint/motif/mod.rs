//! What the painter can draw, each motif in coordinates of its own: -1..1, y downwards, standing on y = 1.

mod animal;
mod creature;
mod face;
mod person;
mod place;
mod thing;
mod worn;

pub(super) mod scenery;

use super::colour::{Palette, Rgb};
use super::sheet::Sheet;
use super::subject::{Motif, Subject};

/// What a motif is painted with, and what the prompt said about it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Brush {
    /// The body.
    pub(super) main: Rgb,
    /// What is next to the body.
    pub(super) second: Rgb,
    /// Small things: a collar, a door.
    pub(super) accent: Rgb,
    pub(super) palette: Palette,
    pub(super) fluffy: bool,
    pub(super) glasses: bool,
    pub(super) hat: bool,
    pub(super) crown: bool,
}

impl Brush {
    /// `turn` tells several figures of one picture apart.
    pub(super) fn new(palette: Palette, subject: &Subject, behind: Rgb, turn: usize) -> Self {
        // What stands out best from what is behind it, and from the paper.
        let mut colours = palette.colours;
        let stands_out = |colour: &Rgb| colour.distance(behind).min(colour.distance(palette.paper) * 1.2);
        colours.sort_by(|a, b| stands_out(b).total_cmp(&stands_out(a)));
        colours[..3].rotate_left(turn % 3);
        let main = subject.tint.filter(|_| turn == 0).unwrap_or(colours[0]);
        let second =
            colours.iter().copied().skip(1).max_by(|a, b| a.distance(main).total_cmp(&b.distance(main)));
        let second = second.unwrap_or(colours[1]);
        let accent = colours.iter().copied().filter(|colour| *colour != second && *colour != main);
        let accent = accent.max_by(|a, b| {
            let far = |colour: &Rgb| colour.distance(main).min(colour.distance(second));
            far(a).total_cmp(&far(b))
        });
        Self {
            main,
            second,
            accent: accent.unwrap_or(second),
            palette,
            fluffy: subject.fluffy,
            glasses: subject.has(Motif::Glasses),
            hat: subject.has(Motif::Hat),
            crown: subject.has(Motif::Crown),
        }
    }
}

/// Draws a figure; scenery and things worn have their own ways.
pub(super) fn draw(motif: Motif, sheet: &mut Sheet, brush: &Brush) {
    match motif {
        Motif::Cat => animal::cat(sheet, brush),
        Motif::Dog => animal::dog(sheet, brush),
        Motif::Fox => animal::fox(sheet, brush),
        Motif::Bear => animal::bear(sheet, brush),
        Motif::Rabbit => animal::rabbit(sheet, brush),
        Motif::Owl => creature::owl(sheet, brush),
        Motif::Bird => creature::bird(sheet, brush),
        Motif::Fish => creature::fish(sheet, brush),
        Motif::Butterfly => creature::butterfly(sheet, brush),
        Motif::Woman => person::woman(sheet, brush),
        Motif::Man | Motif::Portrait => person::man(sheet, brush),
        Motif::Robot => person::robot(sheet, brush),
        Motif::House => place::house(sheet, brush),
        Motif::Castle => place::castle(sheet, brush),
        Motif::Lighthouse => place::lighthouse(sheet, brush),
        Motif::Tree => place::tree(sheet, brush),
        Motif::Flower => thing::flower(sheet, brush),
        Motif::Boat => thing::boat(sheet, brush),
        Motif::Heart => thing::heart(sheet, brush),
        Motif::Rocket => thing::rocket(sheet, brush),
        Motif::Balloon => thing::balloon(sheet, brush),
        Motif::Car => thing::car(sheet, brush),
        Motif::Cup => thing::cup(sheet, brush),
        Motif::Apple => thing::apple(sheet, brush),
        Motif::Mushroom => thing::mushroom(sheet, brush),
        Motif::Glasses => worn::glasses_alone(sheet, brush),
        Motif::Hat => worn::hat_alone(sheet, brush),
        Motif::Crown => worn::crown_alone(sheet, brush),
        _ => {}
    }
}
