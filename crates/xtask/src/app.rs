//! The app: building it for release into `dist/`, and knowing when that need not be done again.

use crate::lean;
use crate::page::{self, Sources};
use crate::process::{self, path_with};
use crate::reproduced;
use crate::say;
use crate::size;
use crate::split::Stand;
use crate::tools::{CargoTool, Tools, ensure_wasm_target, version_of};
use crate::wasm_opt::{self, WasmOpt};
use crate::workspace::{Workspace, forget_cargo_run};
use anyhow::{Context, Result, bail};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// Whether an app without wasm-opt is worth having.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum WithoutWasmOpt {
    /// Yes: it works, it is only bigger.
    BuildAnyway,
    /// No: its size is what matters, or it is going to be published.
    Refuse,
}

/// Top-level names that have no part in the app. Everything else in the clone does: a list of what is left out cannot go stale
/// in the way that leaves an old app standing.
const NOT_THE_APP: [&str; 4] = ["dist", "target", "tests", "docs"];

/// Crates that have no part in the app. This one has: it splits the app, and tells the service worker its files.
const CRATES_NOT_THE_APP: [&str; 1] = ["relay"];

/// Files worth compressing: what the app consists of, but for pictures.
const COMPRESSIBLE: [&str; 8] = ["html", "js", "css", "wasm", "svg", "json", "webmanifest", "txt"];

/// The service worker's file.
const WORKER: &str = "service-worker.js";

/// What the page's owner edits where the app is served: no part of a version, nothing packed beside it that would go stale.
const OWNERS: &str = "config.json";

/// The programs an app build needs, found.
pub(crate) struct AppTools {
    trunk: PathBuf,
    wasm_bindgen: PathBuf,
    wasm_split: PathBuf,
    wasm_opt: WasmOpt,
}

impl AppTools {
    /// Brings what is missing.
    pub(crate) fn ensure(workspace: &Workspace, tools: &mut Tools, without: WithoutWasmOpt) -> Result<Self> {
        ensure_wasm_target(workspace)?;
        let wasm_opt = wasm_opt::ensure(tools)?;
        match (&wasm_opt, without) {
            (WasmOpt::Missing(why), WithoutWasmOpt::BuildAnyway) => {
                say::warn(&format!(
                    "{why}. Going on without it: the app works, its wasm is about a third bigger to download"
                ));
            }
            (WasmOpt::Missing(why), WithoutWasmOpt::Refuse) => bail!("{why}"),
            (WasmOpt::In(..), _) => {}
        }
        Ok(Self {
            wasm_bindgen: tools.ensure(&CargoTool::wasm_bindgen(workspace)?)?,
            wasm_split: tools.ensure(&CargoTool::wasm_split())?,
            trunk: tools.ensure(&CargoTool::trunk())?,
            wasm_opt,
        })
    }

    /// Trunk, able to find the other tools.
    pub(crate) fn trunk(&self, workspace: &Workspace) -> Result<Command> {
        let mut command = Command::new(self.trunk.join(format!("trunk{}", std::env::consts::EXE_SUFFIX)));
        command
            .current_dir(&workspace.root)
            .env("PATH", path_with(&self.folders())?)
            // NO_COLOR=1 makes Trunk 0.21 refuse every command.
            .env_remove("NO_COLOR");
        forget_cargo_run(&mut command);
        Ok(command)
    }

    fn folders(&self) -> Vec<&Path> {
        let mut folders: Vec<&Path> = vec![&self.wasm_bindgen, &self.trunk];
        if let WasmOpt::In(folder, _) = &self.wasm_opt {
            // First: a wasm-opt that is too old may stand beside the others.
            folders.insert(0, folder);
        }
        folders
    }

    /// Has Trunk build the app in two files.
    fn split(&self, workspace: &Workspace, trunk: &mut Command) -> Result<Stand> {
        let stand = Stand::make(&workspace.target)?;
        let page = fs::read_to_string(workspace.root.join("index.html")).context("cannot read index.html")?;
        let arguments = part_optimisation(&page)?;
        let program = format!("wasm-opt{}", if cfg!(windows) { ".cmd" } else { "" });
        let optimiser = match &self.wasm_opt {
            WasmOpt::In(folder, _) => Some(folder.join(program)),
            WasmOpt::Missing(_) => None,
        };
        let optimise = optimiser.as_deref().map(|program| (program, arguments.as_str()));
        stand.before(trunk, &self.folders(), &self.wasm_bindgen, &self.wasm_split, optimise)?;
        Ok(stand)
    }

    fn versions(&self, workspace: &Workspace) -> Result<String> {
        let rustc = process::output(Command::new("rustc").current_dir(&workspace.root).arg("-Vv"))?;
        let trunk = version_of(&self.trunk.join("trunk"));
        let bindgen = workspace.locked_version("wasm-bindgen")?;
        let split = self.wasm_split.display();
        let opt = self.wasm_opt.version();
        Ok(format!("{rustc} trunk {trunk:?} wasm-bindgen {bindgen} wasm-split {split} wasm-opt {opt}"))
    }
}

/// Builds the release app into `dist/`, unless what stands there was built from the very same sources by the very same tools.
pub(crate) fn build(workspace: &Workspace, tools: &mut Tools, without: WithoutWasmOpt) -> Result<()> {
    build_for(workspace, tools, without, &Sources::default())
}

/// As [`build`], for a page that may talk to these.
pub(crate) fn build_for(
    workspace: &Workspace,
    tools: &mut Tools,
    without: WithoutWasmOpt,
    sources: &Sources,
) -> Result<()> {
    let found = AppTools::ensure(workspace, tools, without)?;
    let note = workspace.notes()?.join("dist.digest");
    let versions = format!("{} {}", found.versions(workspace)?, sources.policy());
    let inputs = digest(&workspace.root, &inputs(&workspace.root, &workspace.target)?, &versions)?;
    let dist = workspace.dist();
    if dist.join("index.html").is_file() {
        let known = fs::read_to_string(&note).unwrap_or_default();
        if known == format!("{inputs} {}", digest(&dist, &built(&dist)?, "")?) {
            say::step("the app in dist/ is up to date");
            return Ok(());
        }
    }
    say::step(
        "building the app (release) into dist/: about 3 minutes the first time on two cores, 1 after a change",
    );
    let start = Instant::now();
    let edited = fs::read(dist.join(OWNERS)).ok();
    // Whatever happens now, the old note is no longer true.
    let _ = fs::remove_file(&note);
    let page = match &found.wasm_opt {
        WasmOpt::In(..) => None,
        WasmOpt::Missing(_) => Some(PageWithoutWasmOpt::write(&workspace.root)?),
    };
    let mut trunk = found.trunk(workspace)?;
    trunk.arg("build");
    if let Some(page) = &page {
        trunk.arg(&page.0).args(["--html-output", "index.html"]);
    }
    trunk.env("CARGO_ENCODED_RUSTFLAGS", reproduced::nowhere(workspace)?);
    trunk.args(["--release", "--offline", "--features", "split", "--public-url", "./", "--dist"]).arg(&dist);
    let parts = found.split(workspace, &mut trunk)?;
    process::run(&mut trunk)?;
    parts.deliver(&dist)?;
    if let Some(edited) = edited {
        fs::write(dist.join(OWNERS), edited).context("cannot write into dist/")?;
    }
    drop(page);
    let took = start.elapsed();
    lean::scripts(&dist)?;
    page::finish(&dist, sources)?;
    for_offline(&dist)?;
    let (raw, small) = compress(&dist)?;
    say::step(&format!(
        "the app is built: {} raw, {} in brotli; it took {} + {} for compressing",
        kilobytes(raw),
        kilobytes(small),
        say::duration(took),
        say::duration(start.elapsed() - took)
    ));
    fs::write(&note, format!("{inputs} {}", digest(&dist, &built(&dist)?, "")?))
        .context("cannot write the app's digest")
}

/// Builds the empty Leptos app that the real one is measured beside, the way that one is built, and gives its folder.
pub(crate) fn build_empty(workspace: &Workspace, tools: &mut Tools) -> Result<PathBuf> {
    let found = AppTools::ensure(workspace, tools, WithoutWasmOpt::Refuse)?;
    let folder = workspace.notes()?.join("empty");
    let mut trunk = found.trunk(workspace)?;
    trunk.args([
        "build",
        "crates/xtask/empty/index.html",
        "--release",
        "--offline",
        "--public-url",
        "./",
        "--dist",
    ]);
    process::run(trunk.arg(&folder))?;
    compress(&folder)?;
    Ok(folder)
}

/// What wasm-opt is told for a part that is loaded later: the page's own words for the first one, but for one. The memory is not
/// empty any more when a part comes.
fn part_optimisation(page: &str) -> Result<String> {
    let words = page.split("data-wasm-opt-params=\"").nth(1).and_then(|rest| rest.split('"').next());
    let words = words.context("index.html says nothing about wasm-opt")?;
    let kept: Vec<&str> = words.split_whitespace().filter(|word| *word != "--zero-filled-memory").collect();
    Ok(kept.join(" "))
}

/// Bytes as kilobytes of 1000, the stricter reading.
pub(crate) fn kilobytes(bytes: u64) -> String {
    format!("{:.1} KB", bytes as f64 / 1000.0)
}

/// A copy of the page that asks Trunk for no wasm-opt; gone when dropped.
struct PageWithoutWasmOpt(PathBuf);

impl PageWithoutWasmOpt {
    fn write(root: &Path) -> Result<Self> {
        let page = fs::read_to_string(root.join("index.html")).context("cannot read index.html")?;
        // Beside the real one, because Trunk reckons the addresses in a page from where the page is.
        let path = root.join(".index.without-wasm-opt.html");
        fs::write(&path, page.replace("data-wasm-opt=\"z\"", "data-wasm-opt=\"0\""))
            .context("cannot write a page beside index.html")?;
        Ok(Self(path))
    }
}

impl Drop for PageWithoutWasmOpt {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Every file that has a part in the app, as paths from the root, sorted.
fn inputs(root: &Path, target: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root).with_context(|| format!("cannot read {}", root.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let apart = name.starts_with('.')
            || name.ends_with(".md")
            || NOT_THE_APP.contains(&name.as_str())
            || path == target;
        if !apart {
            collect(&path, &mut |file| {
                let below = file.strip_prefix(root.join("crates")).ok().and_then(|below| below.iter().next());
                if !below.is_some_and(|krate| CRATES_NOT_THE_APP.iter().any(|apart| krate == *apart)) {
                    found.push(file.strip_prefix(root).unwrap_or(file).to_path_buf());
                }
            })?;
        }
    }
    found.sort();
    Ok(found)
}

/// Every file below a folder, as paths from it, sorted.
pub(crate) fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    collect(folder, &mut |file| found.push(file.strip_prefix(folder).unwrap_or(file).to_path_buf()))?;
    found.sort();
    Ok(found)
}

/// The files of an app that are the same in every place it is served from, as [`files_below`].
pub(crate) fn built(dist: &Path) -> Result<Vec<PathBuf>> {
    let mut files = files_below(dist)?;
    files.retain(|file| address(file) != OWNERS);
    Ok(files)
}

pub(crate) fn collect(path: &Path, found: &mut impl FnMut(&Path)) -> Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path).with_context(|| format!("cannot read {}", path.display()))? {
            collect(&entry?.path(), found)?;
        }
    } else if path.is_file() {
        found(path);
    }
    Ok(())
}

/// A fingerprint of files and their names. It guards against forgetting, not against an adversary, so the standard library's
/// 64-bit hash does; another Rust release may hash differently, and then the app is built once more.
fn digest(folder: &Path, files: &[PathBuf], versions: &str) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    versions.hash(&mut hasher);
    for file in files {
        file.hash(&mut hasher);
        let bytes = fs::read(folder.join(file)).with_context(|| format!("cannot read {}", file.display()))?;
        bytes.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// A file's address in the app, on Windows too.
fn address(file: &Path) -> String {
    file.to_string_lossy().replace('\\', "/")
}

/// A name for some bytes.
pub(crate) fn digest_of(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Tells the service worker which files the app consists of, so that it can start without a network, and what to call this
/// version of them. Trunk gives the worker's file no hash and the page no hash of it: it may change.
fn for_offline(dist: &Path) -> Result<()> {
    let files = built(dist)?;
    let version = digest(dist, &files, "")?;
    let visit = size::first_visit(dist)?;
    let is_program = |name: &String| name.starts_with("komposition-") && name.ends_with(".js");
    let program = visit.iter().map(|file| address(file)).find(is_program).unwrap_or_default();
    // The worker fetches the page by its folder, and is itself no file of the app. The element is for other pages.
    let apart = ["index.html", WORKER, size::ELEMENT];
    let (mut first, mut later) = (vec![], vec![]);
    for file in files.iter().filter(|file| !apart.contains(&address(file).as_str())) {
        let name = address(file);
        if visit.contains(file) {
            first.push(name);
        } else if size::is_unhashed(&name) {
            // As src/shell/shell.js asks for it.
            later.push(format!("{name}?{program}"));
        } else {
            later.push(name);
        }
    }
    let path = dist.join(WORKER);
    let mut script = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    for (place, words) in [
        ("const VERSION = \"\";", format!("const VERSION = {version:?};")),
        ("const FIRST = [];", format!("const FIRST = {first:?};")),
        ("const LATER = [];", format!("const LATER = {later:?};")),
    ] {
        if script.matches(place).count() != 1 {
            bail!("{WORKER} has not exactly one place `{place}` to write the app's files into");
        }
        script = script.replace(place, &words);
    }
    fs::write(&path, script).with_context(|| format!("cannot write {}", path.display()))
}

/// Writes `.br` and `.gz` beside every file that gets smaller by it. Returns the bytes of all files, raw and with brotli where there is any.
fn compress(dist: &Path) -> Result<(u64, u64)> {
    let (mut raw, mut small) = (0, 0);
    for file in files_below(dist)? {
        let path = dist.join(&file);
        let owners = address(&file) == OWNERS;
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut best = bytes.len();
        let ending = file.extension().unwrap_or_default().to_string_lossy().into_owned();
        if COMPRESSIBLE.contains(&ending.as_str()) && !owners {
            for (suffix, packed) in [("br", brotli(&bytes)?), ("gz", gzip(&bytes)?)] {
                if packed.len() < bytes.len() {
                    fs::write(dist.join(format!("{}.{suffix}", file.display())), &packed)
                        .context("cannot write into dist/")?;
                    if suffix == "br" {
                        best = packed.len();
                    }
                }
            }
        }
        raw += bytes.len() as u64;
        small += best as u64;
    }
    Ok((raw, small))
}

/// Brotli at its strongest: packed once, sent many times.
pub(crate) fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut packed = Vec::new();
    brotli::CompressorWriter::new(&mut packed, 1 << 16, 11, 24).write_all(bytes).context("brotli failed")?;
    Ok(packed)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(bytes).context("gzip failed")?;
    writer.finish().context("gzip failed")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::io::Read;

    /// A folder of this test's own, below cargo's target folder.
    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("komposition-xtask-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn put(root: &Path, file: &str, text: &str) {
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn of(root: &Path) -> String {
        digest(root, &inputs(root, &root.join("build-output")).unwrap(), "tools 1").unwrap()
    }

    #[test]
    fn the_digest_sees_what_the_app_is_made_of_and_nothing_else() {
        let root = folder("digest");
        put(&root, "src/main.rs", "fn main() {}");
        put(&root, "crates/studio/src/lib.rs", "");
        put(&root, "Cargo.lock", "a");
        let first = of(&root);
        for (file, counts) in [
            ("README.md", false),
            ("docs/decisions/0001-x.md", false),
            ("tests/tests/e2e.rs", false),
            ("crates/relay/src/main.rs", false),
            ("crates/xtask/src/main.rs", true),
            ("build-output/x.wasm", false),
            ("dist/index.html", false),
            (".git/HEAD", false),
            ("style/new.css", true),
            ("index.html", true),
            ("Trunk.toml", true),
            ("assets/font.woff2", true),
            ("crates/studio/src/lib.rs", true),
            ("Cargo.lock", true),
        ] {
            let before = of(&root);
            put(&root, file, "changed");
            assert_eq!(of(&root) != before, counts, "{file}");
        }
        assert_ne!(of(&root), first);
        let files = inputs(&root, Path::new("elsewhere")).unwrap();
        assert_ne!(digest(&root, &files, "tools 1").unwrap(), digest(&root, &files, "tools 2").unwrap());
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn the_service_worker_learns_the_apps_files_and_another_name_for_other_ones() {
        let dist = folder("offline");
        let worker = "a;\nconst VERSION = \"\";\nconst FIRST = [];\nconst LATER = [];\nb;";
        let told = |page: &str| {
            put(&dist, "index.html", page);
            put(&dist, "service-worker.js", worker);
            for_offline(&dist).unwrap();
            fs::read_to_string(dist.join("service-worker.js")).unwrap()
        };
        put(&dist, "komposition-1.js", "fetch('app-1_bg.wasm'); fetch('app-2-split_works.wasm')");
        put(&dist, "app-1_bg.wasm", "1");
        put(&dist, "app-2-split_works.wasm", "2");
        put(&dist, "rooms.js", "3");
        // Its owner may take it away, or change it: neither is another version.
        put(&dist, "config.json", "{}");
        let first = told("page komposition-1.js");
        assert!(first.contains(r#"const FIRST = ["app-1_bg.wasm", "komposition-1.js"];"#), "{first}");
        let later = r#"const LATER = ["app-2-split_works.wasm", "rooms.js?komposition-1.js"];"#;
        assert!(first.contains(later), "a file without a hash is asked for with its program's name: {first}");
        let version = |script: &str| script.split('"').nth(1).unwrap().to_owned();
        assert_eq!(version(&first).len(), 16);
        assert_eq!(told("page komposition-1.js"), first);
        assert_ne!(version(&told("another page")), version(&first));
        put(&dist, "app-1_bg.wasm", "3");
        assert_ne!(version(&told("page komposition-1.js")), version(&first));
        let before = told("page komposition-1.js");
        put(&dist, "config.json", r#"{"language":"ru"}"#);
        assert_eq!(told("page komposition-1.js"), before);
        // Written in already: what stands there is of another build.
        assert!(for_offline(&dist).is_err());
        fs::remove_dir_all(dist).unwrap();
    }

    #[test]
    fn what_gains_is_packed_and_unpacks_to_the_same() {
        let dist = folder("compress");
        let text = "body { color: red } ".repeat(50);
        put(&dist, "a.css", &text);
        put(&dist, "tiny.js", "1");
        put(&dist, "b.png", &text);
        put(&dist, "config.json", &text);
        let (raw, small) = compress(&dist).unwrap();
        assert!(small < raw);
        let mut unpacked = String::new();
        brotli::Decompressor::new(&*fs::read(dist.join("a.css.br")).unwrap(), 4096)
            .read_to_string(&mut unpacked)
            .unwrap();
        assert_eq!(unpacked, text);
        unpacked.clear();
        flate2::read::GzDecoder::new(&*fs::read(dist.join("a.css.gz")).unwrap())
            .read_to_string(&mut unpacked)
            .unwrap();
        assert_eq!(unpacked, text);
        assert!(!dist.join("tiny.js.br").exists() && !dist.join("b.png.br").exists());
        assert!(!dist.join("config.json.br").exists(), "it would be sent in place of what its owner writes");
        fs::remove_dir_all(dist).unwrap();
    }
}
