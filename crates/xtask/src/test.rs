//! `cargo xtask test`: everything that is checked, quick checks first.

use crate::app::{self, WithoutWasmOpt};
use crate::browsers::{self, Browser, Ready};
use crate::check;
use crate::npm;
use crate::process::{self, count_tests, path_with};
use crate::report::{Count, Report};
use crate::reproduced;
use crate::size;
use crate::tools::{CargoTool, Tools, WASM_TARGET, ensure_wasm_target};
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use std::process::{Command, ExitCode};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only these browsers.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "LIST", default_values_t = browsers::ALL)]
    browsers: Vec<Browser>,
    /// Only these parts (formatting, lints and licences are then left out too).
    #[arg(long, value_enum, value_delimiter = ',', value_name = "LIST")]
    only: Vec<Part>,
}

/// A part that can be run alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Host tests without sockets or browsers
    Unit,
    /// The app's own tests, inside browsers
    Wasm,
    /// The relay over real sockets
    Relay,
    /// The built app and the built relay in real browsers
    E2e,
}

/// Runs what was asked for and prints the table.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let everything = options.only.is_empty();
    let wanted = |part: Part| everything || options.only.contains(&part);
    let mut tools = Tools::open()?;
    let mut report = Report::default();

    if everything {
        check::quick(workspace, &mut report);
    }
    if wanted(Part::Unit) {
        check::unit(workspace, check::LIVES, &mut report);
    }
    if everything {
        licences(workspace, &mut tools, &mut report);
    }
    if everything {
        report.stage("app, built twice", || reproduced::check(workspace, &mut tools));
    }
    if wanted(Part::Relay) {
        report.stage("relay tests", || {
            count_tests(workspace.cargo().args(["test", "--no-fail-fast", "-p", "komposition-relay"]))
        });
    }
    let ready = if wanted(Part::Wasm) || wanted(Part::E2e) {
        bring(&options.browsers, &mut tools, &mut report)
    } else {
        Vec::new()
    };
    if wanted(Part::Wasm) {
        wasm(workspace, &ready, &mut tools, &mut report);
    }
    if wanted(Part::E2e) {
        end_to_end(workspace, &ready, &mut tools, &mut report, |_| {});
    }
    Ok(report.close())
}

fn licences(workspace: &Workspace, tools: &mut Tools, report: &mut Report) {
    let mut folder = None;
    let name = "cargo-deny";
    match tools.ensure(&CargoTool::cargo_deny()) {
        Ok(found) => folder = Some(found),
        Err(problem) => {
            report.stage(name, || Err(problem));
        }
    }
    if let Some(folder) = folder {
        check::deny(workspace, &folder, report);
    }
}

/// Looks for each browser and brings what is missing. A browser that cannot be had is a failure, not a reason to be silent.
pub(crate) fn bring(wanted: &[Browser], tools: &mut Tools, report: &mut Report) -> Vec<(Browser, Ready)> {
    let mut ready = Vec::new();
    for &browser in wanted {
        report.stage(&format!("{} is here", browser.word()), || {
            let found = browser.ensure(tools)?;
            println!("{}: {}, driven by {}", browser.word(), found.browser.display(), found.driver.display());
            ready.push((browser, found));
            Ok(Count::one(true))
        });
    }
    ready
}

fn wasm(workspace: &Workspace, ready: &[(Browser, Ready)], tools: &mut Tools, report: &mut Report) {
    let firefox = ready
        .iter()
        .find(|(browser, _)| *browser == Browser::Firefox)
        .map(|(_, found)| found.browser.as_path());
    let capabilities = browsers::wasm_test_capabilities(firefox);
    for (browser, found) in ready {
        let driver = match browser {
            Browser::Chromium => "CHROMEDRIVER",
            Browser::Firefox => "GECKODRIVER",
            // wasm-bindgen-test has no driver for it; the end-to-end tests cover it.
            Browser::Webkit => continue,
        };
        report.stage(&format!("wasm tests, {}", browser.word()), || {
            ensure_wasm_target(workspace)?;
            let folder = tools.ensure(&CargoTool::wasm_bindgen(workspace)?)?;
            let file = workspace.notes()?.join("webdriver.json");
            std::fs::write(&file, &capabilities).context("cannot write the browsers' capabilities")?;
            count_tests(
                workspace
                    .cargo()
                    .args(["test", "--no-fail-fast", "--target", WASM_TARGET, "-p", "komposition"])
                    .env("PATH", path_with(&[&folder])?)
                    .env(
                        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
                        folder.join("wasm-bindgen-test-runner"),
                    )
                    // Without it the runner takes Node, which has no document.
                    .env("WASM_BINDGEN_USE_BROWSER", "1")
                    .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &file)
                    // The runner takes the first driver it finds: name one, and hide the others.
                    .env_remove("CHROMEDRIVER")
                    .env_remove("GECKODRIVER")
                    .env_remove("SAFARIDRIVER")
                    .env(driver, &found.driver),
            )
        });
    }
}

/// Builds what the end-to-end tests need and runs them; `how` adds to their command.
pub(crate) fn end_to_end(
    workspace: &Workspace,
    ready: &[(Browser, Ready)],
    tools: &mut Tools,
    report: &mut Report,
    how: impl FnOnce(&mut Command),
) {
    let relay = report.stage("relay, release build", || {
        build_relay(workspace)?;
        Ok(Count::one(true))
    });
    let app = report.stage("app, release build", || {
        app::build(workspace, tools, WithoutWasmOpt::Refuse)?;
        Ok(Count::one(true))
    });
    if app.failed == 0 {
        report.stage("app, size", || {
            let (text, total) = size::table(&workspace.dist())?;
            println!("{text}the bound is {} bytes of brotli", size::BOUND);
            Ok(Count::one(size::is_element_small(&workspace.dist())? && total <= size::BOUND))
        });
    }
    report.stage("end-to-end tests", || {
        if relay.failed + app.failed > 0 {
            bail!("not run: the app or the relay could not be built");
        }
        if ready.is_empty() {
            bail!("not run: no browser");
        }
        let axe = npm::ensure(tools, &npm::AXE)?;
        let mut command = end_to_end_command(workspace, ready);
        command.env("KOMPOSITION_AXE", axe);
        how(&mut command);
        count_tests(&mut command)
    });
}

/// The command that runs what is in tests/, once it is built; without further arguments all tests.
pub(crate) fn end_to_end_command(workspace: &Workspace, ready: &[(Browser, Ready)]) -> Command {
    let words: Vec<&str> = ready.iter().map(|(browser, _)| browser.word()).collect();
    let mut command = workspace.cargo();
    command
        .args(["test", "--no-fail-fast", "-p", "komposition-tests"])
        .env("KOMPOSITION_RELAY", workspace.release_binary("komposition-relay"))
        .env("KOMPOSITION_APP", workspace.dist())
        .env("KOMPOSITION_BROWSERS", words.join(","));
    if let Some((_, firefox)) = ready.iter().find(|(browser, _)| *browser == Browser::Firefox) {
        // The only driver that need not be on PATH: it may be in the tool folder.
        command.env("KOMPOSITION_GECKODRIVER", &firefox.driver);
    }
    command
}

/// Builds the relay as it is shipped.
pub(crate) fn build_relay(workspace: &Workspace) -> Result<()> {
    process::run(workspace.cargo().args(["build", "--release", "-p", "komposition-relay"]))
}
