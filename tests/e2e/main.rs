//! End-to-end tests in Chromium, Firefox and WebKitGTK. How to run one of them in one engine: see the crate's documentation
//! (`tests/src/lib.rs`).

mod connection;
mod crash;
mod demo;
mod failures;
mod look;
mod polling;
mod shell;
mod wire;

fn main() -> std::process::ExitCode {
    let tests = [
        demo::tests(),
        wire::tests(),
        polling::tests(),
        connection::tests(),
        failures::tests(),
        shell::tests(),
        look::tests(),
        crash::tests(),
    ];
    komposition_tests::suite::main(&tests.concat())
}
