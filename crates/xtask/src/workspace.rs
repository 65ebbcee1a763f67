//! Where things are in this clone, and how its cargo is called.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// This clone of the repository.
pub(crate) struct Workspace {
    /// The folder with the root Cargo.toml.
    pub(crate) root: PathBuf,
    /// Cargo's target folder, wherever the person has it.
    pub(crate) target: PathBuf,
}

impl Workspace {
    /// Finds the clone this program was built from and asks cargo for its target folder.
    pub(crate) fn find() -> Result<Self> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = here.ancestors().nth(2).context("xtask does not stand in crates/xtask")?.to_path_buf();
        let metadata = metadata(&root, &["--no-deps"])?;
        let target =
            metadata["target_directory"].as_str().context("cargo metadata names no target directory")?;
        Ok(Self { root, target: PathBuf::from(target) })
    }

    /// The folder the built app goes to.
    pub(crate) fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// This program's own notes (digests, generated configuration), beside cargo's output and as easily thrown away.
    pub(crate) fn notes(&self) -> Result<PathBuf> {
        let folder = self.target.join("xtask");
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        Ok(folder)
    }

    /// `cargo`, to be run in the root of this clone.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = cargo();
        command.current_dir(&self.root);
        command
    }

    /// The whole dependency graph, as `cargo metadata` prints it.
    pub(crate) fn graph(&self, arguments: &[&str]) -> Result<Value> {
        metadata(&self.root, arguments)
    }

    /// The exact version of a package in Cargo.lock. The lock file is the only place where it is written.
    pub(crate) fn locked_version(&self, package: &str) -> Result<String> {
        let output = self.cargo().args(["pkgid", package]).output().context("cargo pkgid does not start")?;
        if !output.status.success() {
            bail!("Cargo.lock has no package {package}: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        version_in_package_id(&String::from_utf8_lossy(&output.stdout))
            .with_context(|| format!("cargo pkgid {package} names no version"))
    }

    /// Where cargo puts a binary of the release profile.
    pub(crate) fn release_binary(&self, name: &str) -> PathBuf {
        self.target.join("release").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }
}

/// `cargo`, the very one that started us, without what `cargo run` adds to the environment: some build scripts (ring's) are run
/// again when they see other CARGO_PKG_* values, and `cargo xtask` and a plain `cargo build` would undo each other's work.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    forget_cargo_run(&mut command);
    command
}

/// Removes the variables that `cargo run` sets for the program it starts.
pub(crate) fn forget_cargo_run(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        let of_our_package =
            ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE"];
        if of_our_package.iter().any(|prefix| name.starts_with(prefix)) {
            command.env_remove(name.as_ref());
        }
    }
}

fn metadata(root: &Path, arguments: &[&str]) -> Result<Value> {
    let output = cargo()
        .current_dir(root)
        .args(["metadata", "--format-version", "1"])
        .args(arguments)
        .output()
        .context("cargo metadata does not start")?;
    if !output.status.success() {
        bail!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    serde_json::from_slice(&output.stdout).context("cargo metadata printed something that is not JSON")
}

/// `registry+https://…#wasm-bindgen@0.2.130` -> `0.2.130`.
fn version_in_package_id(id: &str) -> Option<String> {
    let (_, version) = id.trim().rsplit_once(['@', '#'])?;
    Some(version.to_owned()).filter(|version| version.starts_with(|first: char| first.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_both_forms_of_a_package_id() {
        let long = "registry+https://example.org/index#wasm-bindgen@0.2.130\n";
        assert_eq!(version_in_package_id(long).as_deref(), Some("0.2.130"));
        assert_eq!(version_in_package_id("path+file:///x/studio#0.1.0").as_deref(), Some("0.1.0"));
        assert_eq!(version_in_package_id("path+file:///x/studio#studio"), None);
    }
}
