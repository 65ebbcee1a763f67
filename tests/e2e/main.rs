//! End-to-end tests in Chromium, Firefox and WebKitGTK. How to run one of them in one engine: see the crate's documentation
//! (`tests/src/lib.rs`).

mod axe;
mod compare;
mod connection;
mod crash;
mod custody;
mod demo;
mod durable;
mod element;
mod embed;
mod everybody;
mod failures;
mod focus;
mod hostile;
mod keeping;
mod keyboard;
mod kills;
mod layout;
mod library;
mod look;
mod notify;
mod offline;
mod plain;
mod policy;
mod polling;
mod prompts;
mod queue;
mod sent;
mod shell;
mod static_host;
mod storage;
mod team;
mod wire;

fn main() -> std::process::ExitCode {
    let tests = [
        demo::tests(),
        wire::tests(),
        policy::tests(),
        focus::tests(),
        hostile::tests(),
        polling::tests(),
        durable::tests(),
        storage::tests(),
        plain::tests(),
        offline::tests(),
        kills::tests(),
        keeping::tests(),
        library::tests(),
        queue::tests(),
        compare::tests(),
        notify::tests(),
        connection::tests(),
        custody::tests(),
        sent::tests(),
        failures::tests(),
        shell::tests(),
        static_host::tests(),
        layout::tests(),
        look::tests(),
        embed::tests(),
        element::tests(),
        prompts::tests(),
        keyboard::tests(),
        everybody::tests(),
        axe::tests(),
        crash::tests(),
        team::tests(),
    ];
    komposition_tests::suite::main(&tests.concat())
}
