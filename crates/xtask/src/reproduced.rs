//! Two builds of the same sources are the same bytes, wherever they were made.

use crate::app::{self, WithoutWasmOpt, built, collect};
use crate::process;
use crate::report::Count;
use crate::tools::Tools;
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the compiler is told so that no place of this machine gets into the app: neither where this clone is, nor where cargo
/// keeps the sources of crates, nor where Rust is installed. As `CARGO_ENCODED_RUSTFLAGS` takes it.
pub(crate) fn nowhere(workspace: &Workspace) -> Result<String> {
    // Of several that fit the compiler takes the last.
    let mut places =
        vec![(workspace.root.clone(), ".".to_owned()), (workspace.target.clone(), "target".into())];
    let sources = cargo_home()?.join("registry").join("src");
    // A folder for each registry, named after its address.
    for registry in fs::read_dir(sources).into_iter().flatten().flatten() {
        places.push((registry.path(), "crates".into()));
    }
    // Where Rust's own sources are installed, paths lead there; elsewhere they are these already.
    let root =
        process::output(Command::new("rustc").current_dir(&workspace.root).args(["--print", "sysroot"]))?;
    let about = process::output(Command::new("rustc").current_dir(&workspace.root).arg("-Vv"))?;
    let commit =
        about.lines().find_map(|line| line.strip_prefix("commit-hash: ")).unwrap_or("rust").to_owned();
    places.push((Path::new(root.trim()).join("lib/rustlib/src/rust"), format!("/rustc/{commit}")));
    let flags: Vec<String> =
        places.iter().map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display())).collect();
    Ok(flags.join("\u{1f}"))
}

fn cargo_home() -> Result<PathBuf> {
    if let Some(home) = std::env::var_os("CARGO_HOME") {
        return Ok(home.into());
    }
    let home = std::env::home_dir().context("where cargo keeps its things is not known: set CARGO_HOME")?;
    Ok(home.join(".cargo"))
}

/// Builds the app once more, from a copy of the sources in another folder and from nothing else, and compares every file with
/// `dist/`. Three minutes on two cores: nothing that was compiled for the first may be used for the second.
pub(crate) fn check(workspace: &Workspace, tools: &mut Tools) -> Result<Count> {
    app::build(workspace, tools, WithoutWasmOpt::Refuse)?;
    let folder = workspace.notes()?.join("built elsewhere");
    let _ = fs::remove_dir_all(&folder);
    let elsewhere = Workspace { root: folder.join("clone"), target: folder.join("output") };
    copy(&workspace.root, &elsewhere.root, &[&workspace.target, &workspace.dist()])?;
    app::build(&elsewhere, tools, WithoutWasmOpt::Refuse)?;
    let differences = differences(&workspace.dist(), &elsewhere.dist())?;
    if differences.is_empty() {
        println!("two builds in two folders: the same bytes in every file");
        fs::remove_dir_all(&folder).context("cannot remove the second build")?;
    } else {
        println!("two builds differ in {} (see {})", differences.join(", "), elsewhere.dist().display());
    }
    Ok(Count::one(differences.is_empty()))
}

/// Everything a clone consists of, but for what was made in it.
fn copy(from: &Path, to: &Path, made: &[&Path]) -> Result<()> {
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let path = entry?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        // A target folder of another name may be left over.
        if hidden || path.ends_with("target") || made.iter().any(|made| path == **made) {
            continue;
        }
        let mut files = Vec::new();
        collect(&path, &mut |file| files.push(file.to_path_buf()))?;
        for file in files {
            let copied = to.join(file.strip_prefix(from).unwrap_or(&file));
            if let Some(folder) = copied.parent() {
                fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
            }
            fs::copy(&file, &copied).with_context(|| format!("cannot copy {}", file.display()))?;
        }
    }
    Ok(())
}

/// The names of files that are not the same, or not there, in both.
fn differences(one: &Path, other: &Path) -> Result<Vec<String>> {
    let names: BTreeSet<PathBuf> = built(one)?.into_iter().chain(built(other)?).collect();
    let differ = |name: &PathBuf| match (fs::read(one.join(name)), fs::read(other.join(name))) {
        (Ok(one), Ok(other)) => one != other,
        _ => true,
    };
    Ok(names.into_iter().filter(differ).map(|name| name.display().to_string()).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_difference_is_found_and_what_was_made_is_not_copied() {
        let place = std::env::temp_dir().join(format!("komposition-xtask-{}-reproduced", std::process::id()));
        let _ = fs::remove_dir_all(&place);
        let put = |file: &str, text: &str| {
            let path = place.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        for (file, text) in [
            ("a/src/x.rs", "x"),
            ("a/Cargo.toml", "t"),
            ("a/.git/HEAD", "h"),
            ("a/dist/i", "i"),
            ("a/out/o", "o"),
        ] {
            put(file, text);
        }
        let (one, other) = (place.join("a"), place.join("b"));
        copy(&one, &other, &[&one.join("out"), &one.join("dist")]).unwrap();
        assert_eq!(built(&other).unwrap(), [PathBuf::from("Cargo.toml"), PathBuf::from("src/x.rs")]);
        assert!(differences(&one.join("src"), &other.join("src")).unwrap().is_empty());
        put("b/src/x.rs", "y");
        put("b/src/z.rs", "z");
        put("a/src/w.rs", "w");
        assert_eq!(differences(&one.join("src"), &other.join("src")).unwrap(), ["w.rs", "x.rs", "z.rs"]);
        fs::remove_dir_all(place).unwrap();
    }
}
