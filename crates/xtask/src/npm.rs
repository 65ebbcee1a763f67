//! Programs that npm brings: in pinned versions and, through the lock files beside this program's source, with pinned contents. Where
//! npm takes them from is the user's own setting.

use crate::process::{run_logged, tail, which};
use crate::say;
use crate::tools::Tools;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// A package with all it needs.
pub(crate) struct Package {
    name: &'static str,
    version: &'static str,
    manifest: &'static str,
    lock: &'static str,
    /// The file of it that is used, below `node_modules`.
    file: &'static str,
    why: &'static str,
}

/// axe-core: looks at a page for what shuts people out. MPL-2.0; used in tests, never shipped.
pub(crate) const AXE: Package = Package {
    name: "axe-core",
    version: "4.14.1",
    manifest: include_str!("../npm/axe-core/package.json"),
    lock: include_str!("../npm/axe-core/package-lock.json"),
    file: "axe-core/axe.min.js",
    why: "it looks at every screen for what shuts people out",
};

/// Lighthouse: judges a page as a whole. The newest that runs with Node 20.
pub(crate) const LIGHTHOUSE: Package = Package {
    name: "lighthouse",
    version: "12.8.2",
    manifest: include_str!("../npm/lighthouse/package.json"),
    lock: include_str!("../npm/lighthouse/package-lock.json"),
    file: "lighthouse/cli/index.js",
    why: "it judges the page: performance, accessibility, best practices, SEO",
};

/// The package's file, having brought the package if need be.
pub(crate) fn ensure(tools: &Tools, package: &Package) -> Result<PathBuf> {
    let Package { name, version, manifest, lock, why, .. } = package;
    let folder = tools.folder(name, version);
    let file = folder.join("node_modules").join(package.file);
    // Written last: what was broken off is brought again.
    let whole = folder.join("whole");
    if whole.is_file() && file.is_file() {
        return Ok(file);
    }
    let npm = which("npm").filter(|_| which("node").is_some());
    let npm = npm.with_context(|| {
        format!("{name} is missing, and Node with npm, which brings it, is not on PATH: install Node ({why})")
    })?;
    let _lock = tools.lock()?;
    let log = tools.log(&format!("{name}-{version}"));
    say::step(&format!("{name} {version} is missing: taking it from npm, some seconds ({why})"));
    say::step(&format!("    into {}, log in {}", folder.display(), log.display()));
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    fs::write(folder.join("package.json"), manifest)?;
    fs::write(folder.join("package-lock.json"), lock)?;
    let mut install = Command::new(npm);
    // `ci` takes exactly what the lock file names, and refuses what has another hash.
    install.current_dir(&folder).args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
    if !run_logged(&mut install, &log)? || !file.is_file() {
        bail!("npm could not bring {name} {version}; the end of {}:\n{}", log.display(), tail(&log, 15));
    }
    fs::write(whole, "")?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lock_files_pin_contents_and_name_no_registry() {
        for package in [&AXE, &LIGHTHOUSE] {
            assert!(
                package.manifest.contains(&format!("\"{}\": \"{}\"", package.name, package.version)),
                "{}",
                package.name
            );
            let packages = package.lock.matches("\"node_modules/").count();
            assert!(
                packages > 0 && package.lock.matches("\"integrity\": \"sha512-").count() >= packages,
                "{}",
                package.name
            );
            assert!(!package.lock.contains("\"resolved\""), "{}", package.name);
        }
    }
}
