//! The app's own scripts without their comments and indentation: whoever reads them has the source, and a first visit need not
//! pay for it.

use crate::app::{built, digest_of};
use crate::page::integrity;
use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::path::Path;

/// Not wasm-bindgen's, whose output is not ours to change, and not `embed.js`, which other pages' owners read.
fn is_ours(name: &str) -> bool {
    let made =
        name.contains('/') || name.starts_with("komposition-") || ["rooms.js", "demo.js"].contains(&name);
    name.ends_with(".js") && !made && name != "embed.js"
}

/// Shortens every script of ours in `dist/`. The one that the page names by its content gets the name and the integrity of what it
/// has become.
pub(crate) fn scripts(dist: &Path) -> Result<()> {
    let path = dist.join("index.html");
    let mut page = fs::read_to_string(&path).context("cannot read dist/index.html")?;
    for file in built(dist)? {
        let name = file.to_string_lossy().into_owned();
        if !is_ours(&name) {
            continue;
        }
        let whole = fs::read_to_string(dist.join(&file)).with_context(|| format!("cannot read {name}"))?;
        let lean = lean(&whole).with_context(|| format!("cannot shorten {name}"))?;
        let mut kept = name.clone();
        if let Some((stem, _)) = name.rsplit_once('-').filter(|_| page.contains(&name)) {
            kept = format!("{stem}-{}.js", digest_of(lean.as_bytes()));
            let (was, is) = (integrity(whole.as_bytes()), integrity(lean.as_bytes()));
            ensure!(page.contains(&was), "the page does not say what {name} has to be");
            page = page.replace(&name, &kept).replace(&was, &is);
            fs::remove_file(dist.join(&file)).context("cannot change dist/")?;
        }
        fs::write(dist.join(kept), lean).context("cannot write into dist/")?;
    }
    fs::write(path, page).context("cannot write dist/index.html")
}

/// Without lines that are nothing but a comment, and without what stands before a line's first sign. Everything else stays as it
/// is: that needs no parser, as long as no text goes over several lines.
fn lean(script: &str) -> Result<String> {
    let mut kept = String::new();
    for line in script.lines().map(str::trim) {
        if line.matches('`').count() % 2 == 1 || line.starts_with("/*") {
            bail!("a text or a comment over several lines: `{line}`");
        }
        if !line.is_empty() && !line.starts_with("//") {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    Ok(kept)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_indentation_go_and_nothing_else() {
        let script =
            "// Why.\nconst a = 1; // kept\n\n  if (a) {\n    // why\n    b(\"// no comment\");\n  }\n";
        assert_eq!(lean(script).unwrap(), "const a = 1; // kept\nif (a) {\nb(\"// no comment\");\n}\n");
        assert!(lean("const a = `one\n// two`;\n").is_err());
        assert!(lean("/* over\nlines */\n").is_err());
    }

    #[test]
    fn the_page_names_what_its_script_has_become() {
        let dist = std::env::temp_dir().join(format!("komposition-lean-{}", std::process::id()));
        fs::create_dir_all(&dist).unwrap();
        let script = "// Why.\n  start();\n";
        let page = format!(
            "<script src=\"./shell-0a1b.js\" integrity=\"{}\"></script>",
            integrity(script.as_bytes())
        );
        let glue = "// made\n  by();\n";
        for (name, text) in [
            ("index.html", page.as_str()),
            ("shell-0a1b.js", script),
            ("rooms.js", glue),
            ("poll.js", script),
        ] {
            fs::write(dist.join(name), text).unwrap();
        }
        scripts(&dist).unwrap();
        let lean = "start();\n";
        let name = format!("shell-{}.js", digest_of(lean.as_bytes()));
        let read = |name: &str| fs::read_to_string(dist.join(name)).unwrap();
        assert_eq!((read(&name), read("poll.js"), read("rooms.js")), (lean.into(), lean.into(), glue.into()));
        assert!(!dist.join("shell-0a1b.js").exists());
        let page = read("index.html");
        assert!(page.contains(&name) && page.contains(&integrity(lean.as_bytes())), "{page}");
        fs::remove_dir_all(&dist).unwrap();
    }
}
