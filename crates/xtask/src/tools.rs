//! The tool folder: programs that are built once from source, in pinned versions, and used by every clone on the machine.
//!
//! `<cache>/tools/<name>-<version>/bin`, where `<cache>` is `$KOMPOSITION_CACHE`, else `komposition` in the user's cache directory. What
//! is already on PATH in the right version is taken from there. Why from source and in the dev profile: docs/decisions/0010-tools-from-source.md.

use crate::process::{self, run_logged, which};
use crate::say;
use crate::workspace::{Workspace, cargo};
use anyhow::{Context, Result, bail};
use etcetera::BaseStrategy;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// The target the app is built for.
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// A failure that comes sooner than this was a resolver's, not a compiler's: then it is worth trying again without the lock file.
const RESOLVER_TIME: Duration = Duration::from_secs(120);

/// A program that cargo can build.
pub(crate) struct CargoTool {
    package: &'static str,
    version: String,
    /// The program that is asked for its version.
    program: &'static str,
    /// Whether another version on PATH will not do (else: this one or newer).
    exact: bool,
    /// Whether it knows its own version. One that does not is taken from its folder alone, which carries the version.
    says_version: bool,
    /// Given to `cargo install`.
    arguments: &'static [&'static str],
    /// Optimisation: what is saved in building it must not be lost again in running it.
    opt_level: &'static str,
    why: &'static str,
    /// Measured on two cores.
    expected: &'static str,
}

impl CargoTool {
    /// Trunk: packs the app. 0.22 wants a newer Rust than the one this project promises to build with. Without its default features
    /// it has no TLS, which only its downloads and update check would need.
    pub(crate) fn trunk() -> Self {
        Self {
            package: "trunk",
            version: "0.21.14".to_owned(),
            program: "trunk",
            exact: true,
            says_version: true,
            arguments: &["--no-default-features"],
            opt_level: "0",
            why: "it packs the app: wasm, scripts, styles, page",
            expected: "about 4 minutes on two cores",
        }
    }

    /// wasm-bindgen-cli, and with it wasm-bindgen-test-runner: must be exactly the version that the app links.
    pub(crate) fn wasm_bindgen(workspace: &Workspace) -> Result<Self> {
        Ok(Self {
            package: "wasm-bindgen-cli",
            version: workspace.locked_version("wasm-bindgen")?,
            program: "wasm-bindgen",
            exact: true,
            says_version: true,
            // Its default features are for TLS: it talks only to drivers on this machine.
            arguments: &["--no-default-features"],
            // Unoptimised it takes 10 s for the tests' wasm where this takes 2.
            opt_level: "1",
            why: "it writes the script between the app's wasm and the browser, and runs wasm tests",
            expected: "about 2 minutes on two cores",
        })
    }

    /// wasm-split: makes two files of the app's wasm, so that a first visit loads only one.
    pub(crate) fn wasm_split() -> Self {
        Self {
            package: "wasm_split_cli_support",
            // What it writes is looked for word by word (see `split`).
            version: "0.2.4".to_owned(),
            program: "wasm-split-cli",
            exact: true,
            says_version: false,
            arguments: &["--features", "build-binary"],
            opt_level: "1",
            why: "it makes two files of the app's wasm, of which a first visit loads one",
            expected: "about 2 minutes on two cores",
        }
    }

    /// geckodriver: drives Firefox.
    pub(crate) fn geckodriver() -> Self {
        Self {
            package: "geckodriver",
            version: "0.37.1".to_owned(),
            program: "geckodriver",
            exact: false,
            says_version: true,
            arguments: &[],
            opt_level: "0",
            why: "it drives Firefox in the tests",
            expected: "about 1 minute on two cores",
        }
    }

    /// cargo-deny: licences, advisories, sources of the dependencies.
    pub(crate) fn cargo_deny() -> Self {
        Self {
            package: "cargo-deny",
            version: "0.20.2".to_owned(),
            program: "cargo-deny",
            exact: false,
            says_version: true,
            arguments: &[],
            opt_level: "0",
            why: "it checks licences, advisories and sources of all dependencies",
            expected: "about 1 minute on two cores",
        }
    }

    fn fits(&self, program: &Path) -> bool {
        if !self.says_version {
            return program.is_file();
        }
        let (Some(found), Some(wanted)) = (version_of(program), numbers(&self.version)) else { return false };
        if self.exact { found == wanted } else { found >= wanted }
    }
}

/// The tool folder of this machine.
pub(crate) struct Tools {
    cache: PathBuf,
    built_something: bool,
}

impl Tools {
    /// Finds, and if needed makes, the folder.
    pub(crate) fn open() -> Result<Self> {
        let cache = match std::env::var_os("KOMPOSITION_CACHE").filter(|folder| !folder.is_empty()) {
            // Programs run in other folders than this one: no relative path may get as far as their PATH.
            Some(folder) => std::path::absolute(folder).context("KOMPOSITION_CACHE is no usable path")?,
            None => etcetera::choose_base_strategy()
                .context("this user has no home directory")?
                .cache_dir()
                .join("komposition"),
        };
        for part in ["tools", "logs"] {
            let folder = cache.join(part);
            fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        }
        Ok(Self { cache, built_something: false })
    }

    /// The folder of one tool in one version. It need not exist.
    pub(crate) fn folder(&self, name: &str, version: &str) -> PathBuf {
        self.cache.join("tools").join(format!("{name}-{version}"))
    }

    /// Where the log of an installation goes.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.cache.join("logs").join(format!("{name}.log"))
    }

    /// Waits until no other clone is installing anything; the folder is ours until the file is dropped.
    pub(crate) fn lock(&self) -> Result<File> {
        let file = File::create(self.cache.join("tools").join(".lock"))
            .context("cannot make the tool folder's lock")?;
        if file.try_lock().is_err() {
            say::step("another `cargo xtask` is installing tools: waiting for it");
            file.lock().context("cannot lock the tool folder")?;
        }
        Ok(file)
    }

    /// The folder in which this tool's program is, if it is here: on PATH or in the tool folder.
    pub(crate) fn find(&self, tool: &CargoTool) -> Option<PathBuf> {
        if let Some(program) = which(tool.program).filter(|program| tool.says_version && tool.fits(program)) {
            return program.parent().map(Path::to_path_buf);
        }
        let bin = self.folder(tool.package, &tool.version).join("bin");
        tool.fits(&bin.join(format!("{}{}", tool.program, std::env::consts::EXE_SUFFIX))).then_some(bin)
    }

    /// The folder in which this tool's program is, having built it if need be.
    pub(crate) fn ensure(&mut self, tool: &CargoTool) -> Result<PathBuf> {
        if let Some(bin) = self.find(tool) {
            return Ok(bin);
        }
        let _lock = self.lock()?;
        // Another clone may have built it while we waited.
        if let Some(bin) = self.find(tool) {
            return Ok(bin);
        }
        let folder = self.folder(tool.package, &tool.version);
        self.install(tool, &folder)?;
        self.find(tool)
            .with_context(|| format!("{} {} was built but does not run", folder.display(), tool.version))
    }

    fn install(&mut self, tool: &CargoTool, folder: &Path) -> Result<()> {
        let CargoTool { package, version, why, expected, .. } = tool;
        let log = self.log(&format!("{package}-{version}"));
        say::step(&format!("{package} {version} is missing: building it from source, {expected} ({why})"));
        say::step(&format!("    into {}, log in {}", folder.display(), log.display()));
        let start = Instant::now();
        self.built_something = true;
        let mut done = run_logged(self.cargo_install(tool, folder).arg("--locked"), &log)?;
        if !done && start.elapsed() < RESOLVER_TIME && misses_a_version(&log) {
            // Some registries lack a version here and there that the tool's own lock file asks for.
            say::step(
                "    this registry lacks a version in the tool's lock file: taking the nearest ones it has",
            );
            done = run_logged(&mut self.cargo_install(tool, folder), &log)?;
        }
        if !done {
            bail!(
                "{package} {version} could not be built; the end of {}:\n{}",
                log.display(),
                process::tail(&log, 25)
            );
        }
        say::step(&format!("    {package} {version} is ready, it took {}", say::duration(start.elapsed())));
        Ok(())
    }

    fn cargo_install(&self, tool: &CargoTool, folder: &Path) -> Command {
        let mut command = cargo();
        command
            .current_dir(&self.cache)
            .args(["install", tool.package, "--debug", "--version", &format!("={}", tool.version)])
            .args(tool.arguments)
            .arg("--root")
            .arg(folder)
            // One build folder for all tools: they share many crates.
            .env("CARGO_TARGET_DIR", self.build_folder())
            // The dev profile builds several times faster than release, and these programs are quick enough in it.
            .env("CARGO_PROFILE_DEV_OPT_LEVEL", tool.opt_level)
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_BUILD_TARGET");
        command
    }

    fn build_folder(&self) -> PathBuf {
        self.cache.join("build")
    }
}

impl Drop for Tools {
    /// After a run that built tools, the build folder (a gigabyte) has done its work. An interrupted run leaves it: the next one
    /// goes on where that one was.
    fn drop(&mut self) {
        if self.built_something && self.lock().is_ok() {
            let _ = fs::remove_dir_all(self.build_folder());
        }
    }
}

/// Makes sure that Rust can build for wasm.
pub(crate) fn ensure_wasm_target(workspace: &Workspace) -> Result<()> {
    let mut rustc = Command::new("rustc");
    rustc.current_dir(&workspace.root).args(["--print", "target-libdir", "--target", WASM_TARGET]);
    let library = process::output(&mut rustc)?;
    if Path::new(library.trim()).is_dir() {
        return Ok(());
    }
    say::step(&format!("Rust's target {WASM_TARGET} is missing: asking rustup for it, a few seconds"));
    rustup(workspace, &["target", "add", WASM_TARGET])
}

/// Makes sure that a cargo subcommand which rustup brings (fmt, clippy) is there.
pub(crate) fn ensure_component(workspace: &Workspace, component: &str, subcommand: &str) -> Result<()> {
    if workspace.cargo().args([subcommand, "--version"]).output().is_ok_and(|output| output.status.success())
    {
        return Ok(());
    }
    say::step(&format!("Rust's component {component} is missing: asking rustup for it, a few seconds"));
    rustup(workspace, &["component", "add", component])
}

fn rustup(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    if which("rustup").is_none() {
        bail!(
            "rustup is not on PATH; install it from https://rustup.rs, or bring what `rustup {}` would",
            arguments.join(" ")
        );
    }
    process::run(Command::new("rustup").current_dir(&workspace.root).args(arguments))
}

/// The version a program gives itself with `--version`.
pub(crate) fn version_of(program: &Path) -> Option<Vec<u32>> {
    // NO_COLOR=1 makes Trunk refuse every command, even this one.
    let output = Command::new(program).arg("--version").env_remove("NO_COLOR").output().ok()?;
    if !output.status.success() {
        return None;
    }
    version_in(&String::from_utf8_lossy(&output.stdout))
}

/// The first version in a text: `wasm-opt version 132 (version_132)` -> `[132]`.
fn version_in(text: &str) -> Option<Vec<u32>> {
    text.split_whitespace().find_map(numbers)
}

/// `0.21.14` -> `[0, 21, 14]`; what follows a `-` or `+` is not looked at.
fn numbers(word: &str) -> Option<Vec<u32>> {
    let word = word.strip_prefix('v').unwrap_or(word);
    word.split(['-', '+']).next()?.split('.').map(|part| part.parse().ok()).collect()
}

fn misses_a_version(log: &Path) -> bool {
    let text = fs::read_to_string(log).unwrap_or_default();
    text.contains("failed to select a version") || text.contains("no matching package")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_says_its_version_in_its_own_way() {
        for (said, version) in [
            ("trunk 0.21.14\n", vec![0, 21, 14]),
            ("wasm-bindgen 0.2.130", vec![0, 2, 130]),
            ("wasm-opt version 132 (version_132)", vec![132]),
            ("geckodriver 0.37.1 (5f1b1a1 2026-01-01)\n\nThe source code…", vec![0, 37, 1]),
            ("cargo-deny 0.20.2", vec![0, 20, 2]),
            ("v20.20.2", vec![20, 20, 2]),
        ] {
            assert_eq!(version_in(said), Some(version), "{said}");
        }
        assert_eq!(version_in("usage: something"), None);
    }

    #[test]
    fn versions_compare_as_numbers() {
        assert!(version_in("x 0.10.0") > version_in("x 0.9.12"));
        assert!(version_in("wasm-opt version 108") < version_in("wasm-opt version 120"));
    }
}
