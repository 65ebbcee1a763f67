//! `cargo xtask size`: what a first visit downloads, file by file, against the bound.

use crate::app::{self, WithoutWasmOpt, files_below, kilobytes};
use crate::page::Sources;
use crate::shares;
use crate::tools::{Tools, WASM_TARGET};
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The most a first visit may download, in bytes of brotli: 125 KB, and a KB is 1000 bytes here, the stricter reading.
pub(crate) const BOUND: u64 = 125_000;

/// What other pages load to have the app inside them, and the most it may be in brotli.
pub(crate) const ELEMENT: &str = "embed.js";
const ELEMENT_BOUND: u64 = 4_000;

/// Loaded when another room is entered (the second program and its style), with the works (theirs), when two pictures are
/// compared, or when the demo paints (the third program and its worker). Their names do not say what is in them.
pub(crate) const UNHASHED: [&str; 9] = [
    "later.json",
    "rooms.js",
    "rooms_bg.wasm",
    "rooms.css",
    "works.css",
    "compare.css",
    "demo.js",
    "demo_bg.wasm",
    "demo-worker.js",
];

/// Whether a file is asked for with its version as the query.
pub(crate) fn is_unhashed(name: &str) -> bool {
    UNHASHED.contains(&name)
}

/// Leads to the demo's simulator: loaded with the first run that has no other service.
const DOOR: &str = "demo-door.js";

/// Named in a script, and loaded only when somebody needs it (docs/decisions/0012-what-is-loaded-later.md): the second program,
/// and the first one's part that comes when somebody begins to type.
fn is_later(name: &str) -> bool {
    // claims.js: only where there are no Web Locks.
    is_unhashed(name)
        || name == DOOR
        || name == "claims.js"
        || (name.ends_with(".wasm") && name.contains("-split_"))
}

#[derive(clap::Args)]
pub(crate) struct Options {
    #[command(flatten)]
    sources: Sources,
    /// Also print which crate takes how much of the wasm (an estimate).
    #[arg(long)]
    crates: bool,
}

/// Builds and measures.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    app::build_for(workspace, &mut Tools::open()?, WithoutWasmOpt::Refuse, &options.sources)?;
    let (text, total) = table(&workspace.dist())?;
    println!("\n{text}");
    if options.crates {
        println!("{}", crates(workspace)?);
    }
    let small = is_element_small(&workspace.dist())?;
    if total <= BOUND && small {
        println!("within the bound of {}, {} to spare", kilobytes(BOUND), kilobytes(BOUND - total));
        Ok(ExitCode::SUCCESS)
    } else {
        println!("ABOVE the bound of {} by {}", kilobytes(BOUND), kilobytes(total.saturating_sub(BOUND)));
        Ok(ExitCode::FAILURE)
    }
}

/// Whether what other pages load is within its bound; says its size.
pub(crate) fn is_element_small(dist: &Path) -> Result<bool> {
    let packed = fs::metadata(dist.join(format!("{ELEMENT}.br")));
    let size = packed.with_context(|| format!("there is no packed {ELEMENT}"))?.len();
    println!("{ELEMENT}, for other pages: {size} of at most {ELEMENT_BOUND}");
    Ok(size <= ELEMENT_BOUND)
}

/// What each crate takes of the wasm, before wasm-opt.
fn crates(workspace: &Workspace) -> Result<String> {
    // Where Trunk has cargo put it; the profile is named in index.html.
    let wasm = workspace.target.join(WASM_TARGET).join("wasm-release").join("komposition.wasm");
    let bytes = fs::read(&wasm).with_context(|| format!("cannot read {}", wasm.display()))?;
    let shares = shares::by_crate(&bytes)?;
    let all: u64 = shares.iter().map(|(_, size)| size).sum();
    let mut text =
        format!("{:32}  {:>9}  share   (of the wasm before wasm-opt: an estimate)\n", "crate", "raw");
    for (name, size) in shares.iter().filter(|(_, size)| size * 200 >= all) {
        text += &format!("{name:32}  {size:>9}  {:>4.1} %\n", *size as f64 * 100.0 / all as f64);
    }
    let rest: u64 = shares.iter().map(|(_, size)| size).filter(|size| *size * 200 < all).sum();
    text += &format!("{:32}  {rest:>9}  {:>4.1} %\n", "all others", rest as f64 * 100.0 / all as f64);
    Ok(text)
}

/// The table, and the sum of the brotli bytes.
pub(crate) fn table(dist: &Path) -> Result<(String, u64)> {
    let files = first_visit(dist)?;
    let width = files.iter().map(|file| file.display().to_string().len()).max().unwrap_or(0).max(20);
    let mut text = format!("{:width$}  {:>9}  {:>9}\n", "first visit, bytes", "raw", "brotli");
    let (mut raw_sum, mut small_sum) = (0, 0);
    for file in &files {
        let bytes = fs::read(dist.join(file)).with_context(|| format!("cannot read {}", file.display()))?;
        // What is sent: the packed file where there is one.
        let packed = fs::metadata(dist.join(format!("{}.br", file.display()))).map(|meta| meta.len());
        let (raw, small) = (bytes.len() as u64, packed.unwrap_or(bytes.len() as u64));
        text += &format!("{:width$}  {raw:>9}  {small:>9}\n", file.display().to_string());
        raw_sum += raw;
        small_sum += small;
    }
    text += &format!("{:width$}  {raw_sum:>9}  {small_sum:>9}\n", "sum");
    Ok((text, small_sum))
}

/// Loaded by every visit, and named in the wasm alone: the service worker, and what it begins with.
const UNNAMED: [&str; 2] = ["service-worker.js", "poll.js"];

/// The files a first visit loads: [`UNNAMED`], the page, and every file of `dist` whose name stands in the page or in a script, style sheet or page that counts
/// already, but for what is loaded later ([`is_later`]). Otherwise that can only be too many (a file named but loaded later), never too few.
pub(crate) fn first_visit(dist: &Path) -> Result<Vec<PathBuf>> {
    let all: Vec<PathBuf> = files_below(dist)?
        .into_iter()
        .filter(|file| !matches!(ending(file).as_str(), "br" | "gz"))
        .filter(|file| !is_later(&file_name(file)))
        .collect();
    let mut counted = BTreeSet::from([PathBuf::from("index.html")]);
    let mut unread = vec![PathBuf::from("index.html")];
    while let Some(file) = unread.pop() {
        if !matches!(ending(&file).as_str(), "html" | "js" | "css") {
            continue;
        }
        let text = fs::read_to_string(dist.join(&file))
            .with_context(|| format!("cannot read dist/{}", file.display()))?;
        for other in &all {
            if !counted.contains(other) && names(&text, &file_name(other)) {
                counted.insert(other.clone());
                unread.push(other.clone());
            }
        }
    }
    counted.extend(all.into_iter().filter(|file| UNNAMED.contains(&file_name(file).as_str())));
    Ok(counted.into_iter().collect())
}

/// Whether a text names a file: its name stands there as a whole, as the last part of an address.
fn names(text: &str, name: &str) -> bool {
    let part_of_a_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    text.match_indices(name).any(|(at, _)| {
        !text[..at].ends_with(part_of_a_name)
            && !text[at + name.len()..].starts_with(|c| part_of_a_name(c) || c == '/')
    })
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn ending(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_name_counts_only_as_a_whole() {
        assert!(names("<link href=\"./main-1a.css\">", "main-1a.css"));
        assert!(names("from './snippets/x/inline0.js'", "inline0.js"));
        assert!(names("data-wasm=./app_bg.wasm>", "app_bg.wasm"));
        assert!(names("url(icon.svg?v=1)", "icon.svg"));
        assert!(!names("<script src=\"data.js\">", "a.js"));
        assert!(!names("\"a.json\"", "a.js"));
        assert!(!names("\"a.js.map\"", "a.js"));
    }

    #[test]
    fn what_the_page_names_counts_and_what_those_name_too() {
        let dist = std::env::temp_dir().join(format!("komposition-xtask-{}-size", std::process::id()));
        let _ = fs::remove_dir_all(&dist);
        fs::create_dir_all(dist.join("snippets")).unwrap();
        for (file, text) in [
            ("index.html", "<script src=\"app-1.js\"></script><link href='m-2.css'>"),
            ("app-1.js", "import './snippets/in.js'; fetch('app-1_bg.wasm'); import('rooms.js')"),
            ("app-1.js.br", "packed"),
            ("app-1_bg.wasm", "\0asm"),
            ("snippets/in.js", "1"),
            ("m-2.css", "a{background:url(bg.png)}"),
            ("bg.png", "png"),
            ("later.js", "not named anywhere"),
            ("rooms.js", "named, and not loaded"),
            ("service-worker.js", "const LATER = ['later.js']"),
        ] {
            fs::write(dist.join(file), text).unwrap();
        }
        let found = first_visit(&dist).unwrap();
        let found: Vec<String> = found.iter().map(|file| file.display().to_string()).collect();
        let expected = ["app-1.js", "app-1_bg.wasm", "bg.png", "index.html", "m-2.css", "service-worker.js"];
        assert_eq!(found[..6], expected);
        assert_eq!(found[6..], ["snippets/in.js"]);
        let (_, total) = table(&dist).unwrap();
        let raw: u64 =
            ["index.html", "app-1_bg.wasm", "snippets/in.js", "m-2.css", "bg.png", "service-worker.js"]
                .iter()
                .map(|file| fs::metadata(dist.join(file)).unwrap().len())
                .sum();
        assert_eq!(total, raw + 6, "the packed file's bytes where there is one");
        fs::remove_dir_all(dist).unwrap();
    }

    #[test]
    fn what_other_pages_load_has_a_bound_of_its_own_and_has_to_be_there() {
        let dist = std::env::temp_dir().join(format!("komposition-xtask-{}-element", std::process::id()));
        let _ = fs::remove_dir_all(&dist);
        fs::create_dir_all(&dist).unwrap();
        assert!(is_element_small(&dist).is_err());
        for (size, small) in [(4_000, true), (4_001, false)] {
            fs::write(dist.join("embed.js.br"), vec![0; size]).unwrap();
            assert_eq!(is_element_small(&dist).unwrap(), small, "{size}");
        }
        fs::remove_dir_all(dist).unwrap();
    }
}
