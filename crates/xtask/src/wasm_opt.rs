//! wasm-opt (Binaryen): takes about a quarter off what is downloaded of the wasm. It is taken from PATH, from the tool folder, or from
//! npm's package, which is Binaryen compiled to wasm and needs only Node. Why not from a crate: docs/decisions/0010-tools-from-source.md.

use crate::browsers::{self, Apt};
use crate::process::{run_logged, which};
use crate::say;
use crate::tools::{Tools, version_of};
use anyhow::Result;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

/// The oldest Binaryen that is taken: index.html passes `--enable-bulk-memory-opt`, which 116 refuses as unknown.
const OLDEST: u32 = 120;

/// The npm package's version.
const NPM_VERSION: &str = "132.0.0";

/// What was found.
pub(crate) enum WasmOpt {
    /// The folder with a usable wasm-opt, and its version.
    In(PathBuf, u32),
    /// Why there is none and how to get one.
    Missing(String),
}

impl WasmOpt {
    /// For the digest of what the app was built with.
    pub(crate) fn version(&self) -> String {
        match self {
            Self::In(_, version) => version.to_string(),
            Self::Missing(_) => "none".to_owned(),
        }
    }
}

/// Finds a usable wasm-opt or brings one.
pub(crate) fn ensure(tools: &Tools) -> Result<WasmOpt> {
    if let Some(found) = which("wasm-opt").and_then(|program| usable(program.parent()?.to_path_buf())) {
        return Ok(found);
    }
    let folder = tools.folder("binaryen", NPM_VERSION);
    let bin = folder.join("node_modules").join(".bin");
    if which("node").is_some()
        && let Some(found) = usable(bin.clone())
    {
        return Ok(found);
    }
    let missing = |why: &str| {
        WasmOpt::Missing(format!(
            "wasm-opt {OLDEST} or newer is missing and {why}. It comes with Binaryen (https://github.com/WebAssembly/binaryen/releases, \
             `brew install binaryen`), or install Node with npm and this program does the rest"
        ))
    };
    if which("node").is_none() || which("npm").is_none() {
        if browsers::apt() != Apt::Usable {
            return Ok(missing("Node with npm, which could bring it, is not on PATH"));
        }
        say::step(
            "wasm-opt is missing, and so is Node, which can bring it: installing nodejs and npm with apt, about 1 minute",
        );
        // Where nodejs comes from elsewhere than Debian, its npm is inside it and the package npm cannot be installed beside it.
        let packages: &[&str] = if which("node").is_some() { &["npm"] } else { &["nodejs", "npm"] };
        if let Err(problem) = browsers::apt_install(tools, packages) {
            return Ok(missing(&format!("apt could not install Node ({problem:#})")));
        }
    }
    let _lock = tools.lock()?;
    let log = tools.log(&format!("binaryen-{NPM_VERSION}"));
    say::step(&format!(
        "wasm-opt is missing: taking npm's package binaryen {NPM_VERSION}, about 10 seconds (it makes the app smaller)"
    ));
    say::step(&format!("    into {}, log in {}", folder.display(), log.display()));
    let start = Instant::now();
    std::fs::create_dir_all(&folder)?;
    let npm = which("npm").unwrap_or_else(|| "npm".into());
    let mut install = Command::new(npm);
    install
        .current_dir(&folder)
        .args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"])
        .arg(&folder)
        .arg(format!("binaryen@{NPM_VERSION}"));
    if !run_logged(&mut install, &log)? {
        return Ok(missing(&format!("npm could not bring it (see {})", log.display())));
    }
    match usable(bin) {
        Some(found) => {
            say::step(&format!("    wasm-opt is ready, it took {}", say::duration(start.elapsed())));
            Ok(found)
        }
        None => Ok(missing("the one npm brought does not run with this Node")),
    }
}

/// The folder, if there is a wasm-opt in it that runs and is new enough.
fn usable(folder: PathBuf) -> Option<WasmOpt> {
    let program = ["", std::env::consts::EXE_SUFFIX, ".cmd"]
        .iter()
        .map(|end| folder.join(format!("wasm-opt{end}")))
        .find(|file| file.is_file())?;
    let version = *version_of(&program)?.first()?;
    (version >= OLDEST).then_some(WasmOpt::In(folder, version))
}
