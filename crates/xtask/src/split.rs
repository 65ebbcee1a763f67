//! The app's wasm in two files: what a first visit needs, and what it loads when somebody begins to type
//! (docs/decisions/0012-what-is-loaded-later.md).
//!
//! Trunk knows nothing of splitting, and wasm-bindgen's input is the only place where it can be done: before it the linker's
//! relocations are still there, after it Trunk hashes and signs what came out. So this very program stands before the real
//! wasm-bindgen on Trunk's PATH, under its name: it splits the app's wasm, has the real one do its work on the first part, and
//! joins what belongs together again.

use crate::app::digest_of;
use crate::process::{self, path_with};
use anyhow::{Context, Result, bail, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha384};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The program that is split.
const SPLIT: &str = "komposition";

/// The file that wasm-split writes for loading its parts.
const LINK: &str = "__wasm_split.js";

/// What the stand-in is told by [`Stand::before`], all of it paths but the last.
const REAL: &str = "KOMPOSITION_WASM_BINDGEN";
const SPLITTER: &str = "KOMPOSITION_WASM_SPLIT";
const PARTS: &str = "KOMPOSITION_SPLIT_PARTS";
const OPTIMISER: &str = "KOMPOSITION_WASM_OPT";
const OPTIMISE: &str = "KOMPOSITION_WASM_OPT_ARGUMENTS";

/// The stand-in's folder, and where it leaves the parts that are loaded later.
pub(crate) struct Stand {
    folder: PathBuf,
    parts: PathBuf,
}

impl Stand {
    /// Makes both, empty.
    pub(crate) fn make(target: &Path) -> Result<Self> {
        let stand =
            Self { folder: target.join("split").join("bin"), parts: target.join("split").join("parts") };
        for folder in [&stand.folder, &stand.parts] {
            let _ = fs::remove_dir_all(folder);
            fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        }
        let own = std::env::current_exe().context("this program does not know where it is")?;
        fs::copy(own, stand.folder.join(program("wasm-bindgen"))).context("cannot copy this program")?;
        Ok(stand)
    }

    /// Has Trunk find the stand-in before the real wasm-bindgen. Without wasm-opt the parts stay as they are.
    pub(crate) fn before(
        &self,
        trunk: &mut Command,
        folders: &[&Path],
        wasm_bindgen: &Path,
        wasm_split: &Path,
        optimise: Option<(&Path, &str)>,
    ) -> Result<()> {
        let mut all: Vec<&Path> = vec![&self.folder];
        all.extend(folders);
        trunk
            .env("PATH", path_with(&all)?)
            .env(REAL, wasm_bindgen.join(program("wasm-bindgen")))
            .env(SPLITTER, wasm_split.join(program("wasm-split-cli")))
            .env(PARTS, &self.parts)
            .env_remove(OPTIMISER);
        if let Some((wasm_opt, arguments)) = optimise {
            trunk.env(OPTIMISER, wasm_opt).env(OPTIMISE, arguments);
        }
        Ok(())
    }

    /// Puts the parts beside the rest of the app.
    pub(crate) fn deliver(&self, dist: &Path) -> Result<()> {
        let mut delivered = 0;
        for part in fs::read_dir(&self.parts).context("cannot read the app's later parts")? {
            let part = part?;
            fs::copy(part.path(), dist.join(part.file_name())).context("cannot write into dist/")?;
            delivered += 1;
        }
        ensure!(delivered > 0, "the app was built without the parts that are loaded later");
        Ok(())
    }
}

fn program(name: &str) -> String {
    format!("{name}{}", std::env::consts::EXE_SUFFIX)
}

/// Whether this program was called as wasm-bindgen; then it has done that one's work.
pub(crate) fn stood_in() -> Option<Result<ExitCode>> {
    let called = std::env::args_os().next().map(PathBuf::from)?;
    (called.file_stem()? == "wasm-bindgen").then(|| stand_in(std::env::args_os().skip(1).collect()))
}

fn stand_in(arguments: Vec<OsString>) -> Result<ExitCode> {
    let real = wanted(REAL)?;
    let input = arguments.iter().position(|argument| {
        let path = Path::new(argument);
        path.extension().is_some_and(|ending| ending == "wasm")
            && path.file_stem().is_some_and(|stem| stem == SPLIT)
    });
    let Some(input) = input else {
        // Another program, or only asked for its version.
        let status = Command::new(&real).args(&arguments).status().context("wasm-bindgen does not run")?;
        return Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    };
    let mut arguments = arguments;
    let value = |option: &str| {
        let start = format!("{option}=");
        let found = arguments.iter().find_map(|argument| argument.to_str()?.strip_prefix(&start));
        found.map(PathBuf::from).with_context(|| format!("Trunk calls wasm-bindgen without {option}"))
    };
    let (out, name) = (value("--out-dir")?, value("--out-name")?);
    let work = wanted(PARTS)?.with_file_name("work");
    let _ = fs::remove_dir_all(&work);
    fs::create_dir_all(&work)?;
    let mut split = Command::new(wanted(SPLITTER)?);
    split.arg(&arguments[input]).arg(&work).args(["--target", "web", "--out-name"]).arg(&name);
    process::run(&mut split)?;
    arguments[input] = work.join(format!("{}.wasm", name.display())).into();
    // The parts ask the first one for what the linker exported for them.
    process::run(Command::new(real).args(&arguments).arg("--keep-lld-exports"))?;
    let mut parts = vec![];
    for entry in fs::read_dir(&work)? {
        let path = entry?.path();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if path.extension().is_some_and(|ending| ending == "wasm") && Path::new(&stem) != name {
            parts.push(Part::finish(&path, stem)?);
        }
    }
    let loader = out.join(format!("{}.js", name.display()));
    let joined = join(&fs::read_to_string(&loader)?, &fs::read_to_string(work.join(LINK))?, &parts)?;
    fs::write(&loader, joined).context("cannot write the app's loader")?;
    Ok(ExitCode::SUCCESS)
}

fn wanted(name: &str) -> Result<PathBuf> {
    std::env::var_os(name)
        .map(PathBuf::from)
        .with_context(|| format!("{name} is not set: this is `cargo xtask`'s own"))
}

/// A part that is loaded later.
struct Part {
    /// As wasm-split calls it.
    stem: String,
    /// As it is delivered: named after what is in it.
    file: String,
    /// What the browser compares it with.
    integrity: String,
}

impl Part {
    /// Makes the part small, and gives it its name.
    fn finish(path: &Path, stem: String) -> Result<Self> {
        if let Ok(wasm_opt) = wanted(OPTIMISER) {
            let small = path.with_extension("small");
            let arguments = std::env::var(OPTIMISE).unwrap_or_default();
            let mut optimise = Command::new(wasm_opt);
            optimise.arg("-Oz").args(arguments.split_whitespace()).arg(path).arg("-o").arg(&small);
            process::run(&mut optimise)?;
            fs::rename(small, path)?;
        }
        let bytes = fs::read(path)?;
        let file = format!("{SPLIT}-{}-{stem}.wasm", digest_of(&bytes));
        fs::write(wanted(PARTS)?.join(&file), &bytes).context("cannot write a part of the app")?;
        Ok(Self {
            stem,
            file,
            integrity: format!("sha384-{}", BASE64_STANDARD.encode(Sha384::digest(&bytes))),
        })
    }
}

/// Takes the file that loads the parts into wasm-bindgen's loader: no request of its own, and no import in a circle. The texts
/// are those of the pinned versions; another version that writes others is refused here, not in somebody's browser.
fn join(loader: &str, link: &str, parts: &[Part]) -> Result<String> {
    let mut link = link.to_owned();
    let mut put = |old: &str, new: &str| -> Result<()> {
        ensure!(link.matches(old).count() == 1, "wasm-split wrote no `{old}`, or more than one");
        link = link.replace(old, new);
        Ok(())
    };
    for Part { stem, file, integrity } in parts {
        let fetch = |name: &str, more: &str| format!("fetch(new URL(\"./{name}\", import.meta.url){more})");
        put(
            &fetch(&format!("{stem}.wasm"), ""),
            &fetch(file, &format!(", {{ integrity: \"{integrity}\", cache: cache(\"{stem}\") }}")),
        )?;
    }
    // A static host that sends wasm under another type must do as well.
    ensure!(link.contains(STREAMED), "wasm-split loads its parts in another way");
    link = link.replace(
        STREAMED,
        "src.then((r) => r.arrayBuffer()).then((b) => WebAssembly.instantiate(b, imports))",
    );
    let import = line_with(&link, "import { initSync }")?.to_owned();
    link = link.replace(&import, "");
    let exports: Vec<String> = link
        .lines()
        .filter_map(|line| line.strip_prefix("export const ")?.split([' ', '=']).next().map(str::to_owned))
        .collect();
    ensure!(!exports.is_empty(), "wasm-split exports nothing");
    link = link.replace("export const ", "const ");
    let import = line_with(loader, LINK)?;
    let Some(name) = import.strip_prefix("import * as ").and_then(|rest| rest.split(' ').next()) else {
        bail!("wasm-bindgen's loader imports the parts in another way: {import}");
    };
    let loader = loader.replace(import, "");
    let link = format!("{CACHE}{link}");
    // There it still stands as the name that the wasm imports it by.
    ensure!(!loader.contains("import "), "wasm-bindgen's loader imports more than {LINK}");
    Ok(format!("{loader}\n{link}\nconst {name} = {{ {} }};\n", exports.join(", ")))
}

/// A part that did not come is asked for past the browser's cache: a host may have said for how long it is missing (GitHub
/// Pages does), and WebKit remembers it unasked.
const CACHE: &str = "const asked = new Set();\n\
    const cache = (part) => asked.has(part) ? \"reload\" : (asked.add(part), \"default\");\n";

const STREAMED: &str = "WebAssembly.instantiateStreaming(src, imports)";

fn line_with<'a>(text: &'a str, part: &str) -> Result<&'a str> {
    text.lines().find(|line| line.contains(part)).with_context(|| format!("there is no line with `{part}`"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const LOADER: &str = "import * as import1 from \"./__wasm_split.js\"\n\nlet wasm;\n\
        const imports = { \"./__wasm_split.js\": import1 };\nexport { initSync };\n";
    const LINK_FILE: &str = "import { initSync } from \"./komposition.js\";\nconst load = () => {\n\
        const src = fetch(new URL(\"./split_works.wasm\", import.meta.url));\n\
        return (imports) => (WebAssembly.instantiateStreaming(src, imports));\n};\n\
        export const __wasm_split_load_works = wrap(load);\n";

    fn parts() -> Vec<Part> {
        vec![Part {
            stem: "split_works".into(),
            file: "app-1-works.wasm".into(),
            integrity: "sha384-x".into(),
        }]
    }

    #[test]
    fn the_loader_loads_the_part_by_its_name_and_looks_whether_it_is_the_right_one() {
        let joined = join(LOADER, LINK_FILE, &parts()).unwrap();
        assert!(joined.contains(
            "fetch(new URL(\"./app-1-works.wasm\", import.meta.url), \
             { integrity: \"sha384-x\", cache: cache(\"split_works\") })"
        ));
        assert!(joined.contains("const import1 = { __wasm_split_load_works };"));
        assert!(!joined.contains("import "), "{joined}");
        assert!(!joined.contains("instantiateStreaming"), "{joined}");
    }

    #[test]
    fn what_another_version_writes_is_refused() {
        for (loader, link) in [
            ("import { x } from \"./__wasm_split.js\"\n", LINK_FILE.to_owned()),
            ("let wasm;\n", LINK_FILE.to_owned()),
            (LOADER, LINK_FILE.replace("split_works.wasm", "other.wasm")),
            (LOADER, LINK_FILE.replace("instantiateStreaming", "compileStreaming")),
            (LOADER, LINK_FILE.replace("export const", "export let")),
        ] {
            assert!(join(loader, &link, &parts()).is_err(), "{loader} {link}");
        }
    }
}
