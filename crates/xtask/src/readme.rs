//! README.ru.md says what README.md says. No program reads whether the sentences agree; but both have the same headings, commands,
//! tables and addresses, in the same order, so that nobody forgets the other one.

use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

/// Where the two part ways.
pub(crate) fn differences(root: &Path) -> Result<Vec<String>> {
    let read =
        |name: &str| fs::read_to_string(root.join(name)).with_context(|| format!("cannot read {name}"));
    Ok(compare(&read("README.md")?, &read("README.ru.md")?))
}

fn compare(one: &str, other: &str) -> Vec<String> {
    let (one, other) = (skeleton(one), skeleton(other));
    let end = "the end".to_owned();
    let at = (0..one.len().max(other.len())).find(|n| one.get(*n) != other.get(*n));
    at.map(|n| {
        format!(
            "README.md has {}, README.ru.md has {}",
            one.get(n).unwrap_or(&end),
            other.get(n).unwrap_or(&end)
        )
    })
    .into_iter()
    .collect()
}

/// What does not depend on the language: levels of headings, what is typed, the first cell of a table's row where it is code, how many
/// items a list has, where links lead.
fn skeleton(text: &str) -> Vec<String> {
    let mut bones = Vec::new();
    let mut is_code = false;
    for line in text.lines() {
        if line.starts_with("```") {
            is_code = !is_code;
        } else if is_code {
            // What follows is for people.
            bones.push(line.split("  #").next().unwrap_or_default().trim_end().to_owned());
        } else if line.starts_with('#') {
            bones.push(line.chars().take_while(|letter| *letter == '#').collect());
        } else if let Some(row) = line.strip_prefix("| ") {
            let cell = row.split(" | ").next().unwrap_or_default();
            bones.push(if cell.starts_with('`') { format!("| {cell}") } else { "|".to_owned() });
        } else if line.starts_with("- ") {
            bones.push("-".to_owned());
        }
        if !is_code {
            // The two lead to each other.
            bones.extend(
                links(line)
                    .filter(|link| !link.starts_with("README"))
                    .map(|link| format!("a link to {link}")),
            );
        }
    }
    bones
}

fn links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| rest.split(')').next())
}

#[cfg(test)]
mod tests {
    use super::compare;

    const ONE: &str =
        "# A\n\n[ru](README.ru.md)\n\n- cat\n\n```sh\ndo it  # why\n```\n| `x` | y |\n[d](docs/d.md)\n";

    #[test]
    fn words_may_differ() {
        let other =
            "# Б\n\n[en](README.md)\n\n- кот\n\n```sh\ndo it  # зачем\n```\n| `x` | ы |\n[д](docs/d.md)\n";
        assert!(compare(ONE, other).is_empty(), "{:?}", compare(ONE, other));
    }

    #[test]
    fn what_is_typed_and_where_it_leads_may_not() {
        for (part, instead) in [
            ("# A", "## A"),
            ("do it", "do that"),
            ("`x`", "`z`"),
            ("docs/d.md", "docs/e.md"),
            ("- cat\n", ""),
        ] {
            let differences = compare(ONE, &ONE.replace(part, instead));
            assert_eq!(differences.len(), 1, "{part}");
        }
    }
}
