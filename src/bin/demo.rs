//! The third program of the page: the simulator, for a page without a service.

fn main() {
    komposition::demo::start();
}
