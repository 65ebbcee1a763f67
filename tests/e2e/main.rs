//! End-to-end tests in Chromium, Firefox and WebKitGTK. How to run one of them in one engine: see the crate's documentation
//! (`tests/src/lib.rs`).

mod connection;
mod crash;
mod custody;
mod demo;
mod durable;
mod failures;
mod keeping;
mod kills;
mod library;
mod look;
mod offline;
mod plain;
mod polling;
mod shell;
mod storage;
mod wire;

fn main() -> std::process::ExitCode {
    let tests = [
        demo::tests(),
        wire::tests(),
        polling::tests(),
        durable::tests(),
        storage::tests(),
        plain::tests(),
        offline::tests(),
        kills::tests(),
        keeping::tests(),
        library::tests(),
        connection::tests(),
        custody::tests(),
        failures::tests(),
        shell::tests(),
        look::tests(),
        crash::tests(),
    ];
    komposition_tests::suite::main(&tests.concat())
}
