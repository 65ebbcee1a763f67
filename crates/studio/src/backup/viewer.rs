//! The page that shows a backup offline. It asks no network, runs only its own script (the policy names the script's
//! hash), and puts every text in as text.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

const PAGE: &str = include_str!("viewer.html");
const STYLE: &str = include_str!("viewer.css");
const SCRIPT: &str = include_str!("viewer.js");

/// The page with these pictures: a JSON list of rows, each with its `file`.
pub(super) fn page(pictures: &str) -> String {
    // No tag of the page can be ended from inside, and JSON reads the same.
    let pictures = pictures.replace('<', "\\u003c");
    let mut page = String::with_capacity(PAGE.len() + STYLE.len() + SCRIPT.len() + pictures.len() + 200);
    for (number, part) in PAGE.split("{{").enumerate() {
        let (name, rest) = part.split_once("}}").filter(|_| number > 0).unwrap_or(("", part));
        match name {
            "style-hash" => page.push_str(&policy_hash(STYLE)),
            "script-hash" => page.push_str(&policy_hash(SCRIPT)),
            "style" => page.push_str(STYLE),
            "script" => page.push_str(SCRIPT),
            "pictures" => page.push_str(&pictures),
            _ => {}
        }
        page.push_str(rest);
    }
    page
}

/// The page without any picture: what every backup's page costs.
pub(super) fn page_bytes() -> u64 {
    (PAGE.len() + STYLE.len() + SCRIPT.len() + 200) as u64
}

fn policy_hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}
