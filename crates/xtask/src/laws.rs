//! The laws of the house that no compiler keeps: who may name the browser, what modules may not be called, who may know whom.

use crate::report::Count;
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Crates that do no I/O, with the crates of this workspace that each may know.
pub(crate) const PURE: [(&str, &[&str]); 3] =
    [("fusionbrain", &[]), ("studio", &["fusionbrain"]), ("simulator", &["fusionbrain"])];

/// The crates of this workspace that the others may know.
const OTHERS: [(&str, &[&str]); 2] = [
    ("komposition-relay", &["fusionbrain", "simulator"]),
    ("komposition", &["fusionbrain", "studio", "simulator"]),
];

/// What must not come near a pure crate, not even through another crate: runtimes, browsers, clocks, randomness.
const IMPURE: [&str; 14] = [
    "async-std",
    "chrono",
    "getrandom",
    "gloo-net",
    "hyper",
    "js-sys",
    "leptos",
    "mio",
    "rand",
    "reqwest",
    "time",
    "tokio",
    "wasm-bindgen",
    "web-sys",
];

/// Names under which everything and nothing is found.
const EMPTY_NAMES: [&str; 4] = ["utils", "common", "helpers", "types"];

/// Checks every law; prints each breach. A law counts as one check.
pub(crate) fn check(workspace: &Workspace) -> Result<Count> {
    let sources = sources(&workspace.root)?;
    let graph = Graph::of(&workspace.graph(&["--all-features"])?)?;
    let laws: [(&str, Vec<String>); 9] = [
        ("only src/browser names web_sys and js_sys", browser_named_outside(&sources)),
        ("no view makes markup of a text, or a style or a handler of an attribute", markup(&sources)),
        ("the app's tests run in browsers", tests_that_never_run(&sources)),
        ("no module is called utils, common, helpers or types", empty_names(&sources)),
        ("the pure crates stay away from I/O, clocks and randomness", impure(&graph)),
        ("crates know only those they may know", wrong_acquaintances(&graph)),
        ("every style sheet closes what it opens", unclosed(&workspace.root)?),
        ("every place names the languages the app speaks", crate::languages::differences(&workspace.root)?),
        ("README.ru.md says what README.md says", crate::readme::differences(&workspace.root)?),
    ];
    let mut count = Count::default();
    for (law, breaches) in laws {
        println!("law: {law}: {}", if breaches.is_empty() { "kept" } else { "BROKEN" });
        for breach in &breaches {
            println!("    {breach}");
        }
        let Count { passed, failed } = Count::one(breaches.is_empty());
        count.passed += passed;
        count.failed += failed;
    }
    Ok(count)
}

/// Every Rust source of the workspace: its path from the root with `/`, and its text.
fn sources(root: &Path) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for top in ["src", "crates", "tests"] {
        if !root.join(top).is_dir() {
            continue;
        }
        for file in crate::app::files_below(&root.join(top))? {
            let parts: Vec<String> = file.iter().map(|part| part.to_string_lossy().into_owned()).collect();
            if file.extension().is_some_and(|ending| ending == "rs")
                && !parts.iter().any(|part| part == "target")
            {
                let text = fs::read_to_string(root.join(top).join(&file))
                    .with_context(|| format!("cannot read {}", file.display()))?;
                found.insert(format!("{top}/{}", parts.join("/")), text);
            }
        }
    }
    Ok(found)
}

fn browser_named_outside(sources: &BTreeMap<String, String>) -> Vec<String> {
    let mut breaches = Vec::new();
    for (path, text) in sources.iter().filter(|(path, _)| path.starts_with("src/") && !is_browser(path)) {
        for (number, line) in text.lines().enumerate() {
            // Comments may talk about it.
            let code = line.split("//").next().unwrap_or("");
            if ["web_sys", "js_sys"].iter().any(|name| code.contains(name)) {
                breaches.push(format!("{path}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    breaches
}

fn is_browser(path: &str) -> bool {
    path.starts_with("src/browser/") || path == "src/browser.rs"
}

/// The app is for wasm only: nobody would ever run a test for the host.
fn tests_that_never_run(sources: &BTreeMap<String, String>) -> Vec<String> {
    let of_app = sources.iter().filter(|(path, _)| path.starts_with("src/"));
    let tests = of_app.flat_map(|(path, text)| {
        let lines = text.lines().enumerate().filter(|(_, line)| line.trim() == "#[test]");
        lines.map(move |(number, _)| {
            format!("{path}:{}: a #[test], which needs #[wasm_bindgen_test]", number + 1)
        })
    });
    tests.collect()
}

/// What would make elements or scripts of somebody's words, and what the page's policy lets have no effect. Their own tests may.
const MARKUP: [&str; 10] = [
    "inner_html",
    "innerHTML",
    "outerHTML",
    "insert_adjacent_html",
    "insertAdjacentHTML",
    "createContextualFragment",
    "srcdoc",
    "set(\"style\"",
    "set(\"on",
    "eval(",
];

fn markup(sources: &BTreeMap<String, String>) -> Vec<String> {
    let mut breaches = Vec::new();
    for (path, text) in
        sources.iter().filter(|(path, _)| path.starts_with("src/") && !path.contains("/tests"))
    {
        let code = text.split("#[cfg(all(test").next().unwrap_or_default();
        for (number, line) in code.lines().enumerate() {
            let line = line.split("//").next().unwrap_or_default();
            if MARKUP.iter().any(|word| line.contains(word)) {
                breaches.push(format!("{path}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    breaches
}

/// Style sheets with a brace too many or too few: browsers say nothing, and what follows belongs to something else.
fn unclosed(root: &Path) -> Result<Vec<String>> {
    let folder = root.join("style");
    let mut breaches = Vec::new();
    for file in crate::app::files_below(&folder)? {
        if file.extension().is_some_and(|ending| ending == "css") {
            let text = fs::read_to_string(folder.join(&file))
                .with_context(|| format!("cannot read style/{}", file.display()))?;
            if !closes(&text) {
                breaches.push(format!("style/{}", file.display()));
            }
        }
    }
    Ok(breaches)
}

fn closes(sheet: &str) -> bool {
    let parts = sheet.split("/*").enumerate();
    let code =
        parts.map(|(n, part)| if n == 0 { part } else { part.split_once("*/").map_or("", |(_, code)| code) });
    let mut open = 0_i32;
    for sign in code.flat_map(str::chars) {
        open += i32::from(sign == '{') - i32::from(sign == '}');
        if open < 0 {
            return false;
        }
    }
    open == 0
}

fn empty_names(sources: &BTreeMap<String, String>) -> Vec<String> {
    let empty = |part: &str| EMPTY_NAMES.contains(&part.strip_suffix(".rs").unwrap_or(part));
    sources.keys().filter(|path| path.split('/').any(empty)).cloned().collect()
}

/// Who depends on whom, by package id; what only tests use is left out.
struct Graph {
    names: BTreeMap<String, String>,
    needs: BTreeMap<String, Vec<String>>,
    workspace: BTreeSet<String>,
}

impl Graph {
    fn of(metadata: &Value) -> Result<Self> {
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let nodes =
            metadata["resolve"]["nodes"].as_array().context("cargo metadata without a resolve graph")?;
        Ok(Self {
            names: list(&metadata["packages"])
                .iter()
                .map(|package| (text(&package["id"]), text(&package["name"])))
                .collect(),
            needs: nodes
                .iter()
                .map(|node| {
                    // A kind of null is an ordinary dependency; build scripts and tests may do what they like.
                    let ordinary = list(&node["deps"]).into_iter().filter(|dep| {
                        list(&dep["dep_kinds"])
                            .iter()
                            .any(|kind| kind["kind"].is_null() && !only_elsewhere(&kind["target"]))
                    });
                    (text(&node["id"]), ordinary.map(|dep| text(&dep["pkg"])).collect())
                })
                .collect(),
            workspace: list(&metadata["workspace_members"]).iter().map(text).collect(),
        })
    }

    fn id(&self, name: &str) -> Option<&String> {
        self.workspace.iter().find(|id| self.names.get(*id).is_some_and(|found| found == name))
    }

    /// Everything a package of the workspace needs, near and far, each with the name of one that needs it.
    fn all_below(&self, name: &str) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        let mut unread: Vec<&String> = self.id(name).into_iter().collect();
        while let Some(id) = unread.pop() {
            for needed in self.needs.get(id).into_iter().flatten() {
                let (Some(by), Some(needed_name)) = (self.names.get(id), self.names.get(needed)) else {
                    continue;
                };
                if found.insert(needed_name.clone(), by.clone()).is_none() {
                    unread.push(needed);
                }
            }
        }
        found
    }
}

/// A dependency of another kind of machine than the two this project is built for.
fn only_elsewhere(target: &Value) -> bool {
    target
        .as_str()
        .is_some_and(|target| ["hermit", "wasi", "uefi", "redox"].iter().any(|other| target.contains(other)))
}

fn impure(graph: &Graph) -> Vec<String> {
    let mut breaches = Vec::new();
    for (pure, _) in PURE {
        for (name, by) in graph.all_below(pure) {
            if IMPURE.contains(&name.as_str()) {
                breaches.push(format!("{pure} brings in {name}, through {by}"));
            }
        }
    }
    breaches
}

fn wrong_acquaintances(graph: &Graph) -> Vec<String> {
    let mut breaches = Vec::new();
    for (name, may_know) in PURE.into_iter().chain(OTHERS) {
        let Some(id) = graph.id(name) else {
            breaches.push(format!("there is no package {name} in this workspace"));
            continue;
        };
        for known in
            graph.needs.get(id).into_iter().flatten().filter(|known| graph.workspace.contains(*known))
        {
            let known = graph.names.get(known).map_or("", String::as_str);
            if !may_know.contains(&known) {
                breaches.push(format!("{name} knows {known}"));
            }
        }
    }
    breaches
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn files(files: &[(&str, &str)]) -> BTreeMap<String, String> {
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn a_style_sheet_closes_what_it_opens() {
        assert!(closes("a { b: c; } /* { */ @media (x) { d { e: f; } }"));
        assert!(!closes("@media (x) { a { b: c; }"));
        assert!(!closes("a { b: c; } } d {"));
    }

    #[test]
    fn the_browser_is_named_in_its_own_folder_only() {
        let sources = files(&[
            ("src/browser/http.rs", "use web_sys::Window;"),
            ("src/queue/run.rs", "// web_sys is elsewhere\nlet x = 1;"),
            ("crates/relay/src/lib.rs", "web_sys"),
        ]);
        assert!(browser_named_outside(&sources).is_empty());
        let sources = files(&[("src/compose/form.rs", "\nuse leptos::web_sys::Event;")]);
        assert_eq!(browser_named_outside(&sources), ["src/compose/form.rs:2: use leptos::web_sys::Event;"]);
    }

    #[test]
    fn a_test_of_the_app_that_nobody_would_run_is_found() {
        let sources = files(&[
            ("src/a.rs", "#[wasm_bindgen_test]\nfn a() {}\n    #[test]\nfn b() {}"),
            ("crates/studio/src/b.rs", "#[test]\nfn c() {}"),
        ]);
        assert_eq!(
            tests_that_never_run(&sources),
            ["src/a.rs:3: a #[test], which needs #[wasm_bindgen_test]"]
        );
    }

    #[test]
    fn words_become_no_markup() {
        let source = |path: &str, text: &str| (path.to_owned(), text.to_owned());
        let found = markup(&BTreeMap::from([
            source("src/a.rs", "el(\"p\").set(\"style\", x) // innerHTML\n// innerHTML"),
            source("src/b.rs", "el(\"p\").styled(x)\n#[cfg(all(test, x))]\nset_inner_html(x)"),
            source("src/c.rs", "a\nnode.set_inner_html(x)"),
            source("tests/d.rs", "innerHTML"),
        ]));
        assert_eq!(found, ["src/a.rs:1: el(\"p\").set(\"style\", x)", "src/c.rs:2: node.set_inner_html(x)"]);
    }

    #[test]
    fn an_empty_name_is_found_as_file_and_as_folder() {
        let sources = files(&[
            ("src/utils.rs", ""),
            ("tests/tests/common/mod.rs", ""),
            ("src/prototypes.rs", ""),
            ("src/ui/commons.rs", ""),
        ]);
        assert_eq!(empty_names(&sources), ["src/utils.rs", "tests/tests/common/mod.rs"]);
    }

    fn graph(studio_needs: &str) -> Graph {
        let names =
            ["fusionbrain", "studio", "simulator", "komposition-relay", "komposition", "serde", "tokio"];
        let kind = |kind: Value| json!([{ "kind": kind, "target": null }]);
        Graph::of(&json!({
            "packages": names.map(|name| json!({ "id": name, "name": name })),
            "workspace_members": &names[..5],
            "resolve": { "nodes": [
                { "id": "fusionbrain", "deps": [{ "pkg": "serde", "dep_kinds": kind(Value::Null) }] },
                { "id": "studio", "deps": [
                    { "pkg": studio_needs, "dep_kinds": kind(Value::Null) },
                    { "pkg": "tokio", "dep_kinds": kind("dev".into()) },
                ] },
                { "id": "komposition-relay", "deps": [{ "pkg": "tokio", "dep_kinds": kind(Value::Null) }] },
            ] },
        }))
        .unwrap()
    }

    #[test]
    fn a_pure_crate_may_use_tokio_in_its_tests_only() {
        assert!(impure(&graph("fusionbrain")).is_empty());
        assert_eq!(
            impure(&graph("komposition-relay")),
            ["studio brings in tokio, through komposition-relay"]
        );
    }

    #[test]
    fn nothing_knows_the_app_and_studio_knows_only_the_protocol() {
        assert!(wrong_acquaintances(&graph("fusionbrain")).is_empty());
        assert_eq!(wrong_acquaintances(&graph("komposition")), ["studio knows komposition"]);
    }
}
