//! `cargo xtask size --crates`: which crate takes how much of the app's code.
//!
//! Read from cargo's own output, before wasm-bindgen and wasm-opt, because only that still has the functions' names. So the shares
//! are an estimate: what wasm-opt takes away it does not take away evenly, and what is inlined counts where it was put.

use anyhow::{Context, Result};
use std::collections::BTreeMap;
use wasmparser::{KnownCustom, Name, Parser, Payload, TypeRef};

/// Bytes of code and data by crate, biggest first.
pub(crate) fn by_crate(wasm: &[u8]) -> Result<Vec<(String, u64)>> {
    let mut imported = 0;
    let mut bodies = Vec::new();
    let mut names = BTreeMap::new();
    let mut shares: BTreeMap<String, u64> = BTreeMap::new();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.context("this is no wasm")? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += usize::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.range().len() as u64),
            Payload::DataSection(data) => {
                shares.insert("(data: strings, tables)".to_owned(), data.range().len() as u64);
            }
            Payload::CustomSection(section) => {
                let KnownCustom::Name(sections) = section.as_known() else { continue };
                for section in sections {
                    if let Name::Function(functions) = section? {
                        for function in functions {
                            let function = function?;
                            names.insert(function.index as usize, function.name.to_owned());
                        }
                    }
                }
            }
            _ => {}
        }
    }
    anyhow::ensure!(!names.is_empty(), "the wasm has no names: is `strip` set in its profile?");
    for (index, size) in bodies.into_iter().enumerate() {
        // Functions are counted from the imported ones on.
        let name = names.get(&(index + imported)).map_or("", String::as_str);
        if name.starts_with("__wbindgen_describe") {
            // wasm-bindgen runs these to learn the types, and takes them out.
            continue;
        }
        *shares.entry(crate_of(name)).or_default() += size;
    }
    let mut shares: Vec<(String, u64)> = shares.into_iter().collect();
    shares.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    Ok(shares)
}

/// The crate a function's name speaks of. Code of the standard library counts for the first other crate in its type arguments, which
/// is the one that had it made.
fn crate_of(symbol: &str) -> String {
    let name = format!("{:#}", rustc_demangle::demangle(symbol));
    let mut standard = None;
    for (at, _) in name.match_indices("::") {
        let before = &name[..at];
        let start = before.rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |found| found + 1);
        let word = &before[start..];
        // Only a path's first part is a crate: what follows `::` is a module of it.
        if word.is_empty()
            || before[..start].ends_with("::")
            || word.starts_with(|c: char| c.is_uppercase() || c.is_numeric())
        {
            continue;
        }
        if !matches!(word, "core" | "alloc" | "std") {
            return word.to_owned();
        }
        standard = Some("(standard library)");
    }
    standard.unwrap_or("(without a crate)").to_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_function_counts_for_the_crate_that_had_it_made() {
        for (name, krate) in [
            ("serde_json::de::from_str", "serde_json"),
            ("<tachys::html::element::HtmlElement<E,At,Ch> as tachys::view::Render>::build", "tachys"),
            ("<alloc::vec::Vec<studio::job::Job> as core::ops::drop::Drop>::drop", "studio"),
            ("core::ptr::drop_in_place<gloo_net::http::Request>", "gloo_net"),
            ("alloc::raw_vec::finish_grow", "(standard library)"),
            ("<&mut T as core::fmt::Debug>::fmt", "(standard library)"),
            ("__wbindgen_malloc", "(without a crate)"),
            ("_ZN11fusionbrain4read3run17h0123456789abcdefE", "fusionbrain"),
        ] {
            assert_eq!(crate_of(name), krate, "{name}");
        }
    }

    /// A module with one import, two functions of 2 and 4 bytes, and their names.
    #[test]
    fn sizes_and_names_are_brought_together() {
        let wasm = [
            &b"\0asm\x01\0\0\0"[..],
            &[1, 4, 1, 0x60, 0, 0],                          // type: () -> ()
            &[2, 7, 1, 1, b'm', 1, b'f', 0, 0],              // import m.f
            &[3, 3, 2, 0, 0],                                // two functions
            &[10, 9, 2, 2, 0, 0x0b, 4, 0, 0x01, 0x01, 0x0b], // their bodies
            &[
                0, 20, 4, b'n', b'a', b'm', b'e', 1, 13, 2, 1, 4, b'a', b':', b':', b'x', 2, 4, b'b', b':',
                b':', b'y',
            ],
        ]
        .concat();
        assert_eq!(by_crate(&wasm).unwrap(), [("b".to_owned(), 4), ("a".to_owned(), 2)]);
    }
}
