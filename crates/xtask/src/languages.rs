//! The languages the app speaks are listed once, in `src/i18n/mod.rs`. What no compiler reads together with that list has to
//! name the same ones: otherwise a language could be chosen in one place and be unknown in another.

use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

/// The list.
const HOME: &str = "src/i18n/mod.rs";

/// What finds the languages that a place names.
type Reader = fn(&str) -> Vec<&str>;

/// Where they have to be named too: the file, what stands before the names, and how to read them there.
const PLACES: [(&str, &str, Reader); 5] = [
    ("crates/studio/src/config.rs", "\npub const LANGUAGES: [&str; ", quoted),
    ("docs/config.schema.json", "\"language\": {", quoted),
    ("docs/embedding/messages.schema.json", "\"language\": {", quoted),
    ("src/shell/shell.js", "root.lang = first(", quoted),
    ("crates/studio/src/backup/viewer.js", "\nconst words = {", keys),
];

/// The places that do not name the languages of the list.
pub(crate) fn differences(root: &Path) -> Result<Vec<String>> {
    let read =
        |file: &str| fs::read_to_string(root.join(file)).with_context(|| format!("cannot read {file}"));
    let home = read(HOME)?;
    let listed = sorted(listed(&home));
    if listed.is_empty() {
        return Ok(vec![format!("{HOME}: nothing is listed in its `languages!`")]);
    }
    let mut breaches = Vec::new();
    for (file, before, names) in PLACES {
        let text = read(file)?;
        let named = sorted(text.split_once(before).map_or(Vec::new(), |(_, rest)| names(rest)));
        if named != listed {
            breaches.push(format!("{file} has {named:?} behind {:?}, {HOME} has {listed:?}", before.trim()));
        }
    }
    Ok(breaches)
}

fn sorted(mut names: Vec<&str>) -> Vec<&str> {
    names.sort_unstable();
    names
}

/// The tags of the list, whose lines are `De = de "de" "Deutsch";`.
fn listed(source: &str) -> Vec<&str> {
    let list = source.split_once("\nlanguages! {\n").and_then(|(_, rest)| rest.split_once("\n}"));
    list.map_or("", |(list, _)| list).lines().filter_map(|line| line.split('"').nth(1)).collect()
}

/// The words in quotes of the list that comes next.
fn quoted(text: &str) -> Vec<&str> {
    let list = text.split_once('[').and_then(|(_, rest)| rest.split_once(']'));
    list.map_or("", |(list, _)| list).split('"').skip(1).step_by(2).collect()
}

/// The names of an object whose every line begins with one.
fn keys(text: &str) -> Vec<&str> {
    let lines = text.lines().skip(1).take_while(|line| *line != "};");
    lines.filter_map(|line| line.trim().split_once(": {")).map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::{PLACES, differences, keys, listed, quoted};
    use std::fs;
    use std::path::Path;

    #[test]
    fn names_are_found_in_every_way_they_are_written() {
        let source = "use a;\n\nlanguages! {\n    En = en \"en\" \"English\";\n    De = de \"de\" \"Deutsch\";\n}\n\"fr\" \"x\"";
        assert_eq!(listed(source), ["en", "de"]);
        assert_eq!(quoted("2] = [\"en\", \"de\"];\n[\"fr\"]"), ["en", "de"]);
        assert_eq!(quoted(" \"description\": \"a\", \"enum\": [\"en\", null] }"), ["en"]);
        assert_eq!(keys("\n  en: { of: ' of ' },\n  de: { of: ' von ' },\n};\n  fr: {"), ["en", "de"]);
    }

    #[test]
    fn the_place_that_was_forgotten_is_named() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        assert_eq!(differences(&root).unwrap(), Vec::<String>::new());
        let copy = std::env::temp_dir().join(format!("komposition-languages-{}", std::process::id()));
        for file in PLACES.map(|(file, _, _)| file).iter().chain([&super::HOME]) {
            fs::create_dir_all(copy.join(file).parent().unwrap()).unwrap();
            fs::copy(root.join(file), copy.join(file)).unwrap();
        }
        for (file, _, _) in PLACES {
            let right = fs::read_to_string(copy.join(file)).unwrap();
            let wrong = right.replace("\"ru\"", "\"uk\"").replace("  ru: {", "  uk: {");
            fs::write(copy.join(file), wrong).unwrap();
            let breaches = differences(&copy).unwrap();
            assert!(breaches.len() == 1 && breaches[0].starts_with(file), "{file}: {breaches:?}");
            fs::write(copy.join(file), right).unwrap();
        }
        fs::remove_dir_all(copy).unwrap();
    }
}
