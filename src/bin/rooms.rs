//! The second program of the page: the rooms beside the studio, loaded when one is first entered.

fn main() {
    komposition::rooms::start();
}
