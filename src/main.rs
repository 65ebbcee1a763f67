//! The first program of the page: prompt, queue and stage.

fn main() {
    komposition::app::start();
}
