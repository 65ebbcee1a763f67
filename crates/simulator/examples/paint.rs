//! Paints one picture: `cargo run --release -p simulator --example paint -- PROMPT STYLE WIDTHxHEIGHT FILE.png [SEED]`.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::time::Instant;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [prompt, style, size, file, rest @ ..] = arguments.as_slice() else {
        println!("usage: paint PROMPT STYLE WIDTHxHEIGHT FILE.png [SEED]");
        return;
    };
    let (width, height) = size.split_once('x').expect("the size is WIDTHxHEIGHT");
    let size = fusionbrain::Size::new(width.parse().unwrap(), height.parse().unwrap()).expect("128..=2048");
    let seed = rest.first().map_or(1, |seed| seed.parse().unwrap());
    let start = Instant::now();
    let canvas = simulator::paint::paint(prompt, "", Some(style), size, seed);
    let painted = start.elapsed();
    let bytes = canvas.png();
    println!(
        "{file}: painted in {painted:.0?}, encoded in {:.0?}, {} KB",
        start.elapsed() - painted,
        bytes.len() / 1024
    );
    std::fs::write(file, bytes).expect("the file can be written");
}
