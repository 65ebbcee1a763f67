//! The painter: a composition in the manner of Kandinsky, the same for the same words, style, size and seed.

mod caption;
mod colour;
mod composition;
mod dice;
mod elements;
mod encode;
mod manner;
mod motif;
mod path;
mod sheet;
mod subject;

use fusionbrain::Size;

pub use encode::Canvas;

/// Paints `prompt`, exactly `size` pixels, in `style` (`KANDINSKY`, `UHD`, `ANIME`; anything else is mixed).
///
/// Words the painter knows, in Russian and English, become figures and scenery; what `negative` names is left out.
/// The words of the prompt stand on a label at the bottom.
pub fn paint(prompt: &str, negative: &str, style: Option<&str>, size: Size, seed: u64) -> Canvas {
    let (width, height) = (size.width(), size.height());
    let pixels = composition::compose(prompt, negative, style.unwrap_or(""), width, height, seed);
    Canvas::new(pixels)
}
