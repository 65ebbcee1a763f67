//! The quick checks: what `cargo xtask check` runs, and `cargo xtask test` before everything else.

use crate::laws;
use crate::process::{count_tests, output, succeeds};
use crate::report::{Count, Report};
use crate::tools::{CargoTool, Tools, WASM_TARGET, ensure_component, ensure_wasm_target};
use crate::workspace::Workspace;
use anyhow::Result;
use std::path::Path;
use std::process::{Command, ExitCode};

/// `cargo xtask check`.
pub(crate) fn run(workspace: &Workspace) -> Result<ExitCode> {
    let tools = Tools::open()?;
    let mut report = Report::default();
    quick(workspace, &mut report);
    unit(workspace, QUICK_LIVES, &mut report);
    match tools.find(&CargoTool::cargo_deny()) {
        Some(folder) => deny(workspace, &folder, &mut report),
        None => {
            report
                .note("licences were NOT checked: cargo-deny is not here yet, `cargo xtask test` brings it");
        }
    }
    Ok(report.close())
}

/// Formatting, laws, lints, docs.
pub(crate) fn quick(workspace: &Workspace, report: &mut Report) {
    report.stage("formatting", || {
        ensure_component(workspace, "rustfmt", "fmt")?;
        one(workspace.cargo().args(["fmt", "--all", "--check"]))
    });
    report.stage("laws", || laws::check(workspace));
    report.stage("clippy, host", || {
        ensure_component(workspace, "clippy", "clippy")?;
        // The app is for wasm only; everything else is for the host, tests included.
        let command =
            ["clippy", "--workspace", "--exclude", "komposition", "--all-targets", "--", "-D", "warnings"];
        one(workspace.cargo().args(command))
    });
    report.stage("clippy, wasm", || {
        ensure_component(workspace, "clippy", "clippy")?;
        ensure_wasm_target(workspace)?;
        let lint = |packages: &[&str]| {
            let mut command = workspace.cargo();
            command
                .args(["clippy", "--target", WASM_TARGET])
                .args(packages)
                .args(["--", "-D", "warnings"])
                // Its clippy.toml forbids what compiles for wasm and panics there: clocks, threads, the environment.
                .env("CLIPPY_CONF_DIR", workspace.root.join(".clippy").join("wasm"));
            succeeds(&mut command)
        };
        let pure: Vec<&str> =
            laws::PURE.iter().flat_map(|(name, _)| ["-p", *name]).chain(["--lib"]).collect();
        Ok(Count::one(lint(&pure)? & lint(&["-p", "komposition", "--all-targets"])?))
    });
    report.stage("docs", || {
        let pure = laws::PURE.iter().flat_map(|(name, _)| ["-p", *name]);
        one(workspace.cargo().args(["doc", "--no-deps"]).args(pure).env("RUSTDOCFLAGS", "-D warnings"))
    });
}

/// Lives of the simulation in the quick checks: enough to meet every kind of fault many times.
const QUICK_LIVES: u32 = 5_000;

/// Lives of the simulation in `cargo xtask test`: a minute and a half.
pub(crate) const LIVES: u32 = 100_000;

/// The tests that need neither sockets nor browsers: the pure crates' and this program's own.
///
/// `lives` is how many lives the simulation of crashing tabs lives through (`crates/studio/tests/lives`).
pub(crate) fn unit(workspace: &Workspace, lives: u32, report: &mut Report) {
    report.stage("unit tests, host", || {
        let pure = laws::PURE.iter().flat_map(|(name, _)| ["-p", *name]);
        let mut command = workspace.cargo();
        command.env("KOMPOSITION_LIVES", lives.to_string());
        count_tests(command.args(["test", "--no-fail-fast"]).args(pure).args(["-p", "xtask"]))
    });
}

/// Licences, bans and sources always; advisories when their database can be had.
pub(crate) fn deny(workspace: &Workspace, folder: &Path, report: &mut Report) {
    report.stage("licences, bans, sources", || {
        one(deny_command(workspace, folder).args(["check", "licenses", "bans", "sources"]))
    });
    let fetched = output(
        deny_command(workspace, folder)
            .args(["fetch", "db"])
            // The database is a git repository: give up on a server that is silent, and ask nobody for a password.
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_HTTP_LOW_SPEED_LIMIT", "1000")
            .env("GIT_HTTP_LOW_SPEED_TIME", "20"),
    );
    match fetched {
        Ok(_) => {
            report.stage("advisories", || one(deny_command(workspace, folder).args(["check", "--disable-fetch", "advisories"])));
        }
        Err(_) => report.note(
            "advisories were NOT checked: the database, https://github.com/rustsec/advisory-db, cannot be reached from this machine",
        ),
    }
}

fn deny_command(workspace: &Workspace, folder: &Path) -> Command {
    let mut command = Command::new(folder.join(format!("cargo-deny{}", std::env::consts::EXE_SUFFIX)));
    command.current_dir(&workspace.root).args(["--workspace", "--all-features"]);
    crate::workspace::forget_cargo_run(&mut command);
    command
}

fn one(command: &mut Command) -> Result<Count> {
    Ok(Count::one(succeeds(command)?))
}
