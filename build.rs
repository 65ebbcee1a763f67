//! Splitting needs the linker's relocations (docs/decisions/0012-what-is-loaded-later.md).
#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    reason = "this runs on the machine that builds, not in a tab"
)]

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_FEATURE_SPLIT").is_some() {
        println!("cargo::rustc-link-arg-bin=komposition=--emit-relocs");
    }
}
