//! The least that Leptos can be: what `cargo xtask bench page` measures the app beside. No part of the app.

use leptos::prelude::ElementChild;

fn main() {
    leptos::mount::mount_to_body(|| leptos::html::h1().child("Nothing"));
}
